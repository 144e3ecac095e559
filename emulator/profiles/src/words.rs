//! The words that files, overrides and reports use for the values of a profile: one table for each kind.

use std::fmt;

use authenticator::platform::Alg;
use authenticator::profile::{Attachment, Attestation, Backup, Counter, Issuer, Tells, Transports, Versions};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

/// A kind of value with a fixed set of words.
pub trait Words: Copy + PartialEq + Sized + 'static {
    /// What the words stand for, for messages: `counter`.
    const WHAT: &'static str;
    /// Each word with its value.
    const WORDS: &'static [(&'static str, Self)];

    /// The value of `word`.
    fn of(word: &str) -> Option<Self> {
        Self::WORDS.iter().find(|(w, _)| *w == word).map(|(_, value)| *value)
    }

    /// The word of this value; empty if it has none in this build.
    fn word(self) -> &'static str {
        Self::WORDS.iter().find(|(_, value)| *value == self).map_or("", |(word, _)| word)
    }

    /// All words, for messages.
    fn list() -> String {
        Self::WORDS.iter().map(|(word, _)| format!("`{word}`")).collect::<Vec<_>>().join(", ")
    }
}

impl Words for Counter {
    const WHAT: &'static str = "counter";
    const WORDS: &'static [(&'static str, Self)] =
        &[("global", Self::Global), ("per-credential", Self::PerCredential), ("zero", Self::Zero)];
}

impl Words for Attestation {
    const WHAT: &'static str = "attestation";
    const WORDS: &'static [(&'static str, Self)] = &[
        ("none", Self::None),
        ("packed-self", Self::PackedSelf),
        ("packed", Self::Packed),
        ("fido-u2f", Self::FidoU2f),
        ("tpm", Self::Tpm),
    ];
}

impl Words for Issuer {
    const WHAT: &'static str = "issuer";
    const WORDS: &'static [(&'static str, Self)] =
        &[("root", Self::Root), ("intermediate", Self::Intermediate)];
}

impl Words for Backup {
    const WHAT: &'static str = "backup state";
    const WORDS: &'static [(&'static str, Self)] =
        &[("ineligible", Self::Ineligible), ("eligible", Self::Eligible), ("backed-up", Self::BackedUp)];
}

impl Words for Attachment {
    const WHAT: &'static str = "attachment";
    const WORDS: &'static [(&'static str, Self)] =
        &[("platform", Self::Platform), ("cross-platform", Self::CrossPlatform)];
}

/// Built-in user verification, as [`Ctap2::uv`](authenticator::profile::Ctap2::uv) has it.
impl Words for Option<bool> {
    const WHAT: &'static str = "user verification";
    const WORDS: &'static [(&'static str, Self)] =
        &[("absent", None), ("not-enrolled", Some(false)), ("ready", Some(true))];
}

/// The algorithms that this build signs with.
impl Words for Alg {
    const WHAT: &'static str = "algorithm";
    const WORDS: &'static [(&'static str, Self)] =
        &[("ES256", Self::ES256), ("EdDSA", Self::EDDSA), ("RS256", Self::RS256)];
}

/// A FIDO version that a profile may claim: those whose mandatory features this build has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Version {
    /// `U2F_V2`.
    U2fV2,
    /// `FIDO_2_0`.
    Fido20,
    /// `FIDO_2_1_PRE`.
    Fido21Pre,
    /// `FIDO_2_1`.
    Fido21,
}

impl Words for Version {
    const WHAT: &'static str = "version";
    const WORDS: &'static [(&'static str, Self)] = &[
        ("U2F_V2", Self::U2fV2),
        ("FIDO_2_0", Self::Fido20),
        ("FIDO_2_1_PRE", Self::Fido21Pre),
        ("FIDO_2_1", Self::Fido21),
    ];
}

impl Version {
    /// The flags of `versions`.
    pub fn collect(versions: impl IntoIterator<Item = Self>) -> Versions {
        let mut flags = Versions::default();
        for version in versions {
            match version {
                Self::U2fV2 => flags.u2f_v2 = true,
                Self::Fido20 => flags.fido_2_0 = true,
                Self::Fido21Pre => flags.fido_2_1_pre = true,
                Self::Fido21 => flags.fido_2_1 = true,
            }
        }
        flags
    }

    /// The versions whose flags are set.
    pub fn claimed(flags: Versions) -> Vec<Self> {
        [
            (flags.u2f_v2, Self::U2fV2),
            (flags.fido_2_0, Self::Fido20),
            (flags.fido_2_1_pre, Self::Fido21Pre),
            (flags.fido_2_1, Self::Fido21),
        ]
        .into_iter()
        .filter_map(|(set, version)| set.then_some(version))
        .collect()
    }
}

