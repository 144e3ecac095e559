//! The port against the other end of a socket that stands in for the kernel.

use std::os::fd::OwnedFd;
use std::os::unix::net::UnixDatagram;
use std::sync::{Arc, Mutex};

use super::*;
use crate::usb::REPORT_DESCRIPTOR;

/// The kernel's end of each device that was made, the newest last.
#[derive(Clone, Default)]
struct Kernels(Arc<Mutex<Vec<UnixDatagram>>>);

impl Kernels {
    /// Opens a new "/dev/uhid" that starts what is made on it.
    fn open(&self) -> OwnedFd {
        let (ours, theirs) = UnixDatagram::pair().unwrap();
        theirs.set_nonblocking(true).unwrap();
        ours.send(&words(&[2, 0, 0])).unwrap();
        self.0.lock().unwrap().push(ours);
        theirs.into()
    }

    fn newest(&self) -> UnixDatagram {
        self.0.lock().unwrap().last().unwrap().try_clone().unwrap()
    }
}

async fn plugged() -> (Uhid, Kernels) {
    let identity = Identity {
        vendor: 0x1050,
        product: 0x0407,
        release: 0x0437,
        manufacturer: Some("Maker".to_owned()),
        name: "Key".to_owned(),
        serial: Some("7".to_owned()),
    };
    let kernels = Kernels::default();
    let opens = kernels.clone();
    let port = Uhid::plug_by(identity, Box::new(move || Ok(opens.open()))).await.unwrap();
    (port, kernels)
}

fn words(words: &[u32]) -> Vec<u8> {
    words.iter().flat_map(|word| word.to_ne_bytes()).collect()
}

/// UHID_OUTPUT as the kernel writes it: the whole event, its data filled up to 4,096 bytes.
fn output(data: &[u8]) -> Vec<u8> {
    let mut event = words(&[6]);
    event.extend(data);
    event.resize(4 + 4_096, 0);
    event.extend(u16::try_from(data.len()).unwrap().to_ne_bytes());
    event.push(1);
    event.resize(4_376, 0);
    event
}

/// The next event of the port.
fn said(kernel: &UnixDatagram) -> Vec<u8> {
    let mut buffer = vec![0; 5_000];
    let len = kernel.recv(&mut buffer).unwrap();
    buffer.truncate(len);
    buffer
}

#[tokio::test]
async fn a_device_is_made_with_the_models_numbers_and_the_descriptor() {
    let (port, kernels) = plugged().await;
    let event = said(&kernels.newest());
    assert_eq!(&event[..4], words(&[11]), "UHID_CREATE2");
    assert_eq!(&event[4..14], b"Maker Key\0", "name");
    let place = String::from_utf8_lossy(&event[132..196]).trim_end_matches('\0').to_owned();
    assert_eq!(place, port.place, "phys");
    assert_eq!(event[196..198], *b"7\0", "uniq");
    assert_eq!(&event[260..264], [34_u16.to_ne_bytes(), 3_u16.to_ne_bytes()].concat(), "rd_size, bus");
    assert_eq!(&event[264..280], words(&[0x1050, 0x0407, 0x0437, 0]), "vendor, product, version, country");
    assert_eq!(&event[280..], REPORT_DESCRIPTOR, "rd_data");
}

#[tokio::test]
async fn reports_go_both_ways() {
    let (mut port, kernels) = plugged().await;
    let kernel = kernels.newest();
    said(&kernel);
    let report: Report = std::array::from_fn(|at| at as u8 + 1);
    kernel.send(&output(&[&[0], &report[..]].concat())).unwrap();
    assert_eq!(port.receive().await.unwrap(), Arrival::Report { from: Host, report });
    // A report that begins with 0 and has no number before it.
    let mut zero = report;
    zero[0] = 0;
    kernel.send(&output(&zero)).unwrap();
    assert_eq!(port.receive().await.unwrap(), Arrival::Report { from: Host, report: zero });
    port.send(&Host, &report).await.unwrap();
    let event = said(&kernel);
    assert_eq!(&event[..4], words(&[12]), "UHID_INPUT2");
    assert_eq!(&event[4..6], 64_u16.to_ne_bytes());
    assert_eq!(event[6..], report);
}

