//! Arguments of `anykey run`.

use std::path::PathBuf;

use clap::{Args, ValueEnum};
use plan::event::Manner;

use super::{AimArgs, AttestationCaArgs, LinkArg, May};

/// `anykey run`.
#[derive(Debug, Args)]
#[command(after_long_help = "\
Targets:
  reference       the embedded reference server (the default); --flaw breaks it
  2fauth, authelia, defguard, keycloak
                  that server: started for the run (--server, or the path in
                  ANYKEY_AUTHELIA and so on), or one that runs already (--url)
  dialect:NAME    one of our own that speaks as NAME does, in this process; the
                  report says so
  http(s)://HOST  the reference server's own API there (`anykey serve`)
  FILE.toml       any other server, described in a file (servers/README.md), or
                  one of the above with its settings in a file:
                    name = \"keycloak\"          # or reference
                    url = \"https://login.example.org/\"
                    server = \"kc.zip\"          # to be started, instead of url
                    admin = \"admin\"
                    password-env = \"KC_PW\"     # or password-file

Secrets never stand on the command line, where every user of the machine can
read them. They come from a file or from the environment. For a server NAME that
runs already: ANYKEY_NAME_ADMIN, and ANYKEY_NAME_PASSWORD or
ANYKEY_NAME_PASSWORD_FILE, as in ANYKEY_KEYCLOAK_ADMIN.

Links:
  process         keys in this process, on virtual time: nothing waits
  uhid            the same keys as HID devices of this machine's kernel, driven
                  through /dev/hidrawN like any other; Linux, needs /dev/uhid
  socket          the same keys behind sockets: CTAPHID without a kernel
Key, faults and lies are the same over these three, and so are the verdicts.
  hidraw:/dev/hidrawN
                  a key that is plugged in (`anykey keys --attached` lists them):
                  the terminal says when to touch it and for which relying party
  unix:PATH, unix-dgram:PATH, udp:127.0.0.1:PORT
                  a key behind a socket, such as `anykey plug` makes
The last two are somebody's own key. It is asked what it is, and touched twice
to see how it attests and counts. What needs another key, a lie of the key or a
power cut is unsupported then. Its PIN is asked at the terminal, or taken from
ANYKEY_PIN, and tried once; nothing is reset, set or made resident on the key
without a typed `yes` or --may. A resident credential that the run made is
deleted when its case is over or the run is stopped, where the key has
credential management and its PIN is known; what was on it before stays. What
could not be deleted is told at the end, with its relying party. Scenarios about
attestation need its maker's root, which the server is to trust: --trust.

Targets that are not on this machine need --i-own HOST: AnyKey sends what an
attacker would send. Without it nothing is sent.

Ctrl-C stops the run and what was started for it, and the reports are written;
a second Ctrl-C leaves at once.")]
pub struct RunArgs {
    /// The server.
    #[command(flatten)]
    pub aim: AimArgs,
    /// These keys: names, profile files (.toml), or `all` [default: passkey, yubikey-4, no-uv]
    #[arg(long, value_name = "NAME|FILE.toml", num_args = 1.., value_delimiter = ',')]
    pub key: Vec<String>,
    /// How client and key are joined: in this process, or for real by uhid or socket; or a key that is there already
    #[arg(long, value_name = "LINK", default_value = "process")]
    pub link: LinkArg,
    /// With a key that is there already: what may be done to it. Without this, a typed `yes` is asked for at the terminal
    #[arg(long, value_enum, value_name = "WHAT", num_args = 1.., value_delimiter = ',')]
    pub may: Vec<May>,
    /// With a key that is there already: have servers trust this certificate (PEM), its maker's root, for scenarios about
    /// attestation; may be repeated
    #[arg(long, value_name = "CERT.pem")]
    pub trust: Vec<PathBuf>,
    /// Only scenarios whose name fits, `login.*` [default: all]
    #[arg(long, value_name = "GLOB", num_args = 1.., value_delimiter = ',')]
    pub scenario: Vec<String>,
    /// Read the scenarios of this directory instead of the built-in ones
    #[arg(long, value_name = "DIR")]
    pub scenario_dir: Option<PathBuf>,
    /// Which client: one that refuses what a browser refuses, one that lets it through, or both
    #[arg(long, value_enum, default_value_t = MannerArg::Both)]
    pub manner: MannerArg,
    /// The seed that keys, challenges and accounts follow from [default: a random one, which the report names]
    #[arg(long, value_name = "N")]
    pub seed: Option<u64>,
    /// How many cases are in work at a time [default: what suits the target]
    #[arg(long, value_name = "N")]
    pub jobs: Option<std::num::NonZeroU16>,
    /// Switch a flaw of the embedded server on (`anykey flaws` lists them)
    #[arg(long, value_name = "NAME", num_args = 1.., value_delimiter = ',')]
    pub flaw: Vec<String>,
    /// Write report.html, report.json, junit.xml and matrix.svg into this directory
    #[arg(long, value_name = "DIR")]
    pub report: Option<PathBuf>,
    /// What to write to standard output
    #[arg(long, value_enum, default_value_t = Format::Human)]
    pub format: Format,
    /// What the keys attest with.
    #[command(flatten)]
    pub ca: AttestationCaArgs,
}

/// Which manners of the client run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum MannerArg {
    /// Refuses what a browser refuses
    Faithful,
    /// Lets it through, so that the server itself must refuse
    Permissive,
    /// One after the other
    Both,
}

impl MannerArg {
    /// The manners, in running order.
    pub fn manners(self) -> Vec<Manner> {
        match self {
            Self::Faithful => vec![Manner::Faithful],
            Self::Permissive => vec![Manner::Permissive],
            Self::Both => vec![Manner::Faithful, Manner::Permissive],
        }
    }
}

/// What goes to standard output.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// The matrix and the findings, drawn
    Human,
    /// report.json
    Json,
    /// TAP version 14, while the run goes on
    Tap,
}
