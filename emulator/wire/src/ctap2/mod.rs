//! CTAP2 messages: a command or status byte, then at most one CBOR map.
//!
//! One file per command holds its request and its response; members are named as in
//! <https://fidoalliance.org/specs/fido-v2.2-ps-20250714/fido-client-to-authenticator-protocol-v2.2-ps-20250714.html#authenticator-api>.
//! authenticatorReset, authenticatorSelection and authenticatorGetNextAssertion have no parameters;
//! the first two answer with the status alone, the last one with a [`get_assertion::Response`].

mod attestation;
pub mod client_pin;
mod command;
pub mod config;
pub mod credential_management;
mod entities;
pub mod extensions;
pub mod get_assertion;
pub mod get_info;
mod list;
pub mod make_credential;
mod message;
mod number;
mod permissions;

pub use attestation::{AttestationObject, Statement, TPM_VERSION};
pub use command::{Command, message, split_request, split_response};
pub use entities::{Descriptor, Options, Parameter, RpEntity, UserEntity};
pub use list::List;
pub use message::{RawMap, Value};
pub use permissions::Permissions;
