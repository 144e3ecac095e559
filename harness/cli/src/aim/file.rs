//! A target's settings in a file, read strictly: every problem at once, with its place.

use std::ops::Range;
use std::path::{Path, PathBuf};

use miette::{Diagnostic, LabeledSpan, NamedSource, SourceCode};
use targets::built_in::{self, BuiltIn};
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::{Login, Parts, REFERENCE, is_known, names, unknown};
use crate::failure::Failure;
use crate::hosts;
use crate::nearest::hint;

/// Reads the file.
///
/// # Errors
/// It cannot be read, or every problem in it.
pub fn read(path: &Path) -> Result<Parts, Failure> {
    let text = std::fs::read_to_string(path)
        .map_err(|error| Failure::Usage(format!("{}: {error}", path.display())))?;
    parse(&path.display().to_string(), &text, path.parent().unwrap_or(Path::new("")))
}

/// Reads the text of the file `name`; its paths are relative to `folder`.
pub(super) fn parse(name: &str, text: &str, folder: &Path) -> Result<Parts, Failure> {
    let mut found = Found::default();
    let (table, errors) = DeTable::parse_recoverable(text);
    for error in &errors {
        found.problem(error.span().unwrap_or(0..0), error.message().to_owned());
    }
    for (key, value) in table.get_ref() {
        found.member(key.get_ref(), key.span(), value);
    }
    let end = text.len()..text.len();
    let parts = found.parts(folder, if errors.is_empty() { Some(end) } else { None });
    let problems = found.problems;
    if problems.is_empty() { Ok(parts) } else { Err(failure(name, text, problems)) }
}

/// What the file says, as far as it was understood.
#[derive(Default)]
struct Found {
    members: Vec<(&'static str, String, Range<usize>)>,
    problems: Vec<(Range<usize>, String)>,
}

impl Found {
    fn problem(&mut self, at: Range<usize>, what: String) {
        self.problems.push((at, what));
    }

    fn member(&mut self, key: &str, at: Range<usize>, value: &Spanned<DeValue<'_>>) {
        let Some(known) = members().find(|member| *member == key) else {
            let what = match key {
                "password" | "secret" | "token" => {
                    format!(
                        "`{key}`: a secret does not stand here; name what holds it with password-env or password-file"
                    )
                }
                _ => {
                    let all: Vec<&str> = members().collect();
                    format!("unknown member `{key}`{}; known: {}", hint(key, members()), all.join(", "))
                }
            };
            return self.problem(at, what);
        };
        match value.get_ref().as_str() {
            Some(text) => self.members.push((known, text.to_owned(), value.span())),
            None => self.problem(value.span(), format!("`{known}` is a string")),
        }
    }

    fn take(&self, name: &str) -> Option<(String, Range<usize>)> {
        self.members.iter().find(|(known, ..)| *known == name).map(|(_, text, at)| (text.clone(), at.clone()))
    }

    /// Puts the members together. `end`: where to complain about what is missing; `None` if the file could not be read whole.
    fn parts(&mut self, folder: &Path, end: Option<Range<usize>>) -> Parts {
        let mut parts = Parts::default();
        match self.take("name") {
            Some((name, _)) if is_known(&name) => parts.name = name,
            Some((name, at)) => self.problem(at, unknown(&name)),
            None => {
                let all: Vec<&str> = names().collect();
                self.missing(&end, &format!("`name` is missing: one of {}", all.join(", ")));
            }
        }
        if let Some((text, at)) = self.take("url") {
            match hosts::parse(&text) {
                Ok(url) => parts.url = Some(url),
                Err(Failure::Usage(what)) => self.problem(at, what),
                Err(_) => self.problem(at, format!("`{text}` is no URL")),
            }
        }
        let server = self.take("server").or_else(|| self.take("distribution"));
        parts.server = server.map(|(path, _)| folder.join(path));
        parts.login = self.login(folder, &end);
        match built_in::find(&parts.name) {
            Some(server) => self.own(server, &mut parts),
            None if parts.name == REFERENCE => self.only(OF_STARTED, "is for servers that are built in"),
            None => {}
        }
        parts
    }

