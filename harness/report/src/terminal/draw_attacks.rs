//! The table of attacks on a terminal: one line per scenario.

use plan::Verdict;
use plan::event::KeyInfo;

use super::pen::{BOLD, KNOWN, Look, Piece, verdict_style};
use crate::attacks::{Attacks, Mark, Row};
use crate::text::{fit, pad, width};

/// Appends the table to `out`, in bands of keys where the line is too short for all of them.
pub fn draw(attacks: &Attacks<'_>, keys: &[KeyInfo], look: Look, out: &mut String) {
    let names: Vec<String> =
        keys.iter().map(|key| fit(&look.clean(&key.name), MAX_KEY, look.ellipsis())).collect();
    let widest = attacks.groups.iter().flat_map(|g| &g.rows).map(|r| width(&name(r, look)) + 2).max();
    let least_key = names.iter().map(|n| width(n)).max().unwrap_or(0).max(MARKS) + 2;
    let first = widest.unwrap_or(0).min(look.columns().saturating_sub(least_key));
    let mut from = 0;
    while from < names.len() {
        let mut used = first;
        let mut to = from;
        while to < names.len() && (to == from || used + column(&names[to]) <= look.columns()) {
            used += column(&names[to]);
            to += 1;
        }
        band(attacks, &names, from..to, first, look, out);
        from = to;
    }
    signs(attacks, look, out);
}

fn band(
    attacks: &Attacks<'_>,
    names: &[String],
    keys: std::ops::Range<usize>,
    first: usize,
    look: Look,
    out: &mut String,
) {
    let heads = names[keys.clone()].iter().map(|n| Piece::new(n.as_str(), BOLD)).collect();
    line(Piece::plain(""), first, heads, names, &keys, look, out);
    for group in &attacks.groups {
        out.push_str(&look.paint(BOLD, &look.clean(group.name)));
        out.push('\n');
        for row in &group.rows {
            let cells = row.marks[keys.clone()].iter().map(|marks| cell(marks, look)).collect();
            let label = format!("  {}", fit(&name(row, look), first.saturating_sub(2), look.ellipsis()));
            line(Piece::plain(label), first, cells, names, &keys, look, out);
        }
    }
}

fn line(
    label: Piece,
    first: usize,
    cells: Vec<Piece>,
    names: &[String],
    keys: &std::ops::Range<usize>,
    look: Look,
    out: &mut String,
) {
    let mut text = look.paint(label.style, &pad(&label.text, first));
    for (cell, name) in cells.iter().zip(&names[keys.clone()]) {
        let columns = column(name) - 2;
        let left = columns.saturating_sub(width(&cell.text)) / 2;
        text.push_str(&" ".repeat(2 + left));
        text.push_str(&look.paint(cell.style, &cell.text));
        text.push_str(&" ".repeat(columns.saturating_sub(left + width(&cell.text))));
    }
    out.push_str(text.trim_end());
    out.push('\n');
}

/// The verdict's sign; both where the manners differ, the faithful one first.
fn cell(marks: &[Mark<'_>], look: Look) -> Piece {
    let Some(worst) = marks.iter().map(|m| m.verdict).max() else {
        return Piece::plain("");
    };
    let sign = |m: &Mark<'_>| if m.is_known() { look.known() } else { look.mark(m.verdict) };
    let text = marks.iter().map(sign).collect::<Vec<_>>().join("/");
    let style = match worst {
        Verdict::Pass | Verdict::Unsupported if marks.iter().any(Mark::is_known) => KNOWN,
        Verdict::Unsupported if marks.len() > 1 => verdict_style(Verdict::Pass),
        worst => verdict_style(worst),
    };
    Piece::new(text, style)
}

fn signs(attacks: &Attacks<'_>, look: Look, out: &mut String) {
    let rows = || attacks.groups.iter().flat_map(|g| &g.rows).flat_map(|r| &r.marks);
    let mut parts = Vec::new();
    for (verdict, meaning) in [
        (Verdict::Pass, "pass"),
        (Verdict::Unsupported, "unsupported"),
        (Verdict::Unknown, "unknown"),
        (Verdict::Fail, "fail"),
    ] {
        if rows().flatten().any(|m| m.verdict == verdict && !m.is_known()) && look.mark(verdict) != meaning {
            parts.push(format!("{} {meaning}", look.mark(verdict)));
        }
    }
    if rows().flatten().any(Mark::is_known) {
        parts.push(format!("{} as known, not as required", look.known()));
    }
    if rows().any(|marks| marks.len() > 1) {
        parts.push("a/b faithful / permissive client".to_owned());
    }
    super::signs(&parts, look, out);
}

/// The part of the scenario's name after its group.
fn name(row: &Row<'_>, look: Look) -> String {
    let id = &row.scenario.id;
    look.clean(id.split_once('.').map_or(id.as_str(), |(_, rest)| rest))
}

/// Columns of a key's column, its gap included.
fn column(name: &str) -> usize {
    width(name).max(MARKS) + 2
}

/// A key's name is cut at this many columns.
const MAX_KEY: usize = 16;
/// Columns of the two widest marks side by side.
const MARKS: usize = 3;
