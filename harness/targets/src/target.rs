//! What every target is to the bench: a server, sites with a policy on it, and user agents with their own cookies.

use futures_util::future::BoxFuture;
use plan::policy::Login;
use plan::{Known, Policy};
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};
use webauthn::{CreationOptions, RequestOptions};

pub use crate::target_error::{Page, TargetError};

/// A future of a target: boxed, since each is a network round trip.
pub type TargetResult<'a, T> = BoxFuture<'a, Result<T, TargetError>>;

/// What a server offers.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Capabilities {
    /// The policy can be set by the bench.
    pub policy: bool,
    /// Login with a password and then the key.
    pub second_factor: bool,
    /// Login with a user name and the key.
    pub passwordless: bool,
    /// Login with the key alone.
    pub usernameless: bool,
    /// The stored credentials of a user can be listed.
    pub credentials: bool,
}

impl Capabilities {
    /// Whether users can log in that way.
    pub fn logs_in(&self, login: Login) -> bool {
        match login {
            Login::SecondFactor => self.second_factor,
            Login::Passwordless => self.passwordless,
            Login::Usernameless => self.usernameless,
        }
    }
}

/// A user of the server.
#[derive(Clone, PartialEq, Eq)]
pub struct Account {
    /// The login name.
    pub name: String,
    /// The password; empty for servers that need none.
    pub password: String,
}

impl std::fmt::Debug for Account {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Account").field("name", &self.name).finish_non_exhaustive()
    }
}

/// What the server hands to the page.
#[derive(Clone, Debug)]
pub struct Offer<T> {
    /// The options, parsed.
    pub options: T,
    /// The answer as it came, for the judge and the report.
    pub raw: Vec<u8>,
}

/// A credential as the server lists it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CredentialRecord {
    /// Credential id.
    pub id: Vec<u8>,
    /// Stored counter, where the server shows it.
    pub sign_count: Option<u32>,
    /// Stored AAGUID, where the server shows it.
    pub aaguid: Option<String>,
}

/// What a case wants of the server.
#[derive(Clone, Debug)]
pub struct SiteWish<'a> {
    /// The policy.
    pub policy: &'a Policy,
    /// The seed of the site's challenges and user handles, for targets that can be seeded.
    pub seed: [u8; 32],
    /// Trust anchors (DER) for attestation.
    pub anchors: &'a [Vec<u8>],
    /// The policy will be another one before the case is over ([`Site::set_policy`]): no other case may live under it.
    pub changes: bool,
    /// Whether the keys of the case can verify their user: for servers that always ask for it.
    pub verifies_user: bool,
    /// What the scenario sets beyond the policy, in words of this server; empty for scenarios that are for every server.
    pub settings: &'a Map<String, Value>,
}

impl<'a> SiteWish<'a> {
    /// A site with that policy and nothing else that is out of the ordinary.
    pub fn of(policy: &'a Policy, settings: &'a Map<String, Value>) -> Self {
        Self { policy, seed: [0; 32], anchors: &[], changes: false, verifies_user: true, settings }
    }
}

/// Reads what a scenario says in the words of one server, whose name for people is `product`; `place` is where it stands.
///
/// # Errors
/// [`TargetError::Unknown`] for what is no word of the server's: it would test something else than it says.
pub fn own_words<T: DeserializeOwned>(
    words: &Map<String, Value>,
    place: &str,
    product: &str,
) -> Result<T, TargetError> {
    serde_json::from_value(Value::Object(words.clone()))
        .map_err(|e| TargetError::Unknown(format!("the scenario's {place} is not {product}'s: {e}")))
}

/// Something that only one server knows: a recovery code, the name of a key.
#[derive(Clone, Copy, Debug)]
pub struct Deed<'a> {
    /// The server's word for it.
    pub what: &'a str,
    /// Whose, or by whom.
    pub who: &'a Account,
    /// The id of the credential that it is about.
    pub credential: Option<&'a [u8]>,
    /// What else the scenario says.
    pub with: &'a Map<String, Value>,
}

/// One server.
pub trait Target: Send + Sync {
    /// `reference`, `keycloak`, or the name in a target file.
    fn name(&self) -> &str;

    /// Whether it is a dialect that speaks there, and not the server itself. Scenarios and what is known hold for it as for the
    /// server; reports say what it was.
    fn is_dialect(&self) -> bool {
        false
    }

    /// Base URL, for people.
    fn url(&self) -> String;

    /// The server's own version, where it tells.
    fn version(&self) -> Option<String>;

    /// Asked before a case is built.
    fn capabilities(&self) -> Capabilities;

    /// How many cases a run has in work at a time, unless it is told.
    fn jobs(&self) -> usize {
        1
    }

