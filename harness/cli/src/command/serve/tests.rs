use plan::policy::{Login, Requirement};

use super::*;

fn texts(texts: &[&str]) -> Result<Policy, Failure> {
    policy(&texts.iter().map(|t| (*t).to_owned()).collect::<Vec<_>>())
}

#[test]
fn members_and_defaults() {
    let policy =
        texts(&["user-verification=required", "algorithms=[-7]", "exclude-credentials = false"]).unwrap();
    assert_eq!(policy.user_verification, Requirement::Required);
    assert_eq!(policy.algorithms, [-7]);
    assert!(!policy.exclude_credentials);
    assert_eq!(policy.login, Login::SecondFactor);
    assert_eq!(texts(&[]).unwrap(), Policy::default());
}

#[test]
fn files_and_later_members() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("policy.toml");
    std::fs::write(&path, "login = \"usernameless\"\nresident-key = \"required\"\n").unwrap();
    let path = path.to_str().unwrap();
    let policy = texts(&[path, "resident-key=preferred"]).unwrap();
    assert_eq!(policy.login, Login::Usernameless);
    assert_eq!(policy.resident_key, Requirement::Preferred);
}

#[test]
fn wrong_members_are_named() {
    for (given, named) in [
        ("user-verifcation=required", "user-verifcation"),
        ("counter=maybe", "maybe"),
        ("nothing.toml", "nothing.toml"),
    ] {
        let Err(Failure::Usage(message)) = texts(&[given]) else { panic!("{given} was taken") };
        assert!(message.contains(named), "{message}");
    }
}
