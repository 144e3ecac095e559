use super::*;

#[test]
fn only_names_of_other_runs_are_theirs() {
    let (own, other) = (RunTag::new(), RunTag::new());
    let (first, second) = (own.next(), own.next());
    assert_ne!(first, second);
    assert!(!own.is_of_another(&format!("{first}-alice")));
    assert!(own.is_of_another(&format!("{}-alice", other.next())));
    for strange in ["anykey-admin", "anykey-realm-of-ours", "anykey-0123456g-1", "alice"] {
        assert!(!own.is_of_another(strange), "{strange}");
    }
}
