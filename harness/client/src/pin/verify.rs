//! The conversation with key and person until the user is verified, or will not be.

use wire::Status;
use wire::ctap2::Permissions;
use wire::ctap2::client_pin::SubCommand;

use super::client_pin::{Conversation, PIN_MAX, Token, TokenBy, named};
use super::plan::Way;
use super::protocol::PinUvAuthProtocol;
use crate::ceremony::Ceremony;
use crate::error::{ClientError, DomError, Refuser};
use crate::facts::Ctap2Facts;
use crate::person::{NewPinAsked, NewPinReason, Pin, PinAsked, PinRefused};

/// What a request says about user verification.
pub(crate) enum Proof {
    /// Nothing.
    None,
    /// The option `uv`.
    Option,
    /// A pinUvAuthParam by this token.
    Token(Token),
}

/// What the user is verified for.
#[derive(Clone, Copy)]
pub(crate) struct Purpose<'a> {
    pub(crate) permissions: Permissions,
    /// None: settings.
    pub(crate) rp_id: Option<&'a str>,
}

impl Proof {
    /// The option `uv` of a request.
    pub(crate) fn uv(&self) -> Option<bool> {
        matches!(self, Self::Option).then_some(true)
    }

    /// pinUvAuthParam and pinUvAuthProtocol over a client data hash.
    pub(crate) fn param(&self, client_data_hash: &[u8; 32]) -> Option<(Vec<u8>, u64)> {
        self.authenticate(&[client_data_hash])
    }

    /// pinUvAuthParam and pinUvAuthProtocol over any message.
    pub(crate) fn authenticate(&self, message: &[&[u8]]) -> Option<(Vec<u8>, u64)> {
        match self {
            Self::Token(token) => Some((token.authenticate(message), token.protocol())),
            Self::None | Self::Option => None,
        }
    }
}

impl<'c> Ceremony<'c> {
    /// Has the user verified in that way.
    pub(crate) async fn prove(&mut self, way: Way, purpose: Purpose<'_>) -> Result<Proof, ClientError> {
        let Some(facts) = &self.facts.ctap2 else { return Ok(Proof::None) };
        match way {
            Way::Option => Ok(Proof::Option),
            Way::UvToken => match self.token_by_uv(facts, purpose).await? {
                Some(token) => Ok(Proof::Token(token)),
                None => self.token_by_pin(facts, purpose).await.map(Proof::Token),
            },
            Way::PinToken => self.token_by_pin(facts, purpose).await.map(Proof::Token),
            Way::NewPin => self.token_by_new_pin(facts, purpose).await.map(Proof::Token),
        }
    }

    /// What is done after built-in verification by the option `uv` failed with that status: the PIN, where one is set.
    pub(crate) async fn fall_back(
        &mut self,
        status: Status,
        proof: &Proof,
        purpose: Purpose<'_>,
    ) -> Result<Option<Proof>, ClientError> {
        let Some(facts) = &self.facts.ctap2 else { return Ok(None) };
        let failed = matches!(status, Status::PUAT_REQUIRED | Status::UV_BLOCKED | Status::UV_INVALID);
        if !failed || !matches!(proof, Proof::Option) || Way::by_pin(facts).is_none() {
            return Ok(None);
        }
        self.token_by_pin(facts, purpose).await.map(Proof::Token).map(Some)
    }

    /// A conversation about PIN and tokens, by the best protocol that both sides have.
    pub(crate) fn conversation(&mut self) -> Result<Conversation<'_, 'c>, ClientError> {
        let facts = self.facts.ctap2.as_ref();
        let protocol = facts.and_then(|facts| PinUvAuthProtocol::best(&facts.pin_uv_auth_protocols));
        let protocol = protocol.ok_or_else(|| {
            ClientError::refuse(
                DomError::NotAllowedError,
                "the key has no PIN/UV auth protocol that is known",
            )
        })?;
        Ok(Conversation { exchange: &mut self.exchange, random: &mut *self.random, protocol })
    }

    /// By built-in verification; none where the PIN has to do.
    async fn token_by_uv(
        &mut self,
        facts: &Ctap2Facts,
        purpose: Purpose<'_>,
    ) -> Result<Option<Token>, ClientError> {
        let what = named(SubCommand::GET_PIN_UV_AUTH_TOKEN_USING_UV_WITH_PERMISSIONS);
        let pin = Way::by_pin(facts).is_some();
        // Where a PIN is set, the key's advice; without one, as long as it lets the person try.
        let most =
            if pin { facts.preferred_platform_uv_attempts.unwrap_or(3).max(1) } else { MOST_UV_ATTEMPTS };
        let mut tried = 0;
        loop {
            let mut conversation = self.conversation()?;
            let blocked = conversation.uv_retries().await? == Some(0);
            let status = if blocked {
                Status::UV_BLOCKED
            } else {
                match conversation.token(TokenBy::Uv, purpose.permissions, purpose.rp_id).await? {
                    Ok(token) => return Ok(Some(token)),
                    Err(status) => status,
                }
            };
            tried += 1;
            match status {
                Status::UV_INVALID if tried < most => {}
                Status::UV_INVALID | Status::UV_BLOCKED | Status::PUAT_REQUIRED if pin => return Ok(None),
                status => return Err(ClientError::status(status, &what)),
            }
        }
    }

