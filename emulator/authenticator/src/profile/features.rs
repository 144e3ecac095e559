//! What hangs on PIN and pinUvAuthToken, and the extensions: the part of getInfo that came with CTAP 2.1.

/// The most RP ids that may learn the minimum PIN length, whatever the profile says.
pub const MIN_PIN_LENGTH_RPIDS_MAX: u8 = 16;

/// The longest credBlob, whatever the profile says, bytes.
pub const CRED_BLOB_MAX: u8 = 128;

/// The longest PIN in code points: 63 bytes are all that fits its padded form.
pub const PIN_LENGTH_MAX: u8 = 63;

/// Options, limits and extensions; the names are those of getInfo.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Features {
    /// `clientPin`: the key takes a PIN. getInfo says whether one is set.
    pub client_pin: bool,
    /// pinUvAuthProtocols in the key's order; 0 = no entry. 1 and 2 are known.
    pub pin_uv_auth_protocols: [u8; 2],
    /// `pinUvAuthToken`: tokens have permissions and end. Without it, the token of getPinToken is good for everything and
    /// until the power goes, as CTAP 2.0 has it.
    pub pin_uv_auth_token: bool,
    /// PIN attempts until the key is blocked for good (8 in CTAP).
    pub pin_retries: u8,
    /// Failed attempts at built-in user verification until it is blocked (until the PIN is given). 0 = not counted, as on
    /// CTAP 2.0 keys.
    pub uv_retries: u8,
    /// minPINLength as the key leaves the factory, code points (4 at least).
    pub min_pin_length: u8,
    /// `makeCredUvNotRqd`: credentials that are not discoverable can be made without user verification.
    pub make_cred_uv_not_rqd: bool,
    /// `noMcGaPermissionsWithClientPin`: a token got by PIN makes no credential and no assertion.
    pub no_mc_ga_permissions_with_client_pin: bool,
    /// `alwaysUv`: `None` = no such option, otherwise how the key leaves the factory.
    pub always_uv: Option<bool>,
    /// `credMgmt`: authenticatorCredentialManagement (0x0a).
    pub cred_mgmt: bool,
    /// `credentialMgmtPreview`: the same under the command byte of before the standard (0x41).
    pub credential_mgmt_preview: bool,
    /// `perCredMgmtRO`: a read-only token for credential management that outlives power cycles.
    pub per_cred_mgmt_ro: bool,
    /// `authnrCfg`: authenticatorConfig.
    pub authnr_cfg: bool,
    /// `uvAcfg`: built-in user verification gives the permission for it.
    pub uv_acfg: bool,
    /// `setMinPINLength`.
    pub set_min_pin_length: bool,
    /// maxRPIDsForSetMinPINLength; at most [`MIN_PIN_LENGTH_RPIDS_MAX`].
    pub max_rpids_for_set_min_pin_length: u8,
    /// preferredPlatformUvAttempts; 0 = not reported.
    pub preferred_platform_uv_attempts: u8,
    /// The extensions.
    pub extensions: Extensions,
    /// maxCredBlobLength, bytes; at most [`CRED_BLOB_MAX`].
    pub max_cred_blob_length: u8,
}

/// The extensions that a key has.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub struct Extensions {
    /// `credBlob`.
    pub cred_blob: bool,
    /// `credProtect`.
    pub cred_protect: bool,
    /// `hmac-secret`.
    pub hmac_secret: bool,
    /// `minPinLength`.
    pub min_pin_length: bool,
}

impl Features {
    /// A key without PIN, token, and extensions.
    pub const NONE: Self = Self {
        client_pin: false,
        pin_uv_auth_protocols: [0, 0],
        pin_uv_auth_token: false,
        pin_retries: 8,
        uv_retries: 0,
        min_pin_length: 4,
        make_cred_uv_not_rqd: false,
        no_mc_ga_permissions_with_client_pin: false,
        always_uv: None,
        cred_mgmt: false,
        credential_mgmt_preview: false,
        per_cred_mgmt_ro: false,
        authnr_cfg: false,
        uv_acfg: false,
        set_min_pin_length: false,
        max_rpids_for_set_min_pin_length: 0,
        preferred_platform_uv_attempts: 0,
        extensions: Extensions {
            cred_blob: false,
            cred_protect: false,
            hmac_secret: false,
            min_pin_length: false,
        },
        max_cred_blob_length: 0,
    };

    /// The PIN/UV auth protocols in the key's order.
    pub fn protocols(&self) -> impl Iterator<Item = u8> + use<> {
        self.pin_uv_auth_protocols.into_iter().filter(|protocol| *protocol != 0)
    }

    /// authenticatorClientPIN is a command of the key.
    pub const fn has_client_pin_command(&self) -> bool {
        self.client_pin || self.pin_uv_auth_token
    }
}

impl Default for Features {
    fn default() -> Self {
        Self::NONE
    }
}
