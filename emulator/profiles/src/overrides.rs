//! Single settings of a profile, changed by a scenario.

use authenticator::platform::Alg;
use authenticator::profile::{Attachment, Attestation, Backup, Counter, Ctap2, Profile};
use serde::{Deserialize, Serialize};

use crate::aaguid::Aaguid;
use crate::check::{CREDENTIALS_MAX, MSG_SIZE_MIN, rules};
use crate::features::FeaturesOverride;
use crate::schema::algorithms;
use crate::words::{Transport, Version, Word};

/// Settings to be changed; what is not there stays. The names and words are those of a profile file.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub struct Override {
    /// How the signature counter moves.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub counter: Option<Word<Counter>>,
    /// BE and BS.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub backup: Option<Word<Backup>>,
    /// The model's AAGUID.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub aaguid: Option<Aaguid>,
    /// Where the key sits.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub attachment: Option<Word<Attachment>>,
    /// How it can be reached.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub transports: Option<Vec<Word<Transport>>>,
    /// How long the key waits for the user, ms.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub touch_timeout_ms: Option<u32>,
    /// How long a U2F prompt lives without being polled, ms.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub u2f_prompt_ms: Option<u32>,
    /// How long after it got power the key can be reset, ms.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reset_window_ms: Option<u32>,
    /// The versions that the key still claims; the side of a version that is dropped goes with it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub versions: Option<Vec<Word<Version>>>,
    /// Resident credentials can be stored; `false` drops the room for them and their management, `true` makes room for 25
    /// if there was none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rk: Option<bool>,
    /// Built-in user verification.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub uv: Option<Word<Option<bool>>>,
    /// Attempts at user verification in one ceremony.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub uv_attempts: Option<u8>,
    /// How many resident credentials fit.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub resident_credentials: Option<u16>,
    /// Signature algorithms, best first.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub algorithms: Option<Vec<Word<Alg>>>,
    /// What attestation makeCredential makes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub attestation: Option<Word<Attestation>>,
    /// maxCredentialCountInList of getInfo.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_credential_count_in_list: Option<u8>,
    /// maxMsgSize of getInfo.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_msg_size: Option<u16>,
    /// PIN, token, extensions.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub features: Option<FeaturesOverride>,
}

/// An override that does not fit the profile.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{field}` of `{key}`: {message} ({help})")]
pub struct OverrideError {
    /// The profile's name.
    pub key: String,
    /// Dotted name of the setting.
    pub field: String,
    /// What is wrong.
    pub message: String,
    /// What to do about it.
    pub help: String,
}

impl Override {
    /// Nothing is changed.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// The profile with these settings. All that does not fit is reported, under the rules for files.
    pub fn apply(&self, profile: &Profile) -> Result<Profile, Vec<OverrideError>> {
        let mut wrong = Vec::new();
        let mut refuse = |field: &str, message: &str, help: &str| {
            wrong.push(OverrideError {
                key: profile.name.as_str().to_owned(),
                field: field.to_owned(),
                message: message.to_owned(),
                help: help.to_owned(),
            });
        };
        let mut changed = *profile;
        self.apply_common(&mut changed);
        match changed.ctap2.as_mut() {
            Some(ctap2) => self.apply_ctap2(ctap2),
            None => {
                for field in self.ctap2_fields() {
                    refuse(field, "the key does not speak CTAP2", "leave this key out, or the setting");
                }
            }
        }
        let features = self.features.iter().flat_map(FeaturesOverride::ranges);
        for (field, fits, range) in self.ranges().into_iter().chain(features) {
            if !fits {
                refuse(field, "out of range", range);
            }
        }
        for found in rules().filter_map(|rule| (rule.check)(&changed)) {
            refuse(found.field, found.message, found.help);
        }
        if wrong.is_empty() { Ok(changed) } else { Err(wrong) }
    }

