//! The project's own verification: the ceremonies of [section 7](https://www.w3.org/TR/webauthn-3/#sctn-rp-operations), step by step.
//!
//! Each step is a [`Check`] with a name, and a caller can leave checks out ([`Expectations::skip`]) or make them
//! wrong ([`Variants`]): that is how a server with a known flaw is built from the same code that judges others.

mod assertion;
mod attestation;
mod both_ceremonies;
mod certificate;
mod check;
mod expectations;
mod registration;
mod trust;

pub use assertion::{Authenticated, authentication};
pub use attestation::{Attestation, AttestationType};
pub use check::{Check, Checks};
pub use expectations::{
    AttestationPolicy, BackupRule, ChallengeMatch, Expectations, OriginMatch, Refusal, SignCountMatch,
    Variants,
};
pub use registration::{CredentialRecord, Registered, registration};

#[cfg(test)]
mod tests;
