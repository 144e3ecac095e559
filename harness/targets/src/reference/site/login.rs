//! The server's part of WebAuthn L3, [section 7.2](https://www.w3.org/TR/webauthn-3/#sctn-verifying-assertion).

use std::time::Duration;

use serde::{Deserialize, Serialize};
use webauthn::AuthenticationResponse;
use webauthn::verify::{self, Authenticated, Check, Checks};

use super::accounts::Credential;
use super::ceremonies::{Ceremony, Kind};
use super::registration::challenge;
use super::{Site, State};
use crate::reference::answer::Refusal;
use crate::reference::flaws::Flaw;

/// A login that was accepted.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LoggedIn {
    /// Who is logged in now.
    pub user: String,
}

impl Site {
    /// Verifies a login, updates the credential record, and logs the session in under a new token, which is returned.
    ///
    /// # Errors
    /// The check that failed.
    pub fn login(
        &self,
        session: Option<&str>,
        response: &AuthenticationResponse,
        now: Duration,
    ) -> Result<(String, LoggedIn), Refusal> {
        let challenge = challenge(&response.response.client_data_json)?;
        let state = &mut *self.state();
        let ceremony = state.take(session, Kind::Login, &challenge, self.settings.flaws, now)?;
        let (verified, user) = match self.verify_login(state, &ceremony, response) {
            Ok(passed) => passed,
            Err(refusal) => {
                self.log_in_too_early(state, session, response, &refusal, now);
                return Err(refusal);
            }
        };
        if let Some(credential) = state.accounts.credential_mut(&verified.credential_id) {
            let before = credential.record.sign_count;
            verified.update(&mut credential.record);
            if self.has(Flaw::CounterNotStored) {
                credential.record.sign_count = before;
            }
        }
        let State { random, sessions, .. } = state;
        let token = sessions.renew(session, random, now);
        if let Some(session) = sessions.find(&token, now) {
            session.user = Some(user.clone());
        }
        Ok((token, LoggedIn { user }))
    }

    /// What was verified, and who that is.
    fn verify_login(
        &self,
        state: &State,
        ceremony: &Ceremony,
        response: &AuthenticationResponse,
    ) -> Result<(Authenticated, String), Refusal> {
        let identified = ceremony.user.as_deref().map(|name| state.accounts.find(name)).transpose()?;
        let credential = self.credential(state, &response.raw_id);
        let owner = credential.map(|credential| credential.owner.as_str());
        let skip = self.skipped_for(owner, ceremony.user.as_deref());
        let expect = self.expectations(ceremony.challenge, skip);
        let handle = identified.map(|account| account.handle.as_slice());
        let find = |_: &[u8]| credential.map(|credential| &credential.record);
        let verified = verify::authentication(response, &expect, &ceremony.allow, handle, find)?;

        let stored = credential.map_or(0, |credential| credential.record.sign_count);
        if self.has(Flaw::ZeroCounterRefused) && verified.sign_count == 0 && stored == 0 {
            let why = "the signature counter is 0, the stored one is 0";
            return Err(Refusal::failed(Check::SignCount.name(), why));
        }
        let user = match &verified.user_handle {
            Some(handle) if self.has(Flaw::UserHandleTrusted) => {
                let named = state.accounts.by_handle(handle).map(|account| account.name.as_str());
                Some(named.ok_or_else(|| {
                    Refusal::failed(Check::UserHandle.name(), "no account has this user handle")
                })?)
            }
            _ => ceremony.user.as_deref().or(owner),
        };
        Ok((verified, user.unwrap_or_default().to_owned()))
    }

    /// The credential, if it is there (or was, with that flaw).
    fn credential<'a>(&self, state: &'a State, id: &[u8]) -> Option<&'a Credential> {
        let found = state.accounts.credential(id);
        if self.has(Flaw::DeletedCredentialAccepted) {
            found.or_else(|| state.accounts.deleted(id))
        } else {
            found
        }
    }

    /// Some flaws depend on whose credential it is, so that each shows alone.
    fn skipped_for(&self, owner: Option<&str>, user: Option<&str>) -> Checks {
        let skip = self.skipped_at_login();
        match (owner, user) {
            (Some(owner), Some(user)) if owner == user && self.has(Flaw::AllowListIgnored) => {
                skip.with(Check::AllowedCredential)
            }
            (Some(owner), Some(user)) if owner != user && self.has(Flaw::CredentialOfAnotherUserAccepted) => {
                skip.with(Check::AllowedCredential).with(Check::CredentialOwner).with(Check::UserHandle)
            }
            _ => skip,
        }
    }

    /// Only with the flaw: all but the counter was right.
    fn log_in_too_early(
        &self,
        state: &mut State,
        session: Option<&str>,
        response: &AuthenticationResponse,
        refusal: &Refusal,
        now: Duration,
    ) {
        if refusal.check != Check::SignCount.name() || !self.has(Flaw::LoggedInBeforeCounter) {
            return;
        }
        let owner = state.accounts.credential(&response.raw_id).map(|credential| credential.owner.clone());
        if let Some(session) = session.and_then(|token| state.sessions.find(token, now)) {
            session.user = owner;
        }
    }
}
