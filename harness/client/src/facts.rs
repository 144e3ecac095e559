//! What is known of a key: which protocols it speaks, and what authenticatorGetInfo says.

use std::time::Duration;

use webauthn::Attachment;
use wire::ctap2::{Command, get_info, split_response};
use wire::{DecodeError, Protocol};

use crate::error::ClientError;
use crate::exchange::{self, Exchange};
use crate::link::{Link, LinkError, Patient};
use crate::pin::{LEAST_PIN, Way};

/// What is known of a key.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct KeyFacts {
    /// It speaks CTAP2: what it says of itself.
    pub ctap2: Option<Ctap2Facts>,
    /// It speaks U2F.
    pub u2f: bool,
}

/// authenticatorGetInfo, as far as a client needs it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Ctap2Facts {
    /// `FIDO_2_0`, `U2F_V2`, ...
    pub versions: Vec<String>,
    /// Extensions.
    pub extensions: Vec<String>,
    /// The AAGUID.
    pub aaguid: [u8; 16],
    /// Option `rk`: it stores resident keys.
    pub rk: bool,
    /// Option `uv`: built-in user verification is there, and set up or not.
    pub uv: Option<bool>,
    /// Option `plat`: it is part of the client device.
    pub plat: bool,
    /// Option `clientPin`: PINs are supported, and one is set or not.
    pub client_pin: Option<bool>,
    /// Option `alwaysUv`.
    pub always_uv: bool,
    /// Option `makeCredUvNotRqd`: credentials that are not resident can be made without verification.
    pub make_cred_uv_not_rqd: bool,
    /// Option `pinUvAuthToken`: tokens have permissions.
    pub pin_uv_auth_token: bool,
    /// Option `noMcGaPermissionsWithClientPin`: the PIN is no user verification for ceremonies.
    pub no_mc_ga_permissions_with_client_pin: bool,
    /// Option `credMgmt`: it lists and deletes the credentials that it keeps.
    pub cred_mgmt: bool,
    /// Option `credentialMgmtPreview`: the same by the command from before the standard.
    pub credential_mgmt_preview: bool,
    /// PIN/UV auth protocols.
    pub pin_uv_auth_protocols: Vec<u64>,
    /// The PIN has to be changed before it is good for anything.
    pub force_pin_change: bool,
    /// The shortest PIN, code points.
    pub min_pin_length: usize,
    /// How often built-in verification should be tried before the PIN is asked for, where it says.
    pub preferred_platform_uv_attempts: Option<u64>,
    /// The longest credBlob, bytes, where it says.
    pub max_cred_blob_length: Option<usize>,
    /// Largest message, bytes.
    pub max_msg_size: usize,
    /// Most credentials in a list, where it says.
    pub max_credential_count_in_list: Option<usize>,
    /// Longest credential id, bytes, where it says.
    pub max_credential_id_length: Option<usize>,
    /// Transports, where it says.
    pub transports: Vec<String>,
    /// COSE algorithms, where it says.
    pub algorithms: Vec<i32>,
}

impl KeyFacts {
    /// Asks the key: authenticatorGetInfo, and the U2F version where that says nothing of U2F.
    pub(crate) async fn learn(link: &mut dyn Link) -> Result<Self, ClientError> {
        let what = "authenticatorGetInfo";
        let mut patient = Patient;
        let mut exchange = Exchange { link, watch: &mut patient, left: PATIENCE };
        let asked = exchange.call(Protocol::Ctap2, &[Command::GET_INFO.0]).await;
        let ctap2 = match asked {
            Err(LinkError::NoProtocol) => None,
            Err(error) => return Err(error.into()),
            Ok((answer, _)) => match split_response(&answer) {
                Some((status, members)) if status.is_ok() => {
                    Some(Ctap2Facts::decode(members).map_err(|e| ClientError::nonsense(what, e))?)
                }
                // A key that knows the frame and not the command.
                Some(_) => None,
                None => return Err(ClientError::nonsense(what, "it is empty")),
            },
        };
        // A key that answers getInfo and names no FIDO version is a U2F key.
        let ctap2 = ctap2.filter(|facts| facts.versions.iter().any(|v| v.starts_with("FIDO_2")));
        let u2f = match &ctap2 {
            Some(facts) => facts.versions.iter().any(|v| v == U2F_V2),
            None => exchange::u2f_version(&mut exchange).await?,
        };
        Ok(Self { ctap2, u2f })
    }

