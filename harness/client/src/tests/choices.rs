//! What is asked of which key, and what is refused before it is asked.

use serde_json::{Value, json};
use webauthn::CreationOptions;
use wire::Protocol;

use super::fake::{
    Claims, Fake, NO_UV, ORIGIN, PASSKEY, asserted, creation, info, made, pin_retries, request, u2f_only,
    u2f_registered,
};
use crate::{
    Client, ClientError, Created, DomError, KeyFacts, Liberties, Liberty, LinkError, Manner, Refuser,
};

#[derive(Clone, Copy, Debug, PartialEq)]
enum Key {
    Passkey,
    NoUv,
    U2f,
}

fn script(key: Key) -> Fake {
    match key {
        Key::Passkey => Fake::answering([info(PASSKEY), made()]),
        Key::NoUv => Fake::answering([info(NO_UV), made()]),
        Key::U2f => Fake::answering(u2f_only().into_iter().chain([u2f_registered()])),
    }
}

async fn create(fake: &mut Fake, manner: Manner, options: &CreationOptions) -> Result<Created, ClientError> {
    Client::new(manner).create(fake, ORIGIN, options).await
}

fn permissive() -> Manner {
    Manner::Permissive(Liberties::all())
}

#[tokio::test]
async fn user_verification_by_requirement_key_and_manner() {
    use Key::{NoUv, Passkey, U2f};
    // What `uv` is sent, by the faithful and by the permissive client; None: it refuses.
    let table: &[(&str, Key, Option<bool>, Option<bool>)] = &[
        ("required", Passkey, Some(true), Some(true)),
        ("preferred", Passkey, Some(true), Some(true)),
        ("discouraged", Passkey, Some(false), Some(false)),
        ("something new", Passkey, Some(true), Some(true)),
        ("required", NoUv, None, Some(false)),
        ("preferred", NoUv, Some(false), Some(false)),
        ("discouraged", NoUv, Some(false), Some(false)),
        ("required", U2f, None, Some(false)),
        ("preferred", U2f, Some(false), Some(false)),
        ("discouraged", U2f, Some(false), Some(false)),
    ];
    for (requirement, key, faithful, lenient) in table {
        for (manner, expected) in [(Manner::Faithful, faithful), (permissive(), lenient)] {
            let what = format!("{requirement} {key:?} {manner:?}");
            let mut fake = script(*key);
            let options = creation(json!({ "userVerification": requirement }));
            match (create(&mut fake, manner, &options).await, expected) {
                (Ok(created), Some(uv)) => {
                    assert_eq!(created.asked_uv, *uv, "{what}");
                    if *key == U2f {
                        assert_eq!(created.protocol, Protocol::Ctap1, "{what}");
                    } else {
                        let sent = fake.made(1).options.and_then(|options| options.uv);
                        assert_eq!(sent, uv.then_some(true), "{what}");
                    }
                }
                (Err(error), None) => {
                    assert_eq!(
                        (error.name, error.by),
                        (DomError::NotAllowedError, Refuser::Client),
                        "{what}"
                    );
                    assert!(error.reason.contains("verif"), "{what}: {error}");
                }
                (result, _) => panic!("{what}: {result:?}"),
            }
        }
    }
}

#[tokio::test]
async fn verification_at_login_by_requirement_and_key() {
    let table: &[(&str, Claims, Option<bool>, Option<bool>)] = &[
        ("required", PASSKEY, Some(true), Some(true)),
        ("preferred", PASSKEY, Some(true), Some(true)),
        ("discouraged", PASSKEY, Some(false), Some(false)),
        ("required", NO_UV, None, Some(false)),
        ("preferred", NO_UV, Some(false), Some(false)),
        ("discouraged", Claims { always_uv: Some(true), ..PASSKEY }, Some(true), Some(true)),
    ];
    for (requirement, claims, faithful, lenient) in table {
        for (manner, expected) in [(Manner::Faithful, faithful), (permissive(), lenient)] {
            let mut fake = Fake::answering([info(*claims), asserted(None, None, None)]);
            let result = Client::new(manner).get(&mut fake, ORIGIN, &request(requirement, &[b"one"])).await;
            match (result, expected) {
                (Ok(_), Some(uv)) => {
                    let sent = fake.asked(1).options.and_then(|options| options.uv);
                    assert_eq!(sent, uv.then_some(true), "{requirement} {manner:?}");
                }
                (Err(error), None) => assert_eq!(error.name, DomError::NotAllowedError),
                (result, _) => panic!("{requirement} {manner:?}: {result:?}"),
            }
        }
    }
}

