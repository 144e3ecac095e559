//! The report that a person reads at the end of a run.

mod draw_attacks;
mod draw_findings;
mod draw_matrix;
mod grid;
pub(crate) mod pen;

use std::io::{self, Write};

use plan::Verdict;
use plan::event::{CaseDone, Ended, Event, Manner, RunDone, RunStarted, Sink};

pub use pen::Look;
use pen::{BOLD, DIM, verdict_style};

use crate::Report;
use crate::attacks::Attacks;
use crate::matrix::Matrix;
use crate::text::{width, wrap};

/// Writes the matrix, the attacks and the findings when the run is over.
pub struct Terminal {
    out: Box<dyn Write + Send>,
    look: Look,
    whole: Option<Report>,
}

impl Terminal {
    /// On `out`, which looks like `look`.
    pub fn new(out: Box<dyn Write + Send>, look: Look) -> Self {
        Self { out, look, whole: None }
    }
}

impl Sink for Terminal {
    fn take(&mut self, event: &Event) {
        match event {
            // The exchanges are the bulk of a run and are never shown here.
            Event::CaseDone(case) => {
                let slim = CaseDone { steps: Vec::new(), ..(**case).clone() };
                Report::fold(&mut self.whole, &Event::CaseDone(Box::new(slim)));
            }
            other => Report::fold(&mut self.whole, other),
        }
    }

    fn finish(mut self: Box<Self>) -> io::Result<()> {
        if let Some(report) = &self.whole {
            self.out.write_all(draw(report, self.look).as_bytes())?;
        }
        self.out.flush()
    }
}

/// The whole text.
pub fn draw(report: &Report, look: Look) -> String {
    let mut out = String::new();
    head(&report.run, look, &mut out);
    // What most readers came for stands last, where a terminal shows it.
    let attacks = Attacks::of(report);
    if !attacks.groups.is_empty() && !report.run.keys.is_empty() {
        out.push_str(&format!("\n{}\n", look.paint(BOLD, "Attacks, and the baselines beside them")));
        draw_attacks::draw(&attacks, &report.run.keys, look, &mut out);
    }
    draw_findings::unsupported(report, look, &mut out);
    draw_findings::known(report, look, &mut out);
    let matrix = Matrix::of(report);
    if !matrix.columns.is_empty() && !matrix.rows.is_empty() {
        out.push_str(&format!("\n{}\n", look.paint(BOLD, "Keys and policies")));
        draw_matrix::draw(&matrix, look, &mut out);
        draw_matrix::legend(&matrix, look, &mut out);
    }
    draw_findings::draw(report, Verdict::Unknown, look, &mut out);
    draw_findings::draw(report, Verdict::Fail, look, &mut out);
    summary(report, look, &mut out);
    out
}

fn head(run: &RunStarted, look: Look, out: &mut String) {
    let target = &run.target;
    let version = target.version.as_ref().map(|v| format!(" {v}")).unwrap_or_default();
    let text =
        format!("AnyKey {} · {}{version} at {} · seed {}", run.version, target.name, target.url, run.seed);
    push(&look.clean(&text), 2, BOLD, look, out);
    let manners: Vec<&str> = run.manners.iter().copied().map(Manner::name).collect();
    let counts = format!(
        "{} × {} as a {} client: {}",
        counted(run.keys.len(), "key"),
        counted(run.scenarios.len(), "scenario"),
        manners.join(" and a "),
        counted(run.cases, "case"),
    );
    push(&look.clean(&counts), 2, DIM, look, out);
    if let Some(link) = &run.link {
        push(&look.clean(&format!("link: {link}")), 2, DIM, look, out);
    }
    if !target.flaws.is_empty() {
        push(&look.clean(&format!("flaws switched on: {}", target.flaws.join(", "))), 2, BOLD, look, out);
    }
}

