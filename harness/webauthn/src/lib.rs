//! WebAuthn Level 3 JSON dictionaries, client data, and the project's own verification.

pub mod bytes;
mod dictionary;
pub mod options;
pub mod response;

pub use bytes::Base64Url;
pub use dictionary::DictionaryError;
pub use options::{
    Attachment, AuthenticatorSelection, Conveyance, CreationOptions, Descriptor, PubKeyCredParam,
    RequestOptions, Requirement, RpEntity, UserEntity,
};
pub use response::{AssertionResponse, AttestationResponse, AuthenticationResponse, RegistrationResponse};
