"""systemd-cryptenroll: a LUKS2 volume that a key unlocks, by its hmac-secret."""

import os
from pathlib import Path

from stage import case, check, place, run, set_pin, typed
from stage.person import OTHER, PIN

# It is on nobody's path in older versions.
PROGRAMS = ("/usr/bin/systemd-cryptsetup", "/lib/systemd/systemd-cryptsetup")
# device-mapper's tools make their nodes themselves, whatever rules udev has.
OWN_NODES = {"DM_DISABLE_UDEV": "1"}


def volume():
    """A volume in a file, with a passphrase."""
    place.load("dm_crypt")
    place.load("loop")
    with open("volume", "wb") as file:
        file.truncate(32 << 20)
    Path("passphrase").write_text("a passphrase")
    # Few rounds: this is about the key.
    few = ["--pbkdf", "pbkdf2", "--pbkdf-force-iterations", "1000"]
    run("cryptsetup", "luksFormat", "-q", "--type", "luks2", *few, "volume", "passphrase")


def enroll(pin, answers=(), status=0):
    options = ["--fido2-device=auto", f"--fido2-with-client-pin={pin}", "--fido2-with-user-presence=yes"]
    command = ["systemd-cryptenroll", *options, "--fido2-with-user-verification=no", Path("volume").absolute()]
    return run(*command, answers=answers, status=status, environment={"PASSWORD": "a passphrase"})


def unlock(answers=(), status=0):
    """Unlocks it with the key alone, as /etc/crypttab has it done; what the volume's first sector decrypts to."""
    name = f"anykey-{os.getpid()}"
    program = next(filter(os.path.exists, PROGRAMS))
    options = f"fido2-device=auto,token-timeout=5s,tries=1,headless={'no' if answers else 'yes'}"
    command = [program, "attach", name, Path("volume").absolute(), "-", options]
    said = run(*command, answers=answers, status=status, environment=OWN_NODES)
    if status == 0:
        with open(f"/dev/mapper/{name}", "rb") as opened:
            check(len(opened.read(512)) == 512, "the unlocked volume cannot be read")
        run("cryptsetup", "close", name, environment=OWN_NODES)
    return said


@case("yubikey-5-nfc")
def a_pin_and_a_touch_unlock(key):
    set_pin(key)
    volume()
    enroll("yes", answers=typed(PIN))
    # By cryptsetup's own way to the token, which does not remember a PIN as systemd does.
    asked = ["cryptsetup", "open", "--test-passphrase", "--token-only", "--tries=1", "volume"]
    check("PIN of security token incorrect" in run(*asked, answers=typed(OTHER), status=None), "another PIN is taken")
    run(*asked, answers=typed(PIN))
    unlock(answers=typed(PIN))


@case("passkey")
def a_touch_unlocks(key):
    volume()
    enroll("no")
    unlock()
    key.control("ctl up refuse")
    check("FIDO_ERR_OPERATION_DENIED" in unlock(status=None), "a refusal is told in other words")


@case("passkey")
def another_key_does_not_unlock(key):
    volume()
    enroll("no")
    key.control("ctl reset")
    check("needed credentials not present on token" in unlock(status=None), "another key is told in other words")


@case("yubikey-4", "no-uv")
def a_key_without_hmac_secret_is_refused(key):
    volume()
    check("does not implement FIDO2 with 'hmac-secret'" in enroll("no", status=None), "the tool says something else")
