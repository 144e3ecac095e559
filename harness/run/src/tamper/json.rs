//! The response's JSON.

use plan::tamper::{JsonEdit, Tamper};
use serde_json::Value;

use super::nothing;
use super::response::{Lie, credential_id};
use crate::stage::Broken;

/// The response with all changes of its JSON.
pub(crate) fn apply(mut value: Value, lie: &Lie<'_>) -> Result<Value, Broken> {
    for tamper in lie.tampers {
        if let Tamper::Json(edit) = tamper {
            change(&mut value, edit, lie)?;
        }
    }
    Ok(value)
}

fn change(value: &mut Value, edit: &JsonEdit, lie: &Lie<'_>) -> Result<(), Broken> {
    for path in &edit.drop {
        remove(value, path).ok_or_else(|| nothing(path))?;
    }
    for (path, new) in &edit.set {
        put(value, path, new.clone())?;
    }
    for path in &edit.pad {
        let text = find(value, path).and_then(|v| v.as_str()).ok_or_else(|| nothing(path))?;
        let padded = format!("{text}{}", "=".repeat((4 - text.len() % 4) % 4));
        if padded == text {
            return Err(nothing(path));
        }
        put(value, path, padded.into())?;
    }
    if let Some(who) = &edit.user_handle_of {
        let handle = lie.stage.handles.get(who).and_then(|all| all.last());
        let handle =
            handle.ok_or_else(|| Broken::Unknown(format!("the user handle of {who} is not known")))?;
        put(value, "response.userHandle", webauthn::bytes::encode(handle).into())?;
    }
    if let Some(name) = &edit.id_of {
        let id: Value = webauthn::bytes::encode(&credential_id(lie.stage.kept(name)?)?).into();
        put(value, "id", id.clone())?;
        put(value, "rawId", id)?;
    }
    Ok(())
}

fn find<'v>(value: &'v mut Value, path: &str) -> Option<&'v mut Value> {
    path.split('.').try_fold(value, |inner, name| inner.get_mut(name))
}

/// Sets a member of a table that is there; the member itself may be new.
fn put(value: &mut Value, path: &str, new: Value) -> Result<(), Broken> {
    let (parent, name) = split(value, path).ok_or_else(|| nothing(path))?;
    match parent.insert(name.to_owned(), new.clone()) {
        Some(old) if old == new => Err(nothing(path)),
        _ => Ok(()),
    }
}

fn remove(value: &mut Value, path: &str) -> Option<Value> {
    let (parent, name) = split(value, path)?;
    parent.remove(name)
}

fn split<'v, 'p>(
    value: &'v mut Value,
    path: &'p str,
) -> Option<(&'v mut serde_json::Map<String, Value>, &'p str)> {
    let (parent, name) = match path.rsplit_once('.') {
        Some((parent, name)) => (find(value, parent)?, name),
        None => (value, path),
    };
    Some((parent.as_object_mut()?, name))
}
