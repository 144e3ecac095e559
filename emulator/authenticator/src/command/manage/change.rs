//! deleteCredential (6.8.5) and updateUserInformation (6.8.6).

use wire::Status;
use wire::ctap2::UserEntity;

use super::Scope;
use crate::command::{Context, status_only};
use crate::credential::resident::{self, Fields, RECORD_MAX, Resident, User, find_by_id};
use crate::look::Look;
use crate::platform::{Change, RecordKey};
use crate::text::{Bytes, Text};

/// The credential, if it is here and in the scope.
fn find<'o>(
    context: &mut Context<'_>,
    scope: &Scope,
    id: &[u8],
    space: &'o mut [u8; RECORD_MAX],
) -> Result<(RecordKey, Resident<'o>), Status> {
    let mut look = Look::new(context.platform);
    let record = find_by_id(&mut look, id)?.ok_or(Status::NO_CREDENTIALS)?;
    let resident = look.read(record, space)?.and_then(Resident::parse).ok_or(Status::OTHER)?;
    scope.includes(resident.header.rp_id_hash)?;
    Ok((record, resident))
}

/// Forgets it: first the record, then the key; what a power cut leaves of the key, the sweep takes.
pub(super) fn delete(
    context: &mut Context<'_>,
    scope: &Scope,
    id: &[u8],
    reply: &mut [u8],
) -> Result<usize, Status> {
    let mut space = [0; RECORD_MAX];
    let (record, resident) = find(context, scope, id, &mut space)?;
    context.platform.commit(&[Change::Delete(record)])?;
    let _ = context.platform.destroy(&resident.key);
    context.state.residents = context.state.residents.saturating_sub(1);
    Ok(status_only(Status::OK, reply))
}

/// Puts the names of the request in place of the old ones; what it leaves out, or empty, goes.
pub(super) fn update(
    context: &mut Context<'_>,
    scope: &Scope,
    id: &[u8],
    user: &UserEntity<'_>,
    reply: &mut [u8],
) -> Result<usize, Status> {
    let mut space = [0; RECORD_MAX];
    let (record, old) = find(context, scope, id, &mut space)?;
    if old.header.user_id != user.id {
        return Err(Status::INVALID_PARAMETER);
    }
    let name = |name: Option<&str>| name.filter(|name| !name.is_empty()).map(Text::truncated);
    let fields = Fields {
        rp_id_hash: old.header.rp_id_hash,
        order: old.header.order,
        counter: old.header.counter,
        alg: old.header.alg,
        protection: old.header.protection,
        id: old.header.id,
        key: &old.key,
        rp_id: old.rp_id,
        user: &User {
            id: Bytes::new(user.id).ok_or(Status::INVALID_LENGTH)?,
            name: name(user.name),
            display_name: name(user.display_name),
        },
        cred_blob: old.cred_blob,
    };
    let mut space = [0; resident::RECORD_MAX];
    let value = fields.write(&mut space).ok_or(Status::OTHER)?;
    context.platform.commit(&[Change::Put { key: record, value }])?;
    Ok(status_only(Status::OK, reply))
}
