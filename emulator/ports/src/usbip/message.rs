//! The messages of USB/IP 1.1.1, big endian: <https://docs.kernel.org/usb/usbip_protocol.html>.

use std::io;

use tokio::io::{AsyncRead, AsyncReadExt};

use crate::usb::Identity;

/// The request that opens a connection.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Opening {
    /// OP_REQ_DEVLIST.
    List,
    /// OP_REQ_IMPORT: the bus id.
    Import(String),
}

/// What comes over a connection with a device.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Command {
    /// USBIP_CMD_SUBMIT.
    Submit {
        /// Its number.
        seqnum: u32,
        /// To the host.
        to_host: bool,
        /// The endpoint's number.
        endpoint: u32,
        /// The most bytes that the host takes.
        len: u32,
        /// The setup packet, for endpoint 0.
        setup: [u8; 8],
        /// The data from the host.
        data: Vec<u8>,
    },
    /// USBIP_CMD_UNLINK.
    Unlink {
        /// Its number.
        seqnum: u32,
        /// The number of the transfer that is not wanted any more.
        unlink: u32,
    },
}

/// Reads the first request.
pub(super) async fn opening(from: &mut (impl AsyncRead + Unpin)) -> io::Result<Opening> {
    let version = from.read_u16().await?;
    let code = from.read_u16().await?;
    let _status = from.read_u32().await?;
    if version != VERSION {
        return Err(malformed(format!("version {version:04x}, not {VERSION:04x}")));
    }
    match code {
        REQ_DEVLIST => Ok(Opening::List),
        REQ_IMPORT => {
            let mut bus_id = [0; BUS_ID];
            from.read_exact(&mut bus_id).await?;
            let bus_id = bus_id.split(|byte| *byte == 0).next().unwrap_or_default();
            Ok(Opening::Import(String::from_utf8_lossy(bus_id).into_owned()))
        }
        code => Err(malformed(format!("request {code:04x} is unknown"))),
    }
}

/// Reads a command.
pub(super) async fn command(from: &mut (impl AsyncRead + Unpin)) -> io::Result<Command> {
    let mut head = [0; HEAD];
    from.read_exact(&mut head).await?;
    let word = |nth: usize| {
        head.get(4 * nth..).and_then(|rest| rest.first_chunk()).map_or(0, |bytes| u32::from_be_bytes(*bytes))
    };
    let (seqnum, to_host, endpoint) = (word(1), word(3) != 0, word(4));
    match word(0) {
        CMD_SUBMIT => {
            let len = word(6);
            // Others than isochronous transfers have none, told as 0 or all ones.
            if ![0, u32::MAX].contains(&word(8)) {
                return Err(malformed("an isochronous transfer, which no endpoint takes".to_owned()));
            }
            let sent = if to_host { 0 } else { len };
            if sent > LONGEST {
                return Err(malformed(format!("a transfer of {sent} bytes, more than {LONGEST}")));
            }
            let mut data = vec![0; usize::try_from(sent).unwrap_or_default()];
            from.read_exact(&mut data).await?;
            let setup = head.last_chunk().copied().unwrap_or_default();
            Ok(Command::Submit { seqnum, to_host, endpoint, len, setup, data })
        }
        CMD_UNLINK => Ok(Command::Unlink { seqnum, unlink: word(5) }),
        code => Err(malformed(format!("command {code} is unknown"))),
    }
}

/// OP_REP_DEVLIST of these devices, each with its place on the bus.
pub(super) fn list(devices: &[(u32, &Identity)]) -> Vec<u8> {
    let mut out = opening_reply(REP_DEVLIST, true);
    out.extend(u32::try_from(devices.len()).unwrap_or(u32::MAX).to_be_bytes());
    for (place, identity) in devices {
        device(&mut out, *place, identity);
        out.extend([0x03, 0, 0, 0]); // the interface: HID
    }
    out
}

