//! The batch certificates of a run's key models, each made once.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use authenticator::profile::{Attestation, Issuer, Profile};
use plan::scenario::CertificateWish;
use softkeys::{Issued, RootError, Slip, TestRoot};

/// What a certificate depends on: the model's name, its AAGUID, what of CTAP2 matters, and what is wrong with it.
type Model = (String, [u8; 16], Option<(bool, bool)>, Option<Slip>);

/// The two roots of a run.
pub(crate) struct Roots<'r> {
    /// The one that the server trusts.
    pub(crate) own: Certificates<'r>,
    /// One that it does not.
    pub(crate) other: Certificates<'r>,
}

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
    pub(crate) fn issue(
        &self,
        profile: &Profile,
        wish: Option<CertificateWish>,
    ) -> Result<Arc<Issued>, RootError> {
        let side = profile.ctap2.map(|ctap2| {
            (ctap2.attestation == Attestation::Tpm, ctap2.attestation_issuer == Issuer::Intermediate)
        });
        let slip = wish.map(slip);
        let model = (profile.name.as_str().to_owned(), profile.aaguid, side, slip);
        let mut all = self.issued.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(issued) = all.get(&model) {
            return Ok(Arc::clone(issued));
        }
        let issued = Arc::new(self.root.issue_with(profile, slip)?);
        all.insert(model, Arc::clone(&issued));
        Ok(issued)
    }
}

fn slip(wish: CertificateWish) -> Slip {
    match wish {
        CertificateWish::OtherAaguid => Slip::OtherAaguid,
        CertificateWish::NoAikUsage => Slip::NoAikUsage,
        CertificateWish::AikWithSubject => Slip::AikWithSubject,
        CertificateWish::NoTpmName => Slip::NoTpmName,
    }
}
