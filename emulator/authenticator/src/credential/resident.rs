//! Resident (discoverable) credentials: one record each.
//!
//! The record begins with a header of fixed length, so a search reads no more than that:
//! `version 1 ‖ rp_id_hash 32 ‖ order 4 ‖ counter 4 ‖ alg 4 ‖ credProtect 1 ‖ id 32 ‖ user id (length 1, space 64)`, then,
//! each with a length byte before it: key blob, RP id, user name, user display name, credBlob (length 255: absent). Numbers
//! are big endian.
//!
//! The id is 30 random bytes and the slot: an entry of an allow or exclude list leads straight to its record.

use super::protection::Protection;
use crate::look::Look;
use crate::platform::{KEY_BLOB_MAX, KeyBlob, Platform, RecordKey, StoreError};
use crate::record::{self, Bucket};
use crate::text::{Bytes, Text};

/// Length of a resident credential's id, bytes.
pub(crate) const ID: usize = 32;
/// Length of the header, bytes.
pub(crate) const HEADER: usize = 1 + 32 + 4 + 4 + 4 + 1 + ID + 1 + USER_ID_MAX;
/// The longest record, bytes.
pub(crate) const RECORD_MAX: usize =
    HEADER + 1 + KEY_BLOB_MAX + 1 + RP_ID_MAX + 2 * (1 + NAME_MAX) + 1 + BLOB_MAX;
/// The longest user id (WebAuthn: 64 bytes).
pub(crate) const USER_ID_MAX: usize = 64;
/// What is kept of a user's name and display name, bytes (WebAuthn, 6.4.1: at least 64).
pub(crate) const NAME_MAX: usize = 64;
/// What is kept of an RP id, bytes: a domain name has at most 253.
pub(crate) const RP_ID_MAX: usize = 254;

/// The longest credBlob, bytes: `CRED_BLOB_MAX` of a profile.
pub(crate) const BLOB_MAX: usize = 128;

const VERSION: u8 = 2;
const ABSENT: u8 = 255;
/// Where the counter lies in the record.
const COUNTER_AT: core::ops::Range<usize> = 37..41;

/// The account that a credential belongs to, as much of it as is kept.
#[derive(Clone, Copy)]
pub(crate) struct User {
    pub(crate) id: Bytes<USER_ID_MAX>,
    pub(crate) name: Option<Text<NAME_MAX>>,
    pub(crate) display_name: Option<Text<NAME_MAX>>,
}

/// The beginning of a record.
pub(crate) struct Header<'a> {
    pub(crate) rp_id_hash: &'a [u8; 32],
    pub(crate) order: u32,
    pub(crate) counter: u32,
    pub(crate) alg: i32,
    pub(crate) protection: Protection,
    pub(crate) id: &'a [u8; ID],
    pub(crate) user_id: &'a [u8],
}

/// A whole record.
pub(crate) struct Resident<'a> {
    pub(crate) header: Header<'a>,
    pub(crate) key: KeyBlob,
    pub(crate) rp_id: &'a str,
    pub(crate) user_name: Option<&'a str>,
    pub(crate) user_display_name: Option<&'a str>,
    pub(crate) cred_blob: Option<&'a [u8]>,
}

/// The slot in a resident credential's id; `None` if no such id has this form.
pub(crate) fn slot_in(id: &[u8]) -> Option<u16> {
    match id {
        [.., high, low] if id.len() == ID => Some(u16::from_be_bytes([*high, *low])),
        _ => None,
    }
}

/// A new id for the slot.
pub(crate) fn new_id(platform: &mut dyn Platform, slot: u16) -> [u8; ID] {
    let mut id = [0; ID];
    platform.fill(&mut id);
    let [.., high, low] = &mut id;
    [*high, *low] = slot.to_be_bytes();
    id
}

