//! Data in (scenarios, policies, faults), events out; serde only.

pub mod event;
pub mod exit;
pub mod expect;
pub mod known;
pub mod load;
pub mod policy;
pub mod scenario;
pub mod select;
pub mod step;
pub mod tamper;
pub mod verdict;
pub mod versions;

pub use event::Event;
pub use exit::Exit;
pub use known::Known;
pub use policy::Policy;
pub use scenario::Scenario;
pub use select::{SelectError, select};
pub use verdict::Verdict;
pub use versions::Versions;
