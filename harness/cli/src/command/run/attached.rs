//! A run with somebody else's key: what may be done to it is asked before anything is done.

use std::io::{self, IsTerminal, Write};
use std::sync::Arc;

use links::Attached;
use plan::Scenario;
use plan::policy::Requirement;
use plan::step::Verb;
use report::text::clean;
use run::KeyModel;
use run::attached::{AttachedKey, Consent, KeyFacts, Pin, Whereabouts};

use crate::args::{LinkArg, May, RunArgs};
use crate::command::roots;
use crate::failure::Failure;

/// The roots of `--trust`, DER.
///
/// # Errors
/// A file cannot be read or has none, or the key is one of ours.
pub fn makers(args: &RunArgs) -> Result<Vec<Vec<u8>>, Failure> {
    if !args.trust.is_empty() && !matches!(args.link, LinkArg::Attached(_)) {
        return Err(Failure::usage(
            "--trust is about a key that is there already: it goes with --link hidraw:/dev/hidrawN. \
             What AnyKey's own keys attest with is --attestation-ca",
        ));
    }
    roots::anchors(&args.trust)
}

/// The key of `--link`, if it is somebody else's, and what it turned out to be.
///
/// # Errors
/// It is not there, has a PIN that is not known, or what was asked for does not go together.
pub async fn meet(
    args: &RunArgs,
    scenarios: &[&Scenario],
    makers: Vec<Vec<u8>>,
) -> Result<Option<(AttachedKey, KeyModel)>, Failure> {
    let LinkArg::Attached(place) = &args.link else {
        if !args.may.is_empty() {
            return Err(Failure::usage(
                "--may is about a key that is there already: it goes with --link hidraw:/dev/hidrawN",
            ));
        }
        return Ok(None);
    };
    if !args.key.is_empty() {
        return Err(Failure::usage(
            "--key names AnyKey's own keys; --link names a key that is there already: leave one of them out",
        ));
    }
    let failed = |error: String| Failure::Usage(format!("--link {}: {error}", args.link));
    let name = match place {
        Whereabouts::Hidraw(node) => Attached::at(node).map_err(|error| failed(error.to_string()))?.name,
        Whereabouts::Socket(address) => address.to_string(),
    };
    let mut key = AttachedKey::new(place.clone(), Arc::new(say));
    key.makers = makers;
    let facts = key.facts().await.map_err(failed)?;
    key.consent = consent(args, scenarios, &name, &facts)?;
    key.pin = pin(&facts, key.consent)?;
    say(&format!("{name}: two touches, to see what it is. Nothing stays on it."));
    let model = key.look(&name, &facts).await.map_err(failed)?;
    say(&format!("{}: {}", model.info.product, model.info.summary));
    Ok(Some((key, model)))
}

/// What was allowed on the command line, and what a person allows now.
fn consent(
    args: &RunArgs,
    scenarios: &[&Scenario],
    name: &str,
    facts: &KeyFacts,
) -> Result<Consent, Failure> {
    let given = |may| args.may.contains(&may);
    let mut consent =
        Consent { keep: given(May::Keep), reset: given(May::Reset), set_pin: given(May::SetPin) };
    if !(io::stdin().is_terminal() && io::stderr().is_terminal()) {
        return Ok(consent);
    }
    let resides = |scenario: &&Scenario| scenario.policy.resident_key != Requirement::Discouraged;
    if !consent.keep && facts.can_reside() && scenarios.iter().any(resides) {
        let then = match facts.can_delete() {
            true => "each is deleted after its case",
            false => "it deletes none by itself, which takes credential management and a PIN, so they stay",
        };
        consent.keep =
            yes(&format!("Some scenarios make resident credentials on {name}; {then}. May they?"))?;
    }
    let resets =
        |scenario: &&Scenario| scenario.steps.iter().any(|step| matches!(step.verb, Verb::Reset { .. }));
    if !consent.reset && scenarios.iter().any(resets) {
        consent.reset = yes(&format!(
            "Some scenarios RESET {name}: everything on it is lost, for every site. May they?"
        ))?;
    }
    let unset = facts.ctap2.as_ref().is_some_and(|ctap2| ctap2.client_pin == Some(false));
    if !consent.set_pin && unset {
        consent.set_pin =
            yes(&format!("{name} has no PIN. Shall it be given one, which only a reset takes away?"))?;
    }
    Ok(consent)
}

/// Asks, and takes nothing but `yes` for it.
fn yes(question: &str) -> Result<bool, Failure> {
    write!(io::stderr(), "{} Type yes, or anything else to go without: ", clean(question))?;
    io::stderr().flush()?;
    let mut answer = String::new();
    io::stdin().read_line(&mut answer)?;
    Ok(answer.trim() == "yes")
}

/// The PIN, if the key has one or is to have one.
fn pin(facts: &KeyFacts, consent: Consent) -> Result<Option<Pin>, Failure> {
    let set = facts.ctap2.as_ref().and_then(|ctap2| ctap2.client_pin);
    if set.is_none() || (set == Some(false) && !consent.set_pin) {
        return Ok(None);
    }
    if let Ok(pin) = std::env::var(PIN) {
        return Ok(Some(Pin::new(pin)));
    }
    if !io::stdin().is_terminal() {
        return Err(Failure::Usage(format!(
            "the key takes a PIN: set {PIN}, or run this at a terminal, which asks for it"
        )));
    }
    let asked = if set == Some(true) { "The key's PIN: " } else { "A new PIN for the key: " };
    Ok(Some(Pin::new(rpassword::prompt_password(asked)?)))
}

/// Says what became of the resident credentials that the run made on the key.
pub fn tell_left(key: &AttachedKey) {
    key.told().iter().for_each(|words| say(words));
}

/// Tells the person at the key; if nobody reads it, nobody is there.
fn say(line: &str) {
    let _ = writeln!(io::stderr(), "anykey: {}", clean(line));
}

const PIN: &str = "ANYKEY_PIN";
