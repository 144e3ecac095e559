//! Lists in answers.

use serde_json::{Value, json};

use super::description::Rows;
use super::perform::{Wire, row_fits};
use super::rule::Read;
use super::template::{Scope, Template};
use crate::http::Agent;
use crate::target::TargetError;

impl Wire {
    /// Asks, and gives the rows that fit. The members of an object are rows with `key` and `value`.
    ///
    /// # Errors
    /// As [`Wire::send`], and where there is no list.
    pub(super) async fn rows(
        &self,
        rows: &Rows,
        agent: &mut Agent,
        admin: &mut Agent,
        scope: &mut Scope,
    ) -> Result<Vec<Value>, TargetError> {
        let mut last = None;
        for call in &rows.calls {
            let by = if call.admin { &mut *admin } else { &mut *agent };
            last = Some((call, self.send(call, by, scope).await?));
        }
        let Some((call, answer)) = last else { return Ok(Vec::new()) };
        let read = Read::of(&answer);
        let Some(json) = &read.json else {
            return Err(self.unexpected(call, &answer, "JSON"));
        };
        let all = match &rows.each {
            None => vec![json.clone()],
            Some(pointer) => match json.pointer(pointer) {
                Some(Value::Array(list)) => list.clone(),
                Some(Value::Object(members)) => {
                    members.iter().map(|(key, value)| json!({ "key": key, "value": value })).collect()
                }
                _ => return Err(self.unexpected(call, &answer, &format!("a list at `{pointer}`"))),
            },
        };
        let lacking = |name: String| self.lacking(call, &name);
        let filled = |conditions: &[(String, Template)]| {
            let filled = conditions.iter().map(|(pointer, template)| {
                Ok((pointer.clone(), template.value(scope)?.unwrap_or(Value::Null)))
            });
            filled.collect::<Result<Vec<_>, String>>()
        };
        let only = filled(&rows.only).map_err(lacking)?;
        let unless = filled(&rows.unless).map_err(lacking)?;
        Ok(all.into_iter().filter(|row| row_fits(&only, &unless, row)).collect())
    }
}