#[tokio::test]
async fn resident_keys_by_requirement_key_and_manner() {
    use Key::{NoUv, Passkey, U2f};
    let required = json!({ "residentKey": "required" });
    let older = json!({ "requireResidentKey": true });
    let preferred = json!({ "residentKey": "preferred" });
    let discouraged = json!({ "residentKey": "discouraged", "requireResidentKey": true });
    let table: &[(&Value, Key, Option<bool>, Option<bool>)] = &[
        (&required, Passkey, Some(true), Some(true)),
        (&older, Passkey, Some(true), Some(true)),
        (&preferred, Passkey, Some(true), Some(true)),
        (&discouraged, Passkey, Some(false), Some(false)),
        (&required, NoUv, None, Some(false)),
        (&older, U2f, None, Some(false)),
        (&preferred, NoUv, Some(false), Some(false)),
        (&preferred, U2f, Some(false), Some(false)),
    ];
    for (selection, key, faithful, lenient) in table {
        for (manner, expected) in [(Manner::Faithful, faithful), (permissive(), lenient)] {
            let what = format!("{selection} {key:?} {manner:?}");
            let mut fake = script(*key);
            match (create(&mut fake, manner, &creation((*selection).clone())).await, expected) {
                (Ok(created), Some(rk)) => {
                    assert_eq!(created.asked_rk, *rk, "{what}");
                    let results = &created.response.client_extension_results;
                    assert_eq!(results["credProps"], json!({ "rk": rk }), "{what}");
                    if *key != U2f {
                        let sent = fake.made(1).options.and_then(|options| options.rk);
                        assert_eq!(sent, rk.then_some(true), "{what}");
                    }
                }
                (Err(error), None) => assert_eq!(error.name, DomError::NotAllowedError, "{what}"),
                (result, _) => panic!("{what}: {result:?}"),
            }
        }
    }
}

#[tokio::test]
async fn a_key_of_another_attachment_is_not_used() {
    let plat = Claims { plat: Some(true), ..PASSKEY };
    for (claims, wanted, fits) in [
        (PASSKEY, "cross-platform", true),
        (PASSKEY, "platform", false),
        (plat, "platform", true),
        (plat, "cross-platform", false),
        (plat, "unknown", true),
    ] {
        let options = creation(json!({ "authenticatorAttachment": wanted }));
        let result = create(&mut Fake::answering([info(claims), made()]), Manner::Faithful, &options).await;
        assert_eq!(result.is_ok(), fits, "{wanted}");
        let result =
            create(&mut Fake::answering([info(claims), made()]), permissive(), &options).await.unwrap();
        let is = if claims.plat == Some(true) { "platform" } else { "cross-platform" };
        assert_eq!(result.response.authenticator_attachment.as_deref(), Some(is));
    }
}

#[tokio::test]
async fn algorithms_are_those_that_were_offered() {
    let mut options = creation(json!({}));
    let mut fake = script(Key::NoUv);
    create(&mut fake, Manner::Faithful, &options).await.unwrap();
    let sent: Vec<i32> = fake.made(1).pub_key_cred_params.iter().map(|p| p.alg.0).collect();
    assert_eq!(sent, [-8, -7]);

    options.pub_key_cred_params.clear();
    let mut fake = script(Key::NoUv);
    create(&mut fake, Manner::Faithful, &options).await.unwrap();
    let sent: Vec<i32> = fake.made(1).pub_key_cred_params.iter().map(|p| p.alg.0).collect();
    assert_eq!(sent, [-7, -257], "the defaults of an empty list");

    options.pub_key_cred_params = vec![webauthn::PubKeyCredParam { kind: "new".to_owned(), alg: -7 }];
    let error = create(&mut script(Key::NoUv), Manner::Faithful, &options).await.unwrap_err();
    assert_eq!((error.name, error.by), (DomError::NotSupportedError, Refuser::Client));

    options.pub_key_cred_params = vec![webauthn::PubKeyCredParam::public_key(-257)];
    let error = create(&mut script(Key::U2f), Manner::Faithful, &options).await.unwrap_err();
    assert_eq!((error.name, error.by), (DomError::NotSupportedError, Refuser::Client));
    let algorithm = Manner::Permissive(Liberties::only(Liberty::Algorithm));
    assert_eq!(create(&mut script(Key::U2f), algorithm, &options).await.unwrap().protocol, Protocol::Ctap1);
}

#[tokio::test]
async fn user_handles_have_1_to_64_bytes() {
    for (length, fits) in [(0, false), (1, true), (64, true), (65, false)] {
        let mut options = creation(json!({}));
        options.user.id = vec![7; length].into();
        let result = create(&mut script(Key::NoUv), Manner::Faithful, &options).await;
        assert_eq!(
            result.map(|_| ()).map_err(|e| e.name),
            if fits { Ok(()) } else { Err(DomError::TypeError) }
        );
        let mut fake = script(Key::NoUv);
        create(&mut fake, permissive(), &options).await.unwrap();
        assert_eq!(fake.made(1).user.id.len(), length);
    }
}

#[tokio::test]
async fn newer_keys_are_asked_to_verify_whenever_they_need_it() {
    let newer = Claims { versions: &["FIDO_2_0", "FIDO_2_1"], ..PASSKEY };
    let spares = Claims { make_cred_uv_not_rqd: Some(true), ..newer };
    let discouraged = json!({ "userVerification": "discouraged" });
    let resident = json!({ "userVerification": "discouraged", "residentKey": "required" });
    for (claims, selection, uv) in [
        (PASSKEY, &discouraged, false),
        (newer, &discouraged, true),
        (spares, &discouraged, false),
        (spares, &resident, true),
        (Claims { always_uv: Some(true), ..PASSKEY }, &discouraged, true),
    ] {
        let mut fake = Fake::answering([info(claims), made()]);
        let created = create(&mut fake, Manner::Faithful, &creation(selection.clone())).await.unwrap();
        assert_eq!(created.asked_uv, uv, "{selection}");
    }
}

