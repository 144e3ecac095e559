//! Text as a reader may see it: foreign words made harmless, lines measured in terminal columns, wrapped and cut.

use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

/// `text` with every character that steers a terminal or hides text (controls, escapes, bidi marks, zero-width characters)
/// written as `\u{..}`. Line ends and tabs become blanks, since every caller lays out its own lines.
pub fn clean(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '\n' | '\r' | '\t' => out.push(' '),
            c if steers(c) => out.extend(c.escape_unicode()),
            c => out.push(c),
        }
    }
    out
}

/// [`clean`], line by line: the line ends stay.
pub fn clean_lines(text: &str) -> String {
    text.lines().map(clean).collect::<Vec<_>>().join("\n")
}

/// [`clean`], and everything outside ASCII written as `\u{..}`, but for the few typographic marks that have an ASCII cousin.
pub fn ascii(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in clean(text).chars() {
        match c {
            c if c.is_ascii() => out.push(c),
            '–' | '—' | '‑' => out.push('-'),
            '‘' | '’' => out.push('\''),
            '“' | '”' => out.push('"'),
            '×' => out.push('x'),
            '·' => out.push('|'),
            '…' => out.push_str("..."),
            c => out.extend(c.escape_unicode()),
        }
    }
    out
}

/// Terminal columns that `text` takes.
pub fn width(text: &str) -> usize {
    UnicodeWidthStr::width(text)
}

/// `text` cut to `columns` columns; `mark` ends it where something was cut.
pub fn fit(text: &str, columns: usize, mark: &str) -> String {
    if width(text) <= columns {
        return text.to_owned();
    }
    let room = columns.saturating_sub(width(mark));
    let mut out = String::new();
    let mut used = 0;
    for c in text.chars() {
        let wide = c.width().unwrap_or(0);
        if used + wide > room {
            break;
        }
        used += wide;
        out.push(c);
    }
    if width(mark) <= columns {
        out.push_str(mark);
    }
    out
}

/// `text` padded with blanks to `columns` columns.
pub fn pad(text: &str, columns: usize) -> String {
    let mut out = text.to_owned();
    out.extend(std::iter::repeat_n(' ', columns.saturating_sub(width(text))));
    out
}

/// `text` as lines of at most `columns` columns, broken at blanks; a word that is longer is broken inside.
pub fn wrap(text: &str, columns: usize) -> Vec<String> {
    let columns = columns.max(1);
    let mut lines = Vec::new();
    let mut line = String::new();
    for word in text.split_whitespace() {
        let gap = usize::from(!line.is_empty());
        if width(&line) + gap + width(word) <= columns {
            if gap == 1 {
                line.push(' ');
            }
            line.push_str(word);
            continue;
        }
        if !line.is_empty() {
            lines.push(std::mem::take(&mut line));
        }
        line = break_word(word, columns, &mut lines);
    }
    if !line.is_empty() || lines.is_empty() {
        lines.push(line);
    }
    lines
}

/// Pushes the full lines of an overlong `word` and returns what is left. Prefers to break after `-`, `.`, `/`, `:`.
fn break_word(word: &str, columns: usize, lines: &mut Vec<String>) -> String {
    let mut rest = word;
    while width(rest) > columns {
        let mut used = 0;
        let mut cut = 0;
        let mut joint = 0;
        for (at, c) in rest.char_indices() {
            used += c.width().unwrap_or(0);
            if used > columns {
                break;
            }
            cut = at + c.len_utf8();
            if matches!(c, '-' | '.' | '/' | ':') {
                joint = cut;
            }
        }
        let at = match (joint, cut) {
            (0, 0) => rest.chars().next().map_or(rest.len(), char::len_utf8),
            (0, cut) => cut,
            (joint, _) => joint,
        };
        lines.push(rest[..at].to_owned());
        rest = &rest[at..];
    }
    rest.to_owned()
}

/// Whether `c` steers the display instead of showing something.
fn steers(c: char) -> bool {
    c.is_control()
        || matches!(c,
            '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}')
}

#[cfg(test)]
mod tests;
