//! Values and secrets, from where the file says that they come from.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use super::description::{Description, Given};
use super::error::DeclaredError;
use super::template::Scope;
use crate::process::{ProcessError, random_password};

/// Values and secrets that are there. What is missing is complained about where it is needed.
///
/// # Errors
/// A file that is named cannot be read.
pub(super) fn scope(description: &Description, started_here: bool) -> Result<Scope, DeclaredError> {
    let mut scope = Scope::new();
    for (name, given) in &description.values {
        if let Some(text) = read(given, false)? {
            scope.insert(name.clone(), text.into());
        }
    }
    let mut secrets = Map::new();
    for (name, given) in &description.secrets {
        if let Some(text) = read(given, started_here)? {
            secrets.insert(name.clone(), text.into());
        }
    }
    scope.insert("secret".to_owned(), Value::Object(secrets));
    let folder = std::path::absolute(&description.folder).unwrap_or_else(|_| description.folder.clone());
    scope.insert("here".to_owned(), folder.to_string_lossy().into());
    Ok(scope)
}

/// The environment first, then the file, then what is made or stands there.
fn read(given: &Given, started_here: bool) -> Result<Option<String>, DeclaredError> {
    let set = |name: &str| std::env::var(name).ok().filter(|text| !text.is_empty());
    if given.random && started_here {
        // The server is a new one: nobody's secret from outside would fit.
        return Ok(Some(random_password()));
    }
    if let Some(text) = given.env.as_deref().and_then(set) {
        return Ok(Some(text));
    }
    let file = given.env.as_deref().and_then(|name| set(&format!("{name}_FILE"))).map(Into::into);
    if let Some(path) = file.as_ref().or(given.file.as_ref()) {
        let text = std::fs::read_to_string(path).map_err(|e| ProcessError::file(path, e))?;
        return Ok(Some(text.trim_end_matches(['\r', '\n']).to_owned()));
    }
    Ok(given.or.clone())
}

/// How something that is missing is given.
pub(super) fn missing(description: &Description, name: &str) -> String {
    let (kind, found) = match name.strip_prefix("secret/") {
        Some(secret) => ("secret", description.secrets.get(secret)),
        None => ("value", description.values.get(name)),
    };
    let what =
        found.and_then(|given| given.what.as_deref()).map(|what| format!(" ({what})")).unwrap_or_default();
    match found.and_then(|given| given.env.as_deref()) {
        Some(env) => {
            let file = if kind == "secret" {
                format!(", or {env}_FILE to a file that holds it")
            } else {
                String::new()
            };
            format!("the {kind} `{name}`{what} is not given: set {env}{file}")
        }
        None => format!("nothing is known as `{name}`{what}"),
    }
}

/// Where the secrets come from, for a message about a login that was refused.
pub(super) fn sources(secrets: &BTreeMap<String, Given>) -> String {
    let source = |(name, given): (&String, &Given)| {
        let from = match (&given.env, &given.file) {
            (Some(env), _) => format!("{env} or {env}_FILE"),
            (None, Some(file)) => file.display().to_string(),
            (None, None) => return None,
        };
        Some(format!("`{name}` comes from {from}"))
    };
    let all: Vec<String> = secrets.iter().filter_map(source).collect();
    if all.is_empty() { String::new() } else { format!(" ({})", all.join("; ")) }
}
