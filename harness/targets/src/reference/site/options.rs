//! What the server asks of the client: the policy in the words of the dictionaries (WebAuthn L3, sections 5.4 and 5.5).

use std::time::Duration;

use plan::Policy;
use plan::policy::{Login, Requirement};
use serde_json::{Map, Value};
use webauthn::{
    AuthenticatorSelection, Base64Url, CreationOptions, Descriptor, PubKeyCredParam, RequestOptions,
    RpEntity, UserEntity,
};

use super::accounts::Account;
use super::ceremonies::{Ceremony, Kind, LIFETIME};
use super::{Site, State, bytes};
use crate::reference::answer::Refusal;
use crate::reference::flaws::Flaw;

impl Site {
    /// Options of a registration for the user of the session.
    ///
    /// # Errors
    /// Nobody gave a password or is logged in.
    pub fn registration_options(
        &self,
        session: Option<&str>,
        now: Duration,
    ) -> Result<(String, CreationOptions), Refusal> {
        let mut state = self.state();
        let (token, user) = state.enrolling(session, now)?;
        let challenge = bytes(&mut state.random);
        let ceremony = Ceremony {
            kind: Kind::Registration,
            challenge,
            user: Some(user.clone()),
            allow: Vec::new(),
            expires: now + LIFETIME,
        };
        state.offer(&token, ceremony, now);
        let account = state.accounts.find(&user)?;
        let policy = &self.settings.policy;
        let options = CreationOptions {
            rp: RpEntity {
                id: Some(self.settings.rp_id.clone()),
                name: RP_NAME.to_owned(),
                ..Default::default()
            },
            user: UserEntity {
                id: Base64Url(account.handle.to_vec()),
                name: account.name.clone(),
                display_name: account.name.clone(),
                ..Default::default()
            },
            challenge: Base64Url(challenge.to_vec()),
            pub_key_cred_params: policy
                .algorithms
                .iter()
                .map(|alg| PubKeyCredParam::public_key(*alg))
                .collect(),
            timeout: Some(timeout()),
            exclude_credentials: self.exclude_list(&state, account),
            authenticator_selection: Some(self.selection(policy)),
            attestation: Some(policy.attestation.word().to_owned()),
            extensions: Some(Map::from_iter([("credProps".to_owned(), Value::Bool(true))])),
            ..Default::default()
        };
        Ok((token, options))
    }

    /// Options of a login. `name` is the user's, where the site asks for it before the key.
    ///
    /// # Errors
    /// The step before is missing (password, user name), or the user has no credential.
    pub fn login_options(
        &self,
        session: Option<&str>,
        name: Option<&str>,
        now: Duration,
    ) -> Result<(String, RequestOptions), Refusal> {
        let mut state = self.state();
        let user = self.identified(&mut state, session, name, now)?;
        let allowed = match &user {
            Some(user) => descriptors(&state, state.accounts.find(user)?),
            None => Vec::new(),
        };
        if let (Some(user), true) = (&user, allowed.is_empty()) {
            return Err(Refusal::conflict(
                "no-credential",
                format!("the account `{user}` has no credential"),
            ));
        }
        let State { random, sessions, .. } = &mut *state;
        let token = sessions.ensure(session, random, now);
        let challenge = bytes(random);
        let allow = allowed.iter().map(|descriptor| descriptor.id.0.clone()).collect();
        let ceremony = Ceremony { kind: Kind::Login, challenge, user, allow, expires: now + LIFETIME };
        state.offer(&token, ceremony, now);
        let options = RequestOptions {
            challenge: Base64Url(challenge.to_vec()),
            timeout: Some(timeout()),
            rp_id: Some(self.settings.rp_id.clone()),
            allow_credentials: allowed,
            user_verification: Some(self.verification_asked(&self.settings.policy).to_owned()),
            ..Default::default()
        };
        Ok((token, options))
    }

    /// Who is to log in, as far as it is known before the key.
    fn identified(
        &self,
        state: &mut State,
        session: Option<&str>,
        name: Option<&str>,
        now: Duration,
    ) -> Result<Option<String>, Refusal> {
        match self.settings.policy.login {
            Login::SecondFactor => {
                let session = session.and_then(|token| state.sessions.find(token, now));
                let user = session.and_then(|session| session.password.clone());
                let user = user
                    .ok_or_else(|| Refusal::unauthorized("session", "the password comes before the key"))?;
                if name.is_some_and(|name| name != user) {
                    let why = format!("the password was that of `{user}`");
                    return Err(Refusal::conflict("account", why));
                }
                Ok(Some(user))
            }
            Login::Passwordless => {
                let name = name.ok_or_else(|| {
                    Refusal::failed("account", "this site asks for the user's name before the key")
                })?;
                state.accounts.find(name).map(|account| Some(account.name.clone()))
            }
            Login::Usernameless => match name {
                None => Ok(None),
                Some(_) => Err(Refusal::failed("account", "at this site the key says who the user is")),
            },
        }
    }

    fn exclude_list(&self, state: &State, account: &Account) -> Vec<Descriptor> {
        if !self.settings.policy.exclude_credentials || self.has(Flaw::ExcludeListEmpty) {
            return Vec::new();
        }
        descriptors(state, account)
    }

    fn selection(&self, policy: &Policy) -> AuthenticatorSelection {
        AuthenticatorSelection {
            authenticator_attachment: policy.attachment.map(|a| a.word().to_owned()),
            resident_key: Some(policy.resident_key.word().to_owned()),
            require_resident_key: Some(policy.resident_key == Requirement::Required),
            user_verification: Some(self.verification_asked(policy).to_owned()),
            ..Default::default()
        }
    }

    fn verification_asked(&self, policy: &Policy) -> &'static str {
        match policy.user_verification {
            Requirement::Required if self.has(Flaw::UvNotAsked) => "discouraged",
            asked => asked.word(),
        }
    }

    pub(super) fn has(&self, flaw: Flaw) -> bool {
        self.settings.flaws.has(flaw)
    }
}

impl State {
    /// The session and the user who may register a key in it.
    fn enrolling(&mut self, session: Option<&str>, now: Duration) -> Result<(String, String), Refusal> {
        let found = session.and_then(|token| Some((token, self.sessions.find(token, now)?)));
        let user = found.and_then(|(token, s)| Some((token, s.user.clone().or_else(|| s.password.clone())?)));
        user.map(|(token, user)| (token.to_owned(), user))
            .ok_or_else(|| Refusal::unauthorized("session", "log in before you register a key"))
    }
}

fn descriptors(state: &State, account: &Account) -> Vec<Descriptor> {
    let describe = |credential: &super::accounts::Credential| Descriptor {
        transports: credential.record.transports.clone(),
        ..Descriptor::public_key(credential.record.id.clone())
    };
    state.accounts.credentials_of(account).map(describe).collect()
}

fn timeout() -> u32 {
    u32::try_from(LIFETIME.as_millis()).unwrap_or(u32::MAX)
}

const RP_NAME: &str = "AnyKey reference server";
