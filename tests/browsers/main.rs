//! Browsers and keys: makes the requests of `table.toml` with a real browser, on this machine's own kernel.
//!
//! Needs the right to `/dev/uhid`, a running udevd, Xvfb, xdotool, scrot and the browser:
//! `cargo run -p suites --example browsers -- chromium`, after `cargo build -p cli`.

mod attempt;
mod ceremonies;
mod devtools;
mod dialog;
mod plugged;
mod program;
mod screen;
mod started;
mod table;

use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::{Duration, Instant};

use crate::table::{Browser, Key, Request, Table};
use clap::Parser;
use tokio::process::Command;

use attempt::Hand;
use ceremonies::Bench;
use program::Program;
use screen::Screen;
use started::Started;

/// What went wrong, in words.
type Trouble = Box<dyn std::error::Error + Send + Sync>;

/// Makes the requests of tests/browsers/table.toml with a real browser.
#[derive(Parser)]
struct Args {
    /// chromium or firefox
    #[arg(value_parser = |text: &str| match text {
        "chromium" => Ok(Browser::Chromium),
        "firefox" => Ok(Browser::Firefox),
        _ => Err("chromium or firefox"),
    })]
    browser: Browser,
    /// The anykey binary
    #[arg(long, value_name = "FILE", default_value = "target/debug/anykey")]
    anykey: PathBuf,
    /// Where a picture of each failure goes, and what the key said
    #[arg(long, value_name = "DIR", default_value = "target/browsers")]
    out: PathBuf,
    /// Only requests and keys whose name contains this text, in the form `request / key`
    #[arg(long, value_name = "TEXT", default_value = "")]
    only: String,
    /// Without requests that come to the same as another, as the table says
    #[arg(long)]
    short: bool,
    /// Milliseconds without a sign of key, browser or page after which the person gives up, at least
    #[arg(long, value_name = "MS", default_value = "1500")]
    patience: u64,
}

#[tokio::main]
async fn main() -> ExitCode {
    match run(&Args::parse()).await {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(trouble) => {
            eprintln!("browsers: {trouble}");
            ExitCode::FAILURE
        }
    }
}

async fn run(args: &Args) -> Result<bool, Trouble> {
    let table = Table::read();
    std::fs::create_dir_all(&args.out)?;
    let begun = Instant::now();
    let mut serve = Command::new(&args.anykey);
    serve.args(["serve", "--listen", "127.0.0.1:0", "--color", "never"]);
    let mut server = Program::start(&mut serve)?;
    let page = |line: &str| Some(line.strip_prefix("page  ")?.trim_end_matches('/').to_owned());
    let server_page = server.told(Duration::from_secs(30), page).await?;

    let screen = Screen::start().await?;
    let started = Started::new(args.browser, &screen).await?;
    println!("{} is there after {:.1} s", args.browser.name(), begun.elapsed().as_secs_f64());
    let hand = Hand {
        browser: args.browser,
        started,
        screen,
        patience: Duration::from_millis(args.patience),
        longest: Duration::ZERO,
    };
    let mut bench = Bench::new(hand, server_page, args.anykey.clone()).await?;
    let (mut passed, mut failed) = (0, 0);
    for key in &table.key {
        for request in table.request.iter().filter(|request| !args.short || request.like.is_none()) {
            match one(&mut bench, args, key, request).await? {
                Some(true) => passed += 1,
                Some(false) => failed += 1,
                None => {}
            }
        }
    }
    println!(
        "{}: {passed} passed, {failed} failed, {:.0} s",
        args.browser.name(),
        begun.elapsed().as_secs_f64()
    );
    bench.hand.started.end().await?;
    Ok(failed == 0 && passed > 0)
}

/// Makes one request; `None`: it is not made with this key.
async fn one(bench: &mut Bench, args: &Args, key: &Key, request: &Request) -> Result<Option<bool>, Trouble> {
    let name = format!("{} / {}", request.name, key.name);
    let Some(expected) = request.expected(args.browser, key).filter(|_| name.contains(&args.only)) else {
        return Ok(None);
    };
    let begun = Instant::now();
    let outcome = bench.perform(key, request, expected).await;
    let took = begun.elapsed().as_secs_f64();
    let wrong = match outcome {
        Ok(outcome) if outcome == *expected => {
            println!("ok      {name}: {outcome} ({took:.1} s)");
            if let Some(why) =
                request.why.as_ref().filter(|_| request.expect.get(&key.name) != Some(expected))
            {
                println!("        unlike the client model: {why}");
            }
            return Ok(Some(true));
        }
        Ok(outcome) => format!("{outcome}, expected is {expected}"),
        Err(trouble) => trouble.to_string(),
    };
    let file = args.out.join(format!("{} {}", args.browser.name(), name.replace(" / ", " with ")));
    println!("FAILED  {name}: {wrong} ({took:.1} s; {}.png, .key, .browser)", file.display());
    std::fs::write(with_ending(&file, ".key"), bench.conversation())?;
    std::fs::write(with_ending(&file, ".browser"), bench.hand.started.dialogs.heard().join("\n"))?;
    bench.hand.screen.picture(&with_ending(&file, ".png")).await?;
    bench.hand.leave().await?;
    Ok(Some(false))
}

/// The file's name, which may have dots in it.
fn with_ending(file: &Path, ending: &str) -> PathBuf {
    let mut name = file.as_os_str().to_owned();
    name.push(ending);
    name.into()
}
