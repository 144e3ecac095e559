//! Colour, glyphs and widths of a terminal: what differs between a wide screen and a plain pipe.

use anstyle::{AnsiColor, Style};
use plan::Verdict;

use crate::matrix::Kind;
use crate::text;

/// How a stream shows text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Look {
    /// Columns of a line.
    pub width: usize,
    /// Escape codes for colour may be written.
    pub color: bool,
    /// Characters outside ASCII may be written.
    pub unicode: bool,
}

/// Text with one style.
#[derive(Clone, Debug, Default)]
pub struct Piece {
    /// Cleaned text.
    pub text: String,
    /// Its style.
    pub style: Style,
}

impl Look {
    /// Columns that are used: not below 40, since a table needs a key and one column; not above 160, since eyes lose the line.
    pub fn columns(self) -> usize {
        self.width.clamp(40, 160)
    }

    /// `text` with nothing in it that this stream must not get.
    pub fn clean(self, text: &str) -> String {
        if self.unicode { text::clean(text) } else { text::ascii(text) }
    }

    /// The mark of a text that was cut.
    pub fn ellipsis(self) -> &'static str {
        if self.unicode { "…" } else { "~" }
    }

    /// `text` in `style`, where colour is on.
    pub fn paint(self, style: Style, text: &str) -> String {
        if self.color && style != Style::new() && !text.is_empty() {
            format!("{style}{text}{style:#}")
        } else {
            text.to_owned()
        }
    }

    /// The sign of a verdict.
    pub fn mark(self, verdict: Verdict) -> &'static str {
        match (verdict, self.unicode) {
            (Verdict::Pass, true) => "✓",
            (Verdict::Unsupported, true) => "–",
            (Verdict::Fail, true) => "✗",
            (Verdict::Pass, false) => "ok",
            (Verdict::Unsupported, false) => "-",
            (Verdict::Unknown, _) => "?",
            (Verdict::Fail, false) => "FAIL",
        }
    }

    /// The sign of a case that passed as known of the server, and not as required.
    pub fn known(self) -> &'static str {
        if self.unicode { "≠" } else { "!" }
    }

    /// The sign in front of a cell's word.
    pub fn sign(self, kind: Kind, verdict: Verdict) -> &'static str {
        match (verdict, kind, self.unicode) {
            (Verdict::Fail | Verdict::Unknown, ..) => self.mark(verdict),
            (_, Kind::KnownAccepted | Kind::KnownRefused, _) => self.known(),
            (_, Kind::Accepted, true) => "✓",
            (_, Kind::Refused, true) => "■",
            (_, Kind::RefusedByClient, true) => "□",
            (_, Kind::RefusedByKey, true) => "◇",
            (_, Kind::None, true) => "–",
            (_, Kind::Accepted, false) => "+",
            (_, Kind::Refused, false) => "#",
            (_, Kind::RefusedByClient, false) => "o",
            (_, Kind::RefusedByKey, false) => "^",
            (_, Kind::None, false) => "-",
        }
    }
}

impl Piece {
    /// Text in a style.
    pub fn new(text: impl Into<String>, style: Style) -> Self {
        Self { text: text.into(), style }
    }

    /// Text without a style.
    pub fn plain(text: impl Into<String>) -> Self {
        Self::new(text, Style::new())
    }
}

/// Headings.
pub const BOLD: Style = Style::new().bold();
/// What matters less.
pub const DIM: Style = Style::new().dimmed();

/// What is as known of the server, and not as required.
pub const KNOWN: Style = AnsiColor::Red.on_default();

/// The colour of a verdict.
pub fn verdict_style(verdict: Verdict) -> Style {
    match verdict {
        Verdict::Pass => AnsiColor::Green.on_default(),
        Verdict::Unsupported => DIM,
        Verdict::Unknown => AnsiColor::Magenta.on_default().bold(),
        Verdict::Fail => AnsiColor::Red.on_default().bold(),
    }
}

/// The colour of a cell: what needs attention first, then what it came to.
pub fn cell_style(kind: Kind, verdict: Verdict) -> Style {
    match (verdict, kind) {
        (Verdict::Fail | Verdict::Unknown, _) => verdict_style(verdict),
        (_, Kind::KnownAccepted | Kind::KnownRefused) => KNOWN,
        (_, Kind::Accepted) => AnsiColor::Green.on_default(),
        (_, Kind::Refused) => AnsiColor::Yellow.on_default(),
        (_, Kind::RefusedByClient) => AnsiColor::Cyan.on_default(),
        (_, Kind::RefusedByKey) => AnsiColor::Blue.on_default(),
        (_, Kind::None) => DIM,
    }
}
