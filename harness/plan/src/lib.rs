//! Data in (scenarios, policies, faults), events out; serde only.
