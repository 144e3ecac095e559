//! Device models as data: TOML to Profile, with provenance, and the catalogue.
