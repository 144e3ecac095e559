use serde_json::json;

use crate::attestation_object::AttestationObject;
use crate::describe::{self, Tree};

fn find<'t>(trees: &'t [Tree], path: &[&str]) -> Option<&'t Tree> {
    let (first, rest) = path.split_first()?;
    let tree = trees.iter().find(|tree| tree.name == *first)?;
    if rest.is_empty() { Some(tree) } else { find(&tree.parts, rest) }
}

fn value<'t>(trees: &'t [Tree], path: &[&str]) -> &'t str {
    find(trees, path).and_then(|tree| tree.value.as_deref()).unwrap_or_else(|| panic!("{path:?}"))
}

fn registered_data() -> Vec<u8> {
    let key = [0xa3, 0x01, 0x02, 0x03, 0x26, 0x20, 0x01];
    let id = [0xaa, 0xbb];
    [&[1; 32][..], &[0xc5, 0, 0, 0, 9], &[0x11; 16], &[0, 2], &id, &key, &[0xa1, 0x61, b'e', 0xf5], &[0xff]]
        .concat()
}

#[test]
fn a_registration_is_shown_with_its_parts() {
    let data = registered_data();
    let object =
        AttestationObject { fmt: "none", auth_data: &data, att_stmt: &[0xa0], rest: &[1] }.to_bytes();
    let trees = describe::response(&json!({
        "id": "qrs", "rawId": "qrs", "type": "public-key", "clientExtensionResults": {},
        "response": {
            "clientDataJSON": crate::bytes::encode(br#"{"type":"webauthn.create","n":[1]}"#),
            "attestationObject": crate::bytes::encode(&object),
            "transports": ["nfc", "usb"],
            "publicKeyAlgorithm": -7
        }
    }));
    assert_eq!(value(&trees, &["id"]), "aabb");
    assert_eq!(value(&trees, &["clientDataJSON", "type"]), "webauthn.create");
    assert_eq!(value(&trees, &["clientDataJSON", "n", "[0]"]), "1");
    let data = ["attestationObject", "authData"];
    let part = |name| value(&trees, &[data[0], data[1], name]).to_owned();
    assert_eq!(part("flags"), "0xc5 UP UV AT ED");
    assert_eq!(part("signCount"), "9");
    assert_eq!(part("aaguid"), "11111111-1111-1111-1111-111111111111");
    assert_eq!(part("credentialId"), "aabb");
    assert_eq!(part("trailing bytes"), "ff");
    assert_eq!(value(&trees, &["attestationObject", "authData", "extensions", "e"]), "true");
    assert_eq!(value(&trees, &["attestationObject", "authData", "credentialPublicKey", "alg"]), "-7");
    assert_eq!(value(&trees, &["attestationObject", "trailing bytes"]), "01");
    assert_eq!(value(&trees, &["publicKeyAlgorithm"]), "ES256 (-7)");
}

#[test]
fn an_authentication_is_shown_with_its_parts() {
    let trees = describe::response(&json!({
        "id": "qrs=", "rawId": "qrs", "type": "public-key", "clientExtensionResults": {},
        "response": {
            "clientDataJSON": "bm8",
            "authenticatorData": crate::bytes::encode(&[&[2; 32][..], &[1, 0, 0, 1, 0]].concat()),
            "signature": "MAA",
            "userHandle": "dQ"
        }
    }));
    assert_eq!(value(&trees, &["id"]), "qrs= (not base64url)");
    assert_eq!(value(&trees, &["clientDataJSON"]), "not JSON: no");
    assert_eq!(value(&trees, &["authenticatorData", "signCount"]), "256");
    assert_eq!(value(&trees, &["signature"]), "3000");
    assert_eq!(value(&trees, &["userHandle"]), "75");
}

#[test]
fn what_cannot_be_decoded_is_shown_as_it_is() {
    let trees = describe::response(&json!({ "hello": ["there"] }));
    assert_eq!(value(&trees, &["hello", "[0]"]), "there");
    let tree = describe::auth_data("authData", &[1, 2, 3]);
    assert_eq!(value(&tree.parts, &["bytes"]), "010203");
    assert!(value(&tree.parts, &["undecodable"]).contains("rpIdHash"));
    assert_eq!(value(&describe::attestation_object(&[9]).parts, &["undecodable"]), "09");
    let tree = describe::cbor("m", &[0xa2, 0x01, 0x61, b'x', 0x02, 0x81, 0xf6], &[(1, "clientDataHash")]);
    assert_eq!(value(&tree.parts, &["clientDataHash"]), "x");
    assert_eq!(value(&tree.parts, &["2", "[0]"]), "null");
    assert!(find(&describe::cbor("m", &[0x41], &[]).parts, &["undecodable"]).is_some());
}
