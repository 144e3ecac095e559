use super::bench::{Bench, Seen, host, ms};
use crate::{Capabilities, Channel, Command, Config, ErrorCode, Event, Host, HostEvent, InitReply, Packet};

fn error(channel: u32, code: ErrorCode) -> (Channel, Command, std::vec::Vec<u8>) {
    (Channel(channel), Command::ERROR, std::vec![code.0])
}

fn start(channel: u32, command: Command, len: u16) -> [u8; 64] {
    Packet::init(Channel(channel), command, len, &[7; 57])
}

#[test]
fn init_allocates_channels_and_tells_the_device() {
    let config = Config {
        capabilities: Capabilities::WINK.with(Capabilities::NMSG),
        version: [5, 4, 3],
        ..Config::default()
    };
    let mut bench = Bench::new(config);
    for expected in 1..5 {
        let mut host = Host::new();
        let init = host.init([9; 8]);
        assert_eq!(bench.give(&init), None);
        let sent = bench.sent();
        let reply = InitReply {
            channel: Channel(expected),
            protocol: 2,
            version: [5, 4, 3],
            capabilities: config.capabilities,
        };
        assert_eq!(host.receive(&sent[0]), Some(HostEvent::Ready(reply)));
        assert_eq!(host.channel(), Channel(expected));
    }
}

#[test]
fn a_host_takes_only_the_reply_with_its_nonce() {
    let mut bench = Bench::new(Config::default());
    let (mut one, mut two) = (Host::new(), Host::new());
    bench.give(&one.init([1; 8]));
    bench.give(&two.init([2; 8]));
    let sent = bench.sent();
    assert_eq!(two.receive(&sent[0]), None);
    assert!(matches!(one.receive(&sent[0]), Some(HostEvent::Ready(_))));
    assert_eq!(one.receive(&sent[1]), None);
    assert!(matches!(two.receive(&sent[1]), Some(HostEvent::Ready(_))));
    assert_ne!(one.channel(), two.channel());
}

#[test]
fn channels_that_were_not_allocated_are_refused() {
    let mut bench = Bench::with_channels(2);
    for channel in [0, 3, 77, 0xffff_fffe] {
        for command in [Command::INIT, Command::PING, Command::MSG, Command::CANCEL, Command(0x55)] {
            assert_eq!(bench.give(&start(channel, command, 8)), None);
            assert_eq!(bench.answer(), error(channel, ErrorCode::INVALID_CHANNEL));
        }
    }
    assert_eq!(bench.give(&start(u32::MAX, Command::PING, 8)), None);
    assert_eq!(bench.answer(), error(u32::MAX, ErrorCode::INVALID_CHANNEL));
    assert_eq!(bench.give(&start(1, Command::PING, 8)), None);
    assert_eq!(bench.answer().1, Command::PING);
}

#[test]
fn commands_that_are_not_supported_are_refused() {
    let refused = |capabilities, lock, command, len| {
        let mut bench = Bench::new(Config { capabilities, lock, ..Config::default() });
        let host = host(&mut bench, 1);
        assert_eq!(bench.give(&start(host.channel().0, command, len)), None);
        let answer = bench.answer();
        assert_eq!((answer.0, answer.1), (host.channel(), Command::ERROR));
        ErrorCode(answer.2[0])
    };
    let none = Capabilities::default();
    let all = Capabilities::CBOR.with(Capabilities::WINK);
    assert_eq!(refused(none, false, Command::CBOR, 1), ErrorCode::INVALID_CMD);
    assert_eq!(refused(none, false, Command::WINK, 0), ErrorCode::INVALID_CMD);
    assert_eq!(refused(none, false, Command::LOCK, 1), ErrorCode::INVALID_CMD);
    assert_eq!(refused(Capabilities::NMSG, false, Command::MSG, 1), ErrorCode::INVALID_CMD);
    for command in [0x00, 0x02, 0x3b, 0x3f, 0x40, 0x7f] {
        assert_eq!(refused(all, true, Command(command), 1), ErrorCode::INVALID_CMD);
    }
    assert_eq!(refused(all, true, Command::CBOR, 0), ErrorCode::INVALID_LEN);
    assert_eq!(refused(all, true, Command::WINK, 1), ErrorCode::INVALID_LEN);
    assert_eq!(refused(all, true, Command::LOCK, 0), ErrorCode::INVALID_LEN);
    assert_eq!(refused(all, true, Command::LOCK, 2), ErrorCode::INVALID_LEN);
    assert_eq!(refused(all, true, Command::INIT, 7), ErrorCode::INVALID_LEN);
    assert_eq!(refused(all, true, Command::PING, 7610), ErrorCode::INVALID_LEN);
    assert_eq!(refused(all, true, Command::MSG, 0xffff), ErrorCode::INVALID_LEN);
}

