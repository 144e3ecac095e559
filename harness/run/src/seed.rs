//! Seeds: run → case → actor. A case's seed depends on the run's seed and on the case alone, so a case that is run again by itself
//! repeats byte for byte.

use plan::event::CaseId;
use sha2::{Digest, Sha256};

/// The seed of one case.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct CaseSeed([u8; 32]);

impl CaseSeed {
    /// The seed of `case` in a run with that seed.
    pub fn new(run: u64, case: &CaseId) -> Self {
        let parts = [case.scenario.as_str(), case.key.as_str(), case.manner.name()];
        Self(hash(&run.to_be_bytes(), &parts))
    }

    /// The seed of one actor of the case: a key, the site, an account.
    pub fn actor(&self, kind: &str, name: &str) -> [u8; 32] {
        hash(&self.0, &[kind, name])
    }

    /// Eight characters that tell this case's accounts from those of another case.
    pub fn tag(&self) -> String {
        hex::encode(self.actor("tag", "").get(..4).unwrap_or_default())
    }
}

/// Each part with its length in front, so that no two lists run into the same bytes.
fn hash(seed: &[u8], parts: &[&str]) -> [u8; 32] {
    let mut hash = Sha256::new();
    hash.update(seed);
    for part in parts {
        hash.update(u64::try_from(part.len()).unwrap_or(u64::MAX).to_be_bytes());
        hash.update(part);
    }
    hash.finalize().into()
}

/// Nothing: keys follow from it.
impl std::fmt::Debug for CaseSeed {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("CaseSeed")
    }
}

#[cfg(test)]
mod tests {
    use plan::event::Manner;

    use super::*;

    fn case(scenario: &str, key: &str) -> CaseId {
        CaseId { scenario: scenario.into(), key: key.into(), manner: Manner::Faithful }
    }

    #[test]
    fn every_part_counts() {
        let seed = CaseSeed::new(1, &case("a", "b"));
        assert_eq!(seed, CaseSeed::new(1, &case("a", "b")));
        for other in [
            CaseSeed::new(2, &case("a", "b")),
            CaseSeed::new(1, &case("ab", "")),
            CaseSeed::new(1, &case("a", "c")),
        ] {
            assert!(seed != other);
        }
        assert_ne!(seed.actor("key", "main"), seed.actor("key", "spare"));
    }
}
