//! `[ctap2.features]`: PIN, token, extensions, under the names that getInfo has for them.

mod rules;

use authenticator::profile::{CRED_BLOB_MAX, Extensions, Features, MIN_PIN_LENGTH_RPIDS_MAX, PIN_LENGTH_MAX};
use serde::{Deserialize, Serialize};

use crate::read::{Fields, Notes};
use crate::words::{Word, Words};

pub(crate) use rules::RULES;

/// One extension.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Extension {
    /// `credBlob`.
    CredBlob,
    /// `credProtect`.
    CredProtect,
    /// `hmac-secret`.
    HmacSecret,
    /// `minPinLength`.
    MinPinLength,
}

impl Words for Extension {
    const WHAT: &'static str = "extension";
    const WORDS: &'static [(&'static str, Self)] = &[
        ("credBlob", Self::CredBlob),
        ("credProtect", Self::CredProtect),
        ("hmac-secret", Self::HmacSecret),
        ("minPinLength", Self::MinPinLength),
    ];
}

impl Extension {
    /// The flags of `extensions`.
    pub fn collect(extensions: impl IntoIterator<Item = Self>) -> Extensions {
        let mut flags = Extensions::default();
        for extension in extensions {
            match extension {
                Self::CredBlob => flags.cred_blob = true,
                Self::CredProtect => flags.cred_protect = true,
                Self::HmacSecret => flags.hmac_secret = true,
                Self::MinPinLength => flags.min_pin_length = true,
            }
        }
        flags
    }

    /// The extensions whose flags are set.
    pub fn had(flags: Extensions) -> Vec<Self> {
        [
            (flags.cred_blob, Self::CredBlob),
            (flags.cred_protect, Self::CredProtect),
            (flags.hmac_secret, Self::HmacSecret),
            (flags.min_pin_length, Self::MinPinLength),
        ]
        .into_iter()
        .filter_map(|(set, extension)| set.then_some(extension))
        .collect()
    }
}

/// The numbers of known PIN/UV auth protocols.
const PROTOCOLS: std::ops::RangeInclusive<i64> = 1..=2;

/// Reads the table.
pub(crate) fn read(notes: &mut Notes<'_>, mut fields: Fields<'_, '_>) -> Features {
    let none = Features::NONE;
    let mut flag = |notes: &mut Notes<'_>, name| fields.flag(notes, name).unwrap_or_default();
    let client_pin = flag(notes, "client-pin");
    let pin_uv_auth_token = flag(notes, "pin-uv-auth-token");
    let make_cred_uv_not_rqd = flag(notes, "make-cred-uv-not-rqd");
    let no_mc_ga_permissions_with_client_pin = flag(notes, "no-mc-ga-permissions-with-client-pin");
    let cred_mgmt = flag(notes, "cred-mgmt");
    let credential_mgmt_preview = flag(notes, "credential-mgmt-preview");
    let per_cred_mgmt_ro = flag(notes, "per-cred-mgmt-ro");
    let authnr_cfg = flag(notes, "authnr-cfg");
    let uv_acfg = flag(notes, "uv-acfg");
    let set_min_pin_length = flag(notes, "set-min-pin-length");
    let always_uv = fields.flag(notes, "always-uv");
    let protocols: Vec<u8> = fields.numbers(notes, "pin-uv-auth-protocols", PROTOCOLS).unwrap_or_default();
    let pin_retries = fields.number(notes, "pin-retries", 1..=8);
    let uv_retries = fields.number(notes, "uv-retries", 1..=25);
    let min_pin_length = fields.number(notes, "min-pin-length", 4..=i64::from(PIN_LENGTH_MAX));
    let rp_ids =
        fields.number(notes, "max-rpids-for-set-min-pin-length", 0..=i64::from(MIN_PIN_LENGTH_RPIDS_MAX));
    let attempts = fields.number(notes, "preferred-platform-uv-attempts", 1..=25);
    let extensions = fields.words::<Extension>(notes, "extensions").unwrap_or_default();
    let max_cred_blob_length = fields.number(notes, "max-cred-blob-length", 32..=i64::from(CRED_BLOB_MAX));
    fields.finish(notes);
    Features {
        client_pin,
        pin_uv_auth_protocols: two(&protocols),
        pin_uv_auth_token,
        pin_retries: pin_retries.unwrap_or(none.pin_retries),
        uv_retries: uv_retries.unwrap_or(none.uv_retries),
        min_pin_length: min_pin_length.unwrap_or(none.min_pin_length),
        make_cred_uv_not_rqd,
        no_mc_ga_permissions_with_client_pin,
        always_uv,
        cred_mgmt,
        credential_mgmt_preview,
        per_cred_mgmt_ro,
        authnr_cfg,
        uv_acfg,
        set_min_pin_length,
        max_rpids_for_set_min_pin_length: rp_ids.unwrap_or_default(),
        preferred_platform_uv_attempts: attempts.unwrap_or_default(),
        extensions: Extension::collect(extensions),
        max_cred_blob_length: max_cred_blob_length.unwrap_or_default(),
    }
}