/// OP_REP_IMPORT: the device, or none.
pub(super) fn imported(found: Option<(u32, &Identity)>) -> Vec<u8> {
    let mut out = opening_reply(REP_IMPORT, found.is_some());
    if let Some((place, identity)) = found {
        device(&mut out, place, identity);
    }
    out
}

/// USBIP_RET_SUBMIT: `Ok` with the bytes to the host, or the number taken from it; or that the endpoint stalls.
pub(super) fn submitted(seqnum: u32, outcome: Result<Transferred, Stalled>) -> Vec<u8> {
    let (status, len, data) = match outcome {
        Ok(Transferred::ToHost(data)) => (0, data.len(), data),
        Ok(Transferred::FromHost(len)) => (0, len, Vec::new()),
        Err(Stalled) => (-EPIPE, 0, Vec::new()),
    };
    let mut out = reply_head(RET_SUBMIT, seqnum, status);
    out.extend(u32::try_from(len).unwrap_or_default().to_be_bytes());
    out.resize(HEAD, 0);
    out.extend(data);
    out
}

/// What a transfer moved.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Transferred {
    ToHost(Vec<u8>),
    FromHost(usize),
}

/// The endpoint stalls.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Stalled;

/// USBIP_RET_UNLINK: the transfer was still held, and is not any more; or it had been answered before.
pub(super) fn unlinked(seqnum: u32, was_held: bool) -> Vec<u8> {
    let mut out = reply_head(RET_UNLINK, seqnum, if was_held { -ECONNRESET } else { 0 });
    out.resize(HEAD, 0);
    out
}

/// The name of a place.
pub(super) fn bus_id(place: u32) -> String {
    format!("{BUS}-{place}")
}

fn opening_reply(code: u16, found: bool) -> Vec<u8> {
    let mut out = VERSION.to_be_bytes().to_vec();
    out.extend(code.to_be_bytes());
    out.extend(u32::from(!found).to_be_bytes());
    out
}

fn device(out: &mut Vec<u8>, place: u32, identity: &Identity) {
    let mut text = |text: &str, len: usize| {
        let end = out.len() + len;
        out.extend(text.bytes().take(len - 1));
        out.resize(end, 0);
    };
    text(&format!("/anykey/{}", bus_id(place)), PATH);
    text(&bus_id(place), BUS_ID);
    for number in [BUS, place, FULL_SPEED] {
        out.extend(number.to_be_bytes());
    }
    for number in [identity.vendor, identity.product, identity.release] {
        out.extend(number.to_be_bytes());
    }
    out.extend([0, 0, 0]); // class, subclass, protocol
    out.extend([1, 1, 1]); // bConfigurationValue, bNumConfigurations, bNumInterfaces
}

fn reply_head(code: u32, seqnum: u32, status: i32) -> Vec<u8> {
    let mut out = code.to_be_bytes().to_vec();
    out.extend(seqnum.to_be_bytes());
    out.resize(20, 0); // devid, direction and endpoint are 0 in replies
    out.extend(status.to_be_bytes());
    out
}

fn malformed(what: String) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, what)
}

const VERSION: u16 = 0x0111;
const REQ_DEVLIST: u16 = 0x8005;
const REP_DEVLIST: u16 = 0x0005;
const REQ_IMPORT: u16 = 0x8003;
const REP_IMPORT: u16 = 0x0003;
const CMD_SUBMIT: u32 = 1;
const CMD_UNLINK: u32 = 2;
const RET_SUBMIT: u32 = 3;
const RET_UNLINK: u32 = 4;
/// Bytes of every command and reply before its data.
const HEAD: usize = 48;
const PATH: usize = 256;
const BUS_ID: usize = 32;
/// The number of the bus that the devices are on.
const BUS: u32 = 1;
/// `USB_SPEED_FULL` of Linux.
const FULL_SPEED: u32 = 2;
/// The longest transfer from the host: a control request's.
const LONGEST: u32 = 65_535;
/// Of Linux, whatever the host is.
const EPIPE: i32 = 32;
const ECONNRESET: i32 = 104;
