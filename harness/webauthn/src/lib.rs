//! WebAuthn Level 3 JSON dictionaries, client data, and the project's own verification.

pub mod attestation_object;
pub mod bytes;
pub mod client_data;
pub mod describe;
mod dictionary;
pub mod key;
pub mod options;
pub mod response;
pub mod verify;

pub use attestation_object::AttestationObject;
pub use bytes::Base64Url;
pub use client_data::ClientData;
pub use dictionary::DictionaryError;
pub use options::{
    Attachment, AuthenticatorSelection, Conveyance, CreationOptions, Descriptor, PubKeyCredParam,
    RequestOptions, Requirement, RpEntity, UserEntity,
};
pub use response::{AssertionResponse, AttestationResponse, AuthenticationResponse, RegistrationResponse};

#[cfg(test)]
mod tests;