impl<'a> Header<'a> {
    /// Reads it from the beginning of a record; `None` if it is not one of ours.
    pub(crate) fn parse(record: &'a [u8]) -> Option<Self> {
        let (header, _) = record.split_first_chunk::<HEADER>()?;
        let (version, rest) = header.split_first()?;
        let (rp_id_hash, rest) = rest.split_first_chunk()?;
        let (order, rest) = rest.split_first_chunk()?;
        let (counter, rest) = rest.split_first_chunk()?;
        let (alg, rest) = rest.split_first_chunk()?;
        let (protection, rest) = rest.split_first()?;
        let (id, rest) = rest.split_first_chunk()?;
        let (user_id_length, rest) = rest.split_first()?;
        let header = Self {
            rp_id_hash,
            order: u32::from_be_bytes(*order),
            counter: u32::from_be_bytes(*counter),
            alg: i32::from_be_bytes(*alg),
            protection: Protection::numbered(u64::from(*protection))?,
            id,
            user_id: rest.get(..usize::from(*user_id_length))?,
        };
        (*version == VERSION).then_some(header)
    }
}

impl<'a> Resident<'a> {
    /// Reads a whole record; `None` if it is not one of ours.
    pub(crate) fn parse(record: &'a [u8]) -> Option<Self> {
        let header = Header::parse(record)?;
        let mut rest = record.get(HEADER..)?;
        let key = KeyBlob::new(take(&mut rest)?)?;
        let rp_id = core::str::from_utf8(take(&mut rest)?).ok()?;
        let user_name = take_text(&mut rest)?;
        let user_display_name = take_text(&mut rest)?;
        let cred_blob = take_optional(&mut rest)?;
        Some(Self { header, key, rp_id, user_name, user_display_name, cred_blob })
    }
}

/// Takes one length byte and as many bytes.
fn take<'a>(rest: &mut &'a [u8]) -> Option<&'a [u8]> {
    let (length, after) = rest.split_first()?;
    let (taken, after) = after.split_at_checked(usize::from(*length))?;
    *rest = after;
    Some(taken)
}

/// Takes bytes that may be absent.
fn take_optional<'a>(rest: &mut &'a [u8]) -> Option<Option<&'a [u8]>> {
    if let Some((&ABSENT, after)) = rest.split_first() {
        *rest = after;
        return Some(None);
    }
    take(rest).map(Some)
}

/// Takes a text that may be absent.
fn take_text<'a>(rest: &mut &'a [u8]) -> Option<Option<&'a str>> {
    match take_optional(rest)? {
        Some(bytes) => core::str::from_utf8(bytes).ok().map(Some),
        None => Some(None),
    }
}

/// The fields of a record to write.
pub(crate) struct Fields<'a> {
    pub(crate) rp_id_hash: &'a [u8; 32],
    pub(crate) order: u32,
    pub(crate) counter: u32,
    pub(crate) alg: i32,
    pub(crate) protection: Protection,
    pub(crate) id: &'a [u8; ID],
    pub(crate) key: &'a KeyBlob,
    pub(crate) rp_id: &'a str,
    pub(crate) user: &'a User,
    pub(crate) cred_blob: Option<&'a [u8]>,
}

impl Fields<'_> {
    /// Writes the record to the beginning of `space`.
    pub(crate) fn write<'o>(&self, space: &'o mut [u8; RECORD_MAX]) -> Option<&'o [u8]> {
        let mut rest = space.as_mut_slice();
        put(&mut rest, &[VERSION])?;
        put(&mut rest, self.rp_id_hash)?;
        put(&mut rest, &self.order.to_be_bytes())?;
        put(&mut rest, &self.counter.to_be_bytes())?;
        put(&mut rest, &self.alg.to_be_bytes())?;
        put(&mut rest, &[self.protection.number()])?;
        put(&mut rest, self.id)?;
        let user_id = self.user.id.as_bytes();
        put(&mut rest, &[u8::try_from(user_id.len()).ok()?])?;
        put(&mut rest, user_id)?;
        put(&mut rest, [0; USER_ID_MAX].get(user_id.len()..)?)?;
        put_counted(&mut rest, Some(self.key.as_bytes()))?;
        put_counted(&mut rest, Some(self.rp_id.as_bytes()))?;
        put_counted(&mut rest, self.user.name.as_ref().map(|name| name.as_str().as_bytes()))?;
        put_counted(&mut rest, self.user.display_name.as_ref().map(|name| name.as_str().as_bytes()))?;
        put_counted(&mut rest, self.cred_blob)?;
        let free = rest.len();
        space.get(..RECORD_MAX.checked_sub(free)?)
    }
}

