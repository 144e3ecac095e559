//! What a negative scenario makes wrong, as data at a site. The order on the way: options, client data, request, authenticator
//! data, attestation, signature, JSON.

use serde::Deserialize;
use serde_json::Value;

use crate::policy::{Attachment, Conveyance, Requirement};

/// One thing made wrong.
#[derive(Clone, Debug, PartialEq)]
pub enum Tamper {
    /// The options, before the client sees them: a page that asks for something else than its server.
    Options(OptionsEdit),
    /// Client data, before the key signs it.
    ClientData(ClientDataEdit),
    /// What is asked of the key.
    Request(RequestEdit),
    /// Authenticator data, signed again by the key that lies.
    AuthData(AuthDataEdit),
    /// The attestation statement.
    Attestation(AttestationEdit),
    /// The signature of an assertion.
    Signature(SignatureEdit),
    /// The response's JSON.
    Json(JsonEdit),
}

/// Changes of the options.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct OptionsEdit {
    /// Another `userVerification`.
    pub user_verification: Option<Requirement>,
    /// Another `residentKey`.
    pub resident_key: Option<Requirement>,
    /// Another `attestation`.
    pub attestation: Option<Conveyance>,
    /// Another `authenticatorAttachment`.
    pub attachment: Option<Attachment>,
    /// Other `pubKeyCredParams`.
    pub algorithms: Option<Vec<i32>>,
    /// `allowCredentials` names only the credential of that kept registration; `none`: the list is empty.
    pub allow: Option<String>,
    /// `excludeCredentials` is emptied.
    pub exclude: Option<Nothing>,
    /// `extensions` is emptied: with credProtect, say, a key would not sign what is to be tested.
    pub extensions: Option<Nothing>,
}

/// Changes of client data.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ClientDataEdit {
    /// Another `type`.
    pub kind: Option<String>,
    /// Another `challenge`.
    pub challenge: Option<ChallengeEdit>,
    /// Another `origin`.
    pub origin: Option<OriginEdit>,
    /// `crossOrigin`.
    pub cross_origin: Option<bool>,
    /// `topOrigin`.
    pub top_origin: Option<String>,
    /// Members that the standard does not know.
    pub extra: Option<serde_json::Map<String, Value>>,
}

/// Another challenge.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ChallengeEdit {
    /// 32 bytes that the server never issued.
    MadeUp,
    /// The one of options that were kept.
    Of(String),
    /// Its first 16 bytes only.
    Cut,
    /// Nothing.
    Empty,
}

/// Another origin.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum OriginEdit {
    /// `https://evil.example`.
    OtherSite,
    /// The right origin with `.evil.example` after it.
    Suffix,
    /// A subdomain of the right one.
    Subdomain,
    /// Another port.
    OtherPort,
    /// `http` for `https`, or the reverse.
    OtherScheme,
    /// The host in capitals.
    UpperCase,
    /// A slash after it.
    TrailingSlash,
    /// `null`.
    Opaque,
}

/// Changes of what is asked of the key.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RequestEdit {
    /// `up` of getAssertion, or "don't enforce" of U2F.
    pub up: Option<bool>,
    /// Another RP ID.
    pub rp_id: Option<String>,
}

/// Changes of authenticator data.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AuthDataEdit {
    /// Flags that are set.
    pub set: Vec<Flag>,
    /// Flags that are cleared.
    pub clear: Vec<Flag>,
    /// Another signCount.
    pub sign_count: Option<u32>,
    /// The hash of another RP ID: this one, or `site`.
    pub rp_id: Option<String>,
    /// Zero bytes after the last member.
    pub append: usize,
    /// Bytes missing at the end.
    pub cut: usize,
    /// Another AAGUID, lower-case UUID text.
    pub aaguid: Option<String>,
    /// A credential id of that length.
    pub credential_id_length: Option<u16>,
    /// The attested credential data of that kept registration.
    pub credential: Option<String>,
}

/// A flag of authenticator data (WebAuthn L3, section 6.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Flag {
    /// User present.
    Up,
    /// User verified.
    Uv,
    /// Backup eligible.
    Be,
    /// Backed up.
    Bs,
    /// Attested credential data included.
    At,
    /// Extension data included.
    Ed,
}

impl Flag {
    /// The bit.
    pub fn bit(self) -> u8 {
        match self {
            Self::Up => 0x01,
            Self::Uv => 0x04,
            Self::Be => 0x08,
            Self::Bs => 0x10,
            Self::At => 0x40,
            Self::Ed => 0x80,
        }
    }
}

