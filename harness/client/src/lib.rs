//! What a browser does between a page and a key.
//!
//! A [`Client`] takes a page's origin and options, checks them as a browser does ([`Manner::Faithful`]) or with liberties
//! ([`Manner::Permissive`]), asks a key over a [`Link`], and gives the JSON that the page sends to its server. A [`Twist`]
//! makes single things different, for attacks. It knows nothing of servers, transports or scenarios.

mod ceremony;
mod client;
mod create;
mod credentials;
mod error;
mod exchange;
mod extensions;
mod facts;
mod get;
pub mod link;
mod manner;
mod origin;
mod person;
mod pin;
mod random;
mod related;
mod settings;
mod twist;

pub use client::Client;
pub use create::{AaguidTreatment, Created};
pub use error::{ClientError, DomError, Refuser};
pub use facts::{Ctap2Facts, KeyFacts};
pub use get::Asserted;
pub use link::{Link, LinkError, Patient, Waiting, Watch};
pub use manner::{Liberties, Liberty, Manner};
pub use person::{
    AccountChoice, First, Knowing, NewPinAsked, NewPinReason, Person, Pin, PinAsked, PinRefused,
};
pub use pin::PinRetries;
pub use random::{Random, Repeatable, Unpredictable};
pub use related::{Fetch, Fetched};
pub use settings::MinPinLength;
pub use twist::{AuthDataEdit, ClientDataTwist, Twist, edit};

#[cfg(test)]
mod tests;
