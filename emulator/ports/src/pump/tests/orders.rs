//! Orders that ask, unplug, and put another key in its place.

use frames::{Command, ErrorCode, Keepalive};
use wire::Status;

use super::bench::Bench;
use crate::hands::{Gesture, Up};
use crate::order::{Order, Wish};
use crate::tests::{GET_INFO, Heard, make};

#[tokio::test]
async fn what_the_key_asks_is_told_at_once_or_when_it_asks() {
    let mut bench = Bench::start("passkey", Up::Person).await;
    let mut client = bench.client(1).await;
    assert_eq!(bench.order(Order::Asks).await.unwrap(), "nothing");
    let refused = bench.order(Order::Act(Gesture::Touch)).await.unwrap_err();
    assert!(refused.contains("does not ask"), "{refused}");
    let waits = bench.send_order(Order::Wait).await;
    client.send(Command::CBOR, &make(false));
    assert_eq!(waits.await.unwrap().unwrap(), "touch for example.org as ann");
    for order in [Order::Asks, Order::Wait] {
        assert_eq!(bench.order(order).await.unwrap(), "touch for example.org as ann");
    }
    assert!(bench.order(Order::Act(Gesture::WrongFinger)).await.unwrap_err().contains("just for a touch"));
    assert_eq!(bench.order(Order::Act(Gesture::Touch)).await.unwrap(), "touch for example.org as ann");
    assert_eq!(client.status().await, Status::OK);

    client.send(Command::CBOR, &make(true));
    client.asked().await;
    assert_eq!(bench.order(Order::Act(Gesture::Touch)).await.unwrap(), "finger for example.org as ann");
    assert_eq!(client.status().await, Status::OK);
    assert_eq!(bench.order(Order::Where).await.unwrap(), "memory");
}

#[tokio::test]
async fn a_key_that_was_unplugged_begins_anew_when_it_is_plugged_in() {
    let mut bench = Bench::start("no-uv", Up::Never).await;
    let mut client = bench.client(1).await;
    client.send(Command::CBOR, &make(false));
    client.asked().await;
    bench.order(Order::Unplug).await.unwrap();
    assert_eq!(bench.order(Order::Asks).await.unwrap(), "nothing");
    bench.order(Order::Plug).await.unwrap();
    bench.order(Order::Plug).await.unwrap();
    client.send(Command::CBOR, GET_INFO);
    assert_eq!(client.answer().await, Heard::Error(ErrorCode::INVALID_CHANNEL));
    let mut client = bench.client(2).await;
    client.send(Command::CBOR, GET_INFO);
    assert_eq!(client.status().await, Status::OK);
}

#[tokio::test]
async fn a_reset_puts_a_new_key_in_place_of_the_old() {
    let mut bench = Bench::start("no-uv", Up::Auto).await;
    let mut client = bench.client(1).await;
    client.send(Command::CBOR, &make(false));
    assert_eq!(client.status().await, Status::OK);
    bench.order(Order::Up(Up::Never)).await.unwrap();
    client.send(Command::CBOR, &make(false));
    client.asked().await;

    let wish = |text: &str| Order::Reset(Wish(text.to_owned()));
    assert!(bench.order(wish("no-such-key")).await.unwrap_err().contains("no-such-key"));
    assert_eq!(client.next().await, Heard::Keepalive(Keepalive::UPNEEDED), "the old key goes on");
    assert_eq!(bench.order(wish("yubikey-4")).await, Ok(String::new()));
    client.send(Command::CBOR, GET_INFO);
    assert_eq!(client.answer().await, Heard::Error(ErrorCode::INVALID_CHANNEL));
    let mut client = bench.client(2).await;
    client.send(Command::CBOR, GET_INFO);
    assert_eq!(client.answer().await, Heard::Error(ErrorCode::INVALID_CMD), "a U2F key");

    bench.order(Order::Unplug).await.unwrap();
    assert_eq!(bench.order(wish("no-uv")).await, Ok(String::new()), "and plugged in");
    let mut client = bench.client(3).await;
    client.send(Command::CBOR, &make(false));
    assert_eq!(client.status().await, Status::OK, "touched again, as in the beginning");
}
