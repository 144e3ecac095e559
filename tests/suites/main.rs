//! The suites.
mod algorithms;
mod browsers;
mod declared;
mod fifth_server;
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
mod privacyidea;
mod python_fido2;
mod rooms;
