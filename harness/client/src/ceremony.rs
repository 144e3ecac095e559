//! What both ceremonies have in common.

use sha2::{Digest, Sha256};
use webauthn::{ClientData, Requirement};
use wire::Status;
use wire::ctap2::{Descriptor, get_assertion};

use crate::error::{ClientError, DomError};
use crate::exchange::Exchange;
use crate::facts::{Ctap2Facts, KeyFacts};
use crate::manner::{Liberty, Manner};
use crate::person::Person;
use crate::pin::{Proof, Way};
use crate::random::Random;
use crate::related::Fetch;
use crate::twist::Twist;

/// One ceremony with one key.
pub(crate) struct Ceremony<'c> {
    pub(crate) exchange: Exchange<'c>,
    pub(crate) facts: &'c KeyFacts,
    pub(crate) manner: Manner,
    pub(crate) person: &'c mut dyn Person,
    pub(crate) twist: &'c Twist,
    pub(crate) random: &'c mut dyn Random,
    pub(crate) fetch: Option<&'c mut dyn Fetch>,
    /// What is known of the key is out of date: its PIN was set or changed.
    pub(crate) stale: bool,
}

/// Client data as it is sent, and its hash.
pub(crate) struct Collected {
    pub(crate) json: Vec<u8>,
    pub(crate) hash: [u8; 32],
}

impl Collected {
    pub(crate) fn new(kind: &str, challenge: &[u8], origin: &str, twist: &Twist) -> Self {
        let mut data = ClientData::new(kind, challenge, origin);
        twist.client_data.apply(&mut data);
        let json = data.to_json();
        let hash = sha256(&json);
        Self { json, hash }
    }
}

impl Ceremony<'_> {
    /// How the user is verified, if so; `needed`: something else than the page needs it, the key itself or an extension;
    /// `may_set`: a first PIN may be set for it.
    pub(crate) fn verification(
        &self,
        requirement: Requirement,
        needed: bool,
        may_set: bool,
    ) -> Result<Option<Way>, ClientError> {
        let facts = self.facts.ctap2.as_ref();
        let way = facts.and_then(Way::of);
        if let Some(uv) = self.twist.uv {
            return Ok(uv.then(|| way.unwrap_or(Way::Option)));
        }
        let lenient = self.manner.takes(Liberty::UserVerification);
        let required = requirement == Requirement::Required;
        let always = facts.is_some_and(|facts| facts.always_uv);
        let new = facts.filter(|_| may_set && (required || always) && !lenient).and_then(Way::by_new_pin);
        let way = way.or(new).filter(|_| !self.twist.force_u2f);
        if required && way.is_none() && !lenient {
            let reason = "user verification is required, and the key cannot verify its user";
            return Err(ClientError::refuse(DomError::NotAllowedError, reason));
        }
        Ok(way.filter(|_| requirement != Requirement::Discouraged || needed))
    }

    /// Insists that the answer is about the RP ID that was asked about, as browsers do.
    pub(crate) fn insist_rp_id(&self, what: &str, auth_data: &[u8], rp_id: &str) -> Result<(), ClientError> {
        if auth_data.starts_with(&sha256(rp_id.as_bytes())) || self.manner.takes(Liberty::Answer) {
            return Ok(());
        }
        Err(ClientError::nonsense(what, format!("its RP ID hash is not that of {rp_id:?}")))
    }

    /// The credentials that the key can have by their length.
    pub(crate) fn fitting<'i>(&self, ids: &'i [Vec<u8>]) -> Vec<&'i [u8]> {
        let most = self.facts.ctap2.as_ref().and_then(|facts| facts.max_credential_id_length);
        ids.iter().map(Vec::as_slice).filter(|id| most.is_none_or(|most| id.len() <= most)).collect()
    }

    /// The list as it is, if the key takes lists of that length; otherwise, or where it has to be one, only that one of them
    /// that the key has, found by asking without a touch. `None`: the key has none of them.
    pub(crate) async fn narrow<'i>(
        &mut self,
        rp_id: &str,
        ids: Vec<&'i [u8]>,
        to_one: bool,
        proof: &Proof,
    ) -> Result<Option<Vec<&'i [u8]>>, ClientError> {
        let Some(facts) = &self.facts.ctap2 else { return Ok(Some(ids)) };
        let most = longest_list(facts, &ids);
        if ids.len() <= if to_one { 1 } else { most } {
            return Ok(Some(ids));
        }
        for batch in ids.chunks(most) {
            if let Some(found) = self.silent(rp_id, batch, facts.max_msg_size, proof).await? {
                return Ok(Some(ids.iter().copied().filter(|id| *id == found).take(1).collect()));
            }
        }
        Ok(None)
    }

    /// Asks without a touch which credential of the list the key has. A token lets it see those that are protected.
    async fn silent(
        &mut self,
        rp_id: &str,
        ids: &[&[u8]],
        most: usize,
        proof: &Proof,
    ) -> Result<Option<Vec<u8>>, ClientError> {
        let what = "authenticatorGetAssertion without user presence";
        let descriptors: Vec<_> = ids.iter().map(|id| Descriptor::public_key(id)).collect();
        let hash = [0; 32];
        let param = proof.param(&hash);
        let request = get_assertion::Request {
            rp_id,
            client_data_hash: &hash,
            pin_uv_auth_param: param.as_ref().map(|(mac, _)| mac.as_slice()),
            pin_uv_auth_protocol: param.as_ref().map(|(_, protocol)| *protocol),
            allow_list: Some(descriptors.as_slice().into()),
            options: Some(wire::ctap2::Options { up: Some(false), ..Default::default() }),
            ..Default::default()
        };
        let answer = self.exchange.ctap2(what, most, |out| request.message(out)).await?;
        match answer.status {
            Status::OK => {
                let response = get_assertion::Response::decode(&answer.members)
                    .map_err(|e| ClientError::nonsense(what, e))?;
                let id = response.credential.map(|credential| credential.id).or(ids.first().copied());
                Ok(id.map(<[u8]>::to_vec))
            }
            _ => Ok(None),
        }
    }
}

/// How many of these credentials go into one list.
fn longest_list(facts: &Ctap2Facts, ids: &[&[u8]]) -> usize {
    let stated = facts.max_credential_count_in_list.unwrap_or(usize::MAX).max(1);
    // What a descriptor needs beside its id, and a request beside its list: generous.
    let longest = ids.iter().map(|id| id.len()).max().unwrap_or_default() + 40;
    let room = facts.max_msg_size.saturating_sub(500);
    stated.min((room / longest).max(1))
}

pub(crate) fn sha256(data: &[u8]) -> [u8; 32] {
    Sha256::digest(data).into()
}
