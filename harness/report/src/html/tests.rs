use base64::Engine;
use sha2::{Digest, Sha256};

use super::*;

fn hash(text: &str) -> String {
    format!("sha256-{}", base64::engine::general_purpose::STANDARD.encode(Sha256::digest(text)))
}

#[test]
fn the_policy_names_the_style_and_the_script() {
    assert_eq!(STYLE_HASH, hash(STYLE), "put this into STYLE_HASH");
    assert_eq!(SCRIPT_HASH, hash(SCRIPT), "put this into SCRIPT_HASH");
}
