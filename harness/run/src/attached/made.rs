//! The resident credentials that a run has made on somebody's own key, and what became of them.

use std::collections::BTreeMap;

use wire::Status;
use wire::authdata::AuthData;
use wire::ctap2::{Command, make_credential, split_request, split_response};

/// One of them.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Credential {
    id: Vec<u8>,
    rp_id: String,
    user_id: Vec<u8>,
}

/// Those that are on the key still, as far as is known, and how many were deleted.
#[derive(Debug, Default)]
pub(super) struct Made {
    there: Vec<Credential>,
    deleted: usize,
    /// Why the last one that stays was not deleted.
    why: String,
}

impl Made {
    /// Takes note of what a request did to the key. Who sent it, and whether its answer reached anybody, makes no difference.
    pub(super) fn note(&mut self, request: &[u8], answer: &[u8]) {
        let Some((Status::OK, answered)) = split_response(answer) else { return };
        match split_request(request) {
            Some((Command::MAKE_CREDENTIAL, asked)) => self.add(credential(asked, answered)),
            Some((Command::RESET, _)) => self.there.clear(),
            _ => {}
        }
    }

    fn add(&mut self, made: Option<Credential>) {
        let Some(made) = made else { return };
        // It takes the place of an older one for the same account.
        self.there.retain(|old| (&old.rp_id, &old.user_id) != (&made.rp_id, &made.user_id));
        self.there.push(made);
    }

    /// The ids of those that are to be deleted.
    pub(super) fn ids(&self) -> Vec<Vec<u8>> {
        self.there.iter().map(|credential| credential.id.clone()).collect()
    }

    /// The key answered a deletion.
    pub(super) fn answered(&mut self, id: &[u8], status: Status) {
        match status {
            Status::OK => self.deleted += 1,
            // Replaced, or never kept.
            Status::NO_CREDENTIALS => {}
            refused => {
                self.why = format!("the key answered deleteCredential with {refused}");
                return;
            }
        }
        self.there.retain(|credential| credential.id != id);
    }

    /// Nothing could be deleted.
    pub(super) fn failed(&mut self, why: String) {
        self.why = why;
    }

    /// What became of them, in words; `None` where none was made.
    pub(super) fn told(&self) -> Option<String> {
        let deleted = match self.deleted {
            0 => None,
            n => Some(format!("deleted from the key: {}", counted(n))),
        };
        let mut left: BTreeMap<&str, usize> = BTreeMap::new();
        for credential in &self.there {
            *left.entry(&credential.rp_id).or_default() += 1;
        }
        let left = match self.there.len() {
            0 => deleted.as_ref().map(|_| "none is left".to_owned()),
            n => {
                let places: Vec<String> = left.iter().map(|(rp_id, n)| format!("{rp_id} ({n})")).collect();
                Some(format!("LEFT on the key: {}, for {}: {}", counted(n), places.join(", "), self.why))
            }
        };
        let told: Vec<String> = deleted.into_iter().chain(left).collect();
        (!told.is_empty()).then(|| told.join("; "))
    }
}

/// The resident credential that was made, if it is one.
fn credential(asked: &[u8], answered: &[u8]) -> Option<Credential> {
    let asked = make_credential::Request::decode(asked).ok()?;
    asked.options?.rk.filter(|rk| *rk)?;
    let answered = make_credential::Response::decode(answered).ok()?;
    let data = AuthData::parse(answered.auth_data).ok()?.0;
    Some(Credential {
        id: data.attested?.credential_id.to_vec(),
        rp_id: asked.rp.id.to_owned(),
        user_id: asked.user.id.to_vec(),
    })
}

fn counted(n: usize) -> String {
    match n {
        1 => "1 resident credential of this run".to_owned(),
        n => format!("{n} resident credentials of this run"),
    }
}

#[cfg(test)]
mod tests;
