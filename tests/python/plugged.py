"""A key that `anykey plug` runs, and python-fido2's way to it."""

import json
import os
import socket
import subprocess
import tempfile
import threading

from fido2.hid import CtapHidDevice, open_device
from fido2.hid.base import CtapHidConnection, HidDescriptor

ANYKEY = os.environ["ANYKEY"]
PACKET = 64
# When something that must happen counts as not happening, in seconds.
LONG = 30
# Where keys are plugged in: those named, or each kind of socket. `uhid` is this machine's kernel.
PORTS = tuple(os.environ.get("ANYKEY_PORTS", "unix unix-dgram udp").split())
# Those on which a key is a device with a node.
KERNEL = ("uhid", "usbip")
# The keys of the catalogue that are tried: those named, or all.
MODELS = os.environ.get("ANYKEY_KEYS", "").split()


def models():
    """The keys that are tried, as `anykey keys --json` lists them."""
    listed = subprocess.run([ANYKEY, "keys", "--json"], check=True, capture_output=True)
    return [model for model in json.loads(listed.stdout) if not MODELS or model["name"] in MODELS]


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
    """A plugged key, for a `with` block. With `log`, a path, what clients and the key say goes there, decoded."""

    def __init__(self, model, port=PORTS[0], touch="after:1ms", arguments=(), log=None):
        self.model, self.port, self.touch, self.arguments, self.log = model, port, touch, arguments, log
        self.devices = []

    def __enter__(self):
        self.directory = tempfile.TemporaryDirectory()
        places = {"uhid": "uhid", "udp": "udp:127.0.0.1:0", "usbip": "usbip:127.0.0.1:0"}
        place = places.get(self.port, f"{self.port}:{self.directory.name}/key")
        self.control_path = f"{self.directory.name}/control"
        words = ["plug", self.model, "--port", place, "--control", f"unix:{self.control_path}"]
        words += ["--touch", self.touch, *(["--print"] if self.log else []), *self.arguments]
        out = {"stdin": subprocess.DEVNULL, "stdout": subprocess.PIPE, "text": True}
        if self.log:
            out["stderr"] = subprocess.STDOUT
        self.process = subprocess.Popen([ANYKEY, *words], **out)
        line = self.process.stdout.readline()
        if not line.startswith("ready "):
            raise AssertionError(f"the key is not ready: {line!r}")
        self.address = line.removeprefix("ready ").strip()
        self.copier = None
        if self.log:
            self.copier = threading.Thread(target=self._copy, daemon=True)
            self.copier.start()
        return self

    def _copy(self):
        with open(self.log, "a", buffering=1, encoding="utf-8") as file:
            file.writelines(self.process.stdout)

    def __exit__(self, kind, *_):
        for device in self.devices:
            device.close()
        self.process.terminate()
        code = self.process.wait(LONG)
        if self.copier:
            self.copier.join(LONG)
        self.process.stdout.close()
        left = os.listdir(self.directory.name)
        self.directory.cleanup()
        if kind is None and (code != 0 or left):
            raise AssertionError(f"the key ended with {code} and left {left}")

    @property
    def node(self):
        """On uhid, the device by which programs find it."""
        return self.ask("ctl where").split()[1]

    def connect(self):
        """A client, on sockets with a channel of its own."""
        if self.port in KERNEL:
            # Whoever has the node open hears all replies; python-fido2 does not pass over those to another channel.
            if self.devices:
                return self.devices[0]
            device = open_device(self.node)
        else:
            descriptor = HidDescriptor(self.address, 0, 0, PACKET, PACKET, self.model, None)
            device = CtapHidDevice(descriptor, Connection(self.address))
        self.devices.append(device)
        return device

    def control(self, line):
        """Gives an order, and returns when it is done."""
        answer = self.ask(line)
        if answer:
            raise AssertionError(f"{line}: {answer}")

    def ask(self, line):
        """Gives an order, and returns what the key says to it."""
        if self.port in KERNEL and line.endswith("plug"):
            # The node goes away, and what has it open is of no more use.
            while self.devices:
                self.devices.pop().close()
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as script:
            script.settimeout(LONG)
            script.connect(self.control_path)
            script.sendall(line.encode() + b"\n")
            with script.makefile() as answers:
                answer = answers.readline().strip()
        verdict, _, said = answer.partition(" ")
        if verdict != "ok":
            raise AssertionError(f"{line}: {answer}")
        return said
