//! What a browser's settings do with the credentials that a key keeps.

use wire::Status;
use wire::ctap2::Command;

use super::*;

/// That model with the command that manages credentials, or its prototype.
fn managing(mut profile: Profile, cred_mgmt: bool, preview: bool) -> Profile {
    let features = &mut profile.ctap2.as_mut().unwrap().features;
    (features.cred_mgmt, features.credential_mgmt_preview) = (cred_mgmt, preview);
    profile
}

/// Makes a resident credential for an account; its id.
async fn made(stage: &mut Stage, user: &str) -> Vec<u8> {
    let options = CreationOptions::from_value(json!({
        "rp": { "id": "anykey.test", "name": "test" },
        "user": { "id": user, "name": "alice", "displayName": "Alice" },
        "challenge": "AAAAAAAAAAAAAAAAAAAAAA",
        "pubKeyCredParams": [{ "type": "public-key", "alg": -7 }],
        "authenticatorSelection": { "residentKey": "required", "userVerification": "preferred" },
    }))
    .unwrap();
    stage.client.create(&mut stage.link, ORIGIN, &options).await.unwrap().response.raw_id.0
}

/// The commands that went over the link.
fn commands(stage: &mut Stage) -> Vec<Command> {
    stage.link.take().iter().filter_map(|call| call.request.first().map(|byte| Command(*byte))).collect()
}

/// Deletes the first and the last of three credentials, and one that never was; the commands that it took.
async fn deletes_what_is_named(stage: &mut Stage) -> Vec<Command> {
    let mut ids = Vec::new();
    for user in ["AQ", "Ag", "Aw"] {
        ids.push(made(stage, user).await);
    }
    stage.person.asked();
    stage.link.take();
    let named = [ids[0].clone(), vec![7; 32], ids[2].clone()];
    let said = stage.client.delete_credentials(&mut stage.link, &named).await.unwrap();
    assert_eq!(said, [Status::OK, Status::NO_CREDENTIALS, Status::OK]);
    let commands = commands(stage);
    for (id, there) in ids.iter().zip([false, true, false]) {
        let options = RequestOptions::from_value(json!({
            "challenge": "AAAAAAAAAAAAAAAAAAAAAA",
            "rpId": "anykey.test",
            "userVerification": "discouraged",
            "allowCredentials": [{ "type": "public-key", "id": webauthn::Base64Url(id.clone()) }],
        }))
        .unwrap();
        let got = stage.client.get(&mut stage.link, ORIGIN, &options).await;
        assert_eq!(got.is_ok(), there, "{got:?}");
    }
    commands
}

#[tokio::test]
async fn a_key_deletes_what_is_named_and_asks_for_the_pin_once() {
    for (profile, command) in [
        (managing(model(|_| ()), true, false), Command::CREDENTIAL_MANAGEMENT),
        (managing(model(|_| ()), true, true), Command::CREDENTIAL_MANAGEMENT),
        (managing(older(1), false, true), Command::PROTOTYPE_CREDENTIAL_MANAGEMENT),
        (managing(older(2), false, true), Command::PROTOTYPE_CREDENTIAL_MANAGEMENT),
    ] {
        let mut stage = stage(profile);
        stage.set_pin("1234").await;
        stage.person.types(&["1234"; 4]);
        let commands = deletes_what_is_named(&mut stage).await;
        assert_eq!(stage.person.asked().len(), 1, "one entry for all three");
        // Retries, key agreement, token; then each deletion.
        assert_eq!(commands[..3], [Command::CLIENT_PIN; 3]);
        assert_eq!(commands[3..], [command; 3]);
    }
}

#[tokio::test]
async fn where_there_is_no_pin_the_key_verifies_its_user() {
    let mut stage = stage(managing(model(|profile| set_uv(profile, Some(true))), true, false));
    deletes_what_is_named(&mut stage).await;
    assert_eq!(stage.person.asked(), []);
}

#[tokio::test]
async fn what_a_key_cannot_delete_or_a_person_does_not_allow_stays() {
    let mut without = stage(model(|_| ()));
    without.set_pin("1234").await;
    let mut no_pin = stage(managing(model(|_| ()), true, false));
    let mut gives_up = stage(managing(model(|_| ()), true, false));
    gives_up.set_pin("1234").await;
    gives_up.person.types(&["9999"]);
    for (stage, why, by) in [
        (&mut without, "no credential management", Refuser::Client),
        (&mut no_pin, "with a PIN", Refuser::Client),
        (&mut gives_up, "gave no PIN", Refuser::Client),
    ] {
        let error = stage.client.delete_credentials(&mut stage.link, &[vec![1; 16]]).await.unwrap_err();
        assert!(error.reason.contains(why) && error.by == by, "{error}");
        assert!(!commands(stage).contains(&Command::CREDENTIAL_MANAGEMENT), "{why}");
    }
}
