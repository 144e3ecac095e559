//! The client's side of PIN and token, over an agreement of keys that costs nothing.

use authenticator::platform::Way;
use ciborium::Value;
use sha2::{Digest, Sha256};

use super::act::{Auth, Pin};
use super::pin_watch::{PinWatch, Question};
use super::platform::{aes_cbc, agreed, hmac, public_of};
use super::request::{RP_IDS, chosen, message};

/// What a client remembers of one PIN/UV auth protocol.
#[derive(Clone, Copy, Default)]
struct Session {
    /// The authenticator's key agreement key.
    peer: [u8; 32],
    token: Option<[u8; 32]>,
}

/// All clients together: they share what they know.
#[derive(Default)]
pub struct Pins {
    sessions: [Session; 2],
    /// What the request that was made last is about.
    pub asked: Option<Question>,
    /// The key's PIN.
    pub watch: PinWatch,
}

impl Pins {
    /// The power went, or all was reset: keys and tokens with it.
    pub fn forget(&mut self) {
        self.sessions = Default::default();
        self.asked = None;
    }

    /// The message of an act.
    pub fn request(&mut self, act: &Pin) -> Vec<u8> {
        let (subcommand, second) = match act {
            Pin::Retries => (1, false),
            Pin::Agreement { second } => (2, *second),
            Pin::Set { second, .. } => (3, *second),
            Pin::Change { second, .. } => (4, *second),
            Pin::Token { second, .. } => (5, *second),
            Pin::TokenByUv { second, .. } => (6, *second),
            Pin::UvRetries => (7, false),
            Pin::TokenWithPermissions { second, .. } => (9, *second),
        };
        let (shown, new) = match act {
            Pin::Set { pin, .. } => (None, Some(*pin)),
            Pin::Change { old, new, .. } => (Some(*old), Some(*new)),
            Pin::Token { pin, .. } | Pin::TokenWithPermissions { pin, .. } => (Some(*pin), None),
            _ => (None, None),
        };
        let text = |pin: Option<u8>| pin.map(|pin| chosen(&PINS, pin));
        self.asked = Some(Question { subcommand, second, shown: text(shown), new: text(new) });
        let mut members = vec![(1, Value::from(1 + u8::from(second))), (2, Value::from(subcommand))];
        let secret = self.secret(second);
        let agreement = (3, cose());
        match act {
            Pin::Retries | Pin::UvRetries | Pin::Agreement { .. } => {}
            Pin::Set { pin, .. } => {
                let new = secret.encrypt(&padded(*pin));
                members.push(agreement);
                members.push((4, secret.mac(&[&new]).into()));
                members.push((5, new.into()));
            }
            Pin::Change { old, new, .. } => {
                let (new, old) = (secret.encrypt(&padded(*new)), secret.encrypt(&hashed(*old)));
                members.push(agreement);
                members.push((4, secret.mac(&[&new, &old]).into()));
                members.push((5, new.into()));
                members.push((6, old.into()));
            }
            Pin::Token { pin, .. } => {
                members.push(agreement);
                members.push((6, secret.encrypt(&hashed(*pin)).into()));
            }
            Pin::TokenWithPermissions { pin, permissions, rp, .. } => {
                members.push(agreement);
                members.push((6, secret.encrypt(&hashed(*pin)).into()));
                allowed(&mut members, *permissions, *rp);
            }
            Pin::TokenByUv { permissions, rp, .. } => {
                members.push(agreement);
                allowed(&mut members, *permissions, *rp);
            }
        }
        message(0x06, members)
    }

    /// Takes what a good reply tells.
    pub fn take(&mut self, question: &Question, members: &Value) {
        let Question { subcommand, second, .. } = *question;
        let member = |key: i64| {
            members.as_map()?.iter().find(|(name, _)| *name == Value::from(key)).map(|(_, value)| value)
        };
        let session = usize::from(second);
        if subcommand == 2 {
            let key = member(1).and_then(Value::as_map).expect("getKeyAgreement gives a key");
            let x = key.iter().find(|(name, _)| *name == Value::from(-2)).and_then(|(_, x)| x.as_bytes());
            let x = x.and_then(|x| x.as_slice().try_into().ok()).expect("x has 32 bytes");
            self.sessions[session].peer = x;
        } else if let Some(token) = member(2).and_then(Value::as_bytes) {
            let token = self.secret(second).decrypt(token);
            self.sessions[session].token = token.try_into().ok();
        }
    }

