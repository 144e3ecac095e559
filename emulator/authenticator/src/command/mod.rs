//! The commands: which bytes lead to which, and what is common to all.
//!
//! CTAP2 commands come through [`begin`] (decode, check) and, after the user, [`complete`] (effects). U2F commands come
//! through [`u2f::handle`], which never waits.

mod assertion;
pub(crate) mod get_assertion;
mod get_info;
pub(crate) mod make_credential;
mod next_assertion;
mod reset;
mod statement;
mod tpm;
pub(crate) mod u2f;
mod with_credential;

use wire::authdata::Flags;
use wire::cbor;
use wire::ctap2::{self, Command};
use wire::{Protocol, Status};

use crate::credential::{CredentialId, wrapped};
use crate::event::{Ask, Channel, Uptime};
use crate::look::Look;
use crate::pending::Work;
use crate::platform::{CryptoError, KeyBlob, Platform, StoreError};
use crate::profile::{Backup, Ctap2, Profile};
use crate::state::State;

/// What a command works with.
pub(crate) struct Context<'a> {
    pub(crate) profile: &'a Profile,
    pub(crate) state: &'a mut State,
    pub(crate) platform: &'a mut dyn Platform,
    pub(crate) now: Uptime,
    pub(crate) from: Channel,
}

/// Where a CTAP2 request stands after its checks.
#[expect(clippy::large_enum_variant, reason = "moved once, and no allocator to box it with")]
pub(crate) enum Begun {
    /// Answered: so many bytes of the reply.
    Reply(usize),
    /// The user must act first.
    Wait(Work, Ask),
}

/// What the user gave; the UP and UV flags of the authenticator data.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Given {
    pub(crate) up: bool,
    pub(crate) uv: bool,
}

impl Given {
    /// What an answered question gives. Built-in verification is evidence of user interaction too (CTAP 2.1, 6.1.2 step 13
    /// and 6.2.2 step 8).
    fn by(asked: Option<Ask>) -> Self {
        Self { up: asked.is_some(), uv: matches!(asked, Some(Ask::Verification { .. })) }
    }
}

/// Checks a CTAP2 request, and completes it if the user has no part in it.
pub(crate) fn begin(context: &mut Context<'_>, bytes: &[u8], reply: &mut [u8]) -> Begun {
    match prepare(context, bytes, reply) {
        Err(status) => Begun::Reply(status_only(status, reply)),
        Ok(Prepared::Replied(length)) => Begun::Reply(length),
        Ok(Prepared::Work(work)) => match work.ask(context.profile) {
            Some(ask) => Begun::Wait(work, ask),
            None => Begun::Reply(complete(context, work, None, reply)),
        },
    }
}

#[expect(clippy::large_enum_variant, reason = "moved once, and no allocator to box it with")]
enum Prepared {
    Replied(usize),
    Work(Work),
}

fn prepare(context: &mut Context<'_>, bytes: &[u8], reply: &mut [u8]) -> Result<Prepared, Status> {
    let Some(model) = &context.profile.ctap2 else { return Err(Status::INVALID_COMMAND) };
    if bytes.len() > usize::from(model.max_msg_size) {
        return Err(Status::REQUEST_TOO_LARGE);
    }
    let (command, parameters) = ctap2::split_request(bytes).ok_or(Status::INVALID_LENGTH)?;
    if command != Command::GET_NEXT_ASSERTION {
        forget_sequence(context);
    }
    let work = match command {
        Command::GET_INFO => return get_info::write_reply(context, model, reply).map(Prepared::Replied),
        Command::GET_NEXT_ASSERTION => {
            return next_assertion::complete(context, reply).map(Prepared::Replied);
        }
        Command::MAKE_CREDENTIAL => {
            cbor::check_exact(parameters)?;
            let request = ctap2::make_credential::Request::decode(parameters)?;
            let look = Look::new(context.platform);
            Work::MakeCredential(make_credential::prepare(model, context.state, look, &request)?)
        }
        Command::GET_ASSERTION => {
            cbor::check_exact(parameters)?;
            let request = ctap2::get_assertion::Request::decode(parameters)?;
            let look = Look::new(context.platform);
            Work::GetAssertion(get_assertion::prepare(context.profile, model, context.state, look, &request)?)
        }
        // CTAP 2.1, 6.9: a touch selects this authenticator among several.
        Command::SELECTION => Work::Selection,
        Command::RESET => {
            reset::prepare(context.profile, context.state, context.now)?;
            Work::Reset
        }
        _ => return Err(Status::INVALID_COMMAND),
    };
    Ok(Prepared::Work(work))
}

