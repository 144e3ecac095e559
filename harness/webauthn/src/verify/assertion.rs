//! [Section 7.2](https://www.w3.org/TR/webauthn-3/#sctn-verifying-assertion), verifying an authentication assertion.

use wire::authdata::Flags;
use wire::cose;

use super::both_ceremonies::{
    authenticator_data, client_data, hex, response as verify_response, rp_id_and_flags, sha256,
};
use super::check::Check;
use super::expectations::{Expectations, Refusal};
use super::registration::CredentialRecord;
use crate::client_data::GET;
use crate::key::{PublicKey, Scheme};
use crate::response::AuthenticationResponse;

/// An authentication that passed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Authenticated {
    /// The credential.
    pub credential_id: Vec<u8>,
    /// The user handle of the account that has the credential.
    pub owner: Vec<u8>,
    /// The user handle of the response.
    pub user_handle: Option<Vec<u8>>,
    /// The new signature counter.
    pub sign_count: u32,
    /// The flags.
    pub flags: Flags,
}

impl Authenticated {
    /// Step 25: updates the record. `uvInitialized` is left as it is, since that takes another factor.
    pub fn update(&self, record: &mut CredentialRecord) {
        record.sign_count = self.sign_count;
        record.backup_state = self.flags.bs();
    }
}

/// Verifies an authentication. `allow` is the allow list that was given; `user` the user handle of the account that was identified
/// before the ceremony, if any; `find` finds the record of a credential, of any user.
///
/// # Errors
/// The first check that does not hold and is not left out.
pub fn authentication<'r>(
    response: &AuthenticationResponse,
    expect: &Expectations,
    allow: &[Vec<u8>],
    user: Option<&[u8]>,
    find: impl FnOnce(&[u8]) -> Option<&'r CredentialRecord>,
) -> Result<Authenticated, Refusal> {
    verify_response(&response.kind, &response.id, &response.raw_id, expect)?;
    let id = response.raw_id.as_ref();
    // Step 5.
    expect.insist(
        Check::AllowedCredential,
        allow.is_empty() || allow.iter().any(|known| known == id),
        || format!("the credential {} is not in the allow list", hex(id)),
    )?;
    // Step 6.
    let Some(record) = find(id) else {
        let message = format!("the credential {} is not known", hex(id));
        return Err(Refusal { check: Check::CredentialKnown, message });
    };
    let user_handle = response.response.user_handle.as_deref();
    owner(record, user, user_handle, expect)?;
    // Steps 7 to 14.
    let json = &response.response.client_data_json;
    client_data(json, GET, expect)?;
    // Steps 15 to 19.
    let auth_data = response.response.authenticator_data.as_ref();
    let data = authenticator_data(auth_data, expect)?;
    rp_id_and_flags(&data, expect)?;
    let be = data.flags.be();
    expect.insist(Check::BackupEligibilityChanged, record.backup_eligible == be, || {
        format!(
            "the flags are {}; backup eligibility (BE) was {} at registration",
            data.flags, record.backup_eligible
        )
    })?;
    // Steps 20 and 21.
    let message = [auth_data, sha256(json).as_slice()].concat();
    let verified = signature(&record.public_key, &message, &response.response.signature);
    expect.pass(Check::Signature, verified)?;
    // Step 22.
    let (new, stored) = (data.sign_count, record.sign_count);
    expect.insist(Check::SignCount, expect.variants.sign_count.matches(new, stored), || {
        format!("the signature counter is {new}, the stored one is {stored}")
    })?;
    Ok(Authenticated {
        credential_id: id.to_vec(),
        owner: record.user_handle.clone(),
        user_handle: user_handle.map(<[u8]>::to_vec),
        sign_count: new,
        flags: data.flags,
    })
}

/// Step 6: who is it, and is the credential theirs?
fn owner(
    record: &CredentialRecord,
    user: Option<&[u8]>,
    user_handle: Option<&[u8]>,
    expect: &Expectations,
) -> Result<(), Refusal> {
    match user {
        Some(user) => expect.insist(Check::CredentialOwner, record.user_handle == user, || {
            format!("the credential belongs to {}, not to {}", hex(&record.user_handle), hex(user))
        })?,
        None => expect.insist(Check::UserHandlePresent, user_handle.is_some(), || {
            "nobody was identified before, and there is no user handle".to_owned()
        })?,
    }
    let expected = user.unwrap_or(&record.user_handle);
    let Some(user_handle) = user_handle else { return Ok(()) };
    expect.insist(Check::UserHandle, user_handle == expected, || {
        format!("the user handle is {}, {} is expected", hex(user_handle), hex(expected))
    })
}

/// Verifies with a COSE key.
fn signature(public_key: &[u8], message: &[u8], signature: &[u8]) -> Result<(), String> {
    let key = cose::PublicKey::decode(public_key).map_err(|e| format!("stored public key: {e}"))?;
    let alg = key.alg();
    let scheme =
        Scheme::of_cose(alg.0).ok_or_else(|| format!("signatures of {alg} cannot be verified here"))?;
    let key = PublicKey::from_cose(&key).map_err(|e| format!("stored public key: {e}"))?;
    if key.verify(scheme, message, signature) {
        Ok(())
    } else {
        Err(format!("the assertion signature ({alg}) does not verify"))
    }
}
