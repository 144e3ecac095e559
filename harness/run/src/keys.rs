//! The keys of a run: models, what they can do, and what a scenario changes about them.

use authenticator::profile::{Attachment, Attestation, Backup, Counter, Issuer, Profile};
use plan::event::KeyInfo;
use plan::scenario::{AttestationWish, BackupWish, CounterWish, KeyFeature, KeyNeed, KeyWish};

/// A model of the run.
#[derive(Clone, Debug)]
pub struct KeyModel {
    /// The model.
    pub profile: Profile,
    /// What reports show.
    pub info: KeyInfo,
    /// How the command line names it, for replays: its name, or its file.
    pub word: String,
}

impl KeyModel {
    /// A model of the catalogue, or of a user's file.
    pub fn new(entry: &profiles::Entry) -> Self {
        let profile = entry.profile;
        let info = KeyInfo {
            name: profile.name.as_str().to_owned(),
            product: profile.product.as_str().to_owned(),
            summary: entry.summary.clone(),
        };
        let word = info.name.clone();
        Self { profile, info, word }
    }

    /// The name.
    pub fn name(&self) -> &str {
        &self.info.name
    }
}

/// Whether a key of that model has (or has not) what is needed.
pub fn has(profile: &Profile, need: KeyNeed) -> bool {
    let there = match need.feature {
        KeyFeature::Ctap2 => profile.ctap2.is_some(),
        KeyFeature::U2f => profile.u2f.is_some(),
        KeyFeature::Rk => profile.ctap2.is_some_and(|ctap2| ctap2.rk),
        KeyFeature::Uv => {
            profile.ctap2.is_some_and(|ctap2| ctap2.uv == Some(true)) || verifies_by_pin_alone(profile)
        }
        KeyFeature::Platform => profile.attachment == Attachment::Platform,
        KeyFeature::Counter => profile.counter != Counter::Zero,
        KeyFeature::BackupEligible => profile.backup != Backup::Ineligible,
        KeyFeature::Attestation => match profile.ctap2 {
            Some(ctap2) => ctap2.attestation != Attestation::None,
            None => profile.u2f.is_some(),
        },
        // A key that speaks both makes its credentials over CTAP2.
        KeyFeature::Certificate => match profile.ctap2 {
            Some(ctap2) => {
                matches!(ctap2.attestation, Attestation::Packed | Attestation::FidoU2f | Attestation::Tpm)
            }
            None => profile.u2f.is_some(),
        },
        KeyFeature::SelfAttestation => {
            profile.ctap2.is_some_and(|ctap2| ctap2.attestation == Attestation::PackedSelf)
        }
        KeyFeature::Model(aaguid) => profile.aaguid == aaguid,
    };
    there == need.present
}

/// Whether the user is verified by the PIN, and by nothing else. Such a key has its PIN before a case begins.
pub(crate) fn verifies_by_pin_alone(profile: &Profile) -> bool {
    profile.ctap2.is_some_and(|ctap2| {
        let by_pin = ctap2.features.client_pin && !ctap2.features.no_mc_ga_permissions_with_client_pin;
        by_pin && ctap2.uv != Some(true)
    })
}

/// Why a key cannot take part, for people; `None` if it can.
pub fn missing(profile: &Profile, needs: &[KeyNeed]) -> Option<String> {
    let need = needs.iter().find(|need| !has(profile, **need))?;
    let has = if need.present { "has no" } else { "has" };
    Some(format!("the key `{}` {has} {}", profile.name.as_str(), need.feature.phrase()))
}

/// The model as the scenario wants it.
pub fn changed(profile: &Profile, wish: &KeyWish) -> Profile {
    let mut changed = *profile;
    if let Some(counter) = wish.counter {
        changed.counter = match counter {
            CounterWish::Global => Counter::Global,
            CounterWish::PerCredential => Counter::PerCredential,
            CounterWish::Zero => Counter::Zero,
        };
    }
    if let Some(backup) = wish.backup {
        changed.backup = match backup {
            BackupWish::Ineligible => Backup::Ineligible,
            BackupWish::Eligible => Backup::Eligible,
            BackupWish::BackedUp => Backup::BackedUp,
        };
    }
    if let (Some(attestation), Some(ctap2)) = (wish.attestation, &mut changed.ctap2) {
        ctap2.attestation = match attestation {
            AttestationWish::None => Attestation::None,
            AttestationWish::PackedSelf => Attestation::PackedSelf,
            AttestationWish::Packed => Attestation::Packed,
            AttestationWish::Tpm => Attestation::Tpm,
        };
        if ctap2.attestation == Attestation::Tpm {
            ctap2.attestation_issuer = Issuer::Intermediate;
            (changed.u2f, changed.versions.u2f_v2) = (None, false);
        }
    }
    changed
}
