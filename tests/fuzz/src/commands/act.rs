//! What can happen to a key, as the fuzzer writes it.

use arbitrary::{Arbitrary, Result, Unstructured};

/// One thing that happens.
#[derive(Debug)]
pub enum Act {
    /// A CTAP2 request, whose questions a willing user answers at once.
    Willing {
        from: Client,
        request: Request,
    },
    /// A CTAP2 request.
    Ctap2 {
        from: Client,
        request: Request,
        bend: Bend,
    },
    /// A U2F request, and another after a touch if one is asked for.
    WillingU2f {
        from: Client,
        request: U2f,
    },
    /// A U2F request.
    U2f {
        from: Client,
        request: U2f,
        bend: Bend,
    },
    /// Any bytes.
    Raw {
        from: Client,
        u2f: bool,
        bytes: Vec<u8>,
    },
    User(Gesture),
    Cancel(Client),
    Abort(Client),
    Tick,
    /// Milliseconds.
    Wait(u16),
    /// Until the key wants to be woken.
    WaitUntilDue,
    PowerCycle,
    /// The commit after so many fails.
    CommitFault {
        after: u8,
        how: How,
    },
    /// The key or signature after so many fails.
    CryptoFault {
        after: u8,
    },
}

/// What leads somewhere is more frequent than what does not.
impl<'a> Arbitrary<'a> for Act {
    fn arbitrary(from: &mut Unstructured<'a>) -> Result<Self> {
        let pick: u8 = from.arbitrary()?;
        Ok(match pick % 32 {
            0..=7 => Self::Willing { from: from.arbitrary()?, request: from.arbitrary()? },
            8..=12 => {
                Self::Ctap2 { from: from.arbitrary()?, request: from.arbitrary()?, bend: from.arbitrary()? }
            }
            13 => Self::Raw { from: from.arbitrary()?, u2f: from.arbitrary()?, bytes: from.arbitrary()? },
            14..=16 => Self::WillingU2f { from: from.arbitrary()?, request: from.arbitrary()? },
            17..=18 => {
                Self::U2f { from: from.arbitrary()?, request: from.arbitrary()?, bend: from.arbitrary()? }
            }
            19..=21 => Self::User(from.arbitrary()?),
            22 => Self::Cancel(from.arbitrary()?),
            23 => Self::Abort(from.arbitrary()?),
            24 => Self::Tick,
            25 => Self::Wait(from.arbitrary()?),
            26 => Self::WaitUntilDue,
            27 => Self::PowerCycle,
            28..=29 => Self::CommitFault { after: from.arbitrary()?, how: from.arbitrary()? },
            30 => Self::CryptoFault { after: from.arbitrary()? },
            _ => Self::Willing { from: from.arbitrary()?, request: Request::Next },
        })
    }
}

/// One of three clients.
#[derive(Arbitrary, Clone, Copy, Debug)]
pub enum Client {
    First,
    Second,
    Third,
}

#[derive(Arbitrary, Clone, Copy, Debug)]
pub enum Gesture {
    Touch,
    Verify,
    Mismatch,
    Decline,
}

#[derive(Arbitrary, Clone, Copy, Debug)]
pub enum How {
    Full,
    Failed,
    /// Done, then the power goes.
    PowerCut,
}

/// A CTAP2 request, with numbers that choose among a few.
#[derive(Arbitrary, Debug)]
pub enum Request {
    Make {
        rp: u8,
        user: u8,
        algorithms: u8,
        exclude: Option<Vec<Id>>,
        options: Options,
        extensions: u8,
        auth: Auth,
        enterprise: bool,
    },
    Get {
        rp: u8,
        allow: Option<Vec<Id>>,
        options: Options,
        extensions: u8,
        auth: Auth,
    },
    Next,
    Info,
    Selection,
    Reset,
    Pin(Pin),
    /// authenticatorCredentialManagement, or its prototype.
    Credentials {
        prototype: bool,
        subcommand: u8,
        rp: u8,
        id: Id,
        user: u8,
        auth: Auth,
    },
    /// authenticatorConfig.
    Config {
        subcommand: u8,
        length: u8,
        rp: u8,
        force: Option<bool>,
        auth: Auth,
    },
    /// Another command, with these parameters.
    Other {
        command: u8,
        parameters: Vec<u8>,
    },
}

