//! The descriptors of a full-speed HID device with one interface: USB 2.0 §9.6, HID 1.11 §6.2.

use super::{Identity, REPORT_DESCRIPTOR};

/// The endpoint to the host.
pub(crate) const IN: u8 = 0x81;
/// The endpoint from the host.
pub(crate) const OUT: u8 = 0x01;
/// Bytes in a packet of either, and of a report.
const PACKET: u8 = 64;
/// How often the host is to ask, in frames of 1 ms.
const INTERVAL: u8 = 2;

/// bDescriptorType.
pub(crate) const DEVICE: u8 = 1;
pub(crate) const CONFIGURATION: u8 = 2;
pub(crate) const STRING: u8 = 3;
const INTERFACE: u8 = 4;
const ENDPOINT: u8 = 5;
pub(crate) const HID: u8 = 0x21;
pub(crate) const REPORT: u8 = 0x22;

/// The device descriptor.
pub(crate) fn device(identity: &Identity) -> Vec<u8> {
    let mut out = vec![18, DEVICE];
    out.extend(0x0200_u16.to_le_bytes()); // bcdUSB
    out.extend([0, 0, 0]); // class, subclass, protocol: each interface has its own
    out.push(PACKET); // bMaxPacketSize0
    for number in [identity.vendor, identity.product, identity.release] {
        out.extend(number.to_le_bytes());
    }
    for nth in [Text::Manufacturer, Text::Product, Text::Serial] {
        out.push(if nth.of(identity).is_some() { nth as u8 } else { 0 });
    }
    out.push(1); // bNumConfigurations
    out
}

/// The configuration with all that belongs to it.
pub(crate) fn configuration() -> Vec<u8> {
    let mut parts = vec![9, INTERFACE, 0, 0, 2, 0x03, 0, 0, 0]; // HID, no boot protocol
    parts.extend(hid());
    for endpoint in [IN, OUT] {
        parts.extend([7, ENDPOINT, endpoint, 0x03, PACKET, 0, INTERVAL]); // interrupt
    }
    let total = u16::try_from(parts.len() + 9).unwrap_or(u16::MAX);
    let mut out = vec![9, CONFIGURATION];
    out.extend(total.to_le_bytes());
    out.extend([1, 1, 0, 0x80, 15]); // one interface; configuration 1; powered by the bus, 30 mA
    out.extend(parts);
    out
}

/// The HID descriptor.
pub(crate) fn hid() -> Vec<u8> {
    let report = u16::try_from(REPORT_DESCRIPTOR.len()).unwrap_or(u16::MAX).to_le_bytes();
    let mut out = vec![9, HID, 0x11, 0x01, 0, 1, REPORT]; // HID 1.11, no country
    out.extend(report);
    out
}

/// A string descriptor; index 0 tells the languages.
pub(crate) fn string(identity: &Identity, index: u8) -> Option<Vec<u8>> {
    let units: Vec<u16> = match index {
        0 => vec![0x0409], // English, United States
        index => {
            let all = [Text::Manufacturer, Text::Product, Text::Serial];
            let text = all.into_iter().find(|text| *text as u8 == index)?.of(identity)?;
            text.encode_utf16().take(LONGEST_TEXT).collect()
        }
    };
    let len = u8::try_from(2 + 2 * units.len()).ok()?;
    let mut out = vec![len, STRING];
    out.extend(units.into_iter().flat_map(u16::to_le_bytes));
    Some(out)
}

#[derive(Clone, Copy)]
enum Text {
    Manufacturer = 1,
    Product = 2,
    Serial = 3,
}

impl Text {
    fn of(self, identity: &Identity) -> Option<&str> {
        match self {
            Self::Manufacturer => identity.manufacturer.as_deref(),
            Self::Product => Some(&identity.name),
            Self::Serial => identity.serial.as_deref(),
        }
    }
}

/// UTF-16 units that fit a string descriptor.
const LONGEST_TEXT: usize = 126;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_are_what_they_say() {
        let identity = Identity {
            vendor: 0x1050,
            product: 0x0407,
            release: 0x0437,
            manufacturer: None,
            name: "x".repeat(500),
            serial: Some("ü".to_owned()),
        };
        let device = device(&identity);
        assert_eq!((device.len(), &device[8..14]), (18, &[0x50, 0x10, 0x07, 0x04, 0x37, 0x04][..]));
        assert_eq!(device[14..17], [0, 2, 3], "no manufacturer");
        let whole = configuration();
        assert_eq!(whole.len(), 9 + 9 + 9 + 7 + 7);
        assert_eq!(usize::from(u16::from_le_bytes([whole[2], whole[3]])), whole.len());
        let mut rest = &whole[..];
        while let [len, ..] = rest {
            rest = &rest[usize::from(*len)..];
        }
        assert!(rest.is_empty(), "the lengths add up");
        assert_eq!(string(&identity, 0), Some(vec![4, 3, 9, 4]));
        assert_eq!(string(&identity, 1), None);
        assert_eq!(string(&identity, 2).unwrap().len(), 254);
        assert_eq!(string(&identity, 3), Some(vec![4, 3, 0xfc, 0]));
        assert_eq!(string(&identity, 4), None);
    }
}
