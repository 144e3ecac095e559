//! Messages as a person reads them, as trees for reports.

use serde_json::Value;
use wire::authdata::AuthData;
use wire::cbor::{Item, Key, Kind};
use wire::cose;

use crate::attestation_object::AttestationObject;
use crate::bytes::Base64Url;
use crate::response::{AuthenticationResponse, RegistrationResponse};

/// A named value with parts.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tree {
    /// The member's name as the standard spells it.
    pub name: String,
    /// Its value, if it is a leaf; bytes are lower-case hex.
    pub value: Option<String>,
    /// Its parts.
    pub parts: Vec<Tree>,
}

impl Tree {
    /// A leaf.
    pub fn leaf(name: impl Into<String>, value: impl Into<String>) -> Self {
        Self { name: name.into(), value: Some(value.into()), parts: Vec::new() }
    }

    /// A node with parts.
    pub fn node(name: impl Into<String>, parts: Vec<Self>) -> Self {
        Self { name: name.into(), value: None, parts }
    }

    fn bytes(name: impl Into<String>, bytes: &[u8]) -> Self {
        Self::leaf(name, hex(bytes))
    }
}

/// A registration response.
pub fn registration(response: &RegistrationResponse) -> Vec<Tree> {
    let mut parts = head(&response.id, &response.kind, response.authenticator_attachment.as_deref());
    let inner = &response.response;
    parts.push(client_data(&inner.client_data_json));
    parts.push(attestation_object(&inner.attestation_object));
    parts.push(Tree::leaf("transports", inner.transports.join(", ")));
    if let Some(alg) = inner.public_key_algorithm {
        parts.push(Tree::leaf("publicKeyAlgorithm", cose::Alg(alg).to_string()));
    }
    parts.push(json("clientExtensionResults", &Value::Object(response.client_extension_results.clone())));
    parts
}

/// An authentication response.
pub fn authentication(response: &AuthenticationResponse) -> Vec<Tree> {
    let mut parts = head(&response.id, &response.kind, response.authenticator_attachment.as_deref());
    let inner = &response.response;
    parts.push(client_data(&inner.client_data_json));
    parts.push(auth_data("authenticatorData", &inner.authenticator_data));
    parts.push(Tree::bytes("signature", &inner.signature));
    parts.extend(inner.user_handle.as_ref().map(|handle| Tree::bytes("userHandle", handle)));
    parts.push(json("clientExtensionResults", &Value::Object(response.client_extension_results.clone())));
    parts
}

/// A response's JSON, whatever it is: as a response where it is one, else as it stands.
pub fn response(value: &Value) -> Vec<Tree> {
    if let Ok(response) = RegistrationResponse::from_value(value.clone()) {
        return registration(&response);
    }
    match AuthenticationResponse::from_value(value.clone()) {
        Ok(response) => authentication(&response),
        Err(_) => json("", value).parts,
    }
}

/// Client data.
pub fn client_data(bytes: &[u8]) -> Tree {
    match serde_json::from_slice(bytes) {
        Ok(value) => json("clientDataJSON", &value),
        Err(_) => Tree::leaf("clientDataJSON", format!("not JSON: {}", String::from_utf8_lossy(bytes))),
    }
}

/// An attestation object.
pub fn attestation_object(bytes: &[u8]) -> Tree {
    let name = "attestationObject";
    let Ok(object) = AttestationObject::parse(bytes) else {
        return Tree::node(name, vec![Tree::bytes("undecodable", bytes)]);
    };
    let mut parts = vec![Tree::leaf("fmt", object.fmt), cbor("attStmt", object.att_stmt, &[])];
    parts.push(auth_data("authData", object.auth_data));
    if !object.rest.is_empty() {
        parts.push(Tree::bytes("trailing bytes", object.rest));
    }
    Tree::node(name, parts)
}

/// Authenticator data.
pub fn auth_data(name: &str, bytes: &[u8]) -> Tree {
    let (data, rest) = match AuthData::parse(bytes) {
        Ok(parsed) => parsed,
        Err(error) => {
            return Tree::node(
                name,
                vec![Tree::leaf("undecodable", error.to_string()), Tree::bytes("bytes", bytes)],
            );
        }
    };
    let mut parts = vec![
        Tree::bytes("rpIdHash", data.rp_id_hash),
        Tree::leaf("flags", data.flags.to_string()),
        Tree::leaf("signCount", data.sign_count.to_string()),
    ];
    if let Some(attested) = &data.attested {
        parts.push(Tree::leaf("aaguid", uuid(attested.aaguid)));
        parts.push(Tree::bytes("credentialId", attested.credential_id));
        parts.push(cose_key("credentialPublicKey", attested.public_key));
    }
    if let Some(extensions) = data.extensions {
        parts.push(cbor("extensions", extensions, &[]));
    }
    if !rest.is_empty() {
        parts.push(Tree::bytes("trailing bytes", rest));
    }
    Tree::node(name, parts)
}

