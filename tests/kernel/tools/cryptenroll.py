"""systemd-cryptenroll: a LUKS2 volume that a key unlocks, by its hmac-secret."""

import os
from pathlib import Path

from stage import case, check, run

PIN = "1234"
# device-mapper's tools make their nodes themselves, whatever rules udev has.
OWN_NODES = {"DM_DISABLE_UDEV": "1"}


def volume():
    """A volume in a file, with a passphrase."""
    os.truncate(os.open("volume", os.O_CREAT | os.O_RDWR), 32 << 20)
    Path("passphrase").write_text("a passphrase")
    # Few rounds: this is about the key.
    few = ["--pbkdf", "pbkdf2", "--pbkdf-force-iterations", "1000"]
    run("cryptsetup", "luksFormat", "-q", "--type", "luks2", *few, "volume", "passphrase")


def enroll(key, pin, answers=(), status=0):
    options = [f"--fido2-device={key.node}", f"--fido2-with-client-pin={pin}", "--fido2-with-user-presence=yes"]
    command = ["systemd-cryptenroll", *options, "--fido2-with-user-verification=no", Path("volume").absolute()]
    return run(*command, answers=answers, status=status, environment={"PASSWORD": "a passphrase"})


def unlock(key, answers=(), status=0):
    """Unlocks it with the key alone, as /etc/crypttab has it done; what the volume's first sector decrypts to."""
    name = f"anykey-{os.getpid()}"
    program = next(path for path in ("/lib/systemd/systemd-cryptsetup", "/usr/bin/systemd-cryptsetup") if os.path.exists(path))
    options = f"fido2-device={key.node},token-timeout=5s,tries=1,headless={'no' if answers else 'yes'}"
    said = run(program, "attach", name, Path("volume").absolute(), "-", options, answers=answers, status=status, environment=OWN_NODES)
    if status == 0:
        with open(f"/dev/mapper/{name}", "rb") as opened:
            check(len(opened.read(512)) == 512, "the unlocked volume cannot be read")
        run("cryptsetup", "close", name, environment=OWN_NODES)
    return said


def set_pin(key):
    run("fido2-token", "-S", key.node, answers=[(r"Enter new PIN[^:]*: ", PIN), (r"same PIN again: ", PIN)])


@case("passkey", "yubikey-5-nfc")
def a_pin_and_a_touch_unlock(key):
    set_pin(key)
    volume()
    enroll(key, "yes", answers=[("PIN", PIN)])
    unlock(key, answers=[("PIN", PIN)])
    unlock(key, answers=[("PIN", "wrong PIN"), ("PIN", PIN)], status=None)


@case("passkey")
def a_touch_unlocks(key):
    volume()
    enroll(key, "no")
    unlock(key)


@case("yubikey-4", "no-uv")
def a_key_without_hmac_secret_is_refused(key):
    volume()
    enroll(key, "no", status=None)
