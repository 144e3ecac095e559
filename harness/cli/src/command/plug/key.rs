//! The key that is plugged in: its platform, with an attestation key where its model has one.

use std::path::Path;

use authenticator::attestation::is_provisioned;
use authenticator::platform::Platform;
use authenticator::preset;
use authenticator::profile::Profile;
use softkeys::file::{Durability, Unlock};
use softkeys::{Fast, Seeded, provision};

use crate::args::PlugArgs;
use crate::command::roots;
use crate::failure::Failure;

/// The platform of a key of the model: a new one, or the one that the directory of `--state` has. With a seed a new one is
/// the same each time.
///
/// # Errors
/// The directory cannot be opened, holds another model's key, or the PIN cannot be set.
pub fn platform(profile: &Profile, args: &PlugArgs) -> Result<Box<dyn Platform + Send>, Failure> {
    let mut platform = match &args.state {
        Some(directory) => kept(profile, directory, args)?,
        None => in_memory(args.seed),
    };
    if !is_provisioned(platform.as_mut()).map_err(|_| Failure::usage("the key's store cannot be read"))? {
        let issued = roots::root()?.issue(profile).map_err(Failure::usage)?;
        provision(platform.as_mut(), &issued).map_err(Failure::usage)?;
    }
    if let Some(pin) = &args.pin {
        preset::pin(profile, platform.as_mut(), &pin.0)
            .map_err(|error| Failure::Usage(format!("--pin for {}: {error}", profile.name.as_str())))?;
    }
    Ok(platform)
}

fn in_memory(seed: Option<u64>) -> Box<dyn Platform + Send> {
    match seed {
        Some(seed) => Box::new(Seeded::from_seed(bytes(seed))),
        None => Box::new(Fast::new()),
    }
}

fn kept(profile: &Profile, directory: &Path, args: &PlugArgs) -> Result<Box<dyn Platform + Send>, Failure> {
    let unlock = unlock(directory, args);
    let model = profile.name.as_str();
    Ok(match args.seed {
        Some(seed) => {
            let mut platform = Seeded::open(directory, &unlock, Durability::PowerCut, bytes(seed))
                .map_err(Failure::usage)?;
            platform.store_mut().bind(model).map_err(Failure::usage)?;
            Box::new(platform)
        }
        None => {
            let mut platform =
                Fast::open(directory, &unlock, Durability::PowerCut).map_err(Failure::usage)?;
            platform.store_mut().bind(model).map_err(Failure::usage)?;
            Box::new(platform)
        }
    })
}

/// The key file that was named, else the passphrase of the environment, else a key file in the directory.
fn unlock(directory: &Path, args: &PlugArgs) -> Unlock {
    match (&args.key_file, std::env::var(PASSPHRASE)) {
        (Some(file), _) => Unlock::KeyFile(file.clone()),
        (None, Ok(passphrase)) if !passphrase.is_empty() => Unlock::passphrase(passphrase),
        (None, _) => Unlock::KeyFile(directory.join(KEY_FILE)),
    }
}

/// A seed as the platform takes it; tells it from other uses of small numbers.
fn bytes(seed: u64) -> [u8; 32] {
    let mut bytes = *b"a plugged key, seed             ";
    if let Some(last) = bytes.last_chunk_mut() {
        *last = seed.to_be_bytes();
    }
    bytes
}

const PASSPHRASE: &str = "ANYKEY_PASSPHRASE";
const KEY_FILE: &str = "unlock.key";
