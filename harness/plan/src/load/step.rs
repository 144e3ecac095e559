//! One `[[step]]`.

use serde_json::{Map, Value};
use toml::Spanned;
use toml::de::DeValue;

use super::members::{Members, nearest};
use super::policy;
use super::tamper::tampers;
use crate::expect::{Alternative, Expectation, Is};
use crate::scenario::KeyNeed;
use crate::step::{Ceremony, Deed, Fault, OfferStep, Send, Step, Verb};
use crate::versions::Versions;

/// Reads a step; `None` with the problems noted in `m`.
pub(super) fn step(m: &mut Members<'_, '_>) -> Option<Step> {
    let name: String = m.required("do")?;
    let session = m.optional("session");
    let after_accepted = m.parsed("after", accepted).is_some();
    let verb = match name.as_str() {
        "register" => Verb::Register(ceremony(m)?),
        "login" => Verb::Login(ceremony(m)?),
        "offer-register" => Verb::OfferRegister(offer(m)?),
        "offer-login" => Verb::OfferLogin(offer(m)?),
        "send-register" => Verb::SendRegister(send(m)?),
        "send-login" => Verb::SendLogin(send(m)?),
        "whoami" => {
            let expect: String = m.required("expect")?;
            Verb::Whoami { expect: (expect != "nobody").then_some(expect) }
        }
        "credentials" => Verb::Credentials { who: who(m), count: m.required("count")? },
        "revoke" => Verb::Revoke { who: who(m), of: m.required("use")? },
        "login-without-key" => Verb::LoginWithoutKey { who: who(m), expect: expectation(m) },
        "logout" => Verb::Logout,
        "set-policy" => Verb::SetPolicy(Box::new(policy::policy(m))),
        "perform" => Verb::Perform(deed(m)?),
        "replug" => Verb::Replug { key: key(m) },
        "reset" => Verb::Reset { key: key(m) },
        other => {
            let at = m.place("do");
            let help = nearest(other, VERBS.into_iter()).map(|near| format!("did you mean `{near}`?"));
            m.problem(at, format!("there is no verb `{other}`; there are {}", VERBS.join(", ")), help);
            return None;
        }
    };
    Some(Step { verb, session, after_accepted })
}

fn accepted(word: &str) -> Result<(), String> {
    match word {
        "accepted" => Ok(()),
        _ => Err(format!("`after` can only be `accepted`, not `{word}`")),
    }
}

fn who(m: &mut Members<'_, '_>) -> String {
    m.optional("who").unwrap_or_else(|| "alice".to_owned())
}

fn key(m: &mut Members<'_, '_>) -> String {
    m.optional("key").unwrap_or_else(|| "main".to_owned())
}

fn ceremony(m: &mut Members<'_, '_>) -> Option<Ceremony> {
    let read = Ceremony {
        who: who(m),
        key: key(m),
        tamper: tampers(m),
        keep: m.optional("keep"),
        answers: m.optional("answers"),
        send: m.optional("send").unwrap_or(true),
        hands: m.optional("hands").unwrap_or_default(),
        fault: fault(m),
        expect: expectation(m),
    };
    if !read.send && read.keep.is_none() {
        m.wrong("a response that is not sent must be kept: `keep = \"NAME\"`".to_owned());
    }
    Some(read)
}

/// `fault = { act = "answer-lost" | "status" | "power-cut", nth = 1 }`; a status has a `status` too.
fn fault(m: &mut Members<'_, '_>) -> Option<Fault> {
    let (table, span) = m.table("fault")?;
    let mut inner = Members::new(table, span, "a fault");
    let nth = inner.optional("nth").unwrap_or(1);
    if nth == 0 {
        let at = inner.place("nth");
        inner.problem(at, "`nth` counts from 1".to_owned(), None);
    }
    let act: Option<String> = inner.required("act");
    let fault = match act.as_deref() {
        Some("answer-lost") => Some(Fault::AnswerLost(nth)),
        Some("power-cut") => Some(Fault::PowerCut(nth)),
        Some("status") => inner.required("status").map(|status| Fault::Status(nth, status)),
        Some(other) => {
            let at = inner.place("act");
            inner.problem(
                at,
                format!("there is no fault `{other}`; there are answer-lost, status, power-cut"),
                None,
            );
            None
        }
        None => None,
    };
    m.problems.extend(inner.done());
    fault
}

