//! Faults: wrappers around the seams. Each counts how often it fired; one that never fired proves nothing.

mod fired;
mod lying;
mod message;
mod power;

pub use fired::Fired;
pub use lying::{LyingKey, Signer};
pub use message::{Edit, Message, Trap, Which};
pub use power::{PowerCut, Switch};
