//! The client itself.

use std::sync::Arc;
use std::time::Duration;

use webauthn::{CreationOptions, RequestOptions};

use crate::ceremony::Ceremony;
use crate::create::{self, AaguidTreatment, Created};
use crate::error::ClientError;
use crate::exchange::Exchange;
use crate::facts::KeyFacts;
use crate::get::{self, Asserted};
use crate::link::{Link, Patient, Watch};
use crate::manner::Manner;
use crate::person::{First, Person};
use crate::random::{Random, Unpredictable};
use crate::related::Fetch;
use crate::twist::Twist;

/// A browser with one key plugged in and one person before it.
pub struct Client {
    manner: Manner,
    aaguid: AaguidTreatment,
    facts: Option<Arc<KeyFacts>>,
    person: Box<dyn Person>,
    watch: Box<dyn Watch>,
    random: Box<dyn Random>,
    fetch: Option<Box<dyn Fetch>>,
}

impl Client {
    /// A client that knows no key yet, with a person who takes the first account and allows attestation.
    pub fn new(manner: Manner) -> Self {
        Self {
            manner,
            aaguid: AaguidTreatment::default(),
            facts: None,
            person: Box::new(First),
            watch: Box::new(Patient),
            random: Box::new(Unpredictable),
            fetch: None,
        }
    }

    /// Another person.
    #[must_use]
    pub fn with_person(mut self, person: impl Person + 'static) -> Self {
        self.person = Box::new(person);
        self
    }

    /// Asked while the key works; a break cancels the ceremony with AbortError.
    #[must_use]
    pub fn with_watch(mut self, watch: impl Watch + 'static) -> Self {
        self.watch = Box::new(watch);
        self
    }

    /// Another source of randomness, [`Repeatable`](crate::Repeatable) for one.
    #[must_use]
    pub fn with_random(mut self, random: impl Random + 'static) -> Self {
        self.random = Box::new(random);
        self
    }

    /// The way to the web, for related origins; without it, this client does not know them.
    #[must_use]
    pub fn with_fetch(mut self, fetch: impl Fetch + 'static) -> Self {
        self.fetch = Some(Box::new(fetch));
        self
    }

    /// Another treatment of the AAGUID where the attestation is replaced.
    #[must_use]
    pub fn with_aaguid(mut self, treatment: AaguidTreatment) -> Self {
        self.aaguid = treatment;
        self
    }

    /// The key is known already: it is not asked what it can do.
    #[must_use]
    pub fn with_facts(mut self, facts: Arc<KeyFacts>) -> Self {
        self.facts = Some(facts);
        self
    }

    /// The manner.
    pub fn manner(&self) -> Manner {
        self.manner
    }

    /// Asks a key what it is: authenticatorGetInfo, U2F_VERSION.
    ///
    /// # Errors
    /// The key is gone, or its answer makes no sense.
    pub async fn meet(link: &mut dyn Link) -> Result<KeyFacts, ClientError> {
        KeyFacts::learn(link).await
    }

    /// What is known of the key; it is asked the first time.
    ///
    /// # Errors
    /// As [`Client::meet`].
    pub async fn facts(&mut self, link: &mut dyn Link) -> Result<Arc<KeyFacts>, ClientError> {
        if let Some(facts) = &self.facts {
            return Ok(facts.clone());
        }
        let facts = Arc::new(Self::meet(link).await?);
        self.facts = Some(facts.clone());
        Ok(facts)
    }

    /// Forgets what is known of the key: another one is plugged in, or its settings changed.
    pub fn forget(&mut self) {
        self.facts = None;
    }

    /// Registration: `navigator.credentials.create()` on a page of that origin.
    ///
    /// # Errors
    /// Client, key or link refused; the error says which.
    pub async fn create(
        &mut self,
        link: &mut dyn Link,
        origin: &str,
        options: &CreationOptions,
    ) -> Result<Created, ClientError> {
        self.create_twisted(link, origin, options, &Twist::default()).await
    }

    /// Registration with something made different.
    ///
    /// # Errors
    /// As [`Client::create`].
    pub async fn create_twisted(
        &mut self,
        link: &mut dyn Link,
        origin: &str,
        options: &CreationOptions,
        twist: &Twist,
    ) -> Result<Created, ClientError> {
        let facts = self.facts(link).await?;
        let treatment = self.aaguid;
        let mut ceremony = self.ceremony(link, &facts, options.timeout, twist);
        let result = create::create(&mut ceremony, origin, options, treatment).await;
        let stale = ceremony.stale;
        self.forget_if(stale);
        result
    }

    /// Login: `navigator.credentials.get()` on a page of that origin.
    ///
    /// # Errors
    /// As [`Client::create`].
    pub async fn get(
        &mut self,
        link: &mut dyn Link,
        origin: &str,
        options: &RequestOptions,
    ) -> Result<Asserted, ClientError> {
        self.get_twisted(link, origin, options, &Twist::default()).await
    }

    /// Login with something made different.
    ///
    /// # Errors
    /// As [`Client::create`].
    pub async fn get_twisted(
        &mut self,
        link: &mut dyn Link,
        origin: &str,
        options: &RequestOptions,
        twist: &Twist,
    ) -> Result<Asserted, ClientError> {
        let facts = self.facts(link).await?;
        let mut ceremony = self.ceremony(link, &facts, options.timeout, twist);
        let result = get::get(&mut ceremony, origin, options).await;
        let stale = ceremony.stale;
        self.forget_if(stale);
        result
    }

    pub(crate) fn forget_if(&mut self, stale: bool) {
        if stale {
            self.forget();
        }
    }

    pub(crate) fn ceremony<'c>(
        &'c mut self,
        link: &'c mut dyn Link,
        facts: &'c KeyFacts,
        timeout: Option<u32>,
        twist: &'c Twist,
    ) -> Ceremony<'c> {
        let timeout = timeout.unwrap_or(DEFAULT_TIMEOUT).clamp(LEAST_TIMEOUT, MOST_TIMEOUT);
        let left = Duration::from_millis(timeout.into());
        let exchange = Exchange { link, watch: &mut *self.watch, left };
        Ceremony {
            exchange,
            facts,
            manner: self.manner,
            person: &mut *self.person,
            twist,
            random: &mut *self.random,
            fetch: self.fetch.as_mut().map(|fetch| &mut **fetch as &mut dyn Fetch),
            stale: false,
        }
    }
}

/// Milliseconds, as section 15.1 recommends.
const DEFAULT_TIMEOUT: u32 = 300_000;
/// Milliseconds. Less than section 15.1 recommends, which a client may choose: pages that ask for a minute mean it.
const LEAST_TIMEOUT: u32 = 10_000;
/// Milliseconds, as section 15.1 recommends.
const MOST_TIMEOUT: u32 = 600_000;
