//! Arguments of `anykey plug`.

mod values;

use std::net::SocketAddr;
use std::path::PathBuf;

use clap::Args;

pub use values::{ControlPath, Pin, Place, Touch, VidPid};

use super::AttestationCaArgs;

/// `anykey plug`.
#[derive(Debug, Args)]
#[command(after_long_help = "\
Examples:
  anykey plug yubikey-4
      A key of this machine, as if it were plugged in: browsers see it. It is
      touched 100 ms after it asks, until Ctrl-C.
  anykey plug passkey yubikey-4 --touch ask
      Two of them, touched by you: here, or by `anykey touch` elsewhere.
  anykey plug passkey --port usbip
      For `usbip attach -r 127.0.0.1 -b 1-1`, as root, and for virtual machines.
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

  anykey plug passkey --port unix:key.sock --attestation chain.pem key.pem
      A key with an attestation certificate of your own.

Ports: uhid is this machine's own kernel (Linux), where the key is a HID device
that programs find as any other; it takes no message longer than 1827 bytes
there. usbip is a server of USB/IP on 127.0.0.1:3240, or with --listen for other
machines, which attach the keys at 1-1, 1-2 and so on (Linux: `usbip attach`,
Windows: usbip-win2); a key gets its power when it is attached. On the others a
packet or datagram is one 64-byte CTAPHID report, without a report number. unix:
is a SOCK_SEQPACKET socket with a connection for each client; unix-dgram: and udp:
are datagram sockets. A reply goes to the client that last used that channel.
When a key is there, standard output says so, one line each in their order:
  ready uhid /dev/hidraw0 passkey
  ready usbip 127.0.0.1:3240 1-1 passkey
  ready unix:/tmp/key.sock

Several keys are on uhid or usbip, not on one socket. Each has a name, that of its
model, the second of a model with -2. The directory of --state then has one for
each key, DIR/NAME, and the socket of --control is one for each, PATH.NAME; --pin
is for the keys that take one; with --seed no two keys are the same.

Without --control the sockets for orders are in $XDG_RUNTIME_DIR/anykey, where
`anykey touch` finds them. Lines for them, one answer each; clients may send them on the port, too,
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
passphrase in ANYKEY_PASSPHRASE or a file. A key file in the directory itself protects no
more than a copy of the journal: keep it elsewhere if the directory travels.")]
pub struct PlugArgs {
    /// The keys: names (`anykey keys` lists them), or profile files (.toml)
    #[arg(value_name = "NAME|FILE.toml", required_unless_present = "install_udev")]
    pub keys: Vec<String>,
    /// Where clients find them: uhid, usbip, usbip:127.0.0.1:PORT, unix:PATH, unix-dgram:PATH or udp:127.0.0.1:PORT
    #[arg(long, value_name = "PORT", default_value = "uhid")]
    pub port: Place,
    /// Serve USB/IP at this address of the machine, for others: whoever reaches it can attach the keys and use them
    #[arg(long, value_name = "ADDR[:PORT]", value_parser = values::listen, conflicts_with = "port")]
    pub listen: Option<SocketAddr>,
    /// The vendor and product number that the keys show on USB, in hexadecimal [default: the model's]
    #[arg(long, value_name = "VVVV:PPPP")]
    pub vid_pid: Option<VidPid>,
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
    /// A file with the passphrase that unseals --state, alone or on its first line
    #[arg(long, value_name = "FILE", requires = "state", conflicts_with = "key_file")]
    pub passphrase_file: Option<PathBuf>,
    /// The PIN that the key has from the start; for a key that has one already, it must be this one
    #[arg(long, value_name = "PIN", env = "ANYKEY_PIN", hide_env_values = true)]
    pub pin: Option<Pin>,
    /// What the key attests with.
    #[command(flatten)]
    pub ca: AttestationCaArgs,
    /// Attest with this chain (PEM, the key's own certificate first) and its private key: P-256, or RSA-2048 for a key that attests as a TPM
    #[arg(long, value_names = ["CHAIN.pem", "KEY.pem"], num_args = 2, conflicts_with = "attestation_ca")]
    pub attestation: Option<Vec<PathBuf>>,
    /// Print what clients and key say, decoded
    #[arg(long)]
    pub print: bool,
    /// Show the rules that let people other than root plug keys into this machine and use them
    #[arg(long, conflicts_with = "keys")]
    pub install_udev: bool,
    /// Install those rules, as root, and have them take effect
    #[arg(long, requires = "install_udev")]
    pub yes: bool,
    /// The group that may plug keys in
    #[arg(long, value_name = "GROUP", default_value = "plugdev", requires = "install_udev")]
    pub group: String,
}
