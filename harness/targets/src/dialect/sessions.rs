//! What session cookies stand for.

use std::collections::{HashMap, VecDeque};

use rand::Rng;

/// Sessions by the value of their cookie. When there are too many, the oldest goes.
#[derive(Debug)]
pub(crate) struct Sessions<T> {
    by_token: HashMap<String, T>,
    /// In the order of their making; tokens that are gone stay until they reach the front.
    order: VecDeque<String>,
}

impl<T> Default for Sessions<T> {
    fn default() -> Self {
        Self { by_token: HashMap::new(), order: VecDeque::new() }
    }
}

impl<T> Sessions<T> {
    /// A new session; the cookie's value, 48 hexadecimal digits.
    pub(crate) fn open(&mut self, session: T) -> String {
        while self.order.len() >= LIMIT {
            if let Some(oldest) = self.order.pop_front() {
                self.by_token.remove(&oldest);
            }
        }
        let mut bytes = [0; 24];
        rand::rng().fill_bytes(&mut bytes);
        let token = hex::encode(bytes);
        self.by_token.insert(token.clone(), session);
        self.order.push_back(token.clone());
        token
    }

    /// The session of that cookie.
    pub(crate) fn find(&mut self, token: Option<&str>) -> Option<&mut T> {
        self.by_token.get_mut(token?)
    }

    /// Ends a session.
    pub(crate) fn end(&mut self, token: &str) -> Option<T> {
        self.by_token.remove(token)
    }

    /// Ends all sessions but those that are to stay.
    pub(crate) fn retain(&mut self, mut stays: impl FnMut(&T) -> bool) {
        self.by_token.retain(|_, session| stays(session));
    }
}

const LIMIT: usize = 50_000;
