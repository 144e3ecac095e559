//! Which way a key's user is verified.

use crate::facts::Ctap2Facts;
use crate::pin::protocol::PinUvAuthProtocol;

/// Who verifies the user.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Way {
    /// The key by itself, asked by the option `uv`: CTAP 2.0.
    Option,
    /// The key by itself, asked for a token.
    UvToken,
    /// A token for the PIN.
    PinToken,
    /// A token for the PIN that is set first.
    NewPin,
}

impl Way {
    /// The first choice. Built-in verification goes before the PIN, as it asks less of the person.
    pub(crate) fn of(facts: &Ctap2Facts) -> Option<Self> {
        let protocol = PinUvAuthProtocol::best(&facts.pin_uv_auth_protocols);
        match (facts.uv, protocol) {
            (Some(true), Some(_)) if facts.pin_uv_auth_token => Some(Self::UvToken),
            (Some(true), _) => Some(Self::Option),
            _ => Self::by_pin(facts),
        }
    }

    /// With the PIN that is set.
    pub(crate) fn by_pin(facts: &Ctap2Facts) -> Option<Self> {
        takes_pin(facts).filter(|set| *set).map(|_| Self::PinToken)
    }

    /// For authenticatorConfig and credential management: with the PIN, or built-in verification where there is none.
    pub(crate) fn for_settings(facts: &Ctap2Facts) -> Option<Self> {
        PinUvAuthProtocol::best(&facts.pin_uv_auth_protocols)?;
        match (facts.client_pin, facts.uv) {
            (Some(true), _) => Some(Self::PinToken),
            (_, Some(true)) if facts.pin_uv_auth_token => Some(Self::UvToken),
            _ => None,
        }
    }

    /// With a PIN that is yet to be set.
    pub(crate) fn by_new_pin(facts: &Ctap2Facts) -> Option<Self> {
        takes_pin(facts).filter(|set| !*set).map(|_| Self::NewPin)
    }
}

/// Whether the key takes a PIN for ceremonies, and if so, whether one is set.
fn takes_pin(facts: &Ctap2Facts) -> Option<bool> {
    PinUvAuthProtocol::best(&facts.pin_uv_auth_protocols)?;
    facts.client_pin.filter(|_| !facts.no_mc_ga_permissions_with_client_pin)
}
