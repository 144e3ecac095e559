//! What the template sees: words and classes, no decisions left.

use plan::Verdict;
use plan::event::{CaseDone, Ended, ScenarioInfo};
use serde::Serialize;

use super::case::{Case, ProofView, case, proofs};
use crate::Report;
use crate::attacks::Attacks;
use crate::matrix::{Face, Kind, Matrix, places, said};
use crate::terminal::duration;
use crate::text::clean;

#[derive(Serialize)]
pub struct View {
    version: String,
    target: String,
    url: String,
    flaws: Vec<String>,
    began: String,
    elapsed: Option<String>,
    seed: String,
    link: Option<String>,
    manners: Vec<&'static str>,
    ended: Option<String>,
    tally: Vec<Tally>,
    /// How many of those that passed did as known of the server, and not as required.
    known: usize,
    keys: Vec<Key>,
    columns: Vec<Column>,
    rows: Vec<Row>,
    two_lines: bool,
    notes: Vec<Note>,
    groups: Vec<Group>,
    cases: Vec<Case>,
}

/// One part of the bar at the top.
#[derive(Serialize)]
struct Tally {
    class: &'static str,
    count: usize,
    /// Per mille of the bar, and where it begins.
    from: usize,
    wide: usize,
}

#[derive(Serialize)]
struct Key {
    name: String,
    product: String,
    summary: String,
}

#[derive(Serialize)]
struct Column {
    head: String,
    title: String,
    spec: Option<String>,
}

#[derive(Serialize)]
struct Row {
    key: String,
    cells: Vec<Vec<FaceView>>,
}

#[derive(Serialize)]
struct FaceView {
    class: &'static str,
    sign: &'static str,
    word: &'static str,
    phrase: &'static str,
    note: Option<usize>,
    manners: String,
    hover: String,
    anchor: String,
}

#[derive(Serialize)]
struct Note {
    number: usize,
    class: &'static str,
    phrase: &'static str,
    places: String,
    said: Option<String>,
    reason: Option<String>,
    proof: Vec<ProofView>,
}

#[derive(Serialize)]
struct Group {
    name: String,
    rows: Vec<AttackRow>,
}

#[derive(Serialize)]
struct AttackRow {
    id: String,
    title: String,
    requires: String,
    marks: Vec<Vec<FaceView>>,
}

impl View {
    pub fn of(report: &Report) -> Self {
        let run = &report.run;
        let matrix = Matrix::of(report);
        let attacks = Attacks::of(report);
        // What needs a reader first; within a verdict, as they ran.
        let mut cases: Vec<&CaseDone> = report.cases.iter().collect();
        cases.sort_by_key(|case| std::cmp::Reverse(case.verdict));
        Self {
            version: clean(&run.version),
            target: clean(&match &run.target.version {
                Some(version) => format!("{} {version}", run.target.name),
                None => run.target.name.clone(),
            }),
            url: clean(&run.target.url),
            flaws: run.target.flaws.iter().map(|f| clean(f)).collect(),
            began: clean(&run.began),
            elapsed: report.done.as_ref().map(|done| duration(done.elapsed_ms)),
            seed: run.seed.to_string(),
            link: run.link.as_deref().map(clean),
            manners: run.manners.iter().map(|m| m.name()).collect(),
            ended: ended(report),
            tally: tally(report),
            known: report.known(),
            keys: run
                .keys
                .iter()
                .map(|k| Key { name: clean(&k.name), product: clean(&k.product), summary: clean(&k.summary) })
                .collect(),
            two_lines: matrix.rows.iter().flat_map(|r| &r.cells).any(|c| c.faces.len() > 1),
            columns: matrix.columns.iter().map(|s| column(s)).collect(),
            rows: matrix.rows.iter().map(row).collect(),
            notes: notes(&matrix),
            groups: groups(&attacks),
            cases: cases.into_iter().map(|c| case(report, c)).collect(),
        }
    }
}

fn ended(report: &Report) -> Option<String> {
    let of = format!("{} of {} cases", report.cases.len(), report.run.cases);
    match report.done.as_ref().map(|d| &d.ended) {
        Some(Ended::Complete) => None,
        Some(Ended::Interrupted) => Some(format!("Interrupted: {of} were run; the rest is not known.")),
        Some(Ended::Aborted(why)) => Some(clean(&format!("The bench had to stop after {of}: {why}"))),
        None => Some(format!("The run has not ended: {of} are done.")),
    }
}

fn tally(report: &Report) -> Vec<Tally> {
    let all = report.cases.len().max(1);
    let mut from = 0;
    [Verdict::Pass, Verdict::Unsupported, Verdict::Unknown, Verdict::Fail]
        .into_iter()
        .map(|verdict| {
            let count = report.count(verdict);
            let wide = count * 1000 / all;
            let part = Tally { class: verdict.name(), count, from, wide };
            from += wide;
            part
        })
        .collect()
}