    /// What this server is known to do otherwise than scenarios require, for the versions that each entry names.
    fn known(&self) -> &[Known] {
        &[]
    }

    /// The log of a server that was started here, for the report.
    fn log(&self) -> Option<Vec<u8>> {
        None
    }

    /// Removes what runs that were broken off left on the server, and gives the names of it.
    fn clean(&self) -> TargetResult<'_, Vec<String>> {
        let what = format!("finding what other runs left on `{}`", self.name());
        Box::pin(std::future::ready(Err(TargetError::Unsupported(what))))
    }

    /// The server with that policy: a realm of its own, a tenant, a configuration.
    fn site<'a>(&'a self, wish: SiteWish<'a>) -> TargetResult<'a, Box<dyn Site>>;
}

/// A relying party with one policy.
pub trait Site: Send + Sync {
    /// The origin of its pages, `https://login.example.test`.
    fn origin(&self) -> String;

    /// The RP ID that its options carry (or the origin's host).
    fn rp_id(&self) -> String;

    /// Makes the account.
    fn provision<'a>(&'a self, who: &'a Account) -> TargetResult<'a, ()>;

    /// Whether all that the site holds goes with the target, so that accounts need not be removed one by one.
    fn is_disposable(&self) -> bool {
        false
    }

    /// Removes the account and all it has.
    fn retire<'a>(&'a self, who: &'a Account) -> TargetResult<'a, ()>;

    /// A new user agent: no cookies, nobody logged in. Changes nothing on the server.
    fn open<'a>(&'a self) -> TargetResult<'a, Box<dyn Session>>;

    /// The account's credentials, asked outside the ceremonies: independent evidence.
    fn credentials<'a>(&'a self, who: &'a Account) -> TargetResult<'a, Vec<CredentialRecord>>;

    /// From now on the site has that policy, with the same login; accounts and credentials stay. Asked only where the site's wish
    /// said that it [`changes`](SiteWish::changes).
    fn set_policy<'a>(&'a self, _policy: &'a Policy) -> TargetResult<'a, ()> {
        let what = "changing a policy under which keys are registered".to_owned();
        Box::pin(std::future::ready(Err(TargetError::Unsupported(what))))
    }

    /// Removes one credential.
    fn revoke<'a>(&'a self, who: &'a Account, id: &'a [u8]) -> TargetResult<'a, ()>;
}

/// One user agent with its own cookies.
pub trait Session: Send {
    /// Goes to the page that registers a key for `who` (a password step, if there is one, is done on the way).
    fn offer_registration<'a>(&'a mut self, who: &'a Account) -> TargetResult<'a, Offer<CreationOptions>>;

    /// Sends a RegistrationResponseJSON, or whatever the case makes of it.
    fn register<'a>(&'a mut self, response: &'a Value) -> TargetResult<'a, ()>;

    /// Goes to the page that asks for a key; `None`: the key says who it is.
    fn offer_login<'a>(&'a mut self, who: Option<&'a Account>) -> TargetResult<'a, Offer<RequestOptions>>;

    /// Sends an AuthenticationResponseJSON, or whatever the case makes of it.
    fn login<'a>(&'a mut self, response: &'a Value) -> TargetResult<'a, ()>;

    /// The client refused: tells the server what a page would tell it, which most pages do not.
    fn client_refused<'a>(&'a mut self, _error: &'a str) -> TargetResult<'a, ()> {
        Box::pin(std::future::ready(Ok(())))
    }

    /// Logs in with all that comes before the key: refused if the server asks for a key then.
    fn login_without_key<'a>(&'a mut self, who: &'a Account) -> TargetResult<'a, ()> {
        let what = format!("logging `{}` in without a key", who.name);
        Box::pin(std::future::ready(Err(TargetError::Unsupported(what))))
    }

    /// Does what only this server knows. Who is logged in and which credentials there are may be others afterwards.
    fn perform<'a>(&'a mut self, deed: Deed<'a>) -> TargetResult<'a, ()> {
        let what = format!("the deed `{}`", deed.what);
        Box::pin(std::future::ready(Err(TargetError::Unsupported(what))))
    }

    /// What this user agent and its server showed of the ceremonies since it was last asked, beside the answers: evidence in
    /// words. Asks the server nothing.
    fn seen(&mut self) -> Vec<String> {
        Vec::new()
    }

    /// Logs out: nobody is logged in afterwards, as far as the server says so itself.
    fn logout(&mut self) -> TargetResult<'_, ()> {
        Box::pin(std::future::ready(Err(TargetError::Unsupported("logging out".to_owned()))))
    }

    /// Who is logged in, asked of the server: independent evidence.
    fn whoami<'a>(&'a mut self) -> TargetResult<'a, Option<String>>;
}
