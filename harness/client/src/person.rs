//! What a browser asks of the person before it.

/// An account that a discoverable credential belongs to, as the key tells of it. Without user verification a key tells the handle alone.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AccountChoice {
    /// The user handle.
    pub user_handle: Vec<u8>,
    /// The account's name.
    pub name: Option<String>,
    /// The user's name.
    pub display_name: Option<String>,
    /// The credential.
    pub credential_id: Vec<u8>,
}

/// The person before the browser.
pub trait Person: Send {
    /// Chooses one of several accounts (at least two); `None`: gives up. An index beyond the end gives up as well.
    fn choose_account(&mut self, accounts: &[AccountChoice]) -> Option<usize>;

    /// Lets the site learn which model the key is; otherwise the attestation is replaced by `none`.
    fn allow_attestation(&mut self, rp_id: &str) -> bool {
        let _ = rp_id;
        true
    }
}

/// Takes the first account, the one used last, and allows attestation.
#[derive(Clone, Copy, Debug, Default)]
pub struct First;

impl Person for First {
    fn choose_account(&mut self, _: &[AccountChoice]) -> Option<usize> {
        Some(0)
    }
}
