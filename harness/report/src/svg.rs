//! `matrix.svg`: the matrix as a picture that needs nothing but a browser.

use std::fmt::Write as _;
use std::io::{self, Write};

use plan::Verdict;

use crate::Report;
use crate::matrix::{Cell, Face, Kind, Matrix, places};
use crate::text::{clean, width, wrap};

/// Writes the matrix of `report` as an SVG document.
///
/// # Errors
/// The stream could not be written.
pub fn write(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    out.write_all(draw(report).as_bytes())?;
    out.flush()
}

/// The document.
pub fn draw(report: &Report) -> String {
    let matrix = Matrix::of(report);
    let picture = Picture::of(report, &matrix);
    let mut body = String::new();
    let mut y = 40.0;
    let title = format!("AnyKey {} — {}", report.run.version, target(report));
    text(&mut body, MARGIN, y, "title", &title);
    y += 22.0;
    let counts = [Verdict::Pass, Verdict::Unsupported, Verdict::Unknown, Verdict::Fail]
        .map(|v| format!("{} {v}", report.count(v)))
        .join(" · ");
    text(
        &mut body,
        MARGIN,
        y,
        "dim",
        &format!("{} cases: {counts} · seed {}", report.cases.len(), report.run.seed),
    );
    y += 20.0;
    if !matrix.columns.is_empty() {
        y = picture.table(&matrix, y, &mut body);
    }
    y = picture.signs(&matrix, y + 26.0, &mut body);
    y = picture.notes(&matrix, y + 4.0, &mut body);
    let (w, h) = (picture.width.ceil(), (y + 12.0).ceil());
    let label = escape(&format!("What each key came to under each policy: {}", target(report)));
    let mut svg = String::new();
    // Writing to a String cannot fail; the results are dropped for that reason, here and below.
    let _ = writeln!(
        svg,
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {w} {h}\" width=\"{w}\" height=\"{h}\" role=\"img\" aria-label=\"{label}\">"
    );
    let _ = writeln!(svg, "<style>{STYLE}</style>");
    let _ = writeln!(svg, "<rect class=\"paper\" width=\"{w}\" height=\"{h}\" rx=\"12\"/>");
    svg.push_str(&body);
    svg.push_str("</svg>\n");
    svg
}

/// The measures of one picture.
struct Picture {
    names: f64,
    head: f64,
    width: f64,
}

impl Picture {
    fn of(report: &Report, matrix: &Matrix<'_>) -> Self {
        let longest = report.run.keys.iter().map(|k| width(&k.name)).max().unwrap_or(0);
        let names = (units(longest) * BOLD_CHAR + 24.0).max(72.0);
        let lines = matrix.columns.iter().map(|c| head_lines(Matrix::head(c)).len()).max().unwrap_or(1);
        let table = names + units(matrix.columns.len()) * (COLUMN + GAP);
        Self { names, head: units(lines) * 17.0 + 12.0, width: (table + 2.0 * MARGIN).max(640.0) }
    }

    /// Draws heads and cells from `y` down; returns the lower edge.
    fn table(&self, matrix: &Matrix<'_>, y: f64, out: &mut String) -> f64 {
        let left = MARGIN + self.names;
        for (at, column) in matrix.columns.iter().enumerate() {
            let lines = head_lines(Matrix::head(column));
            let x = left + units(at) * (COLUMN + GAP) + COLUMN / 2.0;
            let top = y + self.head - 8.0 - units(lines.len() - 1) * 17.0;
            for (line, words) in lines.iter().enumerate() {
                text(out, x, top + units(line) * 17.0, "head", words);
            }
        }
        let mut y = y + self.head;
        for row in &matrix.rows {
            let faces = row.cells.iter().map(|c| c.faces.len()).max().unwrap_or(1).max(1);
            let height = units(faces) * FACE + 10.0;
            text(out, MARGIN, y + height / 2.0 + 5.0, "key", &row.key.name);
            for (at, cell) in row.cells.iter().enumerate() {
                draw_cell(cell, left + units(at) * (COLUMN + GAP), y, height, out);
            }
            y += height + GAP;
        }
        y
    }

