//! The commands: which bytes lead to which, and what is common to all.
//!
//! CTAP2 commands come through [`begin`] (decode, check) and, after the user, [`complete`] (effects). U2F commands come
//! through [`u2f::handle`], which never waits.

mod assertion;
mod config;
pub(crate) mod get_assertion;
mod get_info;
pub(crate) mod make_credential;
mod manage;
mod next_assertion;
mod reset;
mod statement;
mod tpm;
pub(crate) mod u2f;
pub(crate) mod verification;
mod with_credential;

use self::verification::Policy;
use wire::authdata::Flags;
use wire::cbor;
use wire::ctap2::{self, Command};
use wire::{Protocol, Status};

use crate::credential::protection::Protection;
use crate::credential::{CredentialId, wrapped};
use crate::event::{Ask, Channel, Uptime};
use crate::look::Look;
use crate::pending::Work;
use crate::pin::client_pin;
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

/// Checks a CTAP2 request, and completes it if the user has no part in it.
pub(crate) fn begin(context: &mut Context<'_>, bytes: &[u8], reply: &mut [u8]) -> Begun {
    let prepared = match prepare(context, bytes, reply) {
        Ok(prepared) => prepared,
        Err(status) => return Begun::Reply(status_only(status, reply)),
    };
    let work = match prepared {
        Prepared::Replied(length) => return Begun::Reply(length),
        Prepared::Work(work) => work,
    };
    let Some(ask) = work.ask(context.profile, &context.state.pin.attempts) else {
        return Begun::Reply(complete(context, &work, None, reply));
    };
    match charge(context, ask) {
        Ok(()) => Begun::Wait(work, ask),
        Err(status) => Begun::Reply(status_only(status, reply)),
    }
}

