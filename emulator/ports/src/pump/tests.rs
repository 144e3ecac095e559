//! A running key on a port in memory, with a platform that can be held in the middle of its work.

mod bench;
mod orders;

use frames::{Command, ErrorCode, Keepalive};
use wire::Status;

use super::*;
use crate::hands::{Gesture, Up, Uv};
use crate::tests::{GET_INFO, Heard, make};
use bench::Bench;

#[tokio::test]
async fn keepalives_go_out_while_the_mind_is_at_work() {
    let mut bench = Bench::start("no-uv", Up::Auto).await;
    let mut client = bench.client(1).await;
    let hold = bench.hold();
    client.send(Command::CBOR, &make(false));
    client.asked().await;
    assert_eq!(client.next().await, Heard::Keepalive(Keepalive::PROCESSING), "touched, and at work");
    assert_eq!(client.next().await, Heard::Keepalive(Keepalive::PROCESSING), "still at work");
    drop(hold);
    assert_eq!(client.status().await, Status::OK);
}

#[tokio::test]
async fn others_are_answered_while_the_mind_is_at_work() {
    let mut bench = Bench::start("passkey", Up::Auto).await;
    let mut one = bench.client(1).await;
    let hold = bench.hold();
    one.send(Command::CBOR, &make(false));
    bench.held().await;
    let mut two = bench.client(2).await;
    two.send(Command::CBOR, GET_INFO);
    assert_eq!(two.answer().await, Heard::Error(ErrorCode::CHANNEL_BUSY));
    two.send(Command::PING, b"hello");
    assert_eq!(two.answer().await, Heard::Error(ErrorCode::CHANNEL_BUSY));
    drop(hold);
    assert_eq!(one.status().await, Status::OK);
    two.send(Command::PING, b"hello");
    assert_eq!(two.answer().await, Heard::Message(Command::PING, b"hello".to_vec()));
}

#[tokio::test]
async fn a_host_that_starts_anew_while_the_mind_is_at_work_gets_no_late_reply() {
    let mut bench = Bench::start("passkey", Up::Auto).await;
    let mut client = bench.client(1).await;
    let hold = bench.hold();
    client.send(Command::CBOR, &make(false));
    bench.held().await;
    client.init(9);
    assert!(matches!(client.answer().await, Heard::Ready(_)));
    client.send(Command::CBOR, GET_INFO);
    drop(hold);
    let Heard::Message(Command::CBOR, response) = client.answer().await else { panic!() };
    assert_eq!(response[0], Status::OK.0);
    let info = wire::ctap2::get_info::Response::decode(&response[1..]);
    assert!(info.is_ok(), "the answer to getInfo, not to what came before");
}

#[tokio::test]
async fn a_cancel_ends_the_wait() {
    let mut bench = Bench::start("no-uv", Up::Never).await;
    let mut client = bench.client(1).await;
    client.send(Command::CBOR, &make(false));
    client.asked().await;
    client.cancel();
    assert_eq!(client.status().await, Status::KEEPALIVE_CANCEL);
}

#[tokio::test]
async fn orders_reach_a_question_that_is_open() {
    let mut bench = Bench::start("passkey", Up::Never).await;
    let mut client = bench.client(1).await;
    for (orders, uv, status) in [
        (&[Order::Up(Up::Auto)][..], false, Status::OK),
        (&[Order::Up(Up::Refuse)], true, Status::OPERATION_DENIED),
        (&[Order::Act(Gesture::Touch)], false, Status::OK),
        (&[Order::Up(Up::Once)], true, Status::OK),
        (&[Order::Uv(Uv::Fail), Order::Up(Up::Auto), Order::Uv(Uv::Ok)], true, Status::OK),
    ] {
        bench.order(Order::Up(Up::Never)).await.unwrap();
        client.send(Command::CBOR, &make(uv));
        client.asked().await;
        for order in orders {
            bench.order(order.clone()).await.unwrap();
        }
        assert_eq!(client.status().await, status, "{orders:?}");
    }
}

