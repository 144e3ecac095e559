//! authenticatorClientPIN.
//!
//! Steps are those of CTAP 2.1, 6.5.5, with the readings of CTAP 2.3:
//! <https://fidoalliance.org/specs/fido-v2.1-ps-20210615/fido-client-to-authenticator-protocol-v2.1-ps-errata-20220621.html#authenticatorClientPIN>

use subtle::ConstantTimeEq;
use wire::Status;
use wire::ctap2::client_pin::{Request, Response, SubCommand};
use wire::ctap2::{Permissions, RawMap};
use zeroize::Zeroizing;

use super::protocol::{COSE_KEY_MAX, OVERHEAD_MAX, PinUvAuthProtocol, SharedSecret, peer};
use super::token::{Grant, Token};
use super::{Facts, HASH, Param, change, persistent};
use crate::command::Context;
use crate::credential::resident::RP_ID_MAX;
use crate::profile::{Ctap2, Features};
use crate::text::Text;

/// What a subcommand leads to.
#[expect(clippy::large_enum_variant, reason = "moved once, and no allocator to box it with")]
pub(crate) enum Done {
    /// The reply, so many bytes.
    Replied(usize),
    /// Built-in user verification comes first.
    Verify(Plan),
}

/// getPinUvAuthTokenUsingUvWithPermissions after its checks.
pub(crate) struct Plan {
    secret: SharedSecret,
    permissions: Permissions,
    rp_id_hash: Option<[u8; 32]>,
    /// For a screen.
    pub(crate) rp_id: Option<Text<RP_ID_MAX>>,
    /// internalRetry.
    pub(crate) internal_retry: bool,
}

/// Answers a request, or checks it.
pub(crate) fn handle(
    context: &mut Context<'_>,
    ctap2: &Ctap2,
    request: &Request<'_>,
    reply: &mut [u8],
) -> Result<Done, Status> {
    let features = &ctap2.features;
    let verifies = features.pin_uv_auth_token && ctap2.uv.is_some();
    let length = match request.sub_command {
        SubCommand::GET_PIN_RETRIES if features.client_pin => pin_retries(context, reply)?,
        SubCommand::GET_KEY_AGREEMENT => key_agreement(context, features, request, reply)?,
        SubCommand::SET_PIN if features.client_pin => change::set_pin(context, features, request, reply)?,
        SubCommand::CHANGE_PIN if features.client_pin => {
            change::change_pin(context, features, request, reply)?
        }
        SubCommand::GET_PIN_TOKEN if features.client_pin => pin_token(context, features, request, reply)?,
        SubCommand::GET_PIN_UV_AUTH_TOKEN_USING_PIN_WITH_PERMISSIONS
            if features.client_pin && features.pin_uv_auth_token =>
        {
            token_by_pin(context, features, request, reply)?
        }
        SubCommand::GET_PIN_UV_AUTH_TOKEN_USING_UV_WITH_PERMISSIONS if verifies => {
            return token_by_uv(context, ctap2, request).map(Done::Verify);
        }
        SubCommand::GET_UV_RETRIES if ctap2.uv.is_some() && features.uv_retries > 0 => {
            let uv_retries = Some(u64::from(context.state.pin.attempts.uv()));
            Response { uv_retries, ..Response::EMPTY }.message(reply)?
        }
        _ => return Err(Status::INVALID_SUBCOMMAND),
    };
    Ok(Done::Replied(length))
}

/// 6.5.5.2.
fn pin_retries(context: &mut Context<'_>, reply: &mut [u8]) -> Result<usize, Status> {
    let attempts = &context.state.pin.attempts;
    let response = Response {
        pin_retries: Some(u64::from(attempts.pin())),
        // A member of CTAP 2.1.
        power_cycle_state: context.profile.versions.newer().then_some(attempts.needs_power_cycle()),
        ..Response::EMPTY
    };
    Ok(response.message(reply)?)
}

/// 6.5.5.4.
fn key_agreement(
    context: &mut Context<'_>,
    features: &Features,
    request: &Request<'_>,
    reply: &mut [u8],
) -> Result<usize, Status> {
    let protocol = protocol(features, request.pin_uv_auth_protocol)?;
    let agreement = context.state.pin.agreement(context.platform, protocol)?;
    let mut space = [0; COSE_KEY_MAX];
    let key = RawMap::new(agreement.public_key(&mut space)?)?;
    Ok(Response { key_agreement: Some(key), ..Response::EMPTY }.message(reply)?)
}

