//! Which user of a server stands for which account of a case.

use std::collections::HashMap;
use std::sync::Mutex;

use crate::locked::locked;
use crate::target::{Account, TargetError};

/// A user of a server that logs in with a name and a password.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct User {
    /// The login name.
    pub(crate) name: String,
    /// The password.
    pub(crate) password: String,
}

impl std::fmt::Debug for User {
    /// Without the password.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("User").field("name", &self.name).finish_non_exhaustive()
    }
}

/// The users of a site, by the names of the accounts that they were made for. `U` is what the target knows of one.
#[derive(Debug)]
pub(crate) struct Provisioned<U>(Mutex<HashMap<String, U>>);

impl<U> Default for Provisioned<U> {
    fn default() -> Self {
        Self(Mutex::default())
    }
}

impl<U: Clone> Provisioned<U> {
    /// That user was made for the account.
    pub(crate) fn add(&self, who: &Account, user: U) {
        locked(&self.0).insert(who.name.clone(), user);
    }

    /// The account's user is gone.
    pub(crate) fn remove(&self, who: &Account) {
        locked(&self.0).remove(&who.name);
    }

    /// The user that was made for the account.
    ///
    /// # Errors
    /// [`TargetError::Unknown`] where none was.
    pub(crate) fn user(&self, who: &Account) -> Result<U, TargetError> {
        let user = self.of(&who.name);
        user.ok_or_else(|| {
            TargetError::Unknown(format!("the account `{}` was not provisioned here", who.name))
        })
    }

    /// The user that was made for the account of that name.
    pub(crate) fn of(&self, account: &str) -> Option<U> {
        locked(&self.0).get(account).cloned()
    }

    /// The one of whom that is true.
    pub(crate) fn find(&self, is: impl Fn(&U) -> bool) -> Option<U> {
        locked(&self.0).values().find(|user| is(user)).cloned()
    }

    /// The account of the user of whom `is` is true, whose name on the server is `name`. A user who was not made here keeps it.
    pub(crate) fn account_of(&self, name: &str, is: impl Fn(&U) -> bool) -> String {
        let users = locked(&self.0);
        let account = users.iter().find(|(_, user)| is(user)).map(|(account, _)| account.clone());
        account.unwrap_or_else(|| name.to_owned())
    }

    /// Changes what is known of each.
    pub(crate) fn change(&self, change: impl FnMut(&mut U)) {
        locked(&self.0).values_mut().for_each(change);
    }
}