#[test]
fn another_channel_is_told_that_the_device_is_busy() {
    let mut bench = Bench::with_channels(2);
    // While a message comes in, while a request is in work, and while a response has not gone out.
    bench.give(&start(1, Command::MSG, 60));
    bench.give(&start(2, Command::PING, 1));
    assert_eq!(bench.answer(), error(2, ErrorCode::CHANNEL_BUSY));
    let event = bench.give(&Packet::cont(Channel(1), 0, &[8; 3]));
    assert!(matches!(event, Some(Seen::Request(Channel(1), Command::MSG, _))));
    bench.give(&start(2, Command::MSG, 1));
    assert_eq!(bench.answer(), error(2, ErrorCode::CHANNEL_BUSY));
    bench.give(&start(1, Command::MSG, 1));
    assert_eq!(bench.answer(), error(1, ErrorCode::CHANNEL_BUSY));
    assert!(!bench.device.respond(Channel(2), &[1]));
    assert!(bench.device.respond(Channel(1), &[1]));
    bench.give(&start(2, Command::MSG, 1));
    let sent = bench.sent();
    assert_eq!(sent.len(), 2);
    assert_eq!(sent[0][..8], [0, 0, 0, 2, 0xbf, 0, 1, ErrorCode::CHANNEL_BUSY.0]);
    assert_eq!(sent[1][..8], [0, 0, 0, 1, 0x83, 0, 1, 1]);
    assert!(matches!(
        bench.give(&start(2, Command::MSG, 1)),
        Some(Seen::Request(Channel(2), Command::MSG, _))
    ));
}

#[test]
fn init_on_broadcast_is_answered_while_busy() {
    let mut bench = Bench::with_channels(1);
    assert!(bench.give(&start(1, Command::CBOR, 5)).is_some());
    let two = host(&mut bench, 9);
    assert_eq!(two.channel(), Channel(2));
    assert!(bench.device.respond(Channel(1), &[0]));
    assert_eq!(bench.answer(), (Channel(1), Command::CBOR, std::vec![0]));
}

#[test]
fn init_on_a_channel_drops_its_work_and_no_other() {
    let mut bench = Bench::with_channels(2);
    bench.give(&start(1, Command::MSG, 60));
    assert_eq!(bench.give(&start(2, Command::INIT, 8)), None);
    assert_eq!(bench.answer().1, Command::INIT);
    assert_eq!(bench.give(&start(1, Command::INIT, 8)), None);
    assert_eq!(bench.answer().1, Command::INIT);
    // The message is gone: its next packet belongs to nothing.
    assert_eq!(bench.give(&Packet::cont(Channel(1), 0, &[8; 3])), None);
    assert!(bench.sent().is_empty());

    assert!(bench.give(&start(1, Command::CBOR, 5)).is_some());
    assert_eq!(bench.give(&start(2, Command::INIT, 8)), None);
    assert_eq!(bench.answer().1, Command::INIT);
    assert_eq!(bench.device.working(), Some(Channel(1)));
    assert_eq!(bench.give(&start(1, Command::INIT, 8)), Some(Seen::Abort(Channel(1))));
    let (channel, command, payload) = bench.answer();
    assert_eq!(
        (channel, command, payload[8..12].to_vec()),
        (Channel(1), Command::INIT, std::vec![0, 0, 0, 1])
    );
    assert!(!bench.device.respond(Channel(1), &[0]), "a late response is not wanted");
    assert!(!bench.device.fail(Channel(1), ErrorCode::OTHER));
    assert!(bench.sent().is_empty());

    // A response that has not gone out yet is dropped, too.
    assert!(bench.give(&start(1, Command::CBOR, 5)).is_some());
    assert!(bench.device.respond(Channel(1), &[0; 100]));
    assert_eq!(bench.give(&start(1, Command::INIT, 8)), None);
    assert_eq!(bench.answer().1, Command::INIT);
}

