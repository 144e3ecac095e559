//! What an attack makes different in one ceremony. The default changes nothing.

use serde_json::{Map, Value};
use webauthn::ClientData;
use wire::authdata::{AuthData, HEAD_LEN};

/// Changes to one ceremony. `None` and empty lists leave things as they are.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Twist {
    /// Client data, before it is hashed.
    pub client_data: ClientDataTwist,
    /// The RP ID that is sent to the key.
    pub rp_id: Option<String>,
    /// User verification, asked of the key or not, whatever the options say.
    pub uv: Option<bool>,
    /// The option `up`; over U2F, false is "don't enforce user presence and sign" at login.
    pub up: Option<bool>,
    /// A resident key, asked of the key or not.
    pub rk: Option<bool>,
    /// Algorithms that are sent to the key, best first.
    pub algorithms: Option<Vec<i32>>,
    /// The user handle that is sent to the key.
    pub user_handle: Option<Vec<u8>>,
    /// The exclude list is not sent.
    pub drop_exclude_list: bool,
    /// The credential ids that are sent as the allow list; an empty list sends none.
    pub allow: Option<Vec<Vec<u8>>>,
    /// CTAP1, even where CTAP2 is spoken or U2F cannot do what is asked.
    pub force_u2f: bool,
    /// The attestation as the key made it, whatever was asked for.
    pub raw_attestation: bool,
    /// Authenticator data, after the key answered and its attestation was replaced.
    pub auth_data: Vec<AuthDataEdit>,
}

/// Changes of client data.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ClientDataTwist {
    /// `type`.
    pub kind: Option<String>,
    /// `challenge`, its bytes.
    pub challenge: Option<Vec<u8>>,
    /// `origin`.
    pub origin: Option<String>,
    /// `crossOrigin`.
    pub cross_origin: Option<bool>,
    /// `topOrigin`.
    pub top_origin: Option<String>,
    /// Further members.
    pub extra: Map<String, Value>,
}

impl ClientDataTwist {
    pub(crate) fn apply(&self, data: &mut ClientData) {
        if let Some(kind) = &self.kind {
            data.kind.clone_from(kind);
        }
        if let Some(challenge) = &self.challenge {
            data.challenge = webauthn::bytes::encode(challenge);
        }
        if let Some(origin) = &self.origin {
            data.origin.clone_from(origin);
        }
        data.cross_origin = self.cross_origin.or(data.cross_origin);
        data.top_origin = self.top_origin.clone().or(data.top_origin.take());
        data.other.extend(self.extra.clone());
    }
}

/// One change of authenticator data. Data that is too short for it stays as it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AuthDataEdit {
    /// The RP ID's hash.
    RpIdHash([u8; 32]),
    /// Flags that are set; the parts that AT and ED announce are not added.
    Set(u8),
    /// Flags that are cleared; the parts that AT and ED announce are not removed.
    Clear(u8),
    /// The signature counter.
    SignCount(u32),
    /// The AAGUID.
    Aaguid([u8; 16]),
    /// The credential id, at most 65,535 bytes.
    CredentialId(Vec<u8>),
    /// The credential public key, encoded.
    PublicKey(Vec<u8>),
    /// The whole attested credential data.
    Attested(Vec<u8>),
    /// Bytes at the end.
    Append(Vec<u8>),
    /// Bytes less at the end.
    Cut(usize),
}

/// Authenticator data with the changes made in their order.
pub fn edit(auth_data: &[u8], edits: &[AuthDataEdit]) -> Vec<u8> {
    edits.iter().fold(auth_data.to_vec(), |data, edit| edit.apply(&data).unwrap_or(data))
}

impl AuthDataEdit {
    fn apply(&self, data: &[u8]) -> Option<Vec<u8>> {
        match self {
            Self::RpIdHash(hash) => replace(data, 0, hash),
            Self::Set(flags) => replace(data, FLAGS, &[data.get(FLAGS)? | flags]),
            Self::Clear(flags) => replace(data, FLAGS, &[data.get(FLAGS)? & !flags]),
            Self::SignCount(count) => replace(data, FLAGS + 1, &count.to_be_bytes()),
            Self::Aaguid(aaguid) => replace(data, HEAD_LEN, aaguid),
            Self::CredentialId(id) => attested(data, Some(id), None),
            Self::PublicKey(key) => attested(data, None, Some(key)),
            Self::Attested(attested) => {
                let (parsed, rest) = AuthData::parse(data).ok()?;
                let after = [parsed.extensions.unwrap_or_default(), rest].concat();
                Some([data.get(..HEAD_LEN)?, attested, &after].concat())
            }
            Self::Append(bytes) => Some([data, bytes].concat()),
            Self::Cut(bytes) => data.get(..data.len().checked_sub(*bytes)?).map(<[u8]>::to_vec),
        }
    }
}

fn replace(data: &[u8], at: usize, bytes: &[u8]) -> Option<Vec<u8>> {
    let mut data = data.to_vec();
    data.get_mut(at..at + bytes.len())?.copy_from_slice(bytes);
    Some(data)
}

/// Another credential id or public key; all else stays.
fn attested(data: &[u8], id: Option<&[u8]>, key: Option<&[u8]>) -> Option<Vec<u8>> {
    let (parsed, rest) = AuthData::parse(data).ok()?;
    let old = parsed.attested?;
    let (id, key) = (id.unwrap_or(old.credential_id), key.unwrap_or(old.public_key));
    let length = u16::try_from(id.len()).ok()?.to_be_bytes();
    let head = data.get(..HEAD_LEN + old.aaguid.len())?;
    Some([head, &length, id, key, parsed.extensions.unwrap_or_default(), rest].concat())
}

/// Offset of the flags; the counter follows.
const FLAGS: usize = 32;
