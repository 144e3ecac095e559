//! authenticatorMakeCredential.
//!
//! Steps are those of CTAP 2.1, 6.1.2:
//! <https://fidoalliance.org/specs/fido-v2.1-ps-20210615/fido-client-to-authenticator-protocol-v2.1-ps-errata-20220621.html#sctn-makeCred-authnr-alg>

use wire::Status;
use wire::authdata::{AttestedCredentialData, AuthData, HEAD_LEN};
use wire::cose::Alg;
use wire::ctap2::make_credential::Request;
use wire::ctap2::{Descriptor, Parameter, Permissions};

use super::statement::{self, Subject};
use super::verification::{Policy, Verification, Wanted, authorize};
use super::{Context, Given, PUBLIC_KEY_MAX, check_list};
use crate::counter;
use crate::credential::{self, resident};
use crate::event::Uptime;
use crate::extension::make::{MakeExtensions, OUTPUTS_MAX};
use crate::look::Look;
use crate::platform::{Change, Keep, KeyBlob, StoreError};
use crate::profile::{Attestation, Counter, Ctap2, Profile};
use crate::record::Bucket;
use crate::state::State;
use crate::text::{Bytes, Text};

/// A checked request.
pub(crate) struct Plan {
    /// Who verifies the user.
    pub(crate) verification: Verification,
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
    extensions: MakeExtensions,
}

/// Checks the request. All that changes is the token: that it was used, and for which relying party.
pub(crate) fn prepare(
    profile: &Profile,
    ctap2: &Ctap2,
    state: &mut State,
    now: Uptime,
    mut look: Look<'_>,
    request: &Request<'_>,
) -> Result<Plan, Status> {
    let policy = Policy::of(profile, ctap2, state);
    let options = request.options.unwrap_or_default();
    // Step 2.
    let param = policy.param(request.pin_uv_auth_param, request.pin_uv_auth_protocol)?;
    // Step 3: the first of the request's algorithms that the key has.
    let alg = choose_algorithm(ctap2, request)?;
    // Step 5: options.
    let uv = policy.uv_option(options.uv, param)?;
    let rk = options.rk.unwrap_or(false);
    if rk && !ctap2.rk {
        return Err(Status::UNSUPPORTED_OPTION);
    }
    if options.up == Some(false) {
        return Err(Status::INVALID_OPTION);
    }
    // Steps 6 to 8.
    let uv = policy.always_uv(uv, param)?;
    policy.may_make(rk, uv, param)?;
    // Step 9: the key is not capable of enterprise attestation.
    if request.enterprise_attestation.is_some() {
        return Err(Status::INVALID_PARAMETER);
    }
    // Steps 10 and 11, up to the wait.
    let rp_id_hash = look.sha256(&[request.rp.id.as_bytes()]);
    let wanted = Wanted {
        client_data_hash: request.client_data_hash,
        permission: Permissions::MC,
        rp_id_hash: &rp_id_hash,
    };
    let verification = authorize(state, &mut look, now, &policy, (uv, param), &wanted)?;
    // Step 12 is looked up now and told after the wait.
    let uv = verification.uv();
    let excluded = is_excluded(ctap2, state, &mut look, &rp_id_hash, request, uv)?;
    // Step 15, as far as it is input.
    let length = state.settings.min_pin_length;
    let inputs = request.extensions;
    let extensions = MakeExtensions::read(&ctap2.features, length, &mut look, inputs, rk, &rp_id_hash)?;
    Ok(Plan {
        verification,
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
        extensions,
    })
}

/// Step 3. Malformed elements were found by decoding.
fn choose_algorithm(ctap2: &Ctap2, request: &Request<'_>) -> Result<Alg, Status> {
    let known = |wish: &Parameter<'_>| wish.is_public_key() && ctap2.algorithms().contains(&wish.alg);
    let chosen = request.pub_key_cred_params.iter().find(known);
    chosen.map(|wish| wish.alg).ok_or(Status::UNSUPPORTED_ALGORITHM)
}

/// Step 12.
fn is_excluded(
    ctap2: &Ctap2,
    state: &State,
    look: &mut Look<'_>,
    rp_id_hash: &[u8; 32],
    request: &Request<'_>,
    uv: bool,
) -> Result<bool, Status> {
    let Some(list) = &request.exclude_list else { return Ok(false) };
    check_list(ctap2, list.len())?;
    for descriptor in list.iter().filter(Descriptor::is_public_key) {
        let found = credential::find(look, &state.secret, rp_id_hash, descriptor.id)?;
        // Of one that requires verification nobody is told without it.
        if found.is_some_and(|(_, protection)| protection.allows_named(uv)) {
            return Ok(true);
        }
    }
    Ok(false)
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
    // Step 14.4; built-in verification goes past it (step 13).
    if plan.verification != Verification::BuiltIn {
        context.state.pin.spend_token();
    }
    // Steps 16 to 19.
    if plan.rk || !fits_in_id(plan.alg) {
        make_resident(context, plan, given, reply)
    } else {
        make_wrapped(context, plan, given, reply)
    }
}