/// Changes of an attestation object's statement.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AttestationEdit {
    /// Another `fmt`.
    pub format: Option<String>,
    /// The statement is replaced.
    pub statement: Option<StatementEdit>,
    /// Another `alg`.
    pub alg: Option<i32>,
    /// The last bit of `sig` is turned.
    pub flip: bool,
    /// What a TPM says is made wrong, and signed again by its key.
    pub tpm: Option<TpmEdit>,
}

/// What is wrong in a `tpm` statement, all else being right.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum TpmEdit {
    /// `extraData` of `certInfo` is another digest.
    ExtraData,
    /// `pubArea` is that of another key, and `certInfo` names it.
    PublicArea,
    /// `certInfo` names another key than that of `pubArea`.
    Name,
    /// `certInfo` does not begin with the magic number of what a TPM made itself.
    Magic,
}

/// What a statement is replaced by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum StatementEdit {
    /// An empty map.
    Empty,
    /// A map with one member that no format has.
    Filled,
}

/// Changes of an assertion's signature.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SignatureEdit {
    /// The last bit is turned.
    pub flip: bool,
    /// Nothing in place of the signature.
    pub empty: bool,
    /// The signature of that kept response.
    pub of: Option<String>,
}

/// Changes of the response's JSON.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct JsonEdit {
    /// Members removed, paths with dots: `response.userHandle`.
    pub drop: Vec<String>,
    /// Members set, paths with dots.
    pub set: serde_json::Map<String, Value>,
    /// Members that get base64 padding.
    pub pad: Vec<String>,
    /// `response.userHandle` of that account.
    pub user_handle_of: Option<String>,
    /// `id` and `rawId` of that kept registration.
    pub id_of: Option<String>,
}

/// The word `none`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Nothing {
    /// An empty list.
    None,
}

impl Tamper {
    /// The site's name as files write it.
    pub fn site(&self) -> &'static str {
        match self {
            Self::Options(_) => "options",
            Self::ClientData(_) => "client-data",
            Self::Request(_) => "request",
            Self::AuthData(_) => "auth-data",
            Self::Attestation(_) => "attestation",
            Self::Signature(_) => "signature",
            Self::Json(_) => "json",
        }
    }

    /// The names that it reads from what was kept.
    pub fn reads(&self) -> Option<&str> {
        match self {
            Self::Options(o) => o.allow.as_deref().filter(|name| *name != "none"),
            Self::ClientData(c) => match &c.challenge {
                Some(ChallengeEdit::Of(name)) => Some(name),
                _ => None,
            },
            Self::AuthData(a) => a.credential.as_deref(),
            Self::Signature(s) => s.of.as_deref(),
            Self::Json(j) => j.id_of.as_deref(),
            Self::Request(_) | Self::Attestation(_) => None,
        }
    }

    /// Whether it needs a key whose private key the bench can use: authenticator data that an honest key would not sign.
    pub fn needs_lying_key(&self) -> bool {
        match self {
            Self::AuthData(_) => true,
            Self::Attestation(edit) => edit.tpm.is_some(),
            _ => false,
        }
    }
}

impl core::str::FromStr for OriginEdit {
    type Err = String;

    fn from_str(word: &str) -> Result<Self, String> {
        match word {
            "other-site" => Ok(Self::OtherSite),
            "suffix" => Ok(Self::Suffix),
            "subdomain" => Ok(Self::Subdomain),
            "other-port" => Ok(Self::OtherPort),
            "other-scheme" => Ok(Self::OtherScheme),
            "upper-case" => Ok(Self::UpperCase),
            "trailing-slash" => Ok(Self::TrailingSlash),
            "null" => Ok(Self::Opaque),
            _ => Err(format!(
                "`{word}` is no change of an origin; there are other-site, suffix, subdomain, other-port, other-scheme, upper-case, trailing-slash, null"
            )),
        }
    }
}

impl ChallengeEdit {
    /// Reads `made-up`, `cut`, `empty` or `of:NAME`.
    pub fn named(word: &str) -> Result<Self, String> {
        match word {
            "made-up" => Ok(Self::MadeUp),
            "cut" => Ok(Self::Cut),
            "empty" => Ok(Self::Empty),
            _ => match word.strip_prefix("of:") {
                Some(name) if !name.is_empty() => Ok(Self::Of(name.to_owned())),
                _ => Err(format!(
                    "`{word}` is no change of a challenge; there are made-up, cut, empty, of:NAME"
                )),
            },
        }
    }
}
