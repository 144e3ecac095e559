//! The server against a key that is made of p256 and ciborium alone, so that no code of the project is on both sides.

mod accounts;
mod api;
mod challenges;
mod flaws;
mod key;
mod policy;
mod scene;
mod tpm;
