//! `--target`, `--url` and `--server` together: which server, and whether one may send to it.

pub mod described;
mod file;

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::path::{Path, PathBuf};

use targets::built_in::{self, BuiltIn};
use url::Url;

use crate::args::AimArgs;
use crate::failure::Failure;
use crate::hosts;
use crate::nearest::hint;

/// The server that a run goes to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Aim {
    /// The reference server, in this process.
    Embedded,
    /// The reference server's API somewhere.
    Reference(Url),
    /// A server that is built in, started.
    Start {
        /// Which.
        server: &'static BuiltIn,
        /// What is started.
        path: PathBuf,
        /// What its target file says besides.
        settings: BTreeMap<String, String>,
    },
    /// A server that is built in and runs already.
    Attach {
        /// Which.
        server: &'static BuiltIn,
        /// The base URL that its pages carry.
        url: Url,
        /// Where the admin's login comes from.
        login: Login,
        /// What its target file says besides.
        settings: BTreeMap<String, String>,
    },
    /// The dialect of a server that is built in, in this process.
    Dialect(&'static BuiltIn),
    /// A server that a file describes.
    Described {
        /// The file, which has been read once without a problem.
        file: PathBuf,
        /// Where it runs; `None`: it is started as the file says.
        url: Option<Url>,
    },
}

/// Where an admin's login comes from. It is read when it is needed, not before.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Login {
    /// The environment variables of that server.
    Environment,
    /// A name, and a variable that holds the password.
    Variable {
        /// The admin's name.
        admin: String,
        /// The variable.
        variable: String,
    },
    /// A name, and a file that holds the password.
    File {
        /// The admin's name.
        admin: String,
        /// The file.
        path: PathBuf,
    },
}

/// A target's parts, wherever they were written.
#[derive(Clone, Debug, Default)]
struct Parts {
    name: String,
    url: Option<Url>,
    server: Option<PathBuf>,
    login: Option<Login>,
    settings: BTreeMap<String, String>,
}

impl Aim {
    /// What the command line aims at. Hosts that are neither this machine nor owned are refused here, before anything is sent.
    ///
    /// # Errors
    /// The target is unknown or incomplete, or its host is not owned.
    pub fn of(args: &AimArgs) -> Result<Self, Failure> {
        Self::with(args, |variable| std::env::var_os(variable).filter(|value| !value.is_empty()))
    }

    /// The same with another environment.
    fn with(args: &AimArgs, variable: impl Fn(&str) -> Option<OsString>) -> Result<Self, Failure> {
        if described::is_one(&args.target) {
            return described::aim(Path::new(&args.target), args.url.as_deref(), &args.i_own);
        }
        if let Some(name) = args.target.strip_prefix(DIALECT) {
            return dialect(name, args);
        }
        let mut parts = parts(&args.target)?;
        if let Some(url) = &args.url {
            if parts.url.is_some() {
                return Err(Failure::usage("the target has a URL already: leave --url out"));
            }
            parts.url = Some(hosts::parse(url)?);
        }
        if let Some(url) = &parts.url {
            hosts::check(url, &args.i_own)?;
        }
        match built_in::find(&parts.name) {
            None => Ok(parts.url.map_or(Self::Embedded, Self::Reference)),
            Some(server) => {
                let given = args.server.clone().or_else(|| variable(server.variable).map(PathBuf::from));
                one(server, parts, given)
            }
        }
    }

    /// Whether the server is started for the run, and goes with it.
    pub fn is_ours(&self) -> bool {
        match self {
            Self::Embedded | Self::Start { .. } | Self::Dialect(_) | Self::Described { url: None, .. } => {
                true
            }
            Self::Reference(_) | Self::Attach { .. } | Self::Described { url: Some(_), .. } => false,
        }
    }
}

fn parts(target: &str) -> Result<Parts, Failure> {
    if target.contains("://") {
        let url = Some(hosts::parse(target)?);
        return Ok(Parts { name: REFERENCE.to_owned(), url, ..Parts::default() });
    }
    if target.ends_with(".toml") {
        return file::read(Path::new(target));
    }
    let (name, variant) = match target.split_once(':') {
        Some((name, variant)) => (name, Some(variant)),
        None => (target, None),
    };
    if !is_known(name) {
        return Err(Failure::Usage(unknown(name)));
    }
    match variant {
        Some(variant) => {
            Err(Failure::Usage(format!("{name} has no variant `{variant}`: it has only one form")))
        }
        None => Ok(Parts { name: name.to_owned(), ..Parts::default() }),
    }
}

/// A server that is built in: where it runs, or what is started.
fn one(server: &'static BuiltIn, parts: Parts, given: Option<PathBuf>) -> Result<Aim, Failure> {
    let settings = parts.settings;
    if let Some(url) = parts.url {
        let login = parts.login.unwrap_or(Login::Environment);
        return Ok(Aim::Attach { server, url, login, settings });
    }
    let path = parts.server.or(given).ok_or_else(|| {
        let BuiltIn { product, artefact, variable, .. } = server;
        Failure::Usage(format!(
            "no {product} to start: give {artefact} with --server PATH or in {variable}, or a running one with --url URL"
        ))
    })?;
    Ok(Aim::Start { server, path, settings })
}

fn dialect(name: &str, args: &AimArgs) -> Result<Aim, Failure> {
    if args.url.is_some() || args.server.is_some() {
        return Err(Failure::usage(
            "a dialect is started in this process: leave --url and --server out; one that `anykey serve --like` runs is \
             `--target NAME --url URL`",
        ));
    }
    imitated(name).map(Aim::Dialect)
}

/// The server of that name, which has a dialect.
///
/// # Errors
/// There is none; the message names those that there are.
pub fn imitated(name: &str) -> Result<&'static BuiltIn, Failure> {
    let all = || built_in::ALL.iter().filter(|server| server.dialect.is_some());
    let found = all().copied().find(|server| server.name == name);
    found.ok_or_else(|| {
        let names: Vec<&str> = all().map(|server| server.name).collect();
        let there = if names.is_empty() { "none yet".to_owned() } else { names.join(", ") };
        Failure::Usage(format!(
            "no dialect is named `{name}`{}; there are: {there}",
            hint(name, names.iter().copied())
        ))
    })
}

/// `no target is named ...`.
fn unknown(name: &str) -> String {
    let dialects = built_in::ALL.iter().filter(|server| server.dialect.is_some());
    let names: Vec<String> =
        names().map(str::to_owned).chain(dialects.map(|s| format!("{DIALECT}{}", s.name))).collect();
    format!(
        "no target is named `{name}`{}; there are {}, an http(s) URL, and target files (.toml)",
        hint(name, names.iter().map(String::as_str)),
        names.join(", ")
    )
}

fn is_known(name: &str) -> bool {
    names().any(|known| known == name)
}

/// The targets that have a name.
fn names() -> impl Iterator<Item = &'static str> {
    [REFERENCE].into_iter().chain(built_in::ALL.iter().map(|server| server.name))
}

const REFERENCE: &str = "reference";
/// What stands before the name of a server where its dialect is meant.
const DIALECT: &str = "dialect:";

#[cfg(test)]
mod tests;
