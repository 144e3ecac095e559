//! Scenario files.

use plan::load::{self, Source};

use super::shown;

/// Between two files of one input.
pub const NEXT_FILE: &str = "\n---- next file\n";

/// Files are scenarios or a list of problems with their places.
pub fn load(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    let sources: Vec<Source> = text
        .split(NEXT_FILE)
        .take(4)
        .zip(["a/one.toml", "a/two.toml", "b/three.toml", "four.toml"])
        .map(|(text, name)| Source { name: name.to_owned(), text: text.to_owned() })
        .collect();
    // Whatever stands in quotes may be a flaw's name.
    let flaws: Vec<&str> = text.split('"').skip(1).step_by(2).take(40).collect();
    match load::scenarios(&sources, &flaws) {
        Ok(scenarios) => {
            assert_eq!(scenarios.len(), sources.len());
            for scenario in &scenarios {
                assert!(!scenario.id.is_empty());
                let _ = format!("{scenario:?}");
            }
        }
        Err(error) => {
            let problems: usize = error.files.iter().map(|file| file.problems.len()).sum();
            assert!(problems > 0);
            assert_eq!(error.lines().len(), problems);
            for file in &error.files {
                let source =
                    sources.iter().find(|source| source.name == file.name).expect("one of the files");
                for problem in &file.problems {
                    assert!(
                        problem.at.end <= source.text.len() && problem.at.start <= problem.at.end,
                        "{problem:?}"
                    );
                    let (line, column) = file.place(problem);
                    assert!(line >= 1 && column >= 1);
                }
                shown::diagnostic(file);
            }
        }
    }
}
