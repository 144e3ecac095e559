//! Packets as slow as a full-speed endpoint sends them.

use std::time::Duration;

use tokio::time::Instant;

/// Lets a short burst go at once, and then a packet each millisecond, which is how often a full-speed bus asks an
/// endpoint. For buses that drop what their reader is too slow for.
#[derive(Debug)]
pub(crate) struct Pace {
    /// When the burst that was sent so far would be over at one packet each frame.
    paid_until: Instant,
}

impl Pace {
    /// Nothing was sent yet.
    pub(crate) fn new(now: Instant) -> Self {
        Self { paid_until: now }
    }

    /// When the next packet may go, if not now.
    pub(crate) fn next(&self, now: Instant) -> Option<Instant> {
        let next = self.paid_until.checked_sub(FRAME * (BURST - 1))?;
        (next > now).then_some(next)
    }

    /// A packet was sent.
    pub(crate) fn sent(&mut self, now: Instant) {
        self.paid_until = self.paid_until.max(now) + FRAME;
    }
}

const FRAME: Duration = Duration::from_millis(1);
/// A quarter of what Linux keeps for a reader of hidraw: the others are for a reader that is late.
const BURST: u32 = 16;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_burst_goes_at_once_and_then_one_each_millisecond() {
        let begin = Instant::now();
        let mut pace = Pace::new(begin);
        for _ in 0..16 {
            assert_eq!(pace.next(begin), None);
            pace.sent(begin);
        }
        let mut now = begin;
        for nth in 1..100 {
            now = pace.next(now).expect("not yet");
            assert_eq!(now, begin + FRAME * nth);
            assert_eq!(pace.next(now), None, "then it goes");
            pace.sent(now);
        }
        // After a rest there is a burst again, and no longer one.
        now += Duration::from_secs(60);
        for _ in 0..16 {
            assert_eq!(pace.next(now), None);
            pace.sent(now);
        }
        assert_eq!(pace.next(now), Some(now + FRAME));
    }
}
