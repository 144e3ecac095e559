#![allow(clippy::unwrap_used, clippy::panic)]

use super::*;
use crate::Scenario;
use crate::event::Manner;
use crate::expect::{Expected, Is};
use crate::policy::Requirement;
use crate::scenario::KeyNeed;
use crate::step::{Fault, Verb};
use crate::tamper::{OriginEdit, Tamper};

const HEAD: &str =
    "id = \"a.b\"\ntitle = \"t\"\nrequires = \"The server MUST.\"\nspec = \"webauthn-3#sctn-x\"\n";

fn file(name: &str, text: impl Into<String>) -> Source {
    Source { name: name.into(), text: text.into() }
}

fn one(rest: &str) -> Result<Scenario, LoadError> {
    scenarios(&[file("a.toml", format!("{HEAD}{rest}"))], &["known-flaw"]).map(|mut all| all.remove(0))
}

fn lines(rest: &str) -> Vec<String> {
    one(rest).unwrap_err().lines()
}

#[test]
fn a_whole_scenario_is_read() {
    let text = r#"
catches = ["known-flaw"]
column = "UV required"
twin = "a.c"
manner = "permissive"
needs = { key = ["ctap2", "!uv"], target = ["usernameless"] }
[policy]
user-verification = "required"
algorithms = [-7]
[key]
counter = "zero"
[[step]]
do = "register"
keep = "first"
tamper = [{ at = "client-data", origin = "suffix" }, { at = "auth-data", set = ["be"], sign-count = 7 }]
expect = [{ key = ["uv"], is = "accepted" }, { is = "refused", client = "NotAllowedError" }]
[[step]]
do = "login"
after = "accepted"
[[step]]
do = "whoami"
expect = "nobody"
"#;
    let files = [file("a.toml", format!("{HEAD}{text}")), scenario_with("a.c", "")];
    let read = scenarios(&files, &["known-flaw"]).unwrap().remove(0);
    assert_eq!(read.policy.user_verification, Requirement::Required);
    assert_eq!(read.policy.algorithms, [-7]);
    assert_eq!(read.needs.key.len(), 2);
    assert_eq!(read.spec_url(), "https://www.w3.org/TR/webauthn-3/#sctn-x");
    let Verb::Register(register) = &read.steps[0].verb else { panic!("{:?}", read.steps[0]) };
    assert!(matches!(&register.tamper[0], Tamper::ClientData(c) if c.origin == Some(OriginEdit::Suffix)));
    assert_eq!(register.expect.resolve(Manner::Faithful, "", |_| true), Expected::Accepted);
    assert_eq!(
        register.expect.resolve(Manner::Faithful, "", |_| false),
        Expected::ByClient("NotAllowedError".into())
    );
    assert_eq!(register.expect.resolve(Manner::Permissive, "", |_| false), Expected::ByServer { says: None });
    let Verb::Login(login) = &read.steps[1].verb else { panic!("{:?}", read.steps[1]) };
    assert!(read.steps[1].after_accepted && login.who == "alice" && login.key == "main");
    assert_eq!(login.expect.0[0].is, Is::Accepted);
    assert_eq!(read.steps[2].verb, Verb::Whoami { expect: None });
    assert_eq!(read.accounts(), ["alice"]);
}

#[test]
fn every_problem_is_told_at_once_with_its_place() {
    let text = "catches = [\"known-flow\"]\ncolum = \"x\"\n[policy]\nuser-verificaton = \"required\"\nattestation = \"some\"\n[[step]]\ndo = \"regster\"\n[[step]]\ndo = \"login\"\nwhom = \"bob\"\nhands = 3\n";
    let lines = lines(text);
    let has = |place: &str, words: &str| {
        assert!(
            lines.iter().any(|l| l.starts_with(&format!("a.toml:{place}: ")) && l.contains(words)),
            "{place} {words} in {lines:#?}"
        );
    };
    has("5:12", "did you mean `known-flaw`?");
    has("6:1", "no member `colum` (did you mean `column`?)");
    has("8:1", "no member `user-verificaton` (did you mean `user-verification`?)");
    has("9:15", "unknown variant `some`");
    has("11:6", "no verb `regster`");
    has("14:1", "no member `whom` (did you mean `who`?)");
    has("15:9", "`hands`");
    assert_eq!(lines.len(), 7, "{lines:#?}");
}

