//! A private key in PEM: PKCS #8, SEC 1 or PKCS #1.

use authenticator::platform::CryptoError;
use aws_lc_rs::encoding::{AsBigEndian, EcPrivateKeyBin};
use aws_lc_rs::signature::{ECDSA_P256_SHA256_ASN1_SIGNING, EcdsaKeyPair};
use rustls_pki_types::PrivateKeyDer;
use rustls_pki_types::pem::PemObject;
use zeroize::{Zeroize, Zeroizing};

use super::SuppliedError;
use crate::ca_key::CaKey;
use crate::key::RsaKey;

/// A key that attestation can be made with.
pub(super) enum PrivateKey {
    /// The scalar of a P-256 key, big endian.
    P256(Zeroizing<[u8; 32]>),
    /// RSA.
    Rsa(RsaKey),
}

impl PrivateKey {
    /// The first private key of the text.
    pub(super) fn read(pem: &[u8]) -> Result<Self, SuppliedError> {
        let mut der = PrivateKeyDer::from_pem_slice(pem).map_err(|_| SuppliedError::NoKey)?;
        let read = rsa(&der).or_else(|_| scalar(der.secret_der()).map(Self::P256));
        der.zeroize();
        read.map_err(|_| SuppliedError::BadKey("of another curve or kind"))
    }

    /// The public half as a certificate has it, without the algorithm.
    pub(super) fn public(&self) -> Result<Vec<u8>, SuppliedError> {
        match self {
            Self::P256(secret) => {
                CaKey::p256(&**secret).map(|key| key.public().to_vec()).map_err(super::broken)
            }
            Self::Rsa(key) => Ok(key.public().to_vec()),
        }
    }
}

fn rsa(der: &PrivateKeyDer<'_>) -> Result<PrivateKey, CryptoError> {
    match der {
        PrivateKeyDer::Pkcs8(der) => RsaKey::from_pkcs8(der.secret_pkcs8_der()),
        PrivateKeyDer::Pkcs1(der) => RsaKey::from_pkcs1(der.secret_pkcs1_der()),
        _ => Err(CryptoError::BadKey),
    }
    .map(PrivateKey::Rsa)
}

fn scalar(der: &[u8]) -> Result<Zeroizing<[u8; 32]>, CryptoError> {
    let pair = EcdsaKeyPair::from_private_key_der(&ECDSA_P256_SHA256_ASN1_SIGNING, der)
        .map_err(|_| CryptoError::BadKey)?;
    let held: EcPrivateKeyBin<'static> = pair.private_key().as_be_bytes().map_err(|_| CryptoError::Failed)?;
    let mut scalar = Zeroizing::new([0; 32]);
    if held.as_ref().len() != scalar.len() {
        return Err(CryptoError::Failed);
    }
    scalar.copy_from_slice(held.as_ref());
    Ok(scalar)
}
