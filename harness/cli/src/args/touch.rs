//! Arguments of `anykey touch`.

use clap::Args;

use super::plug::ControlPath;

/// `anykey touch`.
#[derive(Debug, Args)]
#[command(after_long_help = "\
Examples:
  anykey plug passkey --touch ask &
  anykey touch
      Waits until a key asks, shows for whom, and touches it when you press Enter.
  anykey touch --now --refuse
      In a script: refuses what a key asks now; fails if none asks.

A terminal is asked before the key is touched; without one the touch is at once.
Keys are found by their sockets in $XDG_RUNTIME_DIR/anykey, or by --control.

Exit codes: 0 a key was touched or refused, 1 no key is there, or none asks.")]
pub struct TouchArgs {
    /// The key's socket for orders: unix:PATH [default: every key that this user has plugged in]
    #[arg(long, value_name = "unix:PATH")]
    pub control: Option<ControlPath>,
    /// Do not wait for a key to ask
    #[arg(long)]
    pub now: bool,
    /// Refuse what is asked
    #[arg(long)]
    pub refuse: bool,
    /// Lay a wrong finger on, where the key verifies
    #[arg(long, conflicts_with = "refuse")]
    pub wrong_finger: bool,
}
