//! How strict the client is.

use std::fmt;

/// How the client behaves.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Manner {
    /// Refuses what a browser refuses.
    #[default]
    Faithful,
    /// Takes liberties, so that the server itself has to refuse.
    Permissive(Liberties),
}

impl Manner {
    /// Whether the client takes this liberty.
    pub fn takes(self, liberty: Liberty) -> bool {
        match self {
            Self::Faithful => false,
            Self::Permissive(liberties) => liberties.contains(liberty),
        }
    }
}

/// One thing that a browser refuses and this client lets through.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Liberty {
    /// A page that is no secure context.
    InsecureContext,
    /// An RP ID that does not belong to the origin.
    RpId,
    /// A user handle that is empty or longer than 64 bytes: the key decides.
    UserHandle,
    /// A key of the other attachment.
    Attachment,
    /// User verification is required and the key has none: it is asked without; over U2F as well.
    UserVerification,
    /// A resident key is required and the key has none: another credential is made; over U2F as well.
    ResidentKey,
    /// The key knows none of the algorithms: it is asked for ES256.
    Algorithm,
    /// The exclude list is not sent.
    ExcludeList,
    /// An answer that does not fit what was asked: another RP ID's hash, a credential that was not allowed, no user handle.
    Answer,
}

impl Liberty {
    /// All liberties.
    pub const ALL: [Self; 9] = [
        Self::InsecureContext,
        Self::RpId,
        Self::UserHandle,
        Self::Attachment,
        Self::UserVerification,
        Self::ResidentKey,
        Self::Algorithm,
        Self::ExcludeList,
        Self::Answer,
    ];

    fn bit(self) -> u16 {
        match self {
            Self::InsecureContext => 1,
            Self::RpId => 1 << 1,
            Self::UserHandle => 1 << 2,
            Self::Attachment => 1 << 3,
            Self::UserVerification => 1 << 4,
            Self::ResidentKey => 1 << 5,
            Self::Algorithm => 1 << 6,
            Self::ExcludeList => 1 << 7,
            Self::Answer => 1 << 8,
        }
    }
}

/// A set of liberties.
#[derive(Clone, Copy, Default, PartialEq, Eq, Hash)]
pub struct Liberties(u16);

impl Liberties {
    /// None.
    pub fn none() -> Self {
        Self(0)
    }

    /// Each one.
    pub fn all() -> Self {
        Liberty::ALL.into_iter().fold(Self::none(), Self::with)
    }

    /// This one alone.
    pub fn only(liberty: Liberty) -> Self {
        Self::none().with(liberty)
    }

    /// And this one.
    #[must_use]
    pub fn with(self, liberty: Liberty) -> Self {
        Self(self.0 | liberty.bit())
    }

    /// But not this one.
    #[must_use]
    pub fn without(self, liberty: Liberty) -> Self {
        Self(self.0 & !liberty.bit())
    }

    /// Whether it is in the set.
    pub fn contains(self, liberty: Liberty) -> bool {
        self.0 & liberty.bit() != 0
    }
}

impl fmt::Debug for Liberties {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(Liberty::ALL.into_iter().filter(|liberty| self.contains(*liberty))).finish()
    }
}
