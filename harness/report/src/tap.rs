//! TAP version 14 (<https://testanything.org/tap-version-14-specification.html>), one test point per case, as the cases end.

use std::io::{self, Write};

use plan::Verdict;
use plan::event::{CaseDone, Ended, Event, Sink};

use crate::matrix::said;
use crate::text::clean;

/// Writes test points while the run goes on.
pub struct Tap {
    out: Box<dyn Write + Send>,
    count: usize,
    broken: Option<io::Error>,
}

impl Tap {
    /// On `out`.
    pub fn new(out: Box<dyn Write + Send>) -> Self {
        Self { out, count: 0, broken: None }
    }

    fn write(&mut self, text: &str) {
        if self.broken.is_none()
            && let Err(error) = self.out.write_all(text.as_bytes()).and_then(|()| self.out.flush())
        {
            self.broken = Some(error);
        }
    }
}

impl Sink for Tap {
    fn take(&mut self, event: &Event) {
        match event {
            Event::RunStarted(run) => {
                let head = format!("TAP version 14\n1..{}\n", run.cases);
                let target =
                    format!("# target {} at {}, seed {}\n", run.target.name, run.target.url, run.seed);
                self.write(&(head + &clean_line(&target)));
            }
            Event::CaseDone(case) => {
                self.count += 1;
                let text = point(self.count, case);
                self.write(&text);
            }
            Event::RunDone(done) => match &done.ended {
                Ended::Complete => {}
                Ended::Interrupted => self.write("Bail out! interrupted\n"),
                Ended::Aborted(why) => self.write(&format!("Bail out! {}\n", clean(why))),
            },
            Event::CaseStarted { .. } => {}
        }
    }

    fn finish(self: Box<Self>) -> io::Result<()> {
        match self.broken {
            Some(error) => Err(error),
            None => Ok(()),
        }
    }
}

/// One test point. An unknown verdict is `not ok`: TAP has no word for it, and a consumer must not take it for success.
fn point(number: usize, case: &CaseDone) -> String {
    let name = escape(&case.case.to_string());
    match case.verdict {
        Verdict::Pass => format!("ok {number} - {name}\n"),
        Verdict::Unsupported => format!("ok {number} - {name} # SKIP {}\n", escape(&case.reason)),
        Verdict::Unknown | Verdict::Fail => format!("not ok {number} - {name}\n{}", diagnostics(case)),
    }
}

/// The YAML block of a test point that is not ok.
fn diagnostics(case: &CaseDone) -> String {
    let mut out = format!("  ---\n  verdict: {}\n  reason: {}\n", case.verdict, quoted(&case.reason));
    if let Some(words) = said(&case.outcome) {
        out.push_str(&format!("  outcome: {}\n", quoted(&words)));
    }
    if case.baseline_failed {
        out.push_str("  baseline_failed: true\n");
    }
    if !case.proof.is_empty() {
        out.push_str("  proof:\n");
        for proof in &case.proof {
            out.push_str(&format!("    - {}\n", quoted(&format!("{}: {}", proof.by, proof.seen))));
        }
    }
    out.push_str(&format!("  replay: {}\n  ...\n", quoted(&case.replay)));
    out
}

/// `#` and `\` have a meaning in a description.
fn escape(text: &str) -> String {
    clean(text).replace('\\', "\\\\").replace('#', "\\#")
}

/// A YAML double-quoted scalar on one line.
fn quoted(text: &str) -> String {
    format!("\"{}\"", clean(text).replace('\\', "\\\\").replace('"', "\\\""))
}

fn clean_line(line: &str) -> String {
    clean(line.trim_end()) + "\n"
}
