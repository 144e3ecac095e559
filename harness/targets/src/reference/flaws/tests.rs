use std::collections::BTreeSet;

use super::*;

#[test]
fn the_table_is_in_the_order_of_the_enum_and_whole() {
    for (at, flaw) in Flaw::all().enumerate() {
        assert_eq!(flaw as usize, at);
        let about = flaw.about();
        assert_eq!(about.flaw, flaw);
        assert!(
            about.id.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-'),
            "{flaw}"
        );
        assert!(about.description.starts_with("The server") && about.description.ends_with('.'), "{flaw}");
        assert!(!about.title.ends_with('.') && !about.check.is_empty(), "{flaw}");
        assert_eq!(flaw.spec(), format!("https://www.w3.org/TR/webauthn-3/#{}", about.anchor));
    }
    let ids: BTreeSet<&str> = Flaw::all().map(Flaw::id).collect();
    assert_eq!(ids.len(), Flaw::all().len());
    assert!(ids.len() >= 24);
}

#[test]
fn a_flaw_is_found_by_its_name_or_the_nearest_is_told() {
    for flaw in Flaw::all() {
        assert_eq!(Flaw::find(flaw.id()), Ok(flaw));
        assert_eq!(flaw.id().parse(), Ok(flaw));
    }
    let nearest = |name| Flaw::find(name).unwrap_err().nearest;
    assert_eq!(nearest("counter-ignord"), Some(Flaw::CounterIgnored));
    assert_eq!(nearest("uv-not-checked-login"), Some(Flaw::UvNotCheckedAtLogin));
    assert_eq!(nearest("allow-list"), Some(Flaw::AllowListIgnored));
    assert_eq!(nearest("xyzzy"), None);
    let error = Flaw::find("counter-ignord").unwrap_err().to_string();
    assert_eq!(
        error,
        "no flaw is named `counter-ignord` (did you mean `counter-ignored`?); `anykey flaws` lists them"
    );
    assert_eq!(
        Flaw::find("xyzzy").unwrap_err().to_string(),
        "no flaw is named `xyzzy`; `anykey flaws` lists them"
    );
}

#[test]
fn flaws_go_through_json_by_name() {
    let json = serde_json::to_string(&Flaw::OriginPrefixMatch).unwrap();
    assert_eq!(json, "\"origin-prefix-match\"");
    assert_eq!(serde_json::from_str::<Flaw>(&json).unwrap(), Flaw::OriginPrefixMatch);
    assert!(
        serde_json::from_str::<Flaw>("\"nothing\"").unwrap_err().to_string().starts_with("no flaw is named")
    );
}

#[test]
fn a_set_holds_each_flaw_by_itself() {
    for flaw in Flaw::all() {
        let set = Flaws::from(flaw);
        assert!(set.has(flaw) && !set.is_empty());
        assert_eq!(set.iter().collect::<Vec<_>>(), [flaw]);
    }
    assert!(Flaws::NONE.is_empty());
    let all: Flaws = Flaw::all().collect();
    assert_eq!(all.iter().count(), Flaw::all().len());
}
