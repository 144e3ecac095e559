"""AnyKey's own scenarios with keys of this machine's kernel, by AnyKey's own end of CTAPHID."""

import json
import os
import re
import signal
import subprocess
import threading

from libfido2 import register

from stage import case, check, note, run, set_pin, start, typed
from stage.person import PIN

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


@case("yubikey-5-nfc")
def run_leaves_what_was_on_a_key_and_nothing_else(key):
    set_pin(key)
    register(key, "-r", answers=typed(PIN))

    def by_hand(line):
        if "Unplug" in line:
            key.control("ctl unplug")
        elif "It is unplugged" in line:
            key.control("ctl plug")

    # Both manners: the second login after a replug is by a node that the first one brought about.
    running = lent(key, "policy.resident-required", "login.after-replug", each=by_hand)
    status, said = running.ended(WITHIN)
    check(status == 0, f"the run ended with {status}: {said}")
    check("deleted from the key: 2 resident" in said and "none is left" in said, said)
    keeps_its_own_alone(key)


@case("yubikey-5-nfc")
def run_that_is_interrupted_cancels_and_deletes(key):
    set_pin(key)
    register(key, "-r", answers=typed(PIN))
    key.control("ctl up never")
    registered, waits = threading.Event(), threading.Event()

    def by_hand(line):
        if "as alice" in line:
            registered.set()
        if "Touch the key, to log in" in line and registered.is_set():
            waits.set()
        elif "Touch the key" in line:
            key.ask("ctl act touch")

    running = lent(key, "policy.resident-required", "--manner", "faithful", each=by_hand)
    # By then the key has a credential of a case that is not over.
    check(waits.wait(WITHIN), "no login is waited for")
    os.kill(running.process.pid, signal.SIGINT)
    status, said = running.ended()
    check(status == 3, f"the run ended with {status}: {said}")
    check("deleted from the key: 1 resident" in said and "none is left" in said, said)
    check(key.ask("ctl asks") == "nothing", "the key still waits for a touch")
    key.control("ctl up auto")
    keeps_its_own_alone(key)


def lent(key, *words, each):
    """A run with somebody's own key, with their PIN, beside the test."""
    words = ["--link", f"hidraw:{key.node}", "--may", "keep", "--format", "tap", "--scenario", *words]
    return start(ANYKEY, "run", *words, environment={"ANYKEY_PIN": PIN}, each=each)


def keeps_its_own_alone(key):
    """As another client lists it."""
    listed = run("fido2-token", "-L", "-r", key.node, answers=typed(PIN))
    check("example.org" in listed and "anykey.test" not in listed, listed)
    check("existing rk(s): 1" in run("fido2-token", "-I", "-c", key.node, answers=typed(PIN)), "it does not count 1")
