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

/// The root that the certificates of all catalogue keys end at.
///
/// # Errors
/// Never, for the seed that is built in.
pub fn root() -> Result<TestRoot, Failure> {
    TestRoot::seeded(ROOT_SEED).map_err(Failure::usage)
}

const ROOT_SEED: [u8; 32] = *b"AnyKey TEST attestation root v1.";
