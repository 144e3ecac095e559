//! authenticatorGetInfo (CTAP 2.1, 6.4):
//! <https://fidoalliance.org/specs/fido-v2.1-ps-20210615/fido-client-to-authenticator-protocol-v2.1-ps-errata-20220621.html#authenticatorGetInfo>

use wire::Status;
use wire::ctap2::get_info::{Options, Response};
use wire::ctap2::{List, Parameter};

use super::Context;
use crate::profile::{ALGORITHMS_MAX, Attachment, Ctap2, Profile};

/// Writes what the profile says.
pub(super) fn write_reply(context: &Context<'_>, ctap2: &Ctap2, reply: &mut [u8]) -> Result<usize, Status> {
    let profile = context.profile;
    let mut versions = Names::default();
    versions.push_if(profile.versions.u2f_v2, "U2F_V2");
    versions.push_if(profile.versions.fido_2_0, "FIDO_2_0");
    versions.push_if(profile.versions.fido_2_1, "FIDO_2_1");
    versions.push_if(profile.versions.fido_2_3, "FIDO_2_3");
    let transports = transports(profile);
    let mut algorithms = [Parameter::EMPTY; ALGORITHMS_MAX];
    for (place, alg) in algorithms.iter_mut().zip(ctap2.algorithms()) {
        *place = Parameter::public_key(*alg);
    }
    let algorithms = algorithms.get(..ctap2.algorithms().len()).unwrap_or_default();
    // Members from 0x07 on came with CTAP 2.1. Later 2.0 keys report the harmless ones; the rest goes with its version.
    let newer = profile.versions.fido_2_1 || profile.versions.fido_2_3;
    let room = ctap2.resident_credentials.saturating_sub(context.state.residents);
    let response = Response {
        versions: versions.list(),
        aaguid: &profile.aaguid,
        options: Some(Options {
            rk: Some(ctap2.rk),
            up: Some(true),
            uv: ctap2.uv,
            plat: Some(profile.attachment == Attachment::Platform),
            ..Options::EMPTY
        }),
        max_msg_size: Some(u64::from(ctap2.max_msg_size)),
        max_credential_count_in_list: reported(u64::from(ctap2.max_credential_count_in_list)),
        max_credential_id_length: reported(u64::from(ctap2.max_credential_id_length)),
        transports: Some(transports.list())
            .filter(|list| (newer || ctap2.tells.transports) && !list.is_empty()),
        algorithms: Some(List::from(algorithms))
            .filter(|list| (newer || ctap2.tells.algorithms) && !list.is_empty()),
        firmware_version: reported(u64::from(ctap2.firmware_version)),
        remaining_discoverable_credentials: (newer && ctap2.rk).then_some(u64::from(room)),
        ..Response::EMPTY
    };
    Ok(response.message(reply)?)
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

/// A number that a profile leaves out by 0.
fn reported(number: u64) -> Option<u64> {
    Some(number).filter(|number| *number != 0)
}

/// A few constant texts.
#[derive(Default)]
struct Names {
    names: [&'static str; 5],
    length: usize,
}

impl Names {
    fn push_if(&mut self, wanted: bool, name: &'static str) {
        if let Some(place) = self.names.get_mut(self.length).filter(|_| wanted) {
            *place = name;
            self.length = self.length.saturating_add(1);
        }
    }

    fn list(&self) -> List<'_, &'static str> {
        List::from(self.names.get(..self.length).unwrap_or_default())
    }
}
