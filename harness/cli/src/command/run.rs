//! `anykey run`.

mod attached;
mod bus;
mod replay;
mod sinks;

use std::hash::{BuildHasher, RandomState};
use std::io::{self, IsTerminal, Write};

use links::{Bus, Direct};
use plan::Exit;
use run::{KeyModel, RunPlan, Stop};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use super::roots;

use crate::aim::Aim;
use crate::args::{Format, LinkArg, RunArgs};
use crate::failure::Failure;
use crate::screen::Screen;
use crate::server::Server;
use crate::{bug, flaws, interrupt, keys, library};
use sinks::Sinks;

/// Reads everything, then starts what is to be started, runs, and writes the reports.
///
/// # Errors
/// The command line or a file is wrong, the server cannot be reached, or a report cannot be written.
pub async fn perform(args: &RunArgs, screen: Screen) -> Result<Exit, Failure> {
    let scenarios = library::scenarios(args.scenario_dir.as_deref())?;
    let chosen = library::select(&scenarios, &args.scenario)?;
    let selected = chosen.iter().map(|s| s.id.clone()).collect();
    let flaws = flaws::select(&args.flaw)?;
    let aim = Aim::of(&args.aim)?;
    if !args.flaw.is_empty() && aim != Aim::Embedded {
        return Err(Failure::usage(
            "--flaw is for the embedded server; start another one with `anykey serve --flaw NAME`",
        ));
    }
    if args.link != LinkArg::Process && args.jobs.is_some_and(|jobs| jobs.get() > 1) {
        return Err(Failure::usage("--jobs is for --link process: over another link, cases share the keys"));
    }
    let (root, other_root) = (roots::named(&args.ca)?, roots::other_root()?);
    let makers = attached::makers(args)?;
    let anchors = [root.anchors(), &makers].concat();
    let mut sinks = Sinks::open(args, screen)?;
    let stop = Stop::new();
    stop_at_signal(stop.clone())?;
    let server = tokio::select! {
        server = Server::start(&aim, flaws, &anchors) => server?,
        () = stop.wait() => return Err(Failure::Target("stopped before the server was ready; nothing was run".to_owned())),
    };
    let attached = attached::meet(args, &chosen, makers).await?;
    let (keys, bus): (Vec<KeyModel>, Box<dyn Bus>) = match &attached {
        Some((_, model)) => (vec![model.clone()], Box::new(Direct)),
        None => {
            let keys = keys::select(&args.key)?;
            let bus = bus::open(&args.link, &keys).await?;
            (keys, bus)
        }
    };
    let attached = attached.as_ref().map(|(key, _)| key);
    // Keys that others see have names that cases share.
    let at_once = if matches!(args.link, LinkArg::Process) { server.target().jobs() } else { 1 };
    let plan = RunPlan {
        jobs: args.jobs.map_or(at_once, |jobs| jobs.get().into()),
        seed: args.seed.unwrap_or_else(any_seed),
        version: env!("CARGO_PKG_VERSION").to_owned(),
        began: now(),
        scenarios: &scenarios,
        selected,
        keys: &keys,
        bus: attached.map_or(bus.as_ref(), |key| key as &dyn Bus),
        attached,
        manners: args.manner.manners(),
        target: server.target(),
        flaws: server.flaws(),
        root: &root,
        other_root: &other_root,
        replay: replay::words(args),
    };
    let done = Box::pin(run::run(&plan, sinks.all(), &stop)).await;
    drop(plan);
    attached.iter().for_each(|key| attached::tell_left(key));
    if let (Some(directory), Some(log)) = (&args.report, server.target().log()) {
        std::fs::write(directory.join("server.log"), log)?;
    }
    server.stop().await;
    let written = sinks.finish();
    if bug::seen() {
        return Ok(Exit::OurBug);
    }
    match written {
        // The reader of the output went away; what the run came to holds all the same.
        Err(Failure::Output(error)) if error.kind() == io::ErrorKind::BrokenPipe => {}
        Err(other) => return Err(other),
        Ok(()) => tell_where(args),
    }
    Ok(Exit::of(&done))
}

/// RFC 3339, to the second.
fn now() -> String {
    let now = OffsetDateTime::now_utc();
    // Neither fails: zero is a nanosecond, and the year has four digits.
    now.replace_nanosecond(0).unwrap_or(now).format(&Rfc3339).unwrap_or_default()
}

/// Short enough to be typed again.
fn any_seed() -> u64 {
    // The standard library's own random state: a seed is no secret, it only has to be another one each time.
    RandomState::new().hash_one(0_u8) >> 32
}

/// Says where the report is, to a person.
fn tell_where(args: &RunArgs) {
    if let (Some(directory), Format::Human) = (&args.report, args.format) {
        // Gone readers need not know.
        let _ = writeln!(io::stdout(), "Report: {}", directory.join("report.html").display());
    }
}

fn stop_at_signal(stop: Stop) -> Result<(), Failure> {
    let mut stopped = interrupt::listen()?;
    tokio::spawn(async move {
        interrupt::wait(&mut stopped).await;
        if io::stderr().is_terminal() {
            let _ = writeln!(io::stderr(), "\nanykey: stopping; once more leaves at once");
        }
        stop.ask();
    });
    Ok(())
}
