//! The keys that are attached to this machine, as Linux' sysfs tells of them: looking changes nothing and needs no rights.

use std::path::{Path, PathBuf};
use std::{fs, io};

/// A HID device that speaks CTAPHID.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attached {
    /// Its node, `/dev/hidraw3`.
    pub node: PathBuf,
    /// What it is named (HID_NAME).
    pub name: String,
    /// idVendor.
    pub vendor: u16,
    /// idProduct.
    pub product: u16,
    /// Where it is plugged in (HID_PHYS).
    pub place: String,
}

/// Why a node is no key.
#[derive(Debug, thiserror::Error)]
pub enum NotAttached {
    /// The system does not know the node.
    #[error("there is no such HID device: `anykey keys --attached` lists the keys that are attached ({0})")]
    Unknown(io::Error),
    /// It is something else.
    #[error("this is {0:?}, no key: its report descriptor has no usage page F1D0 (FIDO)")]
    Foreign(String),
}

impl Attached {
    /// All keys that are attached, by their nodes' numbers; none where the system has no HID devices.
    ///
    /// # Errors
    /// Sysfs cannot be read.
    pub fn all() -> io::Result<Vec<Self>> {
        all(Path::new(CLASS))
    }

    /// The key at that node, or behind that link to one.
    ///
    /// # Errors
    /// There is none.
    pub fn at(node: &Path) -> Result<Self, NotAttached> {
        let real = fs::canonicalize(node).map_err(NotAttached::Unknown)?;
        let name = real.file_name().unwrap_or_default().to_string_lossy();
        let (found, is_key) = look(Path::new(CLASS), &name).map_err(NotAttached::Unknown)?;
        if is_key { Ok(found) } else { Err(NotAttached::Foreign(found.name)) }
    }
}

fn all(class: &Path) -> io::Result<Vec<Attached>> {
    let entries = match fs::read_dir(class) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        entries => entries?,
    };
    let mut found = Vec::new();
    for entry in entries {
        // A device that goes away meanwhile is none.
        if let Ok((device, true)) = look(class, &entry?.file_name().to_string_lossy()) {
            found.push(device);
        }
    }
    found.sort_by_key(|device| number(&device.node));
    Ok(found)
}

fn number(node: &Path) -> Option<u32> {
    node.file_name()?.to_str()?.strip_prefix("hidraw")?.parse().ok()
}

/// A device, and whether it is a key.
fn look(class: &Path, name: &str) -> io::Result<(Attached, bool)> {
    let device = class.join(name).join("device");
    let facts = fs::read_to_string(device.join("uevent"))?;
    let fact = |key: &str| {
        facts.lines().find_map(|line| line.strip_prefix(key)?.strip_prefix('=')).unwrap_or_default()
    };
    let mut ids = fact("HID_ID").split(':').skip(1).map(|hex| u32::from_str_radix(hex, 16).unwrap_or(0));
    let mut id = || u16::try_from(ids.next().unwrap_or(0)).unwrap_or(0);
    let found = Attached {
        node: Path::new("/dev").join(name),
        name: fact("HID_NAME").to_owned(),
        vendor: id(),
        product: id(),
        place: fact("HID_PHYS").to_owned(),
    };
    Ok((found, is_ctaphid(&fs::read(device.join("report_descriptor"))?)))
}

/// Whether a report descriptor has the usage CTAPHID (01) of the page FIDO Alliance (F1D0). HID 1.11, section 6.2.2.
fn is_ctaphid(mut descriptor: &[u8]) -> bool {
    let mut page = 0;
    while let [prefix, rest @ ..] = descriptor {
        let (item, rest) = match (prefix, rest) {
            // A long item: its size, its tag, its data.
            (0xfe, [size, _, rest @ ..]) => {
                descriptor = rest.get(usize::from(*size)..).unwrap_or_default();
                continue;
            }
            (prefix, rest) => rest.split_at(SIZES[usize::from(prefix & 3)].min(rest.len())),
        };
        let value = item.iter().rev().fold(0_u32, |value, byte| value << 8 | u32::from(*byte));
        match prefix & 0xfc {
            USAGE_PAGE => page = value,
            // A usage of four bytes has its page with it.
            USAGE if value == FIDO << 16 | CTAPHID || (page, value) == (FIDO, CTAPHID) => return true,
            _ => {}
        }
        descriptor = rest;
    }
    false
}

const CLASS: &str = "/sys/class/hidraw";
/// Bytes of a short item's data, by the low bits of its prefix.
const SIZES: [usize; 4] = [0, 1, 2, 4];
const USAGE_PAGE: u8 = 0x04;
const USAGE: u8 = 0x08;
const FIDO: u32 = 0xf1d0;
const CTAPHID: u32 = 0x01;

#[cfg(test)]
mod tests;
