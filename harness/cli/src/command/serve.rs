//! `anykey serve`.

use std::io::{self, Write};
use std::path::Path;

use plan::{Exit, Policy};
use report::text::clean;
use targets::built_in::BuiltIn;
use targets::reference::{Flaws, Server, Settings};

use crate::aim::imitated;
use crate::args::ServeArgs;
use crate::failure::Failure;
use crate::server::not_open;
use crate::{flaws, interrupt};

/// Serves until Ctrl-C.
///
/// # Errors
/// A flaw or a policy is wrong, or the address cannot be listened on.
pub async fn perform(args: &ServeArgs) -> Result<Exit, Failure> {
    let flaws = flaws::select(&args.flaw)?;
    let policy = policy(&args.policy)?;
    let like = args.like.as_deref().map(imitated).transpose()?;
    if !args.listen.ip().is_loopback() && !args.let_others_in {
        return Err(Failure::Usage(format!(
            "others could reach {}: this server is for tests, its accounts are open to everyone{}. If that is what you want, \
             say so with --let-others-in",
            args.listen,
            if flaws.is_empty() { "" } else { " and it has flaws" },
        )));
    }
    match like {
        Some(server) => dialect(args, server).await,
        None => reference(args, policy, flaws).await,
    }
}

/// Serves a dialect until Ctrl-C.
async fn dialect(args: &ServeArgs, like: &BuiltIn) -> Result<Exit, Failure> {
    let Some(dialect) = &like.dialect else {
        return Err(Failure::Usage(format!("{} has no dialect", like.name)));
    };
    let mut stopped = interrupt::listen()?;
    let served = (dialect.serve)(args.listen).await.map_err(not_open)?;
    {
        let mut out = io::stdout().lock();
        writeln!(out, "URL   {}", served.url)?;
        writeln!(out, "like  {} {} (a dialect, not the server itself)", like.product, dialect.version)?;
        for (word, text) in &served.told {
            writeln!(out, "{word:<5} {text}")?;
        }
        writeln!(out, "Ctrl-C stops it.")?;
        out.flush()?;
    }
    if !args.listen.ip().is_loopback() {
        eprintln!("anykey: warning: others can reach this server");
    }
    interrupt::wait(&mut stopped).await;
    served.running.stop().await;
    Ok(Exit::AsExpected)
}

/// Serves the reference server until Ctrl-C.
async fn reference(args: &ServeArgs, policy: Policy, flaws: Flaws) -> Result<Exit, Failure> {
    let anchors = [super::roots::root()?.anchors(), &super::roots::anchors(&args.trust)?].concat();
    let settings = Settings { listen: args.listen, policy, anchors, flaws, ..Settings::default() };
    let mut stopped = interrupt::listen()?;
    let server = Server::start(settings).await.map_err(Failure::usage)?;
    {
        let mut out = io::stdout().lock();
        writeln!(out, "page  {}", server.page())?;
        writeln!(out, "API   {}", server.url())?;
        for flaw in flaws.iter() {
            writeln!(out, "flaw  {flaw}: {}", flaw.about().description)?;
        }
        writeln!(out, "Ctrl-C stops it.")?;
        out.flush()?;
    }
    if !args.listen.ip().is_loopback() {
        eprintln!("anykey: warning: others can reach this server");
    }
    interrupt::wait(&mut stopped).await;
    server.stop().await;
    Ok(Exit::AsExpected)
}

/// The default policy with the members that are given, in order.
fn policy(texts: &[String]) -> Result<Policy, Failure> {
    let mut members = toml::Table::new();
    for text in texts {
        match text.split_once('=') {
            Some((name, value)) => {
                members.insert(name.trim().to_owned(), value_of(value.trim()));
            }
            None => members.extend(file(Path::new(text))?),
        }
    }
    Policy::deserialize(members).map_err(|error| {
        let first = error.to_string();
        Failure::Usage(format!(
            "the policy is wrong: {}; `anykey serve --help` lists its members",
            clean(first.trim())
        ))
    })
}

/// A bare word is a string: `required` needs no quotes on a command line.
fn value_of(text: &str) -> toml::Value {
    let line = format!("value = {text}");
    let parsed = line.parse::<toml::Table>().ok().and_then(|mut table| table.remove("value"));
    parsed.unwrap_or_else(|| toml::Value::String(text.to_owned()))
}

fn file(path: &Path) -> Result<toml::Table, Failure> {
    let text = std::fs::read_to_string(path).map_err(|error| {
        Failure::Usage(format!("{}: {error}; a policy is a file, or MEMBER=VALUE", path.display()))
    })?;
    // The error shows line, column and the text around it.
    text.parse().map_err(|error| Failure::Usage(format!("{}: {error}", path.display())))
}

use serde::Deserialize as _;

#[cfg(test)]
mod tests;