    /// What the colours mean, as far as they are used.
    fn signs(&self, matrix: &Matrix<'_>, y: f64, out: &mut String) -> f64 {
        let faces = || matrix.rows.iter().flat_map(|r| &r.cells).flat_map(|c| &c.faces);
        let (mut x, mut y) = (MARGIN, y);
        for (class, meaning) in CLASSES {
            if !faces().any(|f| class_of(f) == class) {
                continue;
            }
            let wide = units(meaning.chars().count()) * CHAR + 40.0;
            if x + wide > self.width - MARGIN {
                (x, y) = (MARGIN, y + 22.0);
            }
            let _ = writeln!(
                out,
                "<rect class=\"box {class}\" x=\"{x}\" y=\"{}\" width=\"14\" height=\"14\" rx=\"3\"/>",
                y - 12.0
            );
            text(out, x + 20.0, y, "dim", meaning);
            x += wide;
        }
        if matrix.rows.iter().flat_map(|r| &r.cells).any(|c| c.faces.len() > 1) {
            y += 22.0;
            text(
                out,
                MARGIN,
                y,
                "dim",
                "Two lines in a cell: above a faithful client (as a browser), below a permissive one.",
            );
        }
        y
    }

    /// The numbered reasons.
    fn notes(&self, matrix: &Matrix<'_>, mut y: f64, out: &mut String) -> f64 {
        let columns = ((self.width - 2.0 * MARGIN - 30.0) / CHAR).floor();
        let columns = (0..400usize).take_while(|n| units(*n) < columns).count();
        for (at, note) in matrix.notes.iter().enumerate() {
            y += 24.0;
            text(out, MARGIN, y, "number", &(at + 1).to_string());
            let head = format!("{}: {}", note.kind.phrase(note.verdict), places(&note.places));
            let said = note.said.iter().map(String::as_str);
            let proof: Vec<String> = note.proof.iter().map(|p| format!("{}, {}", p.by, p.seen)).collect();
            let proof = (!proof.is_empty()).then(|| format!("proof: {}", proof.join("; ")));
            let texts = said.chain(note.reason).chain(proof.as_deref());
            for line in wrap(&clean(&head), columns) {
                text(out, MARGIN + 30.0, y, "note", &line);
                y += 17.0;
            }
            for line in texts.flat_map(|t| wrap(&clean(t), columns)) {
                text(out, MARGIN + 30.0, y, "dim", &line);
                y += 17.0;
            }
            y -= 17.0;
        }
        y
    }
}

fn draw_cell(cell: &Cell<'_>, x: f64, y: f64, height: f64, out: &mut String) {
    let count = units(cell.faces.len().max(1));
    let each = height / count;
    if cell.faces.is_empty() {
        let _ = writeln!(
            out,
            "<rect class=\"box none\" x=\"{x}\" y=\"{y}\" width=\"{COLUMN}\" height=\"{height}\" rx=\"6\"/>"
        );
        text(out, x + COLUMN / 2.0, y + height / 2.0 + 5.0, "cell", "not run");
    }
    for (at, face) in cell.faces.iter().enumerate() {
        let top = y + units(at) * each;
        let class = class_of(face);
        let inner = each - if cell.faces.len() > 1 { 2.0 } else { 0.0 };
        let _ = writeln!(
            out,
            "<rect class=\"box {class}\" x=\"{x}\" y=\"{top}\" width=\"{COLUMN}\" height=\"{inner}\" rx=\"6\"/>"
        );
        let number = face.note.map(|n| format!(" {n}")).unwrap_or_default();
        let mark = match face.verdict {
            Verdict::Fail => "✗ ",
            Verdict::Unknown => "? ",
            Verdict::Pass if face.kind == Kind::Accepted => "✓ ",
            Verdict::Pass if face.case.known.is_some() => "≠ ",
            _ => "",
        };
        let words = format!("{mark}{}{number}", face.kind.word(face.verdict));
        text(out, x + COLUMN / 2.0, top + inner / 2.0 + 5.0, "cell", &words);
    }
}

