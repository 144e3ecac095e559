//! What was measured, as text and as JSON.

use std::fmt;

use serde::Serialize;

/// All figures of one run of the bench.
#[derive(Clone, Debug, Serialize)]
pub struct Figures {
    /// Version of this form.
    pub schema: u32,
    /// The program was built with optimisation; figures of one that was not say nothing.
    pub optimised: bool,
    /// Credentials on the measured keys.
    pub keys: usize,
    /// Rounds for each figure.
    pub rounds: u16,
    /// The figures, each raw operation before those that are compared with it.
    pub figures: Vec<Figure>,
    /// The time of `anykey run`, if it was asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub whole_run: Option<WholeRun>,
}

/// One figure: medians of thread CPU time.
#[derive(Clone, Debug, Serialize)]
pub struct Figure {
    /// What was done.
    pub name: &'static str,
    /// CPU time of one operation.
    pub microseconds: f64,
    /// How many one thread does in a second.
    pub per_second: f64,
    /// The raw operation that it is compared with.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub against: Option<&'static str>,
    /// Time of the raw operation by time of this: 1 would be as fast.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ratio: Option<f64>,
    /// What is accepted.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub limit: Option<Limit>,
}

/// What is accepted of a figure.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Limit {
    /// The ratio is no less.
    RatioAtLeast(f64),
    /// The time is no longer than so many times that of the raw operation.
    TimesAtMost(f64),
    /// The time is no longer.
    MicrosecondsAtMost(f64),
}

/// The wall time of `anykey run`.
#[derive(Clone, Debug, Serialize)]
pub struct WholeRun {
    /// From the start of the process to its end.
    pub seconds: f64,
    /// The longest that is accepted.
    pub limit: f64,
    /// Why the time says nothing.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub problem: Option<String>,
}

impl Figures {
    /// Every limit is kept.
    pub fn within_limits(&self) -> bool {
        self.figures.iter().all(Figure::within_limit)
            && self.whole_run.as_ref().is_none_or(WholeRun::within_limit)
    }
}

impl Figure {
    fn within_limit(&self) -> bool {
        match self.limit {
            None => true,
            Some(Limit::RatioAtLeast(least)) => self.ratio.is_some_and(|ratio| ratio >= least),
            Some(Limit::TimesAtMost(most)) => self.ratio.is_some_and(|ratio| ratio.recip() <= most),
            Some(Limit::MicrosecondsAtMost(most)) => self.microseconds <= most,
        }
    }

    /// How the figure is to its limit.
    fn remark(&self) -> Option<String> {
        let limit = match self.limit? {
            Limit::RatioAtLeast(least) => format!("at least {least:.2}"),
            Limit::TimesAtMost(most) => match self.ratio {
                Some(ratio) => format!("{:.3} times as long, at most {most:.2}", ratio.recip()),
                None => format!("at most {most:.2} times as long"),
            },
            Limit::MicrosecondsAtMost(most) => format!("at most {most:.2} µs"),
        };
        Some(format!("{limit}: {}", if self.within_limit() { "kept" } else { "NOT KEPT" }))
    }
}

impl WholeRun {
    fn within_limit(&self) -> bool {
        self.problem.is_none() && self.seconds <= self.limit
    }
}

impl fmt::Display for Figures {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if !self.optimised {
            writeln!(f, "Built without optimisation: these figures say nothing. Build with --release.\n")?;
        }
        writeln!(
            f,
            "P-256 on one thread, {} credentials, median CPU time of {} rounds\n",
            self.keys, self.rounds
        )?;
        writeln!(f, "{:<28}{:>10}{:>12}{:>8}", "operation", "µs", "per second", "ratio")?;
        for figure in &self.figures {
            write!(f, "{:<28}{:>10.2}{:>12.0}", figure.name, figure.microseconds, figure.per_second)?;
            if let Some((ratio, against)) = figure.ratio.zip(figure.against) {
                write!(f, "{ratio:>8.3} of raw {against}")?;
            }
            match figure.remark() {
                Some(remark) => writeln!(f, "; {remark}")?,
                None => writeln!(f)?,
            }
        }
        match &self.whole_run {
            Some(WholeRun { problem: Some(problem), .. }) => writeln!(f, "\n{problem}"),
            Some(WholeRun { seconds, limit, .. }) => {
                let kept = if seconds <= limit { "kept" } else { "exceeded" };
                writeln!(
                    f,
                    "\nanykey run, all keys and scenarios: {seconds:.2} s of wall time, limit {limit:.0} s {kept}"
                )
            }
            None => Ok(()),
        }
    }
}
