//! Registrations and logins over each kind of port, cancelled, refused, kept waiting.

use std::ops::ControlFlow;
use std::time::Duration;

use client::link::{Link, LinkError, Protocol};
use tokio::sync::Notify;
use wire::Status;
use wire::u2f::{Authenticated, Control, Registered, Request, StatusWord};

use super::key::{AtWait, GET_INFO, PORTS, Plugged, Talk, get, make};

#[tokio::test]
async fn register_and_log_in_over_ctap2() {
    for port in PORTS {
        for key in ["passkey", "no-uv"] {
            let plugged = Plugged::start(key, port, &["--touch", "after:1ms"]);
            let mut talk = plugged.connect().await;
            let id = talk.register().await;
            assert_eq!(talk.log_in(&id).await, (Status::OK, id.clone()), "{port} {key}");
            assert_eq!(talk.log_in(&[7; 64]).await.0, Status::NO_CREDENTIALS);
            // Another client has another channel and the same key.
            let mut other = plugged.connect().await;
            assert_eq!(other.log_in(&id).await, (Status::OK, id), "{port} {key}");
        }
    }
}

#[tokio::test]
async fn register_and_log_in_over_u2f() {
    for port in PORTS {
        let plugged = Plugged::start("yubikey-4", port, &["--touch", "after:1ms"]);
        let mut talk = plugged.connect().await;
        let (data, word) = talk.u2f(&Request::Version).await;
        assert_eq!((&data[..], word), (&b"U2F_V2"[..], StatusWord::NO_ERROR));
        let (data, word) = talk.u2f(&Request::Register { challenge: &[1; 32], application: &[2; 32] }).await;
        assert_eq!(word, StatusWord::NO_ERROR, "{port}");
        let handle = Registered::decode(&data).unwrap().key_handle.to_vec();
        let request = Request::Authenticate {
            control: Control::ENFORCE,
            challenge: &[3; 32],
            application: &[2; 32],
            key_handle: &handle,
        };
        let (data, word) = talk.u2f(&request).await;
        assert_eq!(word, StatusWord::NO_ERROR, "{port}");
        assert!(Authenticated::decode(&data).unwrap().counter > 0);
        assert_eq!(talk.ctap2(GET_INFO).await, Err(LinkError::NoProtocol), "it speaks U2F only");
    }
}

#[tokio::test]
async fn a_client_may_cancel() {
    for port in PORTS {
        let plugged = Plugged::start("no-uv", port, &["--touch", "never"]);
        let mut talk = plugged.connect().await;
        let mut cancel = AtWait(|| ControlFlow::Break(()));
        let answer = talk.0.call(Protocol::Ctap2, &make(), &mut cancel).await.unwrap();
        assert_eq!(answer, [Status::KEEPALIVE_CANCEL.0], "{port}");
        // A text on the port sets it right. It is not answered, which a reader would take for a packet.
        talk.0.tell("ctl up auto").await.unwrap();
        talk.register().await;
    }
}

#[tokio::test]
async fn a_key_that_is_refused_says_so() {
    let plugged = Plugged::start("no-uv", "unix", &["--touch", "refuse"]);
    let mut talk = plugged.connect().await;
    assert_eq!(talk.status(&make()).await, Status::OPERATION_DENIED);
}

#[tokio::test]
async fn once_is_for_one_request() {
    let plugged = Plugged::start("no-uv", "unix-dgram", &["--touch", "once"]);
    let mut talk = plugged.connect().await;
    let id = talk.register().await;
    let mut waits = 0;
    let mut third = AtWait(|| {
        waits += 1;
        if waits < 3 { ControlFlow::Continue(()) } else { ControlFlow::Break(()) }
    });
    let answer = talk.0.call(Protocol::Ctap2, &get(&id), &mut third).await.unwrap();
    assert_eq!(answer, [Status::KEEPALIVE_CANCEL.0], "nobody touched it");
}

/// Has a key wait for its user, and does `then` meanwhile.
async fn while_it_waits(mut talk: Talk, then: impl Future<Output = ()>) -> Vec<u8> {
    let waits = Notify::new();
    let mut tell = AtWait(|| {
        waits.notify_one();
        ControlFlow::Continue(())
    });
    let request = make();
    let calling = talk.0.call(Protocol::Ctap2, &request, &mut tell);
    let meanwhile = async {
        waits.notified().await;
        then.await;
    };
    tokio::join!(calling, meanwhile).0.unwrap()
}

#[tokio::test]
async fn two_clients_get_their_own_and_the_second_hears_that_the_key_is_busy() {
    for port in PORTS {
        let plugged = Plugged::start("no-uv", port, &["--touch", "never"]);
        let (one, mut two) = (plugged.connect().await, plugged.connect().await);
        let answer = while_it_waits(one, async {
            assert_eq!(two.ctap2(GET_INFO).await, Err(LinkError::Busy), "{port}");
            two.0.tell("ctl up auto").await.unwrap();
        });
        assert_eq!(answer.await[0], Status::OK.0, "{port}");
        assert_eq!(two.status(GET_INFO).await, Status::OK, "{port}");
    }
}

#[tokio::test]
async fn a_client_that_goes_away_frees_the_key() {
    for port in PORTS {
        let plugged = Plugged::start("no-uv", port, &["--touch", "never"]);
        let (mut one, mut two) = (plugged.connect().await, plugged.connect().await);
        let asked = Notify::new();
        let mut waits = AtWait(|| {
            asked.notify_one();
            ControlFlow::Continue(())
        });
        let request = make();
        tokio::select! {
            _ = one.0.call(Protocol::Ctap2, &request, &mut waits) => panic!("nobody touched it"),
            () = asked.notified() => {}
        }
        assert_eq!(two.ctap2(GET_INFO).await, Err(LinkError::Busy), "{port}");
        drop(one);
        // The key hears of it in its own time, long before it has waited for its user to the end.
        let asks = async { while two.ctap2(GET_INFO).await == Err(LinkError::Busy) {} };
        tokio::time::timeout(Duration::from_secs(10), asks).await.unwrap();
        assert_eq!(two.status(GET_INFO).await, Status::OK, "{port}");
    }
}
