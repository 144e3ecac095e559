"""Registration and login with every key of the catalogue, judged by python-fido2's relying party."""

import unittest
from contextlib import contextmanager
from itertools import product

from fido2.client import ClientError
from fido2.ctap2 import ClientPin, Ctap2
from fido2.webauthn import ResidentKeyRequirement, UserVerificationRequirement

import plugged
from party import PIN, Party, client

MODELS = {model["name"]: model for model in plugged.models()}


def with_ctap2(**needed):
    """The names of the models that speak CTAP2 and have these values there."""
    speaking = {name: model["ctap2"] for name, model in MODELS.items() if model.get("ctap2")}
    names = [name for name, ctap2 in speaking.items() if all(ctap2.get(what) == value for what, value in needed.items())]
    assert names, f"no key of the catalogue has {needed}"
    return names


def ready(key):
    """A user agent for a plugged key. python-fido2 registers nothing on one that could only verify by a PIN that is not set."""
    agent = client(key.connect())
    options = agent.info.options
    if options.get("clientPin") is False and not options.get("uv"):
        ClientPin(Ctap2(key.connect())).set_pin(PIN)
        agent = client(key.connect())
    return agent


class Ceremonies(unittest.TestCase):
    @contextmanager
    def plugged(self, name, **how):
        """A plugged key, its user agent and a relying party."""
        with plugged.Key(name, **how) as key:
            agent = ready(key)
            if agent.info.options.get("uv") and not agent.info.pin_uv_protocols:
                plugged.leave_out(self, name, plugged.NO_PROTOCOL)
            yield key, agent, Party()

    def test_register_and_log_in(self):
        for port, name in product(plugged.PORTS, MODELS):
            with self.subTest(key=name, port=port), self.plugged(name, port=port) as (_, agent, party):
                made = party.register(agent)
                self.assertTrue(made.is_user_present())
                before = made.counter
                for _ in range(2):
                    data = party.log_in(agent).response.authenticator_data
                    if MODELS[name]["counter"] == "zero":
                        self.assertEqual(data.counter, 0)
                    else:
                        self.assertGreater(data.counter, before)
                    before = data.counter

    def test_the_attestation_is_what_the_model_says(self):
        for name in MODELS:
            with self.subTest(key=name), self.plugged(name) as (_, agent, party):
                made = party.register(agent)
                model = MODELS[name]
                kind = model["ctap2"]["attestation"] if model.get("ctap2") else "fido-u2f"
                [seen] = party.verifier.formats
                self.assertEqual(seen, {"packed-self": "packed"}.get(kind, kind))
                if kind == "packed":
                    self.assertEqual(str(made.credential_data.aaguid), model["aaguid"])

    def test_a_key_that_is_registered_is_excluded(self):
        for name in MODELS:
            with self.subTest(key=name), self.plugged(name) as (_, agent, party):
                party.register(agent)
                with self.assertRaises(ClientError) as caught:
                    party.register(agent)
                self.assertEqual(caught.exception.code, ClientError.ERR.DEVICE_INELIGIBLE)

    def test_without_a_user_name(self):
        for name in with_ctap2(rk=True):
            with self.subTest(key=name), self.plugged(name) as (_, agent, party):
                party.register(agent, resident_key_requirement=ResidentKeyRequirement.REQUIRED)
                response = party.log_in(agent, usernameless=True)
                self.assertEqual(response.response.user_handle, b"ann's handle")

    def test_credentials_outlive_the_power(self):
        for name in with_ctap2(rk=True):
            with self.subTest(key=name), self.plugged(name) as (key, agent, party):
                party.register(agent, resident_key_requirement=ResidentKeyRequirement.REQUIRED)
                key.control("ctl replug")
                party.log_in(client(key.connect()), usernameless=True)

    def test_built_in_verification(self):
        required = UserVerificationRequirement.REQUIRED
        for name in with_ctap2(uv="ready"):
            with self.subTest(key=name), self.plugged(name) as (key, agent, party):
                self.assertTrue(party.register(agent, user_verification=required).is_user_verified())
                data = party.log_in(agent, user_verification=required).response.authenticator_data
                self.assertTrue(data.is_user_verified())
                key.control("ctl uv fail")
                with self.assertRaises(ClientError):
                    party.log_in(agent, user_verification=required)

    def test_an_unknown_credential_is_refused(self):
        for name in MODELS:
            with self.subTest(key=name), self.plugged(name) as (_, agent, party):
                with plugged.Key(name) as other:
                    party.register(ready(other))
                with self.assertRaises(ClientError) as caught:
                    party.log_in(agent)
                self.assertEqual(caught.exception.code, ClientError.ERR.DEVICE_INELIGIBLE)

    def test_a_refusal_is_one(self):
        for name in with_ctap2():
            with self.subTest(key=name, touch="refuse"), self.plugged(name, touch="refuse") as (_, agent, party):
                with self.assertRaises(ClientError):
                    party.register(agent)


if __name__ == "__main__":
    unittest.main()
