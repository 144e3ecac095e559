//! Ways from a client to a key: in-process, framed, with faults and a record.

pub mod fault;
mod framed;
mod hands;
mod local;
mod record;
mod waits;

pub use framed::Framed;
pub use hands::{Gesture, Hands, Script, Scripted};
pub use local::Local;
pub use record::{Call, Record};

#[cfg(test)]
mod tests;
