#![allow(clippy::unwrap_used)]

use futures_util::future::ready;
use serde_json::{Value, json};

use super::*;
use crate::manner::Manner;
use crate::origin::Caller;

/// One list for one URL.
struct Site(Option<Fetched>, Vec<String>);

impl Fetch for Site {
    fn fetch<'a>(&'a mut self, url: &'a str) -> BoxFuture<'a, Option<Fetched>> {
        self.1.push(url.to_owned());
        Box::pin(ready(self.0.clone()))
    }
}

fn site(body: &Value) -> Site {
    let content_type = Some("application/json; charset=utf-8".to_owned());
    Site(Some(Fetched { content_type, body: body.to_string().into_bytes() }), Vec::new())
}

async fn allowed(mut site: Site, origin: &str) -> bool {
    let result = Caller::find(origin, Some("example.org"), Manner::Faithful, Some(&mut site)).await;
    assert_eq!(site.1, ["https://example.org/.well-known/webauthn"]);
    result.is_ok_and(|caller| caller.rp_id == "example.org" && caller.origin == origin)
}

#[tokio::test]
async fn the_list_decides() {
    let origin = "https://example.co.uk";
    for (origins, expected) in [
        (json!(["https://example.co.uk"]), true),
        (json!(["https://example.co.uk/"]), true),
        (json!(["nonsense", "https://192.0.2.1", "https://co.uk", "https://example.co.uk"]), true),
        (json!(["http://example.co.uk"]), false),
        (json!(["https://example.co.uk:8443"]), false),
        (json!(["https://www.example.co.uk"]), false),
        (json!(["https://example.co.uk", 1]), false),
        (json!([]), false),
        (json!("https://example.co.uk"), false),
        // Six labels: the last one does not count any more.
        (
            json!([
                "https://a.com",
                "https://b.com",
                "https://c.com",
                "https://d.com",
                "https://e.com",
                origin
            ]),
            false,
        ),
        // Five: it does. One label under many suffixes counts once, and what was seen counts on.
        (
            json!([
                "https://a.com",
                "https://a.net",
                "https://b.a.org",
                "https://c.com",
                "https://d.com",
                origin
            ]),
            true,
        ),
        (
            json!([
                "https://example.com",
                "https://b.com",
                "https://c.com",
                "https://d.com",
                "https://e.com",
                "https://f.com",
                origin
            ]),
            true,
        ),
    ] {
        assert_eq!(allowed(site(&json!({ "origins": origins })), origin).await, expected, "{origins}");
    }
}

#[tokio::test]
async fn what_is_no_list_allows_nothing() {
    let origin = "https://example.com";
    let good = json!({ "origins": [origin] });
    assert!(allowed(site(&good), origin).await);
    assert!(!allowed(Site(None, Vec::new()), origin).await);
    for kind in [None, Some("text/html"), Some("application/jsonp")] {
        let mut other = site(&good);
        other.0.as_mut().unwrap().content_type = kind.map(str::to_owned);
        assert!(!allowed(other, origin).await, "{kind:?}");
    }
    let mut broken = site(&good);
    broken.0.as_mut().unwrap().body.pop();
    assert!(!allowed(broken, origin).await);
}

#[tokio::test]
async fn nothing_is_fetched_for_an_rp_id_of_its_own() {
    let mut site = site(&json!({ "origins": [] }));
    let caller =
        Caller::find("https://login.example.org", Some("example.org"), Manner::Faithful, Some(&mut site))
            .await;
    assert_eq!(caller.unwrap().rp_id, "example.org");
    assert!(
        Caller::find("http://example.com", Some("example.org"), Manner::Faithful, Some(&mut site))
            .await
            .is_err()
    );
    assert!(
        Caller::find("https://example.com", Some("org:1"), Manner::Faithful, Some(&mut site)).await.is_err()
    );
    assert_eq!(site.1, [""; 0]);
}
