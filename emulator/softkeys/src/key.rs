//! A private key ready for use, of whatever algorithm.

use std::sync::Arc;

use authenticator::platform::CryptoError;
use aws_lc_rs::encoding::{AsDer, Pkcs8V1Der};
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa;
use aws_lc_rs::signature::{Ed25519KeyPair, KeyPair, RSA_PKCS1_SHA256};
use zeroize::Zeroizing;

/// A private key. P-256 is the engine's own; the others are the same on every host platform, since their signatures follow
/// from key and message alone.
pub(crate) enum Key<P256> {
    /// For ES256.
    P256(P256),
    /// For EdDSA.
    Ed25519(Ed25519KeyPair),
    /// For RS256.
    Rsa(RsaKey),
}

/// An RSA-2048 private key. A clone is the same key.
#[derive(Clone)]
pub struct RsaKey(Arc<rsa::KeyPair>);

impl RsaKey {
    /// A new one, which takes 60 to 300 ms.
    pub(crate) fn generate() -> Result<Self, CryptoError> {
        let pair = rsa::KeyPair::generate(rsa::KeySize::Rsa2048).map_err(|_| CryptoError::Failed)?;
        Ok(Self(Arc::new(pair)))
    }

    /// The key of a PKCS #8 PrivateKeyInfo in DER.
    pub(crate) fn from_pkcs8(der: &[u8]) -> Result<Self, CryptoError> {
        let pair = rsa::KeyPair::from_pkcs8(der).map_err(|_| CryptoError::BadKey)?;
        Ok(Self(Arc::new(pair)))
    }

    /// The key of an RSAPrivateKey of PKCS #1 in DER.
    pub(crate) fn from_pkcs1(der: &[u8]) -> Result<Self, CryptoError> {
        let pair = rsa::KeyPair::from_der(der).map_err(|_| CryptoError::BadKey)?;
        Ok(Self(Arc::new(pair)))
    }

    /// The key, if it has 2048 bits as the others have.
    pub(crate) fn of_2048_bits(self) -> Result<Self, CryptoError> {
        if self.0.public_modulus_len() == 256 { Ok(self) } else { Err(CryptoError::Unsupported) }
    }

    /// The way back.
    pub(crate) fn pkcs8(&self) -> Result<Zeroizing<Vec<u8>>, CryptoError> {
        let der: Pkcs8V1Der<'static> = self.0.as_der().map_err(|_| CryptoError::Failed)?;
        Ok(Zeroizing::new(der.as_ref().to_vec()))
    }

    /// The public half: RSAPublicKey of PKCS #1 in DER.
    pub(crate) fn public(&self) -> &[u8] {
        self.0.public_key().as_ref()
    }

    /// RSASSA-PKCS1-v1_5 with SHA-256 over `message`; writes the signature to `out`, returns its length.
    pub(crate) fn sign(&self, message: &[u8], out: &mut [u8]) -> Result<usize, CryptoError> {
        let out = out.get_mut(..self.0.public_modulus_len()).ok_or(CryptoError::TooSmall)?;
        // The padding has nothing random in it.
        self.0
            .sign(&RSA_PKCS1_SHA256, &SystemRandom::new(), message, out)
            .map_err(|_| CryptoError::Failed)?;
        Ok(out.len())
    }
}

/// Nothing: it is a private key.
impl std::fmt::Debug for RsaKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("RsaKey").finish_non_exhaustive()
    }
}
