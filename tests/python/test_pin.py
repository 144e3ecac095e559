"""clientPIN with both PIN/UV auth protocols."""

import unittest
from contextlib import contextmanager

from fido2.client import PinRequiredError, UserInteraction
from fido2.ctap import CtapError
from fido2.ctap2 import ClientPin, Ctap2
from fido2.ctap2.pin import PinProtocolV1, PinProtocolV2
from fido2.webauthn import UserVerificationRequirement

import plugged
from party import Party, client

PROTOCOLS = {1: PinProtocolV1, 2: PinProtocolV2}
# Each key that has a PIN, with each of its protocols.
PAIRS = [
    (name, number)
    for name, features in plugged.features().items()
    if features.get("client-pin")
    for number in features["pin-uv-auth-protocols"]
]
assert PAIRS, "no key of the catalogue has a PIN"
PIN, OTHER = "1234-Grüße", "another PIN"
HASH = b"hash of the client data, padded."
RP = {"id": "example.org", "name": "Example"}
USER = {"id": b"1", "name": "ann"}
ES256 = [{"type": "public-key", "alg": -7}]
MAKE, GET = ClientPin.PERMISSION.MAKE_CREDENTIAL, ClientPin.PERMISSION.GET_ASSERTION


class Typing(UserInteraction):
    """A person who types a PIN."""

    def __init__(self, pin):
        self.pin, self.asked = pin, 0

    def request_pin(self, permissions, rp_id):
        self.asked += 1
        return self.pin

    def request_uv(self, permissions, rp_id):
        return False


class Pin(unittest.TestCase):
    @contextmanager
    def plugged(self, name, number):
        """A key, its CTAP2 and its PIN over this protocol."""
        with plugged.Key(name) as key:
            ctap2 = Ctap2(key.connect())
            yield key, ctap2, ClientPin(ctap2, PROTOCOLS[number]())

    def refused(self, code, call, *arguments, **more):
        with self.assertRaises(CtapError) as caught:
            call(*arguments, **more)
        self.assertEqual(caught.exception.code, code)

    def test_set_change_and_use(self):
        for name, number in PAIRS:
            with self.subTest(key=name, protocol=number), self.plugged(name, number) as (_, ctap2, pin):
                self.assertIs(ctap2.get_info().options["clientPin"], False)
                self.refused(CtapError.ERR.PIN_NOT_SET, pin.get_pin_token, PIN)
                pin.set_pin(PIN)
                self.assertIs(ctap2.get_info().options["clientPin"], True)
                pin.change_pin(PIN, OTHER)
                self.refused(CtapError.ERR.PIN_INVALID, pin.get_pin_token, PIN)
                token = pin.get_pin_token(OTHER, MAKE | GET, RP["id"])
                made = ctap2.make_credential(
                    HASH, RP, USER, ES256,
                    pin_uv_param=pin.protocol.authenticate(token, HASH), pin_uv_protocol=number,
                )
                self.assertTrue(made.auth_data.is_user_verified())

    def test_a_pin_is_set_once(self):
        for name, number in PAIRS:
            with self.subTest(key=name, protocol=number), self.plugged(name, number) as (_, ctap2, pin):
                pin.set_pin("ü" * ctap2.info.min_pin_length)
                self.refused(CtapError.ERR.PIN_AUTH_INVALID, pin.set_pin, PIN)

    def test_wrong_pins_block_until_the_power_goes_and_then_for_good(self):
        for name, number in PAIRS:
            with self.subTest(key=name, protocol=number), self.plugged(name, number) as (key, ctap2, pin):
                pin.set_pin(PIN)
                retries, _ = pin.get_pin_retries()
                self.refused(CtapError.ERR.PIN_INVALID, pin.get_pin_token, OTHER)
                self.assertEqual(pin.get_pin_retries()[0], retries - 1)
                pin.get_pin_token(PIN)
                self.assertEqual(pin.get_pin_retries()[0], retries, "the right one resets the count")
                left = retries
                while left > 0:
                    for nth in range(1, 4):
                        left -= 1
                        code = CtapError.ERR.PIN_INVALID
                        if nth == 3:
                            code = CtapError.ERR.PIN_AUTH_BLOCKED
                        if left == 0:
                            code = CtapError.ERR.PIN_BLOCKED
                        self.refused(code, pin.get_pin_token, OTHER)
                        if left == 0:
                            break
                    if left == 0:
                        break
                    self.refused(CtapError.ERR.PIN_AUTH_BLOCKED, pin.get_pin_token, PIN)
                    # Keys before pinUvAuthToken do not tell that the power must go first.
                    told = 1 if pin.ctap.info.options.get("pinUvAuthToken") else None
                    self.assertEqual(pin.get_pin_retries(), (left, told), "a blocked attempt is not counted")
                    key.control("ctl replug")
                    pin = ClientPin(Ctap2(key.connect()), PROTOCOLS[number]())
                key.control("ctl replug")
                pin = ClientPin(Ctap2(key.connect()), PROTOCOLS[number]())
                self.refused(CtapError.ERR.PIN_BLOCKED, pin.get_pin_token, PIN)

    def test_a_token_is_for_what_it_was_given(self):
        for name, number in PAIRS:
            with self.subTest(key=name, protocol=number), self.plugged(name, number) as (_, ctap2, pin):
                if not ClientPin.is_token_supported(ctap2.info):
                    plugged.leave_out(self, name, plugged.NO_PERMISSIONS)
                pin.set_pin(PIN)
                token = pin.get_pin_token(PIN, GET, RP["id"])
                proof = {"pin_uv_param": pin.protocol.authenticate(token, HASH), "pin_uv_protocol": number}
                invalid = CtapError.ERR.PIN_AUTH_INVALID
                self.refused(invalid, ctap2.make_credential, HASH, RP, USER, ES256, **proof)
                token = pin.get_pin_token(PIN, MAKE, "other.example")
                proof["pin_uv_param"] = pin.protocol.authenticate(token, HASH)
                self.refused(invalid, ctap2.make_credential, HASH, RP, USER, ES256, **proof)
                proof["pin_uv_param"] = bytes(32 if number == 2 else 16)
                self.refused(invalid, ctap2.make_credential, HASH, RP, USER, ES256, **proof)

    def test_ceremonies_of_a_person_who_types(self):
        required = UserVerificationRequirement.REQUIRED
        for name in {name for name, _ in PAIRS}:
            with self.subTest(key=name), plugged.Key(name) as key:
                ClientPin(Ctap2(key.connect())).set_pin(PIN)
                # Whatever it has built in does not recognise anyone.
                key.control("ctl uv fail")
                party, person = Party(), Typing(PIN)
                agent = client(key.connect(), person)
                self.assertTrue(party.register(agent, user_verification=required).is_user_verified())
                data = party.log_in(agent, user_verification=required).response.authenticator_data
                self.assertTrue(data.is_user_verified())
                self.assertEqual(person.asked, 2)
                with self.assertRaises(PinRequiredError):
                    party.log_in(client(key.connect(), Typing(None)), user_verification=required)


if __name__ == "__main__":
    unittest.main()
