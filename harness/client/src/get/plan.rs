//! What a login will ask of the key: [section 5.1.4.1](https://www.w3.org/TR/webauthn-3/#sctn-discover-from-external-source).

use webauthn::client_data::GET;
use webauthn::options::PUBLIC_KEY;
use webauthn::{RequestOptions, Requirement};
use wire::Protocol;

use crate::ceremony::{Ceremony, Collected};
use crate::error::{ClientError, DomError};
use crate::extensions::get::GetAsked;
use crate::facts::Ctap2Facts;
use crate::origin::Caller;
use crate::pin::Way;

/// All that is decided before the key is asked.
pub(super) struct Plan {
    pub(super) collected: Collected,
    /// The RP ID that is sent to the key.
    pub(super) rp_id: String,
    pub(super) allow: Vec<Vec<u8>>,
    /// How the user is verified, if so.
    pub(super) way: Option<Way>,
    pub(super) extensions: GetAsked,
    /// The AppID may be tried: what answers under it verifies nobody.
    pub(super) app_id: Option<String>,
    pub(super) protocol: Protocol,
}

impl Plan {
    pub(super) async fn new(
        c: &mut Ceremony<'_>,
        origin: &str,
        options: &RequestOptions,
    ) -> Result<Self, ClientError> {
        let caller = Caller::find(origin, options.rp_id.as_deref(), c.manner, c.fetch.as_deref_mut()).await?;
        let collected = Collected::new(GET, &options.challenge, &caller.origin, c.twist);
        let allow = allow_list(c, options)?;
        let extensions = GetAsked::read(options, &caller, &allow, c.manner)?;
        // The secrets of prf are those with verification, whatever the page says of it (section 10.1.4).
        let needed = |facts: &Ctap2Facts| facts.always_uv || extensions.prf(facts).is_some();
        let needed = c.facts.ctap2.as_ref().is_some_and(needed);
        let way = c.verification(options.verification(), needed, false)?;
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
        let lax = options.verification() != Requirement::Required;
        let app_id = extensions.app_id.clone().filter(|_| c.facts.u2f && !allow.is_empty() && lax);
        Ok(Self { collected, rp_id, allow, way, extensions, app_id, protocol })
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
