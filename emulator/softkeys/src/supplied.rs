//! Attestation material that the user supplies, as PEM: a CA that issues for every model, or one model's own chain.
//!
//! What is checked is what would otherwise show as a refusal far away: that key and certificate belong together, that the
//! chain is in order by its names, the dates, and the AAGUID. Signatures, and the requirements of the attestation formats, are
//! the server's to judge: a bench may well want to supply a bad certificate.

mod certificates;
mod private_key;

use std::time::SystemTime;

use authenticator::platform::{Alg, CryptoError};
use authenticator::profile::{Attestation, Profile};
use rcgen::Issuer;
use zeroize::Zeroizing;

use crate::ca_key::CaKey;
use crate::root::derive;
use crate::{Issued, TestRoot};
use certificates::Given;
use private_key::PrivateKey;

/// What is wrong with attestation material.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SuppliedError {
    /// No certificate in PEM.
    #[error("the certificate file has no certificate in PEM (`-----BEGIN CERTIFICATE-----`)")]
    NoCertificate,
    /// A certificate that is none.
    #[error("certificate {0} of the file cannot be read: {1}")]
    BadCertificate(usize, String),
    /// No private key in PEM.
    #[error(
        "the key file has no private key in PEM (`PRIVATE KEY`, `EC PRIVATE KEY` or `RSA PRIVATE KEY`); an encrypted one must be \
         decrypted first, with `openssl pkey`"
    )]
    NoKey,
    /// The key's type.
    #[error("the private key is not one that attestation is made with here: P-256, or RSA ({0})")]
    BadKey(&'static str),
    /// Key and certificate are of different pairs.
    #[error("the private key is not that of the first certificate, `{0}`")]
    WrongKey(String),
    /// The chain is not in order.
    #[error(
        "`{issuer}`, which comes next in the file, did not issue `{subject}`: the chain begins with the key's own certificate, and each is followed by its issuer's"
    )]
    Order {
        /// The certificate's subject.
        subject: String,
        /// The next one's.
        issuer: String,
    },
    /// Too early or too late.
    #[error("`{subject}` is valid from {dates}, not now")]
    NotValid {
        /// The certificate's subject.
        subject: String,
        /// From when to when.
        dates: String,
    },
    /// A CA's certificate for a key.
    #[error(
        "`{0}` is a CA certificate, not that of an attestation key; to have certificates issued by it, supply it as attestation CA"
    )]
    IsCa(String),
    /// A key's certificate for a CA.
    #[error(
        "`{0}` is not the certificate of a CA that may issue certificates (Basic Constraints, Key Usage)"
    )]
    NoCa(String),
    /// The CA's name.
    #[error(
        "`{0}` has a name that cannot be written into the certificates that it issues: parts that occur twice, or several in one"
    )]
    CaName(String),
    /// Another model's certificate.
    #[error("the certificate is for the AAGUID {theirs}, and the key's model has {ours}")]
    OtherAaguid {
        /// In the certificate.
        theirs: String,
        /// Of the model.
        ours: String,
    },
    /// The model does not attest with a certificate.
    #[error("a `{0}` does not attest with a certificate")]
    NoAttestation(String),
    /// The model's format wants P-256.
    #[error("a `{0}` makes U2F attestation, whose key is on P-256; the private key is RSA")]
    NotForU2f(String),
}

/// The certificates of a PEM text, DER.
///
/// # Errors
/// There is none, or one cannot be read.
pub fn certificates(pem: &[u8]) -> Result<Vec<Vec<u8>>, SuppliedError> {
    Ok(Given::read(pem)?.iter().map(|one| one.der.clone()).collect())
}