/// Moves `bytes` to the front of `rest`.
fn put(rest: &mut &mut [u8], bytes: &[u8]) -> Option<()> {
    let (here, after) = core::mem::take(rest).split_at_mut_checked(bytes.len())?;
    here.copy_from_slice(bytes);
    *rest = after;
    Some(())
}

/// Writes a length byte and the bytes, or that there are none.
fn put_counted(rest: &mut &mut [u8], bytes: Option<&[u8]>) -> Option<()> {
    let Some(bytes) = bytes else { return put(rest, &[ABSENT]) };
    put(rest, &[u8::try_from(bytes.len()).ok()?])?;
    put(rest, bytes)
}

/// Sets the counter of a whole record.
pub(crate) fn set_counter(record: &mut [u8], counter: u32) -> Option<()> {
    record.get_mut(COUNTER_AT)?.copy_from_slice(&counter.to_be_bytes());
    Some(())
}

/// Where a new credential goes.
pub(crate) struct Place {
    /// The slot.
    pub(crate) slot: u16,
    /// The record that it replaces: same relying party, same user id.
    pub(crate) replaces: Option<KeyBlob>,
}

/// Finds the place of a credential; `None` if the bucket is full.
pub(crate) fn place(
    look: &mut Look<'_>,
    rp_id_hash: &[u8; 32],
    user_id: &[u8],
) -> Result<Option<Place>, StoreError> {
    let bucket = Bucket::of(rp_id_hash);
    let mut free = 0;
    let mut after = bucket.before();
    while let Some(key) = look.next(after)?.filter(|key| bucket.holds(*key)) {
        let slot = record::slot_of(key);
        let mut space = [0; HEADER + 1 + KEY_BLOB_MAX];
        if let Some(held) = look.read(key, &mut space)?
            && let Some(header) = Header::parse(held)
            && header.rp_id_hash == rp_id_hash
            && header.user_id == user_id
        {
            let replaces = held.get(HEADER..).and_then(|mut rest| KeyBlob::new(take(&mut rest)?));
            return Ok(Some(Place { slot, replaces: Some(replaces.ok_or(StoreError::Failed)?) }));
        }
        if slot == free {
            free = free.saturating_add(1);
        }
        after = key;
    }
    Ok((free < record::SLOTS).then_some(Place { slot: free, replaces: None }))
}

/// The key blob of a record, for the sweep at power-on.
pub(crate) fn key_and_order(
    look: &mut Look<'_>,
    key: RecordKey,
) -> Result<Option<(KeyBlob, u32)>, StoreError> {
    let mut space = [0; HEADER + 1 + KEY_BLOB_MAX];
    let Some(held) = look.read(key, &mut space)? else { return Ok(None) };
    let order = Header::parse(held).map(|header| header.order);
    let blob = held.get(HEADER..).and_then(|mut rest| KeyBlob::new(take(&mut rest)?));
    Ok(blob.zip(order))
}

/// The record of the credential with this id, whoever's it is: a look at every resident credential.
pub(crate) fn find_by_id(look: &mut Look<'_>, id: &[u8]) -> Result<Option<RecordKey>, StoreError> {
    let mut after = record::BEFORE_RESIDENT;
    while let Some(key) = look.next(after)?.filter(|key| record::is_resident(*key)) {
        after = key;
        let mut space = [0; HEADER];
        let header = look.read(key, &mut space)?.and_then(Header::parse);
        if header.is_some_and(|header| header.id.as_slice() == id) {
            return Ok(Some(key));
        }
    }
    Ok(None)
}
