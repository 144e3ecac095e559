//! One assertion: what getAssertion and getNextAssertion make once the credential is known (CTAP 2.1, 6.2.2 steps 12, 13).

use wire::Status;
use wire::authdata::{AuthData, HEAD_LEN};
use wire::ctap2::get_assertion::Response;
use wire::ctap2::{Descriptor, UserEntity};

use super::statement::sign;
use super::with_credential::{Used, with_credential};
use super::{Context, Given, SIGNATURE_MAX, flags};
use crate::credential::Found;
use crate::credential::resident::Resident;
use crate::extension::get::{GetExtensions, OUTPUTS_MAX, Of};

/// What is to be said and signed.
pub(super) struct Wanted<'a> {
    pub(super) extensions: &'a GetExtensions,
    pub(super) rp_id_hash: &'a [u8; 32],
    pub(super) client_data_hash: &'a [u8; 32],
    pub(super) given: Given,
    /// numberOfCredentials.
    pub(super) count: Option<u16>,
    /// The user's names are told: only after verification, and when there is a choice.
    pub(super) names: bool,
}

/// Signs with the credential.
pub(super) fn make(
    context: &mut Context<'_>,
    wanted: &Wanted<'_>,
    found: &Found,
    reply: &mut [u8],
) -> Result<usize, Status> {
    with_credential(context, found, |context, used| write(context, wanted, used, reply))
}

fn write(
    context: &mut Context<'_>,
    wanted: &Wanted<'_>,
    used: &Used<'_>,
    reply: &mut [u8],
) -> Result<usize, Status> {
    let mut outputs = [0; OUTPUTS_MAX];
    let of =
        Of { id: used.id, cred_blob: used.record.and_then(|record| record.cred_blob), uv: wanted.given.uv };
    let data = AuthData {
        rp_id_hash: wanted.rp_id_hash,
        flags: flags(context.profile, wanted.given),
        sign_count: used.sign_count,
        attested: None,
        extensions: wanted.extensions.outputs(context, &of, &mut outputs)?,
    };
    // The client data hash follows at once: together they are what is signed.
    let mut message = [0; HEAD_LEN + OUTPUTS_MAX + 32];
    let length = data.encode(&mut message)?;
    let whole = length.checked_add(32).ok_or(Status::OTHER)?;
    message.get_mut(length..whole).ok_or(Status::OTHER)?.copy_from_slice(wanted.client_data_hash);
    let signed = message.get(..whole).ok_or(Status::OTHER)?;
    let mut space = [0; SIGNATURE_MAX];
    let signature = sign(context, used.key, signed, &mut space)?;
    let response = Response {
        credential: Some(Descriptor::public_key(used.id)),
        user: used.record.map(|record| user(wanted, record)),
        number_of_credentials: wanted.count.map(u64::from),
        auth_data: signed.get(..length).ok_or(Status::OTHER)?,
        signature,
        ..Response::EMPTY
    };
    Ok(response.message(reply)?)
}

/// The account of a discoverable credential: its id always, its names as it was decided.
fn user<'a>(wanted: &Wanted<'_>, record: &Resident<'a>) -> UserEntity<'a> {
    UserEntity {
        id: record.header.user_id,
        name: record.user_name.filter(|_| wanted.names),
        display_name: record.user_display_name.filter(|_| wanted.names),
        ..UserEntity::EMPTY
    }
}
