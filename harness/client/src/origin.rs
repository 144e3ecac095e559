//! Origins, secure contexts, and which RP IDs an origin may use.

use url::{Host, Url};

use crate::error::{ClientError, DomError};
use crate::manner::{Liberty, Manner};
use crate::related::{Fetch, is_related};

/// Where a page comes from, and the RP ID that it uses.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Caller {
    /// The origin's ASCII serialisation.
    pub(crate) origin: String,
    /// The RP ID.
    pub(crate) rp_id: String,
}

impl Caller {
    /// As [`Caller::new`], and where the RP ID is another site's, that site is asked whether the origin is related to it.
    pub(crate) async fn find(
        origin: &str,
        rp_id: Option<&str>,
        manner: Manner,
        fetch: Option<&mut (dyn Fetch + '_)>,
    ) -> Result<Self, ClientError> {
        let refused = match Self::new(origin, rp_id, manner) {
            Err(refused) if refused.name == DomError::SecurityError => refused,
            decided => return decided,
        };
        let (Some(fetch), Some(rp_id), Ok(url)) = (fetch, rp_id, Url::parse(origin)) else {
            return Err(refused);
        };
        let (Ok(Host::Domain(rp_id)), Some(Host::Domain(_)), true) =
            (Host::parse(rp_id), url.host(), is_secure_context(&url))
        else {
            return Err(refused);
        };
        if is_related(fetch, &url, &rp_id).await {
            return Ok(Self { origin: url.origin().ascii_serialization(), rp_id });
        }
        Err(refused)
    }

    /// WebAuthn L3, section 5.1.3, steps 7 to 9, and section 5.1.4.1, steps 5 to 7.
    pub(crate) fn new(origin: &str, rp_id: Option<&str>, manner: Manner) -> Result<Self, ClientError> {
        let opaque =
            || ClientError::refuse(DomError::NotAllowedError, format!("the origin {origin:?} is opaque"));
        let url = Url::parse(origin).map_err(|_| opaque())?;
        if !url.origin().is_tuple() {
            return Err(opaque());
        }
        if !is_secure_context(&url) && !manner.takes(Liberty::InsecureContext) {
            let reason = format!("{origin} is no secure context: https, or http on this machine itself");
            return Err(ClientError::refuse(DomError::SecurityError, reason));
        }
        let serialised = url.origin().ascii_serialization();
        if manner.takes(Liberty::RpId) {
            let host = url.host_str().unwrap_or_default();
            return Ok(Self { origin: serialised, rp_id: rp_id.unwrap_or(host).to_owned() });
        }
        let Some(Host::Domain(domain)) = url.host() else {
            let reason = format!("the host of {origin} is an IP address, a domain is needed");
            return Err(ClientError::refuse(DomError::SecurityError, reason));
        };
        let rp_id = match rp_id {
            None => domain.to_owned(),
            Some(rp_id) => match Host::parse(rp_id) {
                Ok(Host::Domain(suffix)) if is_suffix_or_equal(&suffix, domain) => suffix,
                _ => {
                    let reason = format!(
                        "the RP ID {rp_id:?} is neither {domain} nor a registrable domain suffix of it"
                    );
                    return Err(ClientError::refuse(DomError::SecurityError, reason));
                }
            },
        };
        Ok(Self { origin: serialised, rp_id })
    }
}

/// Whether two hosts belong to one site: the same registrable domain, or the same host where there is none.
pub(crate) fn same_site(a: &str, b: &str) -> bool {
    match (psl::domain_str(a), psl::domain_str(b)) {
        (Some(a), Some(b)) => a == b,
        _ => a == b,
    }
}

/// Whether an origin is potentially trustworthy (Secure Contexts, section 3.1).
fn is_secure_context(url: &Url) -> bool {
    if url.scheme() == "https" {
        return true;
    }
    match url.host() {
        Some(Host::Domain(domain)) => domain == "localhost" || domain.ends_with(".localhost"),
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    }
}

/// HTML, "is a registrable domain suffix of or is equal to". Both are domains in their canonical form.
fn is_suffix_or_equal(suffix: &str, domain: &str) -> bool {
    if suffix == domain {
        return true;
    }
    let Some(below) = domain.strip_suffix(suffix).and_then(|rest| rest.strip_suffix('.')) else {
        return false;
    };
    // Neither the domain's public suffix nor a part of it.
    !below.is_empty() && psl::suffix_str(domain).is_some_and(|public| suffix.len() > public.len())
}

#[cfg(test)]
mod tests;
