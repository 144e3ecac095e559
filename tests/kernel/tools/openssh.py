"""OpenSSH: keys made with ssh-keygen, and a login at a real sshd with them."""

import os
import re
import shutil
import socket
from pathlib import Path

from stage import case, check, place, run, set_pin, start, typed
from stage.person import PIN


NOT_SUPPORTED = "Key enrollment failed: requested feature not supported"


def keygen(kind, *options, answers=(), status=0, name="id"):
    words = [word for option in options for word in ("-O", option)]
    return run("ssh-keygen", "-q", "-t", kind, *words, "-N", "", "-C", "", "-f", name, answers=answers, status=status)


class Server:
    """An sshd on a free port that lets in who has this public key, under these conditions."""

    def __init__(self, public, conditions=""):
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        here = Path.cwd()
        if not Path("host").exists():
            run("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", "host")
        # Who logs in is not who is here.
        here.chmod(0o755)
        Path("authorized").write_text(f"{conditions} {Path(public).read_text()}".lstrip())
        Path("sshd_config").write_text(
            f"ListenAddress 127.0.0.1\nPort {self.port}\nHostKey {here}/host\nPidFile none\n"
            f"AuthorizedKeysFile {here}/authorized\nStrictModes no\nPermitRootLogin prohibit-password\n"
            "PasswordAuthentication no\nKbdInteractiveAuthentication no\nUsePAM no\n"
        )
        program = shutil.which("sshd", path=f"{os.environ['PATH']}:/usr/sbin")
        check(program, "there is no sshd")
        self.program = start(program, "-D", "-e", "-f", here / "sshd_config")
        self.program.until("listening on 127.0.0.1")

    def log_in(self, private="id", answers=(), status=0):
        """Logs in with a private key, and has it prove that it is in."""
        # The quickest key exchange: this is about the signature.
        options = ["KexAlgorithms=curve25519-sha256", "BatchMode=no", "IdentitiesOnly=yes", "IdentityAgent=none", "StrictHostKeyChecking=no"]
        options += ["UserKnownHostsFile=/dev/null", "LogLevel=ERROR", "PreferredAuthentications=publickey"]
        words = [word for option in options for word in ("-o", option)]
        command = ["ssh", "-F", "none", *words, "-p", self.port, "-i", private, f"{place.user()}@127.0.0.1", "echo $((6 * 7))"]
        said = run(*command, answers=answers, status=status)
        check((re.search(r"^42$", said, re.MULTILINE) is not None) == (status == 0), "it is in, or not, as it should not")
        return said


@case("passkey", "yubikey-4", "no-uv")
def ecdsa_sk_logs_in_by_touch_alone(key):
    keygen("ecdsa-sk")
    check("sk-ecdsa-sha2-nistp256@openssh.com" in Path("id.pub").read_text(), "it is another kind of key")
    server = Server("id.pub")
    server.log_in()
    server = Server("id.pub", "verify-required")
    check("Permission denied (publickey)" in server.log_in(status=255), "the client says something else")
    # U2F knows no refusal: a client asks until there is a touch.
    if key.model != "yubikey-4":
        key.control("ctl up refuse")
        # libfido2's OPERATION_DENIED is, in OpenSSH's words, a wrong passphrase.
        said = Server("id.pub").log_in(status=255)
        check("signing failed" in said and "incorrect passphrase supplied" in said, "the client says something else")


@case("yubikey-5-nfc")
def ed25519_sk_logs_in(key):
    keygen("ed25519-sk")
    Server("id.pub").log_in()


@case("passkey", "yubikey-4", "no-uv")
def ed25519_sk_is_more_than_it_can(key):
    said = keygen("ed25519-sk", status=None)
    why = "Key enrollment failed: invalid format" if key.model == "yubikey-4" else NOT_SUPPORTED
    check(why in said, "the tool says something else")


@case("passkey")
def resident_key_is_downloaded_and_logs_in(key):
    set_pin(key)
    keygen("ecdsa-sk", "resident", "application=ssh:kept", answers=typed(PIN))
    made = Path("id.pub").read_text().split()[1]
    run("ssh-keygen", "-K", "-N", "", answers=typed(PIN))
    check(Path("id_ecdsa_sk_rk_kept.pub").read_text().split()[1] == made, "another public key is downloaded")
    Server("id.pub").log_in("id_ecdsa_sk_rk_kept")


@case("yubikey-5-nfc")
def resident_ed25519_key_is_downloaded_and_logs_in(key):
    set_pin(key)
    keygen("ed25519-sk", "resident", answers=typed(PIN))
    run("ssh-keygen", "-K", "-N", "", answers=typed(PIN))
    Server("id.pub").log_in("id_ed25519_sk_rk")


@case("yubikey-4", "no-uv")
def resident_keys_are_more_than_it_can(key):
    check(NOT_SUPPORTED in keygen("ecdsa-sk", "resident", status=None), "the tool says something else")
    # It asks for a PIN before it looks at the key.
    asked = ["ssh-keygen", "-K", "-N", ""]
    if key.model == "yubikey-4":
        check("No keys to download" in run(*asked, answers=typed(PIN)), "the tool says something else")
    else:
        said = run(*asked, answers=typed(PIN), status=None)
        check("Unable to load resident keys: invalid format" in said, "the tool says something else")


@case("yubikey-5-nfc")
def verify_required_logs_in_by_pin(key):
    set_pin(key)
    keygen("ecdsa-sk", "verify-required", answers=typed(PIN))
    Server("id.pub", "verify-required").log_in(answers=typed(PIN))


@case("passkey")
def verify_required_logs_in_by_fingerprint(key):
    keygen("ecdsa-sk", "verify-required")
    server = Server("id.pub", "verify-required")
    server.log_in()
    key.control("ctl uv fail")
    check("signing failed" in server.log_in(status=255), "the client says something else")


@case("yubikey-4", "no-uv")
def verification_is_more_than_it_can(key):
    check(NOT_SUPPORTED in keygen("ecdsa-sk", "verify-required", status=None), "the tool says something else")


@case("passkey", "yubikey-4", "no-uv")
def a_server_that_requires_no_touch_takes_one_that_needs_none(key):
    keygen("ecdsa-sk", "no-touch-required")
    key.control("ctl up never")
    server = Server("id.pub", "no-touch-required")
    if key.model == "yubikey-4":
        check("signing failed" in server.log_in(status=255), "the client says something else")
    else:
        server.log_in()
