//! The credentials that a key has given, and what may be said of them.

use authenticator::profile::Counter;
use sha2::{Digest, Sha256};

use super::act::Id;
use super::platform::{secret_of, signature};
use super::request::{RP_IDS, chosen};

/// One that was given.
pub struct Credential {
    pub id: Vec<u8>,
    pub rp_id_hash: [u8; 32],
    /// The user handle, of a discoverable one.
    pub resident: Option<Vec<u8>>,
    /// It was asked not to be used without verification.
    protected: bool,
    secret: [u8; 32],
    /// The last counter that was seen.
    count: Option<u32>,
}

/// All that are good.
pub struct Credentials {
    counter: Counter,
    good: Vec<Credential>,
    /// Ids that must never be good again.
    bad: Vec<Vec<u8>>,
    /// The highest counter of all.
    highest: u32,
    /// A commit was done and its reply lost: there may be credentials of which nobody knows.
    pub strangers: bool,
}

impl Credentials {
    pub fn new(counter: Counter) -> Self {
        Self { counter, good: Vec::new(), bad: Vec::new(), highest: 0, strangers: false }
    }

    pub fn rp_id_hash(&self, rp: u8) -> [u8; 32] {
        Sha256::digest(chosen(&RP_IDS, rp)).into()
    }

    /// The id that an act means.
    pub fn id(&self, id: &Id) -> Vec<u8> {
        let known = |which: u8| {
            let count = (self.good.len() + self.bad.len()).max(1);
            let which = usize::from(which) % count;
            let good = self.good.get(which).map(|credential| &credential.id);
            good.or_else(|| self.bad.get(which - self.good.len().min(which))).cloned().unwrap_or_default()
        };
        match id {
            Id::Known(which) => known(*which),
            Id::Bent { which, at, bits } => {
                let mut id = known(*which);
                let at = usize::from(*at) % id.len().max(1);
                if let Some(byte) = id.get_mut(at) {
                    *byte ^= bits;
                }
                id
            }
            Id::Any(bytes) => bytes.clone(),
        }
    }

    pub fn ids(&self, list: &[Id]) -> Vec<Vec<u8>> {
        list.iter().take(20).map(|id| self.id(id)).collect()
    }

    /// A credential was made. `count` is `None` where the reply tells none.
    pub fn made(
        &mut self,
        id: &[u8],
        rp_id_hash: &[u8; 32],
        x: &[u8; 32],
        resident: Option<&[u8]>,
        count: Option<u32>,
        protected: bool,
    ) {
        assert!(!id.is_empty() && id.len() <= 1023, "an id of {} bytes", id.len());
        assert!(self.good.iter().all(|good| good.id != id), "an id was given twice");
        assert!(!self.bad.iter().any(|bad| bad == id), "an id was given again");
        if let Some(user) = resident {
            // It takes the place of an older one for the same account.
            self.drop_where(|good| good.resident.as_deref() == Some(user) && good.rp_id_hash == *rp_id_hash);
        }
        let credential = Credential {
            id: id.to_vec(),
            rp_id_hash: *rp_id_hash,
            resident: resident.map(<[u8]>::to_vec),
            protected,
            secret: secret_of(x),
            count: None,
        };
        self.good.push(credential);
        if let Some(count) = count {
            self.counted(self.good.len() - 1, count, true);
        }
    }

    /// A credential signed.
    pub fn used(&mut self, id: &[u8], rp_id_hash: &[u8; 32], count: u32, message: &[u8], made: &[u8]) {
        assert!(!self.bad.iter().any(|bad| bad == id), "a credential that is gone signed");
        let Some(at) = self.good.iter().position(|good| good.id == id) else {
            assert!(self.strangers, "a credential that was never given signed");
            return;
        };
        let good = &self.good[at];
        assert_eq!(good.rp_id_hash, *rp_id_hash, "a credential signed for another relying party");
        assert_eq!(made, signature(&good.secret, message), "another key signed, or another message");
        self.counted(at, count, false);
    }

    /// Counters rise, or stay zero.
    fn counted(&mut self, at: usize, count: u32, new: bool) {
        let last = self.good[at].count.replace(count);
        match self.counter {
            Counter::Zero => assert_eq!(count, 0),
            Counter::Global => assert!(count > self.highest, "{count} after {} of any", self.highest),
            Counter::PerCredential => {
                assert!(new || count > last.unwrap_or(0), "{count} after {last:?} of the credential");
            }
        }
        self.highest = self.highest.max(count);
    }

    /// Some of those that can be used without verification, with their relying parties.
    pub fn unprotected(&self) -> Vec<(u8, Vec<u8>)> {
        let rp = |good: &Credential| (0..4).find(|rp| self.rp_id_hash(*rp) == good.rp_id_hash);
        let open = self.good.iter().filter(|good| !good.protected);
        open.filter_map(|good| Some((rp(good)?, good.id.clone()))).take(6).collect()
    }

    /// A reset: none is left.
    pub fn reset(&mut self) {
        self.drop_where(|_| true);
        self.highest = 0;
        self.strangers = false;
    }

    /// One was deleted by the credential management.
    pub fn deleted(&mut self, id: &[u8]) {
        self.drop_where(|good| good.id == id);
    }

    /// What was asked for was perhaps done: nothing can be said of these any more.
    pub fn doubt(&mut self, which: impl Fn(&Credential) -> bool) {
        self.good.retain(|good| !which(good));
        self.strangers = true;
    }

    /// Perhaps all was forgotten, the counter too.
    pub fn doubt_all(&mut self) {
        self.doubt(|_| true);
        self.highest = 0;
    }

    fn drop_where(&mut self, gone: impl Fn(&Credential) -> bool) {
        let (gone, good): (Vec<_>, Vec<_>) = std::mem::take(&mut self.good).into_iter().partition(gone);
        self.good = good;
        self.bad.extend(gone.into_iter().map(|credential| credential.id));
    }
}
