//! The admin: connects, and connects again where the server has forgotten it.

use serde_json::Value;
use tokio::sync::Mutex;

use super::description::Call;
use super::perform::Wire;
use super::rule::Read;
use super::template::Scope;
use crate::http::{Agent, Answer};
use crate::target::TargetError;

/// The admin's user agent, and what it took when it connected.
#[derive(Debug)]
pub(super) struct Admin {
    pub(super) agent: Agent,
    pub(super) scope: Scope,
}

impl Admin {
    /// Asks what is asked once.
    ///
    /// # Errors
    /// As [`Wire::send`].
    pub(super) async fn connect(wire: &Wire, mut scope: Scope) -> Result<Self, TargetError> {
        let mut agent = wire.agent();
        for call in &wire.description.connect {
            wire.send(call, &mut agent, &mut scope).await?;
        }
        Ok(Self { agent, scope })
    }

    /// Asks in order, as the admin of `scope`, which takes what is taken.
    ///
    /// # Errors
    /// As [`Wire::send`].
    pub(super) async fn ask(
        this: &Mutex<Self>,
        wire: &Wire,
        calls: &[Call],
        scope: &mut Scope,
    ) -> Result<(), TargetError> {
        for call in calls {
            Self::send(this, wire, call, scope).await?;
        }
        Ok(())
    }

    /// One request, and what is asked for each member of a list in its answer.
    ///
    /// # Errors
    /// As [`Wire::send`].
    pub(super) async fn send(
        this: &Mutex<Self>,
        wire: &Wire,
        call: &Call,
        scope: &mut Scope,
    ) -> Result<Answer, TargetError> {
        let answer = Self::one(this, wire, call, scope).await?;
        let Some(then) = &call.then else { return Ok(answer) };
        let read = Read::of(&answer);
        let list = read.json.as_ref().and_then(|json| json.pointer(&then.each)).and_then(Value::as_array);
        let Some(list) = list else {
            return Err(wire.unexpected(call, &answer, &format!("a list at `{}`", then.each)));
        };
        for row in list {
            let mut scope = scope.clone();
            scope.insert("row".to_owned(), row.clone());
            for call in &then.calls {
                Self::one(this, wire, call, &mut scope).await?;
            }
        }
        Ok(answer)
    }

    /// One request; the admin connects again where the server has forgotten it.
    async fn one(
        this: &Mutex<Self>,
        wire: &Wire,
        call: &Call,
        scope: &mut Scope,
    ) -> Result<Answer, TargetError> {
        let mut admin = this.lock().await;
        admin.lend(scope);
        let answer = wire.send(call, &mut admin.agent, scope).await;
        let forgotten = |error: &TargetError| match error {
            TargetError::Refused { status, .. } => Some(*status) == wire.description.renew,
            TargetError::Unexpected { page, .. } => Some(page.status) == wire.description.renew,
            _ => false,
        };
        if !answer.as_ref().is_err_and(forgotten) {
            return answer;
        }
        let again = Self::connect(wire, admin.scope.clone()).await?;
        *admin = again;
        admin.lend(scope);
        wire.send(call, &mut admin.agent, scope).await
    }

    /// What was taken at the last connection goes before what was taken at an earlier one.
    pub(super) fn lend(&self, scope: &mut Scope) {
        scope.extend(self.scope.iter().map(|(name, value)| (name.clone(), value.clone())));
    }
}