    /// pinUvAuthParam and pinUvAuthProtocol for a message; `None` where the request has neither.
    pub fn auth(&self, auth: Auth, parts: &[&[u8]]) -> Option<(Vec<u8>, Option<u8>)> {
        let (second, key) = match auth {
            Auth::Without => return None,
            Auth::Token { second } => (second, self.sessions[usize::from(second)].token.unwrap_or_default()),
            Auth::Wrong { second } => (second, [0x77; 32]),
            Auth::Empty { second } => return Some((Vec::new(), Some(1 + u8::from(second)))),
            Auth::WithoutProtocol => return Some((vec![1; 16], None)),
        };
        Some((cut(second, hmac(&key, parts)), Some(1 + u8::from(second))))
    }

    /// The input of hmac-secret: one salt or two.
    pub fn salts(&self, second: bool, two: bool) -> Value {
        let secret = self.secret(second);
        let salts = secret.encrypt(if two { &[4; 64] } else { &[4; 32] });
        let member = |key: i64, value: Value| (Value::from(key), value);
        let mac = secret.mac(&[&salts]);
        Value::Map(vec![
            member(1, cose()),
            member(2, salts.into()),
            member(3, mac.into()),
            member(4, Value::from(1 + u8::from(second))),
        ])
    }

    fn secret(&self, second: bool) -> Secret {
        let z = agreed(&PRIVATE, &self.sessions[usize::from(second)].peer);
        if second {
            let prk = hmac(&[0; 32], &[&z]);
            Secret {
                second,
                mac_key: hmac(&prk, &[b"CTAP2 HMAC key", &[1]]),
                aes_key: hmac(&prk, &[b"CTAP2 AES key", &[1]]),
            }
        } else {
            let key = Sha256::digest(z).into();
            Secret { second, mac_key: key, aes_key: key }
        }
    }
}

/// The shared secret.
struct Secret {
    second: bool,
    mac_key: [u8; 32],
    aes_key: [u8; 32],
}

impl Secret {
    fn mac(&self, parts: &[&[u8]]) -> Vec<u8> {
        cut(self.second, hmac(&self.mac_key, parts))
    }

    fn encrypt(&self, plain: &[u8]) -> Vec<u8> {
        let iv = if self.second { [9; 16] } else { [0; 16] };
        let mut body = plain.to_vec();
        aes_cbc(&self.aes_key, &iv, Way::Encrypt, &mut body).expect("whole blocks");
        if self.second { [&iv[..], &body].concat() } else { body }
    }

    fn decrypt(&self, cipher: &[u8]) -> Vec<u8> {
        let (iv, body) = match cipher.split_first_chunk::<16>() {
            Some((iv, body)) if self.second => (*iv, body),
            _ => ([0; 16], cipher),
        };
        let mut body = body.to_vec();
        aes_cbc(&self.aes_key, &iv, Way::Decrypt, &mut body).expect("whole blocks");
        body
    }
}

fn cut(second: bool, mac: [u8; 32]) -> Vec<u8> {
    if second { mac.to_vec() } else { mac[..16].to_vec() }
}

fn allowed(members: &mut Vec<(i64, Value)>, permissions: u8, rp: Option<u8>) {
    members.push((9, Value::from(permissions)));
    if let Some(rp) = rp {
        members.push((10, Value::from(chosen(&RP_IDS, rp))));
    }
}

/// The client's key as COSE_Key.
fn cose() -> Value {
    let member = |key: i64, value: Value| (Value::from(key), value);
    Value::Map(vec![
        member(1, 2.into()),
        member(3, (-25).into()),
        member(-1, 1.into()),
        member(-2, public_of(&PRIVATE).to_vec().into()),
        member(-3, vec![2; 32].into()),
    ])
}

/// A PIN of 64 bytes with its zeros.
fn padded(pin: u8) -> [u8; 64] {
    let text = chosen(&PINS, pin).as_bytes();
    let mut block = [0; 64];
    block[..text.len()].copy_from_slice(text);
    block
}

fn hashed(pin: u8) -> [u8; 16] {
    let digest = Sha256::digest(chosen(&PINS, pin));
    std::array::from_fn(|at| digest[at])
}

const PRIVATE: [u8; 32] = [0x33; 32];
/// Too short, just long enough, with wide characters, as long as can be.
const PINS: [&str; 5] = [
    "1234",
    "123",
    "\u{e9}\u{1f511}\u{e9}\u{1f511}",
    "87654321",
    "123456789012345678901234567890123456789012345678901234567890123",
];
