//! The subcommands of authenticatorClientPIN, each one question and its answer
//! ([CTAP, section 6.5.5](https://fidoalliance.org/specs/fido-v2.2-ps-20250714/fido-client-to-authenticator-protocol-v2.2-ps-20250714.html#authnrClientPin-cmd-dfn)).

use sha2::{Digest, Sha256};
use wire::ctap2::client_pin::{Request, Response, SubCommand};
use wire::ctap2::{Permissions, RawMap, Value};
use wire::{MAX_MESSAGE, Status};
use zeroize::Zeroizing;

use super::protocol::{Encapsulated, PinUvAuthProtocol, SharedSecret, encapsulate};
use crate::error::{ClientError, DomError};
use crate::exchange::{Answer, Exchange};
use crate::facts::Ctap2Facts;
use crate::person::Pin;
use crate::random::Random;

/// A pinUvAuthToken. Wiped when it is dropped, and never shown.
pub(crate) struct Token {
    protocol: PinUvAuthProtocol,
    value: Zeroizing<Vec<u8>>,
}

impl Token {
    /// The pinUvAuthParam over `message`.
    pub(crate) fn authenticate(&self, message: &[&[u8]]) -> Vec<u8> {
        self.protocol.authenticate(&self.value, message)
    }

    /// The protocol's number.
    pub(crate) fn protocol(&self) -> u64 {
        self.protocol.number()
    }
}

/// How a token is asked for.
#[derive(Clone, Copy, Debug)]
pub(crate) enum TokenBy<'a> {
    /// getPinToken, of keys without permissions.
    PinAlone(&'a Pin),
    /// getPinUvAuthTokenUsingPinWithPermissions.
    Pin(&'a Pin),
    /// getPinUvAuthTokenUsingUvWithPermissions.
    Uv,
}

impl<'a> TokenBy<'a> {
    /// With that PIN, as the key gives tokens.
    pub(crate) fn pin(facts: &Ctap2Facts, pin: &'a Pin) -> Self {
        if facts.pin_uv_auth_token { Self::Pin(pin) } else { Self::PinAlone(pin) }
    }

    /// The subcommand.
    pub(crate) fn sub_command(self) -> SubCommand {
        match self {
            Self::PinAlone(_) => SubCommand::GET_PIN_TOKEN,
            Self::Pin(_) => SubCommand::GET_PIN_UV_AUTH_TOKEN_USING_PIN_WITH_PERMISSIONS,
            Self::Uv => SubCommand::GET_PIN_UV_AUTH_TOKEN_USING_UV_WITH_PERMISSIONS,
        }
    }
}

/// What getPINRetries says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PinRetries {
    /// Attempts left.
    pub left: u64,
    /// The key has to be unplugged before the next one.
    pub power_cycle: bool,
}

/// The conversation with one key about its PIN.
pub(crate) struct Conversation<'a, 'c> {
    pub(crate) exchange: &'a mut Exchange<'c>,
    pub(crate) random: &'a mut dyn Random,
    pub(crate) protocol: PinUvAuthProtocol,
}

impl Conversation<'_, '_> {
    /// getPINRetries.
    pub(crate) async fn pin_retries(&mut self) -> Result<PinRetries, ClientError> {
        let request = Request { sub_command: SubCommand::GET_PIN_RETRIES, ..Request::EMPTY };
        let answer = self.ask(&request).await?;
        let response = decoded(&answer, request.sub_command)?;
        let left = response.pin_retries.ok_or_else(|| missing(request.sub_command, "pinRetries"))?;
        Ok(PinRetries { left, power_cycle: response.power_cycle_state == Some(true) })
    }

    /// getUVRetries; none where the key does not count.
    pub(crate) async fn uv_retries(&mut self) -> Result<Option<u64>, ClientError> {
        let request = Request { sub_command: SubCommand::GET_UV_RETRIES, ..Request::EMPTY };
        let answer = self.ask(&request).await?;
        if !answer.status.is_ok() {
            return Ok(None);
        }
        Ok(decoded(&answer, request.sub_command)?.uv_retries)
    }

    /// getKeyAgreement, and the shared secret that comes of it.
    pub(crate) async fn agree(&mut self) -> Result<Encapsulated, ClientError> {
        let sub_command = SubCommand::GET_KEY_AGREEMENT;
        let answer = self.ask(&Request { sub_command, ..Request::EMPTY }).await?;
        let response = decoded(&answer, sub_command)?;
        let peer = response.key_agreement.ok_or_else(|| missing(sub_command, "keyAgreement"))?;
        encapsulate(self.protocol, peer.bytes(), self.random)
            .map_err(|why| ClientError::nonsense(&named(sub_command), why))
    }

    /// setPIN; gives the status.
    pub(crate) async fn set_pin(&mut self, new: &Pin) -> Result<Status, ClientError> {
        let Encapsulated { key_agreement, secret } = self.agree().await?;
        let new_pin_enc = secret.encrypt(padded(new)?.as_slice(), self.random);
        let request = Request {
            sub_command: SubCommand::SET_PIN,
            key_agreement: Some(map(&key_agreement)),
            pin_uv_auth_param: Some(&secret.authenticate(&[&new_pin_enc])),
            new_pin_enc: Some(&new_pin_enc),
            ..Request::EMPTY
        };
        Ok(self.ask(&request).await?.status)
    }

