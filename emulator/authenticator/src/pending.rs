//! What waits for the user, for whom, and until when.

use crate::command::{get_assertion, make_credential};
use crate::event::{Ask, Channel, Uptime, UserAct};
use crate::pin::attempts::Attempts;
use crate::pin::client_pin;
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
    /// authenticatorClientPIN, getPinUvAuthTokenUsingUvWithPermissions.
    Token(client_pin::Plan),
    /// A touch is asked for; the answer is whether a PIN is set.
    Probe,
    /// authenticatorSelection.
    Selection,
    /// authenticatorReset.
    Reset,
}

/// What a user's act means for the request.
pub(crate) enum Outcome {
    /// Ask the same again: nothing was tried.
    Again,
    /// An attempt at verification failed.
    Mismatch,
    /// Do it.
    Go,
    /// It ends with this status.
    End(Status),
}

impl Work {
    /// What the user is to be asked for; `None` for nothing.
    pub(crate) fn ask(&self, profile: &Profile, attempts: &Attempts) -> Option<Ask> {
        // performBuiltInUv (6.5.3.1): so many attempts in one go, and no more than are left at all.
        let in_one_go = profile.ctap2.map_or(1, |ctap2| ctap2.uv_attempts).max(1);
        let limited =
            |most: u8| if profile.features().uv_retries == 0 { most } else { most.min(attempts.uv()) };
        match self {
            Self::MakeCredential(plan) => plan.verification.ask(true, limited(in_one_go)),
            Self::GetAssertion(plan) => plan.verification.ask(plan.up, limited(in_one_go)),
            Self::Token(plan) => {
                let most = if plan.internal_retry { in_one_go } else { 1 };
                Some(Ask::Verification { attempts_left: limited(most) })
            }
            Self::Probe | Self::Selection | Self::Reset => Some(Ask::Presence),
        }
    }

    /// The relying party, for a screen.
    pub(crate) fn rp_id(&self) -> Option<&str> {
        match self {
            Self::MakeCredential(plan) => Some(plan.rp_id.as_str()),
            Self::GetAssertion(plan) => Some(plan.rp_id.as_str()),
            Self::Token(plan) => plan.rp_id.as_ref().map(|rp_id| rp_id.as_str()),
            Self::Probe | Self::Selection | Self::Reset => None,
        }
    }

    /// The account, for a screen.
    pub(crate) fn user_name(&self) -> Option<&str> {
        match self {
            Self::MakeCredential(plan) => plan.user.name.as_ref().map(|name| name.as_str()),
            Self::GetAssertion(plan) => plan.user_name.as_ref().map(|name| name.as_str()),
            Self::Token(_) | Self::Probe | Self::Selection | Self::Reset => None,
        }
    }
}

impl Pending {
    /// What an act of the user means (CTAP 2.1, 6.5.3.1 "performBuiltInUv" for the attempts).
    pub(crate) fn take(&self, act: UserAct) -> Outcome {
        match (self.ask, act) {
            (_, UserAct::Declined) => Outcome::End(Status::OPERATION_DENIED),
            (Ask::Presence, UserAct::Touched | UserAct::Verified | UserAct::Mismatch) => Outcome::Go,
            // A finger that stays too short to be read.
            (Ask::Verification { .. }, UserAct::Touched) => Outcome::Again,
            (Ask::Verification { .. }, UserAct::Verified) => Outcome::Go,
            (Ask::Verification { .. }, UserAct::Mismatch) => Outcome::Mismatch,
        }
    }

    /// The question after a mismatch; `None` if that was the last attempt.
    pub(crate) fn ask_again(&self) -> Option<Ask> {
        match self.ask {
            Ask::Verification { attempts_left: left @ 2.. } => {
                Some(Ask::Verification { attempts_left: left.saturating_sub(1) })
            }
            Ask::Verification { .. } | Ask::Presence => None,
        }
    }
}
