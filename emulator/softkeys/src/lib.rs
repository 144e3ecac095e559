//! The host platform of the authenticator: crypto and stores behind `Platform`.
//!
//! * [`Fast`]: aws-lc-rs. Stored keys stay loaded, so signing with a resident key is one raw signature. Not reproducible.
//! * [`Seeded`]: everything follows from 32 bytes: random bytes, keys, and signatures (ECDSA by RFC 6979). RSA keys come from
//!   a fixed set that everybody knows.
//! * [`RsaPool`]: RSA keys made ahead, for load.
//! * [`MemoryStore`]: records in memory, atomic batches, an optional limit.
//! * [`FileStore`](file::FileStore): records and stored keys in a directory, sealed; see [`Fast::open`] and [`Seeded::open`].
//! * [`TestRoot`]: an attestation root of our own, or a CA of the user's, which issues a batch certificate for each device model.
//! * [`Issued`]: such a certificate with its key, or a chain and a key that the user supplied.
//!
//! Nothing here shows a secret: `Debug` of a platform, a root or an issued certificate prints sizes and public parts only.

mod aik;
mod ca_key;
mod certificate;
mod cose;
mod engine;
mod fast;
pub mod file;
mod host;
mod key;
mod keyring;
mod memory;
mod persist;
mod provision;
mod root;
mod rsa_pool;
mod seal;
mod seeded;
mod supplied;
mod test_keys;
mod vault;

pub use certificate::Slip;
pub use engine::Engine;
pub use fast::{AwsLc, Fast};
pub use host::Host;
pub use key::RsaKey;
pub use memory::MemoryStore;
pub use provision::{NotProvisioned, provision};
pub use root::{Issued, RootError, TestRoot};
pub use rsa_pool::RsaPool;
pub use seeded::{Deterministic, Seeded};
pub use supplied::{SuppliedError, certificates};
pub use vault::{KeyChange, Vault};

#[cfg(test)]
mod tests;
