//! Processes that only claim to be Keycloak: what happens when one ends, hangs, or is left alone.
//!
//! They need the `java` that is checked before a start; without one these tests say so and prove that the check speaks.

use std::path::Path;
use std::time::{Duration, Instant};

use rustix::process::{Pid, test_kill_process};

use super::super::process::{Process, Start};
use super::home::distribution;
use crate::http::HttpClient;
use crate::pem;
use crate::process::tail;

fn start(distribution: &Path, timeout: Duration) -> Start<'_> {
    Start { distribution, cache: None, log: None, anchors: &[], timeout }
}

async fn failure(script: &str, timeout: Duration) -> String {
    let given = distribution(script);
    let top = given.path().join("keycloak-0");
    let error = Process::start(&start(&top, timeout), &HttpClient::new()).await.unwrap_err();
    error.to_string()
}

#[tokio::test]
async fn an_early_end_shows_the_log() {
    let text = failure("#!/bin/sh\necho the database is missing\nexit 3\n", Duration::from_secs(60)).await;
    if text.starts_with("Keycloak needs Java") {
        return println!("no Java here: {text}");
    }
    assert!(text.contains("ended before it was ready"), "{text}");
    assert!(text.contains("the database is missing") && text.contains("status 3"), "{text}");
}

#[tokio::test]
async fn a_start_that_hangs_is_ended_with_its_children() {
    // A child of the script, as Java is one of kc.sh, which tells its number in the log.
    let script = "#!/bin/sh\nsleep 600 &\necho child $!\nwait\n";
    let text = failure(script, Duration::from_millis(700)).await;
    if text.starts_with("Keycloak needs Java") {
        return println!("no Java here: {text}");
    }
    assert!(text.contains("not ready after"), "{text}");
    let child = text.lines().find_map(|line| line.strip_prefix("child ")).unwrap();
    let child = Pid::from_raw(child.trim().parse().unwrap()).unwrap();
    gone(child).await;
}

/// The system takes a moment to bury a process that was killed.
async fn gone(process: Pid) {
    let began = Instant::now();
    while test_kill_process(process).is_ok() && !is_zombie(process) {
        assert!(began.elapsed() < Duration::from_secs(20), "{process:?} is still there");
        tokio::task::yield_now().await;
    }
}

/// Dead, and not yet waited for by whoever inherited it.
fn is_zombie(process: Pid) -> bool {
    let stat = std::fs::read_to_string(format!("/proc/{}/stat", process.as_raw_nonzero()));
    stat.is_ok_and(|text| text.rsplit(") ").next().is_some_and(|rest| rest.starts_with('Z')))
}

#[test]
fn certificates_in_pem() {
    let text = pem::certificates(&[vec![0x30; 50], vec![1]]);
    assert_eq!(text.matches("-----BEGIN CERTIFICATE-----\n").count(), 2);
    assert!(text.lines().all(|line| line.len() <= 64), "{text}");
}

#[test]
fn tails_of_logs() {
    let directory = tempfile::tempdir().unwrap();
    let log = directory.path().join("log");
    std::fs::write(&log, "one\ntwo\nthree\n").unwrap();
    assert_eq!(tail(&log, 2), "two\nthree");
    assert!(tail(&directory.path().join("none"), 2).contains("No such file"));
}
