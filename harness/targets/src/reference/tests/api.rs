//! The same over HTTP: every path, its statuses, and the target on top.

use plan::Policy;
use plan::policy::Login;
use serde_json::{Value, json};
use webauthn::{CreationOptions, RequestOptions};

use super::key::Key;
use crate::http::{Agent, Answer, Body, Method, header};
use crate::reference::flaws::{Flaw, Flaws};
use crate::reference::{ReferenceTarget, Running, Server, Settings, StartError};
use crate::target::{Account, SiteWish, Target as _, TargetError};

async fn server(settings: Settings) -> (Running, Agent) {
    let running = Server::start(settings).await.unwrap();
    let agent = Agent::new(running.url());
    (running, agent)
}

fn alice() -> Account {
    Account { name: "alice".into(), password: "secret".into() }
}

fn check(answer: &Answer) -> (u16, String) {
    let body = answer.json().unwrap();
    assert!(body["error"]["message"].as_str().is_some_and(|message| !message.is_empty()), "{body}");
    (answer.status, body["error"]["check"].as_str().unwrap().to_owned())
}

async fn post(agent: &mut Agent, path: &str, body: Value) -> Answer {
    agent.post(path, Body::Json(&body)).await.unwrap()
}

#[tokio::test]
async fn the_default_site_from_account_to_logout() {
    let (running, mut agent) = server(Settings::default()).await;
    let origin = format!("http://localhost:{}", running.address().port());
    let info = agent.get("api/info").await.unwrap().json().unwrap();
    assert_eq!(info["server"], "anykey-reference");
    assert_eq!((&info["site"]["origin"], &info["site"]["rp_id"]), (&json!(origin), &json!("localhost")));
    assert_eq!(info["site"]["policy"], json!(Policy::default()));

    let account = json!({ "name": "alice", "password": "secret" });
    assert_eq!(post(&mut agent, "api/accounts", account.clone()).await.status, 201);
    assert_eq!(check(&post(&mut agent, "api/accounts", account.clone()).await), (409, "account-name".into()));
    let wrong = json!({ "name": "alice", "password": "x" });
    assert_eq!(check(&post(&mut agent, "api/login/password", wrong).await), (401, "password".into()));
    assert_eq!(
        check(&post(&mut agent, "api/registration/options", json!({})).await),
        (401, "session".into())
    );
    assert_eq!(post(&mut agent, "api/login/password", account).await.status, 204);

    let mut key = Key::new(1);
    let offered = post(&mut agent, "api/registration/options", json!({})).await;
    let options = CreationOptions::from_slice(&offered.body).unwrap();
    let response = key.create(&options, &origin, |_| ());
    let registered = post(&mut agent, "api/registration/verify", response.to_value()).await;
    assert_eq!((registered.status, &registered.json().unwrap()["user"]), (201, &json!("alice")));
    let again = post(&mut agent, "api/registration/verify", response.to_value()).await;
    assert_eq!(check(&again), (400, "challenge".into()));

    let offered = post(&mut agent, "api/login/options", json!({})).await;
    let options = RequestOptions::from_slice(&offered.body).unwrap();
    let response = key.get(&options, &origin, |_| ());
    assert_eq!(
        agent.get("api/whoami").await.unwrap().json().unwrap(),
        json!({ "user": null, "password": "alice" })
    );
    let logged_in = post(&mut agent, "api/login/verify", response.to_value()).await;
    assert_eq!((logged_in.status, logged_in.json().unwrap()), (200, json!({ "user": "alice" })));
    assert_eq!(agent.get("api/whoami").await.unwrap().json().unwrap()["user"], "alice");

    assert_eq!(post(&mut agent, "api/logout", json!({})).await.status, 204);
    assert_eq!(agent.get("api/whoami").await.unwrap().json().unwrap()["user"], Value::Null);
    let listed = agent.get("api/accounts/alice/credentials").await.unwrap().json().unwrap();
    let path = format!("api/accounts/alice/credentials/{}", listed[0]["id"].as_str().unwrap());
    assert_eq!(agent.send(Method::DELETE, &path, &[], Body::Empty).await.unwrap().status, 204);
    assert_eq!(
        check(&agent.send(Method::DELETE, &path, &[], Body::Empty).await.unwrap()),
        (404, "credential".into())
    );
    let account = "api/accounts/alice";
    assert_eq!(agent.send(Method::DELETE, account, &[], Body::Empty).await.unwrap().status, 204);
    assert_eq!(
        check(&agent.send(Method::DELETE, account, &[], Body::Empty).await.unwrap()),
        (404, "account".into())
    );
    running.stop().await;
}

