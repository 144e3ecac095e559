//! What goes over `/dev/uhid`, in the layout of the kernel's `linux/uhid.h`: packed, in the machine's byte order.
//! <https://docs.kernel.org/hid/uhid.html>

use frames::Report;

use crate::usb::{Identity, REPORT_DESCRIPTOR};

/// The longest event in bytes: one that makes a device.
pub(super) const LONGEST: usize = 4_376;

/// What the kernel says of a device.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum FromKernel {
    /// A driver has taken the device.
    Start,
    /// The driver has left it.
    Stop,
    /// The first program has opened it.
    Open,
    /// The last program has closed it.
    Close,
    /// A program sent this report, with the report number before it.
    Output(Vec<u8>),
    /// A program asks for a report by a control request, and waits.
    GetReport {
        /// To be given back.
        id: u32,
    },
    /// A program sends a report by a control request, and waits.
    SetReport {
        /// To be given back.
        id: u32,
        /// Whether it is an output report.
        output: bool,
        /// The report, with its number before it.
        data: Vec<u8>,
    },
    /// A kernel that is newer than this program says something else, or it is malformed.
    Unknown(u32),
}

impl FromKernel {
    /// Reads an event. What the kernel has left off is zero.
    pub(super) fn read(event: &[u8]) -> Self {
        let kind = u32_at(event, 0);
        match kind {
            START => Self::Start,
            STOP => Self::Stop,
            OPEN => Self::Open,
            CLOSE => Self::Close,
            OUTPUT => {
                let (data, size) = (4, 4 + DATA);
                Self::Output(bytes(event, data, u16_at(event, size)))
            }
            GET_REPORT => Self::GetReport { id: u32_at(event, 4) },
            SET_REPORT => Self::SetReport {
                id: u32_at(event, 4),
                output: event.get(9) == Some(&OUTPUT_REPORT),
                data: bytes(event, 12, u16_at(event, 10)),
            },
            kind => Self::Unknown(kind),
        }
    }
}

/// A device, made. `place` is where it says that it is plugged in.
pub(super) fn create(identity: &Identity, place: &str) -> Vec<u8> {
    let mut event = CREATE2.to_ne_bytes().to_vec();
    text::<128>(&mut event, &identity.full_name());
    text::<64>(&mut event, place);
    text::<64>(&mut event, identity.serial.as_deref().unwrap_or_default());
    let descriptor = u16::try_from(REPORT_DESCRIPTOR.len()).unwrap_or(u16::MAX);
    event.extend(descriptor.to_ne_bytes());
    event.extend(BUS_USB.to_ne_bytes());
    let country = 0;
    for number in
        [identity.vendor, identity.product, identity.release].map(u32::from).into_iter().chain([country])
    {
        event.extend(number.to_ne_bytes());
    }
    event.extend(REPORT_DESCRIPTOR);
    event
}

/// A report from the device.
pub(super) fn input(report: &Report) -> Vec<u8> {
    let mut event = INPUT2.to_ne_bytes().to_vec();
    let size = u16::try_from(report.len()).unwrap_or(u16::MAX);
    event.extend(size.to_ne_bytes());
    event.extend(report);
    event
}

/// There is no such report.
pub(super) fn no_report(id: u32) -> Vec<u8> {
    let mut event = GET_REPORT_REPLY.to_ne_bytes().to_vec();
    event.extend(id.to_ne_bytes());
    event.extend(EIO.to_ne_bytes());
    event.extend(0_u16.to_ne_bytes());
    event
}

/// Whether a report was taken.
pub(super) fn report_set(id: u32, taken: bool) -> Vec<u8> {
    let mut event = SET_REPORT_REPLY.to_ne_bytes().to_vec();
    event.extend(id.to_ne_bytes());
    event.extend((if taken { 0 } else { EIO }).to_ne_bytes());
    event
}

/// A text of N bytes with at least one zero at its end.
fn text<const N: usize>(event: &mut Vec<u8>, text: &str) {
    let mut field = [0; N];
    let most = (0..N).rev().find(|end| text.is_char_boundary(*end)).unwrap_or(0);
    for (to, from) in field.iter_mut().zip(text.as_bytes().iter().take(most)) {
        *to = *from;
    }
    event.extend(field);
}

fn u16_at(event: &[u8], at: usize) -> u16 {
    event.get(at..).and_then(|rest| rest.first_chunk()).map_or(0, |bytes| u16::from_ne_bytes(*bytes))
}

fn u32_at(event: &[u8], at: usize) -> u32 {
    event.get(at..).and_then(|rest| rest.first_chunk()).map_or(0, |bytes| u32::from_ne_bytes(*bytes))
}

/// As many bytes as the event says; fewer if it is shorter.
fn bytes(event: &[u8], at: usize, size: u16) -> Vec<u8> {
    let rest = event.get(at..).unwrap_or_default();
    rest.iter().take(usize::from(size)).copied().collect()
}

// `enum uhid_event_type`.
const START: u32 = 2;
const STOP: u32 = 3;
const OPEN: u32 = 4;
const CLOSE: u32 = 5;
const OUTPUT: u32 = 6;
const GET_REPORT: u32 = 9;
const GET_REPORT_REPLY: u32 = 10;
const CREATE2: u32 = 11;
const INPUT2: u32 = 12;
const SET_REPORT: u32 = 13;
const SET_REPORT_REPLY: u32 = 14;
/// `UHID_DATA_MAX`.
const DATA: usize = 4_096;
/// `UHID_OUTPUT_REPORT` of `enum uhid_report_type`.
const OUTPUT_REPORT: u8 = 1;
/// `BUS_USB` of `linux/input.h`.
const BUS_USB: u16 = 3;
/// Of `errno.h`.
const EIO: u16 = 5;
