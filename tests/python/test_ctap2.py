"""CTAP2 messages as python-fido2 encodes, decodes and verifies them, below its WebAuthn client."""

import unittest
from contextlib import contextmanager

from fido2.attestation import Attestation
from fido2.ctap import CtapError
from fido2.ctap2 import Ctap2

import plugged

RP = {"id": "example.org", "name": "Example"}
HASH = b"hash of the client data, padded."
MODELS = {model["name"]: model for model in plugged.models() if model.get("ctap2")}
ALGORITHMS = {"ES256": -7, "EdDSA": -8, "RS256": -257}
RESIDENT = [name for name, model in MODELS.items() if model["ctap2"]["rk"]]


def user(number):
    return {"id": bytes([number]), "name": f"user {number}", "displayName": f"User {number}"}


def options(name, **more):
    """What asks a key of this model for all that it can do by itself."""
    return {"uv": True, **more} if MODELS[name]["ctap2"].get("uv") == "ready" else more


class Messages(unittest.TestCase):
    @contextmanager
    def plugged(self, name):
        with plugged.Key(name) as key:
            yield key, Ctap2(key.connect())

    def parameters(self, name):
        """The algorithms of this model, the best first."""
        return [{"type": "public-key", "alg": ALGORITHMS[alg]} for alg in MODELS[name]["ctap2"]["algorithms"]]

    def test_get_info_is_what_the_model_says(self):
        for name, model in MODELS.items():
            with self.subTest(key=name), self.plugged(name) as (_, ctap2):
                info, said = ctap2.info, model["ctap2"]
                self.assertEqual(list(info.versions), model["versions"])
                self.assertEqual(str(info.aaguid), model["aaguid"])
                self.assertEqual(info.max_msg_size, said["max-msg-size"])
                self.assertEqual(info.options.get("rk", False), said["rk"])
                # A member of later versions.
                if info.algorithms:
                    self.assertEqual(list(info.algorithms), self.parameters(name))
                self.assertEqual(info.options.get("plat"), model["attachment"] == "platform")

    def test_attestation_and_assertion_verify(self):
        for name in MODELS:
            with self.subTest(key=name), self.plugged(name) as (_, ctap2):
                made = ctap2.make_credential(HASH, RP, user(1), self.parameters(name), options=options(name))
                if made.fmt != "none":
                    Attestation.for_type(made.fmt)().verify(made.att_stmt, made.auth_data, HASH)
                data = made.auth_data.credential_data
                allowed = [{"type": "public-key", "id": data.credential_id}]
                got = ctap2.get_assertion(RP["id"], HASH, allowed, options=options(name))
                got.verify(HASH, data.public_key)
                self.assertEqual(got.auth_data.is_user_verified(), "uv" in options(name))

    def test_accounts_come_latest_first(self):
        for name in RESIDENT:
            with self.subTest(key=name), self.plugged(name) as (_, ctap2):
                public = {}
                for number in (1, 2, 3):
                    wish = options(name, rk=True)
                    made = ctap2.make_credential(HASH, RP, user(number), self.parameters(name), options=wish)
                    public[bytes([number])] = made.auth_data.credential_data.public_key
                got = ctap2.get_assertions(RP["id"], HASH, options=options(name))
                self.assertEqual([assertion.user["id"] for assertion in got], [b"\3", b"\2", b"\1"])
                for assertion in got:
                    assertion.verify(HASH, public[assertion.user["id"]])
                with self.assertRaises(CtapError) as caught:
                    ctap2.get_next_assertion()
                self.assertEqual(caught.exception.code, CtapError.ERR.NOT_ALLOWED)

    def test_continuations_belong_to_their_channel(self):
        for name in RESIDENT:
            with self.subTest(key=name), self.plugged(name) as (key, ctap2):
                for number in (1, 2):
                    wish = options(name, rk=True)
                    ctap2.make_credential(HASH, RP, user(number), self.parameters(name), options=wish)
                ctap2.get_assertion(RP["id"], HASH, options=options(name))
                other = Ctap2(key.connect())
                with self.assertRaises(CtapError) as caught:
                    other.get_next_assertion()
                self.assertEqual(caught.exception.code, CtapError.ERR.NOT_ALLOWED)

    def test_what_is_wrong_has_its_status(self):
        err = CtapError.ERR
        for name in MODELS:
            with self.subTest(key=name), self.plugged(name) as (_, ctap2):
                for call, code in [
                    (lambda: ctap2.make_credential(HASH, RP, user(1), [{"type": "public-key", "alg": -999}]),
                     err.UNSUPPORTED_ALGORITHM),
                    (lambda: ctap2.get_assertion("nowhere.example", HASH), err.NO_CREDENTIALS),
                    (lambda: ctap2.send_cbor(0x3F), err.INVALID_COMMAND),
                    (lambda: ctap2.send_cbor(0x01, {1: HASH}), err.MISSING_PARAMETER),
                    (lambda: ctap2.send_cbor(0x01, {1: "text"}), err.CBOR_UNEXPECTED_TYPE),
                ]:
                    with self.assertRaises(CtapError) as caught:
                        call()
                    self.assertEqual(caught.exception.code, code)


if __name__ == "__main__":
    unittest.main()
