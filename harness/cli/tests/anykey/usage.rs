//! What is wrong on the command line or in a file: exit code 1, what, where, and what to do.

use crate::command::{Ended, anykey, ended, run};

/// Runs, and checks that it was refused before anything was written.
fn refused(words: &[&str]) -> String {
    let Ended { code, out, err } = run(words);
    assert_eq!(code, Some(1), "{words:?}: {err}");
    assert_eq!(out, "", "{words:?}");
    assert!(!err.contains("panicked") && !err.contains("RUST_BACKTRACE"), "{err}");
    err
}

#[test]
fn help_and_version_are_no_errors() {
    for words in [
        &["--help"][..],
        &["-h"],
        &["run", "--help"],
        &["serve", "--help"],
        &["keys", "show", "--help"],
        &["help", "run"],
    ] {
        let ended = run(words);
        assert_eq!((ended.code, ended.err.as_str()), (Some(0), ""), "{words:?}");
        assert!(ended.out.contains("Usage:"));
    }
    let version = run(["--version"]);
    assert_eq!(version.code, Some(0));
    assert!(version.out.starts_with("anykey "));
    assert!(run(["--help"]).out.contains("Exit codes:"));
}

#[test]
fn claps_own_errors_have_our_code() {
    for words in [
        &["bogus"][..],
        &["run", "--bogus"],
        &["run", "--seed", "x"],
        &["run", "--manner", "rude"],
        &["serve", "--listen", "here"],
    ] {
        refused(words);
    }
    assert_eq!(run::<&str>([]).code, Some(1), "without a command the help is shown, but nothing was done");
    assert!(refused(&["rum"]).contains("run"));
}

#[test]
fn unknown_names_suggest_the_nearest() {
    for (words, near) in [
        (&["run", "--key", "yubikey-5"][..], "yubikey-4"),
        (&["keys", "show", "pasksey"], "passkey"),
        (&["run", "--scenario", "login.replayed-asertion"], "login.replayed-assertion"),
        (&["explain", "login.replayed"], "login.replayed-assertion"),
        (&["run", "--flaw", "challenge-reusable-at-logn"], "challenge-reusable-at-login"),
        (&["serve", "--flaw", "challenge-reusable-at-logn"], "challenge-reusable-at-login"),
        (&["run", "--target", "keycloack"], "keycloak"),
    ] {
        let err = refused(words);
        assert!(err.contains(&format!("did you mean `{near}`?")), "{words:?}: {err}");
    }
}

#[test]
fn all_unknown_names_at_once() {
    let err = refused(&["run", "--key", "pasksey", "no-vu", "--target", "reference"]);
    assert!(err.contains("`passkey`") && err.contains("`no-uv`"), "{err}");
    let err =
        refused(&["run", "--scenario", "login.nothing-like-it", "--scenario", "x[", "--key", "passkey"]);
    assert!(err.contains("login.nothing-like-it") && err.contains("x["), "{err}");
}

#[test]
fn a_broken_key_file_tells_everything_with_its_place() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("mine.toml");
    std::fs::write(
        &path,
        "name = \"mine\"\nversion = [\"FIDO_2_0\"]\naaguid = \"short\"\ncounter = \"sideways\"\n",
    )
    .unwrap();
    for command in [&["run", "--key"][..], &["keys", "show"]] {
        let mut words = command.to_vec();
        words.push(path.to_str().unwrap());
        let err = refused(&words);
        for place in ["mine.toml:2:1:", "mine.toml:3:", "mine.toml:4:"] {
            assert!(err.contains(place), "{place} in {err}");
        }
    }
}

#[test]
fn broken_scenarios_tell_everything_with_their_place() {
    let dir = tempfile::tempdir().unwrap();
    std::fs::create_dir(dir.path().join("login")).unwrap();
    std::fs::write(dir.path().join("login/one.toml"), "id = 3\ntitel = \"x\"\nrequires = \"\"\n").unwrap();
    std::fs::write(dir.path().join("two.toml"), "id = \"two\"\nspec = \n").unwrap();
    let dir = dir.path().to_str().unwrap();
    for command in ["run", "scenarios"] {
        let err = refused(&[command, "--scenario-dir", dir]);
        assert!(
            err.contains("one.toml:1:") && err.contains("one.toml:2:1:") && err.contains("two.toml:2:"),
            "{err}"
        );
        assert!(err.lines().count() >= 3, "{err}");
    }
}

#[test]
fn a_missing_directory_or_file_is_named() {
    assert!(refused(&["scenarios", "--scenario-dir", "/nowhere/at/all"]).contains("/nowhere/at/all"));
    assert!(refused(&["run", "--key", "nowhere.toml"]).contains("nowhere.toml"));
    assert!(refused(&["run", "--target", "nowhere.toml"]).contains("nowhere.toml"));
    let file = tempfile::NamedTempFile::new().unwrap();
    let path = file.path().to_str().unwrap();
    assert!(refused(&["run", "--report", path]).contains(path), "a file stands where the directory would be");
}

#[test]
fn hosts_of_others_are_refused_in_every_command_that_sends() {
    // Names that no resolver knows: if one were asked, the message would be another.
    for target in
        ["http://login.invalid", "https://127.0.0.1.invalid/", "http://10.1.2.3:8080", "http://[2001:db8::1]"]
    {
        let err = refused(&["run", "--target", target]);
        assert!(err.contains("--i-own") && err.contains("Nothing was sent"), "{err}");
        assert!(refused(&["run", "--target", "keycloak", "--url", target]).contains("--i-own"));
    }
    let err = refused(&["run", "--target", "http://login.invalid", "--i-own", "invalid"]);
    assert!(err.contains("--i-own login.invalid"), "{err}");
}

#[test]
fn an_owned_host_that_is_not_there_is_unknown() {
    let ended = run(["run", "--target", "http://login.invalid", "--i-own", "login.invalid"]);
    assert_eq!(ended.code, Some(3), "{}", ended.err);
    assert!(ended.err.contains("login.invalid"), "{}", ended.err);
}

#[test]
fn secrets_on_the_command_line_are_refused_and_not_repeated() {
    let err = refused(&["run", "--target", "http://root:hunter2@localhost/"]);
    assert!(err.contains("environment") && !err.contains("hunter2"), "{err}");
}

#[test]
fn keycloak_needs_something_to_start() {
    assert!(refused(&["run", "--target", "keycloak"]).contains("ANYKEY_KEYCLOAK"));
    let err = refused(&["run", "--target", "keycloak", "--keycloak-dist", "/nowhere/kc.zip"]);
    assert!(err.contains("/nowhere/kc.zip"), "{err}");
    let mut command = anykey();
    command.args(["run", "--target", "keycloak"]).env("ANYKEY_KEYCLOAK", "/nowhere/kc.zip");
    assert!(ended(&mut command).err.contains("/nowhere/kc.zip"), "from the environment");
    let mut command = anykey();
    command.args(["run", "--target", "keycloak", "--url", "http://localhost:1/"]);
    for name in ["ANYKEY_KEYCLOAK_ADMIN", "ANYKEY_KEYCLOAK_PASSWORD", "ANYKEY_KEYCLOAK_PASSWORD_FILE"] {
        command.env_remove(name);
    }
    let ended = ended(&mut command);
    assert_eq!(ended.code, Some(1));
    assert!(ended.err.contains("ANYKEY_KEYCLOAK_ADMIN"), "{}", ended.err);
}
