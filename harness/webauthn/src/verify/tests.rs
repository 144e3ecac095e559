mod authentications;
mod fixture;
mod registrations;
mod tpm;
mod vectors;

use super::{Check, Checks, OriginMatch};

#[test]
fn names_are_unique_and_found_again() {
    for check in Check::ALL {
        assert_eq!(Check::named(check.name()), Some(*check));
        assert!(!check.section().is_empty());
    }
    assert!(Check::ALL.len() >= 35 && Check::ALL.len() <= 64, "a set is 64 bits wide");
}

#[test]
fn sets_hold_what_was_put_in() {
    let set = Checks::from([Check::Origin, Check::SignCount]);
    assert_eq!(set.iter().collect::<Vec<_>>(), [Check::Origin, Check::SignCount]);
    assert!(!set.contains(Check::Type));
    assert_eq!(format!("{set:?}"), "{Origin, SignCount}");
}

#[test]
fn wrong_ways_to_compare_origins_take_what_they_are_named_for() {
    let right = "https://example.org";
    let cases = [
        (OriginMatch::Prefix, "https://example.org.evil.test"),
        (OriginMatch::Suffix, "https://evil-example.org"),
        (OriginMatch::Suffix, "https://evil.example.org"),
        (OriginMatch::Host, "http://example.org"),
        (OriginMatch::Host, "https://example.org:8443"),
    ];
    for (way, origin) in cases {
        assert!(way.matches(right, right));
        assert!(way.matches(origin, right), "{way:?} {origin}");
        assert!(!OriginMatch::Exact.matches(origin, right), "{origin}");
        assert!(!way.matches("https://other.test", right), "{way:?}");
    }
}
