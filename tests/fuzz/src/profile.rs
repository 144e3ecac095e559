//! Profile files and the overrides of scenarios.

use profiles::{Entry, Override, Shown};

use super::shown;

/// A file is a model or a list of problems with their places; a model can be shown.
pub fn parse(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    match profiles::parse("some.toml", text.to_owned()) {
        Ok(entry) => {
            assert_eq!(entry.text, text);
            assert!(!entry.name().is_empty());
            model(&entry);
        }
        Err(error) => {
            assert!(!error.problems().is_empty());
            let text_of_all = error.to_string();
            let told = text_of_all.lines().filter(|line| line.starts_with("some.toml:")).count();
            assert!(told >= error.problems().len(), "{text_of_all}");
            for problem in error.problems() {
                assert!(problem.span.end <= text.len(), "{problem:?}");
                assert!(problem.line >= 1 && problem.column >= 1);
            }
            shown::diagnostic(&error);
        }
    }
    if let Ok(change) = serde_json::from_str::<Override>(text) {
        for entry in profiles::all() {
            match change.apply(&entry.profile) {
                Ok(_) => {}
                Err(problems) => assert!(!problems.is_empty()),
            }
        }
    }
}

fn model(entry: &Entry) {
    serde_json::to_string(&Shown::from(entry)).expect("a model in words is JSON");
}