impl Issued {
    /// The attestation key of the model, with its chain: PEM, the key's own certificate first, each followed by its issuer's.
    ///
    /// # Errors
    /// Which of the checks failed: see [`SuppliedError`].
    pub fn supplied(
        chain: &[u8],
        key: &[u8],
        profile: &Profile,
        now: SystemTime,
    ) -> Result<Self, SuppliedError> {
        let model = || profile.name.as_str().to_owned();
        let (attests, u2f) = match profile.ctap2.map(|ctap2| ctap2.attestation) {
            Some(Attestation::FidoU2f) => (true, true),
            Some(Attestation::Packed | Attestation::Tpm) => (true, profile.u2f.is_some()),
            Some(Attestation::None | Attestation::PackedSelf) | None => {
                (profile.u2f.is_some(), profile.u2f.is_some())
            }
        };
        if !attests {
            return Err(SuppliedError::NoAttestation(model()));
        }
        let (chain, key) = (Given::read(chain)?, PrivateKey::read(key)?);
        let (leaf, ders) = checked(&chain, &key, now)?;
        if leaf.is_ca() {
            return Err(SuppliedError::IsCa(leaf.subject()));
        }
        if let Some(theirs) = leaf.aaguid().filter(|aaguid| *aaguid != profile.aaguid) {
            let [theirs, ours] = [theirs, profile.aaguid].map(uuid);
            return Err(SuppliedError::OtherAaguid { theirs, ours });
        }
        let (alg, secret) = match key {
            PrivateKey::P256(secret) => (Alg::ES256, secret.to_vec()),
            PrivateKey::Rsa(_) if u2f => return Err(SuppliedError::NotForU2f(model())),
            PrivateKey::Rsa(key) => {
                let key = key.of_2048_bits().map_err(|_| SuppliedError::BadKey("of 2048 bits"))?;
                (Alg::RS256, key.pkcs8().map_err(broken)?.to_vec())
            }
        };
        Ok(Self { alg, secret: Zeroizing::new(secret), chain: ders })
    }
}

impl TestRoot {
    /// A CA of the user's: PEM, its own certificate first, each followed by its issuer's, up to its root. The keys that it
    /// issues certificates for follow from its private key, so that they are the same each time.
    ///
    /// # Errors
    /// Which of the checks failed: see [`SuppliedError`].
    pub fn supplied(chain: &[u8], key: &[u8], now: SystemTime) -> Result<Self, SuppliedError> {
        let (chain, key) = (Given::read(chain)?, PrivateKey::read(key)?);
        let (own, anchors) = checked(&chain, &key, now)?;
        if let Some(not) = chain.iter().find(|one| !one.may_issue()) {
            return Err(SuppliedError::NoCa(not.subject()));
        }
        let (key, secret) = match key {
            PrivateKey::P256(secret) => (CaKey::p256(&*secret).map_err(broken)?, secret.to_vec()),
            PrivateKey::Rsa(key) => {
                let secret = key.pkcs8().map_err(broken)?.to_vec();
                (CaKey::Rsa(key), secret)
            }
        };
        let secret = Zeroizing::new(secret);
        let seed = derive(&[0; 32], &[b"AnyKey attestation CA", &secret]);
        let name = || SuppliedError::CaName(own.subject());
        if !own.has_plain_name() {
            return Err(name());
        }
        let issuer = Issuer::from_ca_cert_der(&own.der.as_slice().into(), key).map_err(|_| name())?;
        let above = chain.iter().filter(|one| !one.is_self_issued()).map(|one| one.der.clone()).collect();
        let root = Self { seed, issuer, above, may_delegate: own.allows_more_cas(), anchors };
        // The name goes through the library's own form: whether it came out the same is best seen on a certificate.
        root.names_its_issuer(own).then_some(root).ok_or_else(name)
    }

    /// Whether certificates that it issues bear the very name that it has.
    fn names_its_issuer(&self, own: &certificates::One) -> bool {
        let probe = crate::certificate::ca("probe", &[0; 32], 0);
        let key = CaKey::p256(&[1; 32]).ok();
        let made = key.and_then(|key| probe.signed_by(&key, &self.issuer).ok());
        made.and_then(|made| certificates::One::of(0, made.der()).ok()).is_some_and(|made| own.issued(&made))
    }
}

/// The first certificate, and all of them in DER, if key, order and dates are right.
fn checked<'g>(
    chain: &'g Given,
    key: &PrivateKey,
    now: SystemTime,
) -> Result<(&'g certificates::One, Vec<Vec<u8>>), SuppliedError> {
    let first = chain.first();
    if first.public_key() != key.public()?.as_slice() {
        return Err(SuppliedError::WrongKey(first.subject()));
    }
    if let Some((one, next)) = chain.pairs().find(|(one, next)| !next.issued(one)) {
        return Err(SuppliedError::Order { subject: one.subject(), issuer: next.subject() });
    }
    if let Some(one) = chain.iter().find(|one| !one.is_valid_at(now)) {
        return Err(SuppliedError::NotValid { subject: one.subject(), dates: one.dates() });
    }
    Ok((first, chain.iter().map(|one| one.der.clone()).collect()))
}

fn broken(_: CryptoError) -> SuppliedError {
    SuppliedError::BadKey("whole and of a usual length")
}

/// Lower-case UUID text.
fn uuid(aaguid: [u8; 16]) -> String {
    let mut text: String = aaguid.iter().map(|byte| format!("{byte:02x}")).collect();
    [20, 16, 12, 8].into_iter().for_each(|place| text.insert(place, '-'));
    text
}
