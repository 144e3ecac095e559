//! What the values of session cookies stand for.

use std::collections::{HashMap, VecDeque};

/// Values by token. When there are too many, the oldest goes.
#[derive(Debug)]
pub(crate) struct Tokens<T> {
    values: HashMap<String, T>,
    /// In the order in which they came; tokens that are gone stay until they reach the front.
    order: VecDeque<String>,
    limit: usize,
}

impl<T> Tokens<T> {
    /// At most that many.
    pub(crate) fn at_most(limit: usize) -> Self {
        Self { values: HashMap::new(), order: VecDeque::new(), limit }
    }

    /// A token that was not there before.
    pub(crate) fn add(&mut self, token: String, value: T) {
        while self.order.len() >= self.limit {
            match self.order.pop_front() {
                Some(oldest) => self.values.remove(&oldest),
                None => break,
            };
        }
        self.values.insert(token.clone(), value);
        self.order.push_back(token);
    }

    /// What it stands for.
    pub(crate) fn find(&mut self, token: &str) -> Option<&mut T> {
        self.values.get_mut(token)
    }

    /// Takes it away.
    pub(crate) fn remove(&mut self, token: &str) -> Option<T> {
        self.values.remove(token)
    }

    /// Takes all away but those that are to stay.
    pub(crate) fn retain(&mut self, mut stays: impl FnMut(&T) -> bool) {
        self.values.retain(|_, value| stays(value));
    }

    /// All values, in no order.
    pub(crate) fn all(&mut self) -> impl Iterator<Item = &mut T> {
        self.values.values_mut()
    }
}

#[cfg(test)]
mod tests;
