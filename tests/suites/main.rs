//! The suites.
mod flaws;
mod keycloak;
