//! The table's requests, one after the other, with one browser.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use crate::table::{Ceremony, Key, Outcome, Person, Request};
use plan::Policy;
use plan::policy::Requirement;
use serde_json::json;

use crate::Trouble;
use crate::attempt::{Attempt, Hand};
use crate::plugged::Plugged;

const TRIES: usize = 4;

/// A server, and one key after the other, for one browser.
pub struct Bench {
    /// The browser, and who sits before it.
    pub hand: Hand,
    /// The server's origin: `http://localhost:8080`.
    pub server: String,
    /// The binary.
    pub anykey: PathBuf,
    stage: Option<Stage>,
    /// The sites that were made, by their policy.
    sites: BTreeMap<String, String>,
    /// How many keys and accounts there were, for new names.
    made: usize,
}

/// Requests that share a plugged key, so that credentials which others left do not show.
struct Stage {
    key: String,
    /// Of logins.
    policy: Option<Policy>,
    plugged: Plugged,
    /// The accounts that have a credential on the key, by their names in the table.
    prepared: BTreeSet<String>,
    number: usize,
}

impl Bench {
    /// With the browser at the server's page.
    pub async fn new(mut hand: Hand, server: String, anykey: PathBuf) -> Result<Self, Trouble> {
        hand.open(&server).await?;
        Ok(Self { hand, server, anykey, stage: None, sites: BTreeMap::new(), made: 0 })
    }

    /// Makes a request, and says what came of it. It is made again where a busy machine did not bring the key a whole
    /// message in time, which says nothing of the browser.
    pub async fn perform(
        &mut self,
        key: &Key,
        request: &Request,
        expected: &Outcome,
    ) -> Result<Outcome, Trouble> {
        let site = self.site(&request.policy).await?;
        let mut stage = self.stage(key, request).await?;
        let mut outcome = self.perform_on(&mut stage, &site, key, request, expected).await;
        for _ in 1..TRIES {
            if !stage.plugged.was_cut_off() {
                break;
            }
            println!("again   {} / {}: a message came too slowly", request.name, key.name);
            self.hand.leave().await?;
            outcome = self.perform_on(&mut stage, &site, key, request, expected).await;
        }
        self.stage = Some(stage);
        outcome
    }

    async fn perform_on(
        &mut self,
        stage: &mut Stage,
        site: &str,
        key: &Key,
        request: &Request,
        expected: &Outcome,
    ) -> Result<Outcome, Trouble> {
        let number = stage.number;
        let named = |account: &str| format!("{account}-{number}");
        let attempt = |account: String, ceremony| Attempt {
            address: format!("site={site}&name={account}"),
            ceremony,
            person: Person::Willing,
            pin: key.pin.clone(),
            expected: Outcome::Accepted,
        };
        for account in &request.before {
            if stage.prepared.contains(account) {
                continue;
            }
            let mut registration = attempt(named(account), Ceremony::Create);
            registration.address += "&resident-key=preferred";
            self.hand.add_account(site, &named(account)).await?;
            let outcome = self.hand.attempt(&registration, &mut stage.plugged).await?;
            if outcome != Outcome::Accepted {
                return Err(format!("{account} cannot register the key first: {outcome}").into());
            }
            stage.prepared.insert(account.clone());
        }
        let account = match request.before.first() {
            Some(account) => named(account),
            None => {
                self.made += 1;
                let account = format!("user-{}", self.made);
                self.hand.add_account(site, &account).await?;
                account
            }
        };
        let mut asked = attempt(account, request.ceremony);
        asked.person = request.person;
        asked.expected = expected.clone();
        if let Some(verification) = request.user_verification {
            asked.address += &format!("&user-verification={}", word(verification));
        }
        self.hand.attempt(&asked, &mut stage.plugged).await
    }

    /// What clients and key said during the last ceremony.
    pub fn conversation(&mut self) -> String {
        self.stage.as_mut().map(|stage| stage.plugged.heard().join("\n")).unwrap_or_default()
    }

    /// The key that is plugged in already, or a new one.
    async fn stage(&mut self, key: &Key, request: &Request) -> Result<Stage, Trouble> {
        let policy = (request.ceremony == Ceremony::Get).then(|| request.policy.clone());
        if let Some(stage) = self.stage.take() {
            if stage.key == key.name && stage.policy == policy {
                return Ok(stage);
            }
            stage.plugged.unplug().await?;
        }
        self.made += 1;
        let plugged = Plugged::new(&self.anykey, key).await?;
        Ok(Stage { key: key.name.clone(), policy, plugged, prepared: BTreeSet::new(), number: self.made })
    }

    /// The site of that policy.
    async fn site(&mut self, policy: &Policy) -> Result<String, Trouble> {
        let wish = json!({ "policy": policy, "origin": self.server, "rp_id": "localhost" }).to_string();
        if let Some(site) = self.sites.get(&wish) {
            return Ok(site.clone());
        }
        let site = self.hand.add_site(&wish).await?;
        self.sites.insert(wish, site.clone());
        Ok(site)
    }
}

fn word(requirement: Requirement) -> &'static str {
    match requirement {
        Requirement::Required => "required",
        Requirement::Preferred => "preferred",
        Requirement::Discouraged => "discouraged",
    }
}
