//! What a script or a person at the desk may tell a plugged key, as text.

use std::fmt;
use std::str::FromStr;
use std::time::Duration;

use crate::hands::{Gesture, Up, Uv};

/// One thing to do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Order {
    /// Whether the user acts from now on; a question that is open is answered accordingly.
    Up(Up),
    /// How verification goes from now on; likewise.
    Uv(Uv),
    /// How long the user takes from the next question on.
    After(Duration),
    /// The user does this, now.
    Act(Gesture),
    /// Tell what the key asks of the user.
    Asks,
    /// Tell what the key asks of the user, as soon as it asks.
    Wait,
    /// Tell where clients find the key.
    Where,
    /// Unplug the key, and leave it so.
    Unplug,
    /// Plug it in again, if it is unplugged.
    Plug,
    /// Unplug the key and plug it in again.
    Replug,
    /// Put a new key in its place, as it left the factory. On a bus it stays what it is, without being unplugged.
    Reset(Wish),
}

/// What a new key is to be like, in the words of the [`Factory`](crate::Factory) that makes it. Nothing shows it: there may be
/// a PIN in it.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Wish(pub String);

impl fmt::Debug for Wish {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Wish(..)")
    }
}

/// A line that is no order: what is wrong with it, and what it could be.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NoOrder {
    /// It does not begin as all lines do.
    #[error("`{0}` is no line for a key: they begin with `ctl`, such as `ctl up auto`")]
    Foreign(String),
    /// The thing to change is not known.
    #[error(
        "`ctl {0}` is unknown: there are `ctl up auto|never|once|refuse|ask`, `ctl uv ok|fail|never`, `ctl after TIME`, \
         `ctl act touch|refuse|wrong-finger`, `ctl asks`, `ctl wait`, `ctl where`, `ctl unplug`, `ctl plug`, `ctl replug` \
         and `ctl reset`"
    )]
    Unknown(String),
    /// The value is not known, or missing.
    #[error("`ctl {what}` takes one of {values}, not `{given}`")]
    Value {
        /// The first word.
        what: &'static str,
        /// The values that there are.
        values: &'static str,
        /// What was there.
        given: String,
    },
    /// The value is no time.
    #[error("`ctl after` takes a time such as 100ms or 2s, not `{0}`")]
    Time(String),
}

impl FromStr for Order {
    type Err = NoOrder;

    /// Reads `ctl up auto`, `ctl uv fail`, `ctl replug`: words with any blanks around them.
    fn from_str(line: &str) -> Result<Self, NoOrder> {
        let line = line.trim();
        let (first, rest) = word(line);
        if first != "ctl" {
            return Err(NoOrder::Foreign(shortened(line)));
        }
        let (what, value) = word(rest);
        match (what, value) {
            ("up", value) => Ok(Self::Up(one_of("up", "auto, never, once, refuse, ask", UPS, value)?)),
            ("uv", value) => Ok(Self::Uv(one_of("uv", "ok, fail, never", UVS, value)?)),
            ("act", value) => Ok(Self::Act(one_of("act", "touch, refuse, wrong-finger", ACTS, value)?)),
            ("after", value) => time(value).map(Self::After).ok_or_else(|| NoOrder::Time(shortened(value))),
            ("reset", wish) => Ok(Self::Reset(Wish(wish.to_owned()))),
            ("asks", "") => Ok(Self::Asks),
            ("wait", "") => Ok(Self::Wait),
            ("where", "") => Ok(Self::Where),
            ("unplug", "") => Ok(Self::Unplug),
            ("plug", "") => Ok(Self::Plug),
            ("replug", "") => Ok(Self::Replug),
            _ => Err(NoOrder::Unknown(shortened(rest))),
        }
    }
}

/// The first word, and what comes after it.
fn word(text: &str) -> (&str, &str) {
    let (first, rest) = text.split_once(char::is_whitespace).unwrap_or((text, ""));
    (first, rest.trim_start())
}

fn one_of<T: Copy>(
    what: &'static str,
    values: &'static str,
    known: &[(&str, T)],
    given: &str,
) -> Result<T, NoOrder> {
    let found = known.iter().find(|(name, _)| *name == given);
    found.map(|(_, value)| *value).ok_or_else(|| NoOrder::Value { what, values, given: shortened(given) })
}

/// `100ms`, `2s`; an hour at most.
fn time(text: &str) -> Option<Duration> {
    let (number, unit) = text.split_at(text.find(|c: char| !c.is_ascii_digit())?);
    let number = number.parse().ok()?;
    let time = match unit {
        "ms" => Duration::from_millis(number),
        "s" => Duration::from_secs(number),
        _ => return None,
    };
    (time <= LONGEST).then_some(time)
}

const UPS: &[(&str, Up)] = &[
    ("auto", Up::Auto),
    ("never", Up::Never),
    ("once", Up::Once),
    ("refuse", Up::Refuse),
    ("ask", Up::Person),
];
const UVS: &[(&str, Uv)] = &[("ok", Uv::Ok), ("fail", Uv::Fail), ("never", Uv::Never)];
const ACTS: &[(&str, Gesture)] =
    &[("touch", Gesture::Touch), ("refuse", Gesture::Refuse), ("wrong-finger", Gesture::WrongFinger)];
/// Longer than any key waits.
const LONGEST: Duration = Duration::from_secs(3_600);

/// Whether a datagram is meant as text and not as a packet.
pub(crate) fn is_text(datagram: &[u8]) -> bool {
    datagram.len() != 64 && datagram.starts_with(b"ctl") && datagram.is_ascii()
}

/// Enough of a text to know it again.
fn shortened(text: &str) -> String {
    match text.char_indices().nth(60) {
        Some((end, _)) => format!("{}...", text.get(..end).unwrap_or_default()),
        None => text.to_owned(),
    }
}

#[cfg(test)]
mod tests;
