//! What a registration will ask of the key: [section 5.1.3](https://www.w3.org/TR/webauthn-3/#sctn-createCredential).

use webauthn::client_data::CREATE;
use webauthn::options::PUBLIC_KEY;
use webauthn::{CreationOptions, Requirement};
use wire::{Alg, Protocol};

use crate::ceremony::{Ceremony, Collected};
use crate::error::{ClientError, DomError};
use crate::extensions::make::MakeAsked;
use crate::facts::Ctap2Facts;
use crate::manner::Liberty;
use crate::origin::Caller;
use crate::pin::Way;

/// All that is decided before the key is asked.
pub(super) struct Plan {
    pub(super) caller: Caller,
    pub(super) collected: Collected,
    /// The RP ID that is sent to the key.
    pub(super) rp_id: String,
    pub(super) user_handle: Vec<u8>,
    pub(super) algorithms: Vec<i32>,
    pub(super) rk: bool,
    /// How the user is verified, if so.
    pub(super) way: Option<Way>,
    pub(super) extensions: MakeAsked,
    pub(super) exclude: Vec<Vec<u8>>,
    pub(super) protocol: Protocol,
}

impl Plan {
    pub(super) async fn new(
        c: &mut Ceremony<'_>,
        origin: &str,
        options: &CreationOptions,
    ) -> Result<Self, ClientError> {
        // Step 5.
        let length = options.user.id.len();
        if !(1..=64).contains(&length) && !c.manner.takes(Liberty::UserHandle) {
            let reason = format!("user.id has {length} bytes, 1 to 64 are expected");
            return Err(ClientError::refuse(DomError::TypeError, reason));
        }
        // Steps 6 to 8.
        let caller = Caller::find(origin, options.rp.id.as_deref(), c.manner, c.fetch.as_deref_mut()).await?;
        // Steps 9 and 10.
        let algorithms = algorithms(c, options)?;
        // Steps 11 and 12.
        let extensions = MakeAsked::read(options, &caller, c.manner)?;
        // Steps 13 to 15.
        let collected = Collected::new(CREATE, &options.challenge, &caller.origin, c.twist);
        // Step 22: is the key one that will do?
        attachment(c, options)?;
        let rk = resident(c, options.resident_key())?;
        let needed = c.facts.ctap2.as_ref().is_some_and(|facts| needs_verification(facts, rk));
        let way = c.verification(options.verification(), needed, true)?;
        let (protocol, way) = match spares_the_pin(c, &algorithms, rk, options.verification(), &extensions) {
            true => (Protocol::Ctap1, None),
            false => (protocol(c, &algorithms)?, way),
        };
        extensions.insist(c.facts)?;
        let public_keys =
            options.exclude_credentials.iter().filter(|descriptor| descriptor.kind == PUBLIC_KEY);
        let exclude = match c.twist.drop_exclude_list || c.manner.takes(Liberty::ExcludeList) {
            true => Vec::new(),
            false => public_keys.map(|descriptor| descriptor.id.0.clone()).collect(),
        };
        let rp_id = c.twist.rp_id.clone().unwrap_or_else(|| caller.rp_id.clone());
        let user_handle = c.twist.user_handle.clone().unwrap_or_else(|| options.user.id.0.clone());
        Ok(Self { caller, collected, rp_id, user_handle, algorithms, rk, way, extensions, exclude, protocol })
    }
}

