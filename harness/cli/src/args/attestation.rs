//! Attestation material of the user's, on the command line: paths of PEM files.

use std::path::PathBuf;

use clap::Args;

/// `--attestation-ca`, of the commands whose keys attest.
#[derive(Debug, Args)]
pub struct AttestationCaArgs {
    /// Issue the keys' attestation certificates with this CA (PEM) and its private key, instead of AnyKey's own test root. If the CA is not a root, the file goes on with the certificates above it, and the keys send it along; servers are given all of the file
    #[arg(long, value_names = ["CERT.pem", "KEY.pem"], num_args = 2)]
    pub attestation_ca: Option<Vec<PathBuf>>,
}