fn summary(report: &Report, look: Look, out: &mut String) {
    out.push('\n');
    let time = report.done.as_ref().map(|d| format!(" in {}", duration(d.elapsed_ms))).unwrap_or_default();
    let cases = format!("{}{time}:", counted(report.cases.len(), "case"));
    let mut line = look.paint(BOLD, &cases);
    let parts = [
        (Verdict::Pass, "passed"),
        (Verdict::Unsupported, "unsupported"),
        (Verdict::Unknown, "unknown"),
        (Verdict::Fail, "failed"),
    ]
    .map(|(verdict, word)| {
        let count = report.count(verdict);
        let known = match verdict {
            Verdict::Pass if report.known() > 0 => format!(" ({} as known)", report.known()),
            _ => String::new(),
        };
        (if count == 0 { DIM } else { verdict_style(verdict) }, format!("{count} {word}{known}"))
    });
    let counts = parts.iter().map(|(_, words)| words.len() + 2).sum::<usize>();
    let [lead, gap] = if cases.len() + counts > look.columns() { ["\n  ", "\n  "] } else { [" ", ", "] };
    line.push_str(lead);
    line.push_str(&parts.map(|(style, words)| look.paint(style, &words)).join(gap));
    out.push_str(&line);
    out.push('\n');
    for sentence in closing(report) {
        push(&look.clean(&sentence), 2, BOLD, look, out);
    }
}

/// What the run means, in a sentence or two.
fn closing(report: &Report) -> Vec<String> {
    let mut sentences = Vec::new();
    let of = format!("{} of {}", report.cases.len(), counted(report.run.cases, "case"));
    match &report.done {
        None => sentences.push(format!("The run has not ended: {of} are done.")),
        Some(RunDone { ended: Ended::Interrupted, .. }) => {
            sentences.push(format!("Interrupted: {of} were run; the rest is not known."));
        }
        Some(RunDone { ended: Ended::Aborted(why), .. }) => {
            sentences.push(format!("The bench had to stop after {of}: {why}"));
        }
        Some(RunDone { baseline_failed, .. }) if *baseline_failed > 0 => {
            let cases = counted(*baseline_failed, "case");
            sentences
                .push(format!("{cases} could not be judged, because the ceremony that must work did not."));
        }
        Some(_) => {}
    }
    match (report.count(Verdict::Fail), report.count(Verdict::Unknown)) {
        (0, 0) if report.cases.is_empty() => sentences.push("Nothing was run.".to_owned()),
        (0, 0) if sentences.is_empty() => sentences.push("All as expected.".to_owned()),
        (0, _) => {}
        (fail, _) => sentences.push(format!("{} did not come out as required.", counted(fail, "case"))),
    }
    sentences
}

/// `1 case`, `2 cases`.
fn counted(count: usize, what: &str) -> String {
    format!("{count} {what}{}", if count == 1 { "" } else { "s" })
}

/// Milliseconds as a person says them.
pub fn duration(ms: u64) -> String {
    match ms {
        0..1_000 => format!("{ms} ms"),
        1_000..60_000 => format!("{}.{} s", ms / 1_000, ms % 1_000 / 100),
        _ => format!("{} min {} s", ms / 60_000, ms % 60_000 / 1_000),
    }
}

/// `text` wrapped, each line after `indent` blanks.
fn paragraph(text: &str, indent: usize, look: Look) -> Vec<String> {
    let lead = " ".repeat(indent);
    wrap(text, look.columns() - indent).into_iter().map(|line| format!("{lead}{line}")).collect()
}

/// Appends `parts` in dim lines, three blanks between two of them, none broken.
fn signs(parts: &[String], look: Look, out: &mut String) {
    let mut line = String::new();
    for part in parts {
        if !line.is_empty() && width(&line) + 3 + width(part) > look.columns() {
            out.push_str(&look.paint(DIM, &line));
            out.push('\n');
            line.clear();
        }
        line.push_str(if line.is_empty() { "  " } else { "   " });
        line.push_str(part);
    }
    if !line.is_empty() {
        out.push_str(&look.paint(DIM, &line));
        out.push('\n');
    }
}

/// Appends `text` wrapped; lines after the first are indented.
fn push(text: &str, indent: usize, style: anstyle::Style, look: Look, out: &mut String) {
    for (at, line) in wrap(text, look.columns() - indent).into_iter().enumerate() {
        let lead = if at == 0 { "" } else { "  " };
        out.push_str(&look.paint(style, &format!("{lead}{line}")));
        out.push('\n');
    }
}
