//! Requests built and replies taken apart by an unrelated CBOR implementation.

use std::vec;
use std::vec::Vec;

use ciborium::Value;
use p256::ecdsa::signature::Verifier;
use p256::ecdsa::{Signature, VerifyingKey};
use sha2::{Digest, Sha256};

/// The client data hash of those who do not care.
pub(crate) const HASH: [u8; 32] = [0xcd; 32];

/// authenticatorMakeCredential.
#[derive(Clone)]
pub(crate) struct Make {
    pub(crate) rp: &'static str,
    pub(crate) user: &'static [u8],
    pub(crate) name: Option<&'static str>,
    pub(crate) algs: Vec<i64>,
    pub(crate) exclude: Option<Vec<Vec<u8>>>,
    pub(crate) rk: Option<bool>,
    pub(crate) up: Option<bool>,
    pub(crate) uv: Option<bool>,
    /// Further members.
    pub(crate) more: Vec<(i64, Value)>,
}

impl Make {
    /// The plainest request.
    pub(crate) fn at(rp: &'static str) -> Self {
        Self {
            rp,
            user: b"user",
            name: Some("Name"),
            algs: vec![-7],
            exclude: None,
            rk: None,
            up: None,
            uv: None,
            more: Vec::new(),
        }
    }

    /// A discoverable credential for a user.
    pub(crate) fn resident(rp: &'static str, user: &'static [u8]) -> Self {
        Self { user, rk: Some(true), ..Self::at(rp) }
    }

    /// The message.
    pub(crate) fn bytes(&self) -> Vec<u8> {
        let mut user = vec![(text("id"), Value::Bytes(self.user.to_vec()))];
        if let Some(name) = self.name {
            user.push((text("name"), text(name)));
            user.push((text("displayName"), text(name)));
        }
        let algs = self
            .algs
            .iter()
            .map(|alg| Value::Map(vec![(text("alg"), int(*alg)), (text("type"), text("public-key"))]));
        let mut members = vec![
            (1, Value::Bytes(HASH.to_vec())),
            (2, Value::Map(vec![(text("id"), text(self.rp))])),
            (3, Value::Map(user)),
            (4, Value::Array(algs.collect())),
        ];
        if let Some(list) = &self.exclude {
            members.push((5, descriptors(list)));
        }
        push_options(&mut members, 7, self.rk, self.up, self.uv);
        members.extend(self.more.iter().cloned());
        message(1, members)
    }
}

/// authenticatorGetAssertion.
#[derive(Clone)]
pub(crate) struct Get {
    pub(crate) rp: &'static str,
    pub(crate) allow: Option<Vec<Vec<u8>>>,
    pub(crate) rk: Option<bool>,
    pub(crate) up: Option<bool>,
    pub(crate) uv: Option<bool>,
    /// Further members.
    pub(crate) more: Vec<(i64, Value)>,
}

impl Get {
    /// With any discoverable credential.
    pub(crate) fn at(rp: &'static str) -> Self {
        Self { rp, allow: None, rk: None, up: None, uv: None, more: Vec::new() }
    }

    /// With one of these.
    pub(crate) fn with(rp: &'static str, ids: &[&[u8]]) -> Self {
        Self { allow: Some(ids.iter().map(|id| id.to_vec()).collect()), ..Self::at(rp) }
    }

    /// The message.
    pub(crate) fn bytes(&self) -> Vec<u8> {
        let mut members = vec![(1, text(self.rp)), (2, Value::Bytes(HASH.to_vec()))];
        if let Some(list) = &self.allow {
            members.push((3, descriptors(list)));
        }
        push_options(&mut members, 5, self.rk, self.up, self.uv);
        members.extend(self.more.iter().cloned());
        message(2, members)
    }
}

/// A command without parameters.
pub(crate) const GET_INFO: &[u8] = &[4];
/// A command without parameters.
pub(crate) const RESET: &[u8] = &[7];
/// A command without parameters.
pub(crate) const GET_NEXT_ASSERTION: &[u8] = &[8];
/// A command without parameters.
pub(crate) const SELECTION: &[u8] = &[11];

/// A command byte and a map, whose keys are put in order.
pub(crate) fn message(command: u8, mut members: Vec<(i64, Value)>) -> Vec<u8> {
    members.sort_by_key(|(key, _)| *key);
    let map = Value::Map(members.into_iter().map(|(key, value)| (int(key), value)).collect());
    let mut bytes = vec![command];
    ciborium::into_writer(&map, &mut bytes).unwrap();
    bytes
}

fn push_options(
    members: &mut Vec<(i64, Value)>,
    key: i64,
    rk: Option<bool>,
    up: Option<bool>,
    uv: Option<bool>,
) {
    let options = [("rk", rk), ("up", up), ("uv", uv)];
    let set: Vec<_> =
        options.into_iter().filter_map(|(name, value)| Some((text(name), Value::Bool(value?)))).collect();
    if !set.is_empty() {
        members.push((key, Value::Map(set)));
    }
}

fn descriptors(ids: &[Vec<u8>]) -> Value {
    let one = |id: &Vec<u8>| {
        Value::Map(vec![(text("id"), Value::Bytes(id.clone())), (text("type"), text("public-key"))])
    };
    Value::Array(ids.iter().map(one).collect())
}

