//! PIN/UV auth protocols one and two (CTAP 2.1, 6.5.6 and 6.5.7):
//! <https://fidoalliance.org/specs/fido-v2.1-ps-20210615/fido-client-to-authenticator-protocol-v2.1-ps-errata-20220621.html#authnrClientPin-puaprot-abstract-dfn>

use subtle::ConstantTimeEq;
use wire::Status;
use wire::cose::{P256_LEN, PublicKey};
use zeroize::{Zeroize, Zeroizing};

use crate::look::Look;
use crate::platform::{Alg, CryptoError, Keep, KeyBlob, P256Point, Platform, Way};

/// One of the protocols.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum PinUvAuthProtocol {
    One,
    Two,
}

/// The length of an AES block and of an initialization vector.
const BLOCK: usize = 16;
/// What protocol two puts before a cipher text.
pub(crate) const OVERHEAD_MAX: usize = BLOCK;

impl PinUvAuthProtocol {
    /// By its number.
    pub(crate) fn numbered(number: u64) -> Option<Self> {
        match number {
            1 => Some(Self::One),
            2 => Some(Self::Two),
            _ => None,
        }
    }

    /// Its place in tables.
    pub(crate) fn index(self) -> usize {
        match self {
            Self::One => 0,
            Self::Two => 1,
        }
    }

    /// `verify`: protocol one keeps 16 bytes of the HMAC, protocol two all. In constant time.
    pub(crate) fn verify(self, look: &mut Look<'_>, key: &[u8; 32], message: &[&[u8]], mac: &[u8]) -> bool {
        let ours = Zeroizing::new(look.hmac(key, message));
        let kept = match self {
            Self::One => ours.get(..BLOCK).unwrap_or_default(),
            Self::Two => ours.as_slice(),
        };
        kept.ct_eq(mac).into()
    }
}

/// A key agreement key. The private half is a wrapped blob that nothing stores: it goes with the power.
pub(crate) struct Agreement {
    key: KeyBlob,
    public: P256Point,
}

impl Agreement {
    /// `regenerate`.
    pub(crate) fn generate(platform: &mut dyn Platform) -> Result<Self, Status> {
        let mut space = [0; P256_LEN];
        let (key, length) = platform.generate(Alg::ES256, Keep::Wrapped, &mut space)?;
        let PublicKey::P256 { x, y, .. } = PublicKey::decode(space.get(..length).ok_or(Status::OTHER)?)?
        else {
            return Err(Status::OTHER);
        };
        Ok(Self { key, public: P256Point { x: *x, y: *y } })
    }

    /// `getPublicKey`: a COSE_Key with alg -25, written to `out`.
    pub(crate) fn public_key<'o>(&self, out: &'o mut [u8; COSE_KEY_MAX]) -> Result<&'o [u8], Status> {
        let P256Point { x, y } = &self.public;
        let length = PublicKey::P256 { alg: Alg::ECDH_ES_HKDF_256, x, y }.encode(out)?;
        out.get(..length).ok_or(Status::OTHER)
    }

    /// `decapsulate`: the shared secret with the platform's key.
    pub(crate) fn decapsulate(
        &self,
        platform: &mut dyn Platform,
        protocol: PinUvAuthProtocol,
        peer: &P256Point,
    ) -> Result<SharedSecret, CryptoError> {
        let z = Zeroizing::new(platform.agree(&self.key, peer)?);
        Ok(SharedSecret::derive(platform, protocol, &z))
    }
}

/// Room for an encoded key agreement key; its algorithm takes one byte more than ES256.
pub(crate) const COSE_KEY_MAX: usize = P256_LEN + 1;

/// The point of the platform's key agreement key; any other key, or none, is an invalid parameter.
pub(crate) fn peer(key: &[u8]) -> Result<P256Point, Status> {
    match PublicKey::decode(key) {
        Ok(PublicKey::P256 { alg: Alg::ECDH_ES_HKDF_256, x, y }) => Ok(P256Point { x: *x, y: *y }),
        _ => Err(Status::INVALID_PARAMETER),
    }
}

/// What both sides have after a key agreement. Wiped when it is dropped.
pub(crate) struct SharedSecret {
    protocol: PinUvAuthProtocol,
    hmac_key: Zeroizing<[u8; 32]>,
    aes_key: Zeroizing<[u8; 32]>,
}

impl SharedSecret {
    /// `kdf`.
    fn derive(platform: &mut dyn Platform, protocol: PinUvAuthProtocol, z: &[u8; 32]) -> Self {
        match protocol {
            PinUvAuthProtocol::One => {
                let key = Zeroizing::new(platform.sha256(&[z]));
                Self { protocol, hmac_key: key.clone(), aes_key: key }
            }
            PinUvAuthProtocol::Two => {
                // HKDF-SHA-256 (RFC 5869) with a salt of 32 zeros; each output is one block long.
                let prk = Zeroizing::new(platform.hmac(&[0; 32], &[z]));
                let mut expand = |info: &[u8]| Zeroizing::new(platform.hmac(prk.as_slice(), &[info, &[1]]));
                Self { protocol, hmac_key: expand(b"CTAP2 HMAC key"), aes_key: expand(b"CTAP2 AES key") }
            }
        }
    }

    /// The protocol that it was agreed with.
    pub(crate) fn protocol(&self) -> PinUvAuthProtocol {
        self.protocol
    }

    /// `verify` under the shared secret.
    pub(crate) fn verify(&self, look: &mut Look<'_>, message: &[&[u8]], mac: &[u8]) -> bool {
        self.protocol.verify(look, &self.hmac_key, message, mac)
    }

    /// `decrypt`: the plain text, in `space`, which is as long as the longest that is expected. `None` for anything that is
    /// no such cipher text.
    pub(crate) fn decrypt<'o>(
        &self,
        platform: &mut dyn Platform,
        cipher: &[u8],
        space: &'o mut [u8],
    ) -> Option<&'o [u8]> {
        let (iv, body) = match self.protocol {
            PinUvAuthProtocol::One => ([0; BLOCK], cipher),
            PinUvAuthProtocol::Two => {
                let (iv, body) = cipher.split_first_chunk::<BLOCK>()?;
                (*iv, body)
            }
        };
        if body.len() % BLOCK != 0 {
            return None;
        }
        let plain = space.get_mut(..body.len())?;
        plain.copy_from_slice(body);
        platform.aes_cbc(&self.aes_key, &iv, Way::Decrypt, plain).ok()?;
        Some(plain)
    }

    /// `encrypt`: the cipher text of one to two blocks of 32 bytes, in `space`.
    pub(crate) fn encrypt<'o>(
        &self,
        platform: &mut dyn Platform,
        plain: &[u8],
        space: &'o mut [u8; OVERHEAD_MAX + 64],
    ) -> Result<&'o [u8], Status> {
        let overhead = match self.protocol {
            PinUvAuthProtocol::One => 0,
            PinUvAuthProtocol::Two => BLOCK,
        };
        let length = overhead.checked_add(plain.len()).ok_or(Status::OTHER)?;
        let out = space.get_mut(..length).ok_or(Status::OTHER)?;
        let (head, body) = out.split_at_mut_checked(overhead).ok_or(Status::OTHER)?;
        platform.fill(head);
        let mut iv = [0; BLOCK];
        if let Some(random) = head.first_chunk() {
            iv = *random;
        }
        body.copy_from_slice(plain);
        if let Err(error) = platform.aes_cbc(&self.aes_key, &iv, Way::Encrypt, body) {
            body.zeroize();
            return Err(error.into());
        }
        Ok(out)
    }
}

#[cfg(test)]
mod tests;
