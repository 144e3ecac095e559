//! What one case plays on: a site of its own, accounts, keys, user agents, and what was kept on the way.

mod key;

use std::collections::BTreeMap;

use authenticator::profile::Profile;
use client::{Client, Knowing, Liberties, Pin, Repeatable};
use links::Bus;
use plan::event::{Between, Exchange, Manner, Message};
use plan::scenario::{Anchors, CertificateWish, KeyFeature, KeyNeed, uuid};
use plan::{Policy, Scenario};
use serde_json::{Map, Value};
use softkeys::{Seeded, provision};
use targets::{Account, Capabilities, CredentialRecord, Page, Session, Site, SiteWish, Target, TargetError};
use webauthn::{CreationOptions, RequestOptions};

use crate::attached::AttachedKey;
use crate::certificates::Certificates;
use crate::evidence::Records;
use crate::keys::{changed, has, verifies_by_pin_alone};
use crate::seed::CaseSeed;
pub(crate) use key::Key;
use key::Made;

/// Why a case ends without an outcome.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Broken {
    /// Key, target or link cannot do it.
    Unsupported(String),
    /// It cannot be told what is the case.
    Unknown(String),
    /// The same, and the answer that nobody expected is kept.
    Unexpected(String, Box<Page>),
}

impl Broken {
    /// Why, for people.
    pub(crate) fn why(&self) -> &str {
        match self {
            Self::Unsupported(why) | Self::Unknown(why) | Self::Unexpected(why, _) => why,
        }
    }
}

impl From<TargetError> for Broken {
    fn from(error: TargetError) -> Self {
        match error {
            TargetError::Unsupported(what) => {
                Self::Unsupported(format!("the server does not support {what}"))
            }
            TargetError::Refused { status, reason, .. } => {
                let said = reason.map(|r| format!(": {r}")).unwrap_or_default();
                Self::Unknown(format!("the server refused what the bench needs (HTTP {status}{said})"))
            }
            TargetError::Unknown(why) => Self::Unknown(why),
            TargetError::Unexpected { expected, page } => {
                Self::Unexpected(format!("{expected}, but {page}"), page)
            }
        }
    }
}

/// A user agent on the stage.
pub(crate) struct Agent {
    pub(crate) session: Box<dyn Session>,
    /// Who was logged in when it was last asked.
    pub(crate) logged_in: Option<String>,
}

/// What was offered.
#[derive(Clone, Debug)]
pub(crate) enum Offered {
    Registration(Box<CreationOptions>),
    Login(Box<RequestOptions>),
}

/// What a step kept for later ones.
#[derive(Clone, Debug)]
pub(crate) struct Kept {
    /// The options as the server gave them.
    pub(crate) offered: Offered,
    /// The response as it was (or would have been) sent.
    pub(crate) response: Option<Value>,
}

/// What one case plays on.
pub(crate) struct Stage<'r> {
    pub(crate) manner: Manner,
    /// The server's version, empty where it does not tell.
    pub(crate) version: String,
    pub(crate) profile: Profile,
    pub(crate) policy: Policy,
    pub(crate) capabilities: Capabilities,
    pub(crate) anchors: Vec<Vec<u8>>,
    pub(crate) site: Box<dyn Site>,
    pub(crate) records: Records,
    pub(crate) kept: BTreeMap<String, Kept>,
    /// User handles by account, as the server's options told them, the last one last: some servers have a new one for each key.
    pub(crate) handles: BTreeMap<String, Vec<Vec<u8>>>,
    pub(crate) exchanges: Vec<Exchange>,
    listed: Option<Listing>,
    accounts: BTreeMap<String, Account>,
    keys: BTreeMap<String, Key>,
    agents: BTreeMap<String, Agent>,
    last_agent: Option<String>,
    opened: usize,
    seed: CaseSeed,
    certificates: &'r Certificates<'r>,
    bus: &'r dyn Bus,
    attached: Option<&'r AttachedKey>,
    /// What is wrong with the keys' attestation certificates.
    certificate: Option<CertificateWish>,
}

/// What a stage is built from.
pub(crate) struct Wish<'r> {
    pub(crate) scenario: &'r Scenario,
    pub(crate) profile: &'r Profile,
    pub(crate) manner: Manner,
    pub(crate) seed: CaseSeed,
    pub(crate) target: &'r dyn Target,
    /// Of the root that the server trusts.
    pub(crate) certificates: &'r Certificates<'r>,
    /// Of a root that it does not.
    pub(crate) strange: &'r Certificates<'r>,
    pub(crate) bus: &'r dyn Bus,
    pub(crate) attached: Option<&'r AttachedKey>,
}

