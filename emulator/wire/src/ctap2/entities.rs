//! The dictionaries of WebAuthn that CTAP2 messages carry, and the options of requests.

use super::list::List;
use super::message::members;
use crate::cose::Alg;

/// The `type` of the only credentials that WebAuthn defines.
const PUBLIC_KEY: &str = "public-key";

members! {
    /// PublicKeyCredentialRpEntity.
    pub struct RpEntity "rp" by texts {
        /// The RP id.
        required "id" id: &'a str = "rp.id";
        /// The URL of an image; CTAP 2.0 only.
        optional "icon" icon: &'a str = "rp.icon";
        /// A name for people.
        optional "name" name: &'a str = "rp.name";
    }
}

members! {
    /// PublicKeyCredentialUserEntity.
    pub struct UserEntity "user" by texts {
        /// The user handle, 1 to 64 bytes.
        required "id" id: &'a [u8] = "user.id";
        /// The URL of an image; CTAP 2.0 only.
        optional "icon" icon: &'a str = "user.icon";
        /// The account's name.
        optional "name" name: &'a str = "user.name";
        /// The person's name.
        optional "displayName" display_name: &'a str = "user.displayName";
    }
}

members! {
    /// PublicKeyCredentialDescriptor.
    pub struct Descriptor "credential" by texts {
        /// The credential id.
        required "id" id: &'a [u8] = "credential.id";
        /// `type`: `public-key`, or a kind to pass over.
        required "type" kind: &'a str = "credential.type";
        /// Hints how the authenticator can be reached.
        optional "transports" transports: List<'a, &'a str> = "credential.transports";
    }
}

impl<'a> Descriptor<'a> {
    /// A `public-key` credential without hints.
    #[must_use]
    pub const fn public_key(id: &'a [u8]) -> Self {
        Self { id, kind: PUBLIC_KEY, ..Self::EMPTY }
    }

    /// Whether this is a `public-key` credential.
    #[must_use]
    pub fn is_public_key(&self) -> bool {
        self.kind == PUBLIC_KEY
    }
}

members! {
    /// PublicKeyCredentialParameters.
    pub struct Parameter "pubKeyCredParams" by texts {
        /// The algorithm.
        required "alg" alg: Alg = "pubKeyCredParams.alg";
        /// `type`: `public-key`, or a kind to pass over.
        required "type" kind: &'a str = "pubKeyCredParams.type";
    }
}

impl Parameter<'_> {
    /// A `public-key` credential with an algorithm.
    #[must_use]
    pub const fn public_key(alg: Alg) -> Self {
        Self { alg, kind: PUBLIC_KEY, ..Self::EMPTY }
    }

    /// Whether this is about `public-key` credentials.
    #[must_use]
    pub fn is_public_key(&self) -> bool {
        self.kind == PUBLIC_KEY
    }
}

members! {
    /// The options of authenticatorMakeCredential and authenticatorGetAssertion.
    pub struct Options "options" by texts {
        /// Make a discoverable credential.
        optional "rk" rk: bool = "options.rk";
        /// Require user presence.
        optional "up" up: bool = "options.up";
        /// Require built-in user verification.
        optional "uv" uv: bool = "options.uv";
    }
}
