//! The matrix on a terminal, and the legend of its numbers.

use std::ops::Range;

use anstyle::Style;
use plan::Verdict;

use super::grid::{Grid, Lines};
use super::paragraph;
use super::pen::{BOLD, DIM, Look, Piece, cell_style};
use crate::matrix::{Cell, Kind, Matrix, Note, places};
use crate::text::{fit, width, wrap};

/// Appends the matrix to `out`, in bands of columns where the line is too short for all of them.
pub fn draw(matrix: &Matrix<'_>, look: Look, out: &mut String) {
    let names: Vec<String> = matrix.rows.iter().map(|row| look.clean(&row.key.name)).collect();
    let name_width = names.iter().map(|n| width(n)).max().unwrap_or(0).min(look.columns() / 3);
    let cells: Vec<Vec<Lines>> = (0..matrix.columns.len())
        .map(|at| matrix.rows.iter().filter_map(|row| row.cells.get(at)).map(|c| lines(c, look)).collect())
        .collect();
    let heads: Vec<Lines> =
        matrix.columns.iter().zip(&cells).map(|(s, c)| head(Matrix::head(s), c, look)).collect();
    let widths: Vec<usize> =
        heads.iter().zip(&cells).map(|(head, c)| Grid::inner_width(c.iter().chain([head])) + 3).collect();
    for band in bands(&widths, look.columns().saturating_sub(name_width + 4)) {
        let mut rows = vec![head_row(&heads[band.clone()])];
        for (at, name) in names.iter().enumerate() {
            let mut row = vec![vec![Piece::new(fit(name, name_width, look.ellipsis()), BOLD)]];
            row.extend(cells[band.clone()].iter().map(|column| column[at].clone()));
            rows.push(row);
        }
        Grid { rows }.draw(look, out);
    }
}

/// The columns in as few bands as fit into `room`, and those of about one length: no last band of a single column.
fn bands(widths: &[usize], room: usize) -> Vec<Range<usize>> {
    let greedy = bands_of(widths, room, widths.len());
    (widths.len().div_ceil(greedy.len().max(1))..=widths.len())
        .map(|most| bands_of(widths, room, most))
        .find(|bands| bands.len() == greedy.len())
        .unwrap_or(greedy)
}

/// Bands of at most `most` columns, each as full as `room` allows, and never empty.
fn bands_of(widths: &[usize], room: usize, most: usize) -> Vec<Range<usize>> {
    let mut bands = Vec::new();
    let mut from = 0;
    while from < widths.len() {
        let mut to = from + 1;
        while to < widths.len() && to - from < most && widths[from..=to].iter().sum::<usize>() <= room {
            to += 1;
        }
        bands.push(from..to);
        from = to;
    }
    bands
}

/// Appends what the signs mean, and each numbered reason with its proof.
pub fn legend(matrix: &Matrix<'_>, look: Look, out: &mut String) {
    let faces = || matrix.rows.iter().flat_map(|r| &r.cells).flat_map(|c| &c.faces);
    let mut signs = Vec::new();
    for (kind, verdict, meaning) in SIGNS {
        if faces().any(|f| f.kind == kind && !matches!(f.verdict, Verdict::Fail | Verdict::Unknown)) {
            signs.push(format!("{} {meaning}", look.sign(kind, verdict)));
        }
    }
    for (verdict, meaning) in [(Verdict::Unknown, "unknown"), (Verdict::Fail, "not as required: a finding")] {
        if faces().any(|f| f.verdict == verdict) {
            signs.push(format!("{} {meaning}", look.mark(verdict)));
        }
    }
    if faces().any(|f| f.case.known.is_some()) {
        signs.push(format!("{} as known, not as required", look.known()));
    }
    super::signs(&signs, look, out);
    if matrix.rows.iter().flat_map(|r| &r.cells).any(|c| c.faces.len() > 1) {
        let line = "Two lines in a cell: above a faithful client (as a browser), below a permissive one.";
        for part in paragraph(line, 2, look) {
            out.push_str(&look.paint(DIM, &part));
            out.push('\n');
        }
    }
    for (at, note) in matrix.notes.iter().enumerate() {
        entry(at + 1, note, look, out);
    }
}

fn entry(number: usize, note: &Note<'_>, look: Look, out: &mut String) {
    let places = look.clean(&places(&note.places));
    let tag = format!("{number:>3}  ");
    let style = cell_style(note.kind, note.verdict);
    let head = format!("{}: {places}", note.kind.phrase(note.verdict));
    for (at, line) in wrap(&head, look.columns() - tag.len()).into_iter().enumerate() {
        let lead = if at == 0 { tag.as_str() } else { "     " };
        out.push_str(&look.paint(style, &format!("{lead}{line}")));
        out.push('\n');
    }
    for text in note.said.as_deref().into_iter().chain(note.reason).filter(|text| !text.is_empty()) {
        push_paragraph(&look.clean(text), Style::new(), look, out);
    }
    let proof: Vec<String> = note.proof.iter().map(|p| format!("{}, {}", p.by, p.seen)).collect();
    if !proof.is_empty() {
        push_paragraph(&look.clean(&format!("proof: {}", proof.join("; "))), DIM, look, out);
    }
}

fn push_paragraph(text: &str, style: Style, look: Look, out: &mut String) {
    for line in paragraph(text, 5, look) {
        out.push_str(&look.paint(style, &line));
        out.push('\n');
    }
}

fn head_row(heads: &[Lines]) -> Vec<Lines> {
    let mut row = vec![Vec::new()];
    row.extend(heads.iter().cloned());
    row
}

/// The head in lines no wider than its cells need, or than the longest word if that is more.
fn head(text: &str, cells: &[Lines], look: Look) -> Lines {
    let text = look.clean(text);
    let word = text.split_whitespace().map(width).max().unwrap_or(0).min(18);
    let columns = Grid::inner_width(cells).max(word);
    wrap(&text, columns).into_iter().map(|line| Piece::new(line, BOLD)).collect()
}

fn lines(cell: &Cell<'_>, look: Look) -> Lines {
    if cell.faces.is_empty() {
        return vec![Piece::new("not run", DIM)];
    }
    cell.faces
        .iter()
        .map(|face| {
            let number = face.note.map(|n| format!(" {n}")).unwrap_or_default();
            let sign = look.sign(face.kind, face.verdict);
            let word = face.kind.word(face.verdict);
            Piece::new(format!("{sign} {word}{number}"), cell_style(face.kind, face.verdict))
        })
        .collect()
}

const SIGNS: [(Kind, Verdict, &str); 5] = [
    (Kind::Accepted, Verdict::Pass, "accepted"),
    (Kind::Refused, Verdict::Pass, "refused by the server"),
    (Kind::RefusedByClient, Verdict::Pass, "refused by the client"),
    (Kind::RefusedByKey, Verdict::Pass, "refused by the key"),
    (Kind::None, Verdict::Unsupported, "not applicable"),
];
