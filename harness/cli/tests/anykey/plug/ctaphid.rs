//! The `ctaphid` crate, a client's end of CTAPHID by others, drives our keys and hears from them what our own end hears.

use std::borrow::Cow;
use std::net::UdpSocket;
use std::time::Duration;

use ctaphid::error::{RequestError, ResponseError};
use ctaphid::{Device, HidDevice, HidDeviceInfo};
use ports::Address;
use wire::ctap2::make_credential;
use wire::u2f;

use super::key::{GET_INFO, Plugged, make};

/// A HID device whose reports go over a datagram socket.
struct Datagrams(UdpSocket);

#[derive(Debug)]
struct Info;

impl HidDeviceInfo for Info {
    fn vendor_id(&self) -> u16 {
        0x1209
    }

    fn product_id(&self) -> u16 {
        0xf1d0
    }

    fn path(&self) -> Cow<'_, str> {
        "a socket".into()
    }
}

impl HidDevice for Datagrams {
    type Info = Info;

    /// A report with its number, 0, before it.
    fn send(&self, data: &[u8]) -> Result<(), RequestError> {
        assert_eq!((data.len(), data[0]), (65, 0));
        self.0.send(&data[1..]).map(drop).map_err(|error| RequestError::PacketSendingFailed(error.into()))
    }

    fn receive<'a>(
        &self,
        buffer: &'a mut [u8],
        timeout: Option<Duration>,
    ) -> Result<&'a [u8], ResponseError> {
        self.0.set_read_timeout(timeout.or(Some(Duration::from_secs(20)))).unwrap();
        match self.0.recv(buffer) {
            Ok(length) => Ok(&buffer[..length]),
            Err(error) => Err(ResponseError::PacketReceivingFailed(error.into())),
        }
    }
}

fn open(key: &Plugged) -> Device<Datagrams> {
    let Address::Udp(address) = &key.address else { panic!("{}", key.address) };
    let socket = UdpSocket::bind("127.0.0.1:0").unwrap();
    socket.connect(address).unwrap();
    Device::new(Datagrams(socket), Info).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn it_hears_what_our_own_end_hears() {
    for (name, cbor, msg) in [("passkey", true, true), ("yubikey-4", false, true), ("no-uv", true, false)] {
        let key = Plugged::start(name, "udp", &["--touch", "after:300ms"]);
        let other = open(&key);
        assert_eq!(other.protocol_version(), 2, "{name}");
        assert_eq!((other.capabilities().has_cbor(), other.capabilities().has_msg()), (cbor, msg), "{name}");
        for length in [0, 1, 57, 58, 116, 117, 1_000, 7_609] {
            let message: Vec<u8> = (0..length).map(|n: u32| n.to_le_bytes()[0]).collect();
            other.ping(&message).unwrap_or_else(|error| panic!("{name}: {length} bytes: {error}"));
        }
        let mut ours = key.connect().await;
        if cbor {
            let told = other.ctap2(GET_INFO[0], &[]).unwrap();
            assert_eq!([&[0], told.as_slice()].concat(), ours.ctap2(GET_INFO).await.unwrap(), "{name}");
            // Three keepalives and the touch later; the answer takes several packets.
            let made = other.ctap2(make()[0], &make()[1..]).unwrap();
            assert!(make_credential::Response::decode(&made).unwrap().auth_data.len() > 100, "{name}");
        }
        if msg {
            let mut request = [0; 16];
            let length = u2f::Request::Version.message(&mut request).unwrap();
            let told = other.ctap1(&request[..length]).unwrap();
            let (version, word) = ours.u2f(&u2f::Request::Version).await;
            assert_eq!(told, [version.as_slice(), &word.0.to_be_bytes()].concat(), "{name}");
        }
    }
}
