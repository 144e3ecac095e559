//! The matrix: keys down, policies across, what each pair came to. Drawn by the terminal, the HTML report and the SVG alike.

use plan::Verdict;
use plan::event::{CaseDone, KeyInfo, Manner, Outcome, Proof, ScenarioInfo};

use crate::Report;

/// The matrix of a run, and the notes that its cells point to.
#[derive(Debug)]
pub struct Matrix<'r> {
    /// The scenarios with a column head.
    pub columns: Vec<&'r ScenarioInfo>,
    /// One row per key.
    pub rows: Vec<Row<'r>>,
    /// What the numbers in the cells mean; `notes[0]` is number 1.
    pub notes: Vec<Note<'r>>,
}

/// One key's cells.
#[derive(Debug)]
pub struct Row<'r> {
    /// The key.
    pub key: &'r KeyInfo,
    /// One per column.
    pub cells: Vec<Cell<'r>>,
}

/// What one key under one policy came to.
#[derive(Debug, Default)]
pub struct Cell<'r> {
    /// One where the client's manners agree (or only one ran), two where they differ; empty where nothing has run.
    pub faces: Vec<Face<'r>>,
}

/// One result in a cell.
#[derive(Debug)]
pub struct Face<'r> {
    /// The manners that came to it.
    pub manners: Vec<Manner>,
    /// What it came to.
    pub kind: Kind,
    /// The verdict.
    pub verdict: Verdict,
    /// The note's number, from 1: every refusal has one, and everything that did not pass.
    pub note: Option<usize>,
    /// The case of the first manner.
    pub case: &'r CaseDone,
}

/// An outcome without its words.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Accepted.
    Accepted,
    /// Refused by the server.
    Refused,
    /// Refused by the client, as a browser does.
    RefusedByClient,
    /// Refused by the key.
    RefusedByKey,
    /// Accepted by the server, as it is known to, and not as required.
    KnownAccepted,
    /// Refused by the server, as it is known to, and not as required.
    KnownRefused,
    /// No outcome.
    None,
}

/// A reason with its proof, and the cells that it stands for.
#[derive(Debug)]
pub struct Note<'r> {
    /// What it came to.
    pub kind: Kind,
    /// The verdict.
    pub verdict: Verdict,
    /// What the refusing side did and said, if there is such a side.
    pub said: Option<String>,
    /// Why the verdict is what it is; absent where a refusal passed, since [`Note::said`] is the reason then.
    pub reason: Option<&'r str>,
    /// The evidence beside what was said.
    pub proof: Vec<&'r Proof>,
    /// The cells, key and column, in the matrix's order.
    pub places: Vec<Place<'r>>,
}

/// A cell that a note stands for.
#[derive(Debug)]
pub struct Place<'r> {
    /// The key's name.
    pub key: &'r str,
    /// The column's head.
    pub column: &'r str,
    /// The manners.
    pub manners: Vec<Manner>,
}

impl<'r> Matrix<'r> {
    /// The matrix of `report`; without columns if no scenario of the run has one.
    pub fn of(report: &'r Report) -> Self {
        let columns: Vec<_> = report.run.scenarios.iter().filter(|s| s.column.is_some()).collect();
        let mut notes = Vec::new();
        let mut rows: Vec<Row<'r>> =
            report.run.keys.iter().map(|key| Row { key, cells: Vec::new() }).collect();
        // Column by column, so that the numbers rise in each band of columns.
        for column in &columns {
            for row in &mut rows {
                row.cells.push(cell(report, row.key, column, &mut notes));
            }
        }
        Self { columns, rows, notes }
    }

    /// The column's head.
    pub fn head(scenario: &ScenarioInfo) -> &str {
        scenario.column.as_deref().unwrap_or(&scenario.id)
    }
}

impl Kind {
    /// Of a case.
    pub fn of(case: &CaseDone) -> Self {
        match &case.outcome {
            Outcome::Accepted if case.known.is_some() => Self::KnownAccepted,
            Outcome::RefusedByServer { .. } if case.known.is_some() => Self::KnownRefused,
            Outcome::Accepted => Self::Accepted,
            Outcome::RefusedByServer { .. } => Self::Refused,
            Outcome::RefusedByClient { .. } => Self::RefusedByClient,
            Outcome::RefusedByKey { .. } => Self::RefusedByKey,
            Outcome::None => Self::None,
        }
    }

    /// A word or two for a cell.
    pub fn word(self, verdict: Verdict) -> &'static str {
        match (self, verdict) {
            (Self::Accepted | Self::KnownAccepted, _) => "accepted",
            (Self::Refused | Self::KnownRefused, _) => "refused",
            (Self::RefusedByClient, _) => "client",
            (Self::RefusedByKey, _) => "key",
            (Self::None, Verdict::Unsupported) => "n/a",
            (Self::None, Verdict::Unknown) => "unknown",
            (Self::None, Verdict::Fail) => "failed",
            (Self::None, Verdict::Pass) => "done",
        }
    }

    /// The same as a phrase.
    pub fn phrase(self, verdict: Verdict) -> &'static str {
        match (self, verdict) {
            (Self::Accepted, _) => "accepted",
            (Self::Refused, _) => "refused by the server",
            (Self::KnownAccepted, _) => "accepted, as known: not as required",
            (Self::KnownRefused, _) => "refused by the server, as known: not as required",
            (Self::RefusedByClient, _) => "refused by the client",
            (Self::RefusedByKey, _) => "refused by the key",
            (Self::None, Verdict::Unsupported) => "not applicable",
            (Self::None, Verdict::Unknown) => "unknown",
            (Self::None, Verdict::Fail) => "failed",
            (Self::None, Verdict::Pass) => "done, nothing to accept or refuse",
        }
    }
}