    /// By the PIN that is set; another one is set first where the key insists on it.
    async fn token_by_pin(&mut self, facts: &Ctap2Facts, purpose: Purpose<'_>) -> Result<Token, ClientError> {
        let mut forced = facts.force_pin_change;
        let mut refused = None;
        loop {
            // A PIN from before the minimum grew may be shorter, and has to be changed.
            let min_length = if forced { LEAST_PIN } else { facts.min_pin_length };
            let pin = self.typed(purpose.rp_id, min_length, refused).await?;
            let pin = match forced {
                false => pin,
                true => match self.changed(facts, &pin, purpose).await? {
                    Some(new) => new,
                    None => {
                        refused = Some(PinRefused::Wrong);
                        continue;
                    }
                },
            };
            let by = TokenBy::pin(facts, &pin);
            match self.conversation()?.token(by, purpose.permissions, purpose.rp_id).await? {
                Ok(token) => return Ok(token),
                Err(Status::PIN_INVALID) => refused = Some(PinRefused::Wrong),
                // The right PIN, which has to be changed: what is known of the key is out of date.
                Err(Status::PIN_POLICY_VIOLATION) if !forced => {
                    self.stale = true;
                    (forced, refused) = (true, None);
                }
                Err(status) => return Err(ClientError::status(status, &named(by.sub_command()))),
            }
        }
    }

    /// Sets a first PIN, then asks for the token with it.
    async fn token_by_new_pin(
        &mut self,
        facts: &Ctap2Facts,
        purpose: Purpose<'_>,
    ) -> Result<Token, ClientError> {
        let mut asked = 0;
        let mut refused = None;
        let pin = loop {
            let new = self.chosen(facts, purpose, NewPinReason::NotSet, refused)?;
            (self.stale, asked) = (true, asked + 1);
            match self.conversation()?.set_pin(&new).await? {
                Status::OK => break new,
                Status::PIN_POLICY_VIOLATION if asked < MOST_ASKED => refused = Some(PinRefused::Policy),
                status => return Err(ClientError::status(status, &named(SubCommand::SET_PIN))),
            }
        };
        let by = TokenBy::pin(facts, &pin);
        let token = self.conversation()?.token(by, purpose.permissions, purpose.rp_id).await?;
        token.map_err(|status| ClientError::status(status, &named(by.sub_command())))
    }

    /// Changes the PIN as the key insists; none where the key says that `old` is wrong.
    async fn changed(
        &mut self,
        facts: &Ctap2Facts,
        old: &Pin,
        purpose: Purpose<'_>,
    ) -> Result<Option<Pin>, ClientError> {
        let mut asked = 0;
        let mut refused = None;
        loop {
            let new = self.chosen(facts, purpose, NewPinReason::Forced, refused)?;
            (self.stale, asked) = (true, asked + 1);
            match self.conversation()?.change_pin(old, &new).await? {
                Status::OK => return Ok(Some(new)),
                Status::PIN_INVALID => return Ok(None),
                Status::PIN_POLICY_VIOLATION if asked < MOST_ASKED => refused = Some(PinRefused::Policy),
                status => return Err(ClientError::status(status, &named(SubCommand::CHANGE_PIN))),
            }
        }
    }

    /// The PIN as the person types it, once the key says that it can be tried.
    pub(crate) async fn typed(
        &mut self,
        rp_id: Option<&str>,
        min_length: usize,
        mut refused: Option<PinRefused>,
    ) -> Result<Pin, ClientError> {
        let retries = self.conversation()?.pin_retries().await?;
        let blocked = match retries {
            _ if retries.left == 0 => {
                Some((Status::PIN_BLOCKED, "no PIN attempts are left, the key has to be reset"))
            }
            _ if retries.power_cycle => Some((
                Status::PIN_AUTH_BLOCKED,
                "the key has to be unplugged before the PIN can be tried again",
            )),
            _ => None,
        };
        if let Some((status, reason)) = blocked {
            return Err(ClientError {
                name: DomError::of_status(status),
                reason: reason.to_owned(),
                status: Some(status.to_string()),
                by: Refuser::Key,
            });
        }
        for _ in 0..MOST_ASKED {
            let asked = PinAsked { rp_id, retries: retries.left, min_length, refused };
            let Some(pin) = self.person.pin(&asked) else { break };
            match unfit(&pin, min_length) {
                None => return Ok(pin),
                unfit => refused = unfit,
            }
        }
        Err(ClientError::refuse(DomError::NotAllowedError, "the person gave no PIN"))
    }

    /// A new PIN as the person chooses it.
    fn chosen(
        &mut self,
        facts: &Ctap2Facts,
        purpose: Purpose<'_>,
        reason: NewPinReason,
        mut refused: Option<PinRefused>,
    ) -> Result<Pin, ClientError> {
        let min_length = facts.min_pin_length;
        for _ in 0..MOST_ASKED {
            let asked = NewPinAsked { rp_id: purpose.rp_id, reason, min_length, refused };
            let Some(pin) = self.person.new_pin(&asked) else { break };
            match unfit(&pin, min_length) {
                None => return Ok(pin),
                unfit => refused = unfit,
            }
        }
        Err(ClientError::refuse(DomError::NotAllowedError, "the person chose no new PIN"))
    }
}

/// Why a PIN is not sent.
fn unfit(pin: &Pin, min_length: usize) -> Option<PinRefused> {
    if pin.code_points() < min_length {
        return Some(PinRefused::TooShort);
    }
    (pin.text().len() > PIN_MAX).then_some(PinRefused::TooLong)
}

/// The shortest PIN that there ever was, code points.
pub(crate) const LEAST_PIN: usize = 4;
/// How often a person is asked again for a PIN that cannot be sent, or that the key's policy refuses.
const MOST_ASKED: usize = 8;
/// More attempts at built-in verification than any key gives.
const MOST_UV_ATTEMPTS: u64 = 25;
