//! The key that is plugged in: its platform, with an attestation key where its model has one.

use std::path::PathBuf;
use std::sync::Arc;

use authenticator::attestation::is_provisioned;
use authenticator::platform::Platform;
use authenticator::preset;
use authenticator::profile::Profile;
use ports::{Factory, Made, Mind};
use profiles::Override;
use serde::Deserialize;
use softkeys::file::{Durability, Unlock};
use softkeys::{Fast, Seeded, provision};

use crate::args::Pin;
use crate::command::roots::Attesting;
use crate::failure::Failure;

/// What a plugged key is made from.
pub struct Maker {
    /// The model, as its port lets it be.
    pub profile: Profile,
    /// The longest message that the port carries.
    pub max_message: Option<u16>,
    /// What the key follows from; `None`: from nothing.
    pub seed: Option<[u8; 32]>,
    /// The PIN that it has from the start.
    pub pin: Option<Pin>,
    /// What it attests with.
    pub attesting: Arc<Attesting>,
    /// The directory in which it is kept; then no other takes its place.
    pub kept: Option<Kept>,
}

/// Where a key is kept.
pub struct Kept {
    /// The directory.
    pub directory: PathBuf,
    /// What unseals it.
    pub unlock: Unlock,
}

/// A key that a script wishes, as JSON; what is not there is as the key was at first.
#[derive(Deserialize, Default)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
struct Wish {
    seed: Option<Seed>,
    /// The place among the RSA keys from which a seeded key takes its own.
    rsa: usize,
    settings: Override,
    pin: Option<String>,
}

/// A number, as `--seed` takes it, or 32 bytes in hexadecimal.
#[derive(Deserialize)]
#[serde(untagged)]
enum Seed {
    Number(u64),
    Bytes(String),
}

impl Maker {
    /// A key that lives in memory, or in the directory of `--state`. With a seed a new one is the same each time.
    ///
    /// # Errors
    /// The directory cannot be opened, holds another model's key, or the PIN cannot be set.
    pub fn first(&self) -> Result<Made, Failure> {
        let platform = match &self.kept {
            Some(kept) => open(&self.profile, kept, self.seed)?,
            None => in_memory(self.seed, 0),
        };
        let pin = self.pin.as_ref().map(|pin| pin.0.as_str());
        let platform = ready(&self.profile, platform, &self.attesting, pin).map_err(Failure::Usage)?;
        Ok((Mind::new(self.profile), platform))
    }
}

impl Factory for Maker {
    fn make(&mut self, wish: &ports::Wish) -> Result<Made, String> {
        if self.kept.is_some() {
            return Err(
                "a key in a directory is not replaced: unplug it and name another directory, or reset it by \
                        authenticatorReset"
                    .to_owned(),
            );
        }
        let wish: Wish = match wish.0.as_str() {
            "" => Wish::default(),
            text => {
                serde_json::from_str(text).map_err(|error| format!("the wish is not understood: {error}"))?
            }
        };
        let changed = wish.settings.apply(&self.profile);
        let mut profile =
            changed.map_err(|wrong| wrong.iter().map(ToString::to_string).collect::<Vec<_>>().join("; "))?;
        limit(&mut profile, self.max_message);
        let seed = match &wish.seed {
            None => self.seed,
            Some(Seed::Number(number)) => Some(bytes(*number, 1)),
            Some(Seed::Bytes(text)) => Some(from_hex(text)?),
        };
        let pin = wish.pin.as_deref().or(self.pin.as_ref().map(|pin| pin.0.as_str()));
        let platform = ready(&profile, in_memory(seed, wish.rsa), &self.attesting, pin)?;
        Ok((Mind::new(profile), platform))
    }
}

/// A model on a port that carries no message longer than that.
pub fn limit(profile: &mut Profile, max_message: Option<u16>) {
    if let (Some(most), Some(ctap2)) = (max_message, &mut profile.ctap2) {
        ctap2.max_msg_size = ctap2.max_msg_size.min(most);
    }
}

/// With what every key has when it is sold, and its PIN.
fn ready(
    profile: &Profile,
    mut platform: Box<dyn Platform + Send>,
    attesting: &Attesting,
    pin: Option<&str>,
) -> Result<Box<dyn Platform + Send>, String> {
    let provisioned = is_provisioned(platform.as_mut()).map_err(|_| "the key's store cannot be read")?;
    // What is named takes the place of what the key has.
    if !provisioned || attesting.is_named() {
        let issued = attesting.issue(profile)?;
        provision(platform.as_mut(), &issued).map_err(|error| error.to_string())?;
    }
    if let Some(pin) = pin {
        preset::pin(profile, platform.as_mut(), pin)
            .map_err(|error| format!("the PIN for {}: {error}", profile.name.as_str()))?;
    }
    Ok(platform)
}

fn in_memory(seed: Option<[u8; 32]>, rsa: usize) -> Box<dyn Platform + Send> {
    match seed {
        Some(seed) => Box::new(Seeded::from_seed(seed).with_rsa_from(rsa)),
        None => Box::new(Fast::new()),
    }
}

fn open(
    profile: &Profile,
    Kept { directory, unlock }: &Kept,
    seed: Option<[u8; 32]>,
) -> Result<Box<dyn Platform + Send>, Failure> {
    let model = profile.name.as_str();
    Ok(match seed {
        Some(seed) => {
            let mut platform =
                Seeded::open(directory, unlock, Durability::PowerCut, seed).map_err(Failure::usage)?;
            platform.store_mut().bind(model).map_err(Failure::usage)?;
            Box::new(platform)
        }
        None => {
            let mut platform = Fast::open(directory, unlock, Durability::PowerCut).map_err(Failure::usage)?;
            platform.store_mut().bind(model).map_err(Failure::usage)?;
            Box::new(platform)
        }
    })
}

/// A seed as the platform takes it, for the `nth` key of the process from 1 on; tells it from other uses of small numbers.
pub fn bytes(seed: u64, nth: u8) -> [u8; 32] {
    let mut bytes = *b"a plugged key, seed             ";
    if let (Some(place), 2..) = (bytes.get_mut(20), nth) {
        *place = nth;
    }
    if let Some(last) = bytes.last_chunk_mut() {
        *last = seed.to_be_bytes();
    }
    bytes
}

fn from_hex(text: &str) -> Result<[u8; 32], String> {
    let wrong = || "a seed is a number, or 32 bytes as 64 hexadecimal digits".to_owned();
    let mut bytes = [0; 32];
    if text.len() != 64 || !text.is_ascii() {
        return Err(wrong());
    }
    for (byte, at) in bytes.iter_mut().zip((0..).step_by(2)) {
        let pair = text.get(at..at + 2).ok_or_else(wrong)?;
        *byte = u8::from_str_radix(pair, 16).map_err(|_| wrong())?;
    }
    Ok(bytes)
}

#[cfg(test)]
mod tests;