    fn apply_common(&self, profile: &mut Profile) {
        set(&mut profile.counter, self.counter.map(|word| word.0));
        set(&mut profile.backup, self.backup.map(|word| word.0));
        set(&mut profile.aaguid, self.aaguid.map(|aaguid| aaguid.0));
        set(&mut profile.attachment, self.attachment.map(|word| word.0));
        if let Some(transports) = &self.transports {
            profile.transports = Transport::collect(transports.iter().map(|word| word.0));
        }
        set(&mut profile.touch_timeout_ms, self.touch_timeout_ms);
        set(&mut profile.u2f_prompt_ms, self.u2f_prompt_ms);
        set(&mut profile.reset_window_ms, self.reset_window_ms);
        if let Some(versions) = &self.versions {
            profile.versions = Version::collect(versions.iter().map(|word| word.0));
            profile.ctap2 = profile.ctap2.filter(|_| profile.versions.fido_2_0 || profile.versions.fido_2_1);
            profile.u2f = profile.u2f.filter(|_| profile.versions.u2f_v2);
        }
    }

    fn apply_ctap2(&self, ctap2: &mut Ctap2) {
        if let Some(rk) = self.rk {
            ctap2.rk = rk;
            let room = if ctap2.resident_credentials == 0 { 25 } else { ctap2.resident_credentials };
            ctap2.resident_credentials = if rk { room } else { 0 };
            let features = &mut ctap2.features;
            features.cred_mgmt &= rk;
            features.credential_mgmt_preview &= rk;
            features.per_cred_mgmt_ro &= rk;
        }
        set(&mut ctap2.uv, self.uv.map(|word| word.0));
        if ctap2.uv.is_none() {
            ctap2.uv_modality = 0;
        }
        set(&mut ctap2.uv_attempts, self.uv_attempts);
        set(&mut ctap2.resident_credentials, self.resident_credentials);
        if let Some(listed) = &self.algorithms {
            let listed: Vec<Alg> = listed.iter().map(|word| word.0).collect();
            (ctap2.algorithms, ctap2.algorithm_count) = algorithms(&listed);
        }
        set(&mut ctap2.attestation, self.attestation.map(|word| word.0));
        set(&mut ctap2.max_credential_count_in_list, self.max_credential_count_in_list);
        set(&mut ctap2.max_msg_size, self.max_msg_size);
        if let Some(features) = &self.features {
            features.apply(&mut ctap2.features);
        }
    }

    /// The settings that are there and belong to `[ctap2]`.
    fn ctap2_fields(&self) -> impl Iterator<Item = &'static str> {
        [
            (self.rk.is_some(), "ctap2.rk"),
            (self.uv.is_some(), "ctap2.uv"),
            (self.uv_attempts.is_some(), "ctap2.uv-attempts"),
            (self.resident_credentials.is_some(), "ctap2.resident-credentials"),
            (self.algorithms.is_some(), "ctap2.algorithms"),
            (self.attestation.is_some(), "ctap2.attestation"),
            (self.max_credential_count_in_list.is_some(), "ctap2.max-credential-count-in-list"),
            (self.max_msg_size.is_some(), "ctap2.max-msg-size"),
            (self.features.is_some(), "ctap2.features"),
        ]
        .into_iter()
        .filter_map(|(there, field)| there.then_some(field))
    }

    /// The numbers with limits: name, whether this one keeps them, what they are.
    fn ranges(&self) -> [(&'static str, bool, &'static str); 6] {
        let msg_size = self.max_msg_size.is_none_or(|size| (MSG_SIZE_MIN..=7609).contains(&i64::from(size)));
        let credentials = self.resident_credentials.is_none_or(|count| i64::from(count) <= CREDENTIALS_MAX);
        let waits = |time: Option<u32>, least| time.is_none_or(|time| (least..=600_000).contains(&time));
        let attempts = self.uv_attempts.is_none_or(|attempts| (1..=25).contains(&attempts));
        [
            ("ctap2.max-msg-size", msg_size, "1024 to 7609"),
            ("ctap2.resident-credentials", credentials, "0 to 10000"),
            ("ctap2.uv-attempts", attempts, "1 to 25"),
            ("touch-timeout-ms", waits(self.touch_timeout_ms, 1), "1 to 600000"),
            ("u2f-prompt-ms", waits(self.u2f_prompt_ms, 1), "1 to 600000"),
            ("reset-window-ms", waits(self.reset_window_ms, 0), "0 to 600000"),
        ]
    }
}

fn set<T>(place: &mut T, value: Option<T>) {
    if let Some(value) = value {
        *place = value;
    }
}
