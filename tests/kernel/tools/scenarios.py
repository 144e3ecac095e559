"""AnyKey's own scenarios with keys of this machine's kernel, by AnyKey's own end of CTAPHID."""

import json
import os
import re
import subprocess

from stage import case, check, note, run

ANYKEY = os.environ["ANYKEY"]
# What differs between scenarios on the way from client to key: both protocols, verification, resident credentials, lists, faults,
# a key that lies, two keys, a power cycle. The rest differs on the way to the server; a test in Rust, over sockets, has all,
# and so has this one with --whole.
SCENARIOS = [] if os.environ.get("ANYKEY_WHOLE") else [
    "policy.second-factor",
    "policy.uv-required",
    "policy.passwordless",
    "login.after-replug",
    "login.usernameless",
    "login.replayed-assertion",
    "login.no-user-presence",
    "register.same-key-twice",
    "register.second-key",
    "fault.*",
]
# In seconds, on a machine that is emulated and busy.
WITHIN = 180 if SCENARIOS else 1400


@case(limit=WITHIN)
def come_to_the_same_as_without_a_link():
    without, over = cases("process"), cases("uhid")
    check(len(without) > 50, f"only {len(without)} cases ran")
    for one, other in zip(without, over, strict=True):
        check(one == other, f"without a link: {one}\nover uhid: {other}")
    note(f"{len(over)} cases the same")


def cases(link):
    """What each case came to, without what time makes of it."""
    words = ["run", "--link", link, "--seed", "5", "--format", "json"]
    words += ["--scenario", *SCENARIOS] if SCENARIOS else []
    done = subprocess.run([ANYKEY, *words], stdout=subprocess.PIPE, timeout=WITHIN)
    check(done.returncode == 0, f"--link {link} ended with {done.returncode}")
    found = json.loads(done.stdout)["cases"]
    return [{name: each[name] for name in ("case", "verdict", "outcome", "reason", "proof")} for each in found]


@case("passkey", "yubikey-4", "no-uv")
def run_with_a_key_that_is_there_already(key):
    listed = json.loads(run(ANYKEY, "keys", "--attached", "--json"))
    check([each["node"] for each in listed] == [key.node], listed)
    wanted = ["login.plain", "policy.second-factor", "register.second-key"]
    words = ["--link", f"hidraw:{key.node}", "--format", "tap", "--scenario", *wanted]
    said = run(ANYKEY, "run", *words, within=WITHIN)
    check(re.search(r"^ok .*login.plain", said, re.M), "no login")
    check("Touch the key, to " in said, "nobody is told to touch it")
    check("takes two keys" in said, "what one key cannot do is not told")