#[tokio::test]
async fn once_is_for_the_next_request_only() {
    let mut bench = Bench::start("no-uv", Up::Once).await;
    let mut client = bench.client(1).await;
    client.send(Command::CBOR, &make(false));
    assert_eq!(client.status().await, Status::OK);
    client.send(Command::CBOR, &make(false));
    client.asked().await;
    assert_eq!(client.next().await, Heard::Keepalive(Keepalive::UPNEEDED), "nobody touches");
    client.cancel();
    assert_eq!(client.status().await, Status::KEEPALIVE_CANCEL);
    bench.order(Order::Up(Up::Once)).await.unwrap();
    client.send(Command::CBOR, &make(false));
    assert_eq!(client.status().await, Status::OK);
}

#[tokio::test]
async fn text_on_the_port_is_followed_and_never_answered() {
    let mut bench = Bench::start("no-uv", Up::Never).await;
    let mut client = bench.client(1).await;
    client.send(Command::CBOR, &make(false));
    client.asked().await;
    bench.text("ctl up maybe");
    bench.text("ctl up auto");
    assert_eq!(client.status().await, Status::OK, "and nothing but packets");
    let told = bench.told();
    assert!(told.iter().any(|line| line.starts_with("NoOrder") && line.contains("maybe")), "{told:?}");
}

#[tokio::test]
async fn a_replug_forgets_channels_and_is_told_when_it_is_done() {
    let mut bench = Bench::start("no-uv", Up::Never).await;
    let mut client = bench.client(1).await;
    client.send(Command::CBOR, &make(false));
    client.asked().await;
    bench.order(Order::Replug).await.unwrap();
    client.send(Command::CBOR, GET_INFO);
    assert_eq!(client.answer().await, Heard::Error(ErrorCode::INVALID_CHANNEL));
    let mut client = bench.client(2).await;
    client.send(Command::CBOR, GET_INFO);
    assert_eq!(client.status().await, Status::OK);
}

#[tokio::test]
async fn replugs_one_after_the_other_are_each_told() {
    let mut bench = Bench::start("passkey", Up::Auto).await;
    let mut client = bench.client(1).await;
    let hold = bench.hold();
    client.send(Command::CBOR, &make(false));
    bench.held().await;
    let (first, second) = (bench.send_order(Order::Replug).await, bench.send_order(Order::Replug).await);
    for _ in 0..2 {
        bench.see("Ordered(Replug)").await;
    }
    // A request after the last one is younger than both.
    let mut client = bench.client(2).await;
    client.send(Command::CBOR, GET_INFO);
    drop(hold);
    assert_eq!((first.await.unwrap(), second.await.unwrap()), (Ok(String::new()), Ok(String::new())));
    assert_eq!(client.status().await, Status::OK);
}

#[tokio::test]
async fn a_client_that_leaves_drops_its_work() {
    let mut bench = Bench::start("no-uv", Up::Never).await;
    let mut one = bench.client(1).await;
    let mut two = bench.client(2).await;
    one.send(Command::CBOR, &make(false));
    assert_eq!(one.next().await, Heard::Keepalive(Keepalive::UPNEEDED));
    bench.leave(1);
    bench.text("ctl up auto");
    two.send(Command::CBOR, &make(false));
    assert_eq!(two.status().await, Status::OK);
    assert!(bench.told().iter().any(|line| line.starts_with("Ended")));
}

#[tokio::test]
async fn a_reply_goes_to_who_used_the_channel_last() {
    let mut bench = Bench::start("no-uv", Up::Never).await;
    let mut one = bench.client(1).await;
    one.send(Command::CBOR, &make(false));
    assert_eq!(one.next().await, Heard::Keepalive(Keepalive::UPNEEDED));
    let mut thief = bench.client_on(2, one.host.clone());
    thief.cancel();
    assert_eq!(thief.status().await, Status::KEEPALIVE_CANCEL);
}

