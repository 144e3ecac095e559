//! The batch certificates of a run's key models, each made once.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use authenticator::profile::{Attestation, Profile};
use softkeys::{Issued, RootError, TestRoot};

/// What a certificate depends on: the model's name, its AAGUID, whether it speaks CTAP2, and whether it
/// attests as a TPM does.
type Model = (String, [u8; 16], bool, bool);

/// A root, and what it issued so far.
pub(crate) struct Certificates<'r> {
    root: &'r TestRoot,
    issued: Mutex<BTreeMap<Model, Arc<Issued>>>,
}

impl<'r> Certificates<'r> {
    pub(crate) fn of(root: &'r TestRoot) -> Self {
        Self { root, issued: Mutex::default() }
    }

    /// The root itself.
    pub(crate) fn root(&self) -> &'r TestRoot {
        self.root
    }

    /// The model's certificate and key.
    pub(crate) fn issue(&self, profile: &Profile) -> Result<Arc<Issued>, RootError> {
        let in_tpm = profile.ctap2.is_some_and(|ctap2| ctap2.attestation == Attestation::Tpm);
        let model = (profile.name.as_str().to_owned(), profile.aaguid, profile.ctap2.is_some(), in_tpm);
        let mut all = self.issued.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(issued) = all.get(&model) {
            return Ok(Arc::clone(issued));
        }
        let issued = Arc::new(self.root.issue(profile)?);
        all.insert(model, Arc::clone(&issued));
        Ok(issued)
    }
}
