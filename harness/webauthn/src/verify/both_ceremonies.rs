//! The steps that both ceremonies make.

use aws_lc_rs::digest::{SHA256, digest};
use wire::authdata::{AttestedCredentialData, AuthData, AuthDataError, Flags};

use super::check::Check;
use super::expectations::{Expectations, Refusal};
use crate::bytes;
use crate::client_data::ClientData;
use crate::options::PUBLIC_KEY;

/// The response's own members.
pub(super) fn response(kind: &str, id: &str, raw_id: &[u8], expect: &Expectations) -> Result<(), Refusal> {
    expect.insist(Check::ResponseType, kind == PUBLIC_KEY, || {
        format!("the response's type is {kind:?}, {PUBLIC_KEY:?} is expected")
    })?;
    expect.insist(Check::ResponseId, id == bytes::encode(raw_id), || {
        format!("the response's id is {id:?}, its rawId is {}", bytes::encode(raw_id))
    })
}

/// Client data: section 7.1, steps 5 to 11, and section 7.2, steps 8 to 14.
pub(super) fn client_data(json: &[u8], kind: &str, expect: &Expectations) -> Result<(), Refusal> {
    let refuse = |message| Refusal { check: Check::ClientDataJson, message };
    let data = ClientData::parse(json).map_err(|e| refuse(format!("client data: {e}")))?;

    expect.insist(Check::Type, data.kind == kind, || {
        format!("the client data's type is {:?}, {kind:?} is expected", data.kind)
    })?;
    let challenge = bytes::encode(&expect.challenge);
    expect.insist(
        Check::Challenge,
        expect.variants.challenge.matches(&data.challenge, &challenge),
        || format!("the client data's challenge is {:?}, {challenge:?} was given", data.challenge),
    )?;
    let matches = |known: &String| expect.variants.origin.matches(&data.origin, known);
    expect.insist(Check::Origin, expect.origins.iter().any(matches), || {
        format!("the client data's origin is {:?}, expected is {}", data.origin, list(&expect.origins))
    })?;
    let framed = data.cross_origin == Some(true);
    expect.insist(Check::CrossOrigin, !framed || expect.cross_origin, || {
        "the client data says that the page is in a cross-origin frame, which is not expected".to_owned()
    })?;
    let Some(top_origin) = data.top_origin else { return Ok(()) };
    expect.insist(Check::TopOrigin, expect.cross_origin && expect.top_origins.contains(&top_origin), || {
        match expect.cross_origin {
            true => format!("the top origin is {top_origin:?}, expected is {}", list(&expect.top_origins)),
            false => format!("there is a top origin, {top_origin:?}, and no frame is expected"),
        }
    })
}

/// Takes the authenticator data apart.
pub(super) fn authenticator_data<'a>(data: &'a [u8], expect: &Expectations) -> Result<AuthData<'a>, Refusal> {
    let (parsed, rest) = match AuthData::parse(data) {
        Ok(parsed) => parsed,
        Err(error) => without_extensions(data, error, expect)?,
    };
    expect.insist(Check::TrailingBytes, rest.is_empty(), || {
        format!(
            "{} bytes follow the authenticator data that its flags ({}) describe",
            rest.len(),
            parsed.flags
        )
    })?;
    Ok(parsed)
}

/// What can be taken apart when the extension outputs that ED announces are not there.
fn without_extensions<'a>(
    data: &'a [u8],
    error: AuthDataError,
    expect: &Expectations,
) -> Result<(AuthData<'a>, &'a [u8]), Refusal> {
    let refuse = |check| Refusal { check, message: error.to_string() };
    let (AuthDataError::Truncated("extensions") | AuthDataError::Cbor("extensions", _)) = error else {
        return Err(refuse(Check::AuthenticatorData));
    };
    if !expect.skip.contains(Check::ExtensionData) {
        return Err(refuse(Check::ExtensionData));
    }
    split_without_extensions(data).ok_or_else(|| refuse(Check::AuthenticatorData))
}

/// RP ID hash and flags: section 7.1, steps 14 to 19, and section 7.2, steps 15 to 19.
pub(super) fn rp_id_and_flags(data: &AuthData<'_>, expect: &Expectations) -> Result<(), Refusal> {
    let expected = sha256(expect.rp_id.as_bytes());
    expect.insist(Check::RpIdHash, data.rp_id_hash == &expected, || {
        format!(
            "the RP ID hash is {}, that of {:?} is {}",
            hex(data.rp_id_hash),
            expect.rp_id,
            hex(&expected)
        )
    })?;
    let flags = data.flags;
    expect.insist(Check::UserPresent, flags.up() || !expect.user_presence, || missing(flags, "UP"))?;
    expect.insist(Check::UserVerified, flags.uv() || !expect.user_verification, || missing(flags, "UV"))?;
    expect.insist(Check::BackupFlags, flags.be() || !flags.bs(), || {
        format!("the flags are {flags}: BS is set and BE is not")
    })?;
    expect.insist(Check::BackupEligibility, expect.backup_eligibility.holds(flags.be()), || {
        format!("the flags are {flags}: backup eligibility (BE) is {:?}", expect.backup_eligibility)
    })?;
    expect.insist(Check::BackupState, expect.backup_state.holds(flags.bs()), || {
        format!("the flags are {flags}: backup state (BS) is {:?}", expect.backup_state)
    })
}

pub(super) fn sha256(data: &[u8]) -> [u8; 32] {
    digest(&SHA256, data).as_ref().try_into().unwrap_or_default()
}

pub(super) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|b| format!("{b:02x}")).collect()
}

fn missing(flags: Flags, name: &str) -> String {
    format!("the flags are {flags}: {name} is required and not set")
}

fn list(names: &[String]) -> String {
    if names.is_empty() { "none".to_owned() } else { names.join(", ") }
}

fn split_without_extensions(data: &[u8]) -> Option<(AuthData<'_>, &[u8])> {
    let (rp_id_hash, rest) = data.split_first_chunk::<32>()?;
    let (&[flags, c3, c2, c1, c0], mut rest) = rest.split_first_chunk::<5>()?;
    let flags = Flags(flags);
    let mut attested = None;
    if flags.at() {
        let (data, after) = AttestedCredentialData::parse(rest).ok()?;
        (attested, rest) = (Some(data), after);
    }
    let sign_count = u32::from_be_bytes([c3, c2, c1, c0]);
    Some((AuthData { rp_id_hash, flags, sign_count, attested, extensions: None }, rest))
}
