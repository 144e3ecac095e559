#![allow(clippy::unwrap_used)]

use super::*;
use crate::load::{Source, scenarios};

fn three() -> Vec<Scenario> {
    let file = |id: &str| Source {
        name: format!("{id}.toml"),
        text: format!(
            "id = \"{id}\"\ntitle = \"t\"\nrequires = \"It MUST\"\nspec = \"webauthn-3#x\"\n[[step]]\ndo = \"register\"\n"
        ),
    };
    scenarios(&[file("login.plain"), file("login.uv"), file("register.plain")], &[]).unwrap()
}

fn ids(found: Vec<&Scenario>) -> Vec<&str> {
    found.into_iter().map(|s| s.id.as_str()).collect()
}

#[test]
fn no_globs_take_all() {
    assert_eq!(select(&three(), &[]).unwrap().len(), 3);
}

#[test]
fn globs_add_up_and_keep_the_order() {
    let all = three();
    let found = select(&all, &["register.*".into(), "*.plain".into()]).unwrap();
    assert_eq!(ids(found), ["login.plain", "register.plain"]);
}

#[test]
fn a_glob_that_fits_nothing_is_an_error_with_a_suggestion() {
    let all = three();
    let errors = select(&all, &["login.plane".into(), "[".into()]).unwrap_err();
    assert_eq!(
        errors[0],
        SelectError::NoMatch { glob: "login.plane".into(), nearest: Some("login.plain".into()) }
    );
    assert!(matches!(&errors[1], SelectError::Glob { glob, .. } if glob == "["));
}
