//! What session cookies stand for.

use crate::tokens::Tokens;

/// Sessions by the value of their cookie. When there are too many, the oldest goes.
#[derive(Debug)]
pub(crate) struct Sessions<T>(Tokens<T>);

impl<T> Default for Sessions<T> {
    fn default() -> Self {
        Self(Tokens::at_most(LIMIT))
    }
}

impl<T> Sessions<T> {
    /// A new session; the cookie's value, 48 hexadecimal digits.
    pub(crate) fn open(&mut self, session: T) -> String {
        let token = hex::encode(rand::random::<[u8; 24]>());
        self.0.add(token.clone(), session);
        token
    }

    /// The session of that cookie.
    pub(crate) fn find(&mut self, token: Option<&str>) -> Option<&mut T> {
        self.0.find(token?)
    }

    /// Ends a session.
    pub(crate) fn end(&mut self, token: &str) -> Option<T> {
        self.0.remove(token)
    }

    /// Ends all sessions but those that are to stay.
    pub(crate) fn retain(&mut self, stays: impl FnMut(&T) -> bool) {
        self.0.retain(stays);
    }
}

const LIMIT: usize = 50_000;