/// Does what was prepared; `asked` is the question that the user has answered.
pub(crate) fn complete(context: &mut Context<'_>, work: Work, asked: Option<Ask>, reply: &mut [u8]) -> usize {
    let given = Given::by(asked);
    let done = match work {
        Work::MakeCredential(plan) => make_credential::complete(context, &plan, given, reply),
        Work::GetAssertion(plan) => get_assertion::complete(context, &plan, given, reply),
        Work::Selection => Ok(status_only(Status::OK, reply)),
        Work::Reset => reset::complete(context, reply),
    };
    done.unwrap_or_else(|status| status_only(status, reply))
}

/// A new command on the channel ends its getNextAssertion sequence.
fn forget_sequence(context: &mut Context<'_>) {
    let from = context.from;
    context.state.sequence = context.state.sequence.take().filter(|sequence| sequence.from != from);
}

/// Writes a reply that is only a status.
pub(crate) fn status_only(status: Status, reply: &mut [u8]) -> usize {
    match reply.first_mut() {
        Some(first) => {
            *first = status.0;
            1
        }
        None => 0,
    }
}

/// The flags of authenticator data.
fn flags(profile: &Profile, given: Given) -> Flags {
    Flags::default()
        .with_if(Flags::UP, given.up)
        .with_if(Flags::UV, given.uv)
        .with_if(Flags::BE, profile.backup != Backup::Ineligible)
        .with_if(Flags::BS, profile.backup == Backup::BackedUp)
}

/// An id that holds the key, as long as the profile's key handles.
fn wrap(context: &mut Context<'_>, rp_id_hash: &[u8; 32], key: &KeyBlob) -> Result<CredentialId, Status> {
    let length = context.profile.u2f.map_or(0, |u2f| u2f.key_handle);
    wrapped::wrap(context.platform, &context.state.secret, rp_id_hash, key, length).ok_or(Status::OTHER)
}

/// Writes an unspecific error of the protocol: no power, or no room for a reply.
pub(crate) fn failure(protocol: Protocol, reply: &mut [u8]) -> usize {
    match protocol {
        Protocol::Ctap2 => status_only(Status::OTHER, reply),
        Protocol::Ctap1 => u2f::word_only(wire::u2f::StatusWord::UNKNOWN, reply),
    }
}

/// The checks of pinUvAuthParam on a key without PIN and token (CTAP 2.1, 6.1.2 and 6.2.2, steps 1 and 2): such a key
/// supports no PIN/UV auth protocol, and the zero-length form means nothing to it.
fn check_pin_uv_auth(param: Option<&[u8]>, protocol: Option<u64>) -> Result<(), Status> {
    match (param, protocol) {
        (None, _) => Ok(()),
        (Some(_), None) => Err(Status::MISSING_PARAMETER),
        (Some(_), Some(_)) => Err(Status::INVALID_PARAMETER),
    }
}

/// The check of the `uv` option (6.1.2 step 5, 6.2.2 step 4): it asks for built-in verification that is ready.
fn check_uv(ctap2: &Ctap2, uv: Option<bool>) -> Result<bool, Status> {
    match (uv.unwrap_or(false), ctap2.uv) {
        (true, Some(true)) => Ok(true),
        (true, _) => Err(Status::INVALID_OPTION),
        (false, _) => Ok(false),
    }
}

/// A list longer than maxCredentialCountInList is not processed.
fn check_list(ctap2: &Ctap2, entries: usize) -> Result<(), Status> {
    let most = usize::from(ctap2.max_credential_count_in_list);
    if most != 0 && entries > most { Err(Status::LIMIT_EXCEEDED) } else { Ok(()) }
}

impl From<StoreError> for Status {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Full => Self::KEY_STORE_FULL,
            StoreError::Failed => Self::OTHER,
        }
    }
}

impl From<CryptoError> for Status {
    fn from(error: CryptoError) -> Self {
        match error {
            CryptoError::Unsupported => Self::UNSUPPORTED_ALGORITHM,
            CryptoError::BadKey | CryptoError::TooSmall | CryptoError::Failed => Self::OTHER,
        }
    }
}

/// Room for a signature: RS256's has the 256 bytes of an RSA-2048 modulus, ES256's at most 72, EdDSA's 64.
const SIGNATURE_MAX: usize = 256;

/// Room for a COSE_Key: an RSA-2048 one has 272 bytes, ES256's 77, EdDSA's 42.
const PUBLIC_KEY_MAX: usize = 272;
