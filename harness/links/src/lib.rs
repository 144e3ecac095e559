//! Ways from a client to a key: in-process, framed, with faults and a record.

pub mod fault;
mod hands;
mod local;
mod record;

pub use hands::{Gesture, Hands, Script, Scripted};
pub use local::Local;
pub use record::{Call, Record};
