//! U2F raw messages (CTAP1):
//! <https://fidoalliance.org/specs/fido-u2f-v1.2-ps-20170411/fido-u2f-raw-message-formats-v1.2-ps-20170411.html>.

mod apdu;
mod request;
mod response;
mod status_word;

pub use apdu::{Apdu, Form, ins};
pub use request::{Control, Request};
pub use response::{
    Authenticated, Registered, VERSION, authenticate_signed_data, register_signed_data, split_response,
    version_message,
};
pub use status_word::StatusWord;
