//! What a script or a person at the desk may tell a plugged key, as text.

use std::str::FromStr;

use authenticator::UserAct;

use crate::hands::{Up, Uv};

/// One thing to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Order {
    /// Whether the user acts from now on; a question that is open is answered accordingly.
    Up(Up),
    /// How verification goes from now on; likewise.
    Uv(Uv),
    /// Unplug the key, and leave it so.
    Unplug,
    /// Plug it in again, if it is unplugged.
    Plug,
    /// Unplug the key and plug it in again.
    Replug,
    /// The user does this, now.
    Act(UserAct),
}

/// A line that is no order: what is wrong with it, and what it could be.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NoOrder {
    /// It does not begin as all lines do.
    #[error("`{0}` is no line for a key: they begin with `ctl`, such as `ctl up auto`")]
    Foreign(String),
    /// The thing to change is not known.
    #[error(
        "`ctl {0}` is unknown: there are `ctl up auto|never|once|refuse`, `ctl uv ok|fail|never`, `ctl unplug`, `ctl plug` and `ctl replug`"
    )]
    Unknown(String),
    /// The value is not known, or missing.
    #[error("`ctl {what}` takes one of {values}, not `{given}`")]
    Value {
        /// `up` or `uv`.
        what: &'static str,
        /// The values that there are.
        values: &'static str,
        /// What was there.
        given: String,
    },
}

impl FromStr for Order {
    type Err = NoOrder;

    /// Reads `ctl up auto`, `ctl uv fail`, `ctl replug`: words with any blanks around them.
    fn from_str(line: &str) -> Result<Self, NoOrder> {
        let words: Vec<&str> = line.split_whitespace().collect();
        let Some(("ctl", rest)) = words.split_first().map(|(first, rest)| (*first, rest)) else {
            return Err(NoOrder::Foreign(shortened(line.trim())));
        };
        match rest {
            ["unplug"] => Ok(Self::Unplug),
            ["plug"] => Ok(Self::Plug),
            ["replug"] => Ok(Self::Replug),
            ["up", "auto"] => Ok(Self::Up(Up::Auto)),
            ["up", "never"] => Ok(Self::Up(Up::Never)),
            ["up", "once"] => Ok(Self::Up(Up::Once)),
            ["up", "refuse"] => Ok(Self::Up(Up::Refuse)),
            ["uv", "ok"] => Ok(Self::Uv(Uv::Ok)),
            ["uv", "fail"] => Ok(Self::Uv(Uv::Fail)),
            ["uv", "never"] => Ok(Self::Uv(Uv::Never)),
            ["up", given @ ..] => Err(NoOrder::Value {
                what: "up",
                values: "auto, never, once, refuse",
                given: shortened(&given.join(" ")),
            }),
            ["uv", given @ ..] => Err(NoOrder::Value {
                what: "uv",
                values: "ok, fail, never",
                given: shortened(&given.join(" ")),
            }),
            other => Err(NoOrder::Unknown(shortened(&other.join(" ")))),
        }
    }
}

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
