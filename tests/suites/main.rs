//! The suites.
mod algorithms;
mod browsers;
mod declared;
mod flaws;
mod fuzz;
mod keycloak;
mod layering;
mod licences;
mod links;
mod metadata;
mod nine;
mod no_alloc;
mod pin;
mod python_fido2;
mod rooms;
