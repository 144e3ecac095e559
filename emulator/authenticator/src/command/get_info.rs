//! authenticatorGetInfo (CTAP 2.1, 6.4):
//! <https://fidoalliance.org/specs/fido-v2.1-ps-20210615/fido-client-to-authenticator-protocol-v2.1-ps-errata-20220621.html#authenticatorGetInfo>

use wire::Status;
use wire::ctap2::config::SubCommand;
use wire::ctap2::get_info::{Options, Response};
use wire::ctap2::{List, Parameter};

use super::Context;
use crate::profile::{ALGORITHMS_MAX, Attachment, Attestation, Ctap2, Features, PIN_LENGTH_MAX, Profile};
use crate::state::State;

/// Writes what the profile says.
pub(super) fn write_reply(context: &Context<'_>, ctap2: &Ctap2, reply: &mut [u8]) -> Result<usize, Status> {
    let profile = context.profile;
    let features = &ctap2.features;
    let state = &*context.state;
    let mut versions = Names::default();
    // U2F knows no verification: with alwaysUv it is gone.
    versions.push_if(profile.versions.u2f_v2 && !state.settings.always_uv, "U2F_V2");
    versions.push_if(profile.versions.fido_2_0, "FIDO_2_0");
    versions.push_if(profile.versions.fido_2_1_pre, "FIDO_2_1_PRE");
    versions.push_if(profile.versions.fido_2_1, "FIDO_2_1");
    versions.push_if(profile.versions.fido_2_3, "FIDO_2_3");
    let transports = transports(profile);
    let mut algorithms = [Parameter::EMPTY; ALGORITHMS_MAX];
    for (place, alg) in algorithms.iter_mut().zip(ctap2.algorithms()) {
        *place = Parameter::public_key(*alg);
    }
    let algorithms = algorithms.get(..ctap2.algorithms().len()).unwrap_or_default();
    let extensions = extensions(features);
    let protocols = features.pin_uv_auth_protocols.map(u64::from);
    let protocols = protocols.get(..features.protocols().count()).unwrap_or_default();
    let formats = formats(ctap2.attestation);
    let commands = config_commands(features);
    let tells = &ctap2.tells;
    // Members from 0x07 on came with CTAP 2.1. Later 2.0 keys report the harmless ones; the rest goes with its version.
    let newer = profile.versions.newer();
    let room = ctap2.resident_credentials.saturating_sub(state.residents);
    let response = Response {
        versions: versions.list(),
        aaguid: &profile.aaguid,
        extensions: Some(extensions.list()).filter(|list| !list.is_empty()),
        options: Some(options(profile, ctap2, state)),
        max_msg_size: Some(u64::from(ctap2.max_msg_size)),
        pin_uv_auth_protocols: Some(List::from(protocols)).filter(|list| !list.is_empty()),
        max_credential_count_in_list: reported(u64::from(ctap2.max_credential_count_in_list)),
        max_credential_id_length: reported(u64::from(ctap2.max_credential_id_length)),
        transports: Some(transports.list())
            .filter(|list| (newer || ctap2.tells.transports) && !list.is_empty()),
        algorithms: Some(List::from(algorithms))
            .filter(|list| (newer || ctap2.tells.algorithms) && !list.is_empty()),
        force_pin_change: state.pin.set.filter(|_| features.set_min_pin_length).map(|pin| pin.force_change),
        min_pin_length: Some(u64::from(state.settings.min_pin_length))
            .filter(|_| (newer || ctap2.tells.min_pin_length) && features.client_pin),
        firmware_version: reported(u64::from(ctap2.firmware_version)),
        max_cred_blob_length: features
            .extensions
            .cred_blob
            .then_some(u64::from(features.max_cred_blob_length)),
        max_rpids_for_set_min_pin_length: features
            .set_min_pin_length
            .then_some(u64::from(features.max_rpids_for_set_min_pin_length)),
        preferred_platform_uv_attempts: reported(u64::from(features.preferred_platform_uv_attempts)),
        uv_modality: reported(u64::from(ctap2.uv_modality)),
        remaining_discoverable_credentials: (newer && ctap2.rk).then_some(u64::from(room)),
        attestation_formats: tells.attestation_formats.then_some(formats.list()),
        long_touch_for_reset: tells.long_touch_for_reset.then_some(false),
        transports_for_reset: tells.transports_for_reset.then_some(transports.list()),
        pin_complexity_policy: (tells.pin_complexity_policy && features.client_pin).then_some(false),
        max_pin_length: (tells.max_pin_length && features.client_pin).then_some(u64::from(PIN_LENGTH_MAX)),
        authenticator_config_commands: (tells.authenticator_config_commands && features.authnr_cfg)
            .then_some(commands.list()),
        ..Response::EMPTY
    };
    Ok(response.message(reply)?)
}