/// A COSE key.
pub fn cose_key(name: &str, bytes: &[u8]) -> Tree {
    let mut tree =
        cbor(name, bytes, &[(1, "kty"), (3, "alg"), (-1, "-1 (crv, n)"), (-2, "-2 (x, e)"), (-3, "-3 (y)")]);
    if let Ok(key) = cose::PublicKey::decode(bytes) {
        tree.value = Some(key.alg().to_string());
    }
    tree
}

/// Any CBOR item; `names` names the integer keys of its outermost map, as CTAP messages need it.
pub fn cbor(name: impl Into<String>, bytes: &[u8], names: &[(i64, &str)]) -> Tree {
    match Item::first(bytes) {
        Ok(item) => item_tree(name.into(), &item, names),
        Err(error) => {
            Tree::node(name, vec![Tree::leaf("undecodable", error.to_string()), Tree::bytes("bytes", bytes)])
        }
    }
}

/// A UUID's text, as AAGUIDs are written.
pub fn uuid(bytes: &[u8; 16]) -> String {
    let hex = hex(bytes);
    let part = |from: usize, to: usize| hex.get(from..to).unwrap_or_default();
    [part(0, 8), part(8, 12), part(12, 16), part(16, 20), part(20, 32)].join("-")
}

fn item_tree(name: String, item: &Item<'_>, names: &[(i64, &str)]) -> Tree {
    let mut reader = item.reader();
    let leaf = |value: Option<String>| Tree { name: name.clone(), value, parts: Vec::new() };
    match item.kind() {
        Kind::Unsigned | Kind::Negative => {
            leaf(reader.int().ok().map(|n| n.to_string()).or_else(|| Some(hex(item.raw()))))
        }
        Kind::Bytes => leaf(reader.bytes().ok().map(hex).or_else(|| Some(hex(item.raw())))),
        Kind::Text => leaf(reader.text().ok().map(str::to_owned).or_else(|| Some(hex(item.raw())))),
        Kind::Bool => leaf(reader.bool().ok().map(|b| b.to_string())),
        Kind::Null => leaf(Some("null".to_owned())),
        Kind::Undefined => leaf(Some("undefined".to_owned())),
        Kind::Map => Tree::node(name.clone(), map_parts(item, names)),
        Kind::Array => Tree::node(name.clone(), array_parts(item)),
        Kind::Tag | Kind::Simple | Kind::Float => leaf(Some(hex(item.raw()))),
    }
}

fn map_parts(item: &Item<'_>, names: &[(i64, &str)]) -> Vec<Tree> {
    let mut reader = item.reader();
    let mut parts = Vec::new();
    let Ok(mut map) = reader.map() else { return parts };
    while let Ok(Some(key)) = map.next() {
        let name = match key {
            Key::Text(text) => text.to_owned(),
            Key::Int(number) => {
                let known = names.iter().find(|(known, _)| *known == number);
                known.map_or_else(|| number.to_string(), |(_, name)| (*name).to_owned())
            }
            Key::Other(other) => hex(other.raw()),
        };
        let Ok(value) = map.value().item() else { return parts };
        parts.push(item_tree(name, &value, &[]));
    }
    parts
}

fn array_parts(item: &Item<'_>) -> Vec<Tree> {
    let mut reader = item.reader();
    let mut parts = Vec::new();
    let Ok(mut array) = reader.array() else { return parts };
    while let Ok(Some(element)) = array.next() {
        let Ok(value) = element.item() else { return parts };
        parts.push(item_tree(format!("[{}]", parts.len()), &value, &[]));
    }
    parts
}

/// Any JSON value.
pub fn json(name: &str, value: &Value) -> Tree {
    match value {
        Value::Object(map) => Tree::node(name, map.iter().map(|(name, value)| json(name, value)).collect()),
        Value::Array(values) => Tree::node(
            name,
            values.iter().enumerate().map(|(i, value)| json(&format!("[{i}]"), value)).collect(),
        ),
        Value::String(text) => Tree::leaf(name, text),
        other => Tree::leaf(name, other.to_string()),
    }
}

fn head(id: &str, kind: &str, attachment: Option<&str>) -> Vec<Tree> {
    let id = Base64Url::decode(id).map_or_else(|_| format!("{id} (not base64url)"), |id| hex(&id));
    let mut parts = vec![Tree::leaf("id", id), Tree::leaf("type", kind)];
    parts.extend(attachment.map(|attachment| Tree::leaf("authenticatorAttachment", attachment)));
    parts
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|b| format!("{b:02x}")).collect()
}
