//! Data in (scenarios, policies, faults), events out; serde only.

pub mod event;
pub mod policy;
pub mod verdict;

pub use event::Event;
pub use policy::Policy;
pub use verdict::Verdict;
