use std::vec::Vec;

use super::bench::{Bench, Seen, host, ms};
use crate::{Channel, Command, ErrorCode, HostEvent, Packet, Reports};

const ONE: Channel = Channel(1);

fn reports(len: usize) -> Vec<[u8; 64]> {
    Reports::new(ONE, Command::MSG, &std::vec![7; len]).unwrap().collect()
}

fn error(code: ErrorCode) -> (Channel, Command, Vec<u8>) {
    (ONE, Command::ERROR, std::vec![code.0])
}

#[test]
fn a_packet_left_out_repeated_or_swapped_ends_the_message() {
    for order in [&[0, 2][..], &[0, 1, 1], &[0, 1, 3], &[0, 2, 1], &[0, 1, 2, 2]] {
        let mut bench = Bench::with_channels(1);
        let reports = reports(300);
        for index in order {
            assert_eq!(bench.give(&reports[*index]), None);
        }
        let answer = bench.answer();
        assert_eq!(answer, error(ErrorCode::INVALID_SEQ), "{order:?}");
        // What follows belongs to nothing, and a new message is taken.
        assert_eq!(bench.give(&reports[3]), None);
        assert!(bench.sent().is_empty());
        let event = reports.iter().filter_map(|report| bench.give(report)).last();
        assert_eq!(event, Some(Seen::Request(ONE, Command::MSG, std::vec![7; 300])));
    }
}

#[test]
fn a_new_message_within_a_message_ends_it() {
    let mut bench = Bench::with_channels(1);
    bench.give(&reports(300)[0]);
    bench.give(&reports(10)[0]);
    assert_eq!(bench.answer(), error(ErrorCode::INVALID_SEQ));
    assert!(bench.give(&reports(10)[0]).is_some());
}

#[test]
fn continuation_packets_that_belong_to_nothing_are_passed_over() {
    let mut bench = Bench::with_channels(2);
    for seq in [0, 1, 127] {
        assert_eq!(bench.give(&Packet::cont(ONE, seq, &[1])), None);
        assert_eq!(bench.give(&Packet::cont(Channel(99), seq, &[1])), None);
    }
    assert!(bench.sent().is_empty());
    let reports = reports(100);
    bench.give(&reports[0]);
    assert_eq!(bench.give(&Packet::cont(Channel(2), 0, &[1; 59])), None);
    assert!(bench.sent().is_empty());
    assert_eq!(bench.give(&reports[1]), Some(Seen::Request(ONE, Command::MSG, std::vec![7; 100])));
}

#[test]
fn a_message_half_sent_times_out_after_its_last_packet() {
    let mut bench = Bench::with_channels(1);
    let reports = reports(300);
    bench.give(&reports[0]);
    assert_eq!(bench.device.wake_at(), Some(ms(500)));
    bench.now = ms(400);
    assert!(bench.sent().is_empty());
    bench.give(&reports[1]);
    bench.now = ms(899);
    assert!(bench.sent().is_empty());
    bench.now = ms(900);
    assert_eq!(bench.answer(), error(ErrorCode::MSG_TIMEOUT));
    assert_eq!(bench.device.wake_at(), None);
    assert_eq!(bench.give(&reports[2]), None);
    assert!(bench.sent().is_empty());
}

#[test]
fn a_packet_that_comes_after_the_time_out_is_too_late_even_without_a_poll() {
    let mut bench = Bench::with_channels(2);
    bench.give(&reports(100)[0]);
    bench.now = ms(500);
    assert_eq!(bench.give(&reports(100)[1]), None);
    assert_eq!(bench.answer(), error(ErrorCode::MSG_TIMEOUT));
    // The device is free for another channel.
    bench.give(&reports(100)[0]);
    bench.now = ms(1_000);
    bench.give(&Packet::init(Channel(2), Command::PING, 1, &[1]));
    assert_eq!(bench.sent().len(), 2);
}

#[test]
fn the_host_names_a_packet_out_of_sequence() {
    let mut bench = Bench::with_channels(0);
    let mut host = host(&mut bench, 1);
    let reports = reports(200);
    assert_eq!(host.receive(&reports[0]), None);
    assert_eq!(host.receive(&reports[2]), Some(HostEvent::OutOfSequence { seq: 1 }));
    assert_eq!(host.receive(&reports[1]), None, "the message is lost");
    assert_eq!(host.receive(&Packet::init(Channel(5), Command::MSG, 1, &[1])), None, "another channel");
    let long = Packet::init(ONE, Command::MSG, 7610, &[1; 57]);
    assert_eq!(host.receive(&long), Some(HostEvent::TooLong { len: 7610 }));
    assert_eq!(host.receive(&Packet::cont(ONE, 0, &[1])), None);
}
