//! What the realm's events tell of a ceremony: its outcome, and the reason of a refusal, which no page shows of a login.

use serde_json::Value;

/// The events of a registration: accepted, refused.
pub(super) const REGISTRATION: [&str; 2] = ["UPDATE_CREDENTIAL", "UPDATE_CREDENTIAL_ERROR"];
/// The events of a login: accepted, refused.
pub(super) const LOGIN: [&str; 2] = ["LOGIN", "LOGIN_ERROR"];

/// One event.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Happening {
    /// `LOGIN_ERROR`.
    pub(super) kind: String,
    /// Of a refusal, its kind: `invalid_user_credentials`.
    pub(super) error: Option<String>,
    /// Of a refusal, the reason in words, if there is one.
    pub(super) detail: Option<String>,
    /// The credential, base64url.
    pub(super) credential: Option<String>,
}

impl Happening {
    pub(super) fn read(event: &Value) -> Self {
        let details = &event["details"];
        let text = |value: &Value| value.as_str().map(str::to_owned);
        let detail = ["web_authn_registration_error_detail", "web_authn_authentication_error_detail"];
        Self {
            kind: text(&event["type"]).unwrap_or_default(),
            error: text(&event["error"]),
            detail: detail.iter().find_map(|name| text(&details[*name])),
            credential: text(&details["public_key_credential_id"]),
        }
    }

    /// Of a refusal: the words, or its kind.
    pub(super) fn why(&self) -> Option<&str> {
        self.detail.as_deref().or(self.error.as_deref())
    }

    /// For people.
    pub(super) fn sentence(&self) -> String {
        let mut text = format!("its event log has {}", self.kind);
        if let Some(error) = &self.error {
            text.push_str(&format!(" ({error})"));
        }
        if let Some(credential) = &self.credential {
            text.push_str(&format!(" of the credential {credential}"));
        }
        text
    }
}