/// One transport.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Transport {
    /// `usb`.
    Usb,
    /// `nfc`.
    Nfc,
    /// `ble`.
    Ble,
    /// `internal`.
    Internal,
    /// `hybrid`.
    Hybrid,
}

impl Words for Transport {
    const WHAT: &'static str = "transport";
    const WORDS: &'static [(&'static str, Self)] = &[
        ("usb", Self::Usb),
        ("nfc", Self::Nfc),
        ("ble", Self::Ble),
        ("internal", Self::Internal),
        ("hybrid", Self::Hybrid),
    ];
}

impl Transport {
    /// The flags of `transports`.
    pub fn collect(transports: impl IntoIterator<Item = Self>) -> Transports {
        let mut flags = Transports::default();
        for transport in transports {
            match transport {
                Self::Usb => flags.usb = true,
                Self::Nfc => flags.nfc = true,
                Self::Ble => flags.ble = true,
                Self::Internal => flags.internal = true,
                Self::Hybrid => flags.hybrid = true,
            }
        }
        flags
    }

    /// The transports whose flags are set.
    pub fn used(flags: Transports) -> Vec<Self> {
        [
            (flags.usb, Self::Usb),
            (flags.nfc, Self::Nfc),
            (flags.ble, Self::Ble),
            (flags.internal, Self::Internal),
            (flags.hybrid, Self::Hybrid),
        ]
        .into_iter()
        .filter_map(|(set, transport)| set.then_some(transport))
        .collect()
    }
}

/// A member that getInfo of a FIDO 2.0 key may have or not.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Told {
    /// `transports`.
    Transports,
    /// `algorithms`.
    Algorithms,
    /// `minPINLength`.
    MinPinLength,
    /// `attestationFormats`.
    AttestationFormats,
    /// `longTouchForReset`.
    LongTouchForReset,
    /// `transportsForReset`.
    TransportsForReset,
    /// `pinComplexityPolicy`.
    PinComplexityPolicy,
    /// `maxPINLength`.
    MaxPinLength,
    /// `authenticatorConfigCommands`.
    AuthenticatorConfigCommands,
}

impl Words for Told {
    const WHAT: &'static str = "member of getInfo";
    const WORDS: &'static [(&'static str, Self)] = &[
        ("transports", Self::Transports),
        ("algorithms", Self::Algorithms),
        ("minPINLength", Self::MinPinLength),
        ("attestationFormats", Self::AttestationFormats),
        ("longTouchForReset", Self::LongTouchForReset),
        ("transportsForReset", Self::TransportsForReset),
        ("pinComplexityPolicy", Self::PinComplexityPolicy),
        ("maxPINLength", Self::MaxPinLength),
        ("authenticatorConfigCommands", Self::AuthenticatorConfigCommands),
    ];
}

impl Told {
    /// The flags of `told`.
    pub fn collect(told: &[Self]) -> Tells {
        Tells {
            transports: told.contains(&Self::Transports),
            algorithms: told.contains(&Self::Algorithms),
            min_pin_length: told.contains(&Self::MinPinLength),
            attestation_formats: told.contains(&Self::AttestationFormats),
            long_touch_for_reset: told.contains(&Self::LongTouchForReset),
            transports_for_reset: told.contains(&Self::TransportsForReset),
            pin_complexity_policy: told.contains(&Self::PinComplexityPolicy),
            max_pin_length: told.contains(&Self::MaxPinLength),
            authenticator_config_commands: told.contains(&Self::AuthenticatorConfigCommands),
        }
    }

    /// The members whose flags are set.
    pub fn set(flags: Tells) -> Vec<Self> {
        [
            (flags.transports, Self::Transports),
            (flags.algorithms, Self::Algorithms),
            (flags.min_pin_length, Self::MinPinLength),
            (flags.attestation_formats, Self::AttestationFormats),
            (flags.long_touch_for_reset, Self::LongTouchForReset),
            (flags.transports_for_reset, Self::TransportsForReset),
            (flags.pin_complexity_policy, Self::PinComplexityPolicy),
            (flags.max_pin_length, Self::MaxPinLength),
            (flags.authenticator_config_commands, Self::AuthenticatorConfigCommands),
        ]
        .into_iter()
        .filter_map(|(set, told)| set.then_some(told))
        .collect()
    }
}

/// A value that is written as its word.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Word<T>(pub T);

impl<T: Words> Serialize for Word<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.0.word())
    }
}

impl<'de, T: Words> Deserialize<'de> for Word<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let word = String::deserialize(deserializer)?;
        T::of(&word).map(Self).ok_or_else(|| {
            de::Error::custom(format_args!("unknown {} `{word}`; known: {}", T::WHAT, T::list()))
        })
    }
}

impl<T: Words> fmt::Display for Word<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.0.word())
    }
}
