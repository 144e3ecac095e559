#![allow(clippy::unwrap_used, clippy::panic)]

mod bad_servers;
mod descriptions;
mod ends;
mod tampers;
mod wrapped;
