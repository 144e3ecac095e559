//! What keeps a command from its work, and how that is told.

use std::io::{self, IsTerminal, Write};

use miette::{Diagnostic, GraphicalReportHandler, GraphicalTheme};
use plan::Exit;

/// Why a command did not do what it was asked for.
#[derive(Debug)]
pub enum Failure {
    /// The command line is wrong: what, and what to do.
    Usage(String),
    /// Files are wrong: every problem with its place.
    Files {
        /// One line per problem, for pipes.
        lines: Vec<String>,
        /// The same with the text around it, for terminals.
        shown: Box<dyn Diagnostic + Send + Sync>,
    },
    /// The server could not be reached or started: nothing was learned.
    Target(String),
    /// Standard output or a report could not be written.
    Output(io::Error),
}

impl Failure {
    /// A [`Failure::Usage`] of anything that can be said.
    pub fn usage(what: impl ToString) -> Self {
        Self::Usage(what.to_string())
    }

    /// The exit code. A reader that went away (`anykey keys | head -1`) is no failure.
    pub fn exit(&self) -> Exit {
        match self {
            Self::Usage(_) | Self::Files { .. } => Exit::Usage,
            Self::Target(_) => Exit::Unknown,
            Self::Output(error) if error.kind() == io::ErrorKind::BrokenPipe => Exit::AsExpected,
            Self::Output(_) => Exit::Unknown,
        }
    }

    /// Tells it on the error stream.
    pub fn tell(&self) {
        let mut err = io::stderr();
        // If even that stream is gone there is nobody left to tell.
        let _ = match self {
            Self::Usage(what) | Self::Target(what) => {
                writeln!(err, "anykey: {}", report::text::clean_lines(what))
            }
            Self::Files { lines, shown } => files(&mut err, lines, shown.as_ref()),
            Self::Output(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
            Self::Output(error) => writeln!(err, "anykey: cannot write: {error}"),
        };
    }
}

fn files(err: &mut io::Stderr, lines: &[String], shown: &(dyn Diagnostic + Send + Sync)) -> io::Result<()> {
    if err.is_terminal() {
        let theme = match std::env::var_os("NO_COLOR") {
            Some(value) if !value.is_empty() => GraphicalTheme::unicode_nocolor(),
            _ => GraphicalTheme::unicode(),
        };
        let mut text = String::new();
        if GraphicalReportHandler::new_themed(theme).render_report(&mut text, shown).is_ok() {
            return err.write_all(text.as_bytes());
        }
    }
    lines.iter().try_for_each(|line| writeln!(err, "{}", report::clean(line)))
}

impl From<io::Error> for Failure {
    fn from(error: io::Error) -> Self {
        Self::Output(error)
    }
}
