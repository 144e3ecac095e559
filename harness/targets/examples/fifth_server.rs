//! A target in Rust, for servers whose ways no file can describe: implement [`Target`], [`Site`] and [`Session`].
//!
//! The server here is a list in memory, so that nothing but the traits is to be seen; a real one is driven with
//! `targets::http::Agent`, which has the cookies, the time-outs and the errors. The rules that every target keeps:
//!
//! * *Refused* is what the server decided; *Unknown* is everything that leaves open whether it took effect.
//! * A wish that the server cannot be given is *Unsupported*, with the reason, before anything is made.
//! * `whoami` and `credentials` ask the server anew. They are the evidence; the answer to a ceremony is not.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use futures_util::FutureExt;
use plan::Policy;
use plan::policy::{Login, Requirement};
use serde_json::{Value, json};
use targets::{
    Account, Capabilities, CredentialRecord, Offer, Session, Site, SiteWish, Target, TargetError,
    TargetResult,
};
use webauthn::verify::{self, CredentialRecord as Record, Expectations, Refusal};
use webauthn::{AuthenticationResponse, CreationOptions, RegistrationResponse, RequestOptions};

const ORIGIN: &str = "https://login.example.test";
const RP_ID: &str = "example.test";

/// The server: users, each with credentials.
#[derive(Debug, Default)]
struct Users(Mutex<BTreeMap<String, Vec<Record>>>);

impl Users {
    fn all(&self) -> MutexGuard<'_, BTreeMap<String, Vec<Record>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// One server. A real target holds its URL and its connections.
#[derive(Debug, Default)]
pub struct Fifth;

impl Target for Fifth {
    fn name(&self) -> &str {
        "fifth"
    }

    fn url(&self) -> String {
        ORIGIN.to_owned()
    }

    fn version(&self) -> Option<String> {
        Some("5.0".to_owned())
    }

    /// Scenarios that need more are unsupported before they begin.
    fn capabilities(&self) -> Capabilities {
        Capabilities { policy: true, passwordless: true, credentials: true, ..Capabilities::default() }
    }

    /// Each case gets a site of its own. What the server cannot do is said here.
    fn site<'a>(&'a self, wish: SiteWish<'a>) -> TargetResult<'a, Box<dyn Site>> {
        async move {
            let known = Policy {
                user_verification: wish.policy.user_verification,
                resident_key: wish.policy.resident_key,
                login: Login::Passwordless,
                ..Policy::default()
            };
            if *wish.policy != known {
                return Err(TargetError::Unsupported("fifth: only user verification can be set".to_owned()));
            }
            let site = FifthSite { policy: wish.policy.clone(), seed: wish.seed, users: Arc::default() };
            Ok(Box::new(site) as Box<dyn Site>)
        }
        .boxed()
    }
}

#[derive(Debug)]
struct FifthSite {
    policy: Policy,
    seed: [u8; 32],
    users: Arc<Users>,
}

impl Site for FifthSite {
    fn origin(&self) -> String {
        ORIGIN.to_owned()
    }

    fn rp_id(&self) -> String {
        RP_ID.to_owned()
    }

    fn provision<'a>(&'a self, who: &'a Account) -> TargetResult<'a, ()> {
        self.users.all().insert(who.name.clone(), Vec::new());
        async { Ok(()) }.boxed()
    }

    fn retire<'a>(&'a self, who: &'a Account) -> TargetResult<'a, ()> {
        self.users.all().remove(&who.name);
        async { Ok(()) }.boxed()
    }

    /// A new user agent. Nothing is asked of the server yet.
    fn open<'a>(&'a self) -> TargetResult<'a, Box<dyn Session>> {
        let session = FifthSession {
            policy: self.policy.clone(),
            users: self.users.clone(),
            challenge: self.seed.to_vec(),
            who: None,
            logged_in: None,
        };
        async move { Ok(Box::new(session) as Box<dyn Session>) }.boxed()
    }

    fn credentials<'a>(&'a self, who: &'a Account) -> TargetResult<'a, Vec<CredentialRecord>> {
        let record = |record: &Record| CredentialRecord {
            id: record.id.clone(),
            sign_count: Some(record.sign_count),
            aaguid: None,
        };
        let users = self.users.all();
        let listed = users.get(&who.name).map(|records| records.iter().map(record).collect());
        drop(users);
        let missing = || TargetError::Unknown(format!("there is no user `{}`", who.name));
        std::future::ready(listed.ok_or_else(missing)).boxed()
    }

    fn revoke<'a>(&'a self, who: &'a Account, id: &'a [u8]) -> TargetResult<'a, ()> {
        if let Some(records) = self.users.all().get_mut(&who.name) {
            records.retain(|record| record.id != id);
        }
        async { Ok(()) }.boxed()
    }
}

#[derive(Debug)]
struct FifthSession {
    policy: Policy,
    users: Arc<Users>,
    challenge: Vec<u8>,
    who: Option<String>,
    logged_in: Option<String>,
}

impl FifthSession {
    /// A challenge that this session has not had.
    fn next_challenge(&mut self) -> String {
        for byte in &mut self.challenge {
            *byte = byte.wrapping_add(1);
        }
        webauthn::bytes::encode(&self.challenge)
    }