/// As a profile holds them; a list of two numbers without repetitions is never longer.
fn two(listed: &[u8]) -> [u8; 2] {
    let mut protocols = [0; 2];
    for (place, number) in protocols.iter_mut().zip(listed) {
        *place = *number;
    }
    protocols
}

/// Features of a key, changed by a scenario; what is not there stays.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
#[allow(missing_docs, reason = "as in the file; see `Features`")]
pub struct FeaturesOverride {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub client_pin: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pin_uv_auth_protocols: Option<Vec<u8>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pin_uv_auth_token: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pin_retries: Option<u8>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub uv_retries: Option<u8>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub min_pin_length: Option<u8>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub make_cred_uv_not_rqd: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub no_mc_ga_permissions_with_client_pin: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub always_uv: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cred_mgmt: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub credential_mgmt_preview: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub per_cred_mgmt_ro: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub authnr_cfg: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub uv_acfg: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub set_min_pin_length: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_rpids_for_set_min_pin_length: Option<u8>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub preferred_platform_uv_attempts: Option<u8>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub extensions: Option<Vec<Word<Extension>>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_cred_blob_length: Option<u8>,
}

impl FeaturesOverride {
    /// Changes what is there.
    pub(crate) fn apply(&self, features: &mut Features) {
        let Features { client_pin, pin_uv_auth_token, pin_retries, uv_retries, min_pin_length, .. } =
            features;
        set(client_pin, self.client_pin);
        set(pin_uv_auth_token, self.pin_uv_auth_token);
        set(pin_retries, self.pin_retries);
        set(uv_retries, self.uv_retries);
        set(min_pin_length, self.min_pin_length);
        set(&mut features.make_cred_uv_not_rqd, self.make_cred_uv_not_rqd);
        set(&mut features.no_mc_ga_permissions_with_client_pin, self.no_mc_ga_permissions_with_client_pin);
        features.always_uv = self.always_uv.or(features.always_uv);
        set(&mut features.cred_mgmt, self.cred_mgmt);
        set(&mut features.credential_mgmt_preview, self.credential_mgmt_preview);
        set(&mut features.per_cred_mgmt_ro, self.per_cred_mgmt_ro);
        set(&mut features.authnr_cfg, self.authnr_cfg);
        set(&mut features.uv_acfg, self.uv_acfg);
        set(&mut features.set_min_pin_length, self.set_min_pin_length);
        set(&mut features.max_rpids_for_set_min_pin_length, self.max_rpids_for_set_min_pin_length);
        set(&mut features.preferred_platform_uv_attempts, self.preferred_platform_uv_attempts);
        set(&mut features.max_cred_blob_length, self.max_cred_blob_length);
        if let Some(listed) = &self.pin_uv_auth_protocols {
            features.pin_uv_auth_protocols = two(listed);
        }
        if let Some(listed) = &self.extensions {
            features.extensions = Extension::collect(listed.iter().map(|word| word.0));
        }
    }

