//! What a store is sealed under.

use std::fmt;
use std::fs::File;
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

use argon2::{Algorithm, Argon2, Params, Version};
use hmac::Mac;
use rand::Rng;
use zeroize::Zeroizing;

use super::directory::{create_private, sync_parent};
use super::error::OpenError;
use crate::seal::keyed;

/// What a store is sealed under.
#[derive(Clone)]
pub enum Unlock {
    /// A file of 32 random bytes. If there is none when a key is made, it is made, for its owner alone (mode 0600).
    ///
    /// A store is as secret as its key file: one that lies in the store's own directory protects a copy of the journal, not
    /// a copy of the directory.
    KeyFile(PathBuf),
    /// A passphrase, from which Argon2id derives the key (64 MiB, three passes, four lanes: the second choice of
    /// [RFC 9106, section 4](https://www.rfc-editor.org/rfc/rfc9106#section-4)). The bytes count as they are.
    Passphrase(Zeroizing<String>),
}

impl Unlock {
    /// A passphrase.
    pub fn passphrase(text: impl Into<String>) -> Self {
        Self::Passphrase(Zeroizing::new(text.into()))
    }

    /// A master key for a new store.
    pub(crate) fn fresh(&self) -> Result<(Method, MasterKey), OpenError> {
        match self {
            Self::KeyFile(path) => {
                if !path.try_exists().map_err(|source| key_file(path, source))? {
                    make_key_file(path).map_err(|source| key_file(path, source))?;
                }
                Ok((Method::KeyFile, from_file(path)?))
            }
            Self::Passphrase(text) => {
                let (memory, passes, lanes) = COST;
                let kdf = Kdf { memory, passes, lanes, salt: rand::random() };
                Ok((Method::Passphrase(kdf), kdf.derive(text)?))
            }
        }
    }

    /// The master key of the store in `directory`.
    pub(crate) fn master(&self, method: &Method, directory: &Path) -> Result<MasterKey, OpenError> {
        match (self, method) {
            (Self::KeyFile(path), Method::KeyFile) => from_file(path),
            (Self::Passphrase(text), Method::Passphrase(kdf)) => kdf.derive(text),
            (Self::KeyFile(_), Method::Passphrase(_)) => Err(OpenError::OtherUnlock {
                directory: directory.to_owned(),
                needed: "a passphrase",
                given: "a key file",
            }),
            (Self::Passphrase(_), Method::KeyFile) => Err(OpenError::OtherUnlock {
                directory: directory.to_owned(),
                needed: "a key file",
                given: "a passphrase",
            }),
        }
    }

    /// That it is another one than the store was sealed under.
    pub(crate) fn wrong(&self, directory: &Path) -> OpenError {
        let directory = directory.to_owned();
        match self {
            Self::KeyFile(path) => OpenError::WrongKeyFile { directory, key_file: path.clone() },
            Self::Passphrase(_) => OpenError::WrongPassphrase { directory },
        }
    }

    /// The key file.
    pub(crate) fn file(&self) -> Option<&Path> {
        match self {
            Self::KeyFile(path) => Some(path),
            Self::Passphrase(_) => None,
        }
    }
}

/// No passphrase.
impl fmt::Debug for Unlock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::KeyFile(path) => f.debug_tuple("KeyFile").field(path).finish(),
            Self::Passphrase(_) => f.write_str("Passphrase(..)"),
        }
    }
}

/// How a store is unlocked, as its head says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Method {
    KeyFile,
    Passphrase(Kdf),
}

/// The parameters of Argon2id.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Kdf {
    /// KiB.
    pub(crate) memory: u32,
    pub(crate) passes: u32,
    pub(crate) lanes: u32,
    pub(crate) salt: [u8; 16],
}

/// Memory (KiB), passes and lanes of a new store.
const COST: (u32, u32, u32) = (64 * 1024, 3, 4);

/// The most that a store may ask for: a head of a stranger should not take all memory.
const COST_MAX: (u32, u32, u32) = (1024 * 1024, 64, 64);

impl Kdf {
    fn derive(&self, passphrase: &str) -> Result<MasterKey, OpenError> {
        if passphrase.is_empty() {
            return Err(OpenError::EmptyPassphrase);
        }
        let (memory, passes, lanes) = COST_MAX;
        if self.memory > memory || self.passes > passes || self.lanes > lanes {
            let why =
                format!("it asks for {} KiB, {} passes, {} lanes", self.memory, self.passes, self.lanes);
            return Err(OpenError::Derivation(why));
        }
        let wrong = |error: argon2::Error| OpenError::Derivation(error.to_string());
        let params = Params::new(self.memory, self.passes, self.lanes, Some(32)).map_err(wrong)?;
        let mut key = Zeroizing::new([0; 32]);
        Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
            .hash_password_into(passphrase.as_bytes(), &self.salt, &mut *key)
            .map_err(wrong)?;
        Ok(MasterKey(key))
    }
}

/// What the data keys of all journals of one store are sealed with.
pub(crate) struct MasterKey(Zeroizing<[u8; 32]>);

impl MasterKey {
    pub(crate) fn bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

fn from_file(path: &Path) -> Result<MasterKey, OpenError> {
    let mut content = Zeroizing::new([0; 33]);
    let mut length = 0;
    let mut file = File::open(path).map_err(|source| key_file(path, source))?;
    while length < content.len() {
        match file.read(&mut content[length..]) {
            Ok(0) => break,
            Ok(read) => length += read,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(source) => return Err(key_file(path, source)),
        }
    }
    let bytes = content[..length].try_into().map(Zeroizing::new).map_err(|_| {
        let length = file.metadata().map_or(0, |metadata| metadata.len());
        OpenError::KeyFileLength { path: path.to_owned(), length }
    })?;
    // One file may unlock several stores, and other things: what is used here is used nowhere else.
    let mut mac = keyed(&bytes);
    mac.update(b"AnyKey file store: master key");
    Ok(MasterKey(Zeroizing::new(mac.finalize().into_bytes().into())))
}

/// Makes a key file that is whole, or none.
fn make_key_file(path: &Path) -> io::Result<()> {
    let mut bytes = Zeroizing::new([0; 32]);
    rand::rng().fill_bytes(&mut *bytes);
    let begun = begun(path);
    let mut file = create_private(&begun)?;
    file.write_all(&*bytes)?;
    file.sync_all()?;
    std::fs::rename(&begun, path)?;
    sync_parent(path)
}

/// The name of a key file that is being made.
pub(crate) fn begun(path: &Path) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(".new");
    name.into()
}

fn key_file(path: &Path, source: io::Error) -> OpenError {
    OpenError::KeyFile { path: path.to_owned(), source }
}
