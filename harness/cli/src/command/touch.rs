//! `anykey touch`.

use std::io::{self, BufRead, IsTerminal, Write};
use std::path::{Path, PathBuf};

use plan::Exit;
use report::text::clean;
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::net::UnixStream;
use tokio::task::JoinSet;

use super::plug::{found, runtime_directory};
use crate::args::TouchArgs;
use crate::failure::Failure;

/// Touches a key that another process has plugged in, when it asks.
///
/// # Errors
/// No key is there, or none asks.
pub async fn perform(args: &TouchArgs) -> Result<Exit, Failure> {
    let (path, asked) = asking(args).await?;
    let what = clean(&format!("{} asks for: {asked}", name(&path)));
    let act = match (args.refuse, args.wrong_finger) {
        (true, _) => "refuse",
        (_, true) => "wrong-finger",
        _ if io::stdin().is_terminal() => chosen(&what)?,
        _ => "touch",
    };
    let done = order(&path, &format!("ctl act {act}")).await?;
    writeln!(io::stdout(), "{}: {act}, asked for: {}", name(&path), clean(&done))?;
    Ok(Exit::AsExpected)
}

/// The key that asks, and what.
async fn asking(args: &TouchArgs) -> Result<(PathBuf, String), Failure> {
    let paths = match &args.control {
        Some(path) => vec![path.0.clone()],
        None => found(),
    };
    let mut there = Vec::new();
    let mut why = None;
    for path in paths {
        match order(&path, "ctl asks").await {
            Ok(asked) if asked == "nothing" => there.push(path),
            Ok(asked) => return Ok((path, asked)),
            // One that is gone is passed over while there are others.
            Err(error) => why = Some(error),
        }
    }
    if there.is_empty() {
        return Err(why.filter(|_| args.control.is_some()).unwrap_or_else(none));
    }
    if args.now {
        return Err(Failure::Usage("no key asks for anything".to_owned()));
    }
    if io::stderr().is_terminal() {
        // If the stream is gone, nobody reads it.
        let _ = writeln!(io::stderr(), "Waiting until a key asks; Ctrl-C ends this.");
    }
    let mut waits = JoinSet::new();
    for path in there {
        waits.spawn(async move { order(&path, "ctl wait").await.map(|asked| (path, asked)) });
    }
    let mut last = none();
    while let Some(ended) = waits.join_next().await {
        match ended {
            Ok(Ok(asks)) => return Ok(asks),
            Ok(Err(error)) => last = error,
            Err(_) => {}
        }
    }
    Err(last)
}

/// Has the person at the terminal choose.
fn chosen(what: &str) -> Result<&'static str, Failure> {
    writeln!(io::stderr(), "{what}. [Enter: touch it, w: with a wrong finger, n: refuse]")?;
    let mut line = String::new();
    io::stdin().lock().read_line(&mut line)?;
    match line.trim_end_matches(['\n', '\r']) {
        "" if line.is_empty() => Err(Failure::Usage("standard input has ended: nothing was done".to_owned())),
        "" | "y" => Ok("touch"),
        "w" => Ok("wrong-finger"),
        "n" => Ok("refuse"),
        other => Err(Failure::Usage(format!("`{other}` is no answer: nothing was done"))),
    }
}

/// Says a line to a key; what it answers.
async fn order(path: &Path, line: &str) -> Result<String, Failure> {
    let failed = |error: io::Error| Failure::Usage(format!("{}: {error}", path.display()));
    let mut key = UnixStream::connect(path).await.map_err(failed)?;
    key.write_all(format!("{line}\n").as_bytes()).await.map_err(failed)?;
    let mut answer = String::new();
    BufReader::new(key).read_line(&mut answer).await.map_err(failed)?;
    match answer.trim_end().split_once(' ') {
        Some(("ok", said)) => Ok(said.to_owned()),
        Some(("error:", why)) => Err(Failure::Usage(format!("{}: {why}", name(path)))),
        None if answer.starts_with("ok") => Ok(String::new()),
        _ => Err(Failure::Usage(format!("{} is gone", name(path)))),
    }
}

/// The key's name, from its socket's.
fn name(path: &Path) -> String {
    let stem = path.file_stem().unwrap_or_default().to_string_lossy();
    stem.split('.').next().unwrap_or_default().to_owned()
}

fn none() -> Failure {
    let place = match runtime_directory() {
        Some(directory) => format!("in {}", directory.display()),
        None => "since XDG_RUNTIME_DIR is not set".to_owned(),
    };
    Failure::Usage(format!(
        "there is no key to touch {place}: plug one in by `anykey plug`, or name its socket by --control"
    ))
}
