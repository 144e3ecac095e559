//! What happened, as one stream. The runner emits, sinks fold; no sink influences the run.

use std::io;

use serde::{Deserialize, Serialize};

use crate::verdict::Verdict;

/// The number of the report's schema: raised when a member changes its meaning or goes away.
pub const SCHEMA: u32 = 1;

/// One event of a run.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "kebab-case")]
pub enum Event {
    /// The run begins; everything that can be known before the first case.
    RunStarted(RunStarted),
    /// A case begins.
    CaseStarted {
        /// Which.
        case: CaseId,
    },
    /// A case is over.
    CaseDone(Box<CaseDone>),
    /// The run is over.
    RunDone(RunDone),
}

/// The head of a run.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RunStarted {
    /// [`SCHEMA`].
    pub schema: u32,
    /// AnyKey's version.
    pub version: String,
    /// Wall-clock begin, RFC 3339, UTC.
    pub began: String,
    /// The seed that the whole run derives from.
    pub seed: u64,
    /// What client and keys were joined by, as `--link` has it: `process`, `socket`, `uhid`, or the key that was somebody's own,
    /// `hidraw:/dev/hidraw3`, `unix:PATH`. Absent in reports of versions that did not say.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub link: Option<String>,
    /// The server.
    pub target: TargetInfo,
    /// The keys, in the matrix's order (rows).
    pub keys: Vec<KeyInfo>,
    /// The scenarios, in running order. Those with a `column` are the matrix's columns.
    pub scenarios: Vec<ScenarioInfo>,
    /// The client's manners that run.
    pub manners: Vec<Manner>,
    /// How many cases will run.
    pub cases: usize,
}

/// The server under test.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct TargetInfo {
    /// `reference`, `keycloak`; `NAME (dialect)` where a dialect stood for the server.
    pub name: String,
    /// The server's own version, where it tells.
    pub version: Option<String>,
    /// Base URL, without credentials.
    pub url: String,
    /// Flaws switched on in the embedded reference server.
    pub flaws: Vec<String>,
}

/// A key of the run.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct KeyInfo {
    /// The profile's name.
    pub name: String,
    /// The product.
    pub product: String,
    /// One line: what it can and cannot.
    pub summary: String,
}

/// A scenario of the run.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ScenarioInfo {
    /// The slug, `login.replayed-assertion`.
    pub id: String,
    /// A few words.
    pub title: String,
    /// The requirement, one sentence with MUST.
    pub requires: String,
    /// URL of the clause.
    pub spec: String,
    /// The matrix column's head, for scenarios that walk a policy.
    pub column: Option<String>,
    /// The flaws it catches.
    pub catches: Vec<String>,
    /// The twin that must pass.
    pub twin: Option<String>,
}

/// How the client behaves.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Manner {
    /// Refuses what a browser refuses.
    Faithful,
    /// Lets it through, so that the server itself must refuse.
    Permissive,
}

impl Manner {
    /// The name as flags and reports write it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Faithful => "faithful",
            Self::Permissive => "permissive",
        }
    }
}

/// Which case: one scenario with one key in one manner.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct CaseId {
    /// Scenario id.
    pub scenario: String,
    /// Key name.
    pub key: String,
    /// Manner.
    pub manner: Manner,
}

impl core::fmt::Display for CaseId {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        write!(f, "{} [{}, {}]", self.scenario, self.key, self.manner.name())
    }
}

/// What the ceremony under test came to, whatever was expected: the matrix cell.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "outcome", rename_all = "kebab-case")]
pub enum Outcome {
    /// Registered, and where the scenario logs in, logged in.
    Accepted,
    /// The server refused.
    RefusedByServer {
        /// `register` or `login`.
        step: String,
        /// HTTP status.
        status: u16,
        /// The server's words, if it gave any.
        reason: Option<String>,
    },
    /// The client refused, as a browser does.
    RefusedByClient {
        /// `register` or `login`.
        step: String,
        /// The DOM error's name, `NotAllowedError`.
        error: String,
        /// Why.
        reason: String,
    },
    /// The key refused and the client had no more to try.
    RefusedByKey {
        /// `register` or `login`.
        step: String,
        /// Status name or word.
        status: String,
    },
    /// No outcome: unsupported, or broken off.
    None,
}

