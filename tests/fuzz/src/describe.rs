//! Messages as text for people: anything can be shown, and nothing that is shown moves the cursor of a terminal.

use wire::Protocol;
use wire::cbor::Item;
use wire::describe::{self, Diagnostic};

/// The first byte says which protocol and how long the request is that the rest begins with.
pub fn any(data: &[u8]) {
    let Some((first, rest)) = data.split_first() else { return };
    let protocol = if first & 1 == 0 { Protocol::Ctap2 } else { Protocol::Ctap1 };
    let (request, response) = rest.split_at(rest.len().min(usize::from(first >> 1)));
    shown(describe::request(protocol, rest), rest.len());
    shown(describe::response(protocol, request, response), rest.len());
    shown(Diagnostic(rest), rest.len());
    if let Ok(item) = Item::first(rest) {
        shown(item, rest.len());
        // The alternate form of an error inside is of no use, and must not fail either.
        let _ = format!("{item:?} {item:#?}");
    }
    trees(rest);
}

fn shown(text: impl std::fmt::Display, len: usize) {
    let line = text.to_string();
    assert!(!line.chars().any(char::is_control), "{line:?}");
    let lines = format!("{text:#}");
    assert!(!lines.chars().any(|c| c.is_control() && c != '\n'), "{lines:?}");
    // A byte becomes at most a line of its own with its indentation, its name and its brackets.
    assert!(lines.len() <= 200 + 100 * len, "{} bytes of text of {len} bytes", lines.len());
}

/// What `explain` shows of a response of a browser.
fn trees(data: &[u8]) {
    use webauthn::describe as shown;
    let _ = shown::cbor("item", data, &[(1, "one")]).parts.len();
    let _ = (shown::cose_key("key", data), shown::auth_data("data", data), shown::attestation_object(data));
    let _ = shown::client_data(data);
    if let Ok(value) = serde_json::from_slice(data) {
        let _ = (shown::response(&value), shown::json("value", &value));
    }
}