fn offer(m: &mut Members<'_, '_>) -> Option<OfferStep> {
    let read = OfferStep { who: who(m), keep: m.optional("keep"), shows: m.json("shows") };
    if read.keep.is_none() && read.shows.is_none() {
        m.wrong("options are asked for to be kept (`keep`) or to be looked at (`shows`)".to_owned());
    }
    Some(read)
}

fn send(m: &mut Members<'_, '_>) -> Option<Send> {
    Some(Send { who: who(m), of: m.required("use")?, tamper: tampers(m), expect: expectation(m) })
}

fn deed(m: &mut Members<'_, '_>) -> Option<Deed> {
    let with = match m.json("with") {
        None => Map::new(),
        Some(Value::Object(with)) => with,
        Some(_) => {
            let at = m.place("with");
            m.problem(at, "`with` is a table".to_owned(), None);
            Map::new()
        }
    };
    Some(Deed { what: m.required("what")?, who: who(m), of: m.optional("use"), with, expect: expectation(m) })
}

/// `"accepted"`, `"refused"`, one table, or a list of tables. Missing: accepted.
fn expectation(m: &mut Members<'_, '_>) -> Expectation {
    let Some(value) = m.value("expect") else { return Expectation::always(Is::Accepted) };
    match value.get_ref() {
        DeValue::String(word) => match is(word, None, None) {
            Ok(is) => Expectation::always(is),
            Err(why) => {
                m.problem(value.span(), why, None);
                Expectation::always(Is::Accepted)
            }
        },
        _ => alternatives(m, value),
    }
}

fn alternatives(m: &mut Members<'_, '_>, value: &Spanned<DeValue<'_>>) -> Expectation {
    let mut all = Vec::new();
    for (table, span) in m.tables("expect") {
        let mut inner = Members::new(table, span.clone(), "an expectation");
        let key = inner.words("key", |word| word.parse::<KeyNeed>());
        let manner = inner.optional("manner");
        let versions = inner.parsed("versions", str::parse::<Versions>);
        let (client, says) = (inner.optional("client"), inner.optional("says"));
        if let Some(word) = inner.required::<String>("is") {
            match is(&word, client, says) {
                Ok(is) => all.push(Alternative { key, manner, versions, is }),
                Err(why) => inner.problem(span, why, None),
            }
        }
        m.problems.extend(inner.done());
    }
    if all.last().is_some_and(|last| !last.is_unconditional()) {
        m.problem(value.span(), "the last expectation must hold without conditions".to_owned(), None);
    }
    if all.iter().rev().skip(1).any(Alternative::is_unconditional) {
        m.problem(
            value.span(),
            "what comes after an expectation without conditions never counts".to_owned(),
            None,
        );
    }
    Expectation(all)
}

fn is(word: &str, client: Option<String>, says: Option<String>) -> Result<Is, String> {
    match (word, client) {
        ("accepted", None) if says.is_none() => Ok(Is::Accepted),
        ("accepted", _) => Err("`client` and `says` belong to a refusal".to_owned()),
        ("refused", client) => match client.as_deref() {
            None => Ok(Is::Refused { client, says }),
            Some(error) if DOM_ERRORS.contains(&error) => Ok(Is::Refused { client, says }),
            Some(error) => {
                Err(format!("`{error}` is no DOM error of WebAuthn; there are {}", DOM_ERRORS.join(", ")))
            }
        },
        _ => Err(format!("`{word}` is no outcome; there are accepted and refused")),
    }
}

const VERBS: [&str; 15] = [
    "register",
    "login",
    "offer-register",
    "offer-login",
    "send-register",
    "send-login",
    "whoami",
    "credentials",
    "revoke",
    "login-without-key",
    "logout",
    "set-policy",
    "perform",
    "replug",
    "reset",
];

const DOM_ERRORS: [&str; 8] = [
    "AbortError",
    "ConstraintError",
    "InvalidStateError",
    "NotAllowedError",
    "NotSupportedError",
    "SecurityError",
    "TypeError",
    "UnknownError",
];
