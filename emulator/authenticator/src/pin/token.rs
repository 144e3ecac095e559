//! The pinUvAuthToken and its state (CTAP 2.1, 6.5.2.1 and 6.5.3.2):
//! <https://fidoalliance.org/specs/fido-v2.1-ps-20210615/fido-client-to-authenticator-protocol-v2.1-ps-errata-20220621.html#pinUvAuthToken-state>
//!
//! There is one at most: a new one, under whichever protocol, ends the one before. Nothing watches its timers: they are
//! looked at when the token is.

use core::time::Duration;

use wire::ctap2::Permissions;
use zeroize::Zeroizing;

use super::protocol::PinUvAuthProtocol;
use crate::event::Uptime;
use crate::look::Look;
use crate::platform::Platform;

/// The initial usage time limit and the user present time limit over USB.
pub(crate) const FIRST_USE: Duration = Duration::from_secs(30);
/// The max usage time period.
pub(crate) const LIFE: Duration = Duration::from_secs(600);

/// A token in use.
pub(crate) struct Token {
    value: Zeroizing<[u8; 32]>,
    protocol: PinUvAuthProtocol,
    life: Life,
}

/// How long it is good for, and for what.
enum Life {
    /// CTAP 2.0: until the power goes, and for everything.
    Unlimited,
    /// CTAP 2.1.
    Limited(Limits),
}

/// The state of a token with permissions.
struct Limits {
    begun: Uptime,
    used: bool,
    permissions: Permissions,
    /// The permissions RP ID, as its hash.
    rp_id_hash: Option<[u8; 32]>,
    user_present: bool,
    user_verified: bool,
}

/// What a new token may do.
pub(crate) struct Grant {
    pub(crate) permissions: Permissions,
    pub(crate) rp_id_hash: Option<[u8; 32]>,
    pub(crate) user_present: bool,
}

impl Token {
    /// `resetPinUvAuthToken` and `beginUsingPinUvAuthToken`.
    pub(crate) fn begin(
        platform: &mut dyn Platform,
        protocol: PinUvAuthProtocol,
        now: Uptime,
        grant: Grant,
    ) -> Self {
        let life = Life::Limited(Limits {
            begun: now,
            used: false,
            permissions: grant.permissions,
            rp_id_hash: grant.rp_id_hash,
            user_present: grant.user_present,
            user_verified: true,
        });
        Self { value: random(platform), protocol, life }
    }

    /// A token of CTAP 2.0.
    pub(crate) fn unlimited(platform: &mut dyn Platform, protocol: PinUvAuthProtocol) -> Self {
        Self { value: random(platform), protocol, life: Life::Unlimited }
    }

    /// The secret value.
    pub(crate) fn value(&self) -> &[u8; 32] {
        &self.value
    }

    /// The protocol that it was given under.
    pub(crate) fn protocol(&self) -> PinUvAuthProtocol {
        self.protocol
    }

    /// `pinUvAuthTokenUsageTimerObserver`: false once a time limit is reached; forgets a user who is not present any more.
    pub(crate) fn observe(&mut self, now: Uptime) -> bool {
        let Life::Limited(limits) = &mut self.life else { return true };
        let age = now.saturating_sub(limits.begun);
        if age >= FIRST_USE {
            limits.user_present = false;
        }
        age < LIFE && (limits.used || age < FIRST_USE)
    }

    /// `verify`: the MAC was made with this token, under its protocol. This is a use of the token.
    pub(crate) fn verify(
        &mut self,
        look: &mut Look<'_>,
        protocol: PinUvAuthProtocol,
        message: &[&[u8]],
        mac: &[u8],
    ) -> bool {
        let good = protocol == self.protocol && protocol.verify(look, &self.value, message, mac);
        if let Life::Limited(limits) = &mut self.life {
            limits.used |= good;
        }
        good
    }

    /// All of these permissions are there.
    pub(crate) fn may(&self, permissions: Permissions) -> bool {
        match &self.life {
            Life::Unlimited => true,
            Life::Limited(limits) => limits.permissions.contains(permissions),
        }
    }

    /// The permissions RP ID is not another one.
    pub(crate) fn serves(&self, rp_id_hash: &[u8; 32]) -> bool {
        self.bound_to().is_none_or(|bound| bound == rp_id_hash)
    }

    /// The permissions RP ID.
    pub(crate) fn bound_to(&self) -> Option<&[u8; 32]> {
        match &self.life {
            Life::Unlimited => None,
            Life::Limited(limits) => limits.rp_id_hash.as_ref(),
        }
    }

    /// Makes this the permissions RP ID, unless there is one.
    pub(crate) fn bind(&mut self, rp_id_hash: &[u8; 32]) {
        if let Life::Limited(limits) = &mut self.life {
            limits.rp_id_hash.get_or_insert(*rp_id_hash);
        }
    }

    /// `getUserVerifiedFlagValue`.
    pub(crate) fn user_verified(&self) -> bool {
        match &self.life {
            Life::Unlimited => true,
            Life::Limited(limits) => limits.user_verified,
        }
    }

    /// `getUserPresentFlagValue`.
    pub(crate) fn user_present(&self) -> bool {
        match &self.life {
            Life::Unlimited => false,
            Life::Limited(limits) => limits.user_present,
        }
    }

    /// `clearUserPresentFlag`, `clearUserVerifiedFlag`, `clearPinUvAuthTokenPermissionsExceptLbw`.
    pub(crate) fn spend(&mut self) {
        if let Life::Limited(limits) = &mut self.life {
            limits.user_present = false;
            limits.user_verified = false;
            limits.permissions = limits.permissions.intersection(Permissions::LBW);
        }
    }
}

fn random(platform: &mut dyn Platform) -> Zeroizing<[u8; 32]> {
    let mut value = Zeroizing::new([0; 32]);
    platform.fill(value.as_mut());
    value
}

#[cfg(test)]
mod tests;
