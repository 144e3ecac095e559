//! Registration by authenticatorMakeCredential.

use webauthn::CreationOptions;
use webauthn::attestation_object::{AttestationObject, EMPTY_STATEMENT};
use wire::ctap2::{
    Descriptor, Options, Parameter, Permissions, RawMap, RpEntity, Statement, UserEntity, make_credential,
};
use wire::{Alg, MAX_MESSAGE};

use super::plan::Plan;
use super::u2f;
use crate::ceremony::Ceremony;
use crate::error::ClientError;
use crate::pin::{Proof, Purpose};

/// Asks the key; gives the attestation object as WebAuthn encodes it.
pub(super) async fn create(
    c: &mut Ceremony<'_>,
    plan: &Plan,
    options: &CreationOptions,
) -> Result<Vec<u8>, ClientError> {
    let what = "authenticatorMakeCredential";
    // The exclude list may have to be asked about first, which is an assertion without a touch.
    let asks = if plan.exclude.is_empty() { Permissions::NONE } else { Permissions::GA };
    let purpose = Purpose { permissions: Permissions::MC.with(asks), rp_id: Some(&plan.rp_id) };
    let mut proof = match plan.way {
        Some(way) => c.prove(way, purpose).await?,
        None => Proof::None,
    };
    u2f::exclude_app_id(c, plan).await?;
    let fitting = c.fitting(&plan.exclude);
    // A list that the key has nothing of need not be sent.
    let exclude = c.narrow(&plan.rp_id, fitting, false, &proof).await?.unwrap_or_default();
    let exclude: Vec<_> = exclude.into_iter().map(Descriptor::public_key).collect();
    let parameters: Vec<_> = plan.algorithms.iter().map(|alg| Parameter::public_key(Alg(*alg))).collect();
    let set = |wanted: bool| wanted.then_some(true);
    let inputs = c.facts.ctap2.as_ref().and_then(|facts| plan.extensions.inputs(facts));
    let request = make_credential::Request {
        client_data_hash: &plan.collected.hash,
        rp: RpEntity { id: &plan.rp_id, name: Some(&options.rp.name), ..RpEntity::EMPTY },
        user: UserEntity {
            id: &plan.user_handle,
            name: Some(&options.user.name),
            display_name: Some(&options.user.display_name),
            ..UserEntity::EMPTY
        },
        pub_key_cred_params: parameters.as_slice().into(),
        exclude_list: (!exclude.is_empty()).then(|| exclude.as_slice().into()),
        extensions: inputs.as_deref().and_then(|inputs| RawMap::new(inputs).ok()),
        ..make_credential::Request::EMPTY
    };
    let most = c.facts.ctap2.as_ref().map_or(MAX_MESSAGE, |facts| facts.max_msg_size);
    let answer = loop {
        let wishes = Options { rk: set(plan.rk), uv: proof.uv(), up: c.twist.up, ..Options::EMPTY };
        let param = proof.param(&plan.collected.hash);
        let request = make_credential::Request {
            options: (wishes != Options::EMPTY).then_some(wishes),
            pin_uv_auth_param: param.as_ref().map(|(mac, _)| mac.as_slice()),
            pin_uv_auth_protocol: param.as_ref().map(|(_, protocol)| *protocol),
            ..request
        };
        let answer = c.exchange.ctap2(what, most, |out| request.message(out)).await?;
        if answer.status.is_ok() {
            break answer;
        }
        proof = c
            .fall_back(answer.status, &proof, purpose)
            .await?
            .ok_or_else(|| ClientError::status(answer.status, what))?;
    };
    let response =
        make_credential::Response::decode(&answer.members).map_err(|e| ClientError::nonsense(what, e))?;
    c.insist_rp_id(what, response.auth_data, &plan.rp_id)?;
    let att_stmt = match &response.att_stmt {
        Statement::Raw { att_stmt, .. } => att_stmt.bytes(),
        _ => EMPTY_STATEMENT,
    };
    let object = AttestationObject {
        fmt: response.att_stmt.fmt(),
        auth_data: response.auth_data,
        att_stmt,
        rest: &[],
    };
    Ok(object.to_bytes())
}
