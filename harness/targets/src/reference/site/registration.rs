//! The server's part of WebAuthn L3, [section 7.1](https://www.w3.org/TR/webauthn-3/#sctn-registering-a-new-credential).

use std::time::Duration;

use plan::policy::{Attachment, Requirement};
use serde::{Deserialize, Serialize};
use webauthn::verify::{self, Check, Checks};
use webauthn::{ClientData, RegistrationResponse};

use super::accounts::Credential;
use super::ceremonies::{Ceremony, Kind};
use super::listing::Listed;
use super::{Site, State};
use crate::reference::answer::Refusal;
use crate::reference::flaws::Flaw;

/// A registration that was accepted.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Registered {
    /// The user who has the credential now.
    pub user: String,
    /// The credential as it was stored.
    pub credential: Listed,
}

impl Site {
    /// Verifies a registration and stores the credential.
    ///
    /// # Errors
    /// The check that failed.
    pub fn register(
        &self,
        session: Option<&str>,
        response: &RegistrationResponse,
        now: Duration,
    ) -> Result<Registered, Refusal> {
        let challenge = challenge(&response.response.client_data_json)?;
        let state = &mut *self.state();
        let ceremony = state.take(session, Kind::Registration, &challenge, self.settings.flaws, now)?;
        let skip = self.skipped_at_registration();
        let verified = self.verify_registration(state, &ceremony, response, skip);
        if let Err(refusal) = &verified
            && refusal.check == Check::AaguidDenied.name()
            && self.has(Flaw::RefusedCredentialStored)
        {
            let skip = skip.with(Check::AaguidDenied);
            let credential = self.verify_registration(state, &ceremony, response, skip)?;
            state.accounts.store(credential)?;
        }
        let credential = verified?;
        let registered = Registered { user: credential.owner.clone(), credential: Listed::of(&credential) };
        let is_second = !state.accounts.find(&credential.owner)?.credentials.is_empty();
        if !(is_second && self.has(Flaw::SecondCredentialLost)) {
            state.accounts.store(credential)?;
        }
        Ok(registered)
    }

    fn verify_registration(
        &self,
        state: &State,
        ceremony: &Ceremony,
        response: &RegistrationResponse,
        skip: Checks,
    ) -> Result<Credential, Refusal> {
        let user = ceremony.user.as_deref().unwrap_or_default();
        let account = state.accounts.find(user)?;
        let is_known = |id: &[u8]| {
            state.accounts.credential(id).is_some_and(|known| {
                let overlooked = if known.owner == account.name {
                    Flaw::DuplicateCredentialAccepted
                } else {
                    Flaw::CredentialTakenOver
                };
                !self.has(overlooked)
            })
        };
        let expect = self.expectations(ceremony.challenge, skip);
        let registered = verify::registration(response, &expect, &account.handle, is_known)?;
        self.check_attachment(response)?;
        self.check_resident_key(response)?;
        Ok(Credential {
            record: registered.record,
            owner: account.name.clone(),
            aaguid: registered.aaguid,
            format: registered.attestation.format,
        })
    }

    fn check_attachment(&self, response: &RegistrationResponse) -> Result<(), Refusal> {
        let Some(wanted) = self.settings.policy.attachment.map(Attachment::word) else { return Ok(()) };
        let told = response.authenticator_attachment.as_deref();
        if told == Some(wanted) || self.has(Flaw::AttachmentNotChecked) {
            return Ok(());
        }
        let told = told.unwrap_or("not told");
        Err(Refusal::failed("attachment", format!("the attachment is {told}, asked for was {wanted}")))
    }

    fn check_resident_key(&self, response: &RegistrationResponse) -> Result<(), Refusal> {
        if self.settings.policy.resident_key != Requirement::Required || self.has(Flaw::ResidentKeyNotChecked)
        {
            return Ok(());
        }
        let told = response.client_extension_results.get("credProps").and_then(|props| props.get("rk"));
        match told.and_then(serde_json::Value::as_bool) {
            Some(true) => Ok(()),
            Some(false) => {
                Err(Refusal::failed("resident-key", "credProps says that the credential is not resident"))
            }
            None => Err(Refusal::failed(
                "resident-key",
                "credProps does not tell that the credential is resident",
            )),
        }
    }
}

/// The challenge of client data, as text.
pub(super) fn challenge(client_data_json: &[u8]) -> Result<String, Refusal> {
    let client_data = ClientData::parse(client_data_json);
    client_data
        .map(|data| data.challenge)
        .map_err(|e| Refusal::failed(Check::ClientDataJson.name(), format!("client data: {e}")))
}
