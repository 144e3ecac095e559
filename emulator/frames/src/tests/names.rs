use std::format;

use crate::{Capabilities, Channel, Command, ErrorCode, Keepalive, Packet, TooLong};

#[test]
fn values_name_themselves() {
    assert_eq!(format!("{}", Command::CBOR), "CTAPHID_CBOR (0x10)");
    assert_eq!(format!("{:?}", Command(0x22)), "0x22");
    assert_eq!(format!("{}", ErrorCode::CHANNEL_BUSY), "ERR_CHANNEL_BUSY (0x06)");
    assert_eq!(format!("{}", Keepalive::UPNEEDED), "STATUS_UPNEEDED (0x02)");
    assert_eq!(format!("{}", TooLong(8_000)), "a message of 8000 bytes is longer than 7609 bytes");
    assert!(Capabilities::CBOR.with(Capabilities::WINK).contains(Capabilities::WINK));
    assert!(!Capabilities::CBOR.contains(Capabilities::WINK));
}

#[test]
fn packets_have_the_layout_of_the_specification() {
    let report = Packet::init(Channel(0x0102_0304), Command::MSG, 0x0506, &[9; 60]);
    assert_eq!(report[..8], [1, 2, 3, 4, 0x83, 5, 6, 9]);
    assert_eq!(
        Packet::parse(&report),
        Packet::Init { channel: Channel(0x0102_0304), command: Command::MSG, len: 0x0506, data: &[9; 57] }
    );
    let report = Packet::cont(Channel(0x0102_0304), 0x7f, &[9; 60]);
    assert_eq!(report[..6], [1, 2, 3, 4, 0x7f, 9]);
    assert_eq!(
        Packet::parse(&report),
        Packet::Cont { channel: Channel(0x0102_0304), seq: 0x7f, data: &[9; 59] }
    );
}
