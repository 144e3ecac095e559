//! What a browser asks of the person before it.

use std::fmt;

use unicode_normalization::UnicodeNormalization;
use zeroize::Zeroizing;

/// A PIN. Wiped when it is dropped, and never shown.
#[derive(Clone, PartialEq, Eq)]
pub struct Pin(Zeroizing<String>);

impl Pin {
    /// What was typed, brought into Unicode normalization form C: keyboards differ in how they write an accent, and a key compares
    /// bytes ([CTAP, section 6.5.1](https://fidoalliance.org/specs/fido-v2.2-ps-20250714/fido-client-to-authenticator-protocol-v2.2-ps-20250714.html#authnrClientPin-pinComposition)).
    pub fn new(text: impl Into<String>) -> Self {
        let typed = Zeroizing::new(text.into());
        // No code point grows to more than three times its bytes, so no copy is left behind by one that moves.
        let mut pin = Zeroizing::new(String::with_capacity(typed.len().saturating_mul(3)));
        pin.extend(typed.nfc());
        Self(pin)
    }

    /// The text; whoever copies it has to wipe the copy.
    pub fn text(&self) -> &str {
        &self.0
    }

    /// Its length in code points, which minPINLength counts.
    pub fn code_points(&self) -> usize {
        self.0.chars().count()
    }
}

impl fmt::Debug for Pin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Pin")
    }
}

/// What is wrong with a PIN that the person gave just now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PinRefused {
    /// It is shorter than the key's PINs are; it was not sent.
    TooShort,
    /// It is longer than 63 bytes; it was not sent.
    TooLong,
    /// The key says that it is not its PIN.
    Wrong,
    /// The key's policy does not let it be the new PIN.
    Policy,
}

/// The question for the key's PIN.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PinAsked<'a> {
    /// The RP that it is asked for; none when settings are changed.
    pub rp_id: Option<&'a str>,
    /// Attempts left until the key is blocked for good.
    pub retries: u64,
    /// The shortest PIN, in code points.
    pub min_length: usize,
    /// Why it is asked again.
    pub refused: Option<PinRefused>,
}

/// Why a new PIN is needed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NewPinReason {
    /// None is set, and the site requires user verification.
    NotSet,
    /// The key insists on another one (forcePINChange).
    Forced,
}

/// The question for a new PIN.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NewPinAsked<'a> {
    /// The RP that it is asked for; none when settings are changed.
    pub rp_id: Option<&'a str>,
    /// Why.
    pub reason: NewPinReason,
    /// The shortest PIN, in code points.
    pub min_length: usize,
    /// Why it is asked again.
    pub refused: Option<PinRefused>,
}

/// An account that a discoverable credential belongs to, as the key tells of it. Without user verification a key tells the handle alone.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AccountChoice {
    /// The user handle.
    pub user_handle: Vec<u8>,
    /// The account's name.
    pub name: Option<String>,
    /// The user's name.
    pub display_name: Option<String>,
    /// The credential.
    pub credential_id: Vec<u8>,
}

/// The person before the browser.
pub trait Person: Send {
    /// Chooses one of several accounts (at least two); `None`: gives up. An index beyond the end gives up as well.
    fn choose_account(&mut self, accounts: &[AccountChoice]) -> Option<usize>;

    /// Lets the site learn which model the key is; otherwise the attestation is replaced by `none`.
    fn allow_attestation(&mut self, rp_id: &str) -> bool {
        let _ = rp_id;
        true
    }

    /// Types the key's PIN; `None`: gives up.
    fn pin(&mut self, asked: &PinAsked<'_>) -> Option<Pin> {
        let _ = asked;
        None
    }

    /// Chooses a new PIN; `None`: gives up.
    fn new_pin(&mut self, asked: &NewPinAsked<'_>) -> Option<Pin> {
        let _ = asked;
        None
    }
}

/// Takes the first account, the one used last, and allows attestation; has no PIN.
#[derive(Clone, Copy, Debug, Default)]
pub struct First;

impl Person for First {
    fn choose_account(&mut self, _: &[AccountChoice]) -> Option<usize> {
        Some(0)
    }
}

/// As [`First`], with one PIN: types it once, and makes it the key's first one where it has none. Gives up where it is refused.
#[derive(Clone, Debug)]
pub struct Knowing(pub Pin);

impl Person for Knowing {
    fn choose_account(&mut self, _: &[AccountChoice]) -> Option<usize> {
        Some(0)
    }

    fn pin(&mut self, asked: &PinAsked<'_>) -> Option<Pin> {
        asked.refused.is_none().then(|| self.0.clone())
    }

    fn new_pin(&mut self, asked: &NewPinAsked<'_>) -> Option<Pin> {
        let first = asked.reason == NewPinReason::NotSet && asked.refused.is_none();
        first.then(|| self.0.clone())
    }
}
