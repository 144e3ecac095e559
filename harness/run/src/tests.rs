#![allow(clippy::unwrap_used, clippy::panic)]

mod bad_servers;
mod ends;
mod tampers;
mod wrapped;
