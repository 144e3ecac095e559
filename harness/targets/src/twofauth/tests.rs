#![allow(clippy::unwrap_used, clippy::panic)]

mod attached;
mod mail;
mod policy;
