//! `anykey explain`: a scenario in words.

use std::io::{self, Write};

use anstyle::Style;
use plan::Scenario;
use plan::scenario::TargetNeed;
use report::text::wrap;
use targets::reference::Flaw;

use super::scenarios::Shown;
use crate::args::ExplainArgs;
use crate::failure::Failure;
use crate::library;
use crate::screen::Screen;

/// Explains one scenario.
///
/// # Errors
/// There is no such scenario, or standard output could not be written.
pub fn perform(args: &ExplainArgs, screen: Screen, out: &mut dyn Write) -> Result<(), Failure> {
    let all = library::scenarios(args.scenario_dir.as_deref())?;
    let Some(scenario) = all.iter().find(|s| s.id == args.scenario) else {
        // The selection knows the nearest name.
        library::select(&all, std::slice::from_ref(&args.scenario))?;
        return Err(Failure::Usage(format!(
            "`{}` is no scenario's name; `anykey scenarios` lists them",
            args.scenario
        )));
    };
    if args.json {
        return super::json(&Shown::from(scenario), out);
    }
    Ok(explain(scenario, &all, screen, out)?)
}

fn explain(scenario: &Scenario, all: &[Scenario], screen: Screen, out: &mut dyn Write) -> io::Result<()> {
    let look = screen.out;
    writeln!(out, "{}", look.paint(Style::new().bold(), &look.clean(&scenario.id)))?;
    writeln!(out, "{}", look.clean(&scenario.title))?;
    section("Requires", std::slice::from_ref(&scenario.requires), screen, out)?;
    // Never wrapped: it is there to be copied.
    writeln!(out, "  {}", look.clean(&scenario.spec_url()))?;
    section("Proves", &proves(scenario, all), screen, out)?;
    if !scenario.catches.is_empty() {
        section("Catches", &catches(scenario), screen, out)?;
    }
    let needs = needs(scenario);
    if !needs.is_empty() {
        section("Needs", &needs, screen, out)?;
    }
    let steps: Vec<String> =
        scenario.steps.iter().enumerate().map(|(at, step)| format!("{}. {}", at + 1, words(step))).collect();
    section("Steps", &steps, screen, out)?;
    section("Run it", &[format!("anykey run --scenario {}", scenario.id)], screen, out)
}

fn section(title: &str, texts: &[String], screen: Screen, out: &mut dyn Write) -> io::Result<()> {
    let look = screen.out;
    writeln!(out, "\n{}", look.paint(Style::new().bold(), title))?;
    for text in texts {
        for line in wrap(&look.clean(text), look.columns() - 2) {
            writeln!(out, "  {line}")?;
        }
    }
    Ok(())
}

/// What a pass says, and what it rests on.
fn proves(scenario: &Scenario, all: &[Scenario]) -> Vec<String> {
    let mut texts = Vec::new();
    match &scenario.twin {
        Some(twin) => {
            texts.push(
                "After a refusal the server is asked itself: the credential must be absent, and nobody logged in. HTTP status \
                 alone is no proof."
                    .to_owned(),
            );
            let title = all.iter().find(|s| s.id == *twin).map(|s| format!(" ({})", s.title)).unwrap_or_default();
            texts.push(format!(
                "Its twin {twin}{title} differs in the tested bit alone and must be accepted with the same key in the same manner; \
                 so it is this check that refuses, and not another."
            ));
        }
        None => texts.push(
            "Each outcome is checked with the server itself: after a registration the credential must be listed, after a login \
             the server must say who is logged in, after a refusal neither."
                .to_owned(),
        ),
    }
    texts
}

fn catches(scenario: &Scenario) -> Vec<String> {
    scenario
        .catches
        .iter()
        .map(|name| match Flaw::find(name) {
            Ok(flaw) => format!("{name}: {}", flaw.about().description),
            Err(_) => name.clone(),
        })
        .collect()
}

fn needs(scenario: &Scenario) -> Vec<String> {
    let key = scenario.needs.key.iter().map(|need| {
        let phrase = need.feature.phrase();
        if need.present { format!("a key with {phrase}") } else { format!("a key without {phrase}") }
    });
    let target =
        scenario.needs.target.iter().copied().map(TargetNeed::phrase).map(|p| format!("a server with {p}"));
    let manner = scenario.manner.map(|manner| format!("a {} client", manner.name()));
    let server = scenario.server.as_ref().map(|server| match &server.versions {
        Some(versions) => format!("{} {versions}", server.name),
        None => server.name.clone(),
    });
    key.chain(target).chain(manner).chain(server).collect()
}

