//! What a browser's settings do with a key: its PIN, and authenticatorConfig
//! ([CTAP, section 6.11](https://fidoalliance.org/specs/fido-v2.2-ps-20250714/fido-client-to-authenticator-protocol-v2.2-ps-20250714.html#authenticatorConfig)).

use wire::ctap2::config::{Request, SetMinPinLength, SubCommand};
use wire::ctap2::{Command, Permissions, RawMap, Value};
use wire::{MAX_MESSAGE, cbor};

use crate::client::Client;
use crate::error::{ClientError, DomError};
use crate::link::Link;
use crate::person::Pin;
use crate::pin::{PinRetries, Proof, Purpose, Way};
use crate::twist::Twist;

/// What setMinPINLength sets.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct MinPinLength {
    /// The shortest PIN, code points; it can only grow.
    pub least: Option<u8>,
    /// The RPs that may ask for it; empty: as before.
    pub rp_ids: Vec<String>,
    /// The PIN has to be changed before it is good for anything.
    pub force_change: bool,
}

impl Client {
    /// How many PIN attempts are left, as a browser's settings show it.
    ///
    /// # Errors
    /// The key has no PIN, or cannot be reached.
    pub async fn pin_retries(&mut self, link: &mut dyn Link) -> Result<PinRetries, ClientError> {
        let (facts, twist) = (self.facts(link).await?, Twist::default());
        let mut ceremony = self.ceremony(link, &facts, None, &twist);
        ceremony.conversation()?.pin_retries().await
    }

    /// Sets the key's first PIN, as a browser's settings do.
    ///
    /// # Errors
    /// The key has no PIN, has one already, does not like this one, or cannot be reached.
    pub async fn set_pin(&mut self, link: &mut dyn Link, new: &Pin) -> Result<(), ClientError> {
        let (facts, twist) = (self.facts(link).await?, Twist::default());
        let mut ceremony = self.ceremony(link, &facts, None, &twist);
        let status = ceremony.conversation()?.set_pin(new).await?;
        self.forget();
        if status.is_ok() { Ok(()) } else { Err(ClientError::status(status, "setPIN")) }
    }

    /// Changes the key's PIN, as a browser's settings do.
    ///
    /// # Errors
    /// The key has no PIN, `old` is not it, it does not like the new one, or cannot be reached.
    pub async fn change_pin(&mut self, link: &mut dyn Link, old: &Pin, new: &Pin) -> Result<(), ClientError> {
        let (facts, twist) = (self.facts(link).await?, Twist::default());
        let mut ceremony = self.ceremony(link, &facts, None, &twist);
        let status = ceremony.conversation()?.change_pin(old, new).await?;
        self.forget();
        if status.is_ok() { Ok(()) } else { Err(ClientError::status(status, "changePIN")) }
    }

    /// Sets what PINs have to be. The person is asked for the PIN, where one is set.
    ///
    /// # Errors
    /// The key or the person refuses, or the key cannot be reached.
    pub async fn set_min_pin_length(
        &mut self,
        link: &mut dyn Link,
        settings: &MinPinLength,
    ) -> Result<(), ClientError> {
        let rp_ids: Vec<&str> = settings.rp_ids.iter().map(String::as_str).collect();
        let parameters = SetMinPinLength {
            new_min_pin_length: settings.least.map(u64::from),
            min_pin_length_rpids: (!rp_ids.is_empty()).then(|| rp_ids.as_slice().into()),
            force_change_pin: settings.force_change.then_some(true),
            ..SetMinPinLength::EMPTY
        };
        let parameters = encoded(&parameters)?;
        self.configure(link, SubCommand::SET_MIN_PIN_LENGTH, Some(&parameters)).await
    }

    /// Turns alwaysUv on, or off.
    ///
    /// # Errors
    /// As [`Client::set_min_pin_length`].
    pub async fn toggle_always_uv(&mut self, link: &mut dyn Link) -> Result<(), ClientError> {
        self.configure(link, SubCommand::TOGGLE_ALWAYS_UV, None).await
    }

    async fn configure(
        &mut self,
        link: &mut dyn Link,
        sub_command: SubCommand,
        parameters: Option<&[u8]>,
    ) -> Result<(), ClientError> {
        let (facts, twist) = (self.facts(link).await?, Twist::default());
        let mut ceremony = self.ceremony(link, &facts, None, &twist);
        let purpose = Purpose { permissions: Permissions::ACFG, rp_id: None };
        let proof = match facts.ctap2.as_ref().and_then(Way::for_settings) {
            Some(way) => ceremony.prove(way, purpose).await?,
            None => Proof::None,
        };
        let number = [u8::try_from(sub_command.0).unwrap_or(u8::MAX)];
        let message: [&[u8]; 4] =
            [&[0xff; 32], &[Command::CONFIG.0], &number, parameters.unwrap_or_default()];
        let param = proof.authenticate(&message);
        let request = Request {
            sub_command,
            sub_command_params: parameters.and_then(|map| RawMap::new(map).ok()),
            pin_uv_auth_protocol: param.as_ref().map(|(_, protocol)| *protocol),
            pin_uv_auth_param: param.as_ref().map(|(mac, _)| mac.as_slice()),
            ..Request::EMPTY
        };
        let what = format!("authenticatorConfig {}", sub_command.name().unwrap_or_default());
        let answer = ceremony.exchange.ctap2(&what, MAX_MESSAGE, |out| request.message(out)).await?;
        self.forget();
        if answer.status.is_ok() { Ok(()) } else { Err(ClientError::status(answer.status, &what)) }
    }
}

/// subCommandParams, as they are sent and authenticated.
pub(crate) fn encoded<'a>(parameters: &impl Value<'a>) -> Result<Vec<u8>, ClientError> {
    let mut space = vec![0; MAX_MESSAGE];
    let mut writer = cbor::Writer::new(&mut space);
    parameters.write(&mut writer).map_err(|_| {
        ClientError::refuse(DomError::NotAllowedError, "these parameters do not fit a message")
    })?;
    let length = writer.len();
    space.truncate(length);
    Ok(space)
}
