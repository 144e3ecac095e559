"""libfido2's tools, fido2-token, fido2-cred and fido2-assert, with every kind of key."""

import base64
import os
import re
from pathlib import Path

from stage import case, check, run, set_pin, typed
from stage.person import OTHER, PIN

HASH = base64.b64encode(b"hash of the client data, padded.").decode()
RP = "example.org"


def register(key, *flags, answers=(), status=0, kind="es256", rp=RP, user="ann"):
    """Makes a credential and has the tool verify its attestation; the credential id and the file of its public key."""
    identity = base64.b64encode(user.encode()).decode()
    Path("wish").write_text(f"{HASH}\n{rp}\n{user}\n{identity}\n")
    said = run("fido2-cred", "-M", *flags, "-i", "wish", "-o", "made", key.node, kind, answers=answers, status=status)
    if status != 0:
        return said
    claimed = [flag for flag in flags if flag in ("-h", "-v")]
    run("fido2-cred", "-V", *claimed, "-i", "made", "-o", "credential", kind)
    credential, _, pem = Path("credential").read_text().partition("\n")
    Path("public").write_text(pem)
    return credential, "public"


def log_in(key, credential, *flags, answers=(), status=0, kind="es256"):
    """Gets an assertion, of any resident credential if none is named, and has the tool verify it; the tool's lines."""
    lines = [HASH, RP]
    if credential:
        lines.append(credential)
    else:
        flags = ("-r", *flags)
    if "-h" in flags:
        lines.append(base64.b64encode(b"salt" * 8).decode())
    Path("wish").write_text("\n".join(lines) + "\n")
    said = run("fido2-assert", "-G", *flags, "-i", "wish", "-o", "got", key.node, answers=answers, status=status)
    if status != 0:
        return said
    claimed = [flag for flag in flags if flag in ("-p", "-v", "-h")]
    run("fido2-assert", "-V", *claimed, "-i", "got", "public", kind)
    return Path("got").read_text().splitlines()


def asks_for_pin(key, pin, error="FIDO_ERR_NO_CREDENTIALS"):
    """Has the tool list what the key keeps, which is nothing, for which it needs the PIN."""
    if key.model == "passkey":
        # The tool does without a PIN until the sensor is blocked.
        while "uv retries: 0" not in run("fido2-token", "-I", key.node):
            fails("FIDO_ERR_", "fido2-token", "-L", "-r", key.node)
    fails(error, "fido2-token", "-L", "-r", key.node, answers=typed(pin))


def fails(error, *command, answers=()):
    """A tool that cannot, and says so in these words."""
    said = run(*command, answers=answers, status=None)
    check(error in said, f"it does not say {error}")


@case("passkey", "yubikey-4", "no-uv")
def is_listed(key):
    line = next(line for line in run("fido2-token", "-L").splitlines() if line.startswith(f"{key.node}:"))
    ids = {"passkey": ("1209", "0001"), "yubikey-4": ("1050", "0407"), "no-uv": ("1209", "0002")}
    vendor, product = ids[key.model]
    check(f"vendor=0x{vendor}, product=0x{product}" in line, line)


@case("passkey", "yubikey-4", "no-uv")
def tells_what_it_is(key):
    said = run("fido2-token", "-I", key.node)
    fact = dict(re.findall(r"^(\w[\w ]*): (.*)$", said, re.MULTILINE))
    flags = fact["caps"].partition("(")[2].rstrip(")").split(", ")
    check("wink" in flags, flags)
    check(("cbor" in flags) == (key.model != "yubikey-4"), flags)
    check(("nomsg" in flags) == (key.model == "no-uv"), flags)
    if key.model == "yubikey-4":
        check("aaguid" not in fact, "a U2F key has an AAGUID")
        return
    options = fact["options"].split(", ")
    if key.model == "no-uv":
        check(fact["version strings"] == "FIDO_2_0", fact["version strings"])
        check("nork" in options and "up" in options, options)
        check(not any("uv" in option or "clientPin" in option for option in options), options)
    else:
        check(fact["version strings"] == "U2F_V2, FIDO_2_0, FIDO_2_1_PRE, FIDO_2_1", fact["version strings"])
        for option in ("rk", "uv", "noclientPin", "credMgmt", "pinUvAuthToken"):
            check(option in options, options)
        check(fact["aaguid"] == "431e649be40e42ec85af0eb75881b845", fact["aaguid"])
        check(fact["pin protocols"] == "2, 1", fact["pin protocols"])


@case("passkey", "yubikey-5-nfc")
def pin_is_set_and_changed(key):
    set_pin(key)
    check(re.search(r"[ ,]clientPin", run("fido2-token", "-I", key.node)), "no PIN is set")
    run("fido2-token", "-C", key.node, answers=typed(PIN, OTHER, OTHER))
    key.control("ctl uv fail")
    asks_for_pin(key, PIN, "FIDO_ERR_PIN_INVALID")
    asks_for_pin(key, OTHER)


@case("passkey")
def short_pin_is_refused(key):
    fails("invalid PIN length", "fido2-token", "-S", key.node, answers=typed("123", "123"))


@case("yubikey-4", "no-uv")
def no_pin_can_be_set(key):
    fails("fido_dev_set_pin: FIDO_ERR_INTERNAL", "fido2-token", "-S", key.node, answers=typed(PIN, PIN))


@case("passkey", "no-uv")
def registers_and_logs_in(key):
    credential, _ = register(key)
    log_in(key, credential, "-p")
    check("FIDO_ERR_NO_CREDENTIALS" in log_in(key, HASH, status=None), "a strange credential id does not fail so")


