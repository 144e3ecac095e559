//! The platform's side of PIN/UV auth protocols one and two
//! ([CTAP, sections 6.5.6 and 6.5.7](https://fidoalliance.org/specs/fido-v2.2-ps-20250714/fido-client-to-authenticator-protocol-v2.2-ps-20250714.html#pinProto1)).

use aes::Aes256;
use aws_lc_rs::agreement::{self, ECDH_P256, PrivateKey, UnparsedPublicKey};
use cbc::cipher::{Array, BlockModeDecrypt, BlockModeEncrypt, KeyIvInit};
use hkdf::Hkdf;
use hmac::{Hmac, KeyInit, Mac};
use sha2::{Digest, Sha256};
use wire::Alg;
use wire::cose::{P256_LEN, PublicKey};
use zeroize::Zeroizing;

use crate::random::Random;

/// One of the protocols.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum PinUvAuthProtocol {
    One,
    Two,
}

/// The length of an AES block and of an initialization vector.
const BLOCK: usize = 16;

impl PinUvAuthProtocol {
    /// The one that is used with a key that has these: two if it can.
    pub(crate) fn best(numbers: &[u64]) -> Option<Self> {
        [Self::Two, Self::One].into_iter().find(|protocol| numbers.contains(&protocol.number()))
    }

    /// Its number.
    pub(crate) fn number(self) -> u64 {
        match self {
            Self::One => 1,
            Self::Two => 2,
        }
    }

    /// `authenticate`: protocol one sends 16 bytes of the HMAC, protocol two all.
    pub(crate) fn authenticate(self, key: &[u8], message: &[&[u8]]) -> Vec<u8> {
        let mut mac = hmac(key, message).to_vec();
        if self == Self::One {
            mac.truncate(BLOCK);
        }
        mac
    }
}

/// What `encapsulate` gives.
pub(crate) struct Encapsulated {
    /// The platform's public key, a COSE_Key.
    pub(crate) key_agreement: Vec<u8>,
    /// What both sides have now.
    pub(crate) secret: SharedSecret,
}

/// `encapsulate` with the key's key agreement key; the error says what is wrong with that key.
pub(crate) fn encapsulate(
    protocol: PinUvAuthProtocol,
    peer: &[u8],
    random: &mut dyn Random,
) -> Result<Encapsulated, &'static str> {
    let peer = match PublicKey::decode(peer) {
        // The algorithm means nothing: keys have been seen to declare others than the specification's.
        Ok(PublicKey::P256 { x, y, .. }) => [&[4], x.as_slice(), y].concat(),
        _ => return Err("the key agreement key is not a P-256 key"),
    };
    let own = private_key(random).ok_or("no key agreement key could be made")?;
    let public = own.compute_public_key().map_err(|_| "no key agreement key could be made")?;
    let key_agreement = cose_key(public.as_ref()).ok_or("no key agreement key could be made")?;
    let off_curve = "the key agreement key is not on P-256";
    let secret = agreement::agree(&own, UnparsedPublicKey::new(&ECDH_P256, peer), off_curve, |z| {
        Ok(SharedSecret::derive(protocol, z))
    })?;
    Ok(Encapsulated { key_agreement, secret })
}

/// A P-256 key from random bytes; those that are no scalar are passed over.
fn private_key(random: &mut dyn Random) -> Option<PrivateKey> {
    (0..8).find_map(|_| {
        let mut scalar = Zeroizing::new([0; 32]);
        random.fill(scalar.as_mut());
        PrivateKey::from_private_key(&ECDH_P256, scalar.as_slice()).ok()
    })
}

fn cose_key(point: &[u8]) -> Option<Vec<u8>> {
    let (x, y) = point.strip_prefix(&[4])?.split_first_chunk::<32>()?;
    let key = PublicKey::P256 { alg: Alg::ECDH_ES_HKDF_256, x, y: y.try_into().ok()? };
    // The algorithm takes one byte more than ES256.
    let mut out = vec![0; P256_LEN + 1];
    let length = key.encode(&mut out).ok()?;
    out.truncate(length);
    Some(out)
}

/// What both sides have after a key agreement. Wiped when it is dropped, and never shown.
pub(crate) struct SharedSecret {
    protocol: PinUvAuthProtocol,
    hmac_key: Zeroizing<[u8; 32]>,
    aes_key: Zeroizing<[u8; 32]>,
}

impl SharedSecret {
    /// `kdf`.
    pub(crate) fn derive(protocol: PinUvAuthProtocol, z: &[u8]) -> Self {
        let mut hmac_key = Zeroizing::new([0; 32]);
        let mut aes_key = Zeroizing::new([0; 32]);
        match protocol {
            PinUvAuthProtocol::One => {
                hmac_key.copy_from_slice(&Sha256::digest(z));
                aes_key.copy_from_slice(hmac_key.as_slice());
            }
            PinUvAuthProtocol::Two => {
                let hkdf = Hkdf::<Sha256>::new(Some(&[0; 32]), z);
                for (info, key) in [(&b"CTAP2 HMAC key"[..], &mut hmac_key), (b"CTAP2 AES key", &mut aes_key)]
                {
                    // 32 bytes are one block: this length is always given.
                    let expanded = hkdf.expand(info, key.as_mut());
                    debug_assert!(expanded.is_ok());
                }
            }
        }
        Self { protocol, hmac_key, aes_key }
    }

    /// The protocol that it was agreed with.
    pub(crate) fn protocol(&self) -> PinUvAuthProtocol {
        self.protocol
    }

    /// `encrypt`: the plain text is a whole number of blocks.
    pub(crate) fn encrypt(&self, plain: &[u8], random: &mut dyn Random) -> Vec<u8> {
        let mut iv = [0; BLOCK];
        let mut out = Vec::with_capacity(BLOCK + plain.len());
        if self.protocol == PinUvAuthProtocol::Two {
            random.fill(&mut iv);
            out.extend(iv);
        }
        let overhead = out.len();
        out.extend(plain);
        let (blocks, rest) = Array::slice_as_chunks_mut(out.get_mut(overhead..).unwrap_or_default());
        debug_assert!(rest.is_empty());
        cbc::Encryptor::<Aes256>::new(&Array(*self.aes_key), &Array(iv)).encrypt_blocks(blocks);
        out
    }

    /// `decrypt`; `None` for anything that is no such cipher text.
    pub(crate) fn decrypt(&self, cipher: &[u8]) -> Option<Zeroizing<Vec<u8>>> {
        let (iv, body) = match self.protocol {
            PinUvAuthProtocol::One => ([0; BLOCK], cipher),
            PinUvAuthProtocol::Two => {
                let (iv, body) = cipher.split_first_chunk::<BLOCK>()?;
                (*iv, body)
            }
        };
        let mut plain = Zeroizing::new(body.to_vec());
        let (blocks, rest) = Array::slice_as_chunks_mut(plain.as_mut_slice());
        if !rest.is_empty() {
            return None;
        }
        cbc::Decryptor::<Aes256>::new(&Array(*self.aes_key), &Array(iv)).decrypt_blocks(blocks);
        Some(plain)
    }

    /// `authenticate` under the shared secret.
    pub(crate) fn authenticate(&self, message: &[&[u8]]) -> Vec<u8> {
        self.protocol.authenticate(self.hmac_key.as_slice(), message)
    }
}

fn hmac(key: &[u8], message: &[&[u8]]) -> [u8; 32] {
    // HMAC takes a key of any length: this cannot fail.
    let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(key) else { return [0; 32] };
    for part in message {
        mac.update(part);
    }
    mac.finalize().into_bytes().into()
}

#[cfg(test)]
mod tests;