/// What the refusing side did and said, one line: `the server refused at register, HTTP 400: "user not verified"`.
pub fn said(outcome: &Outcome) -> Option<String> {
    match outcome {
        Outcome::RefusedByServer { step, status, reason } => Some(match reason {
            Some(words) => format!("the server refused at {step}, HTTP {status}: “{words}”"),
            None => format!("the server refused at {step}, HTTP {status}, without a word"),
        }),
        Outcome::RefusedByClient { step, error, reason } => {
            Some(format!("the client refused at {step}, {error}: {reason}"))
        }
        Outcome::RefusedByKey { step, status } => Some(format!("the key refused at {step}: {status}")),
        Outcome::Accepted | Outcome::None => None,
    }
}

/// `yubikey-4, no-uv × UV required; no-uv × usernameless (faithful client)`.
pub fn places(places: &[Place<'_>]) -> String {
    let mut groups: Vec<&[Manner]> = Vec::new();
    for place in places {
        if !groups.contains(&place.manners.as_slice()) {
            groups.push(&place.manners);
        }
    }
    let parts = groups.into_iter().map(|manners| {
        let cells = cells(places.iter().filter(|place| place.manners == manners));
        match manners {
            [one] => format!("{cells} ({} client)", one.name()),
            _ => cells,
        }
    });
    parts.collect::<Vec<_>>().join("; ")
}

/// `yubikey-4, no-uv × UV required; no-uv × usernameless`.
fn cells<'p>(places: impl Iterator<Item = &'p Place<'p>>) -> String {
    let mut columns: Vec<(&str, Vec<&str>)> = Vec::new();
    for place in places {
        match columns.iter_mut().find(|(column, _)| *column == place.column) {
            Some((_, keys)) => keys.push(place.key),
            None => columns.push((place.column, vec![place.key])),
        }
    }
    let parts = columns.into_iter().map(|(column, keys)| format!("{} × {column}", keys.join(", ")));
    parts.collect::<Vec<_>>().join("; ")
}

fn cell<'r>(
    report: &'r Report,
    key: &'r KeyInfo,
    column: &'r ScenarioInfo,
    notes: &mut Vec<Note<'r>>,
) -> Cell<'r> {
    let mut cases: Vec<_> =
        report.cases.iter().filter(|c| c.case.scenario == column.id && c.case.key == key.name).collect();
    cases.sort_by_key(|c| c.case.manner);
    let mut faces: Vec<Face<'r>> = Vec::new();
    for case in cases {
        let same = faces.iter_mut().find(|f| {
            f.case.outcome == case.outcome && f.case.verdict == case.verdict && f.case.reason == case.reason
        });
        match same {
            Some(face) => face.manners.push(case.case.manner),
            None => faces.push(Face {
                manners: vec![case.case.manner],
                kind: Kind::of(case),
                verdict: case.verdict,
                note: None,
                case,
            }),
        }
    }
    for face in &mut faces {
        if face.kind != Kind::Accepted || face.verdict != Verdict::Pass {
            face.note = Some(note(face, key, column, notes));
        }
    }
    Cell { faces }
}

/// The number of the note for `face`: an equal one gains a place, or a new one is made.
fn note<'r>(face: &Face<'r>, key: &'r KeyInfo, column: &'r ScenarioInfo, notes: &mut Vec<Note<'r>>) -> usize {
    let case = face.case;
    let place = Place { key: &key.name, column: Matrix::head(column), manners: face.manners.clone() };
    let said = said(&case.outcome);
    let explained = said.is_none() || face.verdict != Verdict::Pass || case.known.is_some();
    let reason = explained.then_some(case.reason.as_str());
    let proof: Vec<&Proof> = case.proof.iter().filter(|proof| !repeats(proof, &case.outcome)).collect();
    let known = notes.iter_mut().enumerate().find(|(_, n)| {
        n.kind == face.kind
            && n.verdict == face.verdict
            && n.said == said
            && n.reason == reason
            && n.proof == proof
    });
    if let Some((at, note)) = known {
        note.places.push(place);
        return at + 1;
    }
    notes.push(Note { kind: face.kind, verdict: face.verdict, said, reason, proof, places: vec![place] });
    notes.len()
}

/// Whether a proof only says again what [`said`] says.
fn repeats(proof: &Proof, outcome: &Outcome) -> bool {
    match outcome {
        Outcome::RefusedByServer { reason: Some(words), .. } => {
            proof.by == "server" && proof.seen.contains(words)
        }
        Outcome::RefusedByClient { error, reason, .. } => {
            proof.by == "client" && proof.seen.contains(error) && proof.seen.contains(reason)
        }
        _ => false,
    }
}
