//! An attestation root for test keys, and the batch certificates that it issues for device models.
//!
//! Certificates follow WebAuthn L3, [section 8.2.1](https://www.w3.org/TR/webauthn-3/#sctn-packed-attestation-cert-requirements)
//! (packed), [section 8.3.1](https://www.w3.org/TR/webauthn-3/#sctn-tpm-cert-requirements) (tpm), and U2F Raw Message
//! Formats 1.2 (a P-256 key, no AAGUID). All bytes follow from the root's seed or private key: serial numbers, keys, and
//! signatures.

use std::fmt;

use authenticator::platform::Alg;
use authenticator::profile::{Issuer as Wanted, Profile};
use hmac::{Hmac, KeyInit, Mac};
use rand::Rng;
use rcgen::Issuer;
use sha2::Sha256;
use x509_cert::der::pem;
use zeroize::Zeroizing;

use crate::ca_key::CaKey;
use crate::certificate::{self, Slip, in_tpm};
use crate::test_keys;

/// The root's common name.
const ROOT_NAME: &str = "AnyKey TEST attestation root, not a real device";

/// The common name of the CA below it.
const INTERMEDIATE_NAME: &str = "AnyKey TEST attestation CA, not a real device";

/// Why a certificate could not be made.
#[derive(Debug, thiserror::Error)]
pub enum RootError {
    /// No usable key follows from the seed (chance 2^-32 for each).
    #[error("no P-256 key follows from this seed; take another")]
    Seed,
    /// The CA that was supplied allows no CA under it.
    #[error(
        "the keys of `{0}` have an intermediate certificate, and the attestation CA allows none under it (its path length is 0); \
         take a CA that does, or an intermediate one with its root"
    )]
    NoIntermediate(String),
    /// The certificate could not be encoded.
    #[error("certificate: {0}")]
    Certificate(#[from] rcgen::Error),
}

/// An attestation root for test keys, to be given to a server as its trust anchor: AnyKey's own, or a CA of the user's.
pub struct TestRoot {
    pub(crate) seed: Zeroizing<[u8; 32]>,
    pub(crate) issuer: Issuer<'static, CaKey>,
    /// What follows the model's certificate in `x5c`, where this is an intermediate CA already.
    pub(crate) above: Vec<Vec<u8>>,
    /// Another CA may come between it and the models.
    pub(crate) may_delegate: bool,
    /// DER, the topmost last.
    pub(crate) anchors: Vec<Vec<u8>>,
}

/// A batch attestation key with its certificates, for one device model.
pub struct Issued {
    /// The algorithm that the key signs with.
    pub alg: Alg,
    /// The private key as [`Crypto::import`](authenticator::platform::Crypto::import) takes it.
    pub secret: Zeroizing<Vec<u8>>,
    /// DER certificates as `x5c` carries them: the model's own first. The root is not among them.
    pub chain: Vec<Vec<u8>>,
}

impl TestRoot {
    /// The root that follows from `seed`; the same bytes every time.
    pub fn seeded(seed: [u8; 32]) -> Result<Self, RootError> {
        let seed = Zeroizing::new(seed);
        let key = p256(&*derive(&seed, &[b"root key"]))?;
        let mut params = certificate::ca(ROOT_NAME, &derive(&seed, &[b"root serial"]), 1);
        params.use_authority_key_identifier_extension = false;
        let certificate = params.self_signed(&key)?;
        Ok(Self {
            seed,
            issuer: Issuer::new(params, key),
            above: Vec::new(),
            may_delegate: true,
            anchors: vec![certificate.der().to_vec()],
        })
    }

    /// A root nobody else has.
    pub fn generate() -> Result<Self, RootError> {
        let mut seed = [0; 32];
        rand::rng().fill_bytes(&mut seed);
        Self::seeded(seed)
    }

    /// What a server is to trust, DER: the CA that issues first, the topmost last. The CA itself is among them although a root
    /// is above it, since U2F registrations and `fido-u2f` carry no intermediate certificate.
    pub fn anchors(&self) -> &[Vec<u8>] {
        &self.anchors
    }

    /// The topmost certificate, DER.
    pub fn der(&self) -> &[u8] {
        self.anchors.last().map_or(&[], Vec::as_slice)
    }

