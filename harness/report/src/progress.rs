//! What the user sees while the run goes on: one line on the error stream, gone when the run is over.

use std::io;
use std::time::Duration;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use plan::Verdict;
use plan::event::{Event, Sink};

use crate::text::clean;

/// A progress line. Invisible where the error stream is not a terminal.
pub struct Progress {
    bar: ProgressBar,
    unicode: bool,
    color: bool,
    counts: [usize; 4],
}

impl Progress {
    /// On the error stream.
    pub fn new(color: bool, unicode: bool) -> Self {
        Self::on(ProgressDrawTarget::stderr(), color, unicode)
    }

    /// On any target.
    pub(crate) fn on(target: ProgressDrawTarget, color: bool, unicode: bool) -> Self {
        let bar = ProgressBar::with_draw_target(None, target);
        Self { bar, unicode, color, counts: [0; 4] }
    }

    fn style(&self) -> ProgressStyle {
        let bar = if self.color { "{bar:24.green/dim}" } else { "{bar:24}" };
        let template = format!("{bar} {{pos}}/{{len}} {{prefix}} {{wide_msg}}");
        let chars = if self.unicode { "━━─" } else { "##-" };
        match ProgressStyle::with_template(&template) {
            Ok(style) => style.progress_chars(chars),
            Err(_) => ProgressStyle::default_bar(),
        }
    }
}

impl Sink for Progress {
    fn take(&mut self, event: &Event) {
        match event {
            Event::RunStarted(run) => {
                self.bar.set_style(self.style());
                self.bar.set_length(run.cases.try_into().unwrap_or(u64::MAX));
                self.bar.enable_steady_tick(Duration::from_millis(200));
            }
            Event::CaseStarted { case } => self.bar.set_message(clean(&case.to_string())),
            Event::CaseDone(case) => {
                self.counts[place(case.verdict)] += 1;
                let mut words = Vec::new();
                for verdict in [Verdict::Fail, Verdict::Unknown] {
                    match self.counts[place(verdict)] {
                        0 => {}
                        n => words.push(format!("{n} {verdict}")),
                    }
                }
                self.bar.set_prefix(words.join(", "));
                self.bar.inc(1);
            }
            Event::RunDone(_) => self.bar.finish_and_clear(),
        }
    }

    fn finish(self: Box<Self>) -> io::Result<()> {
        self.bar.finish_and_clear();
        Ok(())
    }
}

fn place(verdict: Verdict) -> usize {
    match verdict {
        Verdict::Pass => 0,
        Verdict::Unsupported => 1,
        Verdict::Unknown => 2,
        Verdict::Fail => 3,
    }
}
