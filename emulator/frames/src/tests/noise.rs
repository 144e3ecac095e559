//! Packets without sense or order: both ends keep going.

use core::time::Duration;
use std::vec::Vec;

use proptest::prelude::*;

use super::bench::{Bench, Seen};
use crate::{Channel, Command, Host, Keepalive, Packet, Report};

/// A packet that is likely to hit something: few channels, known commands, small sequence numbers.
fn packet() -> impl Strategy<Value = Report> {
    let channel = prop_oneof![8 => 1_u32..4, 1 => Just(0), 1 => Just(u32::MAX), 1 => any::<u32>()];
    let command = prop_oneof![
        4 => proptest::sample::select(std::vec![0x01_u8, 0x03, 0x04, 0x06, 0x08, 0x10, 0x11]),
        1 => 0_u8..0x80,
    ];
    let len = prop_oneof![3 => 0_u16..200, 2 => Just(8), 1 => any::<u16>()];
    let init = (channel.clone(), command, len, any::<u8>()).prop_map(|(channel, command, len, fill)| {
        Packet::init(Channel(channel), Command(command), len, &[fill; 57])
    });
    let cont = (channel, 0_u8..4, any::<u8>())
        .prop_map(|(channel, seq, fill)| Packet::cont(Channel(channel), seq, &[fill; 59]));
    prop_oneof![2 => init, 3 => cont]
}

#[derive(Debug, Clone)]
enum Move {
    Give(Report),
    Wait(u64),
    Busy(u8),
    Respond(usize),
}

fn moves() -> impl Strategy<Value = Vec<Move>> {
    let one = prop_oneof![
        8 => packet().prop_map(Move::Give),
        1 => (0_u64..700).prop_map(Move::Wait),
        1 => (1_u8..3).prop_map(Move::Busy),
        2 => (0_usize..300).prop_map(Move::Respond),
    ];
    proptest::collection::vec(one, 0..120)
}

proptest! {
    /// After any packets at any times, a host that starts anew gets its channel and its answer.
    #[test]
    fn the_device_always_comes_back(moves in moves()) {
        let mut bench = Bench::with_channels(2);
        let mut working = None;
        for one in moves {
            match one {
                Move::Give(report) => match bench.give(&report) {
                    Some(Seen::Request(channel, ..)) => {
                        prop_assert_eq!(working, None);
                        working = Some(channel);
                    }
                    Some(Seen::Abort(channel)) => {
                        prop_assert_eq!(working, Some(channel));
                        working = None;
                    }
                    Some(Seen::Cancel(channel)) => prop_assert_eq!(working, Some(channel)),
                    Some(Seen::Wink(_)) | None => {}
                },
                Move::Wait(by) => bench.now += Duration::from_millis(by),
                Move::Busy(why) => bench.device.busy(Keepalive(why)),
                Move::Respond(len) => {
                    let answered = working.take().is_some_and(|channel| bench.device.respond(channel, &[1; 300][..len]));
                    prop_assert!(answered || bench.device.working().is_none());
                }
            }
            prop_assert_eq!(bench.device.working(), working);
            bench.sent();
        }
        if let Some(channel) = working {
            prop_assert!(bench.device.respond(channel, &[]));
        }
        bench.now += Duration::from_secs(11);
        bench.sent();
        let host = super::bench::host(&mut bench, 200);
        bench.give(&Packet::init(host.channel(), Command::PING, 2, &[5, 6]));
        prop_assert_eq!(bench.answer(), (host.channel(), Command::PING, std::vec![5, 6]));
    }

    #[test]
    fn the_host_takes_anything(reports in proptest::collection::vec(packet(), 0..60)) {
        let mut host = Host::new();
        let _ = host.init([1; 8]);
        for report in reports {
            let _ = host.receive(&report);
        }
        let _ = host.init([2; 8]);
        let mut reply = [2; 17];
        reply[8..].copy_from_slice(&[0, 0, 0, 9, 2, 0, 0, 0, 4]);
        let _ = host.receive(&Packet::init(host.channel(), Command::INIT, 17, &reply));
        prop_assert_eq!(host.channel(), Channel(9));
    }
}
