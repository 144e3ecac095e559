//! The setup wizard of a new defguard: four steps, and the same port then serves the application.

use serde_json::{Value, json};

use super::api::send;
use super::error::DefguardError;
use crate::admin::AdminLogin;
use crate::http::{Agent, Answer, Body, Method};

/// Whether the answer of `session-info` is the wizard's.
pub(super) fn is_on(answer: &Answer) -> bool {
    answer.json().is_ok_and(|info| info["active_wizard"].is_string())
}

/// Whether it is the application's, which tells its version. The wizard goes on answering for a moment after its end, and then
/// nobody listens for another.
pub(super) fn is_over(answer: &Answer) -> bool {
    answer.is_success() && answer.headers.contains_key("defguard-component-version")
}

/// Goes through it.
///
/// # Errors
/// A step is answered otherwise than it is known to.
pub(super) async fn complete(agent: &mut Agent, admin: &AdminLogin) -> Result<(), DefguardError> {
    let steps = [
        (
            "admin",
            201,
            json!({
                "first_name": "AnyKey",
                "last_name": "Admin",
                "username": admin.user,
                "email": "admin@anykey.test",
                "password": admin.password,
                "automatically_assign_group": true,
            }),
        ),
        (
            "general_config",
            201,
            json!({
                "default_admin_group_name": "admin",
                "default_authentication": 7,
                "default_mfa_code_lifetime": 60,
            }),
        ),
        (
            "ca",
            201,
            json!({ "common_name": "AnyKey", "email": "admin@anykey.test", "validity_period_years": 1 }),
        ),
        ("finish", 200, Value::Null),
    ];
    for (step, status, body) in steps {
        let path = format!("api/v1/initial_setup/{step}");
        let body = if body.is_null() { Body::Empty } else { Body::Json(&body) };
        let answer = send(agent, Method::POST, &path, body).await?;
        if answer.status != status {
            let what = format!("HTTP {} ({})", answer.status, answer.start());
            return Err(DefguardError::Wizard { step: path, what });
        }
    }
    Ok(())
}