impl<'r> Stage<'r> {
    /// Builds the site and the accounts. Keys and user agents come as they are needed.
    pub(crate) async fn build(wish: Wish<'r>) -> Result<Self, Broken> {
        let Wish { scenario, profile, manner, seed, target, certificates, strange, bus, attached } = wish;
        let profile = changed(profile, &scenario.key);
        let capabilities = target.capabilities();
        let mut policy = policy_for(&scenario.policy, &profile);
        policy.login = scenario.login(|login| capabilities.logs_in(login));
        // The server's trust store stays as it is, since some servers read theirs at their start: the keys come from elsewhere.
        let makers = attached.map_or_else(Vec::new, |key| key.makers.clone());
        let anchors = [certificates.root().anchors(), &makers].concat();
        let certificates = match scenario.anchors {
            Anchors::Own => certificates,
            Anchors::Other => strange,
        };
        let none = Map::new();
        let site_wish = SiteWish {
            policy: &policy,
            seed: seed.actor("site", ""),
            anchors: &anchors,
            changes: scenario.changes_policy(),
            verifies_user: has(&profile, VERIFIES_USER),
            settings: scenario.server.as_ref().map_or(&none, |server| &server.settings),
        };
        let site = target.site(site_wish).await?;
        let mut accounts = BTreeMap::new();
        for name in scenario.accounts() {
            let account = Account {
                name: format!("{name}-{}", seed.tag()),
                password: hex::encode(seed.actor("password", name).get(..12).unwrap_or_default()),
            };
            site.provision(&account).await?;
            accounts.insert(name.to_owned(), account);
        }
        Ok(Self {
            manner,
            version: target.version().unwrap_or_default(),
            profile,
            policy,
            capabilities,
            anchors,
            site,
            records: Records::default(),
            kept: BTreeMap::new(),
            handles: BTreeMap::new(),
            exchanges: Vec::new(),
            listed: None,
            accounts,
            keys: BTreeMap::new(),
            agents: BTreeMap::new(),
            last_agent: None,
            opened: 0,
            seed,
            certificates,
            bus,
            attached,
            certificate: scenario.key.certificate,
        })
    }

    /// Removes what the case made on the server. What fails here changes no verdict: the case is over.
    pub(crate) async fn clear(self) {
        for account in self.accounts.values().filter(|_| !self.site.is_disposable()) {
            let _ = self.site.retire(account).await;
        }
    }

    /// The account that scenarios call `name`.
    pub(crate) fn account(&self, name: &str) -> Result<Account, Broken> {
        self.accounts.get(name).cloned().ok_or_else(|| Broken::Unknown(format!("there is no account {name}")))
    }

    /// What scenarios call the account with this login name.
    pub(crate) fn name_of(&self, login: &str) -> String {
        let found = self.accounts.iter().find(|(_, account)| account.name == login);
        found.map_or_else(|| login.to_owned(), |(name, _)| name.clone())
    }

    /// The key of that name, made at its first use.
    pub(crate) async fn key(&mut self, name: &str) -> Result<&mut Key, Broken> {
        if !self.keys.contains_key(name) {
            let made = self.make_key(name).map_err(Broken::Unknown)?;
            let mut key = made.plug(self.bus, name).await.map_err(Broken::Unknown)?;
            if verifies_by_pin_alone(&self.profile) && self.attached.is_none() {
                let set = key.client.set_pin(&mut key.link, &self.pin(name)).await;
                set.map_err(|e| Broken::Unknown(format!("the PIN of the key {name}: {e}")))?;
                key.link.take();
            }
            self.keys.insert(name.to_owned(), key);
        }
        self.keys.get_mut(name).ok_or_else(|| Broken::Unknown(format!("there is no key {name}")))
    }

    /// A key that is not plugged in yet.
    fn make_key(&self, name: &str) -> Result<Made, String> {
        // Keys of one case never share an RSA key: the signature of one must not pass for the other's.
        let mut platform =
            Seeded::from_seed(self.seed.actor("key", name)).with_rsa_from(RSA_APART * self.keys.len());
        let issued = self
            .certificates
            .issue(&self.profile, self.certificate)
            .map_err(|e| format!("the attestation certificate: {e}"))?;
        provision(&mut platform, &issued).map_err(|e| format!("the attestation: {e}"))?;
        let manner = match self.manner {
            Manner::Faithful => client::Manner::Faithful,
            Manner::Permissive => client::Manner::Permissive(Liberties::all()),
        };
        let client = match self.attached {
            Some(key) => Client::new(manner).with_person(key.person()),
            None => Client::new(manner).with_person(Knowing(self.pin(name))),
        };
        let client = client.with_random(Repeatable::new(self.seed.actor("client", name)));
        Ok(Made { profile: self.profile, platform, client })
    }

