//! Using a credential once: its key, its counter's next value, and the one batch that stores the counter.

use wire::Status;

use super::Context;
use crate::counter;
use crate::credential::resident::{self, RECORD_MAX, Resident};
use crate::credential::{Found, wrapped};
use crate::look::Look;
use crate::platform::{Change, KeyBlob, RecordKey};
use crate::profile::Counter;

/// A credential that is being used.
pub(super) struct Used<'a> {
    /// Its id.
    pub(super) id: &'a [u8],
    /// Its key.
    pub(super) key: &'a KeyBlob,
    /// The signature counter to be signed.
    pub(super) sign_count: u32,
    /// Its record, if it is resident.
    pub(super) record: Option<&'a Resident<'a>>,
}

/// Has `write` build the reply, then stores the counter, then gives the reply's length.
pub(super) fn with_credential(
    context: &mut Context<'_>,
    found: &Found,
    write: impl FnOnce(&mut Context<'_>, &Used<'_>) -> Result<usize, Status>,
) -> Result<usize, Status> {
    match found {
        Found::Resident(record) => with_resident(context, *record, write),
        Found::Wrapped(id) => {
            let key = &wrapped::key_in(id).ok_or(Status::OTHER)?;
            let next = counter::global(context.profile, context.state);
            let used = Used { id: id.as_bytes(), key, sign_count: next.value, record: None };
            let length = write(context, &used)?;
            counter::commit(context.state, context.platform, next, None)?;
            Ok(length)
        }
    }
}

fn with_resident(
    context: &mut Context<'_>,
    record: RecordKey,
    write: impl FnOnce(&mut Context<'_>, &Used<'_>) -> Result<usize, Status>,
) -> Result<usize, Status> {
    let mut space = [0; RECORD_MAX];
    let held = Look::new(context.platform).read(record, &mut space)?.map_or(0, <[u8]>::len);
    let held = space.get_mut(..held).ok_or(Status::OTHER)?;
    let credential = Resident::parse(held).ok_or(Status::OTHER)?;
    let own = context.profile.counter == Counter::PerCredential;
    let next = if own {
        counter::Next::apart(credential.header.counter.saturating_add(1))
    } else {
        counter::global(context.profile, context.state)
    };
    let used = Used {
        id: credential.header.id,
        key: &credential.key,
        sign_count: next.value,
        record: Some(&credential),
    };
    let length = write(context, &used)?;
    if own {
        resident::set_counter(held, next.value).ok_or(Status::OTHER)?;
    }
    let put = own.then_some(Change::Put { key: record, value: held });
    counter::commit(context.state, context.platform, next, put)?;
    Ok(length)
}
