//! The shape of JSON: members and types, and constants of the protocol as they are.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value, json};

/// What values at one place looked like.
#[derive(Debug, Default)]
pub(super) struct Shape {
    /// `string`, `null`, or a constant as JSON has it.
    leaves: BTreeSet<String>,
    objects: usize,
    members: BTreeMap<String, Member>,
    arrays: usize,
    element: Option<Box<Shape>>,
}

#[derive(Debug, Default)]
struct Member {
    times: usize,
    shape: Shape,
}

impl Shape {
    /// One more value, found as the member `name`.
    pub(super) fn take(&mut self, value: &Value, name: &str, literals: &[&str]) {
        let named = CONSTANTS.contains(&name) || value.is_string() && literals.contains(&name);
        // The same name may stand for data elsewhere: `attestation` is a setting, and in Authelia's list of keys a whole object.
        let is_constant = named && value.as_str().is_none_or(|text| text.len() <= LONGEST);
        let leaf = match value {
            Value::Array(all) => {
                self.arrays += 1;
                for one in all {
                    self.element.get_or_insert_default().take(one, name, literals);
                }
                return;
            }
            Value::Object(members) => {
                self.objects += 1;
                for (name, value) in members {
                    let member = self.members.entry(name.clone()).or_default();
                    member.times += 1;
                    member.shape.take(value, name, literals);
                }
                return;
            }
            constant if is_constant => constant.to_string(),
            Value::Null => "null".to_owned(),
            Value::Bool(_) => "boolean".to_owned(),
            Value::Number(_) => "number".to_owned(),
            Value::String(_) => "string".to_owned(),
        };
        self.leaves.insert(leaf);
    }

    /// As the file has it; `other` is what bodies were that are no JSON.
    pub(super) fn record(&self, other: &BTreeSet<&'static str>) -> Value {
        let mut all = Vec::new();
        let leaves: Vec<&str> = self.leaves.iter().map(String::as_str).chain(other.iter().copied()).collect();
        if !leaves.is_empty() {
            all.push(json!(leaves.join(" | ")));
        }
        let nothing = BTreeSet::new();
        if self.arrays > 0 {
            let element = self.element.as_ref().map(|element| element.record(&nothing));
            all.push(Value::Array(element.into_iter().collect()));
        }
        if self.objects > 0 {
            let member = |(name, member): (&String, &Member)| {
                let mark = if member.times < self.objects { "?" } else { "" };
                (format!("{name}{mark}"), member.shape.record(&nothing))
            };
            all.push(Value::Object(self.members.iter().map(member).collect::<Map<String, Value>>()));
        }
        match all.len() {
            1 => all.pop().unwrap_or_default(),
            _ => json!({ "any of": all }),
        }
    }
}

/// Longer texts are no constants of a protocol.
const LONGEST: usize = 100;
/// Members of WebAuthn's dictionaries whose values are constants of the protocol, or settings of the server.
const CONSTANTS: [&str; 14] = [
    "type",
    "alg",
    "timeout",
    "attestation",
    "authenticatorAttachment",
    "residentKey",
    "requireResidentKey",
    "userVerification",
    "transports",
    "credProps",
    "credentialProtectionPolicy",
    "enforceCredentialProtectionPolicy",
    "uvm",
    "hints",
];
