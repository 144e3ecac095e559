//! credProtect: when a credential may be used (CTAP 2.1, 12.1):
//! <https://fidoalliance.org/specs/fido-v2.1-ps-20210615/fido-client-to-authenticator-protocol-v2.1-ps-errata-20220621.html#sctn-credProtect-extension>

/// The level.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Protection {
    /// userVerificationOptional.
    #[default]
    Optional,
    /// userVerificationOptionalWithCredentialIDList: unverified only if the request names it.
    WithList,
    /// userVerificationRequired.
    Required,
}

impl Protection {
    /// By its number.
    pub(crate) fn numbered(number: u64) -> Option<Self> {
        match number {
            1 => Some(Self::Optional),
            2 => Some(Self::WithList),
            3 => Some(Self::Required),
            _ => None,
        }
    }

    /// Its number.
    pub(crate) fn number(self) -> u8 {
        match self {
            Self::Optional => 1,
            Self::WithList => 2,
            Self::Required => 3,
        }
    }

    /// May be used by a request that names the credential.
    pub(crate) fn allows_named(self, uv: bool) -> bool {
        uv || self != Self::Required
    }

    /// May be used by a request that names none.
    pub(crate) fn allows_unnamed(self, uv: bool) -> bool {
        uv || self == Self::Optional
    }
}
