//! What lets an operating system or a framed link see an authenticator: the CTAPHID token.
//!
//! [`Token`] joins the packets of [`frames`] with the step machine of [`authenticator`]. It is still without input and
//! output: packets, the user and time are arguments, so the same token serves a kernel device and a test.

mod token;

pub use token::Token;
