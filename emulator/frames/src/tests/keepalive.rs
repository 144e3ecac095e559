use super::bench::{Bench, Seen, host, ms};
use crate::{Channel, Command, HostEvent, Keepalive, Packet};

const ONE: Channel = Channel(1);

fn keepalive(status: Keepalive) -> (Channel, Command, std::vec::Vec<u8>) {
    (ONE, Command::KEEPALIVE, std::vec![status.0])
}

fn ask(command: Command) -> Bench {
    let mut bench = Bench::with_channels(1);
    assert!(bench.give(&Packet::init(ONE, command, 1, &[4])).is_some());
    bench
}

#[test]
fn keepalives_come_every_100_ms_and_on_each_change() {
    let mut bench = ask(Command::CBOR);
    for at in [100, 200, 300] {
        bench.now = ms(at - 1);
        assert!(bench.sent().is_empty());
        assert_eq!(bench.device.wake_at(), Some(ms(at)));
        bench.now = ms(at);
        assert_eq!(bench.answer(), keepalive(Keepalive::PROCESSING));
    }
    bench.now = ms(310);
    bench.device.busy(Keepalive::UPNEEDED);
    assert_eq!(bench.answer(), keepalive(Keepalive::UPNEEDED));
    bench.device.busy(Keepalive::UPNEEDED);
    assert!(bench.sent().is_empty());
    bench.now = ms(410);
    assert_eq!(bench.answer(), keepalive(Keepalive::UPNEEDED));
    bench.device.busy(Keepalive::PROCESSING);
    assert_eq!(bench.answer(), keepalive(Keepalive::PROCESSING));
    // Late polls do not pile up.
    bench.now = ms(2_000);
    assert_eq!(bench.answer(), keepalive(Keepalive::PROCESSING));
    assert!(bench.device.respond(ONE, &[0]));
    assert_eq!(bench.answer(), (ONE, Command::CBOR, std::vec![0]));
    bench.now = ms(9_000);
    assert!(bench.sent().is_empty());
    assert_eq!(bench.device.wake_at(), None);
}

#[test]
fn u2f_gets_no_keepalives() {
    let mut bench = ask(Command::MSG);
    bench.device.busy(Keepalive::UPNEEDED);
    bench.now = ms(5_000);
    assert!(bench.sent().is_empty());
    assert_eq!(bench.device.wake_at(), None);
}

#[test]
fn cancel_reaches_only_a_ctap2_request_of_its_channel() {
    let cancel = |channel| Packet::init(Channel(channel), Command::CANCEL, 0, &[]);
    let mut bench = Bench::with_channels(2);
    assert_eq!(bench.give(&cancel(1)), None);
    assert!(bench.give(&Packet::init(ONE, Command::MSG, 1, &[4])).is_some());
    assert_eq!(bench.give(&cancel(1)), None);
    bench.device.respond(ONE, &[]);
    bench.sent();
    assert!(bench.give(&Packet::init(ONE, Command::CBOR, 1, &[4])).is_some());
    assert_eq!(bench.give(&cancel(2)), None);
    assert!(bench.sent().is_empty());
    assert_eq!(bench.give(&cancel(1)), Some(Seen::Cancel(ONE)));
    assert!(bench.sent().is_empty(), "the request is answered, the cancel is not");
    assert_eq!(bench.device.working(), Some(ONE));
}

#[test]
fn the_host_sees_keepalives_and_cancels() {
    let mut bench = Bench::with_channels(0);
    let mut host = host(&mut bench, 3);
    let request: std::vec::Vec<_> = host.send(Command::CBOR, &[4; 100]).unwrap().collect();
    bench.give(&request[0]);
    assert!(bench.give(&request[1]).is_some());
    bench.device.busy(Keepalive::UPNEEDED);
    let sent = bench.sent();
    assert_eq!(host.receive(&sent[0]), Some(HostEvent::Keepalive(Keepalive::UPNEEDED)));
    assert_eq!(bench.give(&host.cancel()), Some(Seen::Cancel(host.channel())));
    // A keepalive between two packets of a response does not disturb it.
    bench.device.respond(ONE, &[1; 100]);
    let sent = bench.sent();
    assert_eq!(host.receive(&sent[0]), None);
    let late = Packet::init(ONE, Command::KEEPALIVE, 1, &[1]);
    assert_eq!(host.receive(&late), Some(HostEvent::Keepalive(Keepalive::PROCESSING)));
    assert_eq!(
        host.receive(&sent[1]),
        Some(HostEvent::Message { command: Command::CBOR, payload: &[1; 100] })
    );
}
