//! The client's end of CTAPHID: a device that sends anything.

use arbitrary::{Arbitrary, Unstructured};
use frames::{Channel, Command, Host, HostEvent, MAX_MESSAGE, Packet, Reports};

/// One thing that happens to a host.
#[derive(Arbitrary, Debug)]
enum Act {
    /// The beginning of a message, here or elsewhere.
    Init {
        here: bool,
        command: u8,
        len: u16,
        fill: u8,
    },
    /// What goes on with a message.
    Cont {
        here: bool,
        seq: u8,
        fill: u8,
    },
    /// A whole message.
    Message {
        command: u8,
        len: u16,
    },
    /// An answer to INIT, to this nonce and with this channel.
    Ready {
        nonce: u8,
        channel: u32,
        more: bool,
    },
    Raw(Box<[u8; 64]>),
    Start(u8),
    Send(u16),
}

/// No message is longer than one can be, a whole one arrives whole, and after anything a new INIT gives a channel.
pub fn any(data: &[u8]) {
    let mut from = Unstructured::new(data);
    let mut host = Host::new();
    while !from.is_empty() {
        let Ok(act) = Act::arbitrary(&mut from) else { break };
        take(&mut host, act);
    }
    let _ = host.init([2; 8]);
    let reply = ready(host.channel(), 2, Channel(9), 17);
    give(&mut host, &reply);
    assert_eq!(host.channel(), Channel(9));
}

fn take(host: &mut Host, act: Act) {
    let here = |host: &Host, here: bool| if here { host.channel() } else { Channel(host.channel().0 ^ 1) };
    match act {
        Act::Init { here: h, command, len, fill } => {
            give(host, &Packet::init(here(host, h), Command(command & 0x7f), len, &[fill; 57]));
        }
        Act::Cont { here: h, seq, fill } => give(host, &Packet::cont(here(host, h), seq % 4, &[fill; 59])),
        Act::Message { command, len } => whole(host, Command(command & 0x7f), usize::from(len)),
        Act::Ready { nonce, channel, more } => {
            give(host, &ready(host.channel(), nonce % 2, Channel(channel), if more { 40 } else { 17 }));
        }
        Act::Raw(report) => give(host, &report),
        Act::Start(nonce) => {
            let report = host.init([nonce % 2; 8]);
            assert_eq!(Packet::parse(&report).channel(), host.channel());
        }
        Act::Send(len) => {
            let payload = vec![3; usize::from(len)];
            match host.send(Command::CBOR, &payload) {
                Ok(reports) => assert_eq!(reports.count(), 1 + payload.len().saturating_sub(57).div_ceil(59)),
                Err(_) => assert!(payload.len() > MAX_MESSAGE),
            }
            let _ = host.cancel();
        }
    }
}

fn give(host: &mut Host, report: &[u8; 64]) {
    let channel = host.channel();
    let ours = Packet::parse(report).channel() == channel;
    match host.receive(report) {
        Some(HostEvent::Message { payload, .. }) => assert!(ours && payload.len() <= MAX_MESSAGE),
        Some(HostEvent::TooLong { len }) => assert!(ours && usize::from(len) > MAX_MESSAGE),
        Some(HostEvent::Ready(reply)) => {
            assert!(ours);
            assert_eq!(host.channel(), reply.channel);
        }
        Some(_) => assert!(ours),
        None => {}
    }
}

/// A message that is not one of those with a meaning of their own comes out as it went in.
fn whole(host: &mut Host, command: Command, len: usize) {
    if matches!(command, Command::INIT | Command::KEEPALIVE | Command::ERROR) {
        return;
    }
    let message: Vec<u8> = (0..len).map(|at| u8::try_from(at % 253).unwrap_or(0)).collect();
    let Ok(reports) = Reports::new(host.channel(), command, &message) else { return };
    let mut came = None;
    for report in reports {
        assert!(came.is_none(), "it came before its end");
        came = match host.receive(&report) {
            Some(HostEvent::Message { command: its, payload }) => {
                assert_eq!(its, command);
                Some(payload.to_vec())
            }
            Some(other) => panic!("{other:?}"),
            None => None,
        };
    }
    assert_eq!(came, Some(message));
}

fn ready(to: Channel, nonce: u8, channel: Channel, len: u16) -> [u8; 64] {
    let mut payload = [nonce; 17];
    payload[8..].copy_from_slice(&[0, 0, 0, 0, 2, 0, 0, 0, 4]);
    payload[8..12].copy_from_slice(&channel.0.to_be_bytes());
    Packet::init(to, Command::INIT, len, &payload)
}
