use super::*;

fn range(text: &str) -> Versions {
    text.parse().unwrap()
}

#[test]
fn ranges() {
    let range = range(">=26.4, <26.7");
    for (version, inside) in [
        ("26.4", true),
        ("26.4.0", true),
        ("26.6.9", true),
        ("26.7.0", false),
        ("26.3.99", false),
        ("x", false),
    ] {
        assert_eq!(range.contain(version), inside, "{version}");
    }
    assert_eq!(range.to_string(), ">=26.4, <26.7");
}

#[test]
fn the_rest_of_a_version_does_not_count() {
    assert!(range("=3.14").contain("3.14.0-dev2"));
    assert!(range(">3.14").contain("3.14.1.Final"));
    assert!(range("<=3.14").contain("3.14"));
}

#[test]
fn what_is_no_range() {
    for text in ["", "3.14", ">=", ">=a", ">=1,,<2", ">=1.x"] {
        assert!(text.parse::<Versions>().is_err(), "{text}");
    }
}