    /// The topmost certificate, PEM.
    pub fn pem(&self) -> String {
        // What is not empty and has a label can be encoded.
        pem::encode_string("CERTIFICATE", pem::LineEnding::LF, self.der()).unwrap_or_default()
    }

    /// The batch certificate of a model and its key: the same for every key of the model, as makers do.
    ///
    /// A profile that speaks CTAP2 gets the AAGUID extension; one that only speaks U2F does not, since it has no AAGUID.
    /// Where the model attests with `tpm`, it is the certificate of an attestation key in a TPM, which is RSA: one of a fixed
    /// set, as other RSA keys that must repeat.
    pub fn issue(&self, profile: &Profile) -> Result<Issued, RootError> {
        self.issue_with(profile, None)
    }

    /// The same, with one thing wrong about the certificate.
    pub fn issue_with(&self, profile: &Profile, slip: Option<Slip>) -> Result<Issued, RootError> {
        let kind: (&[u8], &[u8]) =
            if in_tpm(profile) { (b"AIK key", b"AIK serial") } else { (b"model key", b"model serial") };
        let model: [&[u8]; 2] = [profile.name.as_str().as_bytes(), &profile.aaguid];
        let secret = derive(&self.seed, &[kind.0, model[0], model[1]]);
        let serial = derive(&self.seed, &[kind.1, model[0], model[1]]);
        let params = certificate::leaf(profile, &serial, slip);
        let (alg, secret) = if in_tpm(profile) {
            (Alg::RS256, test_keys::attestation(secret[0]).to_vec())
        } else {
            (Alg::ES256, secret.to_vec())
        };
        let secret = Zeroizing::new(secret);
        let key = match alg {
            Alg::RS256 => CaKey::rsa(&secret).map_err(|_| rcgen::Error::CouldNotParseKeyPair)?,
            _ => p256(&secret)?,
        };
        let wanted = profile.ctap2.map_or(Wanted::Root, |ctap2| ctap2.attestation_issuer);
        let (leaf, above) = if wanted == Wanted::Intermediate && self.above.is_empty() {
            let (issuer, own) = self.intermediate(profile)?;
            (params.signed_by(&key, &issuer)?, vec![own])
        } else {
            (params.signed_by(&key, &self.issuer)?, self.above.clone())
        };
        let chain = std::iter::once(leaf.der().to_vec()).chain(above).collect();
        Ok(Issued { alg, secret, chain })
    }

    /// The CA below this root, and its certificate in DER.
    fn intermediate(&self, profile: &Profile) -> Result<(Issuer<'static, CaKey>, Vec<u8>), RootError> {
        if !self.may_delegate {
            return Err(RootError::NoIntermediate(profile.name.as_str().to_owned()));
        }
        let key = p256(&*derive(&self.seed, &[b"intermediate key"]))?;
        let serial = derive(&self.seed, &[b"intermediate serial"]);
        let params = certificate::ca(INTERMEDIATE_NAME, &serial, 0);
        let certificate = params.signed_by(&key, &self.issuer)?;
        Ok((Issuer::new(params, key), certificate.der().to_vec()))
    }
}

fn p256(secret: &[u8]) -> Result<CaKey, RootError> {
    CaKey::p256(secret).map_err(|_| RootError::Seed)
}

/// A secret or number that follows from the root's seed and the parts, each with its length in front.
pub(crate) fn derive(seed: &[u8; 32], parts: &[&[u8]]) -> Zeroizing<[u8; 32]> {
    let mut block = hmac::digest::Key::<Hmac<Sha256>>::default();
    block[..32].copy_from_slice(seed);
    let mut mac = Hmac::<Sha256>::new(&block);
    for part in parts {
        mac.update(&part.len().to_be_bytes());
        mac.update(part);
    }
    Zeroizing::new(mac.finalize().into_bytes().into())
}

/// The certificates' lengths only.
impl fmt::Debug for TestRoot {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let lengths: Vec<usize> = self.anchors.iter().map(Vec::len).collect();
        f.debug_struct("TestRoot").field("anchor_bytes", &lengths).finish_non_exhaustive()
    }
}

/// The certificates' lengths only.
impl fmt::Debug for Issued {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let lengths: Vec<usize> = self.chain.iter().map(Vec::len).collect();
        f.debug_struct("Issued").field("chain_bytes", &lengths).finish_non_exhaustive()
    }
}
