#![allow(clippy::unwrap_used, clippy::indexing_slicing)]

mod broken;
mod catalogue;
mod features;
mod overrides;
mod rules;

use crate::parse;

/// A correct file of a key that speaks everything, to be damaged.
const WHOLE: &str = r#"name = "whole"
product = "A key"
summary = "Speaks everything"
aaguid = "00112233-4455-6677-8899-aabbccddeeff"
versions = ["U2F_V2", "FIDO_2_0"]
attachment = "cross-platform"
transports = ["usb", "nfc"]
counter = "global"
backup = "ineligible"
[source]
kind = "observed"
note = "A key on the table"
[ctap2]
rk = true
uv = "ready"
resident-credentials = 25
algorithms = ["ES256"]
attestation = "packed"
[u2f]
key-handle = 64
[usb]
vendor = 0x1209
product = 1
wink = true
"#;

/// `WHOLE` with one piece of text replaced.
fn with(from: &str, to: &str) -> String {
    assert_eq!(WHOLE.matches(from).count(), 1, "{from}");
    WHOLE.replace(from, to)
}

/// The problems of a text, as lines without the file's name.
fn problems(text: &str) -> Vec<String> {
    match parse("f", text.to_owned()) {
        Ok(_) => Vec::new(),
        Err(error) => {
            error.to_string().lines().map(|line| line.strip_prefix("f:").unwrap().to_owned()).collect()
        }
    }
}
