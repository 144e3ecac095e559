//! PIN, PIN/UV auth protocols and the pinUvAuthToken: what authenticatorClientPIN keeps, and what others ask of it.

pub(crate) mod attempts;
mod change;
pub(crate) mod client_pin;
pub(crate) mod persistent;
pub(crate) mod protocol;
pub(crate) mod token;

use subtle::ConstantTimeEq;
use wire::Status;
use wire::ctap2::Permissions;
use zeroize::Zeroizing;

use self::attempts::Attempts;
use self::protocol::{Agreement, PinUvAuthProtocol, SharedSecret};
use self::token::Token;
use crate::event::Uptime;
use crate::look::Look;
use crate::platform::{P256Point, Platform, StoreError};
use crate::profile::Features;
use crate::record;

/// What is at hand of PIN and token while there is power.
pub(crate) struct Pin {
    /// The facts about the PIN, if one is set; its hash stays in the store.
    pub(crate) set: Option<Facts>,
    /// The attempts left.
    pub(crate) attempts: Attempts,
    agreements: [Option<Agreement>; 2],
    token: Option<Token>,
}

/// What is known of a PIN beside its hash.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Facts {
    /// PINCodePointLength.
    pub(crate) code_points: u8,
    /// forcePINChange.
    pub(crate) force_change: bool,
}

/// A stored PIN's length: `LEFT(SHA-256(PIN), 16) ‖ code points 1 ‖ force change 1`.
const RECORD: usize = HASH + 2;
/// The length of what is kept of a PIN's hash.
pub(crate) const HASH: usize = 16;

/// A pinUvAuthParam with its protocol.
#[derive(Clone, Copy)]
pub(crate) struct Param<'a> {
    pub(crate) protocol: PinUvAuthProtocol,
    pub(crate) mac: &'a [u8],
}

impl Pin {
    /// No PIN, as after a reset.
    pub(crate) fn none(features: &Features) -> Self {
        Self { set: None, attempts: Attempts::full(features), agreements: [None, None], token: None }
    }

    /// As stored.
    pub(crate) fn load(features: &Features, platform: &mut dyn Platform) -> Result<Self, StoreError> {
        let set = read(platform)?.map(|(_, facts)| facts);
        Ok(Self { set, attempts: Attempts::load(features, platform)?, ..Self::none(features) })
    }

    /// The key agreement key of the protocol, made when it is first asked for.
    fn agreement(
        &mut self,
        platform: &mut dyn Platform,
        protocol: PinUvAuthProtocol,
    ) -> Result<&Agreement, Status> {
        let place = self.agreements.get_mut(protocol.index()).ok_or(Status::OTHER)?;
        let held = match place.take() {
            Some(held) => held,
            None => Agreement::generate(platform)?,
        };
        Ok(place.insert(held))
    }

    /// `decapsulate`: the shared secret with the platform.
    pub(crate) fn decapsulate(
        &mut self,
        platform: &mut dyn Platform,
        protocol: PinUvAuthProtocol,
        peer: &P256Point,
    ) -> Result<SharedSecret, Status> {
        let agreement = self.agreement(platform, protocol)?;
        agreement.decapsulate(platform, protocol, peer).map_err(|_| Status::INVALID_PARAMETER)
    }

    /// `regenerate`: the next question gets another key.
    fn regenerate(&mut self, protocol: PinUvAuthProtocol) {
        if let Some(place) = self.agreements.get_mut(protocol.index()) {
            *place = None;
        }
    }

    /// `resetPinUvAuthToken` for all protocols.
    pub(crate) fn end_token(&mut self) {
        self.token = None;
    }

    /// The token, if it is still in use.
    pub(crate) fn token(&mut self, now: Uptime) -> Option<&mut Token> {
        self.token = self.token.take().and_then(|mut token| token.observe(now).then_some(token));
        self.token.as_mut()
    }

    /// `verify(pinUvAuthToken, message, pinUvAuthParam)`, then the permission: the token, whose RP the caller checks.
    pub(crate) fn verified(
        &mut self,
        look: &mut Look<'_>,
        now: Uptime,
        param: Param<'_>,
        message: &[&[u8]],
        permission: Permissions,
    ) -> Result<&mut Token, Status> {
        let token = self.token(now).ok_or(Status::PIN_AUTH_INVALID)?;
        if token.verify(look, param.protocol, message, param.mac) && token.may(permission) {
            Ok(token)
        } else {
            Err(Status::PIN_AUTH_INVALID)
        }
    }

    /// Step 11.1 of makeCredential and 6.1 of getAssertion: the token verifies the user to this relying party. Says whether
    /// it also knows the user to be present.
    pub(crate) fn authorize(
        &mut self,
        look: &mut Look<'_>,
        now: Uptime,
        param: Param<'_>,
        client_data_hash: &[u8; 32],
        permission: Permissions,
        rp_id_hash: &[u8; 32],
    ) -> Result<bool, Status> {
        let token = self.verified(look, now, param, &[client_data_hash], permission)?;
        if !token.serves(rp_id_hash) || !token.user_verified() {
            return Err(Status::PIN_AUTH_INVALID);
        }
        token.bind(rp_id_hash);
        Ok(token.user_present())
    }

    /// A request was done with the user present: what is left of a token is `lbw`.
    pub(crate) fn spend_token(&mut self) {
        if let Some(token) = &mut self.token {
            token.spend();
        }
    }
}

/// The hash of a PIN.
pub(crate) type Hash = Zeroizing<[u8; HASH]>;

/// The stored PIN.
fn read(platform: &mut dyn Platform) -> Result<Option<(Hash, Facts)>, StoreError> {
    let mut space = Zeroizing::new([0; RECORD]);
    match platform.read(record::PIN, 0, space.as_mut())? {
        None => Ok(None),
        Some(RECORD) => {
            let [hash @ .., code_points, force_change] = &*space;
            Ok(Some((
                Zeroizing::new(*hash),
                Facts { code_points: *code_points, force_change: *force_change != 0 },
            )))
        }
        Some(_) => Err(StoreError::Failed),
    }
}

/// Whether the stored PIN has this hash; `None` if no PIN is set.
pub(crate) fn is_set_to(platform: &mut dyn Platform, hash: &[u8; HASH]) -> Result<Option<bool>, StoreError> {
    Ok(read(platform)?.map(|(stored, _)| bool::from(stored.ct_eq(hash))))
}

/// The content of the record of a PIN.
pub(crate) fn write(hash: &[u8; HASH], facts: Facts) -> Zeroizing<[u8; RECORD]> {
    let mut space = Zeroizing::new([0; RECORD]);
    let [place @ .., code_points, force_change] = &mut *space;
    *place = *hash;
    *code_points = facts.code_points;
    *force_change = u8::from(facts.force_change);
    space
}

/// The content of the PIN's record with other facts.
pub(crate) fn rewritten(
    platform: &mut dyn Platform,
    facts: Facts,
) -> Result<Zeroizing<[u8; RECORD]>, StoreError> {
    let (hash, _) = read(platform)?.ok_or(StoreError::Failed)?;
    Ok(write(&hash, facts))
}