    /// Whether the user can be verified, now: by the key itself, or by the PIN that is set.
    pub fn can_verify(&self) -> bool {
        self.ctap2.as_ref().is_some_and(|facts| Way::of(facts).is_some())
    }

    /// Whether it stores resident keys.
    pub fn can_reside(&self) -> bool {
        self.ctap2.as_ref().is_some_and(|facts| facts.rk)
    }

    /// Whether it deletes single credentials, now: it has the command, and can verify its user for it.
    pub fn can_delete(&self) -> bool {
        self.ctap2.as_ref().is_some_and(|facts| {
            facts.credential_management().is_some() && Way::for_settings(facts).is_some()
        })
    }

    /// Its attachment.
    pub fn attachment(&self) -> Attachment {
        match &self.ctap2 {
            Some(facts) if facts.plat => Attachment::Platform,
            _ => Attachment::CrossPlatform,
        }
    }

    /// Its transports, sorted; where it does not say, what its attachment says.
    pub fn transports(&self) -> Vec<String> {
        let mut transports = self.ctap2.as_ref().map(|facts| facts.transports.clone()).unwrap_or_default();
        if transports.is_empty() {
            transports
                .push(if self.attachment() == Attachment::Platform { "internal" } else { "usb" }.to_owned());
        }
        transports.sort();
        transports.dedup();
        transports
    }
}

impl Ctap2Facts {
    fn decode(members: &[u8]) -> Result<Self, DecodeError> {
        let info = get_info::Response::decode(members)?;
        let options = info.options.unwrap_or_default();
        let owned = |text: &str| text.to_owned();
        let size = |n: u64| usize::try_from(n).unwrap_or(usize::MAX);
        Ok(Self {
            versions: info.versions.iter().map(owned).collect(),
            extensions: info.extensions.iter().flat_map(|list| list.iter()).map(owned).collect(),
            aaguid: *info.aaguid,
            rk: options.rk == Some(true),
            uv: options.uv,
            plat: options.plat == Some(true),
            client_pin: options.client_pin,
            always_uv: options.always_uv == Some(true),
            make_cred_uv_not_rqd: options.make_cred_uv_not_rqd == Some(true),
            pin_uv_auth_token: options.pin_uv_auth_token == Some(true),
            no_mc_ga_permissions_with_client_pin: options.no_mc_ga_permissions_with_client_pin == Some(true),
            cred_mgmt: options.cred_mgmt == Some(true),
            credential_mgmt_preview: options.credential_mgmt_preview == Some(true),
            pin_uv_auth_protocols: info.pin_uv_auth_protocols.iter().flat_map(|list| list.iter()).collect(),
            force_pin_change: info.force_pin_change == Some(true),
            min_pin_length: info.min_pin_length.map_or(LEAST_PIN, size),
            preferred_platform_uv_attempts: info.preferred_platform_uv_attempts,
            max_cred_blob_length: info.max_cred_blob_length.map(size),
            max_msg_size: info.max_msg_size.map_or(LEAST_MESSAGE, size),
            max_credential_count_in_list: info.max_credential_count_in_list.map(size),
            max_credential_id_length: info.max_credential_id_length.map(size),
            transports: info.transports.iter().flat_map(|list| list.iter()).map(owned).collect(),
            algorithms: info.algorithms.iter().flat_map(|list| list.iter()).map(|p| p.alg.0).collect(),
        })
    }

    /// The command that manages credentials: that of the standard, or its prototype where it has that alone.
    pub(crate) fn credential_management(&self) -> Option<Command> {
        match (self.cred_mgmt, self.credential_mgmt_preview) {
            (true, _) => Some(Command::CREDENTIAL_MANAGEMENT),
            (false, true) => Some(Command::PROTOTYPE_CREDENTIAL_MANAGEMENT),
            (false, false) => None,
        }
    }

    /// Whether it has the extension.
    pub(crate) fn has(&self, extension: &str) -> bool {
        self.extensions.iter().any(|name| name == extension)
    }

    /// Whether it follows CTAP 2.1 or a later one.
    pub(crate) fn is_newer_than_2_0(&self) -> bool {
        self.versions.iter().any(|v| v.starts_with("FIDO_2_") && v != "FIDO_2_0" && v != "FIDO_2_1_PRE")
    }
}

/// How long a key may be busy with another program's request, which is perhaps being cancelled.
const PATIENCE: Duration = Duration::from_secs(5);
const U2F_V2: &str = "U2F_V2";
/// What a key takes that says nothing of maxMsgSize.
const LEAST_MESSAGE: usize = 1024;
