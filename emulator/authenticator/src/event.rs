//! What goes into the machine and what comes out of it.

use wire::Protocol;

/// Time since power-on, as the shell counts it. It never goes back.
pub type Uptime = core::time::Duration;

/// Where a request came from: a CTAPHID channel id, or whatever else tells two clients apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Channel(pub u32);

/// One thing that happens to the authenticator.
#[derive(Clone, Copy, Debug)]
pub enum Input<'a> {
    /// A whole message arrived.
    Request {
        /// Who sent it, and gets the reply.
        from: Channel,
        /// How to read it.
        protocol: Protocol,
        /// CTAP2: the command byte and its CBOR. U2F: the APDU.
        bytes: &'a [u8],
    },
    /// The user did something.
    User(UserAct),
    /// CTAPHID_CANCEL: the client no longer wants the reply of its CTAP2 request.
    Cancel {
        /// Who asks.
        from: Channel,
    },
    /// The channel was initialised anew or the link is gone: its work is dropped and nothing is replied.
    Abort {
        /// Whose work.
        from: Channel,
    },
    /// Time has passed; due at [`Authenticator::wake_at`](crate::Authenticator::wake_at).
    Tick,
}

/// What the user did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum UserAct {
    /// Touched the key: present, not verified.
    Touched,
    /// Verified by the built-in means, a known finger. That is presence too.
    Verified,
    /// Tried to verify and was not recognised. One attempt; where only a touch is asked for, a touch.
    Mismatch,
    /// Refused.
    Declined,
}

/// What the machine wants after an input.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[must_use]
pub enum Step {
    /// The first so many bytes of the reply buffer are the reply to the request in work.
    Reply(usize),
    /// The request waits for the user; keep its client informed (CTAPHID_KEEPALIVE, UPNEEDED).
    Ask(Ask),
    /// A request came while another waits: it is not taken, nothing has changed (CTAPHID: ERR_CHANNEL_BUSY).
    Busy,
    /// Nothing to send. A U2F prompt may have begun or ended: see [`waiting_for`](crate::Authenticator::waiting_for).
    Quiet,
}

/// What is asked of the user.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ask {
    /// A touch.
    Presence,
    /// Built-in user verification.
    Verification {
        /// How often a mismatch may still happen before the request fails, this attempt included.
        attempts_left: u8,
    },
}

/// What the key waits for and on whose behalf: for a screen, or for a scripted user.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Waiting<'a> {
    /// What is asked of the user.
    pub ask: Ask,
    /// The protocol of the request.
    pub protocol: Protocol,
    /// CTAP2: the relying party's id, where the command has one. U2F knows only its hash.
    pub rp_id: Option<&'a str>,
    /// The account's name, if the request or the credential tells it.
    pub user_name: Option<&'a str>,
}
