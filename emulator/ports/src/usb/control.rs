//! Requests on the default endpoint: USB 2.0 §9.4, HID 1.11 §7.

use frames::Report;

use super::descriptors::{self, CONFIGURATION, DEVICE, HID, REPORT, STRING};
use super::{Identity, REPORT_DESCRIPTOR};

/// What a request came to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// It was done; this is the data stage to the host, if there is one.
    Done(Vec<u8>),
    /// A report that came this way.
    Output(Report),
    /// There is no such thing: the endpoint stalls.
    Stall,
}

/// What a device remembers of its requests.
#[derive(Debug, Default)]
pub(crate) struct Control {
    configuration: u8,
    idle: u8,
}

impl Control {
    /// Does what the eight bytes of a setup packet ask for; `data` came with it from the host.
    pub(crate) fn request(&mut self, identity: &Identity, setup: [u8; 8], data: &[u8]) -> Outcome {
        let [kind, request, low, high, index, _, len_low, len_high] = setup;
        let longest = usize::from(u16::from_le_bytes([len_low, len_high]));
        let answer = match (kind, request) {
            // Standard requests, to the device.
            (0x80, GET_DESCRIPTOR) => match high {
                DEVICE => Some(descriptors::device(identity)),
                CONFIGURATION if low == 0 => Some(descriptors::configuration()),
                STRING => descriptors::string(identity, low),
                // A full-speed device has no qualifier.
                _ => None,
            },
            (0x80, GET_STATUS) => Some(vec![0, 0]),
            (0x80, GET_CONFIGURATION) => Some(vec![self.configuration]),
            (0x00, SET_CONFIGURATION) if low <= 1 => {
                self.configuration = low;
                Some(Vec::new())
            }
            // To the interface.
            (0x81, GET_DESCRIPTOR) if index == 0 => match high {
                HID => Some(descriptors::hid()),
                REPORT => Some(REPORT_DESCRIPTOR.to_vec()),
                _ => None,
            },
            (0x81, GET_STATUS) => Some(vec![0, 0]),
            (0x81, GET_INTERFACE) => Some(vec![0]),
            (0x01, SET_INTERFACE) if low == 0 => Some(Vec::new()),
            // To an endpoint, which is never halted.
            (0x82, GET_STATUS) => Some(vec![0, 0]),
            (0x02, CLEAR_FEATURE) => Some(Vec::new()),
            // Of HID.
            (0xa1, GET_IDLE) => Some(vec![self.idle]),
            (0x21, SET_IDLE) => {
                self.idle = high;
                Some(Vec::new())
            }
            (0x21, SET_REPORT) if high == OUTPUT_REPORT => {
                return data.try_into().map_or(Outcome::Stall, Outcome::Output);
            }
            _ => None,
        };
        match answer {
            Some(mut answer) => {
                answer.truncate(longest);
                Outcome::Done(answer)
            }
            None => Outcome::Stall,
        }
    }
}

const GET_STATUS: u8 = 0;
const CLEAR_FEATURE: u8 = 1;
const GET_DESCRIPTOR: u8 = 6;
const GET_CONFIGURATION: u8 = 8;
const SET_CONFIGURATION: u8 = 9;
const GET_INTERFACE: u8 = 10;
const SET_INTERFACE: u8 = 11;
// Of HID, in requests of its class.
const GET_IDLE: u8 = 2;
const SET_REPORT: u8 = 9;
const SET_IDLE: u8 = 10;
/// The type in wValue's high byte.
const OUTPUT_REPORT: u8 = 2;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn requests_are_answered_or_stalled() {
        let identity = Identity {
            vendor: 1,
            product: 2,
            release: 3,
            manufacturer: None,
            name: "Key".to_owned(),
            serial: None,
        };
        let mut control = Control::default();
        let done = |bytes: &[u8]| Outcome::Done(bytes.to_vec());
        let report = [5; 64];
        for (setup, data, expected) in [
            ([0x80, 6, 0, 1, 0, 0, 8, 0], &[][..], done(&[18, 1, 0, 2, 0, 0, 0, 64])),
            ([0x80, 6, 0, 2, 0, 0, 4, 0], &[], done(&[9, 2, 41, 0])),
            ([0x80, 6, 1, 2, 0, 0, 4, 0], &[], Outcome::Stall),
            ([0x80, 6, 0, 6, 0, 0, 10, 0], &[], Outcome::Stall),
            ([0x80, 6, 2, 3, 9, 4, 255, 0], &[], done(b"\x08\x03K\0e\0y\0")),
            ([0x80, 8, 0, 0, 0, 0, 1, 0], &[], done(&[0])),
            ([0x00, 9, 1, 0, 0, 0, 0, 0], &[], done(&[])),
            ([0x80, 8, 0, 0, 0, 0, 1, 0], &[], done(&[1])),
            ([0x00, 9, 2, 0, 0, 0, 0, 0], &[], Outcome::Stall),
            ([0x81, 6, 0, 0x22, 0, 0, 255, 0], &[], done(&REPORT_DESCRIPTOR)),
            ([0x21, 10, 0, 4, 0, 0, 0, 0], &[], done(&[])),
            ([0xa1, 2, 0, 0, 0, 0, 1, 0], &[], done(&[4])),
            ([0x21, 9, 0, 2, 0, 0, 64, 0], &report, Outcome::Output(report)),
            ([0x21, 9, 0, 2, 0, 0, 64, 0], &report[1..], Outcome::Stall),
            ([0xa1, 1, 0, 1, 0, 0, 64, 0], &[], Outcome::Stall),
            ([0xc0, 6, 0, 0, 0, 0, 64, 0], &[], Outcome::Stall),
        ] {
            assert_eq!(control.request(&identity, setup, data), expected, "{setup:02x?}");
        }
    }
}
