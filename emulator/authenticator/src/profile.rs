//! A device model as data: what the key is, what it speaks, and where it differs from its siblings.
//!
//! `Profile` is one owned `Copy` value (fixed arrays, no borrowed slices), so one that was loaded from a file needs no leak
//! and a constant one no allocation. The catalogue and the file format live in the `profiles` crate.

mod features;

use wire::cose::Alg;

pub use features::{CRED_BLOB_MAX, Extensions, Features, MIN_PIN_LENGTH_RPIDS_MAX, PIN_LENGTH_MAX};

/// The most algorithms that a profile may list.
pub const ALGORITHMS_MAX: usize = 8;

/// The longest product or profile name, in bytes.
pub const NAME_MAX: usize = 48;

/// A short text held by value.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Name {
    bytes: [u8; NAME_MAX],
    len: u8,
}

impl Name {
    /// No text.
    pub const EMPTY: Self = Self { bytes: [0; NAME_MAX], len: 0 };

    /// Copies `text`; `None` if it is longer than [`NAME_MAX`] bytes.
    pub fn new(text: &str) -> Option<Self> {
        let mut name = Self { bytes: [0; NAME_MAX], len: u8::try_from(text.len()).ok()? };
        name.bytes.get_mut(..text.len())?.copy_from_slice(text.as_bytes());
        Some(name)
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        let bytes = self.bytes.get(..usize::from(self.len)).unwrap_or(&[]);
        core::str::from_utf8(bytes).unwrap_or("")
    }
}

impl core::fmt::Debug for Name {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        core::fmt::Debug::fmt(self.as_str(), f)
    }
}

/// How the signature counter moves (WebAuthn, "Signature Counter Considerations").
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Counter {
    /// One counter for the whole key, raised at each use.
    Global,
    /// One per resident credential, kept with it; credentials that are not resident use the global one.
    PerCredential,
    /// Always 0, as synced credentials send.
    Zero,
}

/// What attestation the key makes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Attestation {
    /// Format `none`.
    None,
    /// Format `packed`, signed by the credential's own key.
    PackedSelf,
    /// Format `packed` with the attestation key and certificate chain that the store holds.
    Packed,
    /// Format `fido-u2f` with the attestation key and certificate that the store holds.
    FidoU2f,
    /// Format `tpm`, as a key in a TPM is certified by an attestation key there.
    Tpm,
}

/// Who issued the attestation certificate, and so what `x5c` has besides it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Issuer {
    /// A root that servers know: `x5c` is the certificate alone, as most makers of keys have it.
    Root,
    /// A CA below such a root: its certificate is in `x5c`, too, as it is for the keys of TPMs.
    Intermediate,
}

/// The FIDO versions that getInfo claims.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub struct Versions {
    /// `U2F_V2`: CTAP1.
    pub u2f_v2: bool,
    /// `FIDO_2_0`.
    pub fido_2_0: bool,
    /// `FIDO_2_1_PRE`: CTAP 2.0 with parts of CTAP 2.1 from before it was a standard. It obliges to nothing; the features say
    /// which parts these are.
    pub fido_2_1_pre: bool,
    /// `FIDO_2_1`.
    pub fido_2_1: bool,
    /// `FIDO_2_3`.
    pub fido_2_3: bool,
}

impl Versions {
    /// A version of CTAP 2.1 or later is claimed: its steps hold rather than those of CTAP 2.0.
    pub const fn newer(self) -> bool {
        self.fido_2_1 || self.fido_2_3
    }
}

/// Where the authenticator sits (WebAuthn, authenticator attachment).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Attachment {
    /// Built into the client device.
    Platform,
    /// Roaming.
    CrossPlatform,
}

/// Transports, as getInfo and `getTransports()` name them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub struct Transports {
    /// `usb`.
    pub usb: bool,
    /// `nfc`.
    pub nfc: bool,
    /// `ble`.
    pub ble: bool,
    /// `internal`.
    pub internal: bool,
    /// `hybrid`.
    pub hybrid: bool,
}

/// Backup eligibility and state that the key reports for its credentials (WebAuthn, section 6.1.3).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Backup {
    /// BE = 0, BS = 0: bound to the device.
    Ineligible,
    /// BE = 1, BS = 0.
    Eligible,
    /// BE = 1, BS = 1.
    BackedUp,
}

/// Members of getInfo that keys of the same features may have or not. The first three came with CTAP 2.1, and newer keys have
/// them whatever is said here; the others came with 2.2 and 2.3.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub struct Tells {
    /// `transports`.
    pub transports: bool,
    /// `algorithms`.
    pub algorithms: bool,
    /// `minPINLength`, of keys that take a PIN.
    pub min_pin_length: bool,
    /// `attestationFormats`: those that the key makes.
    pub attestation_formats: bool,
    /// `longTouchForReset`: no.
    pub long_touch_for_reset: bool,
    /// `transportsForReset`: all of the key's.
    pub transports_for_reset: bool,
    /// `pinComplexityPolicy`, of keys that take a PIN: none.
    pub pin_complexity_policy: bool,
    /// `maxPINLength`, of keys that take a PIN.
    pub max_pin_length: bool,
    /// `authenticatorConfigCommands`, of keys that have authenticatorConfig.
    pub authenticator_config_commands: bool,
}

