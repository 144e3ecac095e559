//! The suites.
mod algorithms;
mod flaws;
mod keycloak;
mod layering;
mod licences;
mod no_alloc;
mod metadata;
mod nine;
mod rooms;
