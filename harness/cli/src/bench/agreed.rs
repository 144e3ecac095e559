//! A key agreement of PIN/UV auth protocol two (CTAP 2.1, 6.5.7): its raw operations, and what a client makes with them.

use std::hint::black_box;

use authenticator::platform::{Crypto, Way};
use aws_lc_rs::agreement::{ECDH_P256, PrivateKey, UnparsedPublicKey, agree};
use ciborium::Value;
use softkeys::Fast;

use super::BenchError;

/// The length of an AES block and of an initialization vector.
const BLOCK: usize = 16;

/// One side of a key agreement, with its private key loaded. AES, HMAC and SHA-256 are those of the fast platform.
pub(super) struct Agreed {
    private: PrivateKey,
    /// The other side, uncompressed.
    peer: [u8; 65],
    crypto: Fast,
    hmac_key: [u8; 32],
    aes_key: [u8; 32],
}

impl Agreed {
    /// With the key of a getKeyAgreement reply.
    pub(super) fn with(reply: &[u8]) -> Result<Self, BenchError> {
        let peer =
            point(reply).ok_or_else(|| BenchError::SetUp("getKeyAgreement gave no P-256 key".to_owned()))?;
        Self::new(peer)
    }

    /// With some key, for raw operations.
    pub(super) fn with_any() -> Result<Self, BenchError> {
        let peer = public(&generate()?)?;
        Self::new(peer)
    }

    fn new(peer: [u8; 65]) -> Result<Self, BenchError> {
        let private = generate()?;
        let mut agreed = Self { private, peer, crypto: Fast::new(), hmac_key: [0; 32], aes_key: [0; 32] };
        agreed.agree()?;
        Ok(agreed)
    }

    /// `decapsulate` of protocol two: ECDH, and HKDF, which is three HMACs.
    fn agree(&mut self) -> Result<(), BenchError> {
        let peer = UnparsedPublicKey::new(&ECDH_P256, black_box(&self.peer));
        let z = agree(&self.private, peer, BenchError::Raw("ECDH"), |x| {
            <[u8; 32]>::try_from(x).map_err(|_| BenchError::Raw("ECDH"))
        })?;
        let prk = self.crypto.hmac(&[0; 32], &[&z]);
        self.hmac_key = self.crypto.hmac(&prk, &[b"CTAP2 HMAC key", &[1]]);
        self.aes_key = self.crypto.hmac(&prk, &[b"CTAP2 AES key", &[1]]);
        Ok(())
    }

    /// The raw operations of getPinUvAuthTokenUsingPinWithPermissions: agreement, the PIN's hash decrypted, a token
    /// encrypted. The key agreement key is there: an authenticator makes it once after power-on.
    pub(super) fn raw_token(&mut self) -> Result<(), BenchError> {
        self.agree()?;
        self.crypt(Way::Decrypt, &mut [0x44; BLOCK])?;
        self.crypt(Way::Encrypt, &mut [0x55; 32])
    }

    /// The raw operations of hmac-secret with one salt, without the assertion's signature: agreement, the salt verified and
    /// decrypted, the credential's random value and the output as HMACs, the output encrypted.
    pub(super) fn raw_secret(&mut self) -> Result<(), BenchError> {
        self.agree()?;
        let mut salt = [0x66; BLOCK + 32];
        black_box(self.crypto.hmac(&self.hmac_key, &[&salt]));
        self.crypt(Way::Decrypt, &mut salt[BLOCK..])?;
        let cred_random = self.crypto.hmac(&[0x77; 32], &[b"CredRandomWithoutUV", &[0x88; 32]]);
        let mut output = self.crypto.hmac(&cred_random, &[&salt[BLOCK..]]);
        self.crypt(Way::Encrypt, &mut output)
    }

    fn crypt(&mut self, way: Way, data: &mut [u8]) -> Result<(), BenchError> {
        let crypted = self.crypto.aes_cbc(&self.aes_key, &[0x99; BLOCK], way, data);
        black_box(data);
        crypted.map_err(|_| BenchError::Raw("AES"))
    }

    /// `encrypt`.
    pub(super) fn encrypt(&mut self, plain: &[u8]) -> Result<Vec<u8>, BenchError> {
        let mut bytes = vec![0x99; BLOCK];
        bytes.extend_from_slice(plain);
        self.crypt(Way::Encrypt, &mut bytes[BLOCK..])?;
        Ok(bytes)
    }

    /// `authenticate`.
    pub(super) fn mac(&mut self, message: &[u8]) -> Vec<u8> {
        self.crypto.hmac(&self.hmac_key, &[message]).to_vec()
    }

    /// SHA-256.
    pub(super) fn sha256(&mut self, message: &[u8]) -> [u8; 32] {
        self.crypto.sha256(&[message])
    }

    /// This side's public key as a COSE_Key.
    pub(super) fn key(&self) -> Result<Value, BenchError> {
        let public = public(&self.private)?;
        let members: [(i32, Value); 5] = [
            (1, 2.into()),
            (3, (-25).into()),
            (-1, 1.into()),
            (-2, Value::Bytes(public[1..33].to_vec())),
            (-3, Value::Bytes(public[33..].to_vec())),
        ];
        Ok(Value::Map(members.into_iter().map(|(label, value)| (label.into(), value)).collect()))
    }
}

fn generate() -> Result<PrivateKey, BenchError> {
    PrivateKey::generate(&ECDH_P256).map_err(|_| BenchError::Raw("generation of a key"))
}

/// Uncompressed.
fn public(private: &PrivateKey) -> Result<[u8; 65], BenchError> {
    let public = private.compute_public_key().map_err(|_| BenchError::Raw("a public key"))?;
    public.as_ref().try_into().map_err(|_| BenchError::Raw("a public key"))
}

/// The point of the COSE_Key in member 1, uncompressed.
fn point(reply: &[u8]) -> Option<[u8; 65]> {
    let reply: Value = ciborium::from_reader(reply).ok()?;
    let key = member(&reply, 1)?;
    let (x, y) = (member(key, -2)?.as_bytes()?, member(key, -3)?.as_bytes()?);
    [&[4], x.as_slice(), y].concat().try_into().ok()
}

fn member(map: &Value, label: i32) -> Option<&Value> {
    map.as_map()?.iter().find(|(key, _)| *key == Value::from(label)).map(|(_, value)| value)
}