/// The CTAP2 side of a profile.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ctap2 {
    /// Discoverable (resident) credentials can be stored.
    pub rk: bool,
    /// Built-in user verification: `None` has no such means, `Some(false)` not enrolled, `Some(true)` ready.
    pub uv: Option<bool>,
    /// Attempts at built-in user verification in one ceremony before it fails.
    pub uv_attempts: u8,
    /// How many resident credentials fit.
    pub resident_credentials: u16,
    /// Signature algorithms, the first `algorithm_count` entries are in use.
    pub algorithms: [Alg; ALGORITHMS_MAX],
    /// How many of `algorithms` are in use.
    pub algorithm_count: u8,
    /// What attestation makeCredential makes.
    pub attestation: Attestation,
    /// Who issued the certificate, where there is one.
    pub attestation_issuer: Issuer,
    /// maxCredentialCountInList of getInfo; also the longest list that is processed. 0 = not reported, no limit.
    pub max_credential_count_in_list: u8,
    /// maxCredentialIdLength of getInfo, bytes; 0 = not reported.
    pub max_credential_id_length: u16,
    /// Which of the members that a FIDO 2.0 key may leave out getInfo has.
    pub tells: Tells,
    /// maxMsgSize of getInfo, bytes.
    pub max_msg_size: u16,
    /// firmwareVersion of getInfo; 0 = not reported.
    pub firmware_version: u32,
    /// uvModality of getInfo: how the built-in verification is done, in the bits `USER_VERIFY_*` of the
    /// [FIDO registry](https://fidoalliance.org/specs/common-specs/fido-registry-v2.2-ps-20220523.html#user-verification-methods);
    /// 0 = not reported.
    pub uv_modality: u32,
    /// PIN, token, extensions.
    pub features: Features,
}

impl Ctap2 {
    /// The algorithms in use, in the profile's order.
    pub fn algorithms(&self) -> &[Alg] {
        self.algorithms.get(..usize::from(self.algorithm_count)).unwrap_or(&[])
    }
}

/// The U2F side of a profile.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct U2f {
    /// Length of the key handles that the key makes, bytes (64 on the most common ones).
    pub key_handle: u8,
}

/// Usb identity, for the shells that show one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Usb {
    /// idVendor.
    pub vendor: u16,
    /// idProduct.
    pub product: u16,
    /// bcdDevice, the device's release number.
    pub release: u16,
    /// The string that iManufacturer names; empty if there is none.
    pub manufacturer: Name,
    /// The string that iProduct names; empty if it is the product's name.
    pub name: Name,
    /// The string that iSerialNumber names; empty if there is none, as on most keys.
    pub serial: Name,
    /// The key answers CTAPHID_WINK.
    pub wink: bool,
}

impl Usb {
    /// No identity: of keys that are not reached over USB.
    pub const NONE: Self = Self {
        vendor: 0,
        product: 0,
        release: 0,
        manufacturer: Name::EMPTY,
        name: Name::EMPTY,
        serial: Name::EMPTY,
        wink: false,
    };
}

/// A device model.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Profile {
    /// The catalogue's name, `yubikey-4`.
    pub name: Name,
    /// The product as its maker names it.
    pub product: Name,
    /// The model's AAGUID; zero for U2F-only keys.
    pub aaguid: [u8; 16],
    /// The versions that the key claims.
    pub versions: Versions,
    /// CTAP2, if the key speaks it.
    pub ctap2: Option<Ctap2>,
    /// U2F, if the key speaks it.
    pub u2f: Option<U2f>,
    /// How the signature counter moves.
    pub counter: Counter,
    /// BE and BS.
    pub backup: Backup,
    /// Where the key sits.
    pub attachment: Attachment,
    /// How it can be reached.
    pub transports: Transports,
    /// How long a prompt for a touch lasts, milliseconds (CTAP suggests 30 s).
    pub touch_timeout_ms: u32,
    /// How long a U2F prompt stays alive without being polled, and how long a touch waits for its request, milliseconds.
    pub u2f_prompt_ms: u32,
    /// How long after power-on a reset is allowed, milliseconds (10 s in CTAP).
    pub reset_window_ms: u32,
    /// The USB identity.
    pub usb: Usb,
}

impl Profile {
    /// Options, limits and extensions; those of a key without CTAP2 are none.
    pub fn features(&self) -> Features {
        self.ctap2.map_or(Features::NONE, |ctap2| ctap2.features)
    }
}
