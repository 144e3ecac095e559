//! Ranges of a server's versions, as data files write them: `>=26.4, <26.7`.

use core::cmp::Ordering;
use core::fmt;
use core::str::FromStr;

/// Every condition must hold. Versions are numbers joined by dots; what is missing counts as 0, so 3.14 is 3.14.0, and what
/// follows the numbers (`-beta`, `.Final`) does not count.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Versions(Vec<Condition>);

#[derive(Clone, Debug, PartialEq, Eq)]
struct Condition {
    sign: Sign,
    version: Vec<u64>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Sign {
    Below,
    AtMost,
    AtLeast,
    Above,
    Is,
}

impl Sign {
    /// Longer ones first, since `>=` begins with `>`.
    const ALL: [(&'static str, Self); 5] = [
        ("<=", Self::AtMost),
        (">=", Self::AtLeast),
        ("<", Self::Below),
        (">", Self::Above),
        ("=", Self::Is),
    ];

    fn holds(self, order: Ordering) -> bool {
        match self {
            Self::Below => order.is_lt(),
            Self::AtMost => order.is_le(),
            Self::AtLeast => order.is_ge(),
            Self::Above => order.is_gt(),
            Self::Is => order.is_eq(),
        }
    }

    fn word(self) -> &'static str {
        Self::ALL.iter().find(|(_, sign)| *sign == self).map_or("", |(word, _)| word)
    }
}

impl Versions {
    /// Whether `version` is in the range; one without numbers is in none.
    pub fn contain(&self, version: &str) -> bool {
        let Some(version) = numbers(version) else { return false };
        self.0.iter().all(|condition| condition.sign.holds(compare(&version, &condition.version)))
    }
}

impl FromStr for Versions {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let condition = |part: &str| {
            let part = part.trim();
            let (sign, rest) = Sign::ALL
                .iter()
                .find_map(|(word, sign)| part.strip_prefix(word).map(|rest| (*sign, rest.trim())))?;
            let whole = rest.bytes().all(|b| b.is_ascii_digit() || b == b'.');
            Some(Condition { sign, version: numbers(rest).filter(|_| whole)? })
        };
        let conditions: Option<Vec<Condition>> = text.split(',').map(condition).collect();
        conditions.map(Self).ok_or_else(|| {
            format!("`{text}` is no range of versions, which looks like `>=26.4, <26.7` or `=3.14`")
        })
    }
}

impl fmt::Display for Versions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (n, condition) in self.0.iter().enumerate() {
            let version: Vec<String> = condition.version.iter().map(u64::to_string).collect();
            let comma = if n == 0 { "" } else { ", " };
            write!(f, "{comma}{}{}", condition.sign.word(), version.join("."))?;
        }
        Ok(())
    }
}

/// The numbers at the beginning of a version.
fn numbers(text: &str) -> Option<Vec<u64>> {
    let read = text.trim().split('.').map_while(|part| {
        let digits = part.bytes().take_while(u8::is_ascii_digit).count();
        part.get(..digits)?.parse().ok()
    });
    let read: Vec<u64> = read.collect();
    (!read.is_empty()).then_some(read)
}

fn compare(one: &[u64], other: &[u64]) -> Ordering {
    let length = one.len().max(other.len());
    let part = |version: &[u64], at: usize| version.get(at).copied().unwrap_or(0);
    (0..length).map(|at| part(one, at).cmp(&part(other, at))).find(|o| o.is_ne()).unwrap_or(Ordering::Equal)
}

#[cfg(test)]
mod tests;