#[test]
fn a_lock_keeps_other_channels_away_until_it_ends() {
    let mut bench = Bench::with_channels(2);
    let lock = |seconds| Packet::init(Channel(1), Command::LOCK, 1, &[seconds]);
    bench.give(&lock(11));
    assert_eq!(bench.answer(), error(1, ErrorCode::INVALID_PAR));
    bench.give(&lock(2));
    assert_eq!(bench.answer(), (Channel(1), Command::LOCK, std::vec![]));
    bench.now = ms(1_999);
    bench.give(&start(2, Command::PING, 1));
    assert_eq!(bench.answer(), error(2, ErrorCode::CHANNEL_BUSY));
    bench.give(&start(1, Command::PING, 1));
    assert_eq!(bench.answer().1, Command::PING);
    bench.now = ms(2_000);
    bench.give(&start(2, Command::PING, 1));
    assert_eq!(bench.answer().1, Command::PING);
    bench.give(&lock(10));
    assert_eq!(bench.answer().1, Command::LOCK);
    bench.give(&lock(0));
    assert_eq!(bench.answer().1, Command::LOCK);
    bench.give(&start(2, Command::PING, 1));
    assert_eq!(bench.answer().1, Command::PING);
}

#[test]
fn wink_is_answered_and_told() {
    let mut bench = Bench::with_channels(1);
    assert_eq!(bench.give(&start(1, Command::WINK, 0)), Some(Seen::Wink(Channel(1))));
    assert_eq!(bench.answer(), (Channel(1), Command::WINK, std::vec![]));
}

#[test]
fn channels_run_out_and_the_others_stay() {
    let mut bench = Bench::new(Config { channels: 2, ..Config::default() });
    let one = host(&mut bench, 1);
    let two = host(&mut bench, 2);
    let mut three = Host::new();
    bench.give(&three.init([3; 8]));
    let sent = bench.sent();
    assert_eq!(three.receive(&sent[0]), Some(HostEvent::Error(ErrorCode::CHANNEL_BUSY)));
    assert_eq!((one.channel(), two.channel(), three.channel()), (Channel(1), Channel(2), Channel::BROADCAST));
    bench.give(&start(3, Command::PING, 1));
    assert_eq!(bench.answer(), error(3, ErrorCode::INVALID_CHANNEL));
    for channel in [1, 2] {
        bench.give(&start(channel, Command::PING, 1));
        assert_eq!(bench.answer().1, Command::PING);
    }
    // More than the numbers give there never is.
    let mut bench = Bench::new(Config { channels: 0, ..Config::default() });
    bench.give(&Host::new().init([1; 8]));
    assert_eq!(bench.answer(), error(u32::MAX, ErrorCode::CHANNEL_BUSY));
}

#[test]
fn a_client_that_is_gone_holds_nothing() {
    let mut bench = Bench::with_channels(2);
    let gone = |bench: &mut Bench, channel| match bench.device.leave(Channel(channel)) {
        Some(Event::Abort { channel }) => Some(channel),
        None => None,
        other => panic!("{other:?}"),
    };
    // A request in work.
    assert!(bench.give(&start(1, Command::CBOR, 5)).is_some());
    assert_eq!(gone(&mut bench, 2), None);
    assert_eq!(bench.device.working(), Some(Channel(1)));
    assert_eq!(gone(&mut bench, 1), Some(Channel(1)));
    assert!(bench.sent().is_empty());
    // A message half sent, and a response that has not gone out.
    bench.give(&start(1, Command::MSG, 60));
    assert_eq!(gone(&mut bench, 1), None);
    assert!(bench.give(&start(2, Command::CBOR, 5)).is_some());
    assert!(bench.device.respond(Channel(2), &[0]));
    assert_eq!(gone(&mut bench, 2), None);
    assert!(bench.sent().is_empty());
    // A lock.
    bench.give(&Packet::init(Channel(1), Command::LOCK, 1, &[9]));
    assert_eq!(bench.answer().1, Command::LOCK);
    assert_eq!(gone(&mut bench, 1), None);
    bench.give(&start(2, Command::PING, 1));
    assert_eq!(bench.answer().1, Command::PING);
}
