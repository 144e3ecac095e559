//! authenticatorMakeCredential.
//!
//! Steps are those of CTAP 2.1, 6.1.2:
//! <https://fidoalliance.org/specs/fido-v2.1-ps-20210615/fido-client-to-authenticator-protocol-v2.1-ps-errata-20220621.html#sctn-makeCred-authnr-alg>

use wire::authdata::{self, AuthenticatorData};
use wire::cose::Alg;
use wire::ctap2::make_credential::{Request, Response};
use wire::status::Status;

use super::{Context, Given, check_list, check_pin_uv_auth, check_uv};
use crate::attestation;
use crate::counter;
use crate::credential::{self, CredentialId, resident, wrapped};
use crate::look::Look;
use crate::platform::{Change, Keep, KeyBlob};
use crate::profile::{Counter, Ctap2};
use crate::state::State;
use crate::text::{Bytes, Text};

/// A checked request.
pub(crate) struct Plan {
    /// Built-in verification is asked for; otherwise a touch.
    pub(crate) uv: bool,
    /// For a screen, and for the record.
    pub(crate) rp_id: Text<{ resident::RP_ID_MAX }>,
    /// The account.
    pub(crate) user: resident::User,
    rp_id_hash: [u8; 32],
    client_data_hash: [u8; 32],
    alg: Alg,
    rk: bool,
    /// A credential of the exclude list is here: the user's act ends in a refusal.
    excluded: bool,
}

/// Checks the request.
pub(crate) fn prepare(
    ctap2: &Ctap2,
    state: &State,
    mut look: Look<'_>,
    request: &Request<'_>,
) -> Result<Plan, Status> {
    // Steps 1 and 2.
    check_pin_uv_auth(request.pin_uv_auth_param, request.pin_uv_auth_protocol)?;
    // Step 3: the first of the request's algorithms that the key has.
    let alg = choose_algorithm(ctap2, request)?;
    // Step 5: options.
    let uv = check_uv(ctap2, request.options.uv)?;
    let rk = request.options.rk.unwrap_or(false);
    if rk && !ctap2.rk {
        return Err(Status::UNSUPPORTED_OPTION);
    }
    if request.options.up == Some(false) {
        return Err(Status::INVALID_OPTION);
    }
    // Steps 6 to 8 and 10 (alwaysUv, makeCredUvNotRqd) belong to options that no built key reports.
    // Step 9: the key is not capable of enterprise attestation.
    if request.enterprise_attestation.is_some() {
        return Err(Status::INVALID_PARAMETER);
    }
    // Step 11 is the wait. Step 12 is looked up now and told after the wait.
    let rp_id_hash = look.sha256(&[request.rp.id.as_bytes()]);
    let excluded = is_excluded(ctap2, state, &mut look, &rp_id_hash, request)?;
    Ok(Plan {
        uv,
        rp_id: Text::truncated(request.rp.id),
        user: resident::User {
            id: Bytes::new(request.user.id).ok_or(Status::INVALID_LENGTH)?,
            name: request.user.name.map(Text::truncated),
            display_name: request.user.display_name.map(Text::truncated),
        },
        rp_id_hash,
        client_data_hash: *request.client_data_hash,
        alg,
        rk,
        excluded,
    })
}

/// Step 3. Every element is looked at, so a malformed one is found wherever it is.
fn choose_algorithm(ctap2: &Ctap2, request: &Request<'_>) -> Result<Alg, Status> {
    let mut chosen = None;
    for parameters in request.pub_key_cred_params.iter() {
        let parameters = parameters?;
        if chosen.is_none() && parameters.is_public_key() && ctap2.algorithms().contains(&parameters.alg) {
            chosen = Some(parameters.alg);
        }
    }
    chosen.ok_or(Status::UNSUPPORTED_ALGORITHM)
}

/// Step 12.
fn is_excluded(
    ctap2: &Ctap2,
    state: &State,
    look: &mut Look<'_>,
    rp_id_hash: &[u8; 32],
    request: &Request<'_>,
) -> Result<bool, Status> {
    let Some(list) = &request.exclude_list else { return Ok(false) };
    check_list(ctap2, list.len())?;
    let mut excluded = false;
    for descriptor in list.iter() {
        let descriptor = descriptor?;
        if !excluded && descriptor.is_public_key() {
            excluded = credential::find(look, &state.secret, rp_id_hash, descriptor.id)?.is_some();
        }
    }
    Ok(excluded)
}