#[tokio::test]
async fn a_message_half_sent_times_out() {
    let mut bench = Bench::start("no-uv", Up::Never).await;
    let mut client = bench.client(1).await;
    client.send_packets(Command::CBOR, &make(false), 1);
    assert_eq!(client.answer().await, Heard::Error(ErrorCode::MSG_TIMEOUT));
}

#[tokio::test]
async fn the_user_who_does_not_come_is_waited_for_until_the_end() {
    let mut bench = Bench::start_with("no-uv", Up::Never, |profile| profile.touch_timeout_ms = 150).await;
    let mut client = bench.client(1).await;
    client.send(Command::CBOR, &make(false));
    assert_eq!(client.status().await, Status::USER_ACTION_TIMEOUT);
}

#[tokio::test]
async fn the_longest_message_goes_both_ways() {
    let mut bench = Bench::start("no-uv", Up::Never).await;
    let mut client = bench.client(1).await;
    let message: Vec<u8> = (0..7_609_u32).map(|n| n.to_le_bytes()[0]).collect();
    client.send(Command::PING, &message);
    assert_eq!(client.answer().await, Heard::Message(Command::PING, message));
}

#[tokio::test]
async fn a_stopped_key_ends_and_a_failed_port_says_so() {
    let bench = Bench::start("no-uv", Up::Never).await;
    assert!(bench.stop().await.is_ok());
    let bench = Bench::start("no-uv", Up::Never).await;
    assert!(matches!(bench.break_port().await, Err(PumpError::Port(_))));
}

#[tokio::test]
async fn a_panic_of_the_mind_is_not_swallowed() {
    let mut bench = Bench::start("passkey", Up::Auto).await;
    let mut client = bench.client(1).await;
    bench.panic_next();
    client.send(Command::CBOR, &make(false));
    assert!(bench.ended_by_panic().await);
}

#[tokio::test]
async fn a_watcher_sees_it_all() {
    let mut bench = Bench::start("no-uv", Up::Auto).await;
    let mut client = bench.client(1).await;
    client.send(Command::WINK, &[]);
    assert_eq!(client.answer().await, Heard::Message(Command::WINK, vec![]));
    client.send(Command::CBOR, &make(false));
    assert_eq!(client.status().await, Status::OK);
    bench.order(Order::Replug).await.unwrap();
    let told = bench.told();
    let kinds: Vec<&str> = told
        .iter()
        .map(|line| line.split(['(', ' ', '{']).next().unwrap())
        .filter(|kind| *kind != "Said")
        .collect();
    let expected = ["Winks", "Request", "Asks", "Acts", "AsksNoMore", "Replied", "Ordered", "Replugged"];
    let mut sorted = (kinds.clone(), expected.to_vec());
    sorted.0.sort_unstable();
    sorted.1.sort_unstable();
    assert_eq!(sorted.0, sorted.1, "{told:?}");
    assert!(kinds.iter().position(|k| *k == "Asks") < kinds.iter().position(|k| *k == "Acts"));
}

#[tokio::test]
async fn u2f_is_polled_and_touched_in_between() {
    let mut bench = Bench::start("yubikey-4", Up::Auto).await;
    let mut client = bench.client(1).await;
    let mut request = vec![0; 200];
    let register = wire::u2f::Request::Register { challenge: &[1; 32], application: &[2; 32] };
    let len = register.message(&mut request).unwrap();
    request.truncate(len);
    client.send(Command::MSG, &request);
    let Heard::Message(Command::MSG, word) = client.answer().await else { panic!() };
    assert_eq!(word, [0x69, 0x85], "the touch is not there yet");
    // A touch is seen by the watcher, not by the client; as hosts do, it polls.
    bench.see("AsksNoMore").await;
    client.send(Command::MSG, &request);
    let Heard::Message(Command::MSG, response) = client.answer().await else { panic!() };
    assert!(response.ends_with(&[0x90, 0x00]));
    client.send(Command::CBOR, GET_INFO);
    assert_eq!(client.answer().await, Heard::Error(ErrorCode::INVALID_CMD), "it speaks U2F only");
}
