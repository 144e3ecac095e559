use super::Caller;
use crate::error::DomError;
use crate::manner::{Liberties, Liberty, Manner};

/// Origin, RP ID asked for, and the origin and RP ID that come of it.
type Case = (&'static str, Option<&'static str>, Result<(&'static str, &'static str), DomError>);

#[rustfmt::skip]
const CASES: &[Case] = &[
    ("https://login.example.org", None, Ok(("https://login.example.org", "login.example.org"))),
    ("https://login.example.org", Some("login.example.org"), Ok(("https://login.example.org", "login.example.org"))),
    ("https://login.example.org", Some("example.org"), Ok(("https://login.example.org", "example.org"))),
    ("https://a.b.example.co.uk", Some("example.co.uk"), Ok(("https://a.b.example.co.uk", "example.co.uk"))),
    ("https://login.example.test", Some("example.test"), Ok(("https://login.example.test", "example.test"))),
    ("https://login.example.org:8443/path?q", None, Ok(("https://login.example.org:8443", "login.example.org"))),
    ("https://EXAMPLE.org:443", Some("Example.ORG"), Ok(("https://example.org", "example.org"))),
    ("https://bücher.example", None, Ok(("https://xn--bcher-kva.example", "xn--bcher-kva.example"))),
    ("http://localhost:8080", None, Ok(("http://localhost:8080", "localhost"))),
    ("http://app.localhost", None, Ok(("http://app.localhost", "app.localhost"))),
    // A public suffix is a host's own RP ID, and nobody else's.
    ("https://github.io", Some("github.io"), Ok(("https://github.io", "github.io"))),
    ("https://user.github.io", Some("github.io"), Err(DomError::SecurityError)),
    ("https://example.co.uk", Some("co.uk"), Err(DomError::SecurityError)),
    ("https://example.co.uk", Some("uk"), Err(DomError::SecurityError)),
    ("https://login.example.org", Some("org"), Err(DomError::SecurityError)),
    ("https://app.localhost", Some("localhost"), Err(DomError::SecurityError)),
    ("https://example.org", Some("login.example.org"), Err(DomError::SecurityError)),
    ("https://notexample.org", Some("example.org"), Err(DomError::SecurityError)),
    ("https://example.org", Some("example.com"), Err(DomError::SecurityError)),
    ("https://example.org", Some(""), Err(DomError::SecurityError)),
    ("https://example.org", Some("https://example.org"), Err(DomError::SecurityError)),
    ("https://example.org", Some("example.org:443"), Err(DomError::SecurityError)),
    // No IP addresses, secure or not.
    ("https://192.0.2.1", None, Err(DomError::SecurityError)),
    ("https://192.0.2.1", Some("192.0.2.1"), Err(DomError::SecurityError)),
    ("http://127.0.0.1:8080", None, Err(DomError::SecurityError)),
    ("http://[::1]:8080", Some("::1"), Err(DomError::SecurityError)),
    // No secure context.
    ("http://example.org", None, Err(DomError::SecurityError)),
    ("http://localhost.example.org", None, Err(DomError::SecurityError)),
    ("ftp://example.org", None, Err(DomError::SecurityError)),
    // Opaque.
    ("null", None, Err(DomError::NotAllowedError)),
    ("data:text/html,x", None, Err(DomError::NotAllowedError)),
    ("file:///tmp/x.html", None, Err(DomError::NotAllowedError)),
    ("example.org", None, Err(DomError::NotAllowedError)),
];

#[test]
fn which_rp_ids_an_origin_may_use() {
    for (origin, rp_id, expected) in CASES {
        let caller = Caller::new(origin, *rp_id, Manner::Faithful);
        let found = caller.as_ref().map(|c| (c.origin.as_str(), c.rp_id.as_str())).map_err(|e| e.name);
        assert_eq!(found, *expected, "{origin} {rp_id:?}");
    }
}

#[test]
fn liberties_are_taken_one_by_one() {
    let rp_id = Manner::Permissive(Liberties::only(Liberty::RpId));
    let insecure = Manner::Permissive(Liberties::only(Liberty::InsecureContext));
    let both = Manner::Permissive(Liberties::all());
    let used = |origin, id, manner| Caller::new(origin, id, manner).map(|c| c.rp_id).map_err(|e| e.name);

    assert_eq!(used("https://example.org", Some("evil.test"), rp_id), Ok("evil.test".to_owned()));
    assert_eq!(used("https://192.0.2.1", None, rp_id), Ok("192.0.2.1".to_owned()));
    assert_eq!(used("http://example.org", None, rp_id), Err(DomError::SecurityError));
    assert_eq!(used("http://example.org", None, insecure), Ok("example.org".to_owned()));
    assert_eq!(used("http://example.org", Some("evil.test"), insecure), Err(DomError::SecurityError));
    assert_eq!(used("http://example.org", Some("evil.test"), both), Ok("evil.test".to_owned()));
}
