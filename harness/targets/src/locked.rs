//! Locks, held for no longer than it takes to look or to change.

use std::sync::{Mutex, MutexGuard, PoisonError};

/// The content of a lock. A panic elsewhere leaves it as its last complete assignment did, which is whole in every use here.
pub(crate) fn locked<T: ?Sized>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