    fn expectations(&self) -> Expectations {
        let mut expect = Expectations::new(self.challenge.clone(), ORIGIN.to_owned(), RP_ID.to_owned());
        expect.user_verification = self.policy.user_verification == Requirement::Required;
        expect.algorithms.clone_from(&self.policy.algorithms);
        expect
    }

    fn user_verification(&self) -> Value {
        json!(self.policy.user_verification)
    }
}

impl Session for FifthSession {
    fn offer_registration<'a>(&'a mut self, who: &'a Account) -> TargetResult<'a, Offer<CreationOptions>> {
        let challenge = self.next_challenge();
        self.who = Some(who.name.clone());
        let algorithm = |alg: &i32| json!({ "type": "public-key", "alg": alg });
        let options = json!({
            "rp": { "id": RP_ID, "name": "Fifth" },
            "user": { "id": webauthn::bytes::encode(who.name.as_bytes()), "name": who.name, "displayName": who.name },
            "challenge": challenge,
            "pubKeyCredParams": self.policy.algorithms.iter().map(algorithm).collect::<Vec<_>>(),
            "authenticatorSelection": { "userVerification": self.user_verification() },
        });
        async move { offer(options, CreationOptions::from_value) }.boxed()
    }

    fn register<'a>(&'a mut self, response: &'a Value) -> TargetResult<'a, ()> {
        async move {
            let response = RegistrationResponse::from_value(response.clone()).map_err(refused)?;
            let who = self.who.clone().unwrap_or_default();
            let mut users = self.users.all();
            let taken = |id: &[u8]| users.values().flatten().any(|record| record.id == id);
            let registered = verify::registration(&response, &self.expectations(), who.as_bytes(), taken);
            let record = registered.map_err(said)?.record;
            users.entry(who).or_default().push(record);
            Ok(())
        }
        .boxed()
    }

    fn offer_login<'a>(&'a mut self, who: Option<&'a Account>) -> TargetResult<'a, Offer<RequestOptions>> {
        let challenge = self.next_challenge();
        self.who = who.map(|who| who.name.clone());
        let users = self.users.all();
        let records = self.who.as_ref().and_then(|who| users.get(who)).map(Vec::as_slice).unwrap_or_default();
        let descriptor = |r: &Record| json!({ "type": "public-key", "id": webauthn::bytes::encode(&r.id) });
        let options = json!({
            "challenge": challenge,
            "rpId": RP_ID,
            "allowCredentials": records.iter().map(descriptor).collect::<Vec<_>>(),
            "userVerification": self.user_verification(),
        });
        drop(users);
        async move { offer(options, RequestOptions::from_value) }.boxed()
    }

    fn login<'a>(&'a mut self, response: &'a Value) -> TargetResult<'a, ()> {
        async move {
            let response = AuthenticationResponse::from_value(response.clone()).map_err(refused)?;
            let who = self.who.clone().unwrap_or_default();
            let mut users = self.users.all();
            let records = users.entry(who.clone()).or_default();
            let allow: Vec<Vec<u8>> = records.iter().map(|record| record.id.clone()).collect();
            let known = |id: &[u8]| records.iter().find(|record| record.id == id);
            let expect = self.expectations();
            let authenticated =
                verify::authentication(&response, &expect, &allow, Some(who.as_bytes()), known)
                    .map_err(said)?;
            if let Some(record) = records.iter_mut().find(|record| record.id == authenticated.credential_id) {
                authenticated.update(record);
            }
            drop(users);
            // A challenge is good for one login.
            self.next_challenge();
            self.logged_in = Some(who);
            Ok(())
        }
        .boxed()
    }

    fn client_refused<'a>(&'a mut self, _error: &'a str) -> TargetResult<'a, ()> {
        async { Ok(()) }.boxed()
    }

    fn logout(&mut self) -> TargetResult<'_, ()> {
        self.logged_in = None;
        async { Ok(()) }.boxed()
    }

    fn whoami<'a>(&'a mut self) -> TargetResult<'a, Option<String>> {
        let who = self.logged_in.clone();
        async move { Ok(who) }.boxed()
    }
}

/// The options, parsed and as they came.
fn offer<T, E: std::fmt::Display>(
    options: Value,
    read: fn(Value) -> Result<T, E>,
) -> Result<Offer<T>, TargetError> {
    let raw = options.to_string().into_bytes();
    let options = read(options).map_err(|e| TargetError::Unknown(format!("these are no options: {e}")))?;
    Ok(Offer { options, raw })
}

fn said(refusal: Refusal) -> TargetError {
    refused(refusal)
}

/// The server's decision, in its own words.
fn refused(why: impl std::fmt::Display) -> TargetError {
    TargetError::Refused { status: 400, reason: Some(why.to_string()), body: Vec::new() }
}

/// What a run asks first.
#[allow(dead_code)]
fn main() {
    let target = Fifth;
    println!("{} {}: {:?}", target.name(), target.version().unwrap_or_default(), target.capabilities());
}
