//! What happened against what was expected, on the bench's own evidence.

use plan::Verdict;
use plan::event::{Outcome, Proof};
use plan::expect::Expected;

use super::Report;

/// What a ceremony came to.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Happened {
    /// The response was made, and was not to be sent.
    Made,
    /// The server says that it took it.
    Accepted,
    /// The server says that it did not.
    ByServer {
        /// HTTP status.
        status: u16,
        /// The server's words.
        reason: Option<String>,
    },
    /// The client refused.
    ByClient {
        /// The DOM error's name.
        error: String,
        /// Why.
        reason: String,
    },
    /// The key refused, which the page sees as a DOM error.
    ByKey {
        /// The DOM error's name.
        error: String,
        /// The key's status.
        status: String,
    },
}

/// What the bench saw besides the answers.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Evidence {
    /// What was seen.
    pub(crate) proof: Vec<Proof>,
    /// What speaks against the answer.
    pub(crate) against: Option<String>,
    /// What could not be looked at.
    pub(crate) blind: Option<String>,
}

impl Evidence {
    /// Something that was seen.
    pub(crate) fn saw(&mut self, by: &str, seen: impl Into<String>) {
        self.proof.push(Proof { by: by.to_owned(), seen: seen.into() });
    }
}

/// The report of a ceremony; `step` is `register` or `login`.
pub(crate) fn judge(step: &str, expected: &Expected, happened: &Happened, mut evidence: Evidence) -> Report {
    if let Some(said) = said(happened) {
        evidence.proof.insert(0, said);
    }
    let (verdict, reason) = weigh(expected, happened, &evidence);
    Report {
        expected: expected.to_string(),
        happened: words(happened),
        verdict,
        reason,
        proof: evidence.proof,
        outcome: outcome(step, happened),
        refusal: *expected != Expected::Accepted,
    }
}

fn weigh(expected: &Expected, happened: &Happened, evidence: &Evidence) -> (Verdict, String) {
    if *happened == Happened::Made {
        return (Verdict::Pass, String::new());
    }
    let agrees = match (expected, happened) {
        (Expected::Accepted, Happened::Accepted)
        | (Expected::ByServer { says: None }, Happened::ByServer { .. }) => true,
        (Expected::ByServer { says: Some(words) }, Happened::ByServer { reason, .. }) => {
            reason.as_deref().unwrap_or_default().to_lowercase().contains(&words.to_lowercase())
        }
        (Expected::ByClient(wanted), Happened::ByClient { error, .. } | Happened::ByKey { error, .. }) => {
            wanted == error
        }
        (Expected::ByServer { .. }, Happened::ByClient { .. } | Happened::ByKey { .. }) => {
            return (Verdict::Unknown, format!("the server was never asked: {}", words(happened)));
        }
        _ => false,
    };
    if !agrees {
        return (Verdict::Fail, format!("expected was `{expected}`, but it was {}", words(happened)));
    }
    match (&evidence.against, &evidence.blind) {
        (Some(against), _) => (Verdict::Fail, format!("it was {}, but {against}", words(happened))),
        (None, Some(blind)) => (Verdict::Unknown, format!("it was {}, but {blind}", words(happened))),
        (None, None) => (Verdict::Pass, String::new()),
    }
}

/// For people.
pub(crate) fn words(happened: &Happened) -> String {
    match happened {
        Happened::Made => "made and kept".to_owned(),
        Happened::Accepted => "accepted by the server".to_owned(),
        Happened::ByServer { status, reason: None } => format!("refused by the server (HTTP {status})"),
        Happened::ByServer { status, reason: Some(reason) } => {
            format!("refused by the server (HTTP {status}: {reason})")
        }
        Happened::ByClient { error, reason } => format!("refused by the client with {error} ({reason})"),
        Happened::ByKey { error, status } => {
            format!("refused by the key ({status}), which a page sees as {error}")
        }
    }
}

fn said(happened: &Happened) -> Option<Proof> {
    let (by, seen) = match happened {
        Happened::Made => return None,
        Happened::Accepted => ("server", "answered that it accepts".to_owned()),
        Happened::ByServer { status, reason } => {
            let reason = reason.as_deref().map(|r| format!(" and said: {r}")).unwrap_or_default();
            ("server", format!("answered HTTP {status}{reason}"))
        }
        Happened::ByClient { error, reason } => ("client", format!("{error}: {reason}")),
        Happened::ByKey { status, .. } => ("key", format!("answered {status}")),
    };
    Some(Proof { by: by.to_owned(), seen })
}

fn outcome(step: &str, happened: &Happened) -> Option<Outcome> {
    let step = step.to_owned();
    Some(match happened.clone() {
        Happened::Made => return None,
        Happened::Accepted => Outcome::Accepted,
        Happened::ByServer { status, reason } => Outcome::RefusedByServer { step, status, reason },
        Happened::ByClient { error, reason } => Outcome::RefusedByClient { step, error, reason },
        Happened::ByKey { status, .. } => Outcome::RefusedByKey { step, status },
    })
}

#[cfg(test)]
mod tests;
