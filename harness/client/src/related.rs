//! Related origins ([WebAuthn L3, section 5.11](https://www.w3.org/TR/webauthn-3/#sctn-related-origins)): a site's list of the other
//! origins that may use its RP ID.

use futures_util::future::BoxFuture;
use serde_json::Value;
use url::Url;

/// What was fetched, with the HTTP status 200.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Fetched {
    /// The header Content-Type.
    pub content_type: Option<String>,
    /// The body.
    pub body: Vec<u8>,
}

/// Fetches what a browser fetches by itself during a ceremony.
pub trait Fetch: Send {
    /// GET without credentials and referrer, over https alone; `None` for whatever is no 200.
    fn fetch<'a>(&'a mut self, url: &'a str) -> BoxFuture<'a, Option<Fetched>>;
}

/// Section 5.11.1, from step 3 on: whether the RP ID's list names `origin`.
pub(crate) async fn is_related(fetch: &mut dyn Fetch, origin: &Url, rp_id: &str) -> bool {
    let url = format!("https://{rp_id}/.well-known/webauthn");
    match fetch.fetch(&url).await {
        Some(fetched) => lists(&fetched, origin),
        None => false,
    }
}

/// Steps 3 and 4 on what was fetched.
fn lists(fetched: &Fetched, origin: &Url) -> bool {
    let kind = fetched.content_type.as_deref().unwrap_or_default();
    let essence = kind.split(';').next().unwrap_or_default().trim();
    if !essence.eq_ignore_ascii_case("application/json") {
        return false;
    }
    let Ok(body) = serde_json::from_slice::<Value>(&fetched.body) else { return false };
    let Some(items) = body.get("origins").and_then(Value::as_array) else { return false };
    // A list with anything but texts in it is no list.
    let Some(items) = items.iter().map(Value::as_str).collect::<Option<Vec<_>>>() else { return false };
    let mut seen = Vec::new();
    for item in items {
        let Ok(url) = Url::parse(item) else { continue };
        let Some(label) = url.domain().and_then(label) else { continue };
        let known = seen.contains(&label);
        if seen.len() >= MOST_LABELS && !known {
            continue;
        }
        if url.origin() == origin.origin() {
            return true;
        }
        if !known {
            seen.push(label);
        }
    }
    false
}

/// The registrable origin label: `example` of `www.example.co.uk`.
fn label(domain: &str) -> Option<String> {
    let registrable = psl::domain_str(domain)?;
    let (label, _) = registrable.split_once('.')?;
    (!label.is_empty()).then(|| label.to_owned())
}

/// How many labels of a list count.
const MOST_LABELS: usize = 5;

#[cfg(test)]
mod tests;
