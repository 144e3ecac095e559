//! One server each: the reference server with its named flaws, those of the list `built_in`, and those that a file describes.

pub mod admin;
pub mod authelia;
pub mod built_in;
pub mod declared;
pub mod defguard;
mod dialect;
pub mod http;
pub mod keycloak;
mod known;
mod locked;
mod pem;
mod process;
mod provisioned;
pub mod reference;
mod run_tag;
pub mod serving;
pub mod target;
mod target_error;
mod tokens;
pub mod transcript;
pub mod twofauth;
mod version;

pub use known::KnownError;
pub use process::ProcessError;
pub use target::{
    Account, Capabilities, CredentialRecord, Deed, Offer, Page, Session, Site, SiteWish, Target, TargetError,
    TargetResult,
};
