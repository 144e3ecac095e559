"""What the other tests leave out is what they must: the lists follow from what the models can do."""

import unittest

import plugged


class LeftOut(unittest.TestCase):
    def models(self, lacks):
        speaking = {model["name"]: model["ctap2"] for model in plugged.models() if model.get("ctap2")}
        return sorted(name for name, ctap2 in speaking.items() if lacks(ctap2, ctap2["features"]))

    def test_keys_that_python_fido2_cannot_verify_with(self):
        def lacks(ctap2, features):
            return ctap2["uv"] == "ready" and not features["pin-uv-auth-protocols"]

        self.assertEqual(self.models(lacks), plugged.LEFT_OUT[plugged.NO_PROTOCOL])

    def test_keys_whose_tokens_have_no_permissions(self):
        def lacks(_, features):
            return features["client-pin"] and not features["pin-uv-auth-token"]

        self.assertEqual(self.models(lacks), plugged.LEFT_OUT[plugged.NO_PERMISSIONS])


if __name__ == "__main__":
    unittest.main()
