//! `anykey roots`.

use std::io::Write;

use softkeys::TestRoot;

use crate::failure::Failure;

/// Prints the root certificate.
///
/// # Errors
/// Standard output could not be written.
pub fn perform(out: &mut dyn Write) -> Result<(), Failure> {
    out.write_all(root()?.pem().as_bytes())?;
    Ok(())
}

/// The root that the certificates of all keys end at, the same in every run: a server is given it once.
///
/// # Errors
/// Never, for the seed that is built in.
pub fn root() -> Result<TestRoot, Failure> {
    TestRoot::seeded(ROOT_SEED).map_err(Failure::usage)
}

/// A root that no server is given unless a scenario wants it to have the wrong one.
///
/// # Errors
/// Never, for the seed that is built in.
pub fn other_root() -> Result<TestRoot, Failure> {
    TestRoot::seeded(OTHER_ROOT_SEED).map_err(Failure::usage)
}

/// No secret: whoever reads this can issue certificates of the test root, which is why it is one.
const ROOT_SEED: [u8; 32] = *b"AnyKey TEST attestation root v1.";
const OTHER_ROOT_SEED: [u8; 32] = *b"AnyKey TEST unrelated root, v1. ";