pub(crate) fn text(text: &str) -> Value {
    Value::Text(text.into())
}

pub(crate) fn int(value: i64) -> Value {
    Value::Integer(value.into())
}

/// The map of a reply with status OK; nothing follows it.
pub(crate) fn members(reply: &[u8]) -> Value {
    assert_eq!(reply[0], 0, "status of {reply:02x?}");
    let mut rest = &reply[1..];
    let value = ciborium::from_reader(&mut rest).unwrap();
    assert!(rest.is_empty());
    value
}

/// A member with an integer key.
pub(crate) fn member(map: &Value, key: i64) -> Option<Value> {
    map.as_map().unwrap().iter().find(|(name, _)| *name == int(key)).map(|(_, value)| value.clone())
}

/// A member with a text key.
pub(crate) fn named(map: &Value, key: &str) -> Option<Value> {
    map.as_map().unwrap().iter().find(|(name, _)| *name == text(key)).map(|(_, value)| value.clone())
}

/// The bytes of a member.
pub(crate) fn bytes_of(value: Option<Value>) -> Vec<u8> {
    value.unwrap().into_bytes().unwrap()
}

/// A registration's reply, taken apart.
pub(crate) struct Made {
    pub(crate) fmt: std::string::String,
    pub(crate) auth_data: Vec<u8>,
    pub(crate) att_stmt: Value,
    pub(crate) flags: u8,
    pub(crate) count: u32,
    pub(crate) aaguid: Vec<u8>,
    pub(crate) id: Vec<u8>,
    pub(crate) key: VerifyingKey,
}

impl Made {
    /// Takes a reply apart by hand: offsets of WebAuthn, 6.1 and 6.5.1.
    pub(crate) fn of(reply: &[u8]) -> Self {
        let map = members(reply);
        let auth_data = bytes_of(member(&map, 2));
        let length = usize::from(u16::from_be_bytes([auth_data[53], auth_data[54]]));
        let (id, cose) = auth_data[55..].split_at(length);
        Self {
            fmt: member(&map, 1).unwrap().into_text().unwrap(),
            att_stmt: member(&map, 3).unwrap(),
            flags: auth_data[32],
            count: u32::from_be_bytes(auth_data[33..37].try_into().unwrap()),
            aaguid: auth_data[37..53].to_vec(),
            id: id.to_vec(),
            key: public_key(cose),
            auth_data,
        }
    }

    /// What the statement's signature covers.
    pub(crate) fn signed(&self) -> Vec<u8> {
        [&self.auth_data[..], &HASH].concat()
    }

    /// The statement's signature verifies.
    pub(crate) fn verify(&self, key: &VerifyingKey, signed: &[u8]) {
        verify(key, signed, &bytes_of(named(&self.att_stmt, "sig")));
    }
}

fn public_key(cose: &[u8]) -> VerifyingKey {
    // Extension outputs may follow.
    let map: Value = ciborium::from_reader(cose).unwrap();
    assert_eq!((member(&map, 1), member(&map, 3)), (Some(int(2)), Some(int(-7))));
    let point = [&[4], &bytes_of(member(&map, -2))[..], &bytes_of(member(&map, -3))].concat();
    VerifyingKey::from_sec1_bytes(&point).unwrap()
}

/// An assertion's reply, taken apart.
pub(crate) struct Got {
    pub(crate) id: Vec<u8>,
    pub(crate) auth_data: Vec<u8>,
    pub(crate) flags: u8,
    pub(crate) count: u32,
    pub(crate) signature: Vec<u8>,
    pub(crate) user: Option<Value>,
    pub(crate) number: Option<Value>,
}

impl Got {
    /// Takes a reply apart.
    pub(crate) fn of(reply: &[u8]) -> Self {
        let map = members(reply);
        let auth_data = bytes_of(member(&map, 2));
        assert_eq!(auth_data.len(), 37);
        Self {
            id: bytes_of(named(&member(&map, 1).unwrap(), "id")),
            flags: auth_data[32],
            count: u32::from_be_bytes(auth_data[33..37].try_into().unwrap()),
            signature: bytes_of(member(&map, 3)),
            user: member(&map, 4),
            number: member(&map, 5),
            auth_data,
        }
    }

    /// It was made at `rp` by the credential.
    pub(crate) fn verify(&self, rp: &str, made: &Made) {
        assert_eq!(self.id, made.id);
        assert_eq!(self.auth_data[..32], rp_hash(rp));
        verify(&made.key, &[&self.auth_data[..], &HASH].concat(), &self.signature);
    }

    /// The id of the account.
    pub(crate) fn user_id(&self) -> Vec<u8> {
        bytes_of(named(self.user.as_ref().unwrap(), "id"))
    }
}

/// The signature verifies.
pub(crate) fn verify(key: &VerifyingKey, signed: &[u8], signature: &[u8]) {
    key.verify(signed, &Signature::from_der(signature).unwrap()).unwrap();
}

/// SHA-256 of an RP id.
pub(crate) fn rp_hash(rp: &str) -> [u8; 32] {
    Sha256::digest(rp).into()
}