#[tokio::test]
async fn what_is_wrong_about_a_request_is_named() {
    let (_running, mut agent) = server(Settings::default()).await;
    assert_eq!(check(&agent.get("api/nothing").await.unwrap()), (404, "path".into()));
    assert_eq!(check(&agent.get("sites/99/api/info").await.unwrap()), (404, "site".into()));
    assert_eq!(
        check(&agent.send(Method::PUT, "api/info", &[], Body::Empty).await.unwrap()),
        (405, "method".into())
    );
    let form = agent.post("api/accounts", Body::Form(&[("name", "alice")])).await.unwrap();
    assert_eq!(check(&form), (415, "content-type".into()));
    let broken = agent.post("api/accounts", Body::Raw("application/json", b"{")).await.unwrap();
    assert_eq!(check(&broken), (400, "json".into()));
    assert_eq!(
        check(&post(&mut agent, "api/accounts", json!({ "name": "a", "x": 1 })).await),
        (400, "json".into())
    );
    assert_eq!(
        check(&post(&mut agent, "api/login/verify", json!({ "id": "x" })).await),
        (400, "response-json".into())
    );
    let long = vec![b' '; 300_000];
    let long = agent.post("api/accounts", Body::Raw("application/json", &long)).await.unwrap();
    assert_eq!(check(&long), (413, "body".into()));
    let foreign =
        agent.send(Method::GET, "api/info", &[(header::HOST, "evil.example")], Body::Empty).await.unwrap();
    assert_eq!(check(&foreign), (421, "host".into()));
}

#[tokio::test]
async fn sites_are_made_and_removed() {
    let (_running, mut agent) =
        server(Settings { flaws: Flaw::CounterIgnored.into(), ..Settings::default() }).await;
    let made = post(&mut agent, "api/sites", json!({ "policy": { "login": "usernameless" } })).await;
    let site = made.json().unwrap();
    assert_eq!((made.status, &site["rp_id"]), (201, &json!("anykey.test")));
    assert_eq!(site["origin"], "https://login.anykey.test");
    assert_eq!(
        (&site["policy"]["login"], &site["flaws"]),
        (&json!("usernameless"), &json!(["counter-ignored"]))
    );
    let bad = [json!({ "seed": "AAAA" }), json!({ "policy": { "aaguid-deny": ["x"] } })];
    for wish in bad {
        assert_eq!(check(&post(&mut agent, "api/sites", wish).await), (400, "site".into()));
    }
    assert_eq!(
        check(&post(&mut agent, "api/sites", json!({ "policy": { "uv": 1 } })).await),
        (400, "json".into())
    );
    let path = format!("api/sites/{}", site["id"].as_str().unwrap());
    assert_eq!(agent.send(Method::DELETE, &path, &[], Body::Empty).await.unwrap().status, 204);
    assert_eq!(
        check(&agent.send(Method::DELETE, &path, &[], Body::Empty).await.unwrap()),
        (404, "site".into())
    );
    let default = agent.send(Method::DELETE, "api/sites/default", &[], Body::Empty).await.unwrap();
    assert_eq!(check(&default), (409, "site".into()));
}

#[tokio::test]
async fn the_page_is_whole_and_locked_down() {
    let (_running, mut agent) = server(Settings::default()).await;
    let page = agent.get("/").await.unwrap();
    assert_eq!((page.status, page.content_type().as_deref()), (200, Some("text/html")));
    let policy = page.headers[header::CONTENT_SECURITY_POLICY].to_str().unwrap();
    assert!(policy.contains("default-src 'none'") && !policy.contains("unsafe"), "{policy}");
    assert!(!page.text().contains("://"), "nothing is loaded from elsewhere");
    for (path, kind) in [("page.js", "text/javascript"), ("page.css", "text/css")] {
        assert!(page.text().contains(path));
        let part = agent.get(path).await.unwrap();
        assert_eq!((part.status, part.content_type().as_deref()), (200, Some(kind)));
        assert!(!part.text().contains("://"), "{path}");
    }
    let (_running, mut agent) = server(Settings { page: false, ..Settings::default() }).await;
    assert_eq!(check(&agent.get("/").await.unwrap()), (404, "path".into()));
}

