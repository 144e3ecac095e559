"""libpam-u2f: a login of PAM that asks for a key."""

from pathlib import Path

from stage import case, check, run, set_pin, typed
from stage.person import PIN

SERVICE = Path("/etc/pam.d/anykey-kernel-suite")
ORIGIN = "pam://anykey.example"
# CTAP2's status, in libfido2's log.
OPERATION_DENIED, PIN_INVALID, UV_INVALID = (f"cbor_parse_reply: blob[0]=0x{status}" for status in ("27", "31", "3f"))


class Login:
    """A service of PAM that takes root with the key that is registered, for a `with` block."""

    def __init__(self, *options):
        self.options = options

    def __enter__(self):
        words = f"authfile={Path('keys').absolute()} origin={ORIGIN} appid={ORIGIN} cue debug {' '.join(self.options)}"
        SERVICE.write_text(f"auth required pam_u2f.so {words}\naccount required pam_permit.so\n")
        return self

    def __exit__(self, *_):
        SERVICE.unlink()

    def log_in(self, pin=None, status=0):
        answers = typed(pin) if pin else [(r"touch the device", "")]
        return run("pamtester", SERVICE.name, "root", "authenticate", answers=answers, status=status)


def register(*flags, answers=(), status=0):
    """Registers the key that is plugged in for root."""
    said = run("pamu2fcfg", "-u", "root", "-o", ORIGIN, "-i", ORIGIN, *flags, answers=answers, status=status)
    Path("keys").write_text(next((line for line in said.splitlines() if line.startswith("root:")), ""))
    return said


def fails(said, why):
    """A login that PAM refuses, and why: what the key answered, as libfido2 has it in its log, or that there is no key."""
    check("pamtester: Authentication failure" in said, "PAM says something else")
    check(why in said, f"it is not refused because of {why}")


@case("passkey", "yubikey-4")
def a_touch_logs_in(key):
    register()
    with Login() as login:
        login.log_in()
        # U2F knows no refusal: a client asks until there is a touch.
        if key.model == "passkey":
            key.control("ctl up refuse")
            fails(login.log_in(status=None), OPERATION_DENIED)


@case("no-uv")
def self_attestation_is_more_than_the_tool_can(key):
    check("fido_cred_verify (-7) FIDO_ERR_INVALID_ARGUMENT" in register(status=None), "the tool says something else")


@case("passkey", "yubikey-4")
def another_key_does_not_log_in(key):
    register()
    key.control("ctl reset")
    with Login():
        fails(run("pamtester", SERVICE.name, "root", "authenticate", status=None), "Key not found")


@case("yubikey-5-nfc")
def the_pin_logs_in(key):
    set_pin(key)
    register("-N", answers=typed(PIN))
    with Login("pinverification=1") as login:
        login.log_in(PIN)
        fails(login.log_in("wrong PIN", status=None), PIN_INVALID)
        login.log_in(PIN)


@case("passkey")
def the_fingerprint_logs_in(key):
    register("-V")
    with Login("userverification=1") as login:
        login.log_in()
        key.control("ctl uv fail")
        fails(login.log_in(status=None), UV_INVALID)


@case("yubikey-4")
def verification_is_more_than_it_can(key):
    # The tool registers it all the same; the login is what requires it.
    register("-V")
    with Login("userverification=1"):
        # libfido2 refuses to ask a U2F key for verification.
        fails(run("pamtester", SERVICE.name, "root", "authenticate", status=None), "u2f_authenticate: uv=2")