    /// changePIN; gives the status.
    pub(crate) async fn change_pin(&mut self, old: &Pin, new: &Pin) -> Result<Status, ClientError> {
        let Encapsulated { key_agreement, secret } = self.agree().await?;
        let new_pin_enc = secret.encrypt(padded(new)?.as_slice(), self.random);
        let pin_hash_enc = self.hashed(&secret, old);
        let request = Request {
            sub_command: SubCommand::CHANGE_PIN,
            key_agreement: Some(map(&key_agreement)),
            pin_uv_auth_param: Some(&secret.authenticate(&[&new_pin_enc, &pin_hash_enc])),
            new_pin_enc: Some(&new_pin_enc),
            pin_hash_enc: Some(&pin_hash_enc),
            ..Request::EMPTY
        };
        Ok(self.ask(&request).await?.status)
    }

    /// A token, or the status that came instead.
    pub(crate) async fn token(
        &mut self,
        by: TokenBy<'_>,
        permissions: Permissions,
        rp_id: Option<&str>,
    ) -> Result<Result<Token, Status>, ClientError> {
        let Encapsulated { key_agreement, secret } = self.agree().await?;
        let sub_command = by.sub_command();
        let pin = match by {
            TokenBy::PinAlone(pin) | TokenBy::Pin(pin) => Some(pin),
            TokenBy::Uv => None,
        };
        let limited = sub_command != SubCommand::GET_PIN_TOKEN;
        let pin_hash_enc = pin.map(|pin| self.hashed(&secret, pin));
        let request = Request {
            sub_command,
            key_agreement: Some(map(&key_agreement)),
            pin_hash_enc: pin_hash_enc.as_deref(),
            permissions: limited.then_some(permissions),
            rp_id: rp_id.filter(|_| limited),
            ..Request::EMPTY
        };
        let answer = self.ask(&request).await?;
        if !answer.status.is_ok() {
            return Ok(Err(answer.status));
        }
        let response = decoded(&answer, sub_command)?;
        let cipher = response.pin_uv_auth_token.ok_or_else(|| missing(sub_command, "pinUvAuthToken"))?;
        let value = secret.decrypt(cipher).filter(|token| self.fits(token.len()));
        let value = value.ok_or_else(|| {
            ClientError::nonsense(&named(sub_command), "pinUvAuthToken does not decrypt to a token")
        })?;
        Ok(Ok(Token { protocol: self.protocol, value }))
    }

    /// The lengths that tokens have: protocol two has one only.
    fn fits(&self, length: usize) -> bool {
        length == 32 || (length == 16 && self.protocol == PinUvAuthProtocol::One)
    }

    /// pinHashEnc.
    fn hashed(&mut self, secret: &SharedSecret, pin: &Pin) -> Vec<u8> {
        let hash = Zeroizing::new(<[u8; 32]>::from(Sha256::digest(pin.text())));
        secret.encrypt(hash.get(..16).unwrap_or_default(), self.random)
    }

    async fn ask(&mut self, request: &Request<'_>) -> Result<Answer, ClientError> {
        let what = named(request.sub_command);
        let request = Request { pin_uv_auth_protocol: Some(self.protocol.number()), ..*request };
        self.exchange.ctap2(&what, MAX_MESSAGE, |out| request.message(out)).await
    }
}

/// The new PIN, padded with zeros to 64 bytes.
fn padded(pin: &Pin) -> Result<Zeroizing<[u8; 64]>, ClientError> {
    let mut padded = Zeroizing::new([0; 64]);
    match padded.get_mut(..pin.text().len()).filter(|_| pin.text().len() <= PIN_MAX) {
        Some(place) => place.copy_from_slice(pin.text().as_bytes()),
        None => {
            let reason = format!("a PIN has at most {PIN_MAX} bytes");
            return Err(ClientError::refuse(DomError::NotAllowedError, reason));
        }
    }
    Ok(padded)
}

/// A key that this module encoded.
fn map(key_agreement: &[u8]) -> RawMap<'_> {
    RawMap::new(key_agreement).unwrap_or(RawMap::EMPTY)
}

fn decoded(answer: &Answer, sub_command: SubCommand) -> Result<Response<'_>, ClientError> {
    if !answer.status.is_ok() {
        return Err(ClientError::status(answer.status, &named(sub_command)));
    }
    Response::decode(&answer.members).map_err(|e| ClientError::nonsense(&named(sub_command), e))
}

fn missing(sub_command: SubCommand, member: &str) -> ClientError {
    ClientError::nonsense(&named(sub_command), format!("{member} is missing"))
}

/// As errors name it.
pub(crate) fn named(sub_command: SubCommand) -> String {
    format!("authenticatorClientPIN {}", sub_command.name().unwrap_or_default())
}

/// The longest PIN, bytes.
pub(crate) const PIN_MAX: usize = 63;
