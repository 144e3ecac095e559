//! The platform's side of PIN/UV auth protocols one and two, from unrelated crates, and what a platform asks by PIN.

use std::vec;
use std::vec::Vec;

use aes::Aes256;
use cbc::cipher::array::Array;
use cbc::cipher::{BlockModeDecrypt, BlockModeEncrypt, KeyIvInit};
use ciborium::Value;
use hkdf::Hkdf;
use hmac::{Hmac, KeyInit, Mac};
use p256::SecretKey;
use sha2::{Digest, Sha256};

use super::key::Key;
use super::message::{HASH, bytes_of, int, member, members, message, text};
use crate::Step;
use wire::Status;

/// Permissions.
pub(crate) const MC: i64 = 1;
pub(crate) const GA: i64 = 2;
pub(crate) const CM: i64 = 4;
pub(crate) const ACFG: i64 = 0x20;

/// A shared secret with the platform's public key.
pub(crate) struct Shared {
    pub(crate) protocol: i64,
    hmac_key: Vec<u8>,
    aes_key: [u8; 32],
    x: Vec<u8>,
    y: Vec<u8>,
}

impl Shared {
    /// Asks for the key agreement key, and agrees.
    pub(crate) fn with(key: &mut Key, protocol: i64) -> Self {
        let reply = key.send(&pin_request(vec![(1, int(protocol)), (2, int(2))]));
        Self::from(&member(&members(&reply), 1).unwrap(), protocol)
    }

    fn from(theirs: &Value, protocol: i64) -> Self {
        assert_eq!((member(theirs, 1), member(theirs, 3)), (Some(int(2)), Some(int(-25))));
        assert_eq!(member(theirs, -1), Some(int(1)));
        let point = [&[4], &bytes_of(member(theirs, -2))[..], &bytes_of(member(theirs, -3))].concat();
        let theirs = p256::PublicKey::from_sec1_bytes(&point).unwrap();
        let secret = SecretKey::from_slice(&[protocol as u8 + 1; 32]).unwrap();
        let shared = p256::ecdh::diffie_hellman(secret.to_nonzero_scalar(), theirs.as_affine());
        let z = shared.raw_secret_bytes();
        let ours = p256::ecdsa::VerifyingKey::from(secret.public_key()).to_sec1_point(false);
        let (hmac_key, aes_key) = match protocol {
            1 => (Sha256::digest(z).to_vec(), Sha256::digest(z).into()),
            _ => {
                let hkdf = Hkdf::<Sha256>::new(Some(&[0; 32]), z);
                let (mut mac, mut aes) = ([0; 32], [0; 32]);
                hkdf.expand(b"CTAP2 HMAC key", &mut mac).unwrap();
                hkdf.expand(b"CTAP2 AES key", &mut aes).unwrap();
                (mac.to_vec(), aes)
            }
        };
        Self { protocol, hmac_key, aes_key, x: ours.x().unwrap().to_vec(), y: ours.y().unwrap().to_vec() }
    }

    /// The platform's key as a COSE_Key.
    pub(crate) fn public(&self) -> Value {
        let entries = [
            (1, int(2)),
            (3, int(-25)),
            (-1, int(1)),
            (-2, Value::Bytes(self.x.clone())),
            (-3, Value::Bytes(self.y.clone())),
        ];
        Value::Map(entries.into_iter().map(|(key, value)| (int(key), value)).collect())
    }

    pub(crate) fn encrypt(&self, plain: &[u8]) -> Vec<u8> {
        let iv: [u8; 16] = if self.protocol == 1 { [0; 16] } else { [0x5a; 16] };
        let mut data = plain.to_vec();
        let (blocks, rest) = Array::slice_as_chunks_mut(&mut data);
        assert!(rest.is_empty());
        cbc::Encryptor::<Aes256>::new(&Array(self.aes_key), &Array(iv)).encrypt_blocks(blocks);
        if self.protocol == 1 { data } else { [&iv[..], &data].concat() }
    }

