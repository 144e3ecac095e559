//! `appid` and `appidExclude` ([WebAuthn L3, sections 10.1.1 and 10.1.2](https://www.w3.org/TR/webauthn-3/#sctn-appid-extension)):
//! U2F credentials that were made under an AppID rather than an RP ID.

use url::Url;

use super::{Inputs, text};
use crate::error::{ClientError, DomError};
use crate::manner::{Liberty, Manner};
use crate::origin::{Caller, same_site};

/// The AppID, if the page has one and may use it: as browsers judge, an https URL on the page's own site. The list of trusted facets
/// that FIDO's AppID document has a client fetch is not fetched: browsers do not either, so a facet on another site is refused.
pub(crate) fn read(
    inputs: &Inputs,
    name: &str,
    caller: &Caller,
    manner: Manner,
) -> Result<Option<String>, ClientError> {
    let Some(app_id) = text(inputs, name)? else { return Ok(None) };
    if app_id.is_empty() {
        return Ok(Some(caller.origin.clone()));
    }
    if !manner.takes(Liberty::RpId) && !may_use(app_id, &caller.origin) {
        let reason = format!("the AppID {app_id:?} is no https URL on the site of {}", caller.origin);
        return Err(ClientError::refuse(DomError::SecurityError, reason));
    }
    Ok(Some(app_id.to_owned()))
}

fn may_use(app_id: &str, origin: &str) -> bool {
    let (Ok(app_id), Ok(origin)) = (Url::parse(app_id), Url::parse(origin)) else { return false };
    match (app_id.domain(), origin.domain()) {
        (Some(a), Some(b)) => app_id.scheme() == "https" && same_site(a, b),
        _ => false,
    }
}
