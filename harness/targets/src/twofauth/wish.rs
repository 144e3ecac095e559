//! What a scenario sets on 2FAuth beyond the policy, and what it has done there: the table `[server]`, and `with` of its deeds.

use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use crate::target::{TargetError, own_words};

/// The members of `[server]` that are 2FAuth's own.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
pub(super) struct Wish {
    /// `WEBAUTHN_ID`; otherwise the RP ID is the host of the URL.
    pub(super) rp_id: Option<String>,
}

/// How a key gets a name.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Naming {
    /// The name.
    pub(super) name: String,
}

/// A deed of which there is no more to say.
#[derive(Clone, Copy, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Plain {}

/// How the account is recovered.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
pub(super) struct Recovery {
    /// With another password than the user's.
    pub(super) wrong_password: bool,
    /// With a token that the server never gave.
    pub(super) made_up_token: bool,
    /// Whether the keys go; `None`: it is not said, which means yes.
    pub(super) revoke_all: Option<bool>,
    /// With the header `WebAuthn-Unique: true`, which means yes too.
    pub(super) unique: bool,
}

/// Reads a scenario's own words.
///
/// # Errors
/// [`TargetError::Unknown`] for what is no setting.
pub(super) fn read<T: DeserializeOwned>(words: &Map<String, Value>, place: &str) -> Result<T, TargetError> {
    own_words(words, place, "2FAuth")
}
