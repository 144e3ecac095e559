"""CTAPHID as python-fido2 speaks it."""

import threading
import unittest

from fido2.ctap import STATUS, CtapError
from fido2.ctap2 import Ctap2
from fido2.hid import CAPABILITY, CTAPHID

import plugged

RP, USER = {"id": "example.org", "name": "Example"}, {"id": b"1", "name": "ann"}
ES256 = [{"type": "public-key", "alg": -7}]
MODELS = {model["name"]: model for model in plugged.models()}


class Transport(unittest.TestCase):
    def test_capabilities_are_those_of_the_model(self):
        for name, model in MODELS.items():
            with self.subTest(key=name), plugged.Key(name) as key:
                device = key.connect()
                self.assertEqual(device.version, 2)
                for flag, there in [
                    (CAPABILITY.CBOR, bool(model.get("ctap2"))),
                    (CAPABILITY.NMSG, not model.get("u2f")),
                    (CAPABILITY.WINK, model["usb"]["wink"]),
                ]:
                    self.assertEqual(flag.supported(device.capabilities), there, flag)

    def test_ping_of_every_length(self):
        for port in plugged.PORTS:
            with self.subTest(port=port), plugged.Key("no-uv", port=port) as key:
                device = key.connect()
                for length in (1, 56, 57, 58, 116, 117, 1_000, 7_608, 7_609):
                    message = bytes(n % 251 for n in range(length))
                    self.assertEqual(device.ping(message), message, length)
                with self.assertRaises(CtapError) as caught:
                    device.call(CTAPHID.PING, bytes(7_610))
                self.assertEqual(caught.exception.code, CtapError.ERR.INVALID_LENGTH)

    def test_wink_and_lock(self):
        with plugged.Key("no-uv") as key:
            one, two = key.connect(), key.connect()
            one.wink()
            one.lock(10)
            one.ping()
            cancelled = threading.Event()
            cancelled.set()
            with self.assertRaises(CtapError) as caught:
                two.call(CTAPHID.PING, b"hello", cancelled)
            self.assertEqual(caught.exception.code, CtapError.ERR.CHANNEL_BUSY)
            one.lock(0)
            self.assertEqual(two.ping(b"hello"), b"hello")

    def test_a_wait_can_be_cancelled(self):
        for port in plugged.PORTS:
            with self.subTest(port=port), plugged.Key("no-uv", port=port, touch="never") as key:
                device = key.connect()
                cancel, seen = threading.Event(), []

                def keepalive(status):
                    seen.append(status)
                    if status == STATUS.UPNEEDED:
                        cancel.set()

                ctap2 = Ctap2(device)
                with self.assertRaises(CtapError) as caught:
                    ctap2.make_credential(b"h" * 32, RP, USER, ES256, event=cancel, on_keepalive=keepalive)
                self.assertEqual(caught.exception.code, CtapError.ERR.KEEPALIVE_CANCEL)
                self.assertIn(STATUS.UPNEEDED, seen)
                # A line on the port is not answered: what is read next is an answer to what is sent next.
                device._connection.tell("ctl up auto")
                device._connection.tell("ctl nonsense")
                ctap2.make_credential(b"h" * 32, RP, USER, ES256)

    def test_a_replugged_key_knows_no_channel(self):
        for port in plugged.PORTS:
            with self.subTest(port=port), plugged.Key("no-uv", port=port) as key:
                device = key.connect()
                device.ping()
                key.control("ctl replug")
                with self.assertRaises(CtapError) as caught:
                    device.ping()
                self.assertEqual(caught.exception.code, CtapError.ERR.INVALID_CHANNEL)
                key.connect().ping()


if __name__ == "__main__":
    unittest.main()
