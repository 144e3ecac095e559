//! RSA keys made ahead: making one takes longer than a whole ceremony, so a load run must not wait for it.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};

use authenticator::platform::CryptoError;

use crate::key::RsaKey;

/// RSA keys made ahead. A clone is the same pool; each key is given out once.
#[derive(Clone, Default)]
pub struct RsaPool(Arc<Mutex<VecDeque<RsaKey>>>);

impl RsaPool {
    /// An empty pool: keys are made when they are asked for.
    pub fn new() -> Self {
        Self::default()
    }

    /// Makes `count` keys more, on as many threads as the machine has processors.
    ///
    /// # Errors
    /// The library could not make a key; those made so far are in the pool.
    pub fn fill(&self, count: usize) -> Result<(), CryptoError> {
        let threads = std::thread::available_parallelism().map_or(1, usize::from).min(count.max(1));
        std::thread::scope(|scope| {
            let share = |n: usize| count / threads + usize::from(n < count % threads);
            let workers: Vec<_> = (0..threads)
                .map(|n| {
                    scope.spawn(move || (0..share(n)).try_for_each(|_| self.make().map(|key| self.put(key))))
                })
                .collect();
            workers.into_iter().try_for_each(|worker| worker.join().unwrap_or(Err(CryptoError::Failed)))
        })
    }

    /// How many keys are left.
    pub fn len(&self) -> usize {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).len()
    }

    /// No key is left.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// A key that nobody else gets; made now if none is left.
    pub(crate) fn take(&self) -> Result<RsaKey, CryptoError> {
        let ready = self.0.lock().unwrap_or_else(PoisonError::into_inner).pop_front();
        ready.map_or_else(|| self.make(), Ok)
    }

    fn make(&self) -> Result<RsaKey, CryptoError> {
        RsaKey::generate()
    }

    fn put(&self, key: RsaKey) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push_back(key);
    }
}

/// How many keys it holds.
impl std::fmt::Debug for RsaPool {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("RsaPool").field("keys", &self.len()).finish()
    }
}
