//! Requests, made ahead of the measurement in full CTAP bytes.

use ciborium::Value;

use super::BenchError;
use super::agreed::Agreed;

/// authenticatorMakeCredential.
const MAKE_CREDENTIAL: u8 = 0x01;
/// authenticatorGetAssertion.
const GET_ASSERTION: u8 = 0x02;
/// authenticatorClientPIN.
const CLIENT_PIN: u8 = 0x06;
/// getKeyAgreement for protocol two.
pub(super) const KEY_AGREEMENT: &[u8] = &[CLIENT_PIN, 0xa2, 1, 2, 2, 2];
/// The PIN of a measured key.
const PIN: &[u8] = b"1234";
/// PIN/UV auth protocol two.
const PROTOCOL: i32 = 2;
/// The permissions `mc` and `ga`.
const PERMISSIONS: i32 = 0x03;

/// The RP id of the credential.
fn rp_id(nth: usize) -> Value {
    Value::from(format!("rp-{nth}.example"))
}

fn map(entries: Vec<(Value, Value)>) -> Value {
    Value::Map(entries)
}

fn numbered(members: Vec<(i32, Value)>) -> Value {
    map(members.into_iter().map(|(key, value)| (key.into(), value)).collect())
}

fn descriptor(id: Vec<u8>) -> Value {
    map(vec![("id".into(), Value::Bytes(id)), ("type".into(), "public-key".into())])
}

fn message(command: u8, parameters: Vec<(i32, Value)>) -> Result<Vec<u8>, BenchError> {
    let mut bytes = vec![command];
    ciborium::into_writer(&numbered(parameters), &mut bytes)
        .map_err(|error| BenchError::SetUp(error.to_string()))?;
    Ok(bytes)
}

/// An authenticatorMakeCredential request for ES256.
pub(super) fn creation(nth: usize, rk: bool) -> Result<Vec<u8>, BenchError> {
    let user = map(vec![
        ("id".into(), Value::Bytes(nth.to_be_bytes().to_vec())),
        ("name".into(), "user@example".into()),
        ("displayName".into(), "A user".into()),
    ]);
    let parameters = map(vec![("alg".into(), (-7).into()), ("type".into(), "public-key".into())]);
    let mut fields = vec![
        (1, Value::Bytes(vec![0x11; 32])),
        (2, map(vec![("id".into(), rp_id(nth))])),
        (3, user),
        (4, Value::Array(vec![parameters])),
    ];
    if rk {
        // The measured key asks for verification before it keeps a credential.
        fields.push((7, map(vec![("rk".into(), true.into()), ("uv".into(), true.into())])));
    }
    message(MAKE_CREDENTIAL, fields)
}

/// An authenticatorGetAssertion request, with an allow list of one if an id is given.
pub(super) fn assertion(nth: usize, allowed: Option<Vec<u8>>) -> Result<Vec<u8>, BenchError> {
    let mut fields = vec![(1, rp_id(nth)), (2, Value::Bytes(vec![0x22; 32]))];
    fields.extend(allowed.map(|id| (3, Value::Array(vec![descriptor(id)]))));
    message(GET_ASSERTION, fields)
}

/// An authenticatorGetAssertion request with hmac-secret for one salt.
pub(super) fn secret_assertion(nth: usize, agreed: &mut Agreed) -> Result<Vec<u8>, BenchError> {
    let salt_enc = agreed.encrypt(&[0x33; 32])?;
    let salt_auth = agreed.mac(&salt_enc);
    let input = numbered(vec![
        (1, agreed.key()?),
        (2, Value::Bytes(salt_enc)),
        (3, Value::Bytes(salt_auth)),
        (4, PROTOCOL.into()),
    ]);
    let extensions = map(vec![("hmac-secret".into(), input)]);
    message(GET_ASSERTION, vec![(1, rp_id(nth)), (2, Value::Bytes(vec![0x22; 32])), (4, extensions)])
}

/// setPIN.
pub(super) fn new_pin(agreed: &mut Agreed) -> Result<Vec<u8>, BenchError> {
    let mut padded = PIN.to_vec();
    padded.resize(64, 0);
    let new_pin_enc = agreed.encrypt(&padded)?;
    let param = agreed.mac(&new_pin_enc);
    let fields = vec![
        (1, PROTOCOL.into()),
        (2, 3.into()),
        (3, agreed.key()?),
        (4, Value::Bytes(param)),
        (5, Value::Bytes(new_pin_enc)),
    ];
    message(CLIENT_PIN, fields)
}

/// getPinUvAuthTokenUsingPinWithPermissions.
pub(super) fn token(agreed: &mut Agreed) -> Result<Vec<u8>, BenchError> {
    let pin_hash = agreed.sha256(PIN);
    let pin_hash_enc = agreed.encrypt(&pin_hash[..16])?;
    let fields = vec![
        (1, PROTOCOL.into()),
        (2, 9.into()),
        (3, agreed.key()?),
        (6, Value::Bytes(pin_hash_enc)),
        (9, PERMISSIONS.into()),
        (10, rp_id(0)),
    ];
    message(CLIENT_PIN, fields)
}
