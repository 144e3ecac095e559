use std::vec::Vec;

use proptest::prelude::*;

use super::bench::{Bench, Seen, host};
use crate::{Command, Config, Host, HostEvent, MAX_MESSAGE, Reports, TooLong};

/// Lengths at which the number of packets changes, and their neighbours.
const BORDERS: [usize; 15] = [0, 1, 2, 56, 57, 58, 59, 115, 116, 117, 174, 175, 176, 7608, 7609];

fn pattern(len: usize, seed: u8) -> Vec<u8> {
    (0..len).map(|at| (at as u8).wrapping_mul(31).wrapping_add((at >> 8) as u8).wrapping_add(seed)).collect()
}

/// Sends a request, lets the device answer, and returns what the host got.
fn exchange(
    bench: &mut Bench,
    host: &mut Host,
    command: Command,
    request: &[u8],
    response: &[u8],
) -> Vec<u8> {
    let reports: Vec<_> = host.send(command, request).unwrap().collect();
    let mut event = None;
    for (index, report) in reports.iter().enumerate() {
        assert_eq!(event, None, "an event before packet {index}");
        event = bench.give(report);
    }
    match command {
        Command::PING => assert_eq!(event, None),
        _ => {
            assert_eq!(event, Some(Seen::Request(host.channel(), command, request.to_vec())));
            assert_eq!(bench.device.working(), Some(host.channel()));
            assert_eq!(bench.sent(), [] as [[u8; 64]; 0]);
            assert!(bench.device.respond(host.channel(), response));
        }
    }
    let sent = bench.sent();
    let (last, before) = sent.split_last().unwrap();
    for report in before {
        assert_eq!(host.receive(report), None);
    }
    match host.receive(last) {
        Some(HostEvent::Message { command: got, payload }) => {
            assert_eq!(got, command);
            payload.to_vec()
        }
        other => panic!("{other:?}"),
    }
}

#[test]
fn messages_of_all_border_lengths_cross_both_ways() {
    let mut bench = Bench::new(Config::default());
    let mut host = host(&mut bench, 1);
    for len in BORDERS {
        let sent = pattern(len, 1);
        assert_eq!(exchange(&mut bench, &mut host, Command::PING, &sent, &[]), sent);
        for back in BORDERS {
            let response = pattern(back, 2);
            assert_eq!(exchange(&mut bench, &mut host, Command::MSG, &sent, &response), response);
            if len > 0 {
                assert_eq!(exchange(&mut bench, &mut host, Command::CBOR, &sent, &response), response);
            }
        }
    }
}

#[test]
fn the_number_of_packets_is_that_of_the_specification() {
    let channel = crate::Channel(1);
    let count = |len| Reports::new(channel, Command::PING, &pattern(len, 0)).unwrap().count();
    assert_eq!(BORDERS.map(count), [1, 1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 4, 129, 129]);
    assert_eq!(MAX_MESSAGE, 7609);
    assert_eq!(Reports::new(channel, Command::PING, &pattern(7610, 0)).err(), Some(TooLong(7610)));
    assert_eq!(Reports::new(channel, Command::PING, &pattern(70_000, 0)).err(), Some(TooLong(70_000)));
}

#[test]
fn the_rest_of_the_last_packet_is_zero() {
    let reports: Vec<_> = Reports::new(crate::Channel(1), Command::PING, &[0xff; 58]).unwrap().collect();
    assert_eq!(reports[1][5..7], [0xff, 0]);
    assert!(reports[1][6..].iter().all(|byte| *byte == 0));
}

#[test]
fn a_response_that_is_too_long_becomes_an_error() {
    let mut bench = Bench::with_channels(1);
    let mut host = host(&mut bench, 2);
    let request: Vec<_> = host.send(Command::MSG, &[1]).unwrap().collect();
    bench.give(&request[0]);
    assert!(bench.device.respond(host.channel(), &pattern(7610, 0)));
    let sent = bench.sent();
    assert_eq!(host.receive(&sent[0]), Some(HostEvent::Error(crate::ErrorCode::OTHER)));
}

proptest! {
    #[test]
    fn any_exchange_crosses(
        requests in proptest::collection::vec(
            (0_usize..400, 0_usize..400, any::<u8>(), prop_oneof![Just(Command::MSG), Just(Command::CBOR), Just(Command::PING)]),
            1..6,
        ),
    ) {
        let mut bench = Bench::new(Config::default());
        let mut host = host(&mut bench, 1);
        for (len, back, seed, command) in requests {
            let request = pattern(len.max(1), seed);
            let response = if command == Command::PING { request.clone() } else { pattern(back, seed) };
            prop_assert_eq!(exchange(&mut bench, &mut host, command, &request, &response), response);
        }
    }
}
