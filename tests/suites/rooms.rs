//! Files stay small, and no room is for everything.

use std::path::{Path, PathBuf};

/// The longest source file, in lines; files of tests excepted.
const LINES: usize = 400;
/// Names of rooms that end up with everything in them.
const NAMES: [&str; 9] =
    ["utils", "util", "helpers", "helper", "common", "misc", "manager", "shared", "types"];

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap()
}

/// All Rust files of the project.
fn sources() -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut rooms: Vec<PathBuf> =
        ["emulator", "firmware", "harness", "tests"].map(|d| root().join(d)).to_vec();
    while let Some(room) = rooms.pop() {
        for entry in std::fs::read_dir(&room).unwrap() {
            let path = entry.unwrap().path();
            match path.is_dir() {
                // What cargo builds it marks; rooms may be named target, too.
                true if !path.join("CACHEDIR.TAG").exists() => rooms.push(path),
                false if path.extension().is_some_and(|e| e == "rs") => found.push(path),
                _ => {}
            }
        }
    }
    found
}

fn is_test(path: &Path) -> bool {
    let below = path.strip_prefix(root()).unwrap();
    below.components().any(|c| matches!(c.as_os_str().to_str(), Some("tests" | "benches" | "tests.rs")))
}

#[test]
fn files_stay_small() {
    let long: Vec<String> = sources()
        .iter()
        .filter(|path| !is_test(path))
        .filter_map(|path| {
            let lines = std::fs::read_to_string(path).unwrap().lines().count();
            (lines > LINES).then(|| format!("{}: {lines} lines", path.display()))
        })
        .collect();
    assert!(long.is_empty(), "longer than {LINES} lines: {long:#?}");
}

#[test]
fn no_room_is_for_everything() {
    let named = |path: &&PathBuf| {
        let below = path.strip_prefix(root()).unwrap().with_extension("");
        below.components().any(|c| c.as_os_str().to_str().is_some_and(|name| NAMES.contains(&name)))
    };
    let wrong: Vec<PathBuf> = sources().iter().filter(named).cloned().collect();
    assert!(wrong.is_empty(), "{wrong:#?}");
}
