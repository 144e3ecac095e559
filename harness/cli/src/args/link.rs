//! The argument of `--link`.

use std::str::FromStr;

use clap::ValueEnum;
use ports::Address;
use run::attached::Whereabouts;

/// How the client reaches the keys.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LinkArg {
    /// In this process, on virtual time.
    Process,
    /// Keys of AnyKey's own behind sockets.
    Socket,
    /// Keys of AnyKey's own behind the kernel.
    Uhid,
    /// A key that somebody else has plugged in.
    Attached(Whereabouts),
}

/// What may be done to a key of somebody else's.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum May {
    /// Make resident credentials on it; each is deleted after its case, where the key can do that
    Keep,
    /// Reset it: everything on it is lost
    Reset,
    /// Give it a PIN, if it has none
    SetPin,
}

impl May {
    /// As the command line has it.
    pub fn word(self) -> &'static str {
        match self {
            Self::Keep => "keep",
            Self::Reset => "reset",
            Self::SetPin => "set-pin",
        }
    }
}

impl FromStr for LinkArg {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match (text, text.split_once(':')) {
            ("process", _) => Ok(Self::Process),
            ("socket", _) => Ok(Self::Socket),
            ("uhid", _) => Ok(Self::Uhid),
            (_, Some(("hidraw", node))) if !node.is_empty() => {
                Ok(Self::Attached(Whereabouts::Hidraw(node.into())))
            }
            (_, Some(("unix" | "unix-dgram" | "udp", _))) => {
                let address = text.parse::<Address>().map_err(|error| error.to_string())?;
                Ok(Self::Attached(Whereabouts::Socket(address)))
            }
            _ => Err("there are process, socket, uhid, hidraw:/dev/hidrawN, unix:PATH, unix-dgram:PATH and \
                 udp:127.0.0.1:PORT"
                .to_owned()),
        }
    }
}

/// As it is read.
impl std::fmt::Display for LinkArg {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Process => f.write_str("process"),
            Self::Socket => f.write_str("socket"),
            Self::Uhid => f.write_str("uhid"),
            Self::Attached(place) => place.fmt(f),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links_read_as_they_are_written() {
        for text in ["process", "socket", "uhid", "hidraw:/dev/hidraw3", "unix:key.sock", "udp:127.0.0.1:7"] {
            assert_eq!(text.parse::<LinkArg>().map(|link| link.to_string()), Ok(text.to_owned()));
        }
        for (text, said) in [
            ("hidraw", "hidraw:/dev/hidrawN"),
            ("hidraw:", "hidraw:/dev/hidrawN"),
            ("usb", "process, socket, uhid"),
            ("unix:", "needs a path"),
            ("udp:0.0.0.0:1", "others could reach"),
        ] {
            let error = text.parse::<LinkArg>().unwrap_err();
            assert!(error.contains(said), "{text}: {error}");
        }
    }
}
