//! Owned copies of the parts of messages, as arbitrary values, borrowed as wire types and as the twin's.

use std::string::String;
use std::vec::Vec;

use ciborium::Value;
use proptest::collection::vec;
use proptest::option::of;
use proptest::prelude::*;

use super::twin;
use crate::cose::Alg;
use crate::ctap2::{Descriptor, List, Options, Parameter, RpEntity, UserEntity};

pub fn bytes(value: &[u8]) -> Option<Value> {
    Some(Value::Bytes(value.to_vec()))
}

pub fn text(value: &str) -> Option<Value> {
    Some(Value::from(value))
}

pub fn texts(values: &[String]) -> Value {
    Value::Array(values.iter().map(|value| Value::from(value.as_str())).collect())
}

pub fn strs(values: &[String]) -> Vec<&str> {
    values.iter().map(String::as_str).collect()
}

#[derive(Debug, Clone)]
pub struct Rp(pub String, pub Option<String>, pub Option<String>);

impl Rp {
    pub fn any() -> impl Strategy<Value = Self> {
        (twin::word(), of(twin::word()), of(twin::word())).prop_map(|(id, icon, name)| Self(id, icon, name))
    }

    pub fn wire(&self) -> RpEntity<'_> {
        RpEntity { id: &self.0, icon: self.1.as_deref(), name: self.2.as_deref(), ..RpEntity::EMPTY }
    }

    pub fn twin(&self) -> Value {
        let optional = |value: &Option<String>| value.as_deref().and_then(text);
        twin::texts([("id", text(&self.0)), ("name", optional(&self.2)), ("icon", optional(&self.1))])
    }
}

#[derive(Debug, Clone)]
pub struct User(pub Vec<u8>, pub Option<String>, pub Option<String>, pub Option<String>);

impl User {
    pub fn any() -> impl Strategy<Value = Self> {
        (vec(any::<u8>(), 0..65), of(twin::word()), of(twin::word()), of(twin::word()))
            .prop_map(|(id, icon, name, display)| Self(id, icon, name, display))
    }

    pub fn wire(&self) -> UserEntity<'_> {
        UserEntity {
            id: &self.0,
            icon: self.1.as_deref(),
            name: self.2.as_deref(),
            display_name: self.3.as_deref(),
            ..UserEntity::EMPTY
        }
    }

    pub fn twin(&self) -> Value {
        let optional = |value: &Option<String>| value.as_deref().and_then(text);
        twin::texts([
            ("id", bytes(&self.0)),
            ("icon", optional(&self.1)),
            ("name", optional(&self.2)),
            ("displayName", optional(&self.3)),
        ])
    }
}

#[derive(Debug, Clone)]
pub struct Credential(pub Vec<u8>, pub String, pub Option<Vec<String>>);

impl Credential {
    pub fn any() -> impl Strategy<Value = Self> {
        let kind = prop_oneof![3 => Just(String::from("public-key")), 1 => twin::word()];
        (vec(any::<u8>(), 0..100), kind, of(vec(twin::word(), 0..4)))
            .prop_map(|(id, kind, transports)| Self(id, kind, transports))
    }

    /// Calls `with` with the wire type, which borrows its list.
    pub fn with<T>(&self, with: impl FnOnce(Descriptor<'_>) -> T) -> T {
        let transports = self.2.as_deref().map(strs);
        let transports = transports.as_deref().map(List::from);
        with(Descriptor { id: &self.0, kind: &self.1, transports, ..Descriptor::EMPTY })
    }

    pub fn twin(&self) -> Value {
        twin::texts([
            ("id", bytes(&self.0)),
            ("type", text(&self.1)),
            ("transports", self.2.as_deref().map(texts)),
        ])
    }
}

/// Calls `with` with the wire types of all `credentials`.
pub fn with_all<T>(credentials: &[Credential], with: impl FnOnce(&[Descriptor<'_>]) -> T) -> T {
    let transports: Vec<_> = credentials.iter().map(|credential| credential.2.as_deref().map(strs)).collect();
    let descriptors: Vec<_> = credentials
        .iter()
        .zip(&transports)
        .map(|(credential, transports)| Descriptor {
            id: &credential.0,
            kind: &credential.1,
            transports: transports.as_deref().map(List::from),
            ..Descriptor::EMPTY
        })
        .collect();
    with(&descriptors)
}

pub fn parameter(alg: i32, kind: &str) -> Parameter<'_> {
    Parameter { alg: Alg(alg), kind, ..Parameter::EMPTY }
}

pub fn parameters(values: &[(i32, String)]) -> (Vec<Parameter<'_>>, Value) {
    let wire = values.iter().map(|(alg, kind)| parameter(*alg, kind)).collect();
    let twin = values
        .iter()
        .map(|(alg, kind)| twin::texts([("alg", Some(Value::from(*alg))), ("type", text(kind))]));
    (wire, Value::Array(twin.collect()))
}

pub type Switches = (Option<bool>, Option<bool>, Option<bool>);

pub fn options((rk, up, uv): Switches) -> (Options<'static>, Value) {
    let bool = |value: Option<bool>| value.map(Value::from);
    (
        Options { rk, up, uv, ..Options::EMPTY },
        twin::texts([("rk", bool(rk)), ("up", bool(up)), ("uv", bool(uv))]),
    )
}
