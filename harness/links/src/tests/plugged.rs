//! Keys of our own on a bus with real time.

use super::*;

fn fresh(name: &str, script: Script) -> Fresh {
    Fresh { profile: profile(name), platform: platform(), hands: Box::new(Scripted::new(script)) }
}

const AT_ONCE: Script = Script::Touch(Duration::from_millis(5));

/// Breaks the wait for the user off.
struct Impatient;

impl Watch for Impatient {
    fn waiting(&mut self, why: Waiting) -> ControlFlow<()> {
        if why == Waiting::User { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    }
}

async fn create(link: &mut dyn Held, client: &mut Client) -> Result<String, client::ClientError> {
    client.create(link, ORIGIN, &creation()).await.map(|created| created.response.id)
}

#[tokio::test]
async fn a_key_keeps_what_it_has_over_a_power_cycle_and_a_fresh_one_has_nothing() {
    let plugs = Plugs::on_sockets().unwrap();
    for name in ["passkey", "yubikey-4", "no-uv"] {
        let mut client = Client::new(client::Manner::Faithful);
        let mut key = plugs.plug("main", fresh(name, AT_ONCE)).await.unwrap();
        let id = create(key.as_mut(), &mut client).await.unwrap();
        key.replug().await.unwrap();
        client.get(key.as_mut(), ORIGIN, &request(&id)).await.unwrap();
        let other = Fresh { platform: Box::new(Seeded::from_seed([8; 32])), ..fresh(name, AT_ONCE) };
        let mut key = plugs.plug("main", other).await.unwrap();
        let refused = client.get(key.as_mut(), ORIGIN, &request(&id)).await.unwrap_err();
        assert_eq!(refused.name, client::DomError::NotAllowedError, "{name}: {refused}");
    }
}

#[tokio::test]
async fn hands_refuse_do_nothing_or_pull_the_key_out() {
    let plugs = Plugs::on_sockets().unwrap();
    for (script, said) in [
        (Script::Refuse(Duration::from_millis(5)), "OPERATION_DENIED"),
        (Script::Never, "USER_ACTION_TIMEOUT"),
    ] {
        let mut key = plugs.plug("main", fresh("no-uv", script)).await.unwrap();
        let refused = create(key.as_mut(), &mut Client::new(client::Manner::Faithful)).await.unwrap_err();
        assert!(refused.status.as_ref().is_some_and(|status| status.contains(said)), "{refused:?}");
    }
    // Over a socket nothing shows of a key that lost its power, except that it is silent: cut short here.
    let unplug = Script::Unplug(Duration::from_millis(5));
    let mut key = plugs.plug("main", fresh("no-uv", unplug)).await.unwrap();
    let mut client = Client::new(client::Manner::Faithful);
    let silent = tokio::time::timeout(Duration::from_millis(300), create(key.as_mut(), &mut client)).await;
    assert!(silent.is_err(), "{silent:?}");
    key.replug().await.unwrap();
    assert!(client.facts(key.as_mut()).await.is_ok(), "plugged in again");
    let mut key = plugs.plug("main", fresh("no-uv", AT_ONCE)).await.unwrap();
    create(key.as_mut(), &mut client).await.unwrap();
}

#[tokio::test]
async fn a_wait_is_cancelled_and_the_channel_stays_good() {
    let plugs = Plugs::on_sockets().unwrap();
    let mut key = plugs.plug("main", fresh("no-uv", Script::Never)).await.unwrap();
    let mut client = Client::new(client::Manner::Faithful).with_watch(Impatient);
    let error = create(key.as_mut(), &mut client).await.unwrap_err();
    assert_eq!(error.name, client::DomError::AbortError, "{error}");
    assert!(client.facts(key.as_mut()).await.is_ok());
    // A client that goes away in the middle, and comes back on the same channel.
    let mut client = Client::new(client::Manner::Faithful);
    let dropped = tokio::time::timeout(Duration::from_millis(50), create(key.as_mut(), &mut client)).await;
    assert!(dropped.is_err());
    assert!(Client::meet(key.as_mut()).await.is_ok());
}

#[tokio::test]
async fn keys_of_one_model_and_two_names_are_two_keys() {
    let plugs = Plugs::on_sockets().unwrap();
    let mut key = plugs.plug("main", fresh("no-uv", Script::Never)).await.unwrap();
    // Of the same model and another name: a key of its own.
    let mut spare = plugs.plug("spare", fresh("no-uv", AT_ONCE)).await.unwrap();
    let mut client = Client::new(client::Manner::Faithful);
    let waits = create(key.as_mut(), &mut client);
    let mut other = Client::new(client::Manner::Faithful);
    let done = create(spare.as_mut(), &mut other);
    tokio::select! {
        biased;
        ended = waits => panic!("{ended:?}"),
        done = done => assert!(done.is_ok()),
    }
}
