//! What a scenario needs of key and server, in words.

use core::fmt;
use core::str::FromStr;

/// What key and server must be able to; otherwise the case is unsupported.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Needs {
    /// Of the key.
    pub key: Vec<KeyNeed>,
    /// Of the server.
    pub target: Vec<TargetNeed>,
}

/// Something that a key has, or (`!uv`) has not.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct KeyNeed {
    /// What.
    pub feature: KeyFeature,
    /// It must be there; otherwise it must be missing.
    pub present: bool,
}

/// What a key may be able to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum KeyFeature {
    /// Speaks CTAP2.
    Ctap2,
    /// Speaks U2F.
    U2f,
    /// Stores resident credentials.
    Rk,
    /// Verifies its user by built-in means that are ready.
    Uv,
    /// Is part of the client device.
    Platform,
    /// Has a signature counter that rises.
    Counter,
    /// Makes credentials that may be backed up.
    BackupEligible,
    /// Attests at all, so that there is a signature.
    Attestation,
    /// Attests with a certificate (`packed`, `tpm` or `fido-u2f`).
    Certificate,
    /// Attests with the credential's own key.
    SelfAttestation,
    /// Is of the model with this AAGUID.
    Model([u8; 16]),
}

/// What a server may be able to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum TargetNeed {
    /// Its policy can be set.
    Policy,
    /// Password, then key.
    SecondFactor,
    /// User name, then key.
    Passwordless,
    /// Key alone.
    Usernameless,
    /// Lists a user's credentials.
    Credentials,
}

impl KeyFeature {
    /// Every word with its meaning; besides, `aaguid=UUID` names a model.
    pub const WORDS: [(&'static str, Self); 10] = [
        ("ctap2", Self::Ctap2),
        ("u2f", Self::U2f),
        ("rk", Self::Rk),
        ("uv", Self::Uv),
        ("platform", Self::Platform),
        ("counter", Self::Counter),
        ("backup-eligible", Self::BackupEligible),
        ("attestation", Self::Attestation),
        ("certificate", Self::Certificate),
        ("self-attestation", Self::SelfAttestation),
    ];

    /// For a reason: "the key has no user verification of its own".
    pub fn phrase(self) -> &'static str {
        match self {
            Self::Ctap2 => "CTAP2",
            Self::U2f => "U2F",
            Self::Rk => "resident credentials",
            Self::Uv => "user verification of its own",
            Self::Platform => "place in the client device",
            Self::Counter => "signature counter that rises",
            Self::BackupEligible => "credentials that may be backed up",
            Self::Attestation => "attestation",
            Self::Certificate => "attestation certificate",
            Self::SelfAttestation => "self attestation",
            Self::Model(_) => "AAGUID that the scenario is about",
        }
    }
}

impl TargetNeed {
    /// Every word with its meaning.
    pub const ALL: [(&'static str, Self); 5] = [
        ("policy", Self::Policy),
        ("second-factor", Self::SecondFactor),
        ("passwordless", Self::Passwordless),
        ("usernameless", Self::Usernameless),
        ("credentials", Self::Credentials),
    ];

    /// The word that files use.
    pub fn word(self) -> &'static str {
        Self::ALL.iter().find(|(_, need)| *need == self).map_or("", |(word, _)| word)
    }

    /// For a reason: "the server has no login without a user name".
    pub fn phrase(self) -> &'static str {
        match self {
            Self::Policy => "policy that the bench may set",
            Self::SecondFactor => "login with a password and then a key",
            Self::Passwordless => "login with a user name and a key",
            Self::Usernameless => "login with a key alone",
            Self::Credentials => "list of a user's credentials",
        }
    }
}

impl FromStr for KeyNeed {
    type Err = String;

    fn from_str(word: &str) -> Result<Self, String> {
        let (present, name) = match word.strip_prefix('!') {
            Some(name) => (false, name),
            None => (true, word),
        };
        let feature = match name.strip_prefix(AAGUID) {
            Some(text) => KeyFeature::Model(aaguid(text)?),
            None => named(&KeyFeature::WORDS, name, "key feature")?,
        };
        Ok(Self { feature, present })
    }
}

impl FromStr for TargetNeed {
    type Err = String;

    fn from_str(word: &str) -> Result<Self, String> {
        named(&Self::ALL, word, "server feature")
    }
}

impl fmt::Display for KeyNeed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let not = if self.present { "" } else { "!" };
        match self.feature {
            KeyFeature::Model(aaguid) => write!(f, "{not}{AAGUID}{}", uuid(aaguid)),
            feature => {
                let word = KeyFeature::WORDS
                    .iter()
                    .find(|(_, other)| *other == feature)
                    .map_or("", |(word, _)| word);
                write!(f, "{not}{word}")
            }
        }
    }
}

/// An AAGUID as lower-case UUID text.
pub fn uuid(aaguid: [u8; 16]) -> String {
    let mut text = String::with_capacity(36);
    for (at, byte) in aaguid.iter().enumerate() {
        if matches!(at, 4 | 6 | 8 | 10) {
            text.push('-');
        }
        text.push_str(&format!("{byte:02x}"));
    }
    text
}

/// Reads lower-case UUID text.
fn aaguid(text: &str) -> Result<[u8; 16], String> {
    let digits: String = text.chars().filter(|c| *c != '-').collect();
    let read = u128::from_str_radix(&digits, 16).map(u128::to_be_bytes).ok();
    let wrong = || format!("`{text}` is no AAGUID, which looks like 00112233-4455-6677-8899-aabbccddeeff");
    read.filter(|bytes| uuid(*bytes) == text).ok_or_else(wrong)
}

const AAGUID: &str = "aaguid=";

fn named<T: Copy>(all: &[(&'static str, T)], word: &str, what: &str) -> Result<T, String> {
    if let Some((_, found)) = all.iter().find(|(name, _)| *name == word) {
        return Ok(*found);
    }
    let names: Vec<&str> = all.iter().map(|(name, _)| *name).collect();
    Err(format!("`{word}` is no {what}; there are {}", names.join(", ")))
}
