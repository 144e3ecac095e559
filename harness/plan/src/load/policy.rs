//! A table `policy`: of a scenario, or of a step that changes it.

use serde_json::{Map, Value};

use super::members::{Members, json, nearest};
use crate::policy::Policy;

/// Reads each member by itself, by laying it over the default policy.
pub(super) fn policy(m: &mut Members<'_, '_>) -> Policy {
    let mut policy = Policy::default();
    let Some((table, _)) = m.table("policy") else { return policy };
    let Ok(Value::Object(members)) = serde_json::to_value(&policy) else { return policy };
    for (name, value) in table {
        let key: &str = name.get_ref();
        if !members.contains_key(key) {
            let help = nearest(key, members.keys().map(String::as_str))
                .map(|near| format!("did you mean `{near}`?"));
            m.problem(name.span(), format!("`policy` has no member `{key}`"), help);
            continue;
        }
        let mut over = match serde_json::to_value(&policy) {
            Ok(Value::Object(over)) => over,
            _ => Map::new(),
        };
        over.insert(key.to_owned(), json(value));
        match serde_json::from_value(Value::Object(over)) {
            Ok(read) => policy = read,
            Err(e) => m.problem(value.span(), format!("`{key}`: {e}"), None),
        }
    }
    policy
}
