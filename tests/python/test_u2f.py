"""U2F raw messages with every key that speaks them."""

import hashlib
import unittest
from contextlib import contextmanager
from itertools import product

from fido2.cose import ES256
from fido2.ctap import CtapError
from fido2.ctap1 import APDU, ApduError, Ctap1
from fido2.ctap2 import Ctap2

import plugged

APPLICATION = hashlib.sha256(b"example.org").digest()
CHALLENGE = hashlib.sha256(b"a challenge").digest()
# Those that speak U2F, and whether they speak CTAP2, too.
SPEAKING = {model["name"]: bool(model.get("ctap2")) for model in plugged.models() if model.get("u2f")}


def polled(call, *arguments, **more):
    """Asks until the user has touched the key."""
    while True:
        try:
            return call(*arguments, **more)
        except ApduError as error:
            if error.code != APDU.USE_NOT_SATISFIED:
                raise


class U2f(unittest.TestCase):
    @contextmanager
    def plugged(self, name, **how):
        """A plugged key and a client with a channel of its own."""
        with plugged.Key(name, **how) as key:
            yield key, key.connect()

    def test_register_and_authenticate(self):
        for port, name in product(plugged.PORTS, SPEAKING):
            with self.subTest(key=name, port=port), self.plugged(name, port=port) as (_, device):
                u2f = Ctap1(device)
                self.assertEqual(u2f.get_version(), "U2F_V2")
                made = polled(u2f.register, CHALLENGE, APPLICATION)
                made.verify(APPLICATION, CHALLENGE)
                counters = []
                for _ in range(2):
                    signed = polled(u2f.authenticate, CHALLENGE, APPLICATION, made.key_handle)
                    signed.verify(APPLICATION, CHALLENGE, made.public_key)
                    self.assertEqual(signed.user_presence, 1)
                    counters.append(signed.counter)
                self.assertLess(counters[0], counters[1])

    def test_check_only_asks_nobody(self):
        for name in SPEAKING:
            with self.subTest(key=name), self.plugged(name) as (key, device):
                u2f = Ctap1(device)
                made = polled(u2f.register, CHALLENGE, APPLICATION)
                key.control("ctl up never")
                # The handle is known: a touch would be wanted, and is not waited for.
                for handle, code in [
                    (made.key_handle, APDU.USE_NOT_SATISFIED),
                    (bytes(len(made.key_handle)), APDU.WRONG_DATA),
                ]:
                    with self.assertRaises(ApduError) as caught:
                        u2f.authenticate(CHALLENGE, APPLICATION, handle, check_only=True)
                    self.assertEqual(caught.exception.code, code)

    def test_what_is_wrong_has_its_status(self):
        for name in SPEAKING:
            with self.subTest(key=name), self.plugged(name) as (_, device):
                u2f = Ctap1(device)
                for message, code in [
                    ({"cla": 1, "ins": 3}, 0x6E00),
                    ({"ins": 0x77}, 0x6D00),
                    ({"ins": 1, "data": b"short"}, 0x6700),
                ]:
                    with self.assertRaises(ApduError) as caught:
                        u2f.send_apdu(**message)
                    self.assertEqual(caught.exception.code, code, message)

    def test_a_key_that_speaks_nothing_else_knows_no_ctap2(self):
        for name in (name for name, both in SPEAKING.items() if not both):
            with self.subTest(key=name), self.plugged(name) as (_, device):
                with self.assertRaises(CtapError) as caught:
                    device.call(0x10, b"\x04")
                self.assertEqual(caught.exception.code, CtapError.ERR.INVALID_COMMAND)

    def test_a_credential_works_over_both_protocols(self):
        for name in (name for name, both in SPEAKING.items() if both):
            with self.subTest(key=name), self.plugged(name) as (_, device):
                u2f, ctap2 = Ctap1(device), Ctap2(device)
                made = polled(u2f.register, CHALLENGE, APPLICATION)
                allowed = [{"type": "public-key", "id": made.key_handle}]
                got = ctap2.get_assertion("example.org", CHALLENGE, allowed)
                got.verify(CHALLENGE, ES256.from_ctap1(made.public_key))

                rp, user = {"id": "example.org", "name": "Example"}, {"id": b"1", "name": "ann"}
                made = ctap2.make_credential(CHALLENGE, rp, user, [{"type": "public-key", "alg": -7}])
                data = made.auth_data.credential_data
                signed = polled(u2f.authenticate, CHALLENGE, APPLICATION, data.credential_id)
                public = data.public_key
                signed.verify(APPLICATION, CHALLENGE, b"\x04" + public[-2] + public[-3])


if __name__ == "__main__":
    unittest.main()
