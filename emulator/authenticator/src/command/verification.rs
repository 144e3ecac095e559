//! How makeCredential and getAssertion come to user verification (CTAP 2.1, 6.1.2 steps 1 to 11, 6.2.2 steps 1 to 6).

use wire::Status;
use wire::ctap2::Permissions;

use super::Given;
use crate::event::{Ask, Uptime};
use crate::look::Look;
use crate::pin::{Param, client_pin};
use crate::profile::{Ctap2, Features, Profile};
use crate::state::State;

/// Who verifies the user.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Verification {
    /// Nobody.
    None,
    /// The key itself, which has to ask for it.
    BuiltIn,
    /// The token did.
    Token {
        /// It also knows that the user is present.
        present: bool,
    },
}

impl Verification {
    /// The UV bit.
    pub(crate) fn uv(self) -> bool {
        self != Self::None
    }

    /// What the user is to be asked for, where presence is wanted (`up`).
    pub(crate) fn ask(self, up: bool, attempts_left: u8) -> Option<Ask> {
        match self {
            Self::BuiltIn => Some(Ask::Verification { attempts_left }),
            Self::Token { present: true } => None,
            Self::None | Self::Token { present: false } => up.then_some(Ask::Presence),
        }
    }

    /// What the user has given once that is answered; `up` says whether presence was wanted. Built-in verification is
    /// evidence of user interaction too (6.1.2 step 13 and 6.2.2 step 8).
    pub(crate) fn given(self, asked: Option<Ask>, up: bool) -> Given {
        let verified = matches!(asked, Some(Ask::Verification { .. }));
        let (known, uv) = match self {
            Self::None => (false, false),
            Self::BuiltIn => (false, verified),
            Self::Token { present } => (present && up, true),
        };
        Given { up: asked.is_some() || known, uv }
    }
}

/// What the steps look at.
pub(crate) struct Policy<'a> {
    profile: &'a Profile,
    features: &'a Features,
    uv: Option<bool>,
    pin_set: bool,
    always_uv: bool,
}

impl<'a> Policy<'a> {
    pub(crate) fn of(profile: &'a Profile, ctap2: &'a Ctap2, state: &State) -> Self {
        Self {
            profile,
            features: &ctap2.features,
            uv: ctap2.uv,
            pin_set: state.pin.set.is_some(),
            always_uv: state.settings.always_uv,
        }
    }

    /// Step 2: the pinUvAuthParam with a protocol that the key supports. A key without any protocol has none that could be
    /// meant.
    pub(super) fn param<'r>(
        &self,
        mac: Option<&'r [u8]>,
        protocol: Option<u64>,
    ) -> Result<Option<Param<'r>>, Status> {
        mac.map(|mac| client_pin::param(self.features, mac, protocol)).transpose()
    }

    /// The `uv` option (6.1.2 step 5, 6.2.2 step 4): it asks for built-in verification that is ready; with a pinUvAuthParam
    /// it means nothing.
    pub(super) fn uv_option(&self, uv: Option<bool>, param: Option<Param<'_>>) -> Result<bool, Status> {
        match (param.is_none() && uv.unwrap_or(false), self.uv) {
            (true, Some(true)) => Ok(true),
            (true, _) => Err(Status::INVALID_OPTION),
            (false, _) => Ok(false),
        }
    }

    /// alwaysUv (6.1.2 step 6, 6.2.2 step 5): turns the `uv` option on where that is possible.
    pub(super) fn always_uv(&self, uv: bool, param: Option<Param<'_>>) -> Result<bool, Status> {
        if !self.always_uv {
            return Ok(uv);
        }
        let refusal = if self.features.client_pin && !self.features.no_mc_ga_permissions_with_client_pin {
            Status::PUAT_REQUIRED
        } else {
            Status::OPERATION_DENIED
        };
        let built_in = self.uv == Some(true);
        if !built_in && !self.pin_set {
            return Err(refusal);
        }
        match (param, uv || built_in) {
            (Some(_), _) => Ok(false),
            (None, true) => Ok(true),
            (None, false) => Err(refusal),
        }
    }

    /// 6.1.2 steps 7 and 8: a credential is made with verification, or is not discoverable on a key that says
    /// makeCredUvNotRqd.
    pub(super) fn may_make(&self, rk: bool, uv: bool, param: Option<Param<'_>>) -> Result<(), Status> {
        // CTAP 2.0 (5.1, step 7) speaks of the PIN only: what its keys verify by themselves they do when asked.
        let protected = self.pin_set || (self.profile.versions.newer() && self.uv == Some(true));
        let spared = self.features.make_cred_uv_not_rqd && !self.always_uv && !rk;
        if !protected || uv || param.is_some() || spared {
            return Ok(());
        }
        Err(if self.pin_set && !self.features.no_mc_ga_permissions_with_client_pin {
            Status::PUAT_REQUIRED
        } else {
            Status::OPERATION_DENIED
        })
    }

    /// What the failure of built-in verification is called (6.1.2 step 11.2.3, 6.2.2 step 6.2.3).
    pub(crate) fn built_in_failed(&self, state: &State) -> Status {
        if self.pin_set && !self.features.no_mc_ga_permissions_with_client_pin {
            Status::PUAT_REQUIRED
        } else if state.pin.attempts.uv_blocked() {
            Status::PIN_BLOCKED
        } else {
            Status::OPERATION_DENIED
        }
    }
}

/// What the token is to be good for.
pub(super) struct Wanted<'a> {
    pub(super) client_data_hash: &'a [u8; 32],
    pub(super) permission: Permissions,
    pub(super) rp_id_hash: &'a [u8; 32],
}

/// 6.1.2 step 11 and 6.2.2 step 6, up to the wait. A pinUvAuthParam is always checked, on a key without PIN and
/// verification too, where the specification would pass it over: no token can have made it.
pub(super) fn authorize(
    state: &mut State,
    look: &mut Look<'_>,
    now: Uptime,
    policy: &Policy<'_>,
    (uv, param): (bool, Option<Param<'_>>),
    wanted: &Wanted<'_>,
) -> Result<Verification, Status> {
    match param {
        None if uv && state.pin.attempts.uv_blocked() => Err(policy.built_in_failed(state)),
        None if uv => Ok(Verification::BuiltIn),
        None => Ok(Verification::None),
        Some(param) => {
            let Wanted { client_data_hash, permission, rp_id_hash } = *wanted;
            let present = state.pin.authorize(look, now, param, client_data_hash, permission, rp_id_hash)?;
            Ok(Verification::Token { present })
        }
    }
}