@case("yubikey-4")
def registers_and_logs_in_by_u2f_alone(key):
    credential, _ = register(key)
    log_in(key, credential, "-p")
    check("FIDO_ERR_NO_CREDENTIALS" in log_in(key, HASH, "-p", status=None), "a strange key handle does not fail so")


@case("passkey")
def registers_and_logs_in_by_u2f(key):
    credential, _ = register(key, "-u")
    log_in(key, credential, "-u", "-p")
    # It is the same key by CTAP2.
    log_in(key, credential, "-p")


@case("no-uv")
def does_not_speak_u2f(key):
    check("fido_dev_make_cred: FIDO_ERR_RX" in register(key, "-u", status=None), "a key without U2F registers by it")


@case("passkey")
def verifies_its_user(key):
    credential, _ = register(key, "-v")
    # -v would ask for a PIN.
    log_in(key, credential, "-p", "-t", "uv=true")
    run("fido2-assert", "-V", "-v", "-i", "got", "public")
    key.control("ctl uv fail")
    check("FIDO_ERR_UV_INVALID" in log_in(key, credential, "-t", "uv=true", status=None), "nobody is recognised, and it passes")


@case("passkey")
def takes_the_pin_where_nobody_is_recognised(key):
    set_pin(key)
    key.control("ctl uv fail")
    check("FIDO_ERR_UV_INVALID" in register(key, "-v", status=None), "nobody is recognised, and it passes")
    check("FIDO_ERR_UV_BLOCKED" in register(key, "-v", status=None), "it goes on")
    # For a resident credential this tool asks for the PIN then.
    register(key, "-r", answers=typed(PIN))


@case("yubikey-5-nfc")
def verifies_its_user_by_pin(key):
    set_pin(key)
    # To register it asks for no PIN that the key does not require.
    check("FIDO_ERR_INVALID_OPTION" in register(key, "-v", status=None), "the key verifies its user by itself")
    credential, _ = register(key, answers=typed(PIN))
    log_in(key, credential, "-p", "-v", answers=typed(PIN))
    said = log_in(key, credential, "-v", answers=typed(OTHER), status=None)
    check("FIDO_ERR_PIN_INVALID" in said, "another PIN is taken")


@case("yubikey-4", "no-uv")
def cannot_verify_its_user(key):
    error = "UNSUPPORTED_OPTION" if key.model == "yubikey-4" else "INVALID_OPTION"
    check(f"fido_dev_make_cred: FIDO_ERR_{error}" in register(key, "-v", status=None), "the key verifies its user")


@case("yubikey-4", "no-uv")
def keeps_nothing(key):
    said = register(key, "-r", status=None)
    check("fido_dev_make_cred: FIDO_ERR_UNSUPPORTED_OPTION" in said, "the key makes a resident credential")
    error = "INVALID_COMMAND" if key.model == "yubikey-4" else "INTERNAL"
    fails(f"fido_credman_get_dev_rp: FIDO_ERR_{error}", "fido2-token", "-L", "-r", key.node)


@case("passkey", "yubikey-5-nfc")
def resident_credentials_are_listed_used_and_deleted(key):
    set_pin(key)
    for user in ("ann", "bob"):
        credential, _ = register(key, "-r", user=user, answers=typed(PIN))
    # A key with a sensor is asked to verify its user so.
    pin = typed(PIN) if key.model == "yubikey-5-nfc" else ()
    check("example.org" in run("fido2-token", "-L", "-r", key.node, answers=pin), "the RP is not listed")
    listed = run("fido2-token", "-L", "-k", RP, key.node, answers=pin)
    check(" YW5u " in listed and " Ym9i " in listed, "the users are not listed")
    run("fido2-token", "-D", "-i", credential, key.node, answers=pin)
    listed = run("fido2-token", "-L", "-k", RP, key.node, answers=pin)
    check(" YW5u " in listed and " Ym9i " not in listed, "what was deleted is listed, or the other is not")
    check("existing rk(s): 1" in run("fido2-token", "-I", "-c", key.node, answers=pin), "it does not count 1")


@case("passkey")
def a_resident_credential_needs_no_name(key):
    register(key, "-r", "-v")
    log_in(key, None, "-p")


@case("passkey")
def hmac_secret_is_the_same_each_time(key):
    credential, _ = register(key, "-h")
    secrets = {log_in(key, credential, "-h", "-p")[-1] for _ in range(2)}
    check(len(secrets) == 1, "two secrets come of one salt")


@case("yubikey-5-nfc")
def wrong_pins_block_it_until_it_is_reset(key):
    set_pin(key)
    left = 8
    while left:
        for nth in (1, 2, 3):
            left -= 1
            error = "PIN_BLOCKED" if left == 0 else "PIN_AUTH_BLOCKED" if nth == 3 else "PIN_INVALID"
            fails(f"FIDO_ERR_{error}", "fido2-token", "-L", "-r", key.node, answers=typed(OTHER))
            if left == 0:
                break
        check(f"pin retries: {left}\n" in run("fido2-token", "-I", key.node), f"it does not tell {left} retries")
        key.control("ctl replug")
    fails("FIDO_ERR_PIN_BLOCKED", "fido2-token", "-L", "-r", key.node, answers=typed(PIN))
    run("fido2-token", "-R", key.node)
    set_pin(key, OTHER)
    asks_for_pin(key, OTHER)


@case("passkey")
def reset_forgets_everything(key):
    credential, _ = register(key)
    run("fido2-token", "-R", key.node)
    check("FIDO_ERR_NO_CREDENTIALS" in log_in(key, credential, status=None), "a credential outlives the reset")


@case("passkey", "no-uv", touch="refuse")
def a_user_who_refuses_is_told(key):
    check("FIDO_ERR_OPERATION_DENIED" in register(key, status=None), "a refusal is told in other words")