/// Makes the credential.
pub(crate) fn complete(
    context: &mut Context<'_>,
    plan: &Plan,
    given: Given,
    reply: &mut [u8],
) -> Result<usize, Status> {
    // Step 12.
    if plan.excluded {
        return Err(Status::CREDENTIAL_EXCLUDED);
    }
    // Step 15: no extension is known; unknown ones are ignored.
    // Step 17, its check: a full key store.
    let place = if plan.rk { Some(place(context, plan)?) } else { None };
    // Step 16.
    let keep = if plan.rk { Keep::Stored } else { Keep::Wrapped };
    let mut public = [0; PUBLIC_KEY_MAX];
    let (key, public_length) = context.platform.generate(plan.alg, keep, &mut public)?;
    let public = public.get(..public_length).ok_or(Status::OTHER)?;
    let made = match &place {
        Some(place) => make_resident(context, plan, place, given, &key, public, reply),
        None => make_wrapped(context, plan, given, &key, public, reply),
    };
    if made.is_err() {
        // The record that would name the key is not there. If this fails too, the sweep at power-on forgets the key.
        let _ = context.platform.destroy(&key);
    }
    made
}

/// Where the new resident credential goes, if there is room.
fn place(context: &mut Context<'_>, plan: &Plan) -> Result<resident::Place, Status> {
    let most = context.profile.ctap2.map_or(0, |ctap2| ctap2.resident_credentials);
    let mut look = Look::new(context.platform);
    let place = resident::place(&mut look, &plan.rp_id_hash, plan.user.id.as_bytes())?;
    place
        .filter(|place| place.replaces.is_some() || context.state.residents < most)
        .ok_or(Status::KEY_STORE_FULL)
}

/// Step 17: a discoverable credential, in place of an older one for the same account.
fn make_resident(
    context: &mut Context<'_>,
    plan: &Plan,
    place: &resident::Place,
    given: Given,
    key: &KeyBlob,
    public: &[u8],
    reply: &mut [u8],
) -> Result<usize, Status> {
    let id = resident::new_id(context.platform, place.slot);
    let next = match context.profile.counter {
        Counter::Global | Counter::Zero => counter::global(context.profile, context.state),
        Counter::PerCredential => counter::Next::apart(0),
    };
    let length = write_reply(context, plan, given, next.value, &id, key, public, reply)?;
    let fields = resident::Fields {
        rp_id_hash: &plan.rp_id_hash,
        order: context.state.order,
        alg: plan.alg.into(),
        id: &id,
        key,
        rp_id: plan.rp_id.as_str(),
        user: &plan.user,
    };
    let mut space = [0; resident::RECORD_MAX];
    let value = fields.write(&mut space).ok_or(Status::OTHER)?;
    let record = crate::record::Bucket::of(&plan.rp_id_hash).slot(place.slot);
    counter::commit(context.state, context.platform, next, Some(Change::Put { key: record, value }))?;
    context.state.order = context.state.order.saturating_add(1);
    match &place.replaces {
        // Nothing names the old key any more; what is not forgotten now is swept at power-on.
        Some(old) => drop(context.platform.destroy(old)),
        None => context.state.residents = context.state.residents.saturating_add(1),
    }
    Ok(length)
}

/// Step 18: the credential's id holds the key.
fn make_wrapped(
    context: &mut Context<'_>,
    plan: &Plan,
    given: Given,
    key: &KeyBlob,
    public: &[u8],
    reply: &mut [u8],
) -> Result<usize, Status> {
    let id = wrap(context, &plan.rp_id_hash, key)?;
    let next = counter::global(context.profile, context.state);
    let length = write_reply(context, plan, given, next.value, id.as_bytes(), key, public, reply)?;
    counter::commit(context.state, context.platform, next, None)?;
    Ok(length)
}

/// An id that holds the key, as long as the profile's key handles.
pub(super) fn wrap(
    context: &mut Context<'_>,
    rp_id_hash: &[u8; 32],
    key: &KeyBlob,
) -> Result<CredentialId, Status> {
    let length = context.profile.u2f.map_or(0, |u2f| u2f.key_handle);
    wrapped::wrap(context.platform, &context.state.secret, rp_id_hash, key, length).ok_or(Status::OTHER)
}

