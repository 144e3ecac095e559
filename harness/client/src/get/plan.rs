//! What a login will ask of the key: [section 5.1.4.1](https://www.w3.org/TR/webauthn-3/#sctn-discover-from-external-source).

use webauthn::RequestOptions;
use webauthn::client_data::GET;
use webauthn::options::PUBLIC_KEY;
use wire::Protocol;

use crate::ceremony::{Ceremony, Collected};
use crate::error::{ClientError, DomError};
use crate::origin::Caller;

/// All that is decided before the key is asked.
pub(super) struct Plan {
    pub(super) collected: Collected,
    /// The RP ID that is sent to the key.
    pub(super) rp_id: String,
    pub(super) allow: Vec<Vec<u8>>,
    pub(super) uv: bool,
    pub(super) protocol: Protocol,
}

impl Plan {
    pub(super) fn new(c: &Ceremony<'_>, origin: &str, options: &RequestOptions) -> Result<Self, ClientError> {
        let caller = Caller::new(origin, options.rp_id.as_deref(), c.manner)?;
        let collected = Collected::new(GET, &options.challenge, &caller.origin, c.twist);
        let always = c.facts.ctap2.as_ref().is_some_and(|facts| facts.always_uv);
        let uv = c.verification(options.verification(), always)?;
        let allow = allow_list(c, options)?;
        let protocol = match &c.facts.ctap2 {
            _ if c.twist.force_u2f => Protocol::Ctap1,
            Some(_) => Protocol::Ctap2,
            None if c.facts.u2f => Protocol::Ctap1,
            None => {
                let reason = "the key speaks neither CTAP2 nor U2F";
                return Err(ClientError::refuse(DomError::NotAllowedError, reason));
            }
        };
        // No signature without a credential: this is not a liberty that a client could take.
        if allow.is_empty() && (protocol == Protocol::Ctap1 || !c.facts.can_reside()) {
            let reason = "the allow list is empty, and the key stores no credentials that it could find";
            return Err(ClientError::refuse(DomError::NotAllowedError, reason));
        }
        let rp_id = c.twist.rp_id.clone().unwrap_or(caller.rp_id);
        Ok(Self { collected, rp_id, allow, uv, protocol })
    }
}

fn allow_list(c: &Ceremony<'_>, options: &RequestOptions) -> Result<Vec<Vec<u8>>, ClientError> {
    if let Some(allow) = &c.twist.allow {
        return Ok(allow.clone());
    }
    let given = &options.allow_credentials;
    let known = given.iter().filter(|descriptor| descriptor.kind == PUBLIC_KEY);
    let allow: Vec<_> = known.map(|descriptor| descriptor.id.0.clone()).collect();
    if allow.is_empty() && !given.is_empty() {
        let reason = "no entry of allowCredentials is of the type public-key";
        return Err(ClientError::refuse(DomError::NotAllowedError, reason));
    }
    Ok(allow)
}
