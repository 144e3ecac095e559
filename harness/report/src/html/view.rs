//! What the template sees: words and classes, no decisions left.

use plan::Verdict;
use plan::event::{Between, CaseDone, Ended, Message, Node, Proof, ScenarioInfo, StepDone};
use serde::Serialize;

use super::sequence::Sequence;
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
    manners: Vec<&'static str>,
    ended: Option<String>,
    tally: Vec<Tally>,
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
struct ProofView {
    by: String,
    seen: String,
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

#[derive(Serialize)]
struct Case {
    anchor: String,
    scenario: String,
    key: String,
    manner: &'static str,
    verdict: &'static str,
    sign: &'static str,
    open: bool,
    outcome: &'static str,
    said: Option<String>,
    reason: String,
    proof: Vec<ProofView>,
    title: String,
    requires: String,
    spec: Option<String>,
    catches: Vec<String>,
    twin: Option<String>,
    replay: String,
    elapsed: String,
    steps: Vec<Step>,
    sequence: Sequence,
}

#[derive(Serialize)]
struct Step {
    verb: String,
    expected: String,
    happened: String,
    ok: bool,
    exchanges: Vec<ExchangeView>,
}

#[derive(Serialize)]
struct ExchangeView {
    between: &'static str,
    name: String,
    request: MessageView,
    response: MessageView,
}

#[derive(Serialize)]
struct MessageView {
    bytes: usize,
    hex: String,
    lines: Vec<Line>,
}

/// One node of a tree, flattened: however deep a hostile tree is, the page stays flat.
#[derive(Serialize)]
struct Line {
    indent: String,
    name: String,
    value: Option<String>,
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
            manners: run.manners.iter().map(|m| m.name()).collect(),
            ended: ended(report),
            tally: tally(report),
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
            (Verdict::Pass, kind) if kind != Kind::Accepted => "",
            (verdict, _) => sign(verdict),
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
        class: mark.verdict.name(),
        sign: sign(mark.verdict),
        word: mark.verdict.name(),
        phrase: mark.verdict.name(),
        note: None,
        manners: manners.join(" and "),
        hover: clean(&mark.case.reason),
        anchor: anchor(mark.case),
    }
}

fn case(report: &Report, case: &CaseDone) -> Case {
    let scenario = report.run.scenarios.iter().find(|s| s.id == case.case.scenario);
    let text = |of: fn(&ScenarioInfo) -> &str| scenario.map(|s| clean(of(s))).unwrap_or_default();
    Case {
        anchor: anchor(case),
        scenario: clean(&case.case.scenario),
        key: clean(&case.case.key),
        manner: case.case.manner.name(),
        verdict: case.verdict.name(),
        sign: sign(case.verdict),
        open: matches!(case.verdict, Verdict::Fail | Verdict::Unknown),
        outcome: Kind::of(&case.outcome).phrase(case.verdict),
        said: said(&case.outcome).map(|words| clean(&words)),
        reason: clean(&case.reason),
        proof: proofs(case.proof.iter()),
        title: text(|s| &s.title),
        requires: text(|s| &s.requires),
        spec: scenario.and_then(|s| link(&s.spec)),
        catches: scenario.map(|s| s.catches.iter().map(|c| clean(c)).collect()).unwrap_or_default(),
        twin: scenario.and_then(|s| s.twin.as_deref().map(clean)),
        replay: clean(&case.replay),
        elapsed: micros(case.elapsed_us),
        steps: case.steps.iter().map(step).collect(),
        sequence: Sequence::of(&case.steps),
    }
}

fn step(step: &StepDone) -> Step {
    let exchange = |e: &plan::event::Exchange| ExchangeView {
        between: match e.between {
            Between::ClientAndKey => "client ↔ key",
            Between::ClientAndServer => "client ↔ server",
        },
        name: clean(&e.name),
        request: message(&e.request),
        response: message(&e.response),
    };
    Step {
        verb: clean(&step.verb),
        expected: clean(&step.expected),
        happened: clean(&step.happened),
        ok: step.ok,
        exchanges: step.exchanges.iter().map(exchange).collect(),
    }
}

fn message(message: &Message) -> MessageView {
    let mut lines = Vec::new();
    // Depth first by hand: the depth is the sender's choice.
    let mut stack: Vec<(usize, &Node)> = message.decoded.iter().rev().map(|node| (0, node)).collect();
    while let Some((depth, node)) = stack.pop() {
        lines.push(Line {
            indent: "  ".repeat(depth.min(40)),
            name: clean(&node.name),
            value: node.value.as_deref().map(clean),
        });
        stack.extend(node.parts.iter().rev().map(|part| (depth + 1, part)));
    }
    MessageView { bytes: message.hex.len() / 2, hex: clean(&message.hex), lines }
}

fn proofs<'p>(proof: impl Iterator<Item = &'p Proof>) -> Vec<ProofView> {
    proof.map(|p| ProofView { by: clean(&p.by), seen: clean(&p.seen) }).collect()
}

/// The case's id in the page: letters, digits, `-` and `.` only, so that it needs no escaping in a fragment.
fn anchor(case: &CaseDone) -> String {
    let id = &case.case;
    let raw = format!("case-{}-{}-{}", id.scenario, id.key, id.manner.name());
    raw.chars().map(|c| if c.is_ascii_alphanumeric() || c == '.' || c == '-' { c } else { '_' }).collect()
}

/// A link that a reader may follow; any other scheme is no link.
fn link(url: &str) -> Option<String> {
    (url.starts_with("https://") || url.starts_with("http://")).then(|| clean(url))
}

fn class(kind: Kind, verdict: Verdict) -> &'static str {
    match (verdict, kind) {
        (Verdict::Fail, _) => "fail",
        (Verdict::Unknown, _) => "unknown",
        (_, Kind::Accepted) => "accepted",
        (_, Kind::Refused) => "refused",
        (_, Kind::RefusedByClient) => "client",
        (_, Kind::RefusedByKey) => "bykey",
        (_, Kind::None) => "unsupported",
    }
}

fn sign(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Pass => "✓",
        Verdict::Unsupported => "–",
        Verdict::Unknown => "?",
        Verdict::Fail => "✗",
    }
}

fn micros(us: u64) -> String {
    if us < 1_000 { format!("{us} µs") } else { duration(us / 1_000) }
}