#[test]
fn broken_toml_is_told_with_its_place_and_what_can_be_read_is_read() {
    let lines = lines("column = \n[[step]]\ndo = \"login\"\nexpect = \"maybe\"\n");
    assert!(lines.iter().any(|l| l.starts_with("a.toml:5:")), "{lines:#?}");
    assert!(lines.iter().any(|l| l.contains("`maybe` is no outcome")), "{lines:#?}");
}

#[test]
fn missing_members_are_told() {
    let error = scenarios(&[file("e.toml", "")], &[]).unwrap_err();
    let lines = error.lines();
    for name in ["id", "title", "requires", "spec"] {
        assert!(lines.iter().any(|l| l.contains(&format!("needs `{name}`"))), "{name}: {lines:#?}");
    }
    assert!(lines.iter().any(|l| l.contains("needs a step")), "{lines:#?}");
}

#[test]
fn a_policy_may_change_but_not_the_login() {
    let text = "[[step]]\ndo = \"register\"\n[[step]]\ndo = \"set-policy\"\npolicy = { user-verification = \"required\" }\n";
    let read = one(text).unwrap();
    assert!(read.changes_policy());
    let Verb::SetPolicy(policy) = &read.steps[1].verb else { panic!("{:?}", read.steps[1]) };
    assert_eq!(policy.user_verification, Requirement::Required);

    let lines = lines(&text.replace("user-verification = \"required\"", "login = \"usernameless\""));
    assert_eq!(lines, ["a.toml:7:1: the login stays what it is: `policy` of this step names it too"]);
}

#[test]
fn deeds_are_of_one_server() {
    let deed = "[[step]]\ndo = \"register\"\nkeep = \"one\"\n[[step]]\ndo = \"perform\"\nwhat = \"rename\"\nuse = \"one\"\nwith = { name = \"mine\" }\n";
    let read = one(&format!("[server]\nname = \"reference\"\n{deed}")).unwrap();
    let Verb::Perform(read) = &read.steps[1].verb else { panic!("{:?}", read.steps[1]) };
    assert_eq!((read.what.as_str(), read.of.as_deref()), ("rename", Some("one")));
    assert_eq!(read.with["name"], "mine");
    assert_eq!(
        lines(deed),
        ["a.toml:8:1: `perform` is a server's own: the scenario needs a table `[server]`"]
    );
}

#[test]
fn a_step_reads_only_what_was_kept() {
    let lines = lines(
        "[[step]]\ndo = \"register\"\nkeep = \"one\"\n[[step]]\ndo = \"send-register\"\nuse = \"two\"\n",
    );
    assert_eq!(lines, ["a.toml:8:1: nothing was kept as `two` before this step"]);
}

#[test]
fn tampering_needs_the_permissive_manner() {
    let lines = lines("[[step]]\ndo = \"login\"\ntamper = [{ at = \"json\", drop = [\"id\"] }]\n");
    assert!(lines[0].contains("only a permissive client tampers"), "{lines:#?}");
}

#[test]
fn a_tampering_that_changes_nothing_is_a_mistake() {
    let lines = lines(
        "manner = \"permissive\"\n[[step]]\ndo = \"login\"\ntamper = [{ at = \"json\" }, { at = \"jason\" }]\n",
    );
    assert!(lines[0].contains("changes nothing"), "{lines:#?}");
    assert!(lines[1].contains("did you mean `json`?"), "{lines:#?}");
}

