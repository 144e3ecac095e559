//! Messages as text for people, without allocation: everything here is a [`Display`](core::fmt::Display).
//!
//! Anything can be described, whether it is a valid message or not; what cannot be read is shown in hexadecimal
//! with the reason. The alternate form (`{:#}`) spreads maps and arrays over lines.

mod diagnostic;
mod message;

pub use diagnostic::{Diagnostic, Hex};
pub use message::{RequestText, ResponseText, request, response};
