//! What runs that were broken off left on a described server.

use tokio::sync::Mutex;

use super::connect::Admin;
use super::perform::Wire;
use super::target::needed;
use super::template::{Scope, plain};
use super::values;
use crate::target::TargetError;

/// Removes it, and gives the names.
pub(super) async fn clean(
    wire: &Wire,
    admin: &Mutex<Admin>,
    scope: &Scope,
) -> Result<Vec<String>, TargetError> {
    if wire.description.clean.is_empty() {
        let what = format!(
            "{}: its file does not say how what runs leave is found ([[clean]])",
            wire.description.name
        );
        return Err(TargetError::Unsupported(what));
    }
    let mut removed = Vec::new();
    for clean in &wire.description.clean {
        let mut scope = scope.clone();
        let lacking = |name: String| TargetError::Unknown(values::missing(&wire.description, &name));
        let begins = clean.begins.text(&scope).map_err(lacking)?;
        let mut held = admin.lock().await;
        held.lend(&mut scope);
        let mut nobody = wire.agent();
        let rows = wire.rows(&clean.rows, &mut nobody, &mut held.agent, &mut scope).await.map_err(needed)?;
        drop(held);
        for row in rows {
            let Some(name) = row.pointer(&clean.name).map(plain).filter(|name| name.starts_with(&begins))
            else {
                continue;
            };
            let mut scope = scope.clone();
            scope.insert("left".to_owned(), name.clone().into());
            scope.insert("row".to_owned(), row);
            Admin::ask(admin, wire, &clean.remove, &mut scope).await.map_err(needed)?;
            removed.push(name);
        }
    }
    Ok(removed)
}
