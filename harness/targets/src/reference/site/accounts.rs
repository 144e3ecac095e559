//! Accounts and the credential records of WebAuthn L3, section 4.

use std::collections::HashMap;

use rand_chacha::ChaCha20Rng;
use sha2::{Digest, Sha256};
use webauthn::verify::CredentialRecord;

use super::bytes;
use crate::reference::answer::Refusal;

/// A user account.
#[derive(Clone)]
pub(super) struct Account {
    /// The login name.
    pub name: String,
    /// The user handle.
    pub handle: [u8; 32],
    /// Its credentials, oldest first.
    pub credentials: Vec<Vec<u8>>,
    salt: [u8; 16],
    password: [u8; 32],
}

impl std::fmt::Debug for Account {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Account").field("name", &self.name).finish_non_exhaustive()
    }
}

/// A credential record with what this server keeps beside it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Credential {
    /// What the ceremonies need.
    pub record: CredentialRecord,
    /// The account's name.
    pub owner: String,
    /// The AAGUID.
    pub aaguid: [u8; 16],
    /// The attestation statement's format.
    pub format: String,
}

/// All accounts and all credentials of a site.
#[derive(Debug, Default)]
pub(super) struct Accounts {
    by_name: HashMap<String, Account>,
    by_handle: HashMap<[u8; 32], String>,
    credentials: HashMap<Vec<u8>, Credential>,
    /// Only the flaw `deleted-credential-accepted` looks here.
    deleted: HashMap<Vec<u8>, Credential>,
}

impl Accounts {
    pub(super) fn add(
        &mut self,
        name: &str,
        password: &str,
        random: &mut ChaCha20Rng,
    ) -> Result<(), Refusal> {
        // A path cannot carry the names of dots.
        let named = !matches!(name, "" | "." | "..");
        if !named || name.len() > NAME_LIMIT || name.chars().any(char::is_control) {
            let why = format!(
                "an account's name has 1 to {NAME_LIMIT} bytes, no control characters, and is not `.` or `..`"
            );
            return Err(Refusal::failed("account-name", why));
        }
        if password.len() > PASSWORD_LIMIT {
            return Err(Refusal::failed(
                "password",
                format!("a password has at most {PASSWORD_LIMIT} bytes"),
            ));
        }
        if self.by_name.contains_key(name) {
            return Err(Refusal::conflict("account-name", format!("there is an account `{name}` already")));
        }
        if self.by_name.len() >= ACCOUNT_LIMIT {
            return Err(Refusal::full(format!("this site keeps at most {ACCOUNT_LIMIT} accounts")));
        }
        let handle = bytes(random);
        let salt = bytes(random);
        let account = Account {
            name: name.to_owned(),
            handle,
            credentials: Vec::new(),
            salt,
            password: hash(&salt, password),
        };
        self.by_handle.insert(handle, name.to_owned());
        self.by_name.insert(name.to_owned(), account);
        Ok(())
    }

    pub(super) fn remove(&mut self, name: &str) -> Result<(), Refusal> {
        let account = self.by_name.remove(name).ok_or_else(|| no_account(name))?;
        self.by_handle.remove(&account.handle);
        for id in &account.credentials {
            self.credentials.remove(id);
        }
        self.deleted.retain(|_, credential| credential.owner != name);
        Ok(())
    }

    pub(super) fn check_password(&self, name: &str, password: &str) -> Result<(), Refusal> {
        match self.by_name.get(name) {
            Some(account) if account.password == hash(&account.salt, password) => Ok(()),
            _ => Err(Refusal::unauthorized("password", "wrong name or password")),
        }
    }

    pub(super) fn find(&self, name: &str) -> Result<&Account, Refusal> {
        self.by_name.get(name).ok_or_else(|| no_account(name))
    }

    pub(super) fn by_handle(&self, handle: &[u8]) -> Option<&Account> {
        let name = self.by_handle.get(handle)?;
        self.by_name.get(name)
    }

    pub(super) fn credential(&self, id: &[u8]) -> Option<&Credential> {
        self.credentials.get(id)
    }

    pub(super) fn credential_mut(&mut self, id: &[u8]) -> Option<&mut Credential> {
        self.credentials.get_mut(id)
    }

    pub(super) fn deleted(&self, id: &[u8]) -> Option<&Credential> {
        self.deleted.get(id)
    }

    /// The account's credentials, oldest first.
    pub(super) fn credentials_of<'a>(&'a self, account: &'a Account) -> impl Iterator<Item = &'a Credential> {
        account.credentials.iter().filter_map(|id| self.credentials.get(id))
    }

    /// Stores a credential; one with the same id goes away, whoever has it.
    pub(super) fn store(&mut self, credential: Credential) -> Result<(), Refusal> {
        let room = self.find(&credential.owner)?.credentials.len() < CREDENTIAL_LIMIT;
        if !room && !self.credentials.contains_key(&credential.record.id) {
            return Err(Refusal::full(format!("an account keeps at most {CREDENTIAL_LIMIT} credentials")));
        }
        if let Some(old) = self.credentials.remove(&credential.record.id)
            && let Some(account) = self.by_name.get_mut(&old.owner)
        {
            account.credentials.retain(|id| *id != old.record.id);
        }
        if let Some(account) = self.by_name.get_mut(&credential.owner) {
            account.credentials.push(credential.record.id.clone());
        }
        self.credentials.insert(credential.record.id.clone(), credential);
        Ok(())
    }

    /// Removes a credential of that account.
    pub(super) fn revoke(&mut self, name: &str, id: &[u8]) -> Result<(), Refusal> {
        self.find(name)?;
        if self.credentials.get(id).is_none_or(|credential| credential.owner != name) {
            return Err(Refusal::missing(
                "credential",
                format!("the account `{name}` has no such credential"),
            ));
        }
        if let Some(account) = self.by_name.get_mut(name) {
            account.credentials.retain(|other| other != id);
        }
        if let Some(credential) = self.credentials.remove(id)
            && self.deleted.len() < DELETED_LIMIT
        {
            self.deleted.insert(id.to_vec(), credential);
        }
        Ok(())
    }
}

fn no_account(name: &str) -> Refusal {
    Refusal::missing("account", format!("there is no account `{name}`"))
}

/// Not a slow hash: the passwords here are those of a test, live in memory only, and a load run checks thousands a second.
fn hash(salt: &[u8; 16], password: &str) -> [u8; 32] {
    Sha256::new().chain_update(salt).chain_update(password).finalize().into()
}

const NAME_LIMIT: usize = 64;
const PASSWORD_LIMIT: usize = 256;
const ACCOUNT_LIMIT: usize = 200_000;
const CREDENTIAL_LIMIT: usize = 64;
const DELETED_LIMIT: usize = 1_024;
