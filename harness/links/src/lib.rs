//! Ways from a client to a key: in-process, framed, over a socket, with faults and a record.

pub mod fault;
mod framed;
mod hands;
mod local;
mod news;
mod record;
mod socket;
mod waits;

pub use framed::Framed;
pub use hands::{Gesture, Hands, Script, Scripted};
pub use local::Local;
pub use record::{Call, Record};
pub use socket::Socket;

#[cfg(test)]
mod tests;
