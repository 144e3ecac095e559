//! `anykey roots`.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use authenticator::profile::Profile;
use softkeys::{Issued, SuppliedError, TestRoot, certificates};
use zeroize::Zeroizing;

use crate::args::AttestationCaArgs;
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

/// The CA that was named, or AnyKey's own root.
///
/// # Errors
/// A file cannot be read, or is not what it should be.
pub fn named(args: &AttestationCaArgs) -> Result<TestRoot, Failure> {
    match args.attestation_ca.as_deref() {
        Some(files) => read("--attestation-ca", files, |_, chain, key| {
            TestRoot::supplied(&chain, &key, SystemTime::now())
        }),
        None => root(),
    }
}

/// What a plugged key attests with.
pub enum Attesting {
    /// Whatever this root issues for its model.
    Root {
        /// The root.
        root: Box<TestRoot>,
        /// It was named, rather than AnyKey's own.
        named: bool,
    },
    /// A chain and its private key, PEM, as they were read.
    Chain {
        /// How errors name the files.
        named: String,
        /// The certificates.
        chain: Vec<u8>,
        /// The private key.
        key: Zeroizing<Vec<u8>>,
    },
}

impl Attesting {
    /// What the command line names.
    ///
    /// # Errors
    /// A file cannot be read, or the CA is not what it should be.
    pub fn of(chain: Option<&[PathBuf]>, ca: &AttestationCaArgs) -> Result<Self, Failure> {
        match chain {
            Some(files) => read("--attestation", files, |named, chain, key| {
                Ok(Self::Chain { named: named.to_owned(), chain, key })
            }),
            None => Ok(Self::Root { root: Box::new(named(ca)?), named: ca.attestation_ca.is_some() }),
        }
    }

    /// The user chose it.
    pub fn is_named(&self) -> bool {
        !matches!(self, Self::Root { named: false, .. })
    }

    /// What a key of the model gets.
    ///
    /// # Errors
    /// It does not go with the model.
    pub fn issue(&self, profile: &Profile) -> Result<Issued, String> {
        match self {
            Self::Root { root, .. } => root.issue(profile).map_err(|error| error.to_string()),
            Self::Chain { named, chain, key } => Issued::supplied(chain, key, profile, SystemTime::now())
                .map_err(|error| format!("{named}: {error}")),
        }
    }
}

/// The certificates of PEM files, DER.
///
/// # Errors
/// One cannot be read, or has none.
pub fn anchors(files: &[PathBuf]) -> Result<Vec<Vec<u8>>, Failure> {
    let mut all = Vec::new();
    for path in files {
        let of_it = certificates(&bytes(path)?);
        all.extend(of_it.map_err(|error| Failure::Usage(format!("{}: {error}", path.display())))?);
    }
    Ok(all)
}

/// Reads a pair of files, of which clap has made sure that there are two.
fn read<T>(
    flag: &str,
    files: &[PathBuf],
    of: impl FnOnce(&str, Vec<u8>, Zeroizing<Vec<u8>>) -> Result<T, SuppliedError>,
) -> Result<T, Failure> {
    let [chain, key] = files else {
        return Err(Failure::Usage(format!("{flag} takes two files: certificates and private key")));
    };
    let named = format!("{flag} {} {}", chain.display(), key.display());
    of(&named, bytes(chain)?, Zeroizing::new(bytes(key)?))
        .map_err(|error| Failure::Usage(format!("{named}: {error}")))
}

fn bytes(path: &Path) -> Result<Vec<u8>, Failure> {
    std::fs::read(path).map_err(|error| Failure::Usage(format!("{}: {error}", path.display())))
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
