//! A server as its file describes it: data only.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::Duration;

use http::{HeaderName, Method};
use plan::policy::Login;
use plan::{Known, Versions};

use super::policy::Supports;
use super::rule::Rule;
use super::template::{Template, Text};

/// A server as its file describes it.
#[derive(Clone, Debug)]
pub struct Description {
    /// How reports call the server.
    pub(super) name: String,
    /// The folder of the file.
    pub(super) folder: PathBuf,
    /// Where it runs, if nothing else is said.
    pub(super) url: Option<String>,
    /// Texts with a name.
    pub(super) values: BTreeMap<String, Given>,
    /// Texts that nobody may see.
    pub(super) secrets: BTreeMap<String, Given>,
    /// How it is started.
    pub(super) start: Option<Start>,
    /// Headers of every request of the admin.
    pub(super) admin_headers: Vec<(HeaderName, Text)>,
    /// Headers of every request of a user agent.
    pub(super) agent_headers: Vec<(HeaderName, Text)>,
    /// What is asked once, before anything else.
    pub(super) connect: Vec<Call>,
    /// What is asked once of a server that was started here, after that.
    pub(super) furnish: Vec<Call>,
    /// The status that says that the admin has to connect again.
    pub(super) renew: Option<u16>,
    /// The server's version.
    pub(super) version: Option<Text>,
    /// The versions that the file is for.
    pub(super) versions: Option<Versions>,
    /// What lifts a limit that was run into.
    pub(super) limits: Vec<Limit>,
    /// The policies that can be set.
    pub(super) supports: Supports,
    /// How a policy is set.
    pub(super) site: SiteMaking,
    /// Accounts.
    pub(super) account: AccountMaking,
    /// Ceremonies, for one or more manners of logging in.
    pub(super) flows: Vec<Flow>,
    /// Who is logged in.
    pub(super) whoami: Whoami,
    /// A user's credentials.
    pub(super) credentials: Option<Listing>,
    /// Removes a credential.
    pub(super) revoke: Vec<Call>,
    /// Logs out.
    pub(super) logout: Vec<Call>,
    /// What is asked at the end of a run.
    pub(super) leave: Vec<Call>,
    /// What runs leave behind.
    pub(super) clean: Vec<Clean>,
    /// What the server is known to do.
    pub(super) known: Vec<Known>,
}

/// A text from somewhere.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Given {
    /// The environment variable that it comes from.
    pub(super) env: Option<String>,
    /// The file that it comes from.
    pub(super) file: Option<PathBuf>,
    /// A new one for each server that is started here.
    pub(super) random: bool,
    /// Otherwise.
    pub(super) or: Option<String>,
    /// What it is, for people who have to give it.
    pub(super) what: Option<String>,
}

/// How a server is started.
#[derive(Clone, Debug)]
pub(super) struct Start {
    /// Files that are written first.
    pub(super) files: Vec<(Text, Text)>,
    /// Commands that run to their end first.
    pub(super) prepare: Vec<Vec<Text>>,
    /// The server.
    pub(super) command: Vec<Text>,
    /// For all of them.
    pub(super) environment: Vec<(String, Text)>,
    /// Its base URL.
    pub(super) url: Text,
    /// The path that answers with success when it is ready.
    pub(super) ready: String,
    /// How long that may take.
    pub(super) timeout: Duration,
}

/// One request.
#[derive(Clone, Debug)]
pub(super) struct Call {
    /// Where the file describes it: `register.finish 1`.
    pub(super) place: String,
    pub(super) method: Method,
    pub(super) path: Text,
    /// By the admin, and not by the user agent.
    pub(super) admin: bool,
    /// Only where users log in like that; empty: always.
    pub(super) only: Vec<Login>,
    /// Not again for the same account in the same session.
    pub(super) once: bool,
    pub(super) headers: Vec<(HeaderName, Text)>,
    pub(super) body: CallBody,
    /// Any of these.
    pub(super) accepted: Vec<Rule>,
    /// Any of these.
    pub(super) refused: Vec<Rule>,
    /// JSON pointers of the server's words.
    pub(super) reason: Vec<String>,
    pub(super) take: Vec<Take>,
    /// What is asked for each member of a list in the answer, which is `row` then.
    pub(super) then: Option<Then>,
}

/// What is asked for each member of a list.
#[derive(Clone, Debug)]
pub(super) struct Then {
    /// The JSON pointer of the list.
    pub(super) each: String,
    pub(super) calls: Vec<Call>,
}

