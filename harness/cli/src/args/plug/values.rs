//! The values of `anykey plug`'s arguments.

use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::str::FromStr;
use std::time::Duration;

use ports::{Address, NoAddress, USBIP_PORT, Up};
use unicode_normalization::UnicodeNormalization;

/// Where clients find the key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Place {
    /// This machine's kernel.
    Uhid,
    /// A server of USB/IP.
    Usbip(SocketAddr),
    /// A socket.
    Socket(Address),
}

impl FromStr for Place {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match (text, text.strip_prefix("usbip:")) {
            ("uhid", _) => Ok(Self::Uhid),
            ("usbip", _) => Ok(Self::Usbip((Ipv4Addr::LOCALHOST, USBIP_PORT).into())),
            (_, Some(address)) => match listen(address)? {
                address if address.ip().is_loopback() => Ok(Self::Usbip(address)),
                address => Err(format!(
                    "others could reach {address}, and whoever does has the keys: use 127.0.0.1, \
                                        or `--listen {address}` if that is wanted"
                )),
            },
            (text, None) => text.parse().map(Self::Socket).map_err(|error: NoAddress| error.to_string()),
        }
    }
}

/// An address with a port, or one with the port of USB/IP.
pub fn listen(text: &str) -> Result<SocketAddr, String> {
    let whole = text.parse().or_else(|_| text.parse().map(|ip| SocketAddr::new(ip, USBIP_PORT)));
    whole.map_err(|_| format!("`{text}` is no address: write it as 192.0.2.1 or 192.0.2.1:{USBIP_PORT}"))
}

/// Vendor and product, `1050:0407`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct VidPid {
    /// idVendor.
    pub vendor: u16,
    /// idProduct.
    pub product: u16,
}

impl FromStr for VidPid {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let number = |text: &str| {
            let plain = text.len() == 4 && text.bytes().all(|byte| byte.is_ascii_hexdigit());
            u16::from_str_radix(text, 16).ok().filter(|_| plain)
        };
        let read =
            text.split_once(':').and_then(|(vendor, product)| Some((number(vendor)?, number(product)?)));
        let (vendor, product) =
            read.ok_or("write vendor and product as four hexadecimal digits each, such as 1050:0407")?;
        Ok(Self { vendor, product })
    }
}

/// A PIN in Unicode normalization form C, as clients send it; nothing shows it.
#[derive(Clone)]
pub struct Pin(pub String);

impl std::fmt::Debug for Pin {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Pin(..)")
    }
}

impl FromStr for Pin {
    type Err = std::convert::Infallible;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Ok(Self(text.nfc().collect()))
    }
}

/// The path of `unix:PATH`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ControlPath(pub PathBuf);

impl FromStr for ControlPath {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text.strip_prefix("unix:") {
            Some(path) if !path.is_empty() => Ok(Self(path.into())),
            _ => Err("orders are taken on a Unix socket: write unix:PATH".to_owned()),
        }
    }
}

/// When the key is touched.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Touch {
    /// What the user does.
    pub up: Up,
    /// How long after the key has asked.
    pub after: Duration,
}

impl FromStr for Touch {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let up = match text {
            "never" => Up::Never,
            "once" => Up::Once,
            "refuse" => Up::Refuse,
            "ask" => Up::Person,
            _ => {
                let time = text.strip_prefix("after:").ok_or_else(|| {
                    "a key is touched after:TIME, never, once, refuse, or ask (at the terminal)".to_owned()
                })?;
                return Ok(Self { up: Up::Auto, after: time_of(time)? });
            }
        };
        Ok(Self { up, after: AFTER })
    }
}

/// `100ms`, `2s`.
fn time_of(text: &str) -> Result<Duration, String> {
    let wrong = || format!("`{text}` is no time: write it as 100ms or 2s, at most {LONGEST_S}s");
    let digits = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
    let (number, unit) = text.split_at(digits);
    let number: u64 = number.parse().map_err(|_| wrong())?;
    let time = match unit {
        "ms" => Duration::from_millis(number),
        "s" => Duration::from_secs(number),
        _ => return Err(wrong()),
    };
    if time > Duration::from_secs(LONGEST_S) { Err(wrong()) } else { Ok(time) }
}

/// How long after the key has asked, where the command line does not say.
const AFTER: Duration = Duration::from_millis(100);
/// Longer than any key waits.
const LONGEST_S: u64 = 3_600;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn touches_are_read() {
        let touch = |up, after| Touch { up, after: Duration::from_millis(after) };
        for (text, expected) in [
            ("after:100ms", touch(Up::Auto, 100)),
            ("after:0ms", touch(Up::Auto, 0)),
            ("after:2s", touch(Up::Auto, 2_000)),
            ("never", touch(Up::Never, 100)),
            ("once", touch(Up::Once, 100)),
            ("refuse", touch(Up::Refuse, 100)),
            ("ask", touch(Up::Person, 100)),
        ] {
            assert_eq!(text.parse(), Ok(expected), "{text}");
        }
        for (text, said) in [
            ("auto", "after:TIME"),
            ("after", "after:TIME"),
            ("after:", "`` is no time"),
            ("after:5", "`5` is no time"),
            ("after:1h", "100ms or 2s"),
            ("after:-1s", "is no time"),
            ("after:99999999999999999999s", "is no time"),
            ("after:3601s", "at most 3600s"),
        ] {
            assert!(text.parse::<Touch>().unwrap_err().contains(said), "{text}");
        }
    }

    #[test]
    fn places_are_read() {
        let usbip = |address: &str| Ok(Place::Usbip(address.parse().unwrap()));
        assert_eq!("uhid".parse(), Ok(Place::Uhid));
        assert_eq!("usbip".parse(), usbip("127.0.0.1:3240"));
        assert_eq!("usbip:127.0.0.1".parse(), usbip("127.0.0.1:3240"));
        assert_eq!("usbip:[::1]:7".parse(), usbip("[::1]:7"));
        assert!(matches!("unix:k".parse(), Ok(Place::Socket(Address::Unix(_)))));
        for (text, said) in [
            ("usbip:0.0.0.0", "--listen 0.0.0.0:3240"),
            ("usbip:here", "`here` is no address"),
            ("key", "there are uhid, usbip, unix:PATH"),
        ] {
            assert!(text.parse::<Place>().unwrap_err().contains(said), "{text}");
        }
        assert_eq!("1050:04aF".parse(), Ok(VidPid { vendor: 0x1050, product: 0x04af }));
        for text in ["1050", "1050:+407", "1050:407", "10500:407", "x:y"] {
            assert!(text.parse::<VidPid>().unwrap_err().contains("1050:0407"), "{text}");
        }
    }

    #[test]
    fn pins_are_normalised() {
        assert_eq!("e\u{301}123".parse::<Pin>().unwrap().0, "\u{e9}123");
    }

    #[test]
    fn controls_are_unix_sockets() {
        assert_eq!("unix:/c".parse(), Ok(ControlPath("/c".into())));
        for text in ["", "unix:", "/c", "udp:127.0.0.1:1"] {
            assert!(text.parse::<ControlPath>().unwrap_err().contains("unix:PATH"));
        }
    }
}