#[derive(Arbitrary, Clone, Copy, Debug)]
pub struct Options {
    pub rk: Option<bool>,
    pub up: Option<bool>,
    pub uv: Option<bool>,
}

/// pinUvAuthParam.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Auth {
    Without,
    /// By the token that the client has.
    Token {
        second: bool,
    },
    /// By nothing that was ever given.
    Wrong {
        second: bool,
    },
    Empty {
        second: bool,
    },
    WithoutProtocol,
}

impl<'a> Arbitrary<'a> for Auth {
    fn arbitrary(from: &mut Unstructured<'a>) -> Result<Self> {
        let pick: u8 = from.arbitrary()?;
        let second = pick & 0x80 != 0;
        Ok(match pick % 16 {
            0..=7 => Self::Without,
            8..=12 => Self::Token { second },
            13 => Self::Wrong { second },
            14 => Self::Empty { second },
            _ => Self::WithoutProtocol,
        })
    }
}

/// authenticatorClientPIN.
#[derive(Arbitrary, Debug)]
pub enum Pin {
    Retries,
    UvRetries,
    Agreement { second: bool },
    Set { second: bool, pin: u8 },
    Change { second: bool, old: u8, new: u8 },
    Token { second: bool, pin: u8 },
    TokenWithPermissions { second: bool, pin: u8, permissions: u8, rp: Option<u8> },
    TokenByUv { second: bool, permissions: u8, rp: Option<u8> },
}

/// A credential id: one that was given, perhaps not quite, or one that never was.
#[derive(Arbitrary, Debug)]
pub enum Id {
    Known(u8),
    Bent { which: u8, at: u8, bits: u8 },
    Any(Vec<u8>),
}

/// A U2F request.
#[derive(Arbitrary, Debug)]
pub enum U2f {
    Register { rp: u8, short: bool },
    Authenticate { rp: u8, control: u8, id: Id, short: bool },
    Version { short: bool },
}

/// A change of a message on its way.
#[derive(Debug)]
pub enum Bend {
    No,
    Flip { at: u16, bits: u8 },
    Insert { at: u16, byte: u8 },
    Remove { at: u16 },
    Cut { at: u16 },
    Append(Vec<u8>),
}

impl<'a> Arbitrary<'a> for Bend {
    fn arbitrary(from: &mut Unstructured<'a>) -> Result<Self> {
        let pick: u8 = from.arbitrary()?;
        Ok(match pick % 16 {
            0..=7 => Self::No,
            8..=10 => Self::Flip { at: from.arbitrary()?, bits: from.arbitrary()? },
            11..=12 => Self::Insert { at: from.arbitrary()?, byte: from.arbitrary()? },
            13 => Self::Remove { at: from.arbitrary()? },
            14 => Self::Cut { at: from.arbitrary()? },
            _ => Self::Append(from.arbitrary()?),
        })
    }
}

impl Bend {
    /// Changes the message.
    pub fn make(&self, bytes: &mut Vec<u8>) {
        let place = |at: u16| usize::from(at) % (bytes.len() + 1);
        match self {
            Self::No => {}
            Self::Flip { at, bits } => {
                let at = place(*at);
                if let Some(byte) = bytes.get_mut(at) {
                    *byte ^= bits;
                }
            }
            Self::Insert { at, byte } => bytes.insert(place(*at), *byte),
            Self::Remove { at } => {
                let at = place(*at);
                if at < bytes.len() {
                    bytes.remove(at);
                }
            }
            Self::Cut { at } => bytes.truncate(place(*at)),
            Self::Append(more) => bytes.extend(more),
        }
    }
}