/// What a request carries.
#[derive(Clone, Debug)]
pub(super) enum CallBody {
    Empty,
    Json(Template),
    Form(Vec<(String, Text)>),
}

/// Something that is taken from an answer.
#[derive(Clone, Debug)]
pub(super) struct Take {
    pub(super) name: String,
    pub(super) from: From,
    /// May be missing.
    pub(super) optional: bool,
    /// Nobody may see it.
    pub(super) secret: bool,
}

/// Where something is taken from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum From {
    /// A JSON pointer; where a segment is `*`, what stands there in every member, as one list.
    At(String),
    /// A header of the answer.
    Header(String),
    /// A cookie that the user agent has.
    Cookie(String),
    /// An attribute of the first element that a CSS selector finds.
    Css { selector: String, attribute: String },
}

/// What lifts a limit.
#[derive(Clone, Debug)]
pub(super) struct Limit {
    pub(super) rule: Rule,
    pub(super) lifted_by: String,
}

/// How a policy is set.
#[derive(Clone, Debug)]
pub(super) struct SiteMaking {
    pub(super) make: Vec<Call>,
    /// Requests that give a site that was made another policy.
    pub(super) change: Vec<Call>,
    /// Nothing is asked where policy and trust anchors are those of the site that was made last.
    pub(super) reuse_last: bool,
    pub(super) origin: Text,
    pub(super) rp_id: Text,
}

/// Accounts.
#[derive(Clone, Debug)]
pub(super) struct AccountMaking {
    pub(super) name: Text,
    pub(super) make: Vec<Call>,
    pub(super) remove: Vec<Call>,
}

/// Ceremonies.
#[derive(Clone, Debug)]
pub(super) struct Flow {
    pub(super) logins: Vec<Login>,
    pub(super) register: Ceremony,
    pub(super) login: Ceremony,
}

/// One ceremony.
#[derive(Clone, Debug)]
pub(super) struct Ceremony {
    pub(super) offer: Vec<Call>,
    pub(super) options: Options,
    pub(super) finish: Vec<Call>,
    /// What the server calls the new credential; registrations only.
    pub(super) stands_for: Option<Text>,
    /// What a page tells when the client has refused.
    pub(super) given_up: Vec<Call>,
}

/// Where the options are in the last answer of the offer.
#[derive(Clone, Debug)]
pub(super) enum Options {
    At(String),
    Built(Template),
}

/// Who is logged in.
#[derive(Clone, Debug)]
pub(super) struct Whoami {
    pub(super) rows: Rows,
    /// The JSON pointer of the name.
    pub(super) user: String,
    /// The variable without which nobody is logged in.
    pub(super) needs: Option<String>,
}

/// Members of a list in an answer.
#[derive(Clone, Debug)]
pub(super) struct Rows {
    pub(super) calls: Vec<Call>,
    /// The JSON pointer of a list or an object; `None`: the whole answer is the one row.
    pub(super) each: Option<String>,
    /// Only rows with that at these pointers.
    pub(super) only: Vec<(String, Template)>,
    /// No rows with that at these pointers.
    pub(super) unless: Vec<(String, Template)>,
}

/// A user's credentials.
#[derive(Clone, Debug)]
pub(super) struct Listing {
    pub(super) rows: Rows,
    pub(super) id: CredentialId,
    pub(super) sign_count: Option<String>,
    pub(super) aaguid: Option<String>,
}

/// How a listed credential is known.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum CredentialId {
    /// The id itself at a JSON pointer.
    Base64Url(String),
    /// With padding, the other alphabet.
    Base64(String),
    /// Hexadecimal digits.
    Hex(String),
    /// What the server called the credential when it was registered.
    StandsFor(String),
}

/// What runs leave behind.
#[derive(Clone, Debug)]
pub(super) struct Clean {
    pub(super) rows: Rows,
    /// The JSON pointer of the name.
    pub(super) name: String,
    /// How the names of what runs leave begin.
    pub(super) begins: Text,
    pub(super) remove: Vec<Call>,
}

impl Description {
    /// How reports call the server.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Where it runs, if nothing else is said.
    pub fn url(&self) -> Option<&str> {
        self.url.as_deref()
    }

    /// Whether the file says how the server is started.
    pub fn starts(&self) -> bool {
        self.start.is_some()
    }

    /// The flow of a manner of logging in.
    pub(super) fn flow(&self, login: Login) -> Option<&Flow> {
        self.flows.iter().find(|flow| flow.logins.contains(&login))
    }
}
