"""A relying party that checks everything, attestation up to AnyKey's root included, and a user agent for it."""

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from fido2.attestation import AttestationVerifier, NoneAttestation, PackedAttestation, TpmAttestation, FidoU2FAttestation
from fido2.client import DefaultClientDataCollector, Fido2Client, UserInteraction
from fido2.server import Fido2Server
from fido2.webauthn import PublicKeyCredentialRpEntity, PublicKeyCredentialUserEntity

import plugged

RP_ID = "example.org"
ORIGIN = "https://example.org"
PIN = "1234"
USER = PublicKeyCredentialUserEntity(id=b"ann's handle", name="ann", display_name="Ann")


class Anchored(AttestationVerifier):
    """Trusts AnyKey's root; keeps what it saw."""

    def __init__(self):
        super().__init__([PackedAttestation(), FidoU2FAttestation(), TpmAttestation(), NoneAttestation()])
        self.root = x509.load_pem_x509_certificate(plugged.root()).public_bytes(Encoding.DER)
        self.formats = []

    def ca_lookup(self, attestation_result, auth_data):
        return self.root

    def verify_attestation(self, attestation_object, client_data_hash):
        self.formats.append(attestation_object.fmt)
        if attestation_object.fmt != "none":
            super().verify_attestation(attestation_object, client_data_hash)


class Party:
    """The relying party, with the credentials that it knows."""

    def __init__(self):
        self.verifier = Anchored()
        self.server = Fido2Server(
            PublicKeyCredentialRpEntity(id=RP_ID, name="Example"), "direct", verify_attestation=self.verifier
        )
        self.credentials = []

    def register(self, client, **wish):
        """Registers what the client makes; the authenticator data."""
        options, state = self.server.register_begin(USER, self.credentials, **wish)
        made = self.server.register_complete(state, client.make_credential(options.public_key))
        self.credentials.append(made.credential_data)
        return made

    def log_in(self, client, usernameless=False, **wish):
        """Logs in with what the client has; the response."""
        credentials = None if usernameless else self.credentials
        options, state = self.server.authenticate_begin(credentials, **wish)
        selection = client.get_assertion(options.public_key)
        response = selection.get_response(0)
        self.server.authenticate_complete(state, self.credentials, response)
        return response


class Knowing(UserInteraction):
    """A user who knows the PIN."""

    def request_pin(self, permissions, rp_id):
        return PIN


def client(device, interaction=None):
    """A user agent on our origin."""
    return Fido2Client(device, DefaultClientDataCollector(ORIGIN), interaction or Knowing())