    pub(crate) fn decrypt(&self, cipher: &[u8]) -> Vec<u8> {
        let (iv, body) = match self.protocol {
            1 => ([0; 16], cipher),
            _ => (cipher[..16].try_into().unwrap(), &cipher[16..]),
        };
        let mut data = body.to_vec();
        let (blocks, rest) = Array::slice_as_chunks_mut(&mut data);
        assert!(rest.is_empty());
        cbc::Decryptor::<Aes256>::new(&Array(self.aes_key), &Array(iv)).decrypt_blocks(blocks);
        data
    }

    pub(crate) fn mac(&self, message: &[u8]) -> Vec<u8> {
        mac(&self.hmac_key, self.protocol, message)
    }

    /// The hash of a PIN, encrypted.
    pub(crate) fn pin_hash(&self, pin: &str) -> Vec<u8> {
        self.encrypt(&Sha256::digest(pin)[..16])
    }

    /// A new PIN, padded and encrypted.
    pub(crate) fn new_pin(&self, pin: &[u8]) -> Vec<u8> {
        let mut padded = pin.to_vec();
        padded.resize(64, 0);
        self.encrypt(&padded)
    }

    /// The members of setPIN.
    pub(crate) fn set_pin(&self, pin: &[u8]) -> Vec<(i64, Value)> {
        let enc = self.new_pin(pin);
        vec![
            (1, int(self.protocol)),
            (2, int(3)),
            (3, self.public()),
            (4, Value::Bytes(self.mac(&enc))),
            (5, Value::Bytes(enc)),
        ]
    }

    /// The members of changePIN.
    pub(crate) fn change_pin(&self, old: &str, new: &[u8]) -> Vec<(i64, Value)> {
        let (enc, hash) = (self.new_pin(new), self.pin_hash(old));
        vec![
            (1, int(self.protocol)),
            (2, int(4)),
            (3, self.public()),
            (4, Value::Bytes(self.mac(&[&enc[..], &hash].concat()))),
            (5, Value::Bytes(enc)),
            (6, Value::Bytes(hash)),
        ]
    }

    /// The members of getPinToken.
    pub(crate) fn pin_token(&self, pin: &str) -> Vec<(i64, Value)> {
        vec![(1, int(self.protocol)), (2, int(5)), (3, self.public()), (6, Value::Bytes(self.pin_hash(pin)))]
    }

    /// The members of getPinUvAuthTokenUsingPinWithPermissions.
    pub(crate) fn token_by_pin(&self, pin: &str, permissions: i64, rp: Option<&str>) -> Vec<(i64, Value)> {
        let mut members = self.pin_token(pin);
        members[1].1 = int(9);
        members.push((9, int(permissions)));
        members.extend(rp.map(|rp| (10, text(rp))));
        members
    }

    /// The members of getPinUvAuthTokenUsingUvWithPermissions.
    pub(crate) fn token_by_uv(&self, permissions: i64, rp: Option<&str>) -> Vec<(i64, Value)> {
        let mut members =
            vec![(1, int(self.protocol)), (2, int(6)), (3, self.public()), (9, int(permissions))];
        members.extend(rp.map(|rp| (10, text(rp))));
        members
    }

    /// The token in a reply.
    pub(crate) fn token(&self, reply: &[u8]) -> Result<Token, Status> {
        if reply[0] != 0 {
            assert_eq!(reply.len(), 1);
            return Err(Status(reply[0]));
        }
        let cipher = bytes_of(member(&members(reply), 2));
        let value = self.decrypt(&cipher);
        assert_eq!(value.len(), 32);
        Ok(Token { protocol: self.protocol, value })
    }
}

fn mac(key: &[u8], protocol: i64, message: &[u8]) -> Vec<u8> {
    let mut mac = <Hmac<Sha256> as KeyInit>::new_from_slice(key).unwrap();
    mac.update(message);
    let mac = mac.finalize().into_bytes();
    if protocol == 1 { mac[..16].to_vec() } else { mac.to_vec() }
}

