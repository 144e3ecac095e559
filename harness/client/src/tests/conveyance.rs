//! What the page learns of the key, and the JSON that it gets.

use serde_json::json;
use webauthn::{AttestationObject, ClientData};
use wire::Alg;
use wire::authdata::AuthData;
use wire::ctap2::Statement;

use super::fake::{
    AAGUID, Claims, EMPTY_MAP, Fake, ID, NO_UV, ORIGIN, PASSKEY, creation, info, made, made_with,
};
use crate::{AaguidTreatment, Client, Created, Manner, Person, Twist};

const SELF_ATTESTATION: Statement<'static> = Statement::Packed { alg: Alg::ES256, sig: b"s", x5c: None };

async fn create(
    claims: Claims,
    answer: Vec<u8>,
    attestation: Option<&str>,
    client: Client,
    twist: &Twist,
) -> Created {
    let mut options = creation(json!({}));
    options.attestation = attestation.map(str::to_owned);
    let mut fake = Fake::answering([info(claims), answer]);
    let mut client = client;
    client.create_twisted(&mut fake, ORIGIN, &options, twist).await.unwrap()
}

/// Format and AAGUID that the page got.
fn conveyed(created: &Created) -> (String, [u8; 16]) {
    let object = AttestationObject::parse(&created.response.response.attestation_object).unwrap();
    let data = AuthData::parse_exact(object.auth_data).unwrap();
    (object.fmt.to_owned(), *data.attested.unwrap().aaguid)
}

#[tokio::test]
async fn attestation_is_replaced_unless_it_was_asked_for() {
    let faithful = || Client::new(Manner::Faithful);
    let packed = ("packed".to_owned(), AAGUID);
    let nothing = ("none".to_owned(), [0; 16]);
    for (attestation, expected) in [
        (None, &nothing),
        (Some("none"), &nothing),
        (Some("unheard of"), &nothing),
        (Some("indirect"), &packed),
        (Some("direct"), &packed),
        (Some("enterprise"), &packed),
    ] {
        let created = create(PASSKEY, made(), attestation, faithful(), &Twist::default()).await;
        assert_eq!(conveyed(&created), *expected, "{attestation:?}");
        let raw = AttestationObject::parse(&created.raw_attestation).unwrap();
        assert_eq!(raw.fmt, "packed");
    }
}

#[tokio::test]
async fn what_becomes_of_the_aaguid_is_a_switch() {
    let plat = Claims { plat: Some(true), ..PASSKEY };
    for (claims, treatment, kept) in [
        (PASSKEY, AaguidTreatment::ByAttachment, false),
        (plat, AaguidTreatment::ByAttachment, true),
        (plat, AaguidTreatment::Zero, false),
        (PASSKEY, AaguidTreatment::Keep, true),
    ] {
        let client = Client::new(Manner::Faithful).with_aaguid(treatment);
        let created = create(claims, made(), None, client, &Twist::default()).await;
        let (format, aaguid) = conveyed(&created);
        assert_eq!((format.as_str(), aaguid == AAGUID), ("none", kept), "{treatment:?}");
    }
}

#[tokio::test]
async fn self_attestation_without_a_model_needs_no_replacement() {
    let faithful = || Client::new(Manner::Faithful);
    let anonymous = made_with(SELF_ATTESTATION, &[0; 16]);
    let created = create(NO_UV, anonymous, None, faithful(), &Twist::default()).await;
    assert_eq!(conveyed(&created).0, "packed");
    let named = made_with(SELF_ATTESTATION, &AAGUID);
    let created = create(NO_UV, named, None, faithful(), &Twist::default()).await;
    assert_eq!(conveyed(&created), ("none".to_owned(), [0; 16]));
    let odd = made_with(Statement::Raw { fmt: "packed", att_stmt: EMPTY_MAP }, &[0; 16]);
    let created = create(NO_UV, odd, None, faithful(), &Twist::default()).await;
    assert_eq!(conveyed(&created).0, "none", "a statement that is none is no self attestation");
}

#[tokio::test]
async fn a_raw_attestation_passes_byte_for_byte() {
    let twist = Twist { raw_attestation: true, ..Twist::default() };
    let created = create(PASSKEY, made(), None, Client::new(Manner::Faithful), &twist).await;
    assert_eq!(created.response.response.attestation_object.0, created.raw_attestation);
}

struct Shy;

impl Person for Shy {
    fn choose_account(&mut self, _: &[crate::AccountChoice]) -> Option<usize> {
        None
    }

    fn allow_attestation(&mut self, rp_id: &str) -> bool {
        assert_eq!(rp_id, super::fake::RP_ID);
        false
    }
}

#[tokio::test]
async fn a_person_can_keep_the_model_to_themselves() {
    let client = Client::new(Manner::Faithful).with_person(Shy);
    let created = create(PASSKEY, made(), Some("direct"), client, &Twist::default()).await;
    assert_eq!(conveyed(&created), ("none".to_owned(), [0; 16]));
}

#[tokio::test]
async fn the_json_has_what_browsers_send() {
    let claims = Claims { transports: &["usb", "nfc", "usb"], ..PASSKEY };
    let created =
        create(claims, made(), Some("direct"), Client::new(Manner::Faithful), &Twist::default()).await;
    let value = created.response.to_value();
    assert_eq!(value["id"], webauthn::bytes::encode(ID));
    assert_eq!(value["rawId"], value["id"]);
    assert_eq!(value["type"], "public-key");
    assert_eq!(value["authenticatorAttachment"], "cross-platform");
    assert_eq!(value["clientExtensionResults"], json!({ "credProps": { "rk": false } }));
    let response = &value["response"];
    assert_eq!(response["transports"], json!(["nfc", "usb"]));
    assert_eq!(response["publicKeyAlgorithm"], -7);
    let spki = created.response.response.public_key.clone().unwrap();
    assert!(spki.ends_with(&super::fake::POINT) && spki.len() == 91);
    let object = AttestationObject::parse(&created.response.response.attestation_object).unwrap();
    assert_eq!(created.response.response.authenticator_data.as_deref(), Some(object.auth_data));
    let data = ClientData::parse_strict(&created.response.response.client_data_json).unwrap();
    assert_eq!(data, ClientData::new("webauthn.create", &[0, 1, 2], ORIGIN));
}
