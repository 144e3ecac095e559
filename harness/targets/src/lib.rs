//! One server each: the reference server with its named flaws, Keycloak.

pub mod declared;
pub mod http;
pub mod keycloak;
mod pem;
mod process;
pub mod reference;
pub mod target;

pub use target::{
    Account, Capabilities, CredentialRecord, Offer, Page, Session, Site, SiteWish, Target, TargetError,
    TargetResult,
};