/// A step in a line.
fn words(step: &plan::step::Step) -> String {
    use plan::step::Verb;
    let mut text = match &step.verb {
        Verb::Register(c) => ceremony("register", c),
        Verb::Login(c) => ceremony("log in", c),
        Verb::OfferRegister(o) => offer("registration", o),
        Verb::OfferLogin(o) => offer("login", o),
        Verb::SendRegister(s) => sending("registration", s),
        Verb::SendLogin(s) => sending("login", s),
        Verb::Whoami { expect: Some(who) } => format!("ask the server who is logged in: {who}"),
        Verb::Whoami { expect: None } => "ask the server who is logged in: nobody".to_owned(),
        Verb::Credentials { who, count } => format!("ask the server for {who}'s credentials: {count}"),
        Verb::Revoke { who, of } => format!("have the server forget {who}'s credential {of}"),
        Verb::LoginWithoutKey { who, expect } => format!("log {who} in without a key; {}", expected(expect)),
        Verb::Logout => "log out".to_owned(),
        Verb::SetPolicy(_) => "have the server take another policy".to_owned(),
        Verb::Perform(deed) => {
            format!("have the server do {} for {}; {}", deed.what, deed.who, expected(&deed.expect))
        }
        Verb::Replug { key } => format!("unplug {key} and plug it in again"),
        Verb::Reset { key } => format!("reset {key}"),
    };
    if step.after_accepted {
        text.push_str(" (only after an acceptance)");
    }
    text
}

fn offer(what: &str, o: &plan::step::OfferStep) -> String {
    let mut text = format!("ask for {what} options for {}", o.who);
    if let Some(name) = &o.keep {
        text.push_str(&format!(", kept as {name}"));
    }
    if let Some(members) = &o.shows {
        text.push_str(&format!("; expected: {members}"));
    }
    text
}

fn ceremony(verb: &str, c: &plan::step::Ceremony) -> String {
    let mut text = format!("{verb} {} with {}", c.who, c.key);
    if !c.tamper.is_empty() {
        text.push_str(&format!("; made wrong: {}", tampered(&c.tamper)));
    }
    if !c.send {
        text.push_str("; the response is kept, not sent");
        return text;
    }
    text.push_str(&format!("; {}", expected(&c.expect)));
    text
}

fn sending(what: &str, s: &plan::step::Send) -> String {
    let mut text = format!("send the {what} response {} for {}", s.of, s.who);
    if !s.tamper.is_empty() {
        text.push_str(&format!("; made wrong: {}", tampered(&s.tamper)));
    }
    text.push_str(&format!("; {}", expected(&s.expect)));
    text
}

fn tampered(tamper: &[plan::tamper::Tamper]) -> String {
    use plan::tamper::Tamper;
    let sites = tamper.iter().map(|t| match t {
        Tamper::Options(_) => "the options",
        Tamper::ClientData(_) => "the client data",
        Tamper::Request(_) => "the request to the key",
        Tamper::AuthData(_) => "the authenticator data",
        Tamper::Attestation(_) => "the attestation statement",
        Tamper::Signature(_) => "the signature",
        Tamper::Json(_) => "the response's JSON",
    });
    sites.collect::<Vec<_>>().join(", ")
}

/// All alternatives, `expected: refused where the key has uv, else accepted`.
fn expected(expect: &plan::expect::Expectation) -> String {
    use plan::expect::Is;
    let alternatives = expect.0.iter().map(|a| {
        let is = match &a.is {
            Is::Accepted => "accepted".to_owned(),
            Is::Refused { client, says } => {
                let by = client.as_ref().map(|error| format!(" (a faithful client by itself, {error})"));
                let says = says.as_ref().map(|words| format!(" with \"{words}\""));
                let by_server = if by.is_none() { " by the server" } else { "" };
                format!("refused{by_server}{}{}", says.unwrap_or_default(), by.unwrap_or_default())
            }
        };
        let mut conditions: Vec<String> = a.key.iter().map(|need| format!("key {need}")).collect();
        conditions.extend(a.manner.map(|m| format!("{} client", m.name())));
        conditions.extend(a.versions.as_ref().map(|range| format!("version {range}")));
        if conditions.is_empty() { is } else { format!("{is} for {}", conditions.join(" and ")) }
    });
    format!("expected: {}", alternatives.collect::<Vec<_>>().join(", otherwise "))
}
