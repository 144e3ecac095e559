#![allow(clippy::unwrap_used)]

use super::*;

/// A boot keyboard, shortened.
const KEYBOARD: &[u8] = &[0x05, 0x01, 0x09, 0x06, 0xa1, 0x01, 0x05, 0x07, 0x19, 0xe0, 0x29, 0xe7, 0xc0];

#[test]
fn a_key_is_known_by_page_and_usage() {
    assert!(is_ctaphid(&ports::REPORT_DESCRIPTOR));
    assert!(!is_ctaphid(KEYBOARD));
    assert!(is_ctaphid(&[0x0b, 0x01, 0x00, 0xd0, 0xf1]), "page and usage in one item");
    assert!(!is_ctaphid(&[0x06, 0xd0, 0xf1, 0x09, 0x02]), "another usage of the page");
    assert!(is_ctaphid(&[0xfe, 2, 0, 9, 9, 0x06, 0xd0, 0xf1, 0x09, 0x01]), "after a long item");
    // Data that looks like the page is not it; descriptors end anywhere.
    assert!(!is_ctaphid(&[0x27, 0x06, 0xd0, 0xf1, 0x09, 0x01]));
    for length in 0..ports::REPORT_DESCRIPTOR.len() {
        is_ctaphid(&ports::REPORT_DESCRIPTOR[..length]);
    }
    assert!(!is_ctaphid(&[0xfe]) && !is_ctaphid(&[0xfe, 200, 0, 1]) && !is_ctaphid(&[0x06, 0xd0]));
}

#[test]
fn keys_are_listed_and_nothing_else() {
    let class = tempfile::tempdir().unwrap();
    for (name, product, descriptor) in [
        ("hidraw10", "0003:00001050:00000407", &ports::REPORT_DESCRIPTOR[..]),
        ("hidraw2", "0003:00001209:0000F1D0", &ports::REPORT_DESCRIPTOR[..]),
        ("hidraw0", "0003:0000046D:0000C31C", KEYBOARD),
    ] {
        let device = class.path().join(name).join("device");
        fs::create_dir_all(&device).unwrap();
        let facts = format!("DRIVER=hid-generic\nHID_ID={product}\nHID_NAME=A {name}\nHID_PHYS=usb-1\n");
        fs::write(device.join("uevent"), facts).unwrap();
        fs::write(device.join("report_descriptor"), descriptor).unwrap();
    }
    // One that is just going away.
    fs::create_dir_all(class.path().join("hidraw5/device")).unwrap();
    let found = all(class.path()).unwrap();
    let nodes: Vec<_> = found.iter().map(|device| device.node.to_str().unwrap()).collect();
    assert_eq!(nodes, ["/dev/hidraw2", "/dev/hidraw10"]);
    assert_eq!((found[1].vendor, found[1].product), (0x1050, 0x0407));
    assert_eq!((found[1].name.as_str(), found[1].place.as_str()), ("A hidraw10", "usb-1"));
    assert_eq!(all(&class.path().join("none")).unwrap(), []);
}