/// Whether a private key for `alg` can be wrapped into a credential id. Where it cannot, the credential is kept, and found
/// by account too, whether `rk` was asked for or not; FIDO 2.0 (5.1, step 9) leaves this to the authenticator.
fn fits_in_id(alg: Alg) -> bool {
    alg != Alg::RS256
}

/// Step 17: a discoverable credential, in place of an older one for the same account.
fn make_resident(
    context: &mut Context<'_>,
    plan: &Plan,
    given: Given,
    reply: &mut [u8],
) -> Result<usize, Status> {
    let place = place(context, plan)?;
    let id = resident::new_id(context.platform, place.slot);
    let next = match context.profile.counter {
        Counter::Global | Counter::Zero => counter::global(context.profile, context.state),
        Counter::PerCredential => counter::Next::apart(0),
    };
    let mut public = [0; PUBLIC_KEY_MAX];
    let (key, length) = context.platform.generate(plan.alg, Keep::Stored, &mut public)?;
    let public = public.get(..length).ok_or(Status::OTHER)?;
    let new = New { id: &id, key: &key, public, sign_count: next.value };
    let mut space = [0; resident::RECORD_MAX];
    let fields = resident::Fields {
        rp_id_hash: &plan.rp_id_hash,
        order: context.state.order,
        counter: 0,
        alg: plan.alg.0,
        protection: plan.extensions.protection,
        id: &id,
        key: &key,
        rp_id: plan.rp_id.as_str(),
        user: &plan.user,
        cred_blob: plan.extensions.cred_blob(),
    };
    let written = write_reply(context, plan, given, &new, reply)
        .and_then(|length| Ok((length, fields.write(&mut space).ok_or(Status::OTHER)?)));
    let (length, value) = written.inspect_err(|_| forget(context, &key))?;
    let record = Bucket::of(&plan.rp_id_hash).slot(place.slot);
    let put = Change::Put { key: record, value };
    counter::commit(context.state, context.platform, next, Some(put)).inspect_err(|error| {
        // After any other failure the record may be there: the sweep at power-on decides about its key.
        if *error == StoreError::Full {
            forget(context, &key);
        }
    })?;
    context.state.order = context.state.order.saturating_add(1);
    match &place.replaces {
        Some(old) => forget(context, old),
        None => context.state.residents = context.state.residents.saturating_add(1),
    }
    Ok(length)
}

/// Forgets a key that no record names. Should it fail, the sweep at power-on does it.
fn forget(context: &mut Context<'_>, key: &KeyBlob) {
    let _ = context.platform.destroy(key);
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

/// Step 18: the credential's id holds the key.
fn make_wrapped(
    context: &mut Context<'_>,
    plan: &Plan,
    given: Given,
    reply: &mut [u8],
) -> Result<usize, Status> {
    let next = counter::global(context.profile, context.state);
    let mut public = [0; PUBLIC_KEY_MAX];
    let (key, length) = context.platform.generate(plan.alg, Keep::Wrapped, &mut public)?;
    let public = public.get(..length).ok_or(Status::OTHER)?;
    let id = super::wrap(context, &plan.rp_id_hash, &key, plan.extensions.protection)?;
    let new = New { id: id.as_bytes(), key: &key, public, sign_count: next.value };
    let length = write_reply(context, plan, given, &new, reply)?;
    counter::commit(context.state, context.platform, next, None)?;
    Ok(length)
}

/// A credential that is being made.
struct New<'a> {
    id: &'a [u8],
    key: &'a KeyBlob,
    public: &'a [u8],
    sign_count: u32,
}

/// Step 19: authenticator data and attestation.
fn write_reply(
    context: &mut Context<'_>,
    plan: &Plan,
    given: Given,
    new: &New<'_>,
    reply: &mut [u8],
) -> Result<usize, Status> {
    let mut outputs = [0; OUTPUTS_MAX];
    let data = AuthData {
        rp_id_hash: &plan.rp_id_hash,
        flags: super::flags(context.profile, given),
        sign_count: new.sign_count,
        attested: Some(AttestedCredentialData {
            aaguid: &context.profile.aaguid,
            credential_id: new.id,
            public_key: new.public,
        }),
        extensions: plan.extensions.outputs(&mut outputs)?,
    };
    // The client data hash follows at once: together they are what is signed.
    let mut message = [0; MESSAGE_MAX];
    let length = data.encode(&mut message)?;
    let whole = length.checked_add(32).ok_or(Status::OTHER)?;
    message.get_mut(length..whole).ok_or(Status::OTHER)?.copy_from_slice(&plan.client_data_hash);
    let signed = message.get(..whole).ok_or(Status::OTHER)?;
    let subject = Subject {
        rp_id_hash: &plan.rp_id_hash,
        client_data_hash: &plan.client_data_hash,
        credential_id: new.id,
        public_key: new.public,
        alg: plan.alg,
        key: new.key,
        auth_data: signed.get(..length).ok_or(Status::OTHER)?,
        signed,
    };
    let attestation = context.profile.ctap2.map_or(Attestation::None, |ctap2| ctap2.attestation);
    statement::write_reply(context, attestation, &subject, reply)
}

/// Room for authenticator data with a credential, and a client data hash.
const MESSAGE_MAX: usize = HEAD_LEN + 18 + credential::ID_MAX + PUBLIC_KEY_MAX + OUTPUTS_MAX + 32;
