//! The exchanges of a case as arrows between key, client and server.

use plan::event::{Between, StepDone};
use serde::Serialize;

use crate::text::{clean, fit};

/// The picture's parts; lengths in pixels.
#[derive(Serialize)]
pub struct Sequence {
    height: usize,
    /// The foot of the lanes.
    foot: usize,
    steps: Vec<Label>,
    arrows: Vec<Arrow>,
}

/// A step's name at its first arrow.
#[derive(Serialize)]
struct Label {
    y: usize,
    verb: String,
    ok: bool,
}

/// One exchange: there and back.
#[derive(Serialize)]
struct Arrow {
    /// `key` or `server`: the far end.
    with: &'static str,
    from: usize,
    to: usize,
    /// Tip of the way there, and of the way back.
    tip: usize,
    back: usize,
    middle: usize,
    label_y: usize,
    y: usize,
    y_back: usize,
    label: String,
}

impl Sequence {
    /// Of a case's steps.
    pub fn of(steps: &[StepDone]) -> Self {
        let mut y = TOP;
        let mut picture = Self { height: 0, foot: 0, steps: Vec::new(), arrows: Vec::new() };
        for step in steps {
            picture.steps.push(Label { y, verb: clean(&step.verb), ok: step.ok });
            y += STEP;
            for exchange in &step.exchanges {
                let (with, to) = match exchange.between {
                    Between::ClientAndKey => ("key", KEY),
                    Between::ClientAndServer => ("server", SERVER),
                };
                let toward = |x: usize, by: usize| if to < CLIENT { x + by } else { x - by };
                picture.arrows.push(Arrow {
                    with,
                    from: CLIENT,
                    to,
                    tip: toward(to, 7),
                    back: if to < CLIENT { CLIENT - 7 } else { CLIENT + 7 },
                    middle: CLIENT.midpoint(to),
                    label_y: y,
                    y: y + 6,
                    y_back: y + 16,
                    label: fit(&clean(&exchange.name), 34, "…"),
                });
                y += EXCHANGE;
            }
        }
        picture.foot = y;
        picture.height = y + 8;
        picture
    }
}

const KEY: usize = 170;
const CLIENT: usize = 430;
const SERVER: usize = 690;
const TOP: usize = 48;
const STEP: usize = 18;
const EXCHANGE: usize = 36;
