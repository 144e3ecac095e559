//! authenticatorConfig.
//!
//! Steps are those of CTAP 2.1, 6.11:
//! <https://fidoalliance.org/specs/fido-v2.1-ps-20210615/fido-client-to-authenticator-protocol-v2.1-ps-errata-20220621.html#authenticatorConfig>

use wire::Status;
use wire::ctap2::config::{Request, SetMinPinLength, SubCommand};
use wire::ctap2::{Command, List, Permissions, RawMap};

use super::{Context, status_only};
use crate::extension::min_pin_length::LIST_MAX;
use crate::look::Look;
use crate::pin::{Facts, client_pin};
use crate::platform::Change;
use crate::profile::{Ctap2, Features, PIN_LENGTH_MAX};
use crate::record;
use crate::settings::Settings;

/// Does it.
pub(super) fn handle(
    context: &mut Context<'_>,
    ctap2: &Ctap2,
    request: &Request<'_>,
    reply: &mut [u8],
) -> Result<usize, Status> {
    let features = &ctap2.features;
    // Step 2.
    let known = match request.sub_command {
        SubCommand::TOGGLE_ALWAYS_UV => features.always_uv.is_some(),
        SubCommand::SET_MIN_PIN_LENGTH => features.set_min_pin_length,
        _ => false,
    };
    if !known {
        return Err(Status::INVALID_PARAMETER);
    }
    // Step 3: a key that nothing protects may be told to verify always, or no longer.
    let toggles = request.sub_command == SubCommand::TOGGLE_ALWAYS_UV;
    let protected = context.state.pin.set.is_some() || ctap2.uv == Some(true);
    if protected || (context.state.settings.always_uv && !toggles) {
        authorize(context, features, request)?;
    }
    // Step 4.
    if toggles {
        toggle_always_uv(context)?;
    } else {
        let params = request.sub_command_params.ok_or(Status::MISSING_PARAMETER)?;
        set_min_pin_length(context, features, &SetMinPinLength::decode(params.bytes())?)?;
    }
    Ok(status_only(Status::OK, reply))
}

/// The token allows it.
fn authorize(context: &mut Context<'_>, features: &Features, request: &Request<'_>) -> Result<(), Status> {
    let mac = request.pin_uv_auth_param.ok_or(Status::PUAT_REQUIRED)?;
    let param = client_pin::param(features, mac, request.pin_uv_auth_protocol)?;
    let number = u8::try_from(request.sub_command.0).map_err(|_| Status::INVALID_PARAMETER)?;
    let params = request.sub_command_params.as_ref().map_or(&[][..], RawMap::bytes);
    let message: [&[u8]; 3] = [&[0xff; 32], &[Command::CONFIG.0, number], params];
    let mut look = Look::new(context.platform);
    context.state.pin.verified(&mut look, context.now, param, &message, Permissions::ACFG)?;
    Ok(())
}

/// 6.11.2.
fn toggle_always_uv(context: &mut Context<'_>) -> Result<(), Status> {
    let settings = Settings { always_uv: !context.state.settings.always_uv, ..context.state.settings };
    context.platform.commit(&[Change::Put { key: record::SETTINGS, value: &settings.record() }])?;
    context.state.settings = settings;
    Ok(())
}

/// 6.11.4, in one batch.
fn set_min_pin_length(
    context: &mut Context<'_>,
    features: &Features,
    params: &SetMinPinLength<'_>,
) -> Result<(), Status> {
    let current = context.state.settings;
    let pin = context.state.pin.set;
    // Steps 1 to 3.
    let asked = params.new_min_pin_length.unwrap_or(u64::from(current.min_pin_length));
    let min_pin_length = u8::try_from(asked)
        .ok()
        .filter(|length| *length <= PIN_LENGTH_MAX)
        .ok_or(Status::INVALID_PARAMETER)?;
    if min_pin_length < current.min_pin_length {
        return Err(Status::PIN_POLICY_VIOLATION);
    }
    // Step 4.
    let forced = params.force_change_pin == Some(true);
    if forced && pin.is_none() {
        return Err(Status::PIN_NOT_SET);
    }
    // Step 5.
    let forced = forced || pin.is_some_and(|pin| pin.code_points < min_pin_length);
    let facts = pin.filter(|_| forced).map(|pin| Facts { force_change: true, ..pin });
    // Step 6.
    let mut space = [0; LIST_MAX];
    let list = match params.min_pin_length_rpids {
        Some(list) => Some(hashes(context, features, list, &mut space)?),
        None => None,
    };
    // Steps 7 and 8.
    let settings = Settings { min_pin_length, ..current };
    let content = settings.record();
    let put = Change::Put { key: record::SETTINGS, value: &content };
    let list = list.map(|value| Change::Put { key: record::MIN_PIN_RPIDS, value });
    let pin = facts.map(|facts| crate::pin::rewritten(context.platform, facts)).transpose()?;
    let pin = pin.as_ref().map(|value| Change::Put { key: record::PIN, value: value.as_slice() });
    match (list, pin) {
        (None, None) => context.platform.commit(&[put])?,
        (Some(one), None) | (None, Some(one)) => context.platform.commit(&[put, one])?,
        (Some(list), Some(pin)) => context.platform.commit(&[put, list, pin])?,
    }
    context.state.settings = settings;
    if facts.is_some() {
        context.state.pin.set = facts;
        context.state.pin.end_token();
    }
    Ok(())
}

/// The hashes of the RP ids, one after the other.
fn hashes<'o>(
    context: &mut Context<'_>,
    features: &Features,
    list: List<'_, &str>,
    space: &'o mut [u8; LIST_MAX],
) -> Result<&'o [u8], Status> {
    if list.len() > usize::from(features.max_rpids_for_set_min_pin_length) {
        return Err(Status::KEY_STORE_FULL);
    }
    let places = space.as_chunks_mut::<32>().0;
    for (place, rp_id) in places.iter_mut().zip(list.iter()) {
        *place = context.platform.sha256(&[rp_id.as_bytes()]);
    }
    Ok(places.get(..list.len()).ok_or(Status::KEY_STORE_FULL)?.as_flattened())
}