#[tokio::test]
async fn a_port_in_use_is_named() {
    let (running, _) = server(Settings::default()).await;
    let listen = running.address();
    let error = Server::start(Settings { listen, ..Settings::default() }).await.unwrap_err();
    assert!(matches!(error, StartError::InUse { address } if address == listen));
    assert!(error.to_string().contains(&listen.to_string()), "{error}");
    running.stop().await;
    Server::start(Settings { listen, ..Settings::default() }).await.unwrap();
}

#[tokio::test]
async fn the_target_drives_two_sites_that_know_nothing_of_each_other() {
    let (running, _) =
        server(Settings { flaws: Flaw::UpNotCheckedAtLogin.into(), ..Settings::default() }).await;
    let target = ReferenceTarget::embedded(running).await.unwrap();
    assert_eq!((target.name(), target.flaws()), ("reference", &[Flaw::UpNotCheckedAtLogin][..]));
    let usernameless = Policy { login: Login::Usernameless, ..Policy::default() };
    let none = serde_json::Map::new();
    let wish = |policy| SiteWish { seed: [1; 32], ..SiteWish::of(policy, &none) };
    let plain = Policy::default();
    let sites = [target.site(wish(&plain)).await.unwrap(), target.site(wish(&usernameless)).await.unwrap()];
    let mut key = Key::new(1);
    let mut challenges = Vec::new();
    for (site, who) in sites.iter().zip([Some(alice()), None]) {
        assert_eq!(
            (site.origin().as_str(), site.rp_id().as_str()),
            ("https://login.anykey.test", "anykey.test")
        );
        site.provision(&alice()).await.unwrap();
        assert_eq!(site.credentials(&alice()).await.unwrap(), []);
        let mut session = site.open().await.unwrap();
        let offer = session.offer_registration(&alice()).await.unwrap();
        challenges.push(offer.options.challenge.clone());
        let response = key.create(&offer.options, &site.origin(), |_| ());
        session.register(&response.to_value()).await.unwrap();
        assert_eq!(session.whoami().await.unwrap(), None);

        let mut session = site.open().await.unwrap();
        let offer = session.offer_login(who.as_ref()).await.unwrap();
        session.client_refused("NotAllowedError").await.unwrap();
        let response = key.get(&offer.options, &site.origin(), |_| ()).to_value();
        session.login(&response).await.unwrap();
        assert_eq!(session.whoami().await.unwrap().as_deref(), Some("alice"));
        let refused = session.login(&response).await.unwrap_err();
        let TargetError::Refused { status: 400, reason: Some(reason), body } = refused else {
            panic!("{refused:?}")
        };
        assert!(reason.starts_with("challenge: ") && body.starts_with(b"{"), "{reason}");
        let listed = site.credentials(&alice()).await.unwrap();
        assert_eq!((listed.len(), &listed[0].id), (1, &key.id));
        assert_eq!(listed[0].aaguid.as_deref(), Some(super::policy::aaguid().as_str()));
    }
    assert_eq!(challenges[0], challenges[1], "the same seed, the same challenge");
    sites[0].revoke(&alice(), &key.id).await.unwrap();
    assert_eq!(sites[0].credentials(&alice()).await.unwrap(), []);
    assert_eq!(sites[1].credentials(&alice()).await.unwrap().len(), 1);
    sites[1].retire(&alice()).await.unwrap();
    assert!(matches!(sites[1].credentials(&alice()).await, Err(TargetError::Refused { status: 404, .. })));
    target.stop().await;
}

#[tokio::test]
async fn names_of_any_kind_are_one_segment_of_a_path() {
    let (running, _) = server(Settings { flaws: Flaws::NONE, ..Settings::default() }).await;
    let target = ReferenceTarget::embedded(running).await.unwrap();
    let policy = Policy::default();
    let site = target.site(SiteWish::of(&policy, &serde_json::Map::new())).await.unwrap();
    for name in ["a/b", "../x", "ä ö", "a%2Fb", "a?b#c"] {
        let who = Account { name: name.into(), password: "x".into() };
        site.provision(&who).await.unwrap();
        assert_eq!(site.credentials(&who).await.unwrap(), [], "{name}");
        site.retire(&who).await.unwrap();
    }
}
