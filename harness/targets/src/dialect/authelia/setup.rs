//! The configuration, as far as this dialect goes: what it does not know is an error, as in Authelia.

use std::collections::HashMap;
use std::path::PathBuf;
use std::time::Duration;

use plan::policy::Requirement;
use serde::{Deserialize, Deserializer};
use serde_json::Value;
use url::Url;

/// What a dialect is.
#[derive(Debug)]
pub(super) struct Setup {
    pub(super) webauthn: Webauthn,
    pub(super) elevated_session: ElevatedSession,
    pub(super) regulation: Regulation,
    pub(super) rate_limits: RateLimits,
    pub(super) access: Access,
    pub(super) cookie_domain: String,
    pub(super) portal: Url,
    pub(super) notification: PathBuf,
    pub(super) users: HashMap<String, User>,
}

/// `webauthn`.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
#[expect(clippy::struct_excessive_bools, reason = "they are the options of the configuration")]
pub(super) struct Webauthn {
    pub(super) disable: bool,
    pub(super) enable_passkey_login: bool,
    pub(super) experimental_enable_passkey_uv_two_factors: bool,
    pub(super) experimental_enable_passkey_upgrade: bool,
    pub(super) display_name: String,
    pub(super) attestation_conveyance_preference: String,
    #[serde(deserialize_with = "duration")]
    pub(super) timeout: Duration,
    pub(super) selection_criteria: SelectionCriteria,
    pub(super) filtering: Filtering,
}

/// `webauthn.selection_criteria`.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct SelectionCriteria {
    pub(super) attachment: String,
    pub(super) discoverability: Requirement,
    pub(super) user_verification: Requirement,
}

/// `webauthn.filtering`.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct Filtering {
    pub(super) permitted_aaguids: Vec<String>,
    pub(super) prohibited_aaguids: Vec<String>,
    pub(super) prohibit_backup_eligibility: bool,
}

/// `identity_validation.elevated_session`.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct ElevatedSession {
    pub(super) require_second_factor: bool,
    pub(super) skip_second_factor: bool,
}

/// `regulation`.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct Regulation {
    pub(super) max_retries: usize,
    #[serde(deserialize_with = "duration")]
    pub(super) find_time: Duration,
    #[serde(deserialize_with = "duration")]
    pub(super) ban_time: Duration,
}

/// `server.endpoints.rate_limits`.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct RateLimits {
    pub(super) session_elevation_start: Limit,
    pub(super) session_elevation_finish: Limit,
}

/// One of them.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct Limit {
    pub(super) enable: bool,
    pub(super) buckets: Vec<Bucket>,
}

/// So many requests in that time.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Bucket {
    #[serde(deserialize_with = "duration")]
    pub(super) period: Duration,
    pub(super) requests: usize,
}

/// `access_control`.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Access {
    pub(super) default_policy: Level,
    #[serde(default)]
    pub(super) rules: Vec<Rule>,
}

/// Who may see a site.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Rule {
    pub(super) domain: String,
    pub(super) policy: Level,
}

/// What a site asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Level {
    /// Nobody may see it.
    Deny,
    /// Level 1.
    OneFactor,
    /// Level 2.
    TwoFactor,
}

/// A user of the file.
#[derive(Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct User {
    #[serde(rename = "displayname")]
    pub(super) display_name: String,
    pub(super) password: String,
    pub(super) email: String,
}

impl std::fmt::Debug for User {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("User").field("display_name", &self.display_name).finish_non_exhaustive()
    }
}

impl Setup {
    /// Reads both files.
    ///
    /// # Errors
    /// A sentence about what is not known here, or missing.
    pub(super) fn read(configuration: &Value, users: &Value) -> Result<Self, String> {
        let text = |at: &str| {
            let text = configuration.pointer(at).and_then(Value::as_str);
            text.ok_or_else(|| {
                format!("the configuration has no {}", at.trim_start_matches('/').replace('/', "."))
            })
        };
        let portal = text("/session/cookies/0/authelia_url")?;
        let portal = Url::parse(portal).map_err(|e| format!("authelia_url `{portal}`: {e}"))?;
        Ok(Self {
            webauthn: table(configuration, "/webauthn")?,
            elevated_session: table(configuration, "/identity_validation/elevated_session")?,
            regulation: table(configuration, "/regulation")?,
            rate_limits: table(configuration, "/server/endpoints/rate_limits")?,
            access: table(configuration, "/access_control")?,
            cookie_domain: text("/session/cookies/0/domain")?.to_owned(),
            portal,
            notification: text("/notifier/filesystem/filename")?.into(),
            users: table(users, "/users")?,
        })
    }

    /// What a site behind Authelia asks for.
    pub(super) fn policy(&self, site: &str) -> Level {
        let rule = self.access.rules.iter().find(|rule| rule.domain == site);
        rule.map_or(self.access.default_policy, |rule| rule.policy)
    }
}

fn table<T: for<'de> Deserialize<'de>>(whole: &Value, at: &str) -> Result<T, String> {
    let empty = Value::Object(serde_json::Map::new());
    let found = whole.pointer(at).unwrap_or(&empty);
    T::deserialize(found).map_err(|e| format!("{}: {e}", at.trim_start_matches('/').replace('/', ".")))
}

/// `1h`, `5m`, `2s`, `1ms`, or seconds.
fn duration<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Duration, D::Error> {
    let value = Value::deserialize(deserializer)?;
    let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    let digits = text.len() - text.trim_start_matches(|c: char| c.is_ascii_digit()).len();
    let (number, unit) = text.split_at(digits);
    let millis = match unit.trim() {
        "ms" => 1,
        "" | "s" => 1_000,
        "m" => 60_000,
        "h" => 3_600_000,
        _ => return Err(serde::de::Error::custom(format!("`{text}` is no duration"))),
    };
    let number: u64 =
        number.parse().map_err(|_| serde::de::Error::custom(format!("`{text}` is no duration")))?;
    Ok(Duration::from_millis(number.saturating_mul(millis)))
}

impl Default for Webauthn {
    fn default() -> Self {
        Self {
            disable: false,
            enable_passkey_login: false,
            experimental_enable_passkey_uv_two_factors: false,
            experimental_enable_passkey_upgrade: false,
            display_name: "Authelia".to_owned(),
            attestation_conveyance_preference: "indirect".to_owned(),
            timeout: Duration::from_secs(60),
            selection_criteria: SelectionCriteria::default(),
            filtering: Filtering::default(),
        }
    }
}

impl Default for SelectionCriteria {
    fn default() -> Self {
        let preferred = Requirement::Preferred;
        Self { attachment: String::new(), discoverability: preferred, user_verification: preferred }
    }
}

impl Default for Regulation {
    fn default() -> Self {
        let (find_time, ban_time) = (Duration::from_secs(120), Duration::from_secs(300));
        Self { max_retries: 3, find_time, ban_time }
    }
}

impl Default for RateLimits {
    fn default() -> Self {
        let limit = |unit: u64, buckets: [(u64, usize); 3]| Limit {
            enable: true,
            buckets: buckets
                .map(|(times, requests)| Bucket { period: Duration::from_secs(unit * times), requests })
                .to_vec(),
        };
        Self {
            session_elevation_start: limit(300, [(1, 3), (2, 5), (12, 15)]),
            session_elevation_finish: limit(600, [(1, 3), (2, 5), (6, 15)]),
        }
    }
}
