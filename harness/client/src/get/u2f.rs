//! Login by U2F_AUTHENTICATE ([CTAP, section 7.2](https://fidoalliance.org/specs/fido-v2.2-ps-20250714/fido-client-to-authenticator-protocol-v2.2-ps-20250714.html#u2f-authenticatorGetAssertion-interoperability)).

use wire::authdata::{AuthData, Flags};
use wire::u2f::{Authenticated, Control, Request};

use super::Signed;
use super::plan::Plan;
use crate::ceremony::{Ceremony, sha256};
use crate::create::u2f::knows;
use crate::error::{ClientError, DomError};

/// Asks the key: which key handle is its own, then for the signature.
pub(super) async fn get(c: &mut Ceremony<'_>, plan: &Plan) -> Result<Signed, ClientError> {
    let what = "U2F_AUTHENTICATE";
    let mut own = None;
    'found: for name in std::iter::once(&plan.rp_id).chain(&plan.app_id) {
        let application = sha256(name.as_bytes());
        for key_handle in &plan.allow {
            if knows(c, &application, key_handle).await? {
                own = Some((name, application, key_handle));
                break 'found;
            }
        }
    }
    // A browser waits for a touch before it says so; the server sees the same.
    let Some((name, application, key_handle)) = own else {
        let reason = "the key has no credential of the allow list";
        return Err(ClientError::refuse(DomError::NotAllowedError, reason));
    };
    let control = if c.twist.up == Some(false) { Control::DONT_ENFORCE } else { Control::ENFORCE };
    let challenge = &plan.collected.hash;
    let request = Request::Authenticate { control, challenge, application: &application, key_handle };
    let data = c.exchange.u2f_with_touch(what, &request).await?;
    let answer = Authenticated::decode(&data).map_err(|e| ClientError::nonsense(what, e))?;
    let auth_data = AuthData {
        rp_id_hash: &application,
        // AT and ED follow from the parts; a bit of theirs in the presence byte must not add them.
        flags: Flags(answer.user_presence).without(Flags::AT | Flags::ED),
        sign_count: answer.counter,
        attested: None,
        extensions: None,
    };
    let mut encoded = vec![0; auth_data.encoded_len()];
    auth_data.encode(&mut encoded).map_err(|e| ClientError::nonsense(what, e))?;
    Ok(Signed {
        credential_id: key_handle.clone(),
        auth_data: encoded,
        signature: answer.signature.to_vec(),
        user_handle: None,
        found: 1,
        rp_id: name.clone(),
        evaluation: None,
    })
}
