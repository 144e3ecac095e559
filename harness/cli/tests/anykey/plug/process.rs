//! The process: ready when it says so, clean when it ends.

use std::ops::ControlFlow;
use std::os::unix::fs::symlink;
use std::time::{Duration, Instant};

use client::link::{Link, Protocol};
use tokio::sync::Notify;
use wire::Status;

use super::key::{AtWait, GET_INFO, PORTS, Plugged, make};
use crate::command::run;

#[tokio::test]
async fn signals_unplug_it_cleanly_even_while_it_waits() {
    for (port, name) in [("unix", "TERM"), ("unix-dgram", "INT"), ("udp", "TERM"), ("unix", "INT")] {
        let mut plugged = Plugged::start("no-uv", port, &["--touch", "never"]);
        let mut talk = plugged.connect().await;
        assert_eq!(talk.status(GET_INFO).await, Status::OK);
        let request = make();
        let asked = Notify::new();
        let mut waits = AtWait(|| {
            asked.notify_one();
            ControlFlow::Continue(())
        });
        tokio::select! {
            _ = talk.0.call(Protocol::Ctap2, &request, &mut waits) => panic!("nobody touched it"),
            () = asked.notified() => {}
        }
        assert_eq!(plugged.end(name), Some(0), "{port} {name}");
        assert!(!plugged.path().exists(), "{port} {name}");
    }
}

#[tokio::test]
async fn a_socket_of_a_killed_key_is_taken_over_and_one_of_a_living_key_is_not() {
    for port in ["unix", "unix-dgram"] {
        let mut killed = Plugged::start("no-uv", port, &[]);
        assert_eq!(killed.end("KILL"), None);
        assert!(killed.path().exists());
        let place = format!("{port}:{}", killed.path().display());
        let mut command = crate::command::anykey();
        command.args(["plug", "no-uv"]);
        let dir = std::mem::replace(&mut killed.dir, tempfile::tempdir().unwrap());
        let plugged = Plugged::spawn(&mut command, port, dir);
        assert_eq!(plugged.connect().await.status(GET_INFO).await, Status::OK);
        let second = run(["plug", "no-uv", "--port", &place]);
        assert_eq!((second.code, second.out.as_str()), (Some(1), ""));
        assert!(second.err.contains("in use"), "{}", second.err);
        assert_eq!(plugged.connect().await.status(GET_INFO).await, Status::OK, "it was left alone");
    }
}

#[test]
fn what_is_wrong_is_said_before_anything_is_done() {
    let dir = tempfile::tempdir().unwrap();
    let notes = dir.path().join("notes");
    std::fs::write(&notes, "mine").unwrap();
    let link = dir.path().join("link");
    symlink(&notes, &link).unwrap();
    let place = |path: &std::path::Path| format!("unix:{}", path.display());
    for (words, said) in [
        (vec!["passkey".to_owned()], "--port"),
        (vec!["pass".to_owned(), "--port".to_owned(), place(&dir.path().join("k"))], "`passkey`"),
        (vec!["passkey".to_owned(), "--port".to_owned(), place(&notes)], "no socket"),
        (vec!["passkey".to_owned(), "--port".to_owned(), place(&link)], "no socket"),
        (vec!["passkey".to_owned(), "--port".to_owned(), place(&dir.path().join("no/k"))], "no/k"),
        (vec!["passkey".to_owned(), "--port".to_owned(), "udp:0.0.0.0:1".to_owned()], "others could reach"),
        (vec!["passkey".to_owned(), "--port=unix:k".to_owned(), "--touch=soon".to_owned()], "after:TIME"),
        (vec!["passkey".to_owned(), "--port=unix:k".to_owned(), "--control=k".to_owned()], "unix:PATH"),
    ] {
        let ended = run([&["plug".to_owned()][..], &words].concat());
        assert_eq!((ended.code, ended.out.as_str()), (Some(1), ""), "{words:?}");
        assert!(ended.err.contains(said), "{words:?}: {}", ended.err);
    }
    assert_eq!(std::fs::read_to_string(notes).unwrap(), "mine");
    assert_eq!(std::fs::read_dir(dir.path()).unwrap().count(), 2, "nothing is left behind");
}

#[tokio::test]
async fn a_seed_makes_the_same_key_again() {
    let mut made = Vec::new();
    for seed in ["5", "5", "6"] {
        let plugged = Plugged::start("passkey", "unix", &["--touch", "after:0ms", "--seed", seed]);
        made.push(plugged.connect().await.ctap2(&make()).await.unwrap());
    }
    assert_eq!(made[0], made[1]);
    assert_ne!(made[0], made[2]);
}

#[test]
fn ready_soon() {
    // The best of some, since a loaded machine may be late with any one.
    let best = (0..10).map(|_| {
        let begun = Instant::now();
        let _plugged = Plugged::start("yubikey-4", PORTS[0], &[]);
        begun.elapsed()
    });
    let best = best.min().unwrap();
    assert!(best < Duration::from_millis(100), "{best:?}");
}