fn column(scenario: &ScenarioInfo) -> Column {
    Column {
        head: clean(Matrix::head(scenario)),
        title: clean(&format!("{}: {}", scenario.id, scenario.requires)),
        spec: link(&scenario.spec),
    }
}

fn row(row: &crate::matrix::Row<'_>) -> Row {
    Row {
        key: clean(&row.key.name),
        cells: row.cells.iter().map(|cell| cell.faces.iter().map(face).collect()).collect(),
    }
}

fn face(face: &Face<'_>) -> FaceView {
    let manners: Vec<&str> = face.manners.iter().map(|m| m.name()).collect();
    let mut hover: Vec<String> = said(&face.case.outcome).into_iter().collect();
    hover.push(face.case.reason.clone());
    hover.extend(face.case.proof.iter().map(|p| format!("proof, {}: {}", p.by, p.seen)));
    FaceView {
        class: class(face.kind, face.verdict),
        sign: match (face.verdict, face.kind) {
            // A tick beside "refused" would read as a contradiction.
            (Verdict::Pass, Kind::Refused | Kind::RefusedByClient | Kind::RefusedByKey | Kind::None) => "",
            (verdict, _) => sign(verdict, face.case.known.is_some()),
        },
        word: match face.kind {
            Kind::RefusedByClient => "client refused",
            Kind::RefusedByKey => "key refused",
            kind => kind.word(face.verdict),
        },
        phrase: face.kind.phrase(face.verdict),
        note: face.note,
        manners: manners.join(" and "),
        hover: hover.iter().map(|line| clean(line)).collect::<Vec<_>>().join("\n"),
        anchor: anchor(face.case),
    }
}

fn notes(matrix: &Matrix<'_>) -> Vec<Note> {
    let notes = matrix.notes.iter().enumerate();
    notes
        .map(|(at, note)| Note {
            number: at + 1,
            class: class(note.kind, note.verdict),
            phrase: note.kind.phrase(note.verdict),
            places: clean(&places(&note.places)),
            said: note.said.as_deref().map(clean),
            reason: note.reason.map(clean),
            proof: proofs(note.proof.iter().copied()),
        })
        .collect()
}

fn groups(attacks: &Attacks<'_>) -> Vec<Group> {
    let rows = |group: &crate::attacks::Group<'_>| {
        group
            .rows
            .iter()
            .map(|row| AttackRow {
                id: clean(&row.scenario.id),
                title: clean(&row.scenario.title),
                requires: clean(&row.scenario.requires),
                marks: row.marks.iter().map(|marks| marks.iter().map(mark).collect()).collect(),
            })
            .collect()
    };
    attacks.groups.iter().map(|g| Group { name: clean(g.name), rows: rows(g) }).collect()
}

fn mark(mark: &crate::attacks::Mark<'_>) -> FaceView {
    let manners: Vec<&str> = mark.manners.iter().map(|m| m.name()).collect();
    FaceView {
        class: verdict_class(mark.verdict, mark.is_known()),
        sign: sign(mark.verdict, mark.is_known()),
        word: verdict_class(mark.verdict, mark.is_known()),
        phrase: mark.verdict.name(),
        note: None,
        manners: manners.join(" and "),
        hover: clean(&mark.case.reason),
        anchor: anchor(mark.case),
    }
}

/// The case's id in the page: letters, digits, `-` and `.` only, so that it needs no escaping in a fragment.
pub fn anchor(case: &CaseDone) -> String {
    let id = &case.case;
    let raw = format!("case-{}-{}-{}", id.scenario, id.key, id.manner.name());
    raw.chars().map(|c| if c.is_ascii_alphanumeric() || c == '.' || c == '-' { c } else { '_' }).collect()
}

/// A link that a reader may follow; any other scheme is no link.
pub fn link(url: &str) -> Option<String> {
    (url.starts_with("https://") || url.starts_with("http://")).then(|| clean(url))
}

fn class(kind: Kind, verdict: Verdict) -> &'static str {
    match (verdict, kind) {
        (Verdict::Fail, _) => "fail",
        (Verdict::Unknown, _) => "unknown",
        (_, Kind::KnownAccepted | Kind::KnownRefused) => "known",
        (_, Kind::Accepted) => "accepted",
        (_, Kind::Refused) => "refused",
        (_, Kind::RefusedByClient) => "client",
        (_, Kind::RefusedByKey) => "bykey",
        (_, Kind::None) => "unsupported",
    }
}

/// The verdict's name, or that the finding is known.
pub fn verdict_class(verdict: Verdict, known: bool) -> &'static str {
    if known { "known" } else { verdict.name() }
}

/// The sign of a verdict; `known`: it is as known of the server, not as required.
pub fn sign(verdict: Verdict, known: bool) -> &'static str {
    match verdict {
        Verdict::Pass if known => "≠",
        Verdict::Pass => "✓",
        Verdict::Unsupported => "–",
        Verdict::Unknown => "?",
        Verdict::Fail => "✗",
    }
}
