//! Ways from a client to a key: in-process, framed, over a socket or a HID device, with faults and a record.

mod attached;
mod bus;
mod conversation;
pub mod fault;
mod framed;
mod hands;
mod local;
mod news;
mod plugs;
mod record;
mod remote;
mod waits;

pub use attached::{Attached, NotAttached};
pub use bus::{Bus, Direct, Fresh, Held};
pub use framed::Framed;
pub use hands::{Gesture, Hands, Script, Scripted};
pub use local::Local;
pub use plugs::Plugs;
pub use record::{Call, Record};
pub use remote::Remote;

#[cfg(test)]
mod tests;
