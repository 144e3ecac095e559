//! Registration by U2F_REGISTER ([CTAP, section 7.1](https://fidoalliance.org/specs/fido-v2.2-ps-20250714/fido-client-to-authenticator-protocol-v2.2-ps-20250714.html#u2f-authenticatorMakeCredential-interoperability)).

use wire::authdata::{AttestedCredentialData, AuthData, Flags};
use wire::cose::{P256_LEN, PublicKey};
use wire::ctap2::{AttestationObject, Statement};
use wire::u2f::{Control, Registered, Request, StatusWord};
use wire::{MAX_MESSAGE, Overflow};

use super::plan::Plan;
use crate::ceremony::{Ceremony, sha256};
use crate::error::{ClientError, DomError, Refuser};

/// Asks the key; gives the attestation object, of format `fido-u2f`.
pub(super) async fn create(c: &mut Ceremony<'_>, plan: &Plan) -> Result<Vec<u8>, ClientError> {
    let what = "U2F_REGISTER";
    let application = sha256(plan.rp_id.as_bytes());
    let challenge = &plan.collected.hash;
    for key_handle in &plan.exclude {
        if knows(c, &application, key_handle).await? {
            return Err(excluded(c).await?);
        }
    }
    exclude_app_id(c, plan).await?;
    let request = Request::Register { challenge, application: &application };
    let data = c.exchange.u2f_with_touch(what, &request).await?;
    let registered = Registered::decode(&data).map_err(|e| ClientError::nonsense(what, e))?;
    attestation_object(&registered, &application).map_err(|e| ClientError::nonsense(what, e))
}

/// `appidExclude`: refuses where a credential of the exclude list was made by U2F under the AppID.
pub(super) async fn exclude_app_id(c: &mut Ceremony<'_>, plan: &Plan) -> Result<(), ClientError> {
    let Some(app_id) = plan.extensions.app_id.as_ref().filter(|_| c.facts.u2f) else { return Ok(()) };
    let application = sha256(app_id.as_bytes());
    for key_handle in &plan.exclude {
        if knows(c, &application, key_handle).await? {
            return Err(excluded(c).await?);
        }
    }
    Ok(())
}

/// Whether the key handle is this key's: a check-only request, which never asks for a touch.
pub(crate) async fn knows(
    c: &mut Ceremony<'_>,
    application: &[u8; 32],
    key_handle: &[u8],
) -> Result<bool, ClientError> {
    // A longer one does not fit the message: it is no U2F key handle.
    if key_handle.len() > 255 {
        return Ok(false);
    }
    let control = Control::CHECK_ONLY;
    let request = Request::Authenticate { control, challenge: &[0; 32], application, key_handle };
    let (_, word) = c.exchange.u2f("U2F_AUTHENTICATE (check only)", &request).await?;
    Ok(word == StatusWord::CONDITIONS_NOT_SATISFIED)
}

/// A credential of the exclude list is here. The page may know once the user has touched the key, so that a throw-away registration is made.
async fn excluded(c: &mut Ceremony<'_>) -> Result<ClientError, ClientError> {
    let request = Request::Register { challenge: &[0x42; 32], application: &[0x41; 32] };
    c.exchange.u2f_with_touch("U2F_REGISTER (for the touch alone)", &request).await?;
    Ok(ClientError {
        name: DomError::InvalidStateError,
        reason: "the key has a credential of the exclude list".to_owned(),
        status: Some(StatusWord::CONDITIONS_NOT_SATISFIED.to_string()),
        by: Refuser::Key,
    })
}

fn attestation_object(registered: &Registered<'_>, application: &[u8; 32]) -> Result<Vec<u8>, Overflow> {
    let (x, y) = coordinates(registered.public_key).ok_or(Overflow)?;
    let mut key = [0; P256_LEN];
    let length = PublicKey::es256(x, y).encode(&mut key)?;
    let auth_data = AuthData {
        rp_id_hash: application,
        flags: Flags::UP | Flags::AT,
        sign_count: 0,
        attested: Some(AttestedCredentialData {
            aaguid: &[0; 16],
            credential_id: registered.key_handle,
            public_key: key.get(..length).unwrap_or_default(),
        }),
        extensions: None,
    };
    let mut encoded = vec![0; auth_data.encoded_len()];
    auth_data.encode(&mut encoded)?;
    let x5c: [&[u8]; 1] = [registered.certificate];
    let statement = Statement::FidoU2f { sig: registered.signature, x5c: (&x5c).into() };
    let mut out = vec![0; MAX_MESSAGE];
    let length = AttestationObject::new(statement, &encoded).encode(&mut out)?;
    out.truncate(length);
    Ok(out)
}

/// The coordinates of an uncompressed point.
fn coordinates(point: &[u8; 65]) -> Option<(&[u8; 32], &[u8; 32])> {
    let (x, y) = point.strip_prefix(&[4])?.split_first_chunk::<32>()?;
    Some((x, y.try_into().ok()?))
}
