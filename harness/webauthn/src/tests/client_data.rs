use proptest::prelude::*;
use serde_json::json;

use crate::ClientData;
use crate::client_data::{CREATE, Expected, GET};

#[test]
fn the_order_and_the_escapes_are_those_of_the_standard() {
    let mut data = ClientData::new(CREATE, &[0xfb, 0xff], "https://a\"\\\u{1}\u{7f}ü.test");
    data.top_origin = Some("https://top.test".to_owned());
    data.other.insert("z".to_owned(), json!(1));
    data.other.insert("a".to_owned(), json!("x"));
    // Not written twice.
    data.other.insert("origin".to_owned(), json!("y"));
    let json = String::from_utf8(data.to_json()).unwrap();
    let expected = concat!(
        r#"{"type":"webauthn.create","challenge":"-_8","origin":"https://a\"\\\u0001"#,
        "\u{7f}",
        r#"ü.test","crossOrigin":false,"topOrigin":"https://top.test","a":"x","z":1}"#
    );
    assert_eq!(json, expected);
}

#[test]
fn a_byte_order_mark_is_stripped_and_wrong_utf8_replaced() {
    let json = [b"\xef\xbb\xbf", ClientData::new(GET, b"c", "https://a.test").to_json().as_slice()].concat();
    assert_eq!(ClientData::parse(&json).unwrap().origin, "https://a.test");
    let json = b"{\"type\":\"t\",\"challenge\":\"c\",\"origin\":\"\xff\"}";
    assert_eq!(ClientData::parse(json).unwrap().origin, "\u{fffd}");
}

#[test]
fn strict_parsing_takes_only_the_serialisation_of_the_standard() {
    let right = r#"{"type":"t","challenge":"c","origin":"o","crossOrigin":false,"x":1}"#;
    assert!(ClientData::parse_strict(right.as_bytes()).is_ok());
    let wrong = [
        r#"{ "type":"t","challenge":"c","origin":"o","crossOrigin":false}"#,
        r#"{"challenge":"c","type":"t","origin":"o","crossOrigin":false}"#,
        r#"{"type":"t","challenge":"c","origin":"o"}"#,
        r#"{"type":"\u0074","challenge":"c","origin":"o","crossOrigin":false}"#,
        r#"{"type":"t","challenge":"c","origin":"o","crossOrigin":false }"#,
    ];
    for json in wrong {
        assert!(ClientData::parse(json.as_bytes()).is_ok(), "{json}");
        assert!(ClientData::parse_strict(json.as_bytes()).is_err(), "{json}");
    }
}

#[test]
fn what_is_wrong_is_named() {
    let cases: [(&[u8], &str); 4] = [
        (b"", "not JSON"),
        (b"[]", "an array"),
        (br#"{"type":1}"#, "type"),
        (br#"{"type":"t","challenge":"c"}"#, "origin"),
    ];
    for (json, word) in cases {
        let error = ClientData::parse(json).unwrap_err().to_string();
        assert!(error.contains(word), "{error}");
    }
}

proptest! {
    #[test]
    fn client_data_survives(
        kind: String,
        challenge: Vec<u8>,
        origin: String,
        cross_origin: bool,
        top_origin: Option<String>,
    ) {
        let mut data = ClientData::new(&kind, &challenge, &origin);
        data.cross_origin = Some(cross_origin);
        data.top_origin = top_origin;
        let json = data.to_json();
        prop_assert_eq!(&ClientData::parse_strict(&json).unwrap(), &data);
        let expected = Expected {
            kind: &kind,
            challenge: &challenge,
            origin: &origin,
            top_origin: data.top_origin.as_deref(),
            require_top_origin: data.top_origin.is_some(),
        };
        // The limited verification knows no top origin outside a cross-origin frame.
        prop_assert_eq!(expected.verify(&json), cross_origin == data.top_origin.is_some());
    }
}
