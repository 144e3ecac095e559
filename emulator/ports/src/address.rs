//! Where clients find a key.

use std::fmt;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::str::FromStr;

/// The address of a port: `unix:PATH`, `unix-dgram:PATH` or `udp:127.0.0.1:PORT`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Address {
    /// A Unix socket of type SOCK_SEQPACKET, with a connection for each client.
    Unix(PathBuf),
    /// A Unix datagram socket.
    UnixDgram(PathBuf),
    /// A UDP socket on a loopback address; port 0 takes any free one.
    Udp(SocketAddr),
}

/// A text that is no address.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NoAddress {
    /// The kind is not known.
    #[error("`{0}` is no port: there are uhid, usbip, unix:PATH, unix-dgram:PATH and udp:127.0.0.1:PORT")]
    Kind(String),
    /// No path follows.
    #[error("`{0}:` needs a path after it")]
    NoPath(&'static str),
    /// What follows `udp:` is no address.
    #[error("`udp:{0}` is no address and port: write udp:127.0.0.1:PORT, with port 0 for any free one")]
    Udp(String),
    /// Others could reach it.
    #[error(
        "others could reach udp:{0}, and whoever reaches the port has the key: use 127.0.0.1, or a Unix socket"
    )]
    NotLoopback(SocketAddr),
}

impl FromStr for Address {
    type Err = NoAddress;

    fn from_str(text: &str) -> Result<Self, NoAddress> {
        let path = |kind, path: &str| match path {
            "" => Err(NoAddress::NoPath(kind)),
            path => Ok(PathBuf::from(path)),
        };
        match text.split_once(':') {
            Some(("unix", rest)) => path("unix", rest).map(Self::Unix),
            Some(("unix-dgram", rest)) => path("unix-dgram", rest).map(Self::UnixDgram),
            Some(("udp", rest)) => match rest.parse::<SocketAddr>() {
                Ok(address) if address.ip().is_loopback() => Ok(Self::Udp(address)),
                Ok(address) => Err(NoAddress::NotLoopback(address)),
                Err(_) => Err(NoAddress::Udp(rest.to_owned())),
            },
            _ => Err(NoAddress::Kind(text.to_owned())),
        }
    }
}

/// As it is read.
impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unix(path) => write!(f, "unix:{}", path.display()),
            Self::UnixDgram(path) => write!(f, "unix-dgram:{}", path.display()),
            Self::Udp(address) => write!(f, "udp:{address}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_read_as_they_are_written() {
        for text in ["unix:key.sock", "unix:/run/a:b", "unix-dgram:/k", "udp:127.0.0.1:0", "udp:[::1]:7"] {
            assert_eq!(text.parse::<Address>().map(|a| a.to_string()), Ok(text.to_owned()));
        }
    }

    #[test]
    fn what_is_wrong_is_said() {
        for (text, said) in [
            ("key.sock", "unix-dgram:PATH"),
            ("tcp:127.0.0.1:1", "unix:PATH"),
            ("unix:", "needs a path"),
            ("unix-dgram:", "`unix-dgram:` needs"),
            ("udp:localhost:1", "127.0.0.1:PORT"),
            ("udp:127.0.0.1", "port 0"),
            ("udp:0.0.0.0:1", "others could reach"),
            ("udp:192.0.2.1:1", "others could reach"),
        ] {
            let error = text.parse::<Address>().unwrap_err().to_string();
            assert!(error.contains(said), "{text}: {error}");
        }
    }
}