#[tokio::test]
async fn which_protocol_is_spoken() {
    let with_pin = Claims { uv: None, client_pin: Some(true), pin_uv_auth_protocols: &[1], ..PASSKEY };
    let spares = Claims { make_cred_uv_not_rqd: Some(true), ..with_pin };
    let plain = json!({ "userVerification": "discouraged" });
    for (claims, selection, protocol) in [
        (PASSKEY, &plain, Protocol::Ctap2),
        (NO_UV, &plain, Protocol::Ctap2),
        (with_pin, &plain, Protocol::Ctap1),
        (spares, &plain, Protocol::Ctap2),
    ] {
        let answer = if protocol == Protocol::Ctap1 { u2f_registered() } else { made() };
        let mut fake = Fake::answering([info(claims), answer]);
        let created = create(&mut fake, Manner::Faithful, &creation(selection.clone())).await.unwrap();
        assert_eq!(created.protocol, protocol);
    }
    // What CTAP2 does with a PIN that is set begins with the question for it.
    let no_u2f = Claims { versions: &["FIDO_2_0"], ..with_pin };
    let always = Claims { always_uv: Some(true), ..with_pin };
    let resident = json!({ "userVerification": "discouraged", "residentKey": "required" });
    for (claims, selection, extensions) in [
        (with_pin, json!({ "userVerification": "required" }), json!({})),
        (with_pin, json!({}), json!({})),
        (with_pin, resident, json!({})),
        (no_u2f, plain.clone(), json!({})),
        (always, plain.clone(), json!({})),
        (with_pin, plain.clone(), json!({ "prf": {} })),
    ] {
        let mut fake = Fake::answering([info(claims), pin_retries(8)]);
        let mut options = creation(selection);
        options.extensions = extensions.as_object().cloned();
        let error = create(&mut fake, Manner::Faithful, &options).await.unwrap_err();
        assert_eq!((error.name, error.by), (DomError::NotAllowedError, Refuser::Client), "{error}");
        assert_eq!(fake.sent[1].1[0], 0x06, "never U2F where the user is to be verified");
    }
}

#[tokio::test]
async fn what_a_key_speaks_is_found_out() {
    let version = |data: &[u8]| super::fake::word(data, wire::u2f::StatusWord::NO_ERROR);
    let ask = |answers: Vec<Result<Vec<u8>, LinkError>>| async {
        let mut fake = Fake { answers: answers.into(), ..Fake::default() };
        Client::meet(&mut fake).await
    };
    let facts = ask(vec![Ok(info(PASSKEY))]).await.unwrap();
    assert!(facts.u2f && facts.can_verify() && facts.can_reside());
    assert_eq!(facts.transports(), ["usb"]);
    let facts = ask(vec![Ok(info(NO_UV))]).await.unwrap();
    assert!(!facts.u2f && !facts.can_verify() && facts.ctap2.is_some());

    let u2f = KeyFacts { ctap2: None, u2f: true };
    assert_eq!(ask(vec![Err(LinkError::NoProtocol), Ok(version(b"U2F_V2"))]).await.unwrap(), u2f);
    assert_eq!(ask(vec![Ok(vec![1]), Ok(version(b"U2F_V2"))]).await.unwrap(), u2f);
    let only_u2f = Claims { versions: &["U2F_V2"], ..PASSKEY };
    assert_eq!(ask(vec![Ok(info(only_u2f)), Ok(version(b"U2F_V2"))]).await.unwrap(), u2f);
    let nothing = ask(vec![Err(LinkError::NoProtocol), Err(LinkError::NoProtocol)]).await.unwrap();
    assert_eq!(nothing, KeyFacts::default());

    let gone = ask(vec![Err(LinkError::Gone("unplugged".to_owned()))]).await.unwrap_err();
    assert_eq!(gone.by, Refuser::Link);
    let nonsense = ask(vec![Ok(vec![0, 0xff])]).await.unwrap_err();
    assert_eq!((nonsense.name, nonsense.by), (DomError::UnknownError, Refuser::Key));
    assert_eq!(ask(vec![Ok(Vec::new())]).await.unwrap_err().name, DomError::UnknownError);
}

#[tokio::test]
async fn a_key_is_asked_once_what_it_is() {
    let mut client = Client::new(Manner::Faithful);
    let mut fake = Fake::answering([info(NO_UV), made(), made(), info(NO_UV), made()]);
    client.create(&mut fake, ORIGIN, &creation(json!({}))).await.unwrap();
    client.create(&mut fake, ORIGIN, &creation(json!({}))).await.unwrap();
    client.forget();
    client.create(&mut fake, ORIGIN, &creation(json!({}))).await.unwrap();
    assert_eq!(fake.sent.len(), 5);
}
