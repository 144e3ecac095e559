//! `anykey target`.

use std::io::{self, Write};

use anstyle::{AnsiColor, Style};
use plan::event::{CaseDone, Event, Manner, Sink};
use plan::{Exit, Verdict};
use report::Look;
use run::{RunPlan, Stop};
use targets::declared::{Step, Trace};

use super::roots;
use crate::aim::{Aim, described};
use crate::args::{CheckArgs, TargetArgs, TargetCommand};
use crate::failure::Failure;
use crate::screen::Screen;
use crate::server::Server;
use crate::{keys, library};

/// Checks a target file.
///
/// # Errors
/// The file is wrong, or the server is not to be had.
pub async fn perform(args: &TargetArgs, screen: Screen) -> Result<Exit, Failure> {
    let TargetCommand::Check(check) = &args.command;
    let look = screen.out;
    let name = described::read(&check.file)?.name().to_owned();
    if !described::is_one(&check.file.to_string_lossy()) {
        return Err(Failure::usage("a target file has `format = 1`, and a name that ends in .toml"));
    }
    say(&format!("{} describes {name}: no problem in the file", check.file.display()))?;
    if check.only_file {
        return Ok(Exit::AsExpected);
    }
    against_the_server(check, look).await
}

/// Plays the scenarios with one key, and shows each request.
async fn against_the_server(check: &CheckArgs, look: Look) -> Result<Exit, Failure> {
    let Aim::Described { file, url } = described::aim(&check.file, check.url.as_deref(), &check.i_own)?
    else {
        return Err(Failure::usage("this is no target file"));
    };
    let scenarios = library::scenarios(None)?;
    let keys = keys::select(&[KEY.to_owned()])?;
    let (root, other_root) = (roots::root()?, roots::other_root()?);
    // A reader that went away is told at the next line that is written here.
    let trace = Trace::new(move |step| drop(say(&line(step, look))));
    let server = Server::described(&file, url, root.anchors(), trace).await?;
    let plan = RunPlan {
        jobs: 1,
        seed: 0,
        version: env!("CARGO_PKG_VERSION").to_owned(),
        began: String::new(),
        scenarios: &scenarios,
        selected: SCENARIOS.iter().map(|&id| id.to_owned()).collect(),
        keys: &keys,
        bus: &links::Direct,
        attached: None,
        manners: vec![Manner::Permissive],
        target: server.target(),
        flaws: Vec::new(),
        root: &root,
        other_root: &other_root,
        replay: Vec::new(),
    };
    let mut sinks: Vec<Box<dyn Sink>> = vec![Box::new(Cases { look })];
    let done = Box::pin(run::run(&plan, &mut sinks, &Stop::new())).await;
    drop(plan);
    server.stop().await;
    let verdict = format!(
        "{} of {} passed, {} unsupported, {} unknown, {} failed",
        done.pass,
        SCENARIOS.len(),
        done.unsupported,
        done.unknown,
        done.fail
    );
    say(&format!("\n{verdict}"))?;
    Ok(Exit::of(&done))
}

/// One request on one line, what was taken below it.
fn line(step: &Step, look: Look) -> String {
    let status = step.status.map_or_else(|| "---".to_owned(), |status| status.to_string());
    let who = if step.admin { "admin" } else { "agent" };
    let outcome = match step.accepted {
        true => look.paint(GOOD, &step.outcome),
        false => look.paint(BAD, &look.clean(&step.outcome)),
    };
    let head = format!("  {:<20} {who}  {}  {status}  ", step.place, look.clean(&step.request));
    let mut text = format!("{head}{outcome}");
    for (name, value) in &step.taken {
        let mut value = look.clean(value);
        if let Some((cut, _)) = value.char_indices().nth(SHOWN) {
            value.truncate(cut);
            value.push_str(look.ellipsis());
        }
        text.push_str(&look.paint(DIM, &format!("\n{:23}{name} = {value}", "")));
    }
    text
}

/// Heads above the requests of a case, and its verdict below.
struct Cases {
    look: Look,
}

impl Sink for Cases {
    fn take(&mut self, event: &Event) {
        let text = match event {
            Event::CaseStarted { case } => format!("\n{}", self.look.paint(HEAD, &case.scenario)),
            Event::CaseDone(done) => verdict(done, self.look),
            _ => return,
        };
        drop(say(&text));
    }

    fn finish(self: Box<Self>) -> io::Result<()> {
        Ok(())
    }
}

fn verdict(done: &CaseDone, look: Look) -> String {
    let style = match done.verdict {
        Verdict::Pass => GOOD,
        Verdict::Unsupported => DIM,
        Verdict::Unknown | Verdict::Fail => BAD,
    };
    look.paint(style, &look.clean(&format!("  {}: {}", done.verdict, done.reason)))
}

fn say(text: &str) -> io::Result<()> {
    writeln!(io::stdout().lock(), "{text}")
}

/// Between them every part of a target file is used: each manner of logging in, two users, revoking, logging out.
const SCENARIOS: [&str; 6] = [
    "policy.second-factor",
    "policy.passwordless",
    "policy.usernameless",
    "policy.uv-required",
    "login.revoked",
    "login.replayed-assertion",
];
/// A key that can everything that is asked for.
const KEY: &str = "passkey";
/// How much is shown of what was taken.
const SHOWN: usize = 60;
const HEAD: Style = Style::new().bold();
const DIM: Style = Style::new().dimmed();
const GOOD: Style = AnsiColor::Green.on_default();
const BAD: Style = AnsiColor::Red.on_default().bold();
