//! What did not pass: reason, proof and the command that runs it again.

use plan::Verdict;
use plan::event::Manner;

use super::paragraph;
use super::pen::{BOLD, DIM, Look, verdict_style};
use crate::Report;
use crate::findings::{Finding, findings};
use crate::matrix::said;
use crate::text::wrap;

/// Appends the cases of `verdict`, the first [`SHOWN`] of them whole.
pub fn draw(report: &Report, verdict: Verdict, look: Look, out: &mut String) {
    let found = findings(report, verdict);
    if found.is_empty() {
        return;
    }
    let title = match verdict {
        Verdict::Fail => "Failed",
        Verdict::Unknown => "Unknown",
        Verdict::Unsupported => "Unsupported",
        Verdict::Pass => "Passed",
    };
    out.push('\n');
    out.push_str(&look.paint(BOLD, title));
    out.push('\n');
    for finding in found.iter().take(SHOWN) {
        out.push('\n');
        entry(report, finding, verdict, look, out);
    }
    if found.len() > SHOWN {
        let more = format!(
            "and {} more like these; a report written with --report holds them all",
            found.len() - SHOWN
        );
        out.push_str(&format!("\n  {more}\n"));
    }
}

/// Appends one line per reason why something is unsupported, with how many cases it holds for.
pub fn unsupported(report: &Report, look: Look, out: &mut String) {
    let unsupported = report.cases.iter().filter(|c| c.verdict == Verdict::Unsupported);
    counted("Unsupported", unsupported.map(|c| c.reason.as_str()), look, out);
}

/// Appends what the server is known to do otherwise than required, with how many cases it holds for.
pub fn known(report: &Report, look: Look, out: &mut String) {
    let known = report.cases.iter().filter_map(|c| c.known.as_deref());
    counted("As known of this server", known, look, out);
}

/// Each sentence once, those of most cases first.
fn counted<'r>(title: &str, sentences: impl Iterator<Item = &'r str>, look: Look, out: &mut String) {
    let mut counts: Vec<(&str, usize)> = Vec::new();
    for sentence in sentences {
        match counts.iter_mut().find(|(other, _)| *other == sentence) {
            Some((_, count)) => *count += 1,
            None => counts.push((sentence, 1)),
        }
    }
    if counts.is_empty() {
        return;
    }
    counts.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
    out.push_str(&format!("\n{}\n", look.paint(BOLD, title)));
    for (sentence, count) in counts.iter().take(SHOWN) {
        let text = look.clean(sentence);
        for (at, line) in wrap(&text, look.columns() - 7).into_iter().enumerate() {
            let lead = if at == 0 { format!("{count:>5}  ") } else { " ".repeat(7) };
            out.push_str(&look.paint(DIM, &format!("{lead}{line}")));
            out.push('\n');
        }
    }
}

fn entry(report: &Report, finding: &Finding<'_>, verdict: Verdict, look: Look, out: &mut String) {
    let Some(first) = finding.cases.first() else { return };
    let head = look.clean(&format!("{}: {}", first.case.scenario, who(finding, &report.run.manners)));
    for (at, line) in wrap(&head, look.columns() - 4).into_iter().enumerate() {
        let lead = if at == 0 { look.mark(verdict) } else { "  " };
        out.push_str(&look.paint(verdict_style(verdict), &format!("{lead} {line}")));
        out.push('\n');
    }
    let scenario = report.run.scenarios.iter().find(|s| s.id == first.case.scenario);
    let mut texts = Vec::new();
    if let Some(scenario) = scenario {
        texts.push(format!("requires: {}", scenario.requires));
    }
    texts.push(format!("reason: {}", first.reason));
    texts.extend(said(&first.outcome).map(|words| format!("outcome: {words}")));
    texts.extend(first.proof.iter().map(|p| format!("proof, {}: {}", p.by, p.seen)));
    for text in texts {
        for line in paragraph(&look.clean(&text), 4, look) {
            out.push_str(&line);
            out.push('\n');
        }
    }
    // Never wrapped: it is there to be copied.
    out.push_str(&look.paint(DIM, &format!("    again: {}", look.clean(&first.replay))));
    out.push('\n');
}

/// The keys, each once; with the manners where not all of the run's came to it.
fn who(finding: &Finding<'_>, all: &[Manner]) -> String {
    let mut keys: Vec<(&str, Vec<Manner>)> = Vec::new();
    for case in &finding.cases {
        match keys.iter_mut().find(|(key, _)| *key == case.case.key) {
            Some((_, manners)) => manners.push(case.case.manner),
            None => keys.push((&case.case.key, vec![case.case.manner])),
        }
    }
    let parts: Vec<String> = keys
        .into_iter()
        .map(|(key, manners)| match &manners[..] {
            [one] if all.len() > 1 => format!("{key} ({})", one.name()),
            _ => key.to_owned(),
        })
        .collect();
    parts.join(", ")
}

/// How many entries are shown whole.
const SHOWN: usize = 30;
