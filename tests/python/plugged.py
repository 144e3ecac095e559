"""A key that `anykey plug` runs, and python-fido2's way to it."""

import json
import os
import socket
import subprocess
import tempfile

from fido2.hid import CtapHidDevice
from fido2.hid.base import CtapHidConnection, HidDescriptor

ANYKEY = os.environ["ANYKEY"]
PACKET = 64
# When something that must happen counts as not happening, in seconds.
LONG = 30
PORTS = ("unix", "unix-dgram", "udp")


def models():
    """The keys of the catalogue, as `anykey keys --json` lists them."""
    listed = subprocess.run([ANYKEY, "keys", "--json"], check=True, capture_output=True)
    return json.loads(listed.stdout)


def features():
    """What each key of the catalogue that speaks CTAP2 can do beyond the first version, by name."""
    return {model["name"]: model["ctap2"].get("features", {}) for model in models() if model.get("ctap2")}


# What python-fido2 cannot do with a key, or a key with it, and for which keys: nothing else is left out.
NO_PROTOCOL = "python-fido2 verifies no user without a PIN/UV auth protocol"
NO_PERMISSIONS = "its tokens have no permissions"
LEFT_OUT = {
    NO_PROTOCOL: ["windows-hello"],
    NO_PERMISSIONS: ["epass-fido-nfc", "titan", "yubikey-5-nfc"],
}


def leave_out(test, model, why):
    """Skips the subtest, if the model is one for which that is known."""
    test.assertIn(model, LEFT_OUT[why], why)
    test.skipTest(why)


def root():
    """The root certificate that all attestation ends at, as PEM."""
    return subprocess.run([ANYKEY, "roots"], check=True, capture_output=True).stdout


class Connection(CtapHidConnection):
    """Packets over the socket of a plugged key."""

    def __init__(self, address):
        kind, _, place = address.partition(":")
        if kind == "udp":
            host, _, port = place.rpartition(":")
            self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
            place = (host, int(port))
        elif kind == "unix-dgram":
            self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
            # Any free name, so that the key can answer.
            self.socket.bind("")
        else:
            self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self.socket.settimeout(LONG)
        self.socket.connect(place)

    def read_packet(self):
        packet = self.socket.recv(2 * PACKET)
        if len(packet) != PACKET:
            raise ConnectionError(f"the key sent {len(packet)} bytes")
        return packet

    def write_packet(self, data):
        if len(data) != PACKET:
            raise ValueError(f"the client sends {len(data)} bytes")
        self.socket.send(data)

    def tell(self, line):
        """Says a line to whoever holds the key; there is no answer."""
        self.socket.send(line.encode())

    def close(self):
        self.socket.close()


class Key:
    """A plugged key, for a `with` block."""

    def __init__(self, model, port="unix", touch="after:1ms", arguments=()):
        self.model, self.port, self.touch, self.arguments = model, port, touch, arguments
        self.devices = []

    def __enter__(self):
        self.directory = tempfile.TemporaryDirectory()
        place = "udp:127.0.0.1:0" if self.port == "udp" else f"{self.port}:{self.directory.name}/key"
        self.control_path = f"{self.directory.name}/control"
        words = ["plug", self.model, "--port", place, "--control", f"unix:{self.control_path}"]
        words += ["--touch", self.touch, *self.arguments]
        self.process = subprocess.Popen([ANYKEY, *words], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True)
        line = self.process.stdout.readline()
        if not line.startswith("ready "):
            raise AssertionError(f"the key is not ready: {line!r}")
        self.address = line.removeprefix("ready ").strip()
        return self

    def __exit__(self, kind, *_):
        for device in self.devices:
            device.close()
        self.process.terminate()
        code = self.process.wait(LONG)
        self.process.stdout.close()
        left = os.listdir(self.directory.name)
        self.directory.cleanup()
        if kind is None and (code != 0 or left):
            raise AssertionError(f"the key ended with {code} and left {left}")

    def connect(self):
        """A client with a channel of its own."""
        descriptor = HidDescriptor(self.address, 0, 0, PACKET, PACKET, self.model, None)
        device = CtapHidDevice(descriptor, Connection(self.address))
        self.devices.append(device)
        return device

    def control(self, line):
        """Gives an order, and returns when it is done."""
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as script:
            script.settimeout(LONG)
            script.connect(self.control_path)
            script.sendall(line.encode() + b"\n")
            with script.makefile() as answers:
                answer = answers.readline().strip()
        if answer != "ok":
            raise AssertionError(f"{line}: {answer}")
