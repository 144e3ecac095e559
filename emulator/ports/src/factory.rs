//! New keys for a place where one is plugged in.

use authenticator::platform::Platform;

use crate::mind::Mind;
use crate::order::Wish;

/// A key: what it is, and what it works with.
pub type Made = (Mind, Box<dyn Platform + Send>);

/// Makes keys as they leave the factory.
pub trait Factory: Send {
    /// A new key.
    ///
    /// # Errors
    /// Why there is none, for whoever wished it.
    fn make(&mut self, wish: &Wish) -> Result<Made, String>;
}

/// Makes none.
impl Factory for () {
    fn make(&mut self, _: &Wish) -> Result<Made, String> {
        Err("this key cannot be made anew".to_owned())
    }
}
