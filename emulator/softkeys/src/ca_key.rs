//! The private key of a CA, as the certificate library asks for it.

use authenticator::platform::CryptoError;
use p256::ecdsa::signature::Signer;
use p256::ecdsa::{DerSignature, SigningKey};
use rcgen::{PublicKeyData, SignatureAlgorithm};

use crate::key::RsaKey;

/// A key that signs certificates the same way each time: ECDSA with RFC 6979 nonces, or RSASSA-PKCS1-v1_5.
pub(crate) enum CaKey {
    /// P-256, with the uncompressed point.
    P256(SigningKey, Vec<u8>),
    /// RSA.
    Rsa(RsaKey),
}

impl CaKey {
    /// The key of a scalar, 32 bytes big endian.
    pub(crate) fn p256(secret: &[u8]) -> Result<Self, CryptoError> {
        let key = SigningKey::from_slice(secret).map_err(|_| CryptoError::BadKey)?;
        let public = key.verifying_key().to_sec1_point(false).as_bytes().to_vec();
        Ok(Self::P256(key, public))
    }

    /// The key of a PKCS #8 PrivateKeyInfo in DER.
    pub(crate) fn rsa(pkcs8: &[u8]) -> Result<Self, CryptoError> {
        RsaKey::from_pkcs8(pkcs8).map(Self::Rsa)
    }

    /// The public half as a certificate has it, without the algorithm.
    pub(crate) fn public(&self) -> &[u8] {
        match self {
            Self::P256(_, public) => public,
            Self::Rsa(key) => key.public(),
        }
    }
}

impl PublicKeyData for CaKey {
    fn der_bytes(&self) -> &[u8] {
        self.public()
    }

    fn algorithm(&self) -> &'static SignatureAlgorithm {
        match self {
            Self::P256(..) => &rcgen::PKCS_ECDSA_P256_SHA256,
            Self::Rsa(_) => &rcgen::PKCS_RSA_SHA256,
        }
    }
}

impl rcgen::SigningKey for CaKey {
    fn sign(&self, message: &[u8]) -> Result<Vec<u8>, rcgen::Error> {
        match self {
            Self::P256(key, _) => {
                let signature: DerSignature =
                    key.try_sign(message).map_err(|_| rcgen::Error::RemoteKeyError)?;
                Ok(signature.as_bytes().to_vec())
            }
            Self::Rsa(key) => {
                let mut signature = vec![0; RSA_SIGNATURE_MAX];
                let length = key.sign(message, &mut signature).map_err(|_| rcgen::Error::RemoteKeyError)?;
                signature.truncate(length);
                Ok(signature)
            }
        }
    }
}

/// The signature of the longest RSA key that the library takes, 8192 bits.
const RSA_SIGNATURE_MAX: usize = 1024;
