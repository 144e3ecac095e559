//! Arguments of `anykey serve`.

use std::net::SocketAddr;
use std::path::PathBuf;

use clap::Args;

/// `anykey serve`.
#[derive(Debug, Args)]
#[command(after_long_help = "\
Examples:
  anykey serve
      The page is at http://localhost:8080/. WebAuthn needs that name: a page at
      http://127.0.0.1:8080/ will not do.
  anykey serve --flaw challenge-reusable-at-login --listen 127.0.0.1:0
      With a flaw, on any free port.
  anykey serve --policy user-verification=required
      With another policy; members that are not named keep their defaults.
  anykey serve --policy policy.toml
      The same members from a file.

The page asks otherwise than the policy says where its address does, as in
/?user-verification=required&list=none: user-verification, resident-key,
attachment, attestation; list=none leaves the exclude or allow list away. name
fills in the account, site names one that was made by POST /api/sites. Behind a
#, as in /#name=bob, the page follows them as they change.

Policy members (the first value is the default):
  user-verification    preferred, required, discouraged
  resident-key         discouraged, preferred, required
  attestation          none, indirect, direct
  trust                any, anchored (chains that end at AnyKey's own root,
                       or at --trust)
  attachment           not set (either), platform, cross-platform
  algorithms           [-7, -8, -257]: COSE numbers, best first
  aaguid-allow         []: AAGUIDs; empty means all
  aaguid-deny          []
  counter              refuse, ignore: what one that does not rise means
  backup-eligibility   any, required, forbidden
  exclude-credentials  true, false
  login                second-factor, passwordless, usernameless")]
pub struct ServeArgs {
    /// Speak as this server does instead, with its policy, its accounts and its known deviations, and without a page
    #[arg(long, value_name = "NAME", conflicts_with_all = ["flaw", "policy", "trust"])]
    pub like: Option<String>,
    /// Switch a flaw on; may be repeated (`anykey flaws` lists them)
    #[arg(long, value_name = "NAME", num_args = 1.., value_delimiter = ',')]
    pub flaw: Vec<String>,
    /// Where to listen; port 0 takes any free one
    #[arg(long, value_name = "ADDRESS:PORT", default_value = "127.0.0.1:8080")]
    pub listen: SocketAddr,
    /// A policy member as MEMBER=VALUE, or a file with members; may be repeated, the later one wins
    #[arg(long, value_name = "MEMBER=VALUE|FILE.toml")]
    pub policy: Vec<String>,
    /// Trust the attestation that leads to a certificate of this file (PEM), too; may be repeated
    #[arg(long, value_name = "CERT.pem")]
    pub trust: Vec<PathBuf>,
    /// Listen on an address that others can reach: this server has test accounts and, if you asked for them, flaws
    #[arg(long)]
    pub let_others_in: bool,
}