#[test]
fn the_last_alternative_has_no_conditions() {
    let lines = lines(
        "column = \"c\"\n[[step]]\ndo = \"login\"\nexpect = [{ is = \"refused\" }, { key = [\"uv\"], is = \"accepted\" }]\n",
    );
    assert!(lines.iter().any(|l| l.contains("the last expectation")), "{lines:#?}");
    assert!(lines.iter().any(|l| l.contains("never counts")), "{lines:#?}");
}

fn scenario_with(id: &str, rest: &str) -> Source {
    let head = HEAD.replace("a.b", id);
    file(&format!("{id}.toml"), format!("{head}{rest}\n[[step]]\ndo = \"login\"\n"))
}

#[test]
fn ids_are_unique_and_twins_exist() {
    let files = [scenario_with("a.b", ""), scenario_with("a.b", ""), scenario_with("a.c", "twin = \"a.d\"")];
    let lines = scenarios(&files, &[]).unwrap_err().lines();
    assert!(lines.iter().any(|l| l.contains("the id `a.b` is taken by a.b.toml")), "{lines:#?}");
    assert!(lines.iter().any(|l| l.contains("there is no scenario `a.d`")), "{lines:#?}");
}

#[test]
fn twins_do_not_go_round_in_a_circle() {
    let files = [scenario_with("a.b", "twin = \"a.c\""), scenario_with("a.c", "twin = \"a.b\"")];
    let lines = scenarios(&files, &[]).unwrap_err().lines();
    assert!(lines.iter().all(|l| l.contains("circle")), "{lines:#?}");
}

#[test]
fn a_refusal_needs_a_twin() {
    let text = format!("{HEAD}[[step]]\ndo = \"login\"\nexpect = \"refused\"\n");
    let lines = scenarios(&[file("a.toml", text)], &[]).unwrap_err().lines();
    assert!(lines[0].contains("needs a `twin`"), "{lines:#?}");
}

#[test]
fn faults_are_read() {
    let text = "[[step]]\ndo = \"register\"\nfault = { act = \"status\", status = 0x30, nth = 2 }\n";
    let read = one(text).unwrap();
    let Verb::Register(register) = &read.steps[0].verb else { panic!("{:?}", read.steps[0]) };
    assert_eq!(register.fault, Some(Fault::Status(2, 0x30)));
    let lines = lines("[[step]]\ndo = \"login\"\nfault = { act = \"fire\", nth = 0, when = 1 }\n");
    for words in ["no fault `fire`", "counts from 1", "no member `when`"] {
        assert!(lines.iter().any(|l| l.contains(words)), "{words}: {lines:#?}");
    }
}

#[test]
fn features_of_keys_are_words() {
    for word in ["uv", "!rk", "aaguid=431e649b-e40e-42ec-85af-0eb75881b845"] {
        assert_eq!(word.parse::<KeyNeed>().unwrap().to_string(), word);
    }
    for word in ["", "!", "UV", "aaguid=", "aaguid=431E649B-e40e-42ec-85af-0eb75881b845"] {
        assert!(word.parse::<KeyNeed>().is_err(), "{word}");
    }
}

#[test]
fn columns_come_first() {
    let files = [scenario_with("a.b", ""), scenario_with("z.z", "column = \"Z\"")];
    let all = scenarios(&files, &[]).unwrap();
    assert_eq!(all.iter().map(|s| s.id.as_str()).collect::<Vec<_>>(), ["z.z", "a.b"]);
}

#[test]
fn the_rendering_shows_the_place() {
    let error = one("colum = \"x\"\n[[step]]\ndo = \"login\"\n").unwrap_err();
    let report = format!("{:?}", miette::Report::new(error));
    assert!(report.contains("a.toml:5:1") && report.contains("did you mean `column`?"), "{report}");
}

proptest::proptest! {
    #[test]
    fn no_text_breaks_the_loader(text in "[a-z\\[\\]{}=\".,# \n0-9-]{0,200}") {
        let read = scenarios(&[file("a.toml", format!("{HEAD}{text}"))], &[]);
        if let Err(error) = read {
            proptest::prop_assert!(!error.lines().is_empty());
        }
    }
}