/// authenticatorClientPIN.
pub(crate) fn pin_request(members: Vec<(i64, Value)>) -> Vec<u8> {
    message(6, members)
}

/// A token in the platform's hands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Token {
    pub(crate) protocol: i64,
    pub(crate) value: Vec<u8>,
}

impl Token {
    pub(crate) fn mac(&self, message: &[u8]) -> Vec<u8> {
        mac(&self.value, self.protocol, message)
    }

    /// The members that makeCredential needs.
    pub(crate) fn for_make(&self) -> Vec<(i64, Value)> {
        vec![(8, Value::Bytes(self.mac(&HASH))), (9, int(self.protocol))]
    }

    /// The members that getAssertion needs.
    pub(crate) fn for_get(&self) -> Vec<(i64, Value)> {
        vec![(6, Value::Bytes(self.mac(&HASH))), (7, int(self.protocol))]
    }
}

impl Key {
    pub(crate) fn pin(&mut self, members: Vec<(i64, Value)>) -> Vec<u8> {
        self.send(&pin_request(members))
    }

    pub(crate) fn pin_status(&mut self, members: Vec<(i64, Value)>) -> Status {
        Status(self.pin(members)[0])
    }

    /// setPIN.
    pub(crate) fn set_pin(&mut self, protocol: i64, pin: &str) -> Status {
        let shared = Shared::with(self, protocol);
        self.pin_status(shared.set_pin(pin.as_bytes()))
    }

    /// changePIN.
    pub(crate) fn change_pin(&mut self, protocol: i64, old: &str, new: &str) -> Status {
        let shared = Shared::with(self, protocol);
        self.pin_status(shared.change_pin(old, new.as_bytes()))
    }

    /// getPinToken.
    pub(crate) fn pin_token(&mut self, protocol: i64, pin: &str) -> Result<Token, Status> {
        let shared = Shared::with(self, protocol);
        let reply = self.pin(shared.pin_token(pin));
        shared.token(&reply)
    }

    /// getPinUvAuthTokenUsingPinWithPermissions.
    pub(crate) fn token(
        &mut self,
        protocol: i64,
        pin: &str,
        permissions: i64,
        rp: Option<&str>,
    ) -> Result<Token, Status> {
        let shared = Shared::with(self, protocol);
        let reply = self.pin(shared.token_by_pin(pin, permissions, rp));
        shared.token(&reply)
    }

    /// getPinUvAuthTokenUsingUvWithPermissions, with a willing user.
    pub(crate) fn uv_token(
        &mut self,
        protocol: i64,
        permissions: i64,
        rp: Option<&str>,
    ) -> Result<Token, Status> {
        let shared = Shared::with(self, protocol);
        let reply = self.pin(shared.token_by_uv(permissions, rp));
        shared.token(&reply)
    }

    /// pinRetries and powerCycleState.
    pub(crate) fn pin_retries(&mut self) -> (u8, bool) {
        let map = members(&self.pin(vec![(2, int(1))]));
        let number = |value: Value| u8::try_from(i128::from(value.into_integer().unwrap())).unwrap();
        (number(member(&map, 3).unwrap()), member(&map, 4).unwrap().into_bool().unwrap())
    }

    /// uvRetries.
    pub(crate) fn uv_retries(&mut self) -> u8 {
        let map = members(&self.pin(vec![(2, int(7))]));
        u8::try_from(i128::from(member(&map, 5).unwrap().into_integer().unwrap())).unwrap()
    }

    /// Power off and on.
    pub(crate) fn replug(self) -> Self {
        let profile = *self.authenticator.profile();
        Self::over(self.bench, profile)
    }

    /// The step after a clientPIN request.
    pub(crate) fn pin_step(&mut self, members: Vec<(i64, Value)>) -> Step {
        self.request(super::key::HERE, &pin_request(members))
    }
}
