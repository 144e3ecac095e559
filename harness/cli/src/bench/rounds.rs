//! Interleaved rounds and their medians.

use std::time::Duration;

use super::BenchError;
use super::clock::thread_time;
use super::figures::Limit;

/// One operation that is measured; its argument counts up.
type Operation = Box<dyn FnMut(usize) -> Result<(), BenchError>>;

/// One thing that is measured.
pub(super) struct Case {
    pub(super) name: &'static str,
    /// The raw operation that it is compared with.
    pub(super) against: Option<&'static str>,
    /// What is asked of it.
    pub(super) limit: Option<Limit>,
    operation: Operation,
}

impl Case {
    /// A raw operation, or one that is compared with nothing.
    pub(super) fn raw(name: &'static str, op: impl FnMut(usize) -> Result<(), BenchError> + 'static) -> Self {
        Self { name, against: None, limit: None, operation: Box::new(op) }
    }

    /// An operation that is compared with a raw one.
    pub(super) fn against(
        name: &'static str,
        raw: &'static str,
        op: impl FnMut(usize) -> Result<(), BenchError> + 'static,
    ) -> Self {
        Self { against: Some(raw), ..Self::raw(name, op) }
    }

    /// A limit for it.
    #[must_use]
    pub(super) fn limited(self, limit: Limit) -> Self {
        Self { limit: Some(limit), ..self }
    }
}

/// The median time of one operation of each case.
pub(super) fn interleave(
    cases: &mut [Case],
    rounds: usize,
    chunk: usize,
) -> Result<Vec<Duration>, BenchError> {
    let mut times: Vec<Vec<Duration>> = cases.iter().map(|_| Vec::with_capacity(rounds)).collect();
    let mut next = 0;
    for round in 0..=rounds {
        for (case, times) in cases.iter_mut().zip(&mut times) {
            let before = thread_time();
            for nth in next..next + chunk {
                (case.operation)(nth)?;
            }
            let spent = thread_time().saturating_sub(before);
            // The first round warms the caches up.
            if round > 0 {
                times.push(spent);
            }
        }
        next += chunk;
    }
    let divisor = u32::try_from(chunk).unwrap_or(u32::MAX);
    Ok(times.into_iter().map(|times| median(times) / divisor).collect())
}

/// The middle one; the upper of two.
pub(super) fn median(mut times: Vec<Duration>) -> Duration {
    times.sort_unstable();
    times.get(times.len() / 2).copied().unwrap_or_default()
}
