//! A site with users on it, without HTTP.

use std::time::Duration;

use plan::Policy;
use webauthn::{AuthenticationResponse, CreationOptions, RegistrationResponse, RequestOptions};

use super::key::{Draft, Key};
use crate::reference::answer::Refusal;
use crate::reference::flaws::Flaws;
use crate::reference::site::{LoggedIn, Registered, Site, SiteSettings};

pub(super) const ORIGIN: &str = "https://login.anykey.test";

/// A site with the accounts `alice` and `bob`.
pub(super) struct Scene {
    pub site: Site,
    pub now: Duration,
}

/// One user agent.
#[derive(Clone, Debug, Default)]
pub(super) struct Agent {
    pub token: Option<String>,
}

impl Scene {
    pub(super) fn new(policy: Policy, flaws: Flaws) -> Self {
        Self::anchored(policy, flaws, Vec::new())
    }

    pub(super) fn anchored(policy: Policy, flaws: Flaws, anchors: Vec<Vec<u8>>) -> Self {
        let settings = SiteSettings {
            origin: ORIGIN.to_owned(),
            rp_id: "anykey.test".to_owned(),
            policy,
            anchors,
            flaws,
            seed: Some([7; 32]),
        };
        let site = Site::new("1".to_owned(), settings).unwrap();
        for name in ["alice", "bob"] {
            site.provision(name, "secret").unwrap();
        }
        Self { site, now: Duration::ZERO }
    }

    /// An agent that gave the user's password.
    pub(super) fn agent(&self, name: &str) -> Agent {
        Agent { token: Some(self.site.password(None, name, "secret", self.now).unwrap()) }
    }

    pub(super) fn offer_registration(&self, agent: &mut Agent) -> CreationOptions {
        let (token, options) = self.site.registration_options(agent.token.as_deref(), self.now).unwrap();
        agent.token = Some(token);
        options
    }

    pub(super) fn offer_login(&self, agent: &mut Agent, name: Option<&str>) -> RequestOptions {
        let (token, options) = self.site.login_options(agent.token.as_deref(), name, self.now).unwrap();
        agent.token = Some(token);
        options
    }

    pub(super) fn send_registration(
        &self,
        agent: &Agent,
        response: &RegistrationResponse,
    ) -> Result<Registered, Refusal> {
        self.site.register(agent.token.as_deref(), response, self.now)
    }

    pub(super) fn send_login(
        &self,
        agent: &mut Agent,
        response: &AuthenticationResponse,
    ) -> Result<LoggedIn, Refusal> {
        let (token, logged_in) = self.site.login(agent.token.as_deref(), response, self.now)?;
        agent.token = Some(token);
        Ok(logged_in)
    }

    /// A whole registration of `name`, in an agent of its own.
    pub(super) fn register(
        &self,
        name: &str,
        key: &mut Key,
        edit: impl FnOnce(&mut Draft),
    ) -> Result<Registered, Refusal> {
        let mut agent = self.agent(name);
        let options = self.offer_registration(&mut agent);
        let response = key.create(&options, ORIGIN, edit);
        self.send_registration(&agent, &response)
    }

    /// A whole login, with the password of `name` first, in an agent of its own.
    pub(super) fn login(
        &self,
        name: &str,
        key: &mut Key,
        edit: impl FnOnce(&mut Draft),
    ) -> Result<LoggedIn, Refusal> {
        let mut agent = self.agent(name);
        let options = self.offer_login(&mut agent, Some(name));
        let response = key.get(&options, ORIGIN, edit);
        let logged_in = self.send_login(&mut agent, &response)?;
        assert_eq!(self.whoami(&agent), Some(logged_in.user.clone()));
        Ok(logged_in)
    }

    /// A whole login where the key tells who it is.
    pub(super) fn login_without_name(
        &self,
        key: &mut Key,
        edit: impl FnOnce(&mut Draft),
    ) -> Result<LoggedIn, Refusal> {
        let mut agent = Agent::default();
        let options = self.offer_login(&mut agent, None);
        let response = key.get(&options, ORIGIN, edit);
        self.send_login(&mut agent, &response)
    }

    pub(super) fn whoami(&self, agent: &Agent) -> Option<String> {
        self.site.whoami(agent.token.as_deref(), self.now).user
    }

    pub(super) fn count(&self, name: &str) -> usize {
        self.site.credentials(name).unwrap().len()
    }
}
