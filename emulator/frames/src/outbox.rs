//! Short answers that wait to be sent: errors and INIT replies, one packet each.

use crate::report::Report;

/// A queue of a few packets. A shell that sends what is ready after each packet it receives needs one place; a shell
/// that lets more pile up than there is room for loses the newest.
#[derive(Debug, Clone)]
pub(crate) struct Outbox {
    reports: [Report; PLACES],
    first: usize,
    count: usize,
}

impl Outbox {
    pub(crate) const fn new() -> Self {
        Self { reports: [[0; 64]; PLACES], first: 0, count: 0 }
    }

    pub(crate) fn push(&mut self, report: Report) {
        if self.count < PLACES
            && let Some(place) = self.reports.get_mut((self.first + self.count) % PLACES)
        {
            *place = report;
            self.count += 1;
        }
    }

    pub(crate) fn pop(&mut self) -> Option<Report> {
        if self.count == 0 {
            return None;
        }
        let report = self.reports.get(self.first).copied();
        self.first = (self.first + 1) % PLACES;
        self.count -= 1;
        report
    }

    pub(crate) const fn is_empty(&self) -> bool {
        self.count == 0
    }
}

const PLACES: usize = 4;
