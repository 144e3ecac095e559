//! Keycloak, driven through the pages that a person would see.
//!
//! Known to this module: a refused ceremony is an HTTP 200 page, its reason stands on the page (registration) or in the
//! realm's events (login); a realm's policy is replaced as a whole or silently not at all; a second key of one user with
//! the label of the first is refused; success is a redirect with `code=`, not any redirect.

mod admin;
mod browse;
mod built_in;
mod enrol;
mod error;
mod event;
mod flow;
mod home;
mod identity;
mod java;
mod login;
mod page;
mod policy;
mod prepare;
mod process;
mod realm;
mod removal;
mod session;
mod site;
mod target;
mod wish;

pub use crate::admin::AdminLogin;
pub use built_in::BUILT_IN;
pub use error::KeycloakError;
pub use target::{KeycloakSettings, KeycloakTarget};

#[cfg(test)]
mod tests;
