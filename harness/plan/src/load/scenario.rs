//! One file to one scenario.

use toml::de::DeTable;

use super::members::{Members, nearest};
use super::policy::policy;
use super::problem::{FileError, Problem};
use super::set::Source;
use super::step::step;
use crate::event::Manner;
use crate::policy::Login;
use crate::scenario::{KeyNeed, KeyWish, Needs, Scenario, ServerWish, TargetNeed, spec_url};
use crate::step::{Step, Verb};
use crate::versions::Versions;

/// Where the members stand that are checked against other files.
pub(super) struct Places {
    pub(super) id: std::ops::Range<usize>,
    pub(super) twin: std::ops::Range<usize>,
}

/// Reads a file. The problems that need other files to be seen are found by the caller.
pub(super) fn scenario(source: &Source, flaws: &[&str]) -> Result<(Scenario, Places), FileError> {
    let (root, errors) = DeTable::parse_recoverable(&source.text);
    let mut problems: Vec<Problem> = errors.iter().map(syntax).collect();
    let mut m = Members::new(root.get_ref(), root.span(), "a scenario");
    let read = head(&mut m, source, flaws);
    let places = Places { id: m.place("id"), twin: m.place("twin") };
    problems.extend(m.done());
    match read {
        Some(scenario) if problems.is_empty() => Ok((scenario, places)),
        _ => Err(FileError::new(&source.name, &source.text, problems)),
    }
}

fn syntax(error: &toml::de::Error) -> Problem {
    Problem { what: error.message().to_owned(), at: error.span().unwrap_or(0..0), help: None }
}

fn head(m: &mut Members<'_, '_>, source: &Source, flaws: &[&str]) -> Option<Scenario> {
    let id: Option<String> = m.required("id");
    if let Some(id) = id.as_deref().filter(|id| !is_slug(id)) {
        let at = m.place("id");
        m.problem(at, format!("`{id}` is no id: words of a-z, 0-9 and `-`, joined by `.`"), None);
    }
    let title = m.required("title");
    let requires: Option<String> = m.required("requires");
    if requires.as_deref().is_some_and(|text| !text.contains("MUST")) {
        let at = m.place("requires");
        m.problem(at, "`requires` says what MUST be".to_owned(), None);
    }
    let spec: Option<String> = m.required("spec");
    if let Some(spec) = spec.as_deref().filter(|spec| spec_url(spec).is_none()) {
        let at = m.place("spec");
        m.problem(at, format!("`{spec}` is no clause: DOCUMENT#ANCHOR, or a URL"), None);
    }
    let catches = m.words("catches", |word| match flaws.contains(&word) {
        true => Ok(word.to_owned()),
        false => Err(unknown("flaw", word, flaws)),
    });
    let (twin, column, manner) = (m.optional("twin"), m.optional("column"), m.optional("manner"));
    let (needs, server, policy, key) = (needs(m), server(m), policy(m), key(m));
    let says = |(table, _): (&DeTable<'_>, _)| table.iter().any(|(name, _)| name.get_ref() == "login");
    let login_is_said = m.table("policy").is_some_and(says);
    let anchors = m.optional("anchors").unwrap_or_default();
    let steps = steps(m, manner, policy.login, server.is_some());
    Some(Scenario {
        id: id?,
        title: title?,
        requires: requires?,
        spec: spec?,
        catches,
        twin,
        column,
        needs,
        server,
        manner,
        policy,
        login_is_said,
        key,
        anchors,
        steps,
        source: source.name.clone(),
    })
}

fn needs(m: &mut Members<'_, '_>) -> Needs {
    let Some((table, span)) = m.table("needs") else { return Needs::default() };
    let mut inner = Members::new(table, span, "`needs`");
    let key = inner.words("key", |word| word.parse::<KeyNeed>());
    let target = inner.words("target", |word| word.parse::<TargetNeed>());
    m.problems.extend(inner.done());
    Needs { key, target }
}

/// `name`, `versions`, and everything else is the server's own.
fn server(m: &mut Members<'_, '_>) -> Option<ServerWish> {
    let (table, span) = m.table("server")?;
    let mut inner = Members::new(table, span, "`server`");
    let name = inner.required("name");
    let versions = inner.parsed("versions", str::parse::<Versions>);
    let settings = inner.others();
    m.problems.extend(inner.done());
    Some(ServerWish { name: name?, versions, settings })
}

fn key(m: &mut Members<'_, '_>) -> KeyWish {
    let Some((table, span)) = m.table("key") else { return KeyWish::default() };
    let mut inner = Members::new(table, span, "`key`");
    let wish = KeyWish {
        counter: inner.optional("counter"),
        backup: inner.optional("backup"),
        attestation: inner.optional("attestation"),
        certificate: inner.optional("certificate"),
    };
    m.problems.extend(inner.done());
    wish
}

fn steps(m: &mut Members<'_, '_>, manner: Option<Manner>, login: Login, of_one_server: bool) -> Vec<Step> {
    let mut steps: Vec<Step> = Vec::new();
    let mut kept: Vec<String> = Vec::new();
    for (table, span) in m.tables("step") {
        let mut inner = Members::new(table, span.clone(), "a step");
        let read = step(&mut inner);
        if let Some(step) = read {
            for name in step.reads().into_iter().filter(|name| !kept.iter().any(|k| k == name)) {
                inner.wrong(format!("nothing was kept as `{name}` before this step"));
            }
            if manner != Some(Manner::Permissive) && tampers(&step) {
                inner.wrong(
                    "only a permissive client tampers: the scenario needs `manner = \"permissive\"`"
                        .to_owned(),
                );
            }
            if matches!(&step.verb, Verb::SetPolicy(policy) if policy.login != login) {
                inner.wrong("the login stays what it is: `policy` of this step names it too".to_owned());
            }
            if matches!(step.verb, Verb::Perform(_)) && !of_one_server {
                inner.wrong("`perform` is a server's own: the scenario needs a table `[server]`".to_owned());
            }
            if step.after_accepted && !steps.iter().any(is_ceremony) {
                inner.wrong("`after = \"accepted\"` needs a ceremony before it".to_owned());
            }
            kept.extend(step.keeps().map(str::to_owned));
            steps.push(step);
        }
        m.problems.extend(inner.done());
    }
    if !steps.iter().any(is_ceremony) {
        m.wrong("a scenario needs a step that registers or logs in".to_owned());
    }
    steps
}

fn is_ceremony(step: &Step) -> bool {
    matches!(step.verb, Verb::Register(_) | Verb::Login(_) | Verb::SendRegister(_) | Verb::SendLogin(_))
}

fn tampers(step: &Step) -> bool {
    match &step.verb {
        Verb::Register(c) | Verb::Login(c) => !c.tamper.is_empty(),
        Verb::SendRegister(s) | Verb::SendLogin(s) => !s.tamper.is_empty(),
        _ => false,
    }
}

fn is_slug(id: &str) -> bool {
    let word = |w: &str| {
        !w.is_empty() && w.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
    };
    !id.is_empty() && id.split('.').all(word)
}

/// "there is no flaw `x` (did you mean `y`?)".
pub(super) fn unknown(what: &str, word: &str, all: &[&str]) -> String {
    match nearest(word, all.iter().copied()) {
        Some(near) => format!("there is no {what} `{word}`; did you mean `{near}`?"),
        None => format!("there is no {what} `{word}`"),
    }
}
