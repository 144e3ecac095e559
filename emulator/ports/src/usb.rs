//! What a key tells a host of itself on USB: its identity, and its one kind of report.

pub(crate) mod control;
pub(crate) mod descriptors;

use authenticator::profile::{Name, Profile};

/// Who a device says that it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Identity {
    /// idVendor.
    pub vendor: u16,
    /// idProduct.
    pub product: u16,
    /// bcdDevice.
    pub release: u16,
    /// The string of iManufacturer, if there is one.
    pub manufacturer: Option<String>,
    /// The string of iProduct.
    pub name: String,
    /// The string of iSerialNumber, if there is one.
    pub serial: Option<String>,
}

impl Identity {
    /// As the model says.
    #[must_use]
    pub fn of(profile: &Profile) -> Self {
        let usb = &profile.usb;
        let text = |name: &Name| Some(name.as_str().to_owned()).filter(|text| !text.is_empty());
        Self {
            vendor: usb.vendor,
            product: usb.product,
            release: usb.release,
            manufacturer: text(&usb.manufacturer),
            name: text(&usb.name).unwrap_or_else(|| profile.product.as_str().to_owned()),
            serial: text(&usb.serial),
        }
    }

    /// The name that Linux gives such a device: manufacturer and product.
    pub(crate) fn full_name(&self) -> String {
        let manufacturer = self.manufacturer.as_ref().map(|text| format!("{text} ")).unwrap_or_default();
        format!("{manufacturer}{}", self.name)
    }
}

/// The HID report descriptor of a CTAPHID device: 64 bytes in, 64 bytes out, no report numbers. CTAP 2.2 §11.2.8.1:
/// <https://fidoalliance.org/specs/fido-v2.2-ps-20250714/fido-client-to-authenticator-protocol-v2.2-ps-20250714.html#usb-discovery>.
pub const REPORT_DESCRIPTOR: [u8; 34] = [
    0x06, 0xd0, 0xf1, // Usage Page (FIDO Alliance)
    0x09, 0x01, // Usage (CTAPHID)
    0xa1, 0x01, // Collection (Application)
    0x09, 0x20, //   Usage (data in)
    0x15, 0x00, //   Logical Minimum (0)
    0x26, 0xff, 0x00, //   Logical Maximum (255)
    0x75, 0x08, //   Report Size (8 bits)
    0x95, 0x40, //   Report Count (64)
    0x81, 0x02, //   Input (data, variable, absolute)
    0x09, 0x21, //   Usage (data out)
    0x15, 0x00, //   Logical Minimum (0)
    0x26, 0xff, 0x00, //   Logical Maximum (255)
    0x75, 0x08, //   Report Size (8 bits)
    0x95, 0x40, //   Report Count (64)
    0x91, 0x02, //   Output (data, variable, absolute)
    0xc0, // End Collection
];