    /// The numbers with limits: name, whether this one keeps them, what they are.
    pub(crate) fn ranges(&self) -> [(&'static str, bool, &'static str); 7] {
        let within = |number: Option<u8>, least: u8, most: u8| {
            number.is_none_or(|number| (least..=most).contains(&number))
        };
        let protocols = self.pin_uv_auth_protocols.as_deref().unwrap_or_default();
        [
            (
                "ctap2.features.pin-uv-auth-protocols",
                matches!(protocols, [] | [1 | 2] | [1, 2] | [2, 1]),
                "1, 2",
            ),
            ("ctap2.features.pin-retries", within(self.pin_retries, 1, 8), "1 to 8"),
            ("ctap2.features.uv-retries", within(self.uv_retries, 1, 25), "1 to 25"),
            ("ctap2.features.min-pin-length", within(self.min_pin_length, 4, PIN_LENGTH_MAX), "4 to 63"),
            (
                "ctap2.features.max-rpids-for-set-min-pin-length",
                within(self.max_rpids_for_set_min_pin_length, 0, MIN_PIN_LENGTH_RPIDS_MAX),
                "0 to 16",
            ),
            (
                "ctap2.features.preferred-platform-uv-attempts",
                within(self.preferred_platform_uv_attempts, 1, 25),
                "1 to 25",
            ),
            (
                "ctap2.features.max-cred-blob-length",
                within(self.max_cred_blob_length, 32, CRED_BLOB_MAX),
                "32 to 128",
            ),
        ]
    }
}

fn set<T>(place: &mut T, value: Option<T>) {
    if let Some(value) = value {
        *place = value;
    }
}

/// The features in words.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
#[allow(missing_docs, reason = "as in the file")]
pub struct ShownFeatures {
    pub client_pin: bool,
    pub pin_uv_auth_protocols: Vec<u8>,
    pub pin_uv_auth_token: bool,
    pub pin_retries: u8,
    pub uv_retries: u8,
    pub min_pin_length: u8,
    pub make_cred_uv_not_rqd: bool,
    pub no_mc_ga_permissions_with_client_pin: bool,
    pub always_uv: Option<bool>,
    pub cred_mgmt: bool,
    pub credential_mgmt_preview: bool,
    pub per_cred_mgmt_ro: bool,
    pub authnr_cfg: bool,
    pub uv_acfg: bool,
    pub set_min_pin_length: bool,
    pub max_rpids_for_set_min_pin_length: u8,
    pub preferred_platform_uv_attempts: u8,
    pub extensions: Vec<Word<Extension>>,
    pub max_cred_blob_length: u8,
}

impl From<&Features> for ShownFeatures {
    fn from(features: &Features) -> Self {
        Self {
            client_pin: features.client_pin,
            pin_uv_auth_protocols: features.protocols().collect(),
            pin_uv_auth_token: features.pin_uv_auth_token,
            pin_retries: features.pin_retries,
            uv_retries: features.uv_retries,
            min_pin_length: features.min_pin_length,
            make_cred_uv_not_rqd: features.make_cred_uv_not_rqd,
            no_mc_ga_permissions_with_client_pin: features.no_mc_ga_permissions_with_client_pin,
            always_uv: features.always_uv,
            cred_mgmt: features.cred_mgmt,
            credential_mgmt_preview: features.credential_mgmt_preview,
            per_cred_mgmt_ro: features.per_cred_mgmt_ro,
            authnr_cfg: features.authnr_cfg,
            uv_acfg: features.uv_acfg,
            set_min_pin_length: features.set_min_pin_length,
            max_rpids_for_set_min_pin_length: features.max_rpids_for_set_min_pin_length,
            preferred_platform_uv_attempts: features.preferred_platform_uv_attempts,
            extensions: Extension::had(features.extensions).into_iter().map(Word).collect(),
            max_cred_blob_length: features.max_cred_blob_length,
        }
    }
}
