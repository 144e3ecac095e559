use clap::Parser;

use super::*;
use crate::args::{Cli, Command};

fn aim(words: &str) -> Result<Aim, Failure> {
    let cli = Cli::try_parse_from(["anykey", "run"].into_iter().chain(words.split_whitespace())).unwrap();
    let Command::Run(args) = cli.command else { panic!("not run") };
    // The environment of whoever runs the tests does not count.
    Aim::with(&args.aim, |_| None)
}

fn message(words: &str) -> String {
    match aim(words) {
        Err(Failure::Usage(what)) => what,
        Err(Failure::Files { lines, .. }) => lines.join("\n"),
        other => panic!("{other:?}"),
    }
}

fn keycloak() -> &'static BuiltIn {
    built_in::find("keycloak").unwrap()
}

fn url(text: &str) -> Url {
    Url::parse(text).unwrap()
}

#[test]
fn names_and_urls() {
    assert_eq!(aim("").unwrap(), Aim::Embedded);
    assert_eq!(aim("--target reference").unwrap(), Aim::Embedded);
    let there = url("http://127.0.0.1:8080/");
    assert_eq!(aim("--target http://127.0.0.1:8080").unwrap(), Aim::Reference(there.clone()));
    assert_eq!(aim("--url http://127.0.0.1:8080").unwrap(), Aim::Reference(there));
    let server = keycloak();
    let start = Aim::Start { server, path: "kc.zip".into(), settings: BTreeMap::new() };
    assert_eq!(aim("--target keycloak --server kc.zip").unwrap(), start);
    assert_eq!(aim("--target keycloak --keycloak-dist kc.zip").unwrap(), start);
    let (login, settings) = (Login::Environment, BTreeMap::new());
    let running = Aim::Attach { server, url: url("http://localhost:8081/auth"), login, settings };
    assert_eq!(
        aim("--target keycloak --url http://localhost:8081/auth --keycloak-dist kc.zip").unwrap(),
        running
    );
}

#[test]
fn what_is_started_may_stand_in_the_environment() {
    let Command::Run(args) = Cli::try_parse_from(["anykey", "run", "--target", "keycloak"]).unwrap().command
    else {
        panic!("not run")
    };
    let aim = Aim::with(&args.aim, |name| (name == "ANYKEY_KEYCLOAK").then(|| "kc".into()));
    let start = Aim::Start { server: keycloak(), path: "kc".into(), settings: BTreeMap::new() };
    assert_eq!(aim.unwrap(), start);
}

#[test]
fn dialects_are_those_that_there_are() {
    assert!(message("--target dialect:keycloak").contains("no dialect is named `keycloak`"));
    assert!(message("--target dialect:x --url http://localhost").contains("leave --url"));
}

#[test]
fn what_is_wrong_is_said() {
    assert!(message("--target keyclock").contains("did you mean `keycloak`?"));
    assert!(message("--target keycloak:26").contains("no variant `26`"));
    assert!(message("--target keycloak").contains("ANYKEY_KEYCLOAK"));
    assert!(message("--target http://localhost --url http://localhost").contains("leave --url out"));
    assert!(message("--target nowhere.toml").contains("nowhere.toml"));
}

#[test]
fn other_hosts_need_their_owner() {
    assert!(message("--target https://login.example.org").contains("--i-own login.example.org"));
    assert!(
        message("--target keycloak --url https://login.example.org --i-own example.org").contains("--i-own")
    );
    let owned = aim("--target https://login.example.org --i-own login.example.org");
    assert_eq!(owned.unwrap(), Aim::Reference(url("https://login.example.org/")));
}

#[test]
fn a_file_names_its_secrets() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("kc.toml");
    let text =
        "name = \"keycloak\"\nurl = \"https://kc.example/\"\nadmin = \"root\"\npassword-file = \"pw\"\n";
    std::fs::write(&path, text).unwrap();
    let path = path.display();
    assert!(message(&format!("--target {path}")).contains("--i-own kc.example"));
    let login = Login::File { admin: "root".to_owned(), path: dir.path().join("pw") };
    let (server, settings) = (keycloak(), BTreeMap::new());
    let expected = Aim::Attach { server, url: url("https://kc.example/"), login, settings };
    assert_eq!(aim(&format!("--target {path} --i-own kc.example")).unwrap(), expected);
}

#[test]
fn a_broken_file_tells_everything_at_once() {
    let text = "nam = \"keycloak\"\nurl = \"ftp://x\"\ndistribution = 3\npassword = \"hunter2\"\n";
    let Err(Failure::Files { lines, .. }) = file::parse("t.toml", text, Path::new("")) else { panic!() };
    assert_eq!(lines.len(), 5, "{lines:?}");
    assert!(lines[0].starts_with("t.toml:1:1: unknown member `nam`; did you mean `name`?"), "{lines:?}");
    assert!(lines[1].starts_with("t.toml:2:7: "), "{lines:?}");
    assert!(lines[2].starts_with("t.toml:3:16: `distribution` is a string"), "{lines:?}");
    assert!(lines[3].starts_with("t.toml:4:1: `password`: a secret does not stand here"), "{lines:?}");
    assert!(lines[4].contains("`name` is missing: one of reference, "), "{lines:?}");
    assert!(!lines.concat().contains("hunter2"));
}

#[test]
fn broken_syntax_has_its_place() {
    let Err(Failure::Files { lines, .. }) =
        file::parse("t.toml", "name = \"keycloak\"\nurl = \n", Path::new(""))
    else {
        panic!()
    };
    assert!(lines[0].starts_with("t.toml:2:"), "{lines:?}");
}