/// Takes an attempt at built-in verification off before it is made.
pub(crate) fn charge(context: &mut Context<'_>, ask: Ask) -> Result<(), Status> {
    match ask {
        Ask::Verification { .. } => Ok(context.state.pin.attempts.charge_uv(context.platform)?),
        Ask::Presence => Ok(()),
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
    if !manage::speaks(model, command) {
        context.forget_enumeration();
    }
    let work = match command {
        Command::GET_INFO => return get_info::write_reply(context, model, reply).map(Prepared::Replied),
        Command::GET_NEXT_ASSERTION => {
            return next_assertion::complete(context, reply).map(Prepared::Replied);
        }
        Command::MAKE_CREDENTIAL => make(context, model, parameters)?,
        Command::GET_ASSERTION => get(context, model, parameters)?,
        // hmac-secret needs its getKeyAgreement on a key without PIN and token, too.
        Command::CLIENT_PIN
            if model.features.has_client_pin_command() || model.features.extensions.hmac_secret =>
        {
            cbor::check_exact(parameters)?;
            let request = ctap2::client_pin::Request::decode(parameters)?;
            match client_pin::handle(context, model, &request, reply)? {
                client_pin::Done::Replied(length) => return Ok(Prepared::Replied(length)),
                client_pin::Done::Verify(plan) => Work::Token(plan),
            }
        }
        Command::CREDENTIAL_MANAGEMENT | Command::PROTOTYPE_CREDENTIAL_MANAGEMENT
            if manage::speaks(model, command) =>
        {
            cbor::check_exact(parameters)?;
            let request = ctap2::credential_management::Request::decode(parameters)?;
            return manage::handle(context, model, command, &request, reply).map(Prepared::Replied);
        }
        Command::CONFIG if model.features.authnr_cfg => {
            cbor::check_exact(parameters)?;
            let request = ctap2::config::Request::decode(parameters)?;
            return config::handle(context, model, &request, reply).map(Prepared::Replied);
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

fn make(context: &mut Context<'_>, model: &Ctap2, parameters: &[u8]) -> Result<Work, Status> {
    cbor::check_exact(parameters)?;
    let request = ctap2::make_credential::Request::decode(parameters)?;
    if is_probe(model, request.pin_uv_auth_param) {
        return Ok(Work::Probe);
    }
    let look = Look::new(context.platform);
    let plan = make_credential::prepare(context.profile, model, context.state, context.now, look, &request)?;
    Ok(Work::MakeCredential(plan))
}

fn get(context: &mut Context<'_>, model: &Ctap2, parameters: &[u8]) -> Result<Work, Status> {
    cbor::check_exact(parameters)?;
    let request = ctap2::get_assertion::Request::decode(parameters)?;
    if is_probe(model, request.pin_uv_auth_param) {
        return Ok(Work::Probe);
    }
    let look = Look::new(context.platform);
    let plan = get_assertion::prepare(context.profile, model, context.state, context.now, look, &request)?;
    Ok(Work::GetAssertion(plan))
}

/// Step 1 of both: with a pinUvAuthParam of no length a client asks for a touch, and whether a PIN is set.
fn is_probe(model: &Ctap2, pin_uv_auth_param: Option<&[u8]>) -> bool {
    model.features.has_client_pin_command() && pin_uv_auth_param.is_some_and(<[u8]>::is_empty)
}

/// Does what was prepared; `asked` is the question that the user has answered.
pub(crate) fn complete(
    context: &mut Context<'_>,
    work: &Work,
    asked: Option<Ask>,
    reply: &mut [u8],
) -> usize {
    effects(context, work, asked, reply).unwrap_or_else(|status| status_only(status, reply))
}

fn effects(
    context: &mut Context<'_>,
    work: &Work,
    asked: Option<Ask>,
    reply: &mut [u8],
) -> Result<usize, Status> {
    if let Some(Ask::Verification { .. }) = asked {
        context.state.pin.attempts.uv_matched(context.platform)?;
    }
    match work {
        Work::MakeCredential(plan) => {
            let given = plan.verification.given(asked, true);
            make_credential::complete(context, plan, given, reply)
        }
        Work::GetAssertion(plan) => {
            let given = plan.verification.given(asked, plan.up);
            get_assertion::complete(context, plan, given, reply)
        }
        Work::Token(plan) => client_pin::complete(context, plan, reply),
        Work::Probe => Err(match context.state.pin.set {
            Some(_) => Status::PIN_INVALID,
            None => Status::PIN_NOT_SET,
        }),
        Work::Selection => Ok(status_only(Status::OK, reply)),
        Work::Reset => reset::complete(context, reply),
    }
}

/// What a request is told whose built-in verification failed.
pub(crate) fn uv_failed(context: &Context<'_>, work: &Work) -> Status {
    match (work, &context.profile.ctap2) {
        // 6.5.5.7.3 step 10.
        (Work::Token(_), _) if context.state.pin.attempts.uv_blocked() => Status::UV_BLOCKED,
        (Work::Token(_), _) => Status::UV_INVALID,
        (_, Some(model)) => Policy::of(context.profile, model, context.state).built_in_failed(context.state),
        (_, None) => Status::OPERATION_DENIED,
    }
}

/// A new command on the channel ends its getNextAssertion sequence.
fn forget_sequence(context: &mut Context<'_>) {
    let from = context.from;
    context.state.sequence.take_if(|sequence| sequence.from == from);
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
fn wrap(
    context: &mut Context<'_>,
    rp_id_hash: &[u8; 32],
    key: &KeyBlob,
    protection: Protection,
) -> Result<CredentialId, Status> {
    let length = context.profile.u2f.map_or(0, |u2f| u2f.key_handle);
    let secret = &context.state.secret;
    wrapped::wrap(context.platform, secret, rp_id_hash, key, protection, length).ok_or(Status::OTHER)
}

/// Writes an unspecific error of the protocol: no power, or no room for a reply.
pub(crate) fn failure(protocol: Protocol, reply: &mut [u8]) -> usize {
    match protocol {
        Protocol::Ctap2 => status_only(Status::OTHER, reply),
        Protocol::Ctap1 => u2f::word_only(wire::u2f::StatusWord::UNKNOWN, reply),
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
pub(crate) const PUBLIC_KEY_MAX: usize = 272;