    /// The PIN that the user has for that key.
    fn pin(&self, name: &str) -> Pin {
        Pin::new(hex::encode(self.seed.actor("pin", name).get(..4).unwrap_or_default()))
    }

    /// The user agent of that name, or a new one.
    pub(crate) async fn begin(&mut self, name: Option<&str>) -> Result<String, Broken> {
        let name = match name {
            Some(name) => name.to_owned(),
            None => {
                self.opened += 1;
                format!("#{}", self.opened)
            }
        };
        if !self.agents.contains_key(&name) {
            let session = self.site.open().await?;
            self.agents.insert(name.clone(), Agent { session, logged_in: None });
        }
        self.last_agent = Some(name.clone());
        Ok(name)
    }

    /// The user agent of that name, or the one used last.
    pub(crate) async fn go_on(&mut self, name: Option<&str>) -> Result<String, Broken> {
        let name = name.map(str::to_owned).or_else(|| self.last_agent.clone());
        self.begin(name.as_deref()).await
    }

    /// A user agent that was opened.
    pub(crate) fn agent(&mut self, name: &str) -> Result<&mut Agent, Broken> {
        self.agents.get_mut(name).ok_or_else(|| Broken::Unknown(format!("there is no user agent {name}")))
    }

    /// What an earlier step kept.
    pub(crate) fn kept(&self, name: &str) -> Result<&Kept, Broken> {
        self.kept.get(name).ok_or_else(|| Broken::Unknown(format!("nothing was kept as {name}")))
    }

    /// Everybody's credentials, as the server lists them now.
    pub(crate) async fn listing(&mut self) -> Result<Listing, Broken> {
        let mut listing = Listing(None);
        if self.capabilities.credentials {
            let mut all = BTreeMap::new();
            for (name, account) in &self.accounts {
                all.insert(name.clone(), self.site.credentials(account).await?);
            }
            listing = Listing(Some(all));
        }
        self.listed = Some(listing.clone());
        Ok(listing)
    }

    /// Everybody's credentials, as they were listed last: nobody but this case's steps, which list them afterwards, changes them.
    pub(crate) async fn listed(&mut self) -> Result<Listing, Broken> {
        match &self.listed {
            Some(listing) => Ok(listing.clone()),
            None => self.listing().await,
        }
    }

    /// A challenge that no server ever gave.
    pub(crate) fn made_up(&self) -> [u8; 32] {
        self.seed.actor("challenge", "")
    }

    /// A credential id of that length that no other case has: servers keep those of all users in one place.
    pub(crate) fn made_up_id(&self, length: usize) -> Vec<u8> {
        self.seed.actor("credential-id", "").into_iter().cycle().take(length).collect()
    }

    /// Writes down what was said between client and server.
    pub(crate) fn note(&mut self, name: &str, request: Message, response: Message) {
        let between = Between::ClientAndServer;
        self.exchanges.push(Exchange { between, name: name.to_owned(), request, response });
    }
}

/// Everybody's credentials; `None` where the server cannot list them.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Listing(pub(crate) Option<BTreeMap<String, Vec<CredentialRecord>>>);

impl Listing {
    /// The account's credential ids.
    pub(crate) fn ids(&self, who: &str) -> Vec<&[u8]> {
        let listed = self.0.as_ref().and_then(|all| all.get(who));
        listed.map(|list| list.iter().map(|record| record.id.as_slice()).collect()).unwrap_or_default()
    }

    /// Whether anybody has that credential; so it is taken where the server cannot list.
    pub(crate) fn has(&self, id: &[u8]) -> bool {
        self.0.as_ref().is_none_or(|all| all.values().flatten().any(|record| record.id == id))
    }

    /// Whose credentials are others than before.
    pub(crate) fn differs(&self, before: &Self) -> Option<&str> {
        let all = self.0.as_ref()?;
        all.keys().map(String::as_str).find(|who| self.ids(who) != before.ids(who))
    }
}

/// The word `key` in an AAGUID list stands for the AAGUID of the key that runs.
pub(crate) fn policy_for(policy: &Policy, profile: &Profile) -> Policy {
    let mut policy = policy.clone();
    for aaguid in policy.aaguid_allow.iter_mut().chain(&mut policy.aaguid_deny) {
        if aaguid == "key" {
            *aaguid = uuid(profile.aaguid);
        }
    }
    policy
}

const VERIFIES_USER: KeyNeed = KeyNeed { feature: KeyFeature::Uv, present: true };
/// More RSA keys than a key makes in one case.
const RSA_APART: usize = 4;
