//! Files that are read, and everything that is wrong with those that are not.

use super::super::Description;
use super::{SMALL, read, small};

#[test]
fn target_files_are_told_from_settings() {
    assert!(Description::is_one(SMALL));
    assert!(!Description::is_one("name = \"keycloak\"\n"));
    assert_eq!(small().name(), "small");
    assert_eq!((small().url(), small().starts()), (None, false));
}

#[test]
fn the_files_of_the_project_are_right() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../servers");
    let mut seen = 0;
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_some_and(|e| e == "toml") {
            let text = std::fs::read_to_string(&path).unwrap();
            let name = path.display().to_string();
            Description::parse(&name, &text, path.parent().unwrap())
                .unwrap_or_else(|e| panic!("{:#?}", e.lines()));
            seen += 1;
        }
    }
    assert!(seen >= 2, "{seen}");
}

#[test]
fn the_worked_example_is_right() {
    let text = include_str!("../../../../../servers/README.md");
    let example = text.split("```toml\n").nth(1).and_then(|rest| rest.split("```").next()).unwrap();
    let description = read(example).unwrap_or_else(|lines| panic!("{}", lines.join("\n")));
    assert_eq!(description.name(), "login.example");
}

/// Every problem at once, each with its place.
#[test]
fn everything_that_is_wrong_is_said() {
    let text = r#"format = 2
name = "x"
url = 3
versions = "3.14"
secrets = { token = "hunter2" }
[answers]
accepted = { status = "2xx", equals = { "result" = true } }
[[connect]]
gett = "auth"
[supports]
user-verifcation = true
counter = 3
[[lacks]]
when = { trusts = "any" }
why = "no"
[site]
origin = "${bas-origin}"
rp-id = "${policy/algs}"
[account]
name = "${account"
make = [{ post = "a", as = "root", json = "${user|base46}", take = { user = "id" } }]
[[flow]]
for = ["second-factor"]
register = { offer = [{ post = "a", take = { x = { header = "A", cookie = "B" } } }], finish = [{ post = "b" }] }
[[flow]]
for = ["second-factor"]
login = { offer = [], options = "/o", finish = [{ get = "b", post = "c" }] }
[whoami]
ask = [{ get = "w" }]
needs = "transaction"
"#;
    let lines = read(text).unwrap_err();
    let all = lines.join("\n");
    for wanted in [
        "t.toml:1:10: this AnyKey reads format 1",
        "t.toml:3:7: `url`",
        "t.toml:4:12: `3.14` is no range of versions",
        "t.toml:5:21: a secret does not stand here",
        "t.toml:7:23: `2xx` is no status",
        "t.toml:7:41: `result` is no JSON pointer",
        "t.toml:8:1: the request `connect 1` needs one of get, post",
        "t.toml:9:1: the request `connect 1` has no member `gett` (did you mean `get`?)",
        "t.toml:11:1: a policy has no member `user-verifcation` (did you mean `user-verification`?)",
        "t.toml:12:11: `counter` is true, a list",
        "t.toml:14:10: a policy has no member `trusts` (did you mean `trust`?)",
        "t.toml:17:10: nothing is named `bas-origin` here (did you mean `base-origin`?)",
        "t.toml:18:9: a policy has no member `algs`",
        "t.toml:20:8: `${account` has no `}`",
        "`root`: a request is sent as agent or as admin",
        "there is no filter `base46`; there are base64url",
        "nothing can be taken as `user`",
        "`id` is no JSON pointer",
        "`x` is taken from one of at, header, cookie and css",
        "`register` needs `options`",
        "a flow needs `login`",
        "another flow is for \"second-factor\" already",
        "`login` needs `offer`",
        "the request `login.finish 1` needs one of get",
        "`whoami` needs `user`",
        "nothing is taken as `transaction` by a session",
    ] {
        assert!(all.contains(wanted), "{wanted} is missing in\n{all}");
    }
    assert!(!all.contains("hunter2"), "{all}");
}

#[test]
fn what_is_missing_is_said() {
    let lines = read("format = 1\n").unwrap_err().join("\n");
    for wanted in ["`name`", "`site`", "`account`", "`flow`", "`whoami`"] {
        assert!(lines.contains(&format!("a target file needs {wanted}")), "{lines}");
    }
    let lines = read("format = 1\nname = \n").unwrap_err();
    assert!(lines.iter().any(|line| line.starts_with("t.toml:2:")), "{lines:?}");
}

#[test]
fn a_policy_is_changed_by_the_same_requests_or_by_others() {
    let with = |change: &str| SMALL.replace("[account]", &format!("{change}\n[account]"));
    let make = "make = [{ put = \"policy\", json = \"${bench-policy}\" }]";
    let calls = |text: &str| read(text).unwrap().site.change.len();
    assert_eq!(calls(SMALL), 0);
    assert_eq!(calls(&with(&format!("{make}\nchange = \"make\""))), 1);
    assert_eq!(calls(&with("change = [{ put = \"policy\" }, { post = \"reload\" }]")), 2);
    let lines = read(&with("change = \"again\"")).unwrap_err().join("\n");
    assert!(lines.contains("`change` is \"make\" or requests, not `again`"), "{lines}");
}
