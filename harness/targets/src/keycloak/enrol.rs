//! The ways to the page that registers a key.

use webauthn::CreationOptions;

use super::browse::{Led, query};
use super::page::Kind;
use super::realm::{self, ENROL, LOGIN};
use super::session::{Form, KeycloakSession};
use super::site::Known;
use super::wish::Enrol;
use crate::target::{Account, Offer, TargetError};

impl KeycloakSession {
    pub(super) async fn start_registration(
        &mut self,
        who: &Account,
    ) -> Result<Offer<CreationOptions>, TargetError> {
        let user = self.place.known(who)?;
        let led = self.reach_registration(who, &user).await;
        if let (Ok(Led::Done(url)), Enrol::ApplicationOnce) = (&led, self.place.wish.enrol) {
            let status = query(url, "kc_action_status").unwrap_or_else(|| "no status".to_owned());
            let reason = Some(format!("no key is asked for (kc_action_status: {status})"));
            return Err(TargetError::Refused { status: 302, reason, body: Vec::new() });
        }
        let (page, answer) = match led.and_then(|led| self.expect_page(led)) {
            Ok(found) => found,
            Err(error) => return Err(self.unless_locked(&user, error).await),
        };
        let Kind::Register { action } = &page.kind else {
            let wanted = "the page that registers a key, with form#register";
            let error = self.not_the(wanted, &page, &answer);
            return Err(self.unless_locked(&user, error).await);
        };
        let options = page.creation_options().map_err(|lacks| self.unexpected(&lacks, &answer))?;
        let options = CreationOptions::from_value(options).map_err(|e| self.unknown(e))?;
        // A name of an algorithm that Keycloak does not know is stored, and then left out here.
        let offered: Vec<i32> = options.pub_key_cred_params.iter().map(|p| p.alg).collect();
        if let Some(wanted) = self.place.algorithms().filter(|wanted| *wanted != offered) {
            return Err(
                self.unknown(format!("the page offers the algorithms {offered:?} instead of {wanted:?}"))
            );
        }
        self.form = Some(Form::Registration { action: action.clone(), user });
        Ok(Offer { options, raw: answer.body.to_vec() })
    }

    async fn reach_registration(&mut self, who: &Account, user: &Known) -> Result<Led, TargetError> {
        let enrol = self.place.wish.enrol;
        let mut action = realm::action(self.place.login, &self.place.wish).to_owned();
        if enrol == Enrol::ApplicationOnce {
            action.push_str(":skip_if_exists");
        }
        let asked = matches!(enrol, Enrol::Application | Enrol::ApplicationOnce);
        if enrol == Enrol::Login && !self.place.is_enrolled(user) {
            let led = self.begin(LOGIN, &[]).await?;
            return self.identify(led, who, user).await;
        }
        let wish = [("kc_action", action.as_str())];
        let more = if asked || self.place.is_enrolled(user) { &wish[..] } else { &[] };
        let led = self.begin(ENROL, more).await?;
        self.password(led, who, user).await
    }

    /// Logs in at the form with user name and password.
    pub(super) async fn password(
        &mut self,
        led: Led,
        who: &Account,
        user: &Known,
    ) -> Result<Led, TargetError> {
        let fields = [("username", user.name.as_str()), ("password", &who.password), ("credentialId", "")];
        self.log_in(led, &fields).await
    }

    /// Somebody makes a user: the form that the login page leads to. The user then meets the default action.
    pub(super) async fn make_user(&mut self, name: &str, password: &str) -> Result<(), TargetError> {
        let led = self.begin_at("registrations", ENROL, &[]).await?;
        let (page, answer) = self.expect_page(led)?;
        let Kind::NewUser { action } = &page.kind else {
            return Err(self.not_the(
                "the page that makes a user, with form#kc-register-form",
                &page,
                &answer,
            ));
        };
        let email = format!("{name}@example.test");
        let fields = [
            ("username", name),
            ("password", password),
            ("password-confirm", password),
            ("email", &email),
            ("firstName", "AnyKey"),
            ("lastName", "Test"),
        ];
        let led = self.post(action, &fields).await?;
        let (page, answer) = self.expect_page(led)?;
        match &page.kind {
            Kind::Register { .. } => Ok(()),
            _ => Err(self.not_the(
                "the page that registers a key, right after the user was made",
                &page,
                &answer,
            )),
        }
    }

    /// A refusal by a lock is no word on keys.
    pub(super) async fn unless_locked(&self, user: &Known, error: TargetError) -> TargetError {
        if !matches!(error, TargetError::Refused { .. }) {
            return error;
        }
        match self.place.server.admin.is_locked(&self.place.realm, &user.id).await {
            Ok(false) => error,
            Ok(true) => self.unknown(format!(
                "the user {} is locked after failed logins: switch brute force detection off for the realm {} (Realm settings, \
                 Security defenses; `bruteForceProtected`) or raise `failureFactor`",
                user.name, self.place.realm
            )),
            Err(other) => other,
        }
    }

    /// A refusal that tells why the user cannot go on with a key.
    pub(super) fn no_key(&self, answer: &crate::http::Answer) -> TargetError {
        TargetError::refused(answer, Some("the user has no key to log in with".into()))
    }
}
