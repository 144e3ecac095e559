//! `--target`, `--url` and `--keycloak-dist` together: which server, and whether one may send to it.

pub mod described;
mod file;

use std::path::{Path, PathBuf};

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
    /// Keycloak, started from a distribution.
    StartKeycloak(PathBuf),
    /// Keycloak that runs already.
    Keycloak {
        /// The base URL that its pages carry.
        url: Url,
        /// Where the admin's login comes from.
        login: Login,
    },
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
    /// The environment variables that the target itself defines.
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
    distribution: Option<PathBuf>,
    login: Option<Login>,
}

impl Aim {
    /// What the command line aims at. Hosts that are neither this machine nor owned are refused here, before anything is sent.
    ///
    /// # Errors
    /// The target is unknown or incomplete, or its host is not owned.
    pub fn of(args: &AimArgs) -> Result<Self, Failure> {
        if described::is_one(&args.target) {
            return described::aim(Path::new(&args.target), args.url.as_deref(), &args.i_own);
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
        match parts.name.as_str() {
            "reference" => Ok(parts.url.map_or(Self::Embedded, Self::Reference)),
            _ => keycloak(parts, args.keycloak_dist.as_deref()),
        }
    }
}

fn parts(target: &str) -> Result<Parts, Failure> {
    if target.contains("://") {
        let url = Some(hosts::parse(target)?);
        return Ok(Parts { name: "reference".to_owned(), url, ..Parts::default() });
    }
    if target.ends_with(".toml") {
        return file::read(Path::new(target));
    }
    let (name, variant) = match target.split_once(':') {
        Some((name, variant)) => (name, Some(variant)),
        None => (target, None),
    };
    if !NAMES.contains(&name) {
        return Err(Failure::Usage(unknown(name)));
    }
    match variant {
        Some(variant) => {
            Err(Failure::Usage(format!("{name} has no variant `{variant}`: it has only one form")))
        }
        None => Ok(Parts { name: name.to_owned(), ..Parts::default() }),
    }
}

fn keycloak(parts: Parts, distribution: Option<&Path>) -> Result<Aim, Failure> {
    let login = parts.login.unwrap_or(Login::Environment);
    if let Some(url) = parts.url {
        return Ok(Aim::Keycloak { url, login });
    }
    let distribution = parts.distribution.or_else(|| distribution.map(Path::to_owned));
    distribution.map(Aim::StartKeycloak).ok_or_else(|| {
        Failure::usage(
            "no Keycloak to start: give a distribution (directory, .zip or .tar.gz) with --keycloak-dist PATH or in \
             ANYKEY_KEYCLOAK, or a running one with --url URL",
        )
    })
}

/// `no target is named ...`.
fn unknown(name: &str) -> String {
    format!(
        "no target is named `{name}`{}; there are {}, an http(s) URL, and target files (.toml)",
        hint(name, NAMES),
        NAMES.join(", ")
    )
}

/// The targets that have a name.
const NAMES: [&str; 2] = ["reference", "keycloak"];

#[cfg(test)]
mod tests;