/// credTypesAndPubKeyAlgs.
fn algorithms(c: &Ceremony<'_>, options: &CreationOptions) -> Result<Vec<i32>, ClientError> {
    if let Some(algorithms) = &c.twist.algorithms {
        return Ok(algorithms.clone());
    }
    if options.pub_key_cred_params.is_empty() {
        return Ok(vec![Alg::ES256.0, Alg::RS256.0]);
    }
    let known = options.pub_key_cred_params.iter().filter(|param| param.kind == PUBLIC_KEY);
    let mut algorithms: Vec<i32> = known.map(|param| param.alg).collect();
    if algorithms.is_empty() && !c.manner.takes(Liberty::Algorithm) {
        let reason = "no entry of pubKeyCredParams is of the type public-key";
        return Err(ClientError::refuse(DomError::NotSupportedError, reason));
    }
    if c.manner.takes(Liberty::Algorithm) && !algorithms.contains(&Alg::ES256.0) {
        algorithms.push(Alg::ES256.0);
    }
    Ok(algorithms)
}

fn attachment(c: &Ceremony<'_>, options: &CreationOptions) -> Result<(), ClientError> {
    let Some(wanted) = options.attachment() else { return Ok(()) };
    let is = c.facts.attachment();
    if wanted == is || c.manner.takes(Liberty::Attachment) {
        return Ok(());
    }
    let reason = format!("a {} key is wanted, this one is {}", wanted.name(), is.name());
    Err(ClientError::refuse(DomError::NotAllowedError, reason))
}

/// The effective resident key requirement.
fn resident(c: &Ceremony<'_>, requirement: Requirement) -> Result<bool, ClientError> {
    if let Some(rk) = c.twist.rk {
        return Ok(rk);
    }
    let able = c.facts.can_reside() && !c.twist.force_u2f;
    if requirement == Requirement::Required && !able && !c.manner.takes(Liberty::ResidentKey) {
        let reason = "a resident key is required, and the key stores none";
        return Err(ClientError::refuse(DomError::NotAllowedError, reason));
    }
    Ok(able && requirement != Requirement::Discouraged)
}

/// Whether the key makes no credential without verification: alwaysUv, a PIN that is set, and in CTAP 2.1 every key that can
/// verify, but for credentials that are not resident where makeCredUvNotRqd is set.
fn needs_verification(facts: &Ctap2Facts, rk: bool) -> bool {
    let spared = facts.make_cred_uv_not_rqd && !rk;
    facts.always_uv || ((facts.is_newer_than_2_0() || facts.client_pin == Some(true)) && !spared)
}

fn protocol(c: &Ceremony<'_>, algorithms: &[i32]) -> Result<Protocol, ClientError> {
    if c.twist.force_u2f {
        return Ok(Protocol::Ctap1);
    }
    let es256 = algorithms.contains(&Alg::ES256.0);
    match &c.facts.ctap2 {
        Some(_) => Ok(Protocol::Ctap2),
        None if !c.facts.u2f => {
            Err(ClientError::refuse(DomError::NotAllowedError, "the key speaks neither CTAP2 nor U2F"))
        }
        None if es256 => Ok(Protocol::Ctap1),
        None => {
            let reason = format!("the key speaks U2F, which knows only ES256; offered are {algorithms:?}");
            Err(ClientError::refuse(DomError::NotSupportedError, reason))
        }
    }
}

/// Whether U2F makes the credential without the PIN that CTAP2 would ask for, and nobody wants the user verified.
fn spares_the_pin(
    c: &Ceremony<'_>,
    algorithms: &[i32],
    rk: bool,
    requirement: Requirement,
    extensions: &MakeAsked,
) -> bool {
    let unwanted = c.twist.uv.map_or(requirement == Requirement::Discouraged, |uv| !uv);
    let facts = c.facts.ctap2.as_ref();
    let asks = facts.is_some_and(|facts| would_ask_for_pin(facts) && !facts.always_uv);
    let able = c.facts.u2f && algorithms.contains(&Alg::ES256.0) && !rk && !extensions.needs_ctap2();
    unwanted && asks && able && !c.twist.force_u2f
}

/// Whether CTAP2 would need the PIN for a credential that U2F makes without.
fn would_ask_for_pin(facts: &Ctap2Facts) -> bool {
    facts.client_pin == Some(true) && facts.uv != Some(true) && !facts.make_cred_uv_not_rqd
}
