//! Which policies a server can be given, and what they are called there.

use std::collections::BTreeMap;

use plan::Policy;
use serde_json::{Map, Value};

use super::rule::is;
use super::template::{Scope, plain};
use crate::target::TargetError;

/// The member of `policy` and of conditions that says whose roots the server is given.
pub(super) const ANCHORS: &str = "anchors";

/// Which policies a server can be given.
#[derive(Clone, Debug, Default)]
pub(super) struct Supports {
    /// By member of the policy; a member that is missing has its default only.
    pub(super) members: BTreeMap<String, Words>,
    /// What does not go together.
    pub(super) lacks: Vec<Lack>,
}

/// The values of a member that the server knows.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Words {
    /// Each, in the bench's own words.
    Any,
    /// The bench's word to the server's; `None`: members of a list that the server lacks are left out.
    Map(Vec<(String, Option<Value>)>),
}

/// Something that the server lacks.
#[derive(Clone, Debug)]
pub(super) struct Lack {
    /// All of these hold.
    pub(super) when: Vec<(String, Value)>,
    pub(super) why: String,
}

impl Supports {
    /// The policy in the server's words.
    ///
    /// # Errors
    /// [`TargetError::Unsupported`] with the reason.
    pub(super) fn words(&self, policy: &Policy, own_anchors: bool, name: &str) -> Result<Value, TargetError> {
        let mut bench = object(policy);
        let anchors = if own_anchors { "own" } else { "other" };
        bench.insert(ANCHORS.to_owned(), anchors.into());
        for lack in &self.lacks {
            if lack.when.iter().all(|(member, wanted)| holds(bench.get(member), wanted)) {
                return Err(unsupported(name, &lack.why));
            }
        }
        let mut default = object(&Policy::default());
        default.insert(ANCHORS.to_owned(), "own".into());
        let mut words = Map::new();
        for (member, value) in bench {
            let word = match self.members.get(&member) {
                None if default.get(&member) == Some(&value) => value,
                None => {
                    let why =
                        format!("its file does not say how `{member}` is set, here to {}", plain(&value));
                    return Err(unsupported(name, &why));
                }
                Some(Words::Any) => value,
                Some(Words::Map(map)) => map_value(map, &member, value, name)?,
            };
            words.insert(member, word);
        }
        Ok(Value::Object(words))
    }
}

fn holds(value: Option<&Value>, wanted: &Value) -> bool {
    match (value, wanted) {
        // `[]` stands for the empty list, and true for one that is not empty.
        (Some(Value::Array(list)), Value::Bool(filled)) => list.is_empty() != *filled,
        (Some(Value::Array(list)), Value::Array(all)) if all.is_empty() => list.is_empty(),
        (Some(Value::Array(list)), one) => list.iter().any(|value| is(Some(value), one)),
        (value, wanted) => is(value, wanted),
    }
}

fn map_value(
    map: &[(String, Option<Value>)],
    member: &str,
    value: Value,
    name: &str,
) -> Result<Value, TargetError> {
    // A member that is not set has a word too.
    let word = |value: &Value| if value.is_null() { "none".to_owned() } else { plain(value) };
    let find = |value: &Value| map.iter().find(|(bench, _)| *bench == word(value)).map(|(_, to)| to);
    let none = |value: &Value| unsupported(name, &format!("it has no `{member}` {}", word(value)));
    let Value::Array(list) = value else {
        return match find(&value) {
            Some(Some(word)) => Ok(word.clone()),
            _ => Err(none(&value)),
        };
    };
    let mut words = Vec::new();
    for value in &list {
        match find(value) {
            Some(Some(word)) => words.push(word.clone()),
            Some(None) => {}
            None => return Err(none(value)),
        }
    }
    if words.is_empty() && !list.is_empty() {
        return Err(none(&Value::Array(list)));
    }
    Ok(Value::Array(words))
}

/// A policy as JSON.
pub(super) fn object(policy: &Policy) -> Map<String, Value> {
    match serde_json::to_value(policy) {
        Ok(Value::Object(members)) => members,
        _ => Map::new(),
    }
}

fn unsupported(name: &str, why: &str) -> TargetError {
    TargetError::Unsupported(format!("{name}: {why}"))
}

/// The variables that a policy is told by.
pub(super) fn scope(policy: &Policy, words: Value) -> Scope {
    let bench = Value::Object(object(policy));
    Scope::from([("policy".to_owned(), words), ("bench-policy".to_owned(), bench)])
}
