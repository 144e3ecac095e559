"""Credential management, authenticatorConfig, selection and reset."""

import hashlib
import unittest
from contextlib import contextmanager

from fido2.ctap import CtapError
from fido2.ctap1 import ApduError, Ctap1
from fido2.ctap2 import ClientPin, Config, CredentialManagement, Ctap2

import plugged

FEATURES = plugged.features()
MANAGED = [name for name, features in FEATURES.items() if features.get("cred-mgmt")]
CONFIGURED = [name for name, features in FEATURES.items() if features.get("authnr-cfg")]
assert MANAGED and CONFIGURED, "no key of the catalogue has what is tested here"
PIN = "123456"
HASH = b"hash of the client data, padded."
ES256 = [{"type": "public-key", "alg": -7}]
RESULT = CredentialManagement.RESULT


class Owner(unittest.TestCase):
    """What the owner of a key does with it, after typing the PIN."""

    @contextmanager
    def plugged(self, name):
        with plugged.Key(name) as key:
            ctap2 = Ctap2(key.connect())
            pin = ClientPin(ctap2)
            pin.set_pin(PIN)
            yield key, Ctap2(key.connect()), pin

    def refused(self, code, call, *arguments, **more):
        with self.assertRaises(CtapError) as caught:
            call(*arguments, **more)
        self.assertEqual(caught.exception.code, code)

    def make(self, ctap2, pin, rp, user, **more):
        token = pin.get_pin_token(PIN, ClientPin.PERMISSION.MAKE_CREDENTIAL, rp)
        proof = {"pin_uv_param": pin.protocol.authenticate(token, HASH), "pin_uv_protocol": pin.protocol.VERSION}
        entity = {"id": user.encode(), "name": user, "displayName": user.title()}
        return ctap2.make_credential(HASH, {"id": rp, "name": rp}, entity, ES256, options={"rk": True}, **proof, **more)

    def manage(self, ctap2, pin):
        token = pin.get_pin_token(PIN, ClientPin.PERMISSION.CREDENTIAL_MGMT)
        return CredentialManagement(ctap2, pin.protocol, token)

    def test_credentials_are_listed_renamed_and_deleted(self):
        for name in MANAGED:
            with self.subTest(key=name), self.plugged(name) as (_, ctap2, pin):
                made = {}
                for rp, user in [("a.example", "ann"), ("a.example", "bob"), ("b.example", "ann")]:
                    made[rp, user] = self.make(ctap2, pin, rp, user).auth_data.credential_data
                manager = self.manage(ctap2, pin)
                count = manager.get_metadata()
                self.assertEqual(count[RESULT.EXISTING_CRED_COUNT], 3)
                capacity = count[RESULT.MAX_REMAINING_COUNT]
                rps = {rp[RESULT.RP]["id"]: rp[RESULT.RP_ID_HASH] for rp in manager.enumerate_rps()}
                self.assertEqual(set(rps), {"a.example", "b.example"})
                for rp, digest in rps.items():
                    self.assertEqual(digest, hashlib.sha256(rp.encode()).digest())
                    listed = {c[RESULT.USER]["name"]: c for c in manager.enumerate_creds(digest)}
                    self.assertEqual(set(listed), {user for place, user in made if place == rp})
                    for user, credential in listed.items():
                        self.assertEqual(credential[RESULT.CREDENTIAL_ID]["id"], made[rp, user].credential_id)
                        self.assertEqual(credential[RESULT.PUBLIC_KEY], dict(made[rp, user].public_key))
                where = {"type": "public-key", "id": made["a.example", "ann"].credential_id}
                manager.update_user_info(where, {"id": b"ann", "name": "anna", "displayName": "Anna"})
                names = {c[RESULT.USER]["name"] for c in manager.enumerate_creds(rps["a.example"])}
                self.assertEqual(names, {"anna", "bob"})
                manager.delete_cred(where)
                self.assertEqual(manager.get_metadata()[RESULT.MAX_REMAINING_COUNT], capacity + 1)
                self.refused(CtapError.ERR.NO_CREDENTIALS, manager.delete_cred, where)

    def test_an_empty_key_lists_nothing_and_a_wrong_token_nothing_at_all(self):
        for name in MANAGED:
            with self.subTest(key=name), self.plugged(name) as (_, ctap2, pin):
                self.assertEqual(list(self.manage(ctap2, pin).enumerate_rps()), [])
                token = pin.get_pin_token(PIN, ClientPin.PERMISSION.GET_ASSERTION, "a.example")
                wrong = CredentialManagement(ctap2, pin.protocol, token)
                self.refused(CtapError.ERR.PIN_AUTH_INVALID, wrong.get_metadata)

    def configure(self, ctap2, pin):
        token = pin.get_pin_token(PIN, ClientPin.PERMISSION.AUTHENTICATOR_CFG)
        return Config(ctap2, pin.protocol, token)

    def test_the_minimum_length_of_the_pin_rises_and_never_falls(self):
        for name in (name for name in CONFIGURED if FEATURES[name]["set-min-pin-length"]):
            with self.subTest(key=name), self.plugged(name) as (_, ctap2, pin):
                self.configure(ctap2, pin).set_min_pin_length(8)
                info = ctap2.get_info()
                self.assertEqual((info.min_pin_length, info.force_pin_change), (8, True))
                # Counted in characters, of which these take two bytes each.
                self.refused(CtapError.ERR.PIN_POLICY_VIOLATION, pin.change_pin, PIN, "ü" * 7)
                pin.change_pin(PIN, "ü" * 8)
                self.assertFalse(ctap2.get_info().force_pin_change)
                token = pin.get_pin_token("ü" * 8, ClientPin.PERMISSION.AUTHENTICATOR_CFG)
                config = Config(ctap2, pin.protocol, token)
                self.refused(CtapError.ERR.PIN_POLICY_VIOLATION, config.set_min_pin_length, 4)

    def test_always_uv(self):
        for name in (name for name in CONFIGURED if FEATURES[name]["always-uv"] is not None):
            with self.subTest(key=name), self.plugged(name) as (key, ctap2, pin):
                before = ctap2.get_info()
                u2f = Ctap1(key.connect())
                if "U2F_V2" in before.versions:
                    self.assertEqual(u2f.get_version(), "U2F_V2")
                self.assertIs(before.options["alwaysUv"], False)
                self.configure(ctap2, pin).toggle_always_uv()
                after = ctap2.get_info()
                self.assertIs(after.options["alwaysUv"], True)
                self.assertNotIn("U2F_V2", after.versions)
                with self.assertRaises((ApduError, CtapError)):
                    u2f.get_version()
                asked = (HASH, {"id": "a.example", "name": "A"}, {"id": b"1", "name": "ann"}, ES256)
                if after.options.get("uv"):
                    self.assertTrue(ctap2.make_credential(*asked).auth_data.is_user_verified())
                else:
                    self.refused(CtapError.ERR.PUAT_REQUIRED, ctap2.make_credential, *asked)
                key.control("ctl replug")
                ctap2 = Ctap2(key.connect())
                self.assertIs(ctap2.info.options["alwaysUv"], True, "it outlives the power")
                self.configure(ctap2, ClientPin(ctap2)).toggle_always_uv()
                self.assertEqual(ctap2.get_info().versions, before.versions, "and back")

    def test_selection(self):
        for name in CONFIGURED:
            with self.subTest(key=name), self.plugged(name) as (key, ctap2, _):
                ctap2.selection()
                key.control("ctl up refuse")
                self.refused(CtapError.ERR.OPERATION_DENIED, ctap2.selection)

    def test_reset_takes_pin_and_credentials_away(self):
        for name in CONFIGURED:
            with self.subTest(key=name), self.plugged(name) as (key, ctap2, pin):
                self.make(ctap2, pin, "a.example", "ann")
                # Allowed only soon after power-on.
                key.control("ctl replug")
                ctap2 = Ctap2(key.connect())
                ctap2.reset()
                self.assertIs(ctap2.get_info().options["clientPin"], False)
                self.refused(CtapError.ERR.NO_CREDENTIALS, ctap2.get_assertion, "a.example", HASH)


if __name__ == "__main__":
    unittest.main()
