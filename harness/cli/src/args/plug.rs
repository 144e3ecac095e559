//! Arguments of `anykey plug`.

use std::path::PathBuf;
use std::str::FromStr;
use std::time::Duration;

use clap::Args;
use ports::{Address, NoAddress, Up};

/// `anykey plug`.
#[derive(Debug, Args)]
#[command(after_long_help = "\
Examples:
  anykey plug yubikey-4
      A key of this machine, as if it were plugged in: browsers see it. It is
      touched 100 ms after it asks, until Ctrl-C.
  anykey plug passkey --port unix:/tmp/key.sock
      A key on a socket.
  anykey plug yubikey-4 --port udp:127.0.0.1:0 --touch ask --print
      On any free port, which the line `ready` names. You are asked for each
      touch, and see what client and key say.
  anykey plug passkey --port unix:key.sock --control unix:ctl.sock
  echo 'ctl up refuse' | nc -NU ctl.sock
      A script has the key refuse. The answer is `ok` or `error: ...`.
  anykey plug passkey --port unix:key.sock --state my-key --pin 1234
      A key with a PIN that is the same key the next time.

Ports: uhid is this machine's own kernel (Linux), where the key is a HID device
that programs find as any other; it takes no message longer than 1827 bytes
there. On the others a packet or datagram is one 64-byte CTAPHID report, without
a report number. unix: is a SOCK_SEQPACKET socket with a connection for each
client; unix-dgram: and udp: are datagram sockets. A reply goes to the client
that last used that channel. The line `ready PORT` on standard output says when
to connect; `ready uhid /dev/hidrawN` names the device's node.

Lines for --control, one answer each; clients may send them on the port, too,
where nothing is answered and what is wrong is told on the error stream:
  ctl up auto       touch each time
  ctl up never      do not touch
  ctl up once       touch the next time the key asks, then not
  ctl up refuse     refuse each time
  ctl up ask        a person decides, here or by `ctl act`
  ctl uv ok         where the key verifies by itself: recognised
  ctl uv fail       not recognised
  ctl uv never      nothing laid on
  ctl unplug        unplug the key: its device is gone, a socket stays
  ctl plug          plug it in again
  ctl replug        both
  ctl after 5ms     from the next question on, the user takes so long
  ctl act touch     now, with the right finger; or refuse, wrong-finger
  ctl asks          answered `ok nothing`, or by what the key asks of the user
  ctl wait          the same, as soon as the key asks
  ctl where         where the key is: `ok uhid /dev/hidraw0`
  ctl reset         put a key there that is as new, without unplugging it
up and uv change what happens to a question that is open already. After reset may
stand a JSON object: {\"seed\": 7, \"pin\": \"1234\", \"settings\": {...}}, with a seed
of 64 hexadecimal digits or as --seed has it, and settings as scenarios have.

SIGINT (Ctrl-C) and SIGTERM unplug the key and remove the sockets. The key lives
in memory: when it is unplugged for good, its credentials are gone. With --state
DIR it lives in that directory, sealed, and starting it again is plugging it in
again. It is unsealed by a key file, DIR/unlock.key where none is named, or by the
passphrase in ANYKEY_PASSPHRASE. A key file in the directory itself protects no
more than a copy of the journal: keep it elsewhere if the directory travels.")]
pub struct PlugArgs {
    /// The key: a name (`anykey keys` lists them), or a profile file (.toml)
    #[arg(value_name = "NAME|FILE.toml")]
    pub key: String,
    /// Where clients find it: uhid, unix:PATH, unix-dgram:PATH or udp:127.0.0.1:PORT
    #[arg(long, value_name = "PORT", default_value = "uhid")]
    pub port: Place,
    /// Take orders from scripts here: unix:PATH
    #[arg(long, value_name = "unix:PATH")]
    pub control: Option<ControlPath>,
    /// When the key is touched: after:TIME, never, once (the next request that asks, then never), refuse, or ask (at this terminal)
    #[arg(long, value_name = "WHEN", default_value = "after:100ms")]
    pub touch: Touch,
    /// The seed that everything about the key follows from; whoever knows it knows its credentials [default: none, the key is random]
    #[arg(long, value_name = "N")]
    pub seed: Option<u64>,
    /// Keep the key in this directory across restarts; made if it is not there
    #[arg(long, value_name = "DIR")]
    pub state: Option<PathBuf>,
    /// The key file that unseals --state; made with the directory [default: DIR/unlock.key, or ANYKEY_PASSPHRASE if set]
    #[arg(long, value_name = "FILE", requires = "state")]
    pub key_file: Option<PathBuf>,
    /// The PIN that the key has from the start; for a key that has one already, it must be this one
    #[arg(long, value_name = "PIN", env = "ANYKEY_PIN", hide_env_values = true)]
    pub pin: Option<Pin>,
    /// Print what clients and key say, decoded
    #[arg(long)]
    pub print: bool,
}

/// Where clients find the key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Place {
    /// This machine's kernel.
    Uhid,
    /// A socket.
    Socket(Address),
}

impl FromStr for Place {
    type Err = NoAddress;

    fn from_str(text: &str) -> Result<Self, NoAddress> {
        match text {
            "uhid" => Ok(Self::Uhid),
            text => text.parse().map(Self::Socket),
        }
    }
}

/// A PIN, which nothing shows.
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
        Ok(Self(text.to_owned()))
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
    fn controls_are_unix_sockets() {
        assert_eq!("unix:/c".parse(), Ok(ControlPath("/c".into())));
        for text in ["", "unix:", "/c", "udp:127.0.0.1:1"] {
            assert!(text.parse::<ControlPath>().unwrap_err().contains("unix:PATH"));
        }
    }
}