/// A case with its verdict.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct CaseDone {
    /// Which.
    pub case: CaseId,
    /// The verdict.
    pub verdict: Verdict,
    /// What happened at the ceremony under test.
    pub outcome: Outcome,
    /// Why the verdict is what it is: one sentence, plain text.
    pub reason: String,
    /// What the verdict rests on: each a sentence about something that was seen.
    pub proof: Vec<Proof>,
    /// The baseline that did not pass, if that is why the verdict is unknown.
    pub baseline_failed: bool,
    /// Why the server is known to do otherwise than required; the verdict is `pass` then, since it does what is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub known: Option<String>,
    /// The steps, in order.
    pub steps: Vec<StepDone>,
    /// The command that runs this case again.
    pub replay: String,
    /// Wall time, microseconds.
    pub elapsed_us: u64,
}

/// One piece of evidence.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Proof {
    /// Who said it: `server`, `key`, `client`, `bench`.
    pub by: String,
    /// What was seen, `the account has no credential afterwards`.
    pub seen: String,
}

/// One step of a case.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct StepDone {
    /// The verb, `register`.
    pub verb: String,
    /// What was expected, in words.
    pub expected: String,
    /// What happened, in words.
    pub happened: String,
    /// Whether the two agree.
    pub ok: bool,
    /// What went over the wires, in order.
    pub exchanges: Vec<Exchange>,
}

/// One request and its answer.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Exchange {
    /// Between whom.
    pub between: Between,
    /// What, `authenticatorMakeCredential`, `POST /login/finish`.
    pub name: String,
    /// The request.
    pub request: Message,
    /// The answer.
    pub response: Message,
}

/// The two sides of an exchange.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Between {
    /// Client and key: CTAP.
    ClientAndKey,
    /// Client and server: what the page sends and gets.
    ClientAndServer,
}

/// A message as bytes and as a person reads it.
#[derive(Clone, Debug, PartialEq, Default, Serialize, Deserialize)]
pub struct Message {
    /// Lower-case hex of the bytes (CTAP), or empty (HTTP bodies stand in `decoded`).
    pub hex: String,
    /// The tree.
    pub decoded: Vec<Node>,
}

/// A named value with parts.
#[derive(Clone, Debug, PartialEq, Default, Serialize, Deserialize)]
pub struct Node {
    /// The member's name as the standard spells it.
    pub name: String,
    /// Its value, if it is a leaf.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub value: Option<String>,
    /// Its parts.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub parts: Vec<Node>,
}

/// How the run ended.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RunDone {
    /// How.
    pub ended: Ended,
    /// Counts by verdict.
    pub pass: usize,
    /// Unsupported cases.
    pub unsupported: usize,
    /// Unknown cases.
    pub unknown: usize,
    /// Failed cases.
    pub fail: usize,
    /// Cases whose baseline failed (counted in `unknown` too).
    pub baseline_failed: usize,
    /// Wall time, milliseconds.
    pub elapsed_ms: u64,
}

/// Why there are no more cases.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "ended", content = "why", rename_all = "kebab-case")]
pub enum Ended {
    /// All were run.
    Complete,
    /// The user stopped it; what was done until then is reported.
    Interrupted,
    /// The bench had to stop.
    Aborted(String),
}

/// A fold over the events: terminal, JSON, JUnit, HTML.
pub trait Sink: Send {
    /// Takes one event.
    fn take(&mut self, event: &Event);

    /// Writes what is left to write.
    ///
    /// # Errors
    /// The file or stream could not be written.
    fn finish(self: Box<Self>) -> io::Result<()>;
}
