//! What can be asked beside the ceremonies: the independent evidence.

use std::time::Duration;

use serde::{Deserialize, Serialize};
use webauthn::Base64Url;

use super::Site;
use super::accounts::Credential;
use super::expectations::uuid;
use crate::reference::answer::Refusal;

/// A credential as the server keeps it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Listed {
    /// Credential id, base64url.
    pub id: String,
    /// signCount.
    pub sign_count: u32,
    /// AAGUID, lower-case UUID text.
    pub aaguid: String,
    /// backupEligible.
    pub backup_eligible: bool,
    /// backupState.
    pub backup_state: bool,
    /// uvInitialized.
    pub uv_initialized: bool,
    /// The client's word on transports.
    pub transports: Vec<String>,
    /// The format of the attestation statement that came with it.
    pub format: String,
}

/// Who a session is.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Whoami {
    /// Who is logged in.
    pub user: Option<String>,
    /// Who gave a password; with the key as second factor that alone is no login.
    pub password: Option<String>,
}

impl Listed {
    pub(super) fn of(credential: &Credential) -> Self {
        let Credential { record, aaguid, format, .. } = credential;
        Self {
            id: webauthn::bytes::encode(&record.id),
            sign_count: record.sign_count,
            aaguid: uuid(aaguid),
            backup_eligible: record.backup_eligible,
            backup_state: record.backup_state,
            uv_initialized: record.uv_initialized,
            transports: record.transports.clone(),
            format: format.clone(),
        }
    }
}

impl Site {
    /// The account's credentials, oldest first.
    ///
    /// # Errors
    /// There is no such account.
    pub fn credentials(&self, name: &str) -> Result<Vec<Listed>, Refusal> {
        let state = self.state();
        let account = state.accounts.find(name)?;
        let listed = state.accounts.credentials_of(account).map(Listed::of);
        Ok(listed.collect())
    }

    /// Removes one credential of the account.
    ///
    /// # Errors
    /// There is no such account or credential, or the id is not base64url.
    pub fn revoke(&self, name: &str, id: &str) -> Result<(), Refusal> {
        let id = Base64Url::decode(id)
            .map_err(|why| Refusal::failed("credential", format!("the credential id {why}")))?;
        self.state().accounts.revoke(name, &id)
    }

    /// Who is logged in.
    pub fn whoami(&self, session: Option<&str>, now: Duration) -> Whoami {
        let mut state = self.state();
        let session = session.and_then(|token| state.sessions.find(token, now));
        session
            .map(|session| Whoami { user: session.user.clone(), password: session.password.clone() })
            .unwrap_or_default()
    }
}
