//! Login by authenticatorGetAssertion and authenticatorGetNextAssertion.

use wire::ctap2::{Command, Descriptor, Options, Permissions, RawMap, get_assertion, message};
use wire::{MAX_MESSAGE, Status};

use super::Signed;
use super::plan::Plan;
use crate::ceremony::Ceremony;
use crate::error::{ClientError, DomError};
use crate::extensions::prf::{Evaluation, PrfInputs};
use crate::manner::Liberty;
use crate::person::AccountChoice;
use crate::pin::{Proof, Purpose};

/// Asks the key, under the RP ID, then under the AppID where there is one.
pub(super) async fn get(c: &mut Ceremony<'_>, plan: &Plan) -> Result<Signed, ClientError> {
    let purpose = Purpose { permissions: Permissions::GA, rp_id: Some(&plan.rp_id) };
    let none =
        || ClientError::refuse(DomError::NotAllowedError, "the key has no credential of the allow list");
    let fitting = c.fitting(&plan.allow);
    if fitting.is_empty() && !plan.allow.is_empty() {
        return Err(none());
    }
    let proof = match plan.way {
        Some(way) => c.prove(way, purpose).await?,
        None => Proof::None,
    };
    let refused = match under(c, plan, &plan.rp_id, proof).await? {
        Ok(signed) => return Ok(signed),
        Err(refused) => refused,
    };
    // Credentials of U2F verify nobody, and the token is for the RP ID alone.
    if let Some(app_id) = &plan.app_id
        && let Ok(signed) = under(c, plan, app_id, Proof::None).await?
    {
        return Ok(signed);
    }
    Err(refused.unwrap_or_else(none))
}

/// Asks under that RP ID. The inner error: the key has no such credential; with what it said, if it was asked.
async fn under(
    c: &mut Ceremony<'_>,
    plan: &Plan,
    rp_id: &str,
    mut proof: Proof,
) -> Result<Result<Signed, Option<ClientError>>, ClientError> {
    let what = "authenticatorGetAssertion";
    let prf = c.facts.ctap2.as_ref().and_then(|facts| plan.extensions.prf(facts));
    let prf = prf.filter(|_| !matches!(proof, Proof::None));
    let fitting = c.fitting(&plan.allow);
    let to_one = prf.is_some_and(PrfInputs::is_by_credential);
    let Some(allow) = c.narrow(rp_id, fitting, to_one, &proof).await? else { return Ok(Err(None)) };
    let salts = prf.and_then(|prf| prf.salts_for(&allow));
    let (first, evaluation) = loop {
        let evaluation = match salts {
            Some(salts) => Some(Evaluation::begin(c, salts).await?),
            None => None,
        };
        let question = Question { rp_id, allow: &allow, proof: &proof, evaluation: evaluation.as_ref() };
        match ask(c, plan, &question).await? {
            Ok(first) => break (first, evaluation),
            Err(Status::NO_CREDENTIALS) => {
                return Ok(Err(Some(ClientError::status(Status::NO_CREDENTIALS, what))));
            }
            Err(status) => {
                let purpose = Purpose { permissions: Permissions::GA, rp_id: Some(rp_id) };
                let other = c.fall_back(status, &proof, purpose).await?;
                proof = other.ok_or_else(|| ClientError::status(status, what))?;
            }
        }
    };
    let one = chosen(c, &allow, first).await?;
    finish(c, plan, rp_id, one, evaluation).map(Ok)
}

/// The assertion for the account that the person chooses, where there is a choice.
async fn chosen(c: &mut Ceremony<'_>, allow: &[&[u8]], first: One) -> Result<One, ClientError> {
    let count = usize::try_from(first.found).unwrap_or(usize::MAX);
    if count < 2 || !allow.is_empty() || first.user_selected {
        return Ok(first);
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
    Ok(chosen)
}

/// What is asked beside the plan.
struct Question<'q> {
    rp_id: &'q str,
    allow: &'q [&'q [u8]],
    proof: &'q Proof,
    evaluation: Option<&'q Evaluation>,
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

async fn ask(
    c: &mut Ceremony<'_>,
    plan: &Plan,
    question: &Question<'_>,
) -> Result<Result<One, Status>, ClientError> {
    let what = "authenticatorGetAssertion";
    let descriptors: Vec<_> = question.allow.iter().map(|id| Descriptor::public_key(id)).collect();
    let wishes = Options { uv: question.proof.uv(), up: c.twist.up, ..Options::EMPTY };
    let param = question.proof.param(&plan.collected.hash);
    let facts = c.facts.ctap2.as_ref();
    let inputs = facts.and_then(|facts| plan.extensions.inputs(facts, question.evaluation));
    let request = get_assertion::Request {
        rp_id: question.rp_id,
        client_data_hash: &plan.collected.hash,
        extensions: inputs.as_deref().and_then(|inputs| RawMap::new(inputs).ok()),
        pin_uv_auth_param: param.as_ref().map(|(mac, _)| mac.as_slice()),
        pin_uv_auth_protocol: param.as_ref().map(|(_, protocol)| *protocol),
        allow_list: (!descriptors.is_empty()).then(|| descriptors.as_slice().into()),
        options: (wishes != Options::EMPTY).then_some(wishes),
        ..get_assertion::Request::EMPTY
    };
    let most = c.facts.ctap2.as_ref().map_or(MAX_MESSAGE, |facts| facts.max_msg_size);
    let answer = c.exchange.ctap2(what, most, |out| request.message(out)).await?;
    if !answer.status.is_ok() {
        return Ok(Err(answer.status));
    }
    let only = if let [only] = question.allow { Some(*only) } else { None };
    One::decode(&answer.members, only, what).map(Ok)
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
fn finish(
    c: &Ceremony<'_>,
    plan: &Plan,
    rp_id: &str,
    one: One,
    evaluation: Option<Evaluation>,
) -> Result<Signed, ClientError> {
    let what = "authenticatorGetAssertion";
    c.insist_rp_id(what, &one.auth_data, rp_id)?;
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
        rp_id: rp_id.to_owned(),
        evaluation,
    })
}

/// More accounts than a person could choose among: a key that claims more is not asked for the rest.
const MOST_ACCOUNTS: usize = 256;