#[tokio::test]
async fn control_requests_are_answered_and_other_events_pass() {
    let (mut port, kernels) = plugged().await;
    let kernel = kernels.newest();
    said(&kernel);
    for kind in [4, 5, 3, 2] {
        kernel.send(&words(&[kind])).unwrap();
    }
    let get = [&words(&[9, 77])[..], &[0, 2]].concat();
    kernel.send(&get).unwrap();
    let report = [7; 64];
    for (id, kind) in [(78, 0), (79, 1)] {
        let head = [&words(&[13, id])[..], &[0, kind], &65_u16.to_ne_bytes(), &[0]].concat();
        kernel.send(&[&head[..], &report].concat()).unwrap();
    }
    assert_eq!(port.receive().await.unwrap(), Arrival::Report { from: Host, report });
    assert_eq!(said(&kernel), [&words(&[10, 77])[..], &5_u16.to_ne_bytes(), &[0, 0]].concat());
    assert_eq!(said(&kernel), [&words(&[14, 78])[..], &5_u16.to_ne_bytes()].concat(), "no feature reports");
    assert_eq!(said(&kernel), [&words(&[14, 79])[..], &0_u16.to_ne_bytes()].concat());
}

#[tokio::test]
async fn what_is_no_report_is_told() {
    let (mut port, kernels) = plugged().await;
    let kernel = kernels.newest();
    for event in [output(&[0; 66]), output(&[0, 1]), output(&[]), words(&[6]), words(&[99]), vec![1]] {
        kernel.send(&event).unwrap();
        let arrival = port.receive().await.unwrap();
        assert!(matches!(arrival, Arrival::Noise { .. }), "{arrival:?}");
    }
}

#[tokio::test]
async fn the_queue_is_drained_while_the_key_does_something_else() {
    let (mut port, kernels) = plugged().await;
    let kernel = kernels.newest();
    // A socket holds fewer; so this ends only if somebody reads while nobody asks.
    let sender = tokio::task::spawn_blocking(move || {
        for nth in 0..129_u8 {
            kernel.send(&output(&[0; 65].map(|_| nth))).unwrap();
        }
    });
    sender.await.unwrap();
    for nth in 0..129_u8 {
        let arrival = port.receive().await.unwrap();
        match nth {
            0 => assert_eq!(arrival, Arrival::Report { from: Host, report: [0; 64] }),
            _ => {
                assert!(matches!(arrival, Arrival::Noise { .. }), "65 bytes that begin with no report number")
            }
        }
    }
}

#[tokio::test]
async fn a_replug_makes_a_new_device_and_unplugging_closes_the_old_one() {
    let (mut port, kernels) = plugged().await;
    let first = kernels.newest();
    let place = said(&first)[132..196].to_vec();
    port.unplug().await;
    assert!(first.send(&words(&[4])).is_err(), "closed");
    assert!(port.send(&Host, &[0; 64]).await.is_err());
    port.plug().await.unwrap();
    let second = kernels.newest();
    assert_eq!(said(&second)[132..196], place);
    second.send(&output(&[0; 65])).unwrap();
    assert_eq!(port.receive().await.unwrap(), Arrival::Report { from: Host, report: [0; 64] });
    port.plug().await.unwrap();
    assert!(second.send(&words(&[4])).is_err(), "no two devices at a time");
}

#[tokio::test]
async fn a_missing_file_and_a_missing_right_say_what_to_do() {
    let dir = tempfile::tempdir().unwrap();
    let missing = open(&dir.path().join("uhid")).unwrap_err();
    assert!(missing.to_string().contains("modprobe uhid"), "{missing}");
    let forbidden = NoUhid::Forbidden("/dev/uhid".into()).to_string();
    assert!(forbidden.contains("--install-udev"), "{forbidden}");
}