    /// The members that are the server's own, and a complaint about those of other servers.
    fn own(&mut self, server: &BuiltIn, parts: &mut Parts) {
        for member in built_in::ALL.iter().flat_map(|other| other.members).copied() {
            if server.members.contains(&member) {
                let taken = self.take(member).map(|(text, _)| (member.to_owned(), text));
                parts.settings.extend(taken);
            } else {
                self.only(&[member], &format!("is not for {}", server.name));
            }
        }
    }

    /// Complains about members that have no meaning here.
    fn only(&mut self, members: &[&str], why: &str) {
        for member in members {
            if let Some((_, at)) = self.take(member) {
                self.problem(at, format!("`{member}` {why}"));
            }
        }
    }

    fn login(&mut self, folder: &Path, end: &Option<Range<usize>>) -> Option<Login> {
        let admin = self.take("admin").map(|(name, _)| name);
        match (admin, self.take("password-env"), self.take("password-file")) {
            (_, Some((_, at)), Some(_)) => {
                self.problem(at, "password-env and password-file exclude each other".to_owned());
                None
            }
            (Some(admin), Some((variable, _)), None) => Some(Login::Variable { admin, variable }),
            (Some(admin), None, Some((path, _))) => {
                let path: PathBuf = folder.join(path);
                Some(Login::File { admin, path })
            }
            (None, None, None) => None,
            (Some(_), None, None) => {
                self.missing(end, "`admin` needs password-env or password-file");
                None
            }
            (None, ..) => {
                self.missing(end, "the password needs an `admin`");
                None
            }
        }
    }

    fn missing(&mut self, end: &Option<Range<usize>>, what: &str) {
        if let Some(end) = end {
            self.problem(end.clone(), what.to_owned());
        }
    }
}

fn failure(name: &str, text: &str, mut problems: Vec<(Range<usize>, String)>) -> Failure {
    problems.sort_by_key(|(at, _)| at.start);
    let lines = problems.iter().map(|(at, what)| {
        let before = text.get(..at.start).unwrap_or(text);
        let line = before.matches('\n').count() + 1;
        let column = before.rsplit('\n').next().unwrap_or_default().chars().count() + 1;
        format!("{name}:{line}:{column}: {what}")
    });
    let lines = lines.collect();
    let source = NamedSource::new(name, text.to_owned());
    Failure::Files { lines, shown: Box::new(TargetFile { source, problems }) }
}

/// The file with its problems, for a terminal.
#[derive(Debug)]
struct TargetFile {
    source: NamedSource<String>,
    problems: Vec<(Range<usize>, String)>,
}

impl std::fmt::Display for TargetFile {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} cannot be used", self.source.name())
    }
}

impl std::error::Error for TargetFile {}

impl Diagnostic for TargetFile {
    fn source_code(&self) -> Option<&dyn SourceCode> {
        Some(&self.source)
    }

    fn labels(&self) -> Option<Box<dyn Iterator<Item = LabeledSpan> + '_>> {
        let label =
            |(at, what): &(Range<usize>, String)| LabeledSpan::new(Some(what.clone()), at.start, at.len());
        Some(Box::new(self.problems.iter().map(label)))
    }
}

/// All members: those of every server, then those that are one server's own.
fn members() -> impl Iterator<Item = &'static str> + Clone {
    COMMON.into_iter().chain(built_in::ALL.iter().flat_map(|server| server.members.iter().copied()))
}

const COMMON: [&str; 7] = ["name", "url", "server", "distribution", "admin", "password-env", "password-file"];
/// Members that the reference server has no use for.
const OF_STARTED: &[&str] = &["server", "distribution", "admin", "password-env", "password-file"];
