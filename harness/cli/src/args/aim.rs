//! Arguments of every command that goes to a server.

use std::path::PathBuf;

use clap::Args;

/// Which server.
#[derive(Debug, Args)]
pub struct AimArgs {
    /// The server
    #[arg(long, value_name = "NAME[:VARIANT]|FILE.toml|URL", default_value = "reference")]
    pub target: String,
    /// Where the target runs already; it is not started then
    #[arg(long, value_name = "URL")]
    pub url: Option<String>,
    /// I own this host: needed for every target that is not on this machine
    #[arg(long, value_name = "HOST", num_args = 1.., value_delimiter = ',')]
    pub i_own: Vec<String>,
    /// What is started: a server's program, distribution or directory (`anykey run --help`)
    #[arg(long, visible_alias = "keycloak-dist", value_name = "PATH")]
    pub server: Option<PathBuf>,
}
