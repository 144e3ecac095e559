//! What the streams are: terminal or pipe, how wide, which characters, colour or not.

use std::io::{self, IsTerminal};

use anstream::ColorChoice;
use report::Look;

use crate::args::{Cli, When};

/// How commands write.
#[derive(Clone, Copy, Debug)]
pub struct Screen {
    /// Standard output.
    pub out: Look,
    /// Whether standard output is a terminal.
    pub terminal: bool,
    /// Colour on the error stream.
    pub err_color: bool,
}

impl Screen {
    /// As the command line and the environment have it.
    pub fn of(cli: &Cli) -> Self {
        let unicode = !cli.ascii && locale_has_unicode(|name| std::env::var(name).ok());
        let terminal = io::stdout().is_terminal();
        Self {
            out: Look { width: width(terminal), color: color(cli.color, &io::stdout()), unicode },
            terminal,
            err_color: color(cli.color, &io::stderr()),
        }
    }
}

/// The terminal's width, or `COLUMNS`; a pipe has 100 columns, so that a log is readable anywhere.
fn width(terminal: bool) -> usize {
    let told = std::env::var("COLUMNS").ok().and_then(|columns| columns.parse().ok());
    let seen = || terminal_size::terminal_size().map(|(width, _)| usize::from(width.0));
    match terminal {
        true => seen().or(told).unwrap_or(80),
        false => told.unwrap_or(100),
    }
}

fn color(when: When, stream: &impl anstream::stream::RawStream) -> bool {
    match when {
        When::Always => true,
        When::Never => false,
        When::Auto => !matches!(anstream::AutoStream::choice(stream), ColorChoice::Never),
    }
}

/// Whether the locale that holds for characters is one of UTF-8. The first of the three variables that is set decides.
fn locale_has_unicode(variable: impl Fn(&str) -> Option<String>) -> bool {
    let set = ["LC_ALL", "LC_CTYPE", "LANG"].into_iter().filter_map(variable).find(|value| !value.is_empty());
    set.is_some_and(|locale| {
        let locale = locale.to_ascii_lowercase();
        locale.contains("utf-8") || locale.contains("utf8")
    })
}

#[cfg(test)]
mod tests;
