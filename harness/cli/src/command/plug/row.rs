//! The keys of one command: each with a name, and what it alone has.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use softkeys::file::Unlock;

use super::key::{self, Kept, Maker};
use crate::args::PlugArgs;
use crate::command::roots::Attesting;
use crate::failure::Failure;
use crate::keys;

/// A key that is to be plugged in.
pub struct Key {
    /// The model's name; the second of a model has `-2` after it.
    pub name: String,
    /// What it is made from.
    pub maker: Maker,
}

/// The keys that the command line names, in that order.
///
/// # Errors
/// A key is unknown, or they do not fit the other arguments.
pub fn keys(args: &PlugArgs, max_message: Option<u16>) -> Result<Vec<Key>, Failure> {
    let mut row: Vec<Key> = Vec::new();
    let mut counts: BTreeMap<String, usize> = BTreeMap::new();
    let several = args.keys.len() > 1;
    let attesting = Arc::new(Attesting::of(args.attestation.as_deref(), &args.ca)?);
    for (word, nth) in args.keys.iter().zip(1_u8..=MOST) {
        let mut profile = keys::find(word)?.profile;
        key::limit(&mut profile, max_message);
        let model = profile.name.as_str().to_owned();
        let count = counts.entry(model.clone()).or_default();
        *count += 1;
        let name = if *count == 1 { model } else { format!("{model}-{count}") };
        let kept = match &args.state {
            Some(state) => {
                let directory = if several { below(state, &name)? } else { state.clone() };
                Some(Kept { unlock: unlock(&directory, args)?, directory })
            }
            None => None,
        };
        // Of one key, to say that it takes none.
        let pin = args.pin.clone().filter(|_| !several || profile.features().client_pin);
        let seed = args.seed.map(|seed| key::bytes(seed, nth));
        row.push(Key {
            name,
            maker: Maker { profile, max_message, seed, pin, attesting: Arc::clone(&attesting), kept },
        });
    }
    if row.len() < args.keys.len() {
        return Err(Failure::Usage(format!("at most {MOST} keys can be plugged in by one command")));
    }
    if args.pin.is_some() && row.iter().all(|key| key.maker.pin.is_none()) {
        return Err(Failure::Usage("none of these keys takes a PIN: leave --pin out".to_owned()));
    }
    Ok(row)
}

/// The directory of one key of several.
fn below(state: &Path, name: &str) -> Result<PathBuf, Failure> {
    if state.join("journal").exists() {
        let state = state.display();
        return Err(Failure::Usage(format!(
            "{state} is the directory of one key: several need another directory, in which each has its own"
        )));
    }
    Ok(state.join(name))
}

/// The key file or the passphrase that was named, else the passphrase of the environment, else a key file in the
/// directory.
fn unlock(directory: &Path, args: &PlugArgs) -> Result<Unlock, Failure> {
    if let Some(file) = &args.key_file {
        return Ok(Unlock::KeyFile(file.clone()));
    }
    if let Some(file) = &args.passphrase_file {
        let text = std::fs::read_to_string(file)
            .map_err(|error| Failure::Usage(format!("--passphrase-file: {}: {error}", file.display())))?;
        let line = text.lines().next().unwrap_or_default();
        if line.is_empty() {
            let file = file.display();
            return Err(Failure::Usage(format!("--passphrase-file: the first line of {file} is empty")));
        }
        return Ok(Unlock::passphrase(line.to_owned()));
    }
    Ok(match std::env::var(PASSPHRASE) {
        Ok(passphrase) if !passphrase.is_empty() => Unlock::passphrase(passphrase),
        _ => Unlock::KeyFile(directory.join(KEY_FILE)),
    })
}

const PASSPHRASE: &str = "ANYKEY_PASSPHRASE";
const KEY_FILE: &str = "unlock.key";
/// More than a bus has room for.
const MOST: u8 = 127;
