//! Accounts, credentials, and what is left of them.

use plan::Policy;

use super::key::Key;
use super::scene::{ORIGIN, Scene};
use crate::reference::flaws::Flaws;

fn scene() -> Scene {
    Scene::new(Policy::default(), Flaws::NONE)
}

#[test]
fn names_are_taken_once_and_have_bounds() {
    let scene = scene();
    let check = |name: &str| {
        scene
            .site
            .provision(name, "")
            .map_err(|refusal| (refusal.status.as_u16(), refusal.check.into_owned()))
    };
    assert_eq!(check("alice"), Err((409, "account-name".into())));
    for name in ["", ".", "..", "a\nb", &"x".repeat(65)] {
        assert_eq!(check(name), Err((400, "account-name".into())), "{name:?}");
    }
    assert_eq!(check(&"x".repeat(64)), Ok(()));
    assert_eq!(scene.site.provision("carol", &"x".repeat(257)).unwrap_err().check, "password");
}

#[test]
fn a_wrong_password_and_an_unknown_name_look_the_same() {
    let scene = scene();
    let refusals = [("alice", "wrong"), ("carol", "secret")]
        .map(|(name, password)| scene.site.password(None, name, password, scene.now).unwrap_err());
    assert_eq!(refusals[0], refusals[1]);
    assert_eq!(refusals[0].status.as_u16(), 401);
}

#[test]
fn nobody_registers_without_a_password() {
    let scene = scene();
    for token in [None, Some("00112233445566778899aabbccddeeff")] {
        let refusal = scene.site.registration_options(token, scene.now).unwrap_err();
        assert_eq!((refusal.status.as_u16(), &*refusal.check), (401, "session"));
    }
}

#[test]
fn the_listing_shows_what_was_stored() {
    let scene = scene();
    let mut key = Key::new(1);
    let registered = scene.register("alice", &mut key, |_| ()).unwrap();
    let listed = scene.site.credentials("alice").unwrap();
    assert_eq!((registered.user.as_str(), &registered.credential), ("alice", &listed[0]));
    assert_eq!(listed[0].id, webauthn::bytes::encode(&key.id));
    assert_eq!(listed[0].aaguid, super::policy::aaguid());
    assert_eq!(
        (listed[0].sign_count, listed[0].backup_eligible, listed[0].uv_initialized),
        (1, false, false)
    );
    assert_eq!(
        (listed[0].format.as_str(), listed[0].transports.as_slice()),
        ("none", &["usb".to_owned()][..])
    );
    scene.login("alice", &mut key, |_| ()).unwrap();
    assert_eq!(scene.site.credentials("alice").unwrap()[0].sign_count, 2);
}

#[test]
fn a_revoked_credential_is_gone_and_its_id_is_free() {
    let scene = scene();
    let mut key = Key::new(1);
    scene.register("alice", &mut key, |_| ()).unwrap();
    let id = webauthn::bytes::encode(&key.id);
    assert_eq!(scene.site.revoke("bob", &id).unwrap_err().status.as_u16(), 404);
    assert_eq!(scene.site.revoke("alice", "not base64url!").unwrap_err().status.as_u16(), 400);
    scene.site.revoke("alice", &id).unwrap();
    assert_eq!(scene.site.revoke("alice", &id).unwrap_err().status.as_u16(), 404);
    assert_eq!(scene.count("alice"), 0);
    scene.register("bob", &mut key, |_| ()).unwrap();
    assert_eq!(scene.count("bob"), 1);
}

#[test]
fn a_retired_account_takes_its_sessions_and_credentials_with_it() {
    let scene = scene();
    let mut key = Key::new(1);
    scene.register("alice", &mut key, |_| ()).unwrap();
    let mut agent = scene.agent("alice");
    let options = scene.offer_registration(&mut agent);
    scene.site.retire("alice").unwrap();
    assert_eq!(scene.site.retire("alice").unwrap_err().status.as_u16(), 404);
    assert_eq!(scene.site.credentials("alice").unwrap_err().status.as_u16(), 404);
    let late = scene.send_registration(&agent, &Key::new(2).create(&options, ORIGIN, |_| ()));
    assert_eq!(late.unwrap_err().check, "challenge");
    scene.site.provision("alice", "secret").unwrap();
    assert_eq!(scene.count("alice"), 0);
    assert!(scene.register("alice", &mut key, |_| ()).is_ok());
}

#[test]
fn an_account_keeps_sixty_four_credentials() {
    let scene = scene();
    let register = |at: u8| {
        let mut key = Key::new(1);
        key.id = vec![at; 16];
        scene.register("alice", &mut key, |_| ())
    };
    for at in 0..64 {
        register(at).unwrap();
    }
    assert_eq!(register(64).unwrap_err().status.as_u16(), 507);
    assert_eq!(scene.count("alice"), 64);
}

#[test]
fn client_data_that_is_none_is_named() {
    let scene = scene();
    let mut agent = scene.agent("alice");
    let options = scene.offer_registration(&mut agent);
    let mut response = Key::new(1).create(&options, ORIGIN, |_| ());
    response.response.client_data_json = b"nonsense".as_slice().into();
    assert_eq!(scene.send_registration(&agent, &response).unwrap_err().check, "client-data-json");
}
