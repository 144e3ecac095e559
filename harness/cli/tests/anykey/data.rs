//! Commands that print what AnyKey knows.

use crate::command::run;

fn json(words: &[&str]) -> serde_json::Value {
    let ended = run(words);
    assert_eq!((ended.code, ended.err.as_str()), (Some(0), ""), "{words:?}");
    serde_json::from_str(&ended.out).unwrap()
}

#[test]
fn flaws() {
    let flaws = json(&["flaws", "--json"]);
    let flaws = flaws.as_array().unwrap();
    assert!(flaws.len() >= 24, "{}", flaws.len());
    for flaw in flaws {
        assert!(!flaw["caught_by"].as_array().unwrap().is_empty(), "no scenario catches {}", flaw["id"]);
    }
    let table = run(["flaws"]);
    assert_eq!(table.out.lines().count(), flaws.len() + 1, "one line each");
    assert!(table.out.starts_with("FLAW"));
    assert!(!table.out.contains('\u{1b}'), "no escape codes in a pipe");
}

#[test]
fn keys() {
    let keys = json(&["keys", "--json"]);
    let names: Vec<&str> = keys.as_array().unwrap().iter().map(|k| k["name"].as_str().unwrap()).collect();
    assert_eq!((names.len(), &names[..3]), (9, &["passkey", "yubikey-4", "no-uv"][..]));
    for name in names {
        assert_eq!(json(&["keys", "show", name, "--json"])["name"], name);
        let card = run(["keys", "show", name]);
        assert_eq!(card.code, Some(0));
        assert!(card.out.starts_with(name) && card.out.contains("source"), "{}", card.out);
    }
    let card = run(["keys", "show", "yubikey-5-nfc"]).out;
    for line in [
        "PIN              not set; 4 characters at least, 8 attempts\n",
        "PIN protocols    2, 1\n",
        "further options  credentialMgmtPreview\n",
        "extensions       credProtect, hmac-secret\n",
    ] {
        assert!(card.contains(line), "{card}");
    }
    assert!(run(["keys", "show", "no-uv"]).out.contains("PIN              not taken\n"));
}

#[test]
fn scenarios_and_explanations() {
    let scenarios = json(&["scenarios", "--json"]);
    let scenarios = scenarios.as_array().unwrap();
    assert!(scenarios.iter().any(|s| s["id"] == "login.replayed-assertion"));
    for scenario in scenarios {
        let ended = run(["explain", scenario["id"].as_str().unwrap()]);
        assert_eq!(ended.code, Some(0), "{}", ended.err);
        for part in ["Requires", "https://", "Proves", "Steps", "Run it"] {
            assert!(ended.out.contains(part), "{part} in {}", ended.out);
        }
    }
    let some = json(&["scenarios", "policy.*", "--json"]);
    assert!(some.as_array().unwrap().iter().all(|s| s["id"].as_str().unwrap().starts_with("policy.")));
    let explained = run(["explain", "login.replayed-assertion"]).out;
    assert!(explained.contains("Catches") && explained.contains("twin"), "{explained}");
}

#[test]
fn roots_are_pem_and_always_the_same() {
    let root = run(["roots"]);
    assert_eq!(root.code, Some(0));
    assert!(root.out.starts_with("-----BEGIN CERTIFICATE-----\n"), "{}", root.out);
    assert_eq!(root.out, run(["roots"]).out);
}

#[test]
fn completions() {
    for shell in ["bash", "zsh", "fish", "elvish", "powershell"] {
        let ended = run(["completions", shell]);
        assert_eq!(ended.code, Some(0));
        assert!(ended.out.contains("keycloak-dist"), "{shell}");
    }
}

#[test]
fn colour_only_where_it_is_wanted() {
    assert!(run(["--color", "always", "keys"]).out.contains("\u{1b}[1m"));
    assert!(!run(["--color", "never", "keys"]).out.contains('\u{1b}'));
}

#[test]
fn attached_keys_are_listed_or_it_is_said_that_there_are_none() {
    let table = run(["keys", "--attached"]);
    assert_eq!(table.code, Some(0), "{}", table.err);
    assert!(table.out.starts_with("NODE") || table.out.starts_with("No key is attached"), "{}", table.out);
    let json = run(["keys", "--attached", "--json"]);
    assert!(serde_json::from_str::<Vec<serde_json::Value>>(&json.out).is_ok(), "{}", json.out);
}
