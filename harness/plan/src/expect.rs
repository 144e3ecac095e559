//! What must come of a ceremony: by what the key can and how the client behaves.

use crate::event::Manner;
use crate::scenario::KeyNeed;
use crate::versions::Versions;

/// Alternatives in order: the first whose conditions hold counts. The last one has no conditions.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Expectation(pub Vec<Alternative>);

/// One alternative.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Alternative {
    /// What the key must have for it.
    pub key: Vec<KeyNeed>,
    /// The client's manner for it.
    pub manner: Option<Manner>,
    /// The versions of the server for it.
    pub versions: Option<Versions>,
    /// The expectation.
    pub is: Is,
}

/// What must come of a ceremony.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Is {
    /// The server takes it: the credential is there, or the user is logged in.
    Accepted,
    /// It is refused.
    Refused {
        /// The faithful client refuses by itself, with this DOM error; the permissive one lets the server refuse. `None`: the server refuses in either manner.
        client: Option<String>,
        /// What the server's reason must contain, upper and lower case alike: a refusal for another reason proves nothing.
        says: Option<String>,
    },
}

/// The expectation of one case, all conditions resolved.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Expected {
    /// The server takes it.
    Accepted,
    /// The server itself refuses.
    ByServer {
        /// What its reason must contain.
        says: Option<String>,
    },
    /// The client refuses with this DOM error.
    ByClient(String),
}

impl Alternative {
    /// Whether it holds for every case.
    pub fn is_unconditional(&self) -> bool {
        self.key.is_empty() && self.manner.is_none() && self.versions.is_none()
    }
}

impl Expectation {
    /// Without conditions.
    pub fn always(is: Is) -> Self {
        Self(vec![Alternative { key: Vec::new(), manner: None, versions: None, is }])
    }

    /// What is expected of a key for which `has` holds, from a client of that manner, of a server of that version. An expectation
    /// without alternatives expects acceptance.
    pub fn resolve(&self, manner: Manner, version: &str, has: impl Fn(KeyNeed) -> bool) -> Expected {
        let fits = |a: &&Alternative| {
            a.manner.is_none_or(|only| only == manner)
                && a.versions.as_ref().is_none_or(|range| range.contain(version))
                && a.key.iter().all(|need| has(*need))
        };
        match self.0.iter().find(fits).map(|a| &a.is) {
            None | Some(Is::Accepted) => Expected::Accepted,
            Some(Is::Refused { client: Some(error), .. }) if manner == Manner::Faithful => {
                Expected::ByClient(error.clone())
            }
            Some(Is::Refused { says, .. }) => Expected::ByServer { says: says.clone() },
        }
    }
}

impl core::fmt::Display for Expected {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        match self {
            Self::Accepted => f.write_str("accepted by the server"),
            Self::ByServer { says: None } => f.write_str("refused by the server"),
            Self::ByServer { says: Some(words) } => write!(f, "refused by the server with \"{words}\""),
            Self::ByClient(error) => write!(f, "refused by the client with {error}"),
        }
    }
}
