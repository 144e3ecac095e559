//! One server each: the reference server with its named flaws, Keycloak.

pub mod http;
pub mod keycloak;
pub mod reference;
pub mod target;

pub use target::{
    Account, Capabilities, CredentialRecord, Offer, Session, Site, SiteWish, Target, TargetError,
    TargetResult,
};