fn class_of(face: &Face<'_>) -> &'static str {
    match (face.verdict, face.kind) {
        (Verdict::Fail, _) => "fail",
        (Verdict::Unknown, _) => "unknown",
        (_, Kind::KnownAccepted | Kind::KnownRefused) => "known",
        (_, Kind::Accepted) => "accepted",
        (_, Kind::Refused) => "refused",
        (_, Kind::RefusedByClient) => "client",
        (_, Kind::RefusedByKey) => "key-refused",
        (_, Kind::None) => "none",
    }
}

fn target(report: &Report) -> String {
    let target = &report.run.target;
    match &target.version {
        Some(version) => format!("{} {version}", target.name),
        None => target.name.clone(),
    }
}

fn head_lines(head: &str) -> Vec<String> {
    wrap(&clean(head), 12)
}

fn text(out: &mut String, x: f64, y: f64, class: &str, words: &str) {
    let _ =
        writeln!(out, "<text class=\"{class}\" x=\"{x:.1}\" y=\"{y:.1}\">{}</text>", escape(&clean(words)));
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

/// A count as a measure. Counts here are rows, columns and lines: far below 2^16.
fn units(count: usize) -> f64 {
    f64::from(u16::try_from(count).unwrap_or(u16::MAX))
}

const MARGIN: f64 = 28.0;
const COLUMN: f64 = 92.0;
const GAP: f64 = 4.0;
const FACE: f64 = 26.0;
/// Width of a character of the notes; a little more than the average of the fonts named below.
const CHAR: f64 = 6.9;
const BOLD_CHAR: f64 = 8.6;

const CLASSES: [(&str, &str); 8] = [
    ("accepted", "accepted"),
    ("refused", "refused by the server"),
    ("client", "refused by the client"),
    ("key-refused", "refused by the key"),
    ("known", "as known of this server, not as required"),
    ("none", "not applicable"),
    ("unknown", "unknown"),
    ("fail", "not as required: a finding"),
];

const STYLE: &str = "\
text{font:13px system-ui,-apple-system,'Segoe UI',Roboto,'Noto Sans',sans-serif;fill:#1c2128}\
.paper{fill:#fff;stroke:#d0d7de}.title{font-size:18px;font-weight:650}.dim{fill:#57606a}\
.head{font-weight:600;font-size:12px;text-anchor:middle}.key{font-weight:650;font-size:14px}.cell{text-anchor:middle}\
.number{font-weight:650}.note{font-weight:600}.box{stroke-width:1}\
.accepted{fill:#dafbe1;stroke:#4ac26b}.refused{fill:#fff1c9;stroke:#d4a72c}.client{fill:#ddf1ff;stroke:#54aeff}\
.key-refused{fill:#ece4ff;stroke:#a475f9}.known{fill:#ffe8d9;stroke:#cf6a22;stroke-dasharray:5 3}.none{fill:#f1f3f5;stroke:#c4cbd2}\
.unknown{fill:#ffe3f5;stroke:#d35fa8}.fail{fill:#ffd9d6;stroke:#cf222e;stroke-width:2}\
@media(prefers-color-scheme:dark){text{fill:#e6edf3}.paper{fill:#0d1117;stroke:#30363d}.dim{fill:#9aa4af}\
.accepted{fill:#12361f;stroke:#2ea043}.refused{fill:#3d2e00;stroke:#9e6a03}.client{fill:#0c2d4d;stroke:#1f6feb}\
.key-refused{fill:#2b1d4f;stroke:#8957e5}.known{fill:#47230d;stroke:#db7a35}.none{fill:#1d2229;stroke:#444c56}\
.unknown{fill:#43153a;stroke:#bf4b8a}.fail{fill:#4c1316;stroke:#f85149}}";
