//! What is filled in, and how.

use serde_json::{Value, json};

use super::super::template::{Scope, Text};

fn scope() -> Scope {
    let value = json!({
        "user": "a/b.c",
        "list": ["x", "y-z"],
        "nothing": null,
        "response": { "rawId": "-_8", "response": { "signature": "AAEC" }, "n": 3 },
    });
    value.as_object().unwrap().clone().into_iter().collect()
}

fn text(text: &str) -> Result<String, String> {
    Text::parse(text)?.text(&scope())
}

fn value(text: &str) -> Option<Value> {
    Text::parse(text).unwrap().value(&scope()).unwrap()
}

#[test]
fn texts() {
    assert_eq!(text("hello ${user}, ${response/n}").unwrap(), "hello a/b.c, 3");
    assert_eq!(text("$${user}").unwrap(), "${user}");
    assert_eq!(text("${nobody?}!").unwrap(), "!");
    assert_eq!(text("${list|spaces} ${list|bare|commas}").unwrap(), "x y-z x,yz");
    assert_eq!(text("${user|base64url}").unwrap(), "YS9iLmM");
    assert_eq!(text("${response/rawId|base64} ${response/rawId|hex}").unwrap(), "+/8= fbff");
    assert_eq!(text("${list|json}").unwrap(), r#"["x","y-z"]"#);
    assert_eq!(text("${nobody}").unwrap_err(), "nobody");
    assert_eq!(text("${response/x}").unwrap_err(), "response/x");
}

#[test]
fn what_is_one_place_alone_keeps_its_type() {
    assert_eq!(value("${response/n}"), Some(json!(3)));
    assert_eq!(value("${list}"), Some(json!(["x", "y-z"])));
    assert_eq!(value("${nothing?}"), None);
    assert_eq!(value("n${response/n}"), Some(json!("n3")));
}

#[test]
fn a_path_cannot_be_left() {
    let path = |text: &str| Text::parse(text).unwrap().path(&scope()).unwrap();
    assert_eq!(path("users/${user}/x?realm=${list|commas}"), "users/a%2Fb%2Ec/x?realm=x%2Cy-z");
}

#[test]
fn what_cannot_be_read() {
    for wrong in ["${", "${}", "${Name}", "${a b}", "${user|}"] {
        assert!(Text::parse(wrong).is_err(), "{wrong}");
    }
}