/// 6.5.5.7.1.
fn pin_token(
    context: &mut Context<'_>,
    features: &Features,
    request: &Request<'_>,
    reply: &mut [u8],
) -> Result<usize, Status> {
    // Steps 1 to 4.
    let (Some(key), Some(pin_hash_enc)) = (request.key_agreement, request.pin_hash_enc) else {
        return Err(Status::MISSING_PARAMETER);
    };
    let protocol = protocol(features, request.pin_uv_auth_protocol)?;
    if request.permissions.is_some() || request.rp_id.is_some() {
        return Err(Status::INVALID_PARAMETER);
    }
    // Steps 5 to 10.
    let facts = ready(context)?;
    let secret = decapsulate(context, protocol, key)?;
    compare(context, &secret, pin_hash_enc)?;
    context.state.pin.attempts.store(context.platform)?;
    // Step 11.
    if facts.force_change {
        return Err(Status::PIN_INVALID);
    }
    // Steps 12 to 15. What a CTAP 2.0 key gives is the token that it has had since the power came.
    if features.pin_uv_auth_token {
        let permissions = match features.no_mc_ga_permissions_with_client_pin {
            true => Permissions::NONE,
            false => Permissions::MC.with(Permissions::GA),
        };
        return give(context, &secret, Grant { permissions, rp_id_hash: None, user_present: false }, reply);
    }
    let held = context.state.pin.token.take().filter(|token| token.protocol() == protocol);
    let token = held.unwrap_or_else(|| Token::unlimited(context.platform, protocol));
    let length = encrypted(context, &secret, token.value(), reply)?;
    context.state.pin.token = Some(token);
    Ok(length)
}

/// 6.5.5.7.2.
fn token_by_pin(
    context: &mut Context<'_>,
    features: &Features,
    request: &Request<'_>,
    reply: &mut [u8],
) -> Result<usize, Status> {
    // Steps 1 to 3.
    let (Some(key), Some(pin_hash_enc), Some(permissions)) =
        (request.key_agreement, request.pin_hash_enc, request.permissions)
    else {
        return Err(Status::MISSING_PARAMETER);
    };
    let protocol = protocol(features, request.pin_uv_auth_protocol)?;
    if permissions.is_empty() {
        return Err(Status::INVALID_PARAMETER);
    }
    // Step 4.
    let unauthorized =
        unauthorized(features, permissions).with(if features.no_mc_ga_permissions_with_client_pin {
            Permissions::MC.with(Permissions::GA)
        } else {
            Permissions::NONE
        });
    if !permissions.intersection(unauthorized).is_empty() {
        return Err(Status::UNAUTHORIZED_PERMISSION);
    }
    // Steps 5 to 10.
    let facts = ready(context)?;
    let secret = decapsulate(context, protocol, key)?;
    compare(context, &secret, pin_hash_enc)?;
    context.state.pin.attempts.store(context.platform)?;
    // Step 11.
    if facts.force_change {
        return Err(Status::PIN_POLICY_VIOLATION);
    }
    // Steps 12 to 17.
    let rp_id_hash = request.rp_id.map(|rp_id| context.platform.sha256(&[rp_id.as_bytes()]));
    give(context, &secret, Grant { permissions, rp_id_hash, user_present: false }, reply)
}

/// 6.5.5.7.3, up to the wait.
fn token_by_uv(context: &mut Context<'_>, ctap2: &Ctap2, request: &Request<'_>) -> Result<Plan, Status> {
    let features = &ctap2.features;
    // Steps 1 to 3.
    let (Some(key), Some(permissions)) = (request.key_agreement, request.permissions) else {
        return Err(Status::MISSING_PARAMETER);
    };
    let protocol = protocol(features, request.pin_uv_auth_protocol)?;
    if permissions.is_empty() {
        return Err(Status::INVALID_PARAMETER);
    }
    // Step 4.
    let no_config = if features.uv_acfg { Permissions::NONE } else { Permissions::ACFG };
    if !permissions.intersection(unauthorized(features, permissions).with(no_config)).is_empty() {
        return Err(Status::UNAUTHORIZED_PERMISSION);
    }
    // Step 5.
    if ctap2.uv != Some(true) {
        return Err(Status::NOT_ALLOWED);
    }
    // Step 7.
    if context.state.pin.attempts.uv_blocked() {
        return Err(Status::UV_BLOCKED);
    }
    let secret = decapsulate(context, protocol, key)?;
    Ok(Plan {
        secret,
        permissions,
        rp_id_hash: request.rp_id.map(|rp_id| context.platform.sha256(&[rp_id.as_bytes()])),
        rp_id: request.rp_id.map(Text::truncated),
        // Step 6.
        internal_retry: features.preferred_platform_uv_attempts <= 1,
    })
}