/// The options; of those that a key has not, `None` rather than false, as most keys do.
fn options(profile: &Profile, ctap2: &Ctap2, state: &State) -> Options<'static> {
    let features = &ctap2.features;
    let always_uv = state.settings.always_uv;
    Options {
        rk: Some(ctap2.rk),
        up: Some(true),
        uv: ctap2.uv,
        plat: Some(profile.attachment == Attachment::Platform),
        uv_acfg: on(features.uv_acfg),
        always_uv: features.always_uv.map(|_| always_uv),
        cred_mgmt: on(features.cred_mgmt),
        authnr_cfg: on(features.authnr_cfg),
        client_pin: features.client_pin.then_some(state.pin.set.is_some()),
        per_cred_mgmt_ro: on(features.per_cred_mgmt_ro),
        pin_uv_auth_token: on(features.pin_uv_auth_token),
        set_min_pin_length: on(features.set_min_pin_length),
        // alwaysUv turns it off (7.2).
        make_cred_uv_not_rqd: features.make_cred_uv_not_rqd.then_some(!always_uv),
        credential_mgmt_preview: on(features.credential_mgmt_preview),
        no_mc_ga_permissions_with_client_pin: on(features.no_mc_ga_permissions_with_client_pin),
        ..Options::EMPTY
    }
}

/// An option that is there if it is true.
fn on(option: bool) -> Option<bool> {
    option.then_some(true)
}

fn extensions(features: &Features) -> Names {
    let mut names = Names::default();
    names.push_if(features.extensions.cred_blob, "credBlob");
    names.push_if(features.extensions.cred_protect, "credProtect");
    names.push_if(features.extensions.hmac_secret, "hmac-secret");
    names.push_if(features.extensions.min_pin_length, "minPinLength");
    names
}

fn transports(profile: &Profile) -> Names {
    let mut names = Names::default();
    names.push_if(profile.transports.ble, "ble");
    names.push_if(profile.transports.hybrid, "hybrid");
    names.push_if(profile.transports.internal, "internal");
    names.push_if(profile.transports.nfc, "nfc");
    names.push_if(profile.transports.usb, "usb");
    names
}

/// What `fmt` can be; `none` does not count as a format (CTAP 2.2, 6.4).
fn formats(attestation: Attestation) -> Names {
    let mut names = Names::default();
    names.push_if(matches!(attestation, Attestation::Packed | Attestation::PackedSelf), "packed");
    names.push_if(attestation == Attestation::FidoU2f, "fido-u2f");
    names.push_if(attestation == Attestation::Tpm, "tpm");
    names
}

/// The subcommands of authenticatorConfig (6.11).
fn config_commands(features: &Features) -> Few<u64> {
    let mut commands = Few::default();
    commands.push_if(features.always_uv.is_some(), SubCommand::TOGGLE_ALWAYS_UV.0);
    commands.push_if(features.set_min_pin_length, SubCommand::SET_MIN_PIN_LENGTH.0);
    commands
}

/// A number that a profile leaves out by 0.
fn reported(number: u64) -> Option<u64> {
    Some(number).filter(|number| *number != 0)
}

/// A few constant texts.
type Names = Few<&'static str>;

/// The members of a short list.
#[derive(Default)]
struct Few<T> {
    items: [T; 5],
    length: usize,
}

impl<T> Few<T> {
    fn push_if(&mut self, wanted: bool, item: T) {
        if let Some(place) = self.items.get_mut(self.length).filter(|_| wanted) {
            *place = item;
            self.length = self.length.saturating_add(1);
        }
    }

    fn list(&self) -> List<'_, T> {
        List::from(self.items.get(..self.length).unwrap_or_default())
    }
}
