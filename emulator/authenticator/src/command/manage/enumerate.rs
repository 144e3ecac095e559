//! enumerateRPs (6.8.3) and enumerateCredentials (6.8.4).
//!
//! What comes next is found anew each time: relying parties in the order of their hashes, credentials from the newest on.

use core::time::Duration;

use wire::Status;
use wire::ctap2::credential_management::Response;
use wire::ctap2::{Descriptor, RawMap, RpEntity, UserEntity};

use crate::command::{Context, PUBLIC_KEY_MAX};
use crate::credential::resident::{HEADER, Header, RECORD_MAX, Resident};
use crate::credential::select;
use crate::look::Look;
use crate::platform::{RecordKey, StoreError};
use crate::record::{self, Bucket};
use crate::state::{Enumeration, Rest};

/// How long the next question may take, seconds.
const SECONDS: u64 = 30;

/// A relying party: a record of it, and its hash.
struct Party {
    record: RecordKey,
    rp_id_hash: [u8; 32],
}

/// The relying party with the lowest hash above `above`. Records lie in the order of the first bits of the hash, so the
/// first bucket that has one has it.
fn party(look: &mut Look<'_>, above: Option<&[u8; 32]>) -> Result<Option<Party>, StoreError> {
    let mut best: Option<Party> = None;
    let mut after = above.map_or(record::BEFORE_RESIDENT, |hash| Bucket::of(hash).before());
    while let Some(key) = look.next(after)?.filter(|key| record::is_resident(*key)) {
        if best.as_ref().is_some_and(|best| !Bucket::of(&best.rp_id_hash).holds(key)) {
            break;
        }
        after = key;
        let mut space = [0; HEADER];
        let Some(header) = look.read(key, &mut space)?.and_then(Header::parse) else { continue };
        let hash = header.rp_id_hash;
        let next = above.is_none_or(|above| hash > above);
        if next && best.as_ref().is_none_or(|best| *hash < best.rp_id_hash) {
            best = Some(Party { record: key, rp_id_hash: *hash });
        }
    }
    Ok(best)
}

/// enumerateRPsBegin.
pub(super) fn first_rp(context: &mut Context<'_>, reply: &mut [u8]) -> Result<usize, Status> {
    let mut look = Look::new(context.platform);
    let first = party(&mut look, None)?.ok_or(Status::NO_CREDENTIALS)?;
    let mut total: u16 = 1;
    let mut last = first.rp_id_hash;
    while let Some(next) = party(&mut look, Some(&last))? {
        total = total.saturating_add(1);
        last = next.rp_id_hash;
    }
    let length = tell_rp(context, &first, Some(total), reply)?;
    context.enumerate(Rest::Rps { last: first.rp_id_hash }, total.saturating_sub(1));
    Ok(length)
}

/// enumerateRPsGetNextRP.
pub(super) fn next_rp(context: &mut Context<'_>, reply: &mut [u8]) -> Result<usize, Status> {
    let Some(Enumeration { rest: Rest::Rps { last }, left, .. }) = context.take_enumeration() else {
        return Err(Status::NOT_ALLOWED);
    };
    let next = party(&mut Look::new(context.platform), Some(&last))?.ok_or(Status::NOT_ALLOWED)?;
    let length = tell_rp(context, &next, None, reply)?;
    context.enumerate(Rest::Rps { last: next.rp_id_hash }, left.saturating_sub(1));
    Ok(length)
}

fn tell_rp(
    context: &mut Context<'_>,
    party: &Party,
    total: Option<u16>,
    reply: &mut [u8],
) -> Result<usize, Status> {
    let mut space = [0; RECORD_MAX];
    let held = Look::new(context.platform).read(party.record, &mut space)?;
    let resident = held.and_then(Resident::parse).ok_or(Status::OTHER)?;
    let response = Response {
        rp: Some(RpEntity { id: resident.rp_id, ..RpEntity::EMPTY }),
        rp_id_hash: Some(&party.rp_id_hash),
        total_rps: total.map(u64::from),
        ..Response::EMPTY
    };
    Ok(response.message(reply)?)
}

/// enumerateCredentialsBegin.
pub(super) fn first_credential(
    context: &mut Context<'_>,
    rp_id_hash: &[u8; 32],
    reply: &mut [u8],
) -> Result<usize, Status> {
    let newest = select::newest(&mut Look::new(context.platform), rp_id_hash, None, |_| true)?;
    let newest = newest.ok_or(Status::NO_CREDENTIALS)?;
    let length = tell_credential(context, newest.key, Some(newest.count), reply)?;
    let rest = Rest::Credentials { rp_id_hash: *rp_id_hash, below: newest.order };
    context.enumerate(rest, newest.count.saturating_sub(1));
    Ok(length)
}

/// enumerateCredentialsGetNextCredential.
pub(super) fn next_credential(context: &mut Context<'_>, reply: &mut [u8]) -> Result<usize, Status> {
    let Some(Enumeration { rest: Rest::Credentials { rp_id_hash, below }, left, .. }) =
        context.take_enumeration()
    else {
        return Err(Status::NOT_ALLOWED);
    };
    let mut look = Look::new(context.platform);
    let newest = select::newest(&mut look, &rp_id_hash, Some(below), |_| true)?.ok_or(Status::NOT_ALLOWED)?;
    let length = tell_credential(context, newest.key, None, reply)?;
    let rest = Rest::Credentials { rp_id_hash, below: newest.order };
    context.enumerate(rest, left.saturating_sub(1));
    Ok(length)
}

fn tell_credential(
    context: &mut Context<'_>,
    record: RecordKey,
    total: Option<u16>,
    reply: &mut [u8],
) -> Result<usize, Status> {
    let mut space = [0; RECORD_MAX];
    let held = Look::new(context.platform).read(record, &mut space)?;
    let resident = held.and_then(Resident::parse).ok_or(Status::OTHER)?;
    let mut public = [0; PUBLIC_KEY_MAX];
    let length = context.platform.public(&resident.key, &mut public)?;
    let has_protection = context.profile.features().extensions.cred_protect;
    let response = Response {
        user: Some(UserEntity {
            id: resident.header.user_id,
            name: resident.user_name,
            display_name: resident.user_display_name,
            ..UserEntity::EMPTY
        }),
        credential_id: Some(Descriptor::public_key(resident.header.id)),
        public_key: Some(RawMap::new(public.get(..length).ok_or(Status::OTHER)?)?),
        total_credentials: total.map(u64::from),
        cred_protect: has_protection.then_some(u64::from(resident.header.protection.number())),
        ..Response::EMPTY
    };
    Ok(response.message(reply)?)
}

impl Context<'_> {
    /// Remembers where an enumeration stands, if anything is left of it.
    fn enumerate(&mut self, rest: Rest, left: u16) {
        let until = self.now.saturating_add(Duration::from_secs(SECONDS));
        let from = self.from;
        self.state.enumeration = (left > 0).then_some(Enumeration { from, until, left, rest });
    }

    /// This channel's enumeration, if it is not too old; another one's stays.
    fn take_enumeration(&mut self) -> Option<Enumeration> {
        let from = self.from;
        let taken = self.state.enumeration.take_if(|enumeration| enumeration.from == from);
        taken.filter(|enumeration| self.now < enumeration.until)
    }

    /// Another command ends this channel's enumeration.
    pub(crate) fn forget_enumeration(&mut self) {
        let from = self.from;
        self.state.enumeration.take_if(|enumeration| enumeration.from == from);
    }
}
