//! Extensions (CTAP 2.1, section 12). What a key has not, or does not know, it passes over:
//! <https://fidoalliance.org/specs/fido-v2.1-ps-20210615/fido-client-to-authenticator-protocol-v2.1-ps-errata-20220621.html#sctn-defined-extensions>

pub(crate) mod get;
pub(crate) mod hmac_secret;
pub(crate) mod make;
pub(crate) mod min_pin_length;

use wire::Status;
use wire::ctap2::{RawMap, Value};

/// The input of an extension, if the key has it and the request brings it.
fn input<'a, T: Value<'a>>(
    inputs: Option<RawMap<'a>>,
    supported: bool,
    name: &str,
    member: &'static str,
) -> Result<Option<T>, Status> {
    let Some(item) = inputs.filter(|_| supported).and_then(|inputs| inputs.find(name)) else {
        return Ok(None);
    };
    Ok(Some(T::read(&mut item.reader(), member)?))
}
