//! What waits for the user, for whom, and until when.

use crate::command::{get_assertion, make_credential};
use crate::event::{Ask, Channel, Uptime, UserAct};
use crate::profile::Profile;
use wire::Status;

/// A request that waits.
pub(crate) struct Pending {
    /// Whose it is.
    pub(crate) from: Channel,
    /// When it times out.
    pub(crate) until: Uptime,
    /// What is asked.
    pub(crate) ask: Ask,
    /// What is done then.
    pub(crate) work: Work,
}

/// A request that passed its checks, with all that it needs of itself afterwards.
pub(crate) enum Work {
    /// authenticatorMakeCredential.
    MakeCredential(make_credential::Plan),
    /// authenticatorGetAssertion.
    GetAssertion(get_assertion::Plan),
    /// authenticatorSelection.
    Selection,
    /// authenticatorReset.
    Reset,
}

/// What a user's act means for the request.
pub(crate) enum Outcome {
    /// Ask again.
    Again,
    /// Do it.
    Go,
    /// It ends with this status.
    End(Status),
}

impl Work {
    /// What the user is to be asked for; `None` for nothing.
    pub(crate) fn ask(&self, profile: &Profile) -> Option<Ask> {
        let (uv, up) = match self {
            Self::MakeCredential(plan) => (plan.uv, true),
            Self::GetAssertion(plan) => (plan.uv, plan.up),
            Self::Selection | Self::Reset => (false, true),
        };
        if uv {
            let attempts_left = profile.ctap2.map_or(1, |ctap2| ctap2.uv_attempts).max(1);
            return Some(Ask::Verification { attempts_left });
        }
        up.then_some(Ask::Presence)
    }

    /// The relying party, for a screen.
    pub(crate) fn rp_id(&self) -> Option<&str> {
        match self {
            Self::MakeCredential(plan) => Some(plan.rp_id.as_str()),
            Self::GetAssertion(plan) => Some(plan.rp_id.as_str()),
            Self::Selection | Self::Reset => None,
        }
    }

    /// The account, for a screen.
    pub(crate) fn user_name(&self) -> Option<&str> {
        match self {
            Self::MakeCredential(plan) => plan.user.name.as_ref().map(|name| name.as_str()),
            Self::GetAssertion(plan) => plan.user_name.as_ref().map(|name| name.as_str()),
            Self::Selection | Self::Reset => None,
        }
    }
}

impl Pending {
    /// Takes an act of the user (CTAP 2.1, 6.5.3.1 "performBuiltInUv" for the attempts).
    pub(crate) fn take(&mut self, act: UserAct) -> Outcome {
        match (&mut self.ask, act) {
            (_, UserAct::Declined) => Outcome::End(Status::OPERATION_DENIED),
            (Ask::Presence, UserAct::Touched | UserAct::Verified | UserAct::Mismatch) => Outcome::Go,
            // A finger that stays too short to be read.
            (Ask::Verification { .. }, UserAct::Touched) => Outcome::Again,
            (Ask::Verification { .. }, UserAct::Verified) => Outcome::Go,
            (Ask::Verification { attempts_left }, UserAct::Mismatch) => {
                *attempts_left = attempts_left.saturating_sub(1);
                // 6.1.2 step 11.2.3 and 6.2.2 step 6.2.3: without a client PIN to fall back to, the operation is denied.
                if *attempts_left == 0 { Outcome::End(Status::OPERATION_DENIED) } else { Outcome::Again }
            }
        }
    }
}
