//! Login by authenticatorGetAssertion and authenticatorGetNextAssertion.

use wire::MAX_MESSAGE;
use wire::ctap2::{Command, Descriptor, Options, get_assertion, message};

use super::Signed;
use super::plan::Plan;
use crate::ceremony::Ceremony;
use crate::error::{ClientError, DomError};
use crate::manner::Liberty;
use crate::person::AccountChoice;

/// Asks the key.
pub(super) async fn get(c: &mut Ceremony<'_>, plan: &Plan) -> Result<Signed, ClientError> {
    let fitting = c.fitting(&plan.allow);
    let none =
        || ClientError::refuse(DomError::NotAllowedError, "the key has no credential of the allow list");
    if fitting.is_empty() && !plan.allow.is_empty() {
        return Err(none());
    }
    let allow = c.narrow(&plan.rp_id, fitting).await?.ok_or_else(none)?;
    let first = ask(c, plan, &allow).await?;
    let count = usize::try_from(first.found).unwrap_or(usize::MAX);
    if count < 2 || !allow.is_empty() || first.user_selected {
        return finish(c, plan, first);
    }
    // The person chooses among the accounts that the key found.
    let mut all = vec![first];
    while all.len() < count.min(MOST_ACCOUNTS) {
        let next = ask_next(c).await?;
        all.push(next);
    }
    let accounts: Vec<_> = all.iter().map(|one| one.account.clone()).collect();
    let chosen = c.person.choose_account(&accounts).filter(|index| *index < all.len());
    let Some(chosen) = chosen else {
        let reason = format!("the person chose none of {} accounts", all.len());
        return Err(ClientError::refuse(DomError::NotAllowedError, reason));
    };
    let mut chosen = all.swap_remove(chosen);
    chosen.found = u64::try_from(count).unwrap_or(u64::MAX);
    finish(c, plan, chosen)
}

/// One assertion with the account that it is for.
struct One {
    account: AccountChoice,
    has_user: bool,
    auth_data: Vec<u8>,
    signature: Vec<u8>,
    found: u64,
    user_selected: bool,
}

async fn ask(c: &mut Ceremony<'_>, plan: &Plan, allow: &[&[u8]]) -> Result<One, ClientError> {
    let what = "authenticatorGetAssertion";
    let descriptors: Vec<_> = allow.iter().map(|id| Descriptor::public_key(id)).collect();
    let wishes = Options { uv: plan.uv.then_some(true), up: c.twist.up, ..Options::EMPTY };
    let request = get_assertion::Request {
        rp_id: &plan.rp_id,
        client_data_hash: &plan.collected.hash,
        allow_list: (!descriptors.is_empty()).then(|| descriptors.as_slice().into()),
        options: (wishes != Options::EMPTY).then_some(wishes),
        ..get_assertion::Request::EMPTY
    };
    let most = c.facts.ctap2.as_ref().map_or(MAX_MESSAGE, |facts| facts.max_msg_size);
    let answer = c.exchange.ctap2(what, most, |out| request.message(out)).await?;
    if !answer.status.is_ok() {
        return Err(ClientError::status(answer.status, what));
    }
    let only = if let [only] = allow { Some(*only) } else { None };
    One::decode(&answer.members, only, what)
}

async fn ask_next(c: &mut Ceremony<'_>) -> Result<One, ClientError> {
    let what = "authenticatorGetNextAssertion";
    let request = |out: &mut [u8]| message(out, Command::GET_NEXT_ASSERTION.0, |_| Ok(()));
    let answer = c.exchange.ctap2(what, MAX_MESSAGE, request).await?;
    if !answer.status.is_ok() {
        return Err(ClientError::status(answer.status, what));
    }
    One::decode(&answer.members, None, what)
}

impl One {
    /// `only` is the credential of an allow list with one entry, which a key need not name.
    fn decode(members: &[u8], only: Option<&[u8]>, what: &str) -> Result<Self, ClientError> {
        let response =
            get_assertion::Response::decode(members).map_err(|e| ClientError::nonsense(what, e))?;
        let id = response.credential.map(|credential| credential.id).or(only);
        let id = id.ok_or_else(|| ClientError::nonsense(what, "credential is missing"))?;
        let user = response.user.unwrap_or_default();
        Ok(Self {
            account: AccountChoice {
                user_handle: user.id.to_vec(),
                name: user.name.map(str::to_owned),
                display_name: user.display_name.map(str::to_owned),
                credential_id: id.to_vec(),
            },
            has_user: response.user.is_some(),
            auth_data: response.auth_data.to_vec(),
            signature: response.signature.to_vec(),
            found: response.number_of_credentials.unwrap_or(1),
            user_selected: response.user_selected == Some(true),
        })
    }
}

/// Checks the answer as browsers do.
fn finish(c: &Ceremony<'_>, plan: &Plan, one: One) -> Result<Signed, ClientError> {
    let what = "authenticatorGetAssertion";
    c.insist_rp_id(what, &one.auth_data, &plan.rp_id)?;
    if !c.manner.takes(Liberty::Answer) {
        let id = &one.account.credential_id;
        if !plan.allow.is_empty() && !plan.allow.contains(id) {
            return Err(ClientError::nonsense(what, "its credential is not in the allow list"));
        }
        if plan.allow.is_empty() && !one.has_user {
            return Err(ClientError::nonsense(what, "it has no user handle"));
        }
    }
    Ok(Signed {
        credential_id: one.account.credential_id,
        auth_data: one.auth_data,
        signature: one.signature,
        user_handle: one.has_user.then_some(one.account.user_handle),
        found: one.found,
    })
}

/// More accounts than a person could choose among: a key that claims more is not asked for the rest.
const MOST_ACCOUNTS: usize = 256;
