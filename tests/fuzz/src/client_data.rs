//! Client data: parsing, the serialisation, and the limited verification.

use serde_json::Map;
use webauthn::client_data::Expected;
use webauthn::{Base64Url, ClientData};

/// What is parsed can be written so that it parses strictly, and what parses strictly passes the limited verification.
pub fn parse(data: &[u8]) {
    let strict = ClientData::parse_strict(data);
    let Ok(parsed) = ClientData::parse(data) else {
        assert!(strict.is_err());
        return;
    };
    let written = parsed.to_json();
    let again = ClientData::parse_strict(&written).expect("what is written is strict");
    // The serialisation always says whether the frame was cross-origin, and has each of its members once.
    let framed = Some(parsed.cross_origin == Some(true));
    let other = Map::new();
    assert_eq!(
        ClientData { other: other.clone(), ..again.clone() },
        ClientData { cross_origin: framed, other, ..parsed.clone() }
    );
    assert!(again.other.len() <= parsed.other.len());
    limited(&again, &written);
    if let Ok(strict) = strict {
        assert_eq!(strict, parsed);
        limited(&strict, data);
    }
}

/// The limited verification takes strict client data, and nothing that differs in what it looks at.
fn limited(data: &ClientData, json: &[u8]) {
    let Ok(challenge) = Base64Url::decode(&data.challenge) else { return };
    let framed = data.cross_origin == Some(true);
    // A top origin without a frame is nothing that a client writes.
    if !framed && data.top_origin.is_some() {
        return;
    }
    let top_origin = framed.then(|| data.top_origin.as_deref().unwrap_or("https://top.example"));
    let expected = Expected {
        kind: &data.kind,
        challenge: &challenge,
        origin: &data.origin,
        top_origin,
        require_top_origin: data.top_origin.is_some(),
    };
    assert!(expected.verify(json), "{}", String::from_utf8_lossy(json));
    let other = format!("{}x", data.origin);
    let refused = [
        Expected { origin: &other, ..expected },
        Expected { kind: "webauthn.other", challenge: &[&challenge[..], &[0]].concat(), ..expected },
        Expected { top_origin: if framed { None } else { Some("x") }, ..expected },
    ];
    for wrong in refused {
        assert!(!wrong.verify(json), "{wrong:?}");
    }
}
