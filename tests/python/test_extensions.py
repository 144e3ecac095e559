"""Extensions as python-fido2's WebAuthn client asks for them."""

import unittest
from contextlib import contextmanager

from fido2.client import ClientError, UserInteraction
from fido2.ctap2 import ClientPin, Config, Ctap2
from fido2.utils import websafe_decode
from fido2.webauthn import ResidentKeyRequirement, UserVerificationRequirement

import plugged
from party import RP_ID, Party, client

EXTENSIONS = {name: features.get("extensions", []) for name, features in plugged.features().items()}
PIN = "123456"
RESIDENT = ResidentKeyRequirement.REQUIRED


def having(extension):
    return [name for name, extensions in EXTENSIONS.items() if extension in extensions]


class Typing(UserInteraction):
    def request_pin(self, permissions, rp_id):
        return PIN


class Extensions(unittest.TestCase):
    @contextmanager
    def each(self, name):
        """A key with a PIN, its user agent and a relying party."""
        with plugged.Key(name) as key:
            ctap2 = Ctap2(key.connect())
            if "clientPin" in ctap2.info.options:
                ClientPin(ctap2).set_pin(PIN)
            yield key, client(key.connect(), Typing()), Party()

    def keys(self, extension):
        names = having(extension)
        self.assertTrue(names, f"no key of the catalogue has {extension}")
        return names

    def test_prf(self):
        for name in self.keys("hmac-secret"):
            with self.subTest(key=name), self.each(name) as (_, agent, party):
                party.register(agent, resident_key_requirement=RESIDENT, extensions={"prf": {}})

                def secrets(first, second=None, **how):
                    values = {"first": first} if second is None else {"first": first, "second": second}
                    response = party.log_in(agent, extensions={"prf": {"eval": values}}, **how)
                    return response.client_extension_results["prf"]["results"]

                one = secrets(b"one")["first"]
                self.assertEqual(len(websafe_decode(one)), 32)
                both = secrets(b"two", b"one")
                self.assertEqual(both["second"], one, "the same input, the same secret")
                self.assertNotEqual(both["first"], one)

    def test_cred_protect(self):
        protected = {"credentialProtectionPolicy": "userVerificationRequired", "enforceCredentialProtectionPolicy": True}
        discouraged = UserVerificationRequirement.DISCOURAGED
        for name in self.keys("credProtect"):
            with self.subTest(key=name), self.each(name) as (key, agent, party):
                made = party.register(agent, resident_key_requirement=RESIDENT, extensions=protected)
                self.assertEqual(made.extensions["credProtect"], 3)
                with self.assertRaises(ClientError):
                    party.log_in(agent, user_verification=discouraged)
                self.assertTrue(party.log_in(agent, user_verification=UserVerificationRequirement.REQUIRED))

    def test_cred_blob(self):
        for name in self.keys("credBlob"):
            with self.subTest(key=name), self.each(name) as (_, agent, party):
                made = party.register(agent, resident_key_requirement=RESIDENT, extensions={"credBlob": b"a blob"})
                self.assertIs(made.extensions["credBlob"], True)
                data = party.log_in(agent, extensions={"getCredBlob": True}).response.authenticator_data
                self.assertEqual(data.extensions["credBlob"], b"a blob")

    def test_min_pin_length_is_told_to_those_who_may_know(self):
        for name in self.keys("minPinLength"):
            with self.subTest(key=name), self.each(name) as (key, agent, party):
                asked = {"minPinLength": True}
                made = party.register(agent, extensions=asked)
                self.assertNotIn("minPinLength", made.extensions or {})
                ctap2 = Ctap2(key.connect())
                pin = ClientPin(ctap2)
                token = pin.get_pin_token(PIN, ClientPin.PERMISSION.AUTHENTICATOR_CFG)
                Config(ctap2, pin.protocol, token).set_min_pin_length(rp_ids=[RP_ID])
                made = Party().register(client(key.connect(), Typing()), extensions=asked)
                self.assertEqual(made.extensions["minPinLength"], ctap2.info.min_pin_length)


if __name__ == "__main__":
    unittest.main()
