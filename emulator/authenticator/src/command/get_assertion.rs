//! authenticatorGetAssertion.
//!
//! Steps are those of CTAP 2.1, 6.2.2:
//! <https://fidoalliance.org/specs/fido-v2.1-ps-20210615/fido-client-to-authenticator-protocol-v2.1-ps-errata-20220621.html#sctn-getAssert-authnr-alg>

use core::time::Duration;

use wire::Status;
use wire::ctap2::get_assertion::Request;
use wire::ctap2::{Descriptor, Permissions};

use super::assertion::{self, Wanted};
use super::verification::{self, Policy, Verification, authorize};
use super::{Context, Given, check_list};
use crate::credential::resident::{NAME_MAX, RECORD_MAX, RP_ID_MAX, Resident};
use crate::credential::{self, Found, select};
use crate::event::Uptime;
use crate::extension::get::GetInputs;
use crate::look::Look;
use crate::profile::{Ctap2, Profile};
use crate::state::{Sequence, State};
use crate::text::Text;

/// How long getNextAssertion may follow (6.3, step 3), seconds.
pub(super) const SEQUENCE_SECONDS: u64 = 30;

/// A checked request.
pub(crate) struct Plan {
    /// Who verifies the user.
    pub(crate) verification: Verification,
    /// The user shall be present.
    pub(crate) up: bool,
    /// For a screen.
    pub(crate) rp_id: Text<RP_ID_MAX>,
    /// For a screen: the account of the credential, if its record tells.
    pub(crate) user_name: Option<Text<NAME_MAX>>,
    rp_id_hash: [u8; 32],
    client_data_hash: [u8; 32],
    credential: Chosen,
    inputs: GetInputs,
}

/// What the assertion is made with.
#[expect(clippy::large_enum_variant, reason = "no allocator to box it with")]
enum Chosen {
    /// No credential: the user's act ends in a refusal.
    None,
    /// The first of the allow list that is here.
    Allowed(Found),
    /// The newest of the relying party's discoverable ones.
    Newest(select::Newest),
}

/// Checks the request and finds the credential. All that changes is the token: that it was used, and for which relying
/// party.
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
    // Step 4: options.
    let uv = policy.uv_option(options.uv, param)?;
    if options.rk.is_some() {
        return Err(Status::UNSUPPORTED_OPTION);
    }
    let up = options.up.unwrap_or(true);
    // Step 5.
    let uv = if up { policy.always_uv(uv, param)? } else { uv };
    // Step 6, up to the wait.
    let rp_id_hash = look.sha256(&[request.rp_id.as_bytes()]);
    let wanted = verification::Wanted {
        client_data_hash: request.client_data_hash,
        permission: Permissions::GA,
        rp_id_hash: &rp_id_hash,
    };
    let verification = authorize(state, &mut look, now, &policy, (uv, param), &wanted)?;
    // Step 7: locate the credentials.
    let credential = locate(ctap2, state, &mut look, &rp_id_hash, request, verification.uv())?;
    // FIDO 2.1 says at once that there are none; FIDO 2.0 (5.2, steps 7 and 8) collects the user's consent first.
    if matches!(credential, Chosen::None) && profile.versions.newer() {
        return Err(Status::NO_CREDENTIALS);
    }
    let user_name = user_name(&mut look, &credential)?;
    Ok(Plan {
        verification,
        up,
        rp_id: Text::truncated(request.rp_id),
        user_name,
        rp_id_hash,
        client_data_hash: *request.client_data_hash,
        credential,
        // Step 10, as far as it is input.
        inputs: GetInputs::read(&ctap2.features, request.extensions, up)?,
    })
}

/// Step 7. An allow list without entries counts as absent.
fn locate(
    ctap2: &Ctap2,
    state: &State,
    look: &mut Look<'_>,
    rp_id_hash: &[u8; 32],
    request: &Request<'_>,
    uv: bool,
) -> Result<Chosen, Status> {
    let Some(list) = request.allow_list.as_ref().filter(|list| !list.is_empty()) else {
        let newest = select::newest(look, rp_id_hash, None, |protection| protection.allows_unnamed(uv))?;
        return Ok(newest.map_or(Chosen::None, Chosen::Newest));
    };
    check_list(ctap2, list.len())?;
    for descriptor in list.iter().filter(Descriptor::is_public_key) {
        match credential::find(look, &state.secret, rp_id_hash, descriptor.id)? {
            Some((found, protection)) if protection.allows_named(uv) => return Ok(Chosen::Allowed(found)),
            _ => {}
        }
    }
    Ok(Chosen::None)
}

/// The name in the credential's record.
fn user_name(look: &mut Look<'_>, chosen: &Chosen) -> Result<Option<Text<NAME_MAX>>, Status> {
    let key = match chosen {
        Chosen::Allowed(Found::Resident(key)) => *key,
        Chosen::Newest(newest) => newest.key,
        Chosen::None | Chosen::Allowed(Found::Wrapped(_)) => return Ok(None),
    };
    let mut space = [0; RECORD_MAX];
    let record = look.read(key, &mut space)?.and_then(Resident::parse);
    Ok(record.and_then(|record| record.user_name.map(Text::truncated)))
}

/// Makes the assertion.
pub(crate) fn complete(
    context: &mut Context<'_>,
    plan: &Plan,
    given: Given,
    reply: &mut [u8],
) -> Result<usize, Status> {
    // Step 9.4; built-in verification goes past it (step 8).
    if plan.up && plan.verification != Verification::BuiltIn {
        context.state.pin.spend_token();
    }
    if matches!(plan.credential, Chosen::None) {
        return Err(Status::NO_CREDENTIALS);
    }
    // Step 10.
    let extensions = plan.inputs.open(context)?;
    let mut wanted = Wanted {
        extensions: &extensions,
        rp_id_hash: &plan.rp_id_hash,
        client_data_hash: &plan.client_data_hash,
        given,
        count: None,
        names: false,
    };
    // Steps 11 to 13.
    let newest = match &plan.credential {
        Chosen::None => return Err(Status::NO_CREDENTIALS),
        Chosen::Allowed(found) => return assertion::make(context, &wanted, found, reply),
        Chosen::Newest(newest) => newest,
    };
    let several = newest.count > 1;
    wanted.count = several.then_some(newest.count);
    wanted.names = several && given.uv;
    let length = assertion::make(context, &wanted, &Found::Resident(newest.key), reply)?;
    if several {
        context.state.sequence = Some(Sequence {
            from: context.from,
            until: context.now.saturating_add(Duration::from_secs(SEQUENCE_SECONDS)),
            rp_id_hash: plan.rp_id_hash,
            client_data_hash: plan.client_data_hash,
            below: newest.order,
            left: newest.count.saturating_sub(1),
            flags: given,
            extensions,
        });
    }
    Ok(length)
}
