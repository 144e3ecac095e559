//! What the authenticator remembers while it has power; the store is the truth, this is what is at hand.

use zeroize::Zeroizing;

use crate::credential::resident;
use crate::event::{Channel, Uptime};
use crate::extension::get::GetExtensions;
use crate::look::Look;
use crate::pin::Pin;
use crate::platform::{Change, KeyBlob, Platform, StoreError};
use crate::profile::Features;
use crate::record;
use crate::settings::Settings;

/// The state between requests.
pub(crate) struct State {
    /// When the power came on.
    pub(crate) powered: Uptime,
    /// The device secret.
    pub(crate) secret: Zeroizing<[u8; 32]>,
    /// The global signature counter, as stored.
    pub(crate) counter: u32,
    /// The order number of the next resident credential.
    pub(crate) order: u32,
    /// How many resident credentials there are.
    pub(crate) residents: u16,
    /// What getNextAssertion goes on with.
    pub(crate) sequence: Option<Sequence>,
    /// What credential management goes on with.
    pub(crate) enumeration: Option<Enumeration>,
    /// PIN, attempts, token.
    pub(crate) pin: Pin,
    /// What authenticatorConfig set.
    pub(crate) settings: Settings,
}

/// An assertion that has more credentials to offer (CTAP 2.1, 6.3). Bound to the channel that began it.
pub(crate) struct Sequence {
    /// The channel.
    pub(crate) from: Channel,
    /// When it is forgotten.
    pub(crate) until: Uptime,
    /// The relying party.
    pub(crate) rp_id_hash: [u8; 32],
    /// What is signed with.
    pub(crate) client_data_hash: [u8; 32],
    /// The next credential is the newest of those older than this.
    pub(crate) below: u32,
    /// How many credentials are left.
    pub(crate) left: u16,
    /// The flags of the first assertion.
    pub(crate) flags: crate::command::Given,
    /// The extensions that it asked for.
    pub(crate) extensions: GetExtensions,
}

/// An enumeration of credential management (CTAP 2.1, 6.8.3 and 6.8.4). Bound to the channel that began it.
pub(crate) struct Enumeration {
    /// The channel.
    pub(crate) from: Channel,
    /// When it is forgotten.
    pub(crate) until: Uptime,
    /// How many are left; never 0.
    pub(crate) left: u16,
    /// Of what, and where it stands.
    pub(crate) rest: Rest,
}

/// What an enumeration goes on with.
#[derive(Clone, Copy)]
pub(crate) enum Rest {
    /// Relying parties, above this hash.
    Rps {
        /// The hash of the last one.
        last: [u8; 32],
    },
    /// Credentials of a relying party, older than this.
    Credentials {
        /// The relying party.
        rp_id_hash: [u8; 32],
        /// The order number of the last one.
        below: u32,
    },
}

impl State {
    /// Reads the state from the store; at the very first power-on, makes it. Forgets keys that no record names.
    pub(crate) fn load(
        now: Uptime,
        features: &Features,
        platform: &mut dyn Platform,
    ) -> Result<Self, StoreError> {
        let mut state = Self {
            powered: now,
            secret: Zeroizing::new([0; 32]),
            counter: 0,
            order: 0,
            residents: 0,
            sequence: None,
            enumeration: None,
            pin: Pin::load(features, platform)?,
            settings: Settings::load(features, platform)?,
        };
        match platform.read(record::SECRET, 0, state.secret.as_mut())? {
            Some(32) => {}
            Some(_) => return Err(StoreError::Failed),
            None => {
                state.secret = fresh(platform, &[])?;
            }
        }
        let mut counter = [0; 4];
        if platform.read(record::COUNTER, 0, &mut counter)? == Some(4) {
            state.counter = u32::from_be_bytes(counter);
        }
        state.count_residents(platform)?;
        mark_attestation(platform)?;
        platform.sweep();
        Ok(state)
    }

    /// Counts the resident credentials, finds the next order number, and marks their keys.
    fn count_residents(&mut self, platform: &mut dyn Platform) -> Result<(), StoreError> {
        let mut after = record::BEFORE_RESIDENT;
        while let Some(key) = platform.next(Some(after))?.filter(|key| record::is_resident(*key)) {
            after = key;
            self.residents = self.residents.saturating_add(1);
            let held = resident::key_and_order(&mut Look::new(platform), key)?;
            if let Some((blob, order)) = held {
                platform.mark(&blob);
                self.order = self.order.max(order.saturating_add(1));
            }
        }
        Ok(())
    }

    /// Forgets everything but the attestation, and makes a new secret: wrapped credentials die with the old one.
    pub(crate) fn reset(
        &mut self,
        features: &Features,
        platform: &mut dyn Platform,
    ) -> Result<(), StoreError> {
        self.secret = fresh(platform, &[Change::Wipe { except: &record::SURVIVES_RESET }])?;
        self.counter = 0;
        self.order = 0;
        self.residents = 0;
        self.sequence = None;
        self.enumeration = None;
        self.pin = Pin::none(features);
        self.settings = Settings::factory(features);
        // The records are gone whatever happens from here on; what the sweep does not reach, the next power-on's does.
        if mark_attestation(platform).is_ok() {
            platform.sweep();
        }
        Ok(())
    }
}

/// Makes a device secret and stores it with a counter of 0, after `first`, in one batch.
fn fresh(platform: &mut dyn Platform, first: &[Change<'_>]) -> Result<Zeroizing<[u8; 32]>, StoreError> {
    let mut secret = Zeroizing::new([0; 32]);
    platform.fill(secret.as_mut());
    let put = Change::Put { key: record::SECRET, value: secret.as_ref() };
    let count = Change::Put { key: record::COUNTER, value: &[0; 4] };
    match first {
        [wipe] => platform.commit(&[*wipe, put, count])?,
        _ => platform.commit(&[put, count])?,
    }
    Ok(secret)
}

/// Marks the attestation key, so that a sweep leaves it.
fn mark_attestation(platform: &mut dyn Platform) -> Result<(), StoreError> {
    let mut space = [0; crate::platform::KEY_BLOB_MAX];
    let blob = Look::new(platform).read(record::ATTESTATION_KEY, &mut space)?.and_then(KeyBlob::new);
    if let Some(blob) = blob {
        platform.mark(&blob);
    }
    Ok(())
}
