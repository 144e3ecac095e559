//! The names of the store's records.
//!
//! | records | content |
//! |---|---|
//! | `0x0000_0001` | device secret, 32 bytes |
//! | `0x0000_0002` | global signature counter, `u32` big endian |
//! | `0x0000_0003` | PIN: 16 bytes of its hash, its length in code points, forcePINChange |
//! | `0x0000_0004` | PIN attempts and attempts at built-in verification left, one byte each |
//! | `0x0000_0005` | what authenticatorConfig set |
//! | `0x0000_0006` | relying parties that may ask for the minimum PIN length |
//! | `0x0000_0007` | token for reading credential management, one of 32 bytes for each protocol |
//! | `0x1000_0000` | attestation key blob |
//! | `0x1000_0001`.. | attestation certificates, leaf first |
//! | `0x8hhh_hsss` | resident credentials: 14 bits of the RP id's hash, 14 bits of slot |
//!
//! Records are ordered by name, so one relying party's credentials lie side by side and are found without a scan.

use crate::platform::RecordKey;

/// The device secret: what wrapped credential ids are bound with.
pub(crate) const SECRET: RecordKey = RecordKey(0x0000_0001);
/// The global signature counter.
pub(crate) const COUNTER: RecordKey = RecordKey(0x0000_0002);
/// The PIN.
pub(crate) const PIN: RecordKey = RecordKey(0x0000_0003);
/// The attempts left.
pub(crate) const RETRIES: RecordKey = RecordKey(0x0000_0004);
/// What authenticatorConfig set.
pub(crate) const SETTINGS: RecordKey = RecordKey(0x0000_0005);
/// The relying parties that may ask for the minimum PIN length.
pub(crate) const MIN_PIN_RPIDS: RecordKey = RecordKey(0x0000_0006);
/// The persistentPinUvAuthTokens.
pub(crate) const PERSISTENT_TOKENS: RecordKey = RecordKey(0x0000_0007);
/// The attestation key's blob.
pub(crate) const ATTESTATION_KEY: RecordKey = RecordKey(0x1000_0000);
/// The attestation certificates, leaf first. Their number is [`CHAIN_MAX`].
pub(crate) const CHAIN: [RecordKey; CHAIN_MAX] =
    [RecordKey(0x1000_0001), RecordKey(0x1000_0002), RecordKey(0x1000_0003), RecordKey(0x1000_0004)];
/// The most certificates of a chain.
pub(crate) const CHAIN_MAX: usize = 4;
/// What a reset leaves.
pub(crate) const SURVIVES_RESET: [RecordKey; CHAIN_MAX + 1] = [
    ATTESTATION_KEY,
    RecordKey(0x1000_0001),
    RecordKey(0x1000_0002),
    RecordKey(0x1000_0003),
    RecordKey(0x1000_0004),
];

const RESIDENT: u32 = 0x8000_0000;
const KIND: u32 = 0xf000_0000;
const SLOT_BITS: u32 = 14;
const SLOT: u32 = (1 << SLOT_BITS) - 1;

/// One relying party's resident credentials (rarely two parties', so the whole hash in the record decides).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Bucket(u32);

impl Bucket {
    /// The bucket of the relying party.
    pub(crate) fn of(rp_id_hash: &[u8; 32]) -> Self {
        let [a, b, ..] = rp_id_hash;
        let bits = u32::from(u16::from_be_bytes([*a, *b])) >> 2;
        Self(RESIDENT | (bits << SLOT_BITS))
    }

    /// The record of a slot.
    pub(crate) fn slot(self, slot: u16) -> RecordKey {
        RecordKey(self.0 | (u32::from(slot) & SLOT))
    }

    /// Whether the record lies in this bucket.
    pub(crate) fn holds(self, key: RecordKey) -> bool {
        key.0 & !SLOT == self.0
    }

    /// The name before the bucket's first.
    pub(crate) fn before(self) -> RecordKey {
        RecordKey(self.0.saturating_sub(1))
    }
}

/// The last name before the resident credentials.
pub(crate) const BEFORE_RESIDENT: RecordKey = RecordKey(RESIDENT - 1);

/// Whether the record is a resident credential.
pub(crate) fn is_resident(key: RecordKey) -> bool {
    key.0 & KIND == RESIDENT
}

/// The slot of a resident credential's record.
pub(crate) fn slot_of(key: RecordKey) -> u16 {
    u16::try_from(key.0 & SLOT).unwrap_or(0)
}

/// The most resident credentials of one bucket.
pub(crate) const SLOTS: u16 = 1 << SLOT_BITS;