/// 6.5.5.7.3, after the user was verified. The finger that was recognised was there: the user is present.
pub(crate) fn complete(context: &mut Context<'_>, plan: &Plan, reply: &mut [u8]) -> Result<usize, Status> {
    let grant = Grant { permissions: plan.permissions, rp_id_hash: plan.rp_id_hash, user_present: true };
    give(context, &plan.secret, grant, reply)
}

/// A protocol that the key supports.
pub(crate) fn protocol(features: &Features, number: Option<u64>) -> Result<PinUvAuthProtocol, Status> {
    let number = number.ok_or(Status::MISSING_PARAMETER)?;
    let supported = features.protocols().any(|known| u64::from(known) == number);
    PinUvAuthProtocol::numbered(number).filter(|_| supported).ok_or(Status::INVALID_PARAMETER)
}

/// The pinUvAuthParam of a request, whose absence the caller judges.
pub(crate) fn param<'a>(
    features: &Features,
    mac: &'a [u8],
    number: Option<u64>,
) -> Result<Param<'a>, Status> {
    Ok(Param { protocol: protocol(features, number)?, mac })
}

/// The permissions whose commands the key has not; `pcmr` can only be asked for alone.
fn unauthorized(features: &Features, asked: Permissions) -> Permissions {
    let mut without = Permissions::BE.with(Permissions::LBW);
    if !features.per_cred_mgmt_ro || asked != Permissions::PCMR {
        without = without.with(Permissions::PCMR);
    }
    if !features.cred_mgmt {
        without = without.with(Permissions::CM);
    }
    if !features.authnr_cfg {
        without = without.with(Permissions::ACFG);
    }
    without
}

/// A PIN is set and may be tried.
pub(super) fn ready(context: &Context<'_>) -> Result<Facts, Status> {
    let facts = context.state.pin.set.ok_or(Status::PIN_NOT_SET)?;
    context.state.pin.attempts.check_pin()?;
    Ok(facts)
}

/// The shared secret with the platform.
pub(super) fn decapsulate(
    context: &mut Context<'_>,
    protocol: PinUvAuthProtocol,
    key: RawMap<'_>,
) -> Result<SharedSecret, Status> {
    context.state.pin.decapsulate(context.platform, protocol, &peer(key.bytes())?)
}

/// The attempt: charged and stored, then compared, then told. Gives the hash of the current PIN. The caller stores that all
/// attempts are back.
pub(super) fn compare(
    context: &mut Context<'_>,
    secret: &SharedSecret,
    pin_hash_enc: &[u8],
) -> Result<super::Hash, Status> {
    let pin = &mut context.state.pin;
    pin.attempts.charge_pin(context.platform)?;
    let (current, _) = super::read(context.platform)?.ok_or(Status::OTHER)?;
    let mut space = Zeroizing::new([0; HASH]);
    let given = secret.decrypt(context.platform, pin_hash_enc, space.as_mut());
    if !given.is_some_and(|given| bool::from(given.ct_eq(current.as_slice()))) {
        pin.regenerate(secret.protocol());
        return Err(pin.attempts.mismatch());
    }
    pin.attempts.matched();
    Ok(current)
}

/// Makes a token and gives it away: the one before ends. The persistent one is apart.
fn give(
    context: &mut Context<'_>,
    secret: &SharedSecret,
    grant: Grant,
    reply: &mut [u8],
) -> Result<usize, Status> {
    if grant.permissions == Permissions::PCMR {
        let token = persistent::token(context.platform, secret.protocol())?;
        return encrypted(context, secret, &token, reply);
    }
    let token = Token::begin(context.platform, secret.protocol(), context.now, grant);
    let length = encrypted(context, secret, token.value(), reply)?;
    context.state.pin.token = Some(token);
    Ok(length)
}

/// The reply with the token in it.
fn encrypted(
    context: &mut Context<'_>,
    secret: &SharedSecret,
    token: &[u8; 32],
    reply: &mut [u8],
) -> Result<usize, Status> {
    let mut space = [0; OVERHEAD_MAX + 64];
    let cipher = secret.encrypt(context.platform, token, &mut space)?;
    Ok(Response { pin_uv_auth_token: Some(cipher), ..Response::EMPTY }.message(reply)?)
}
