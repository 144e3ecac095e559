//! No crate uses another that the table in DESIGN.md does not grant it.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use cargo_metadata::camino::Utf8Path;
use cargo_metadata::{DependencyKind, Metadata, MetadataCommand};

/// What a crate may use. Its tests may use more: a link is tested with a key. But no test of the emulator uses the harness.
const TABLE: [(&str, &[&str]); 14] = [
    ("wire", &[]),
    ("frames", &[]),
    ("authenticator", &["wire"]),
    ("profiles", &["authenticator"]),
    ("softkeys", &["authenticator"]),
    ("ports", &["frames", "authenticator"]),
    ("plan", &[]),
    ("webauthn", &["wire"]),
    ("client", &["wire", "webauthn"]),
    ("links", &["client", "ports", "frames", "authenticator", "plan"]),
    ("targets", &["webauthn", "plan"]),
    (
        "run",
        &[
            "wire",
            "frames",
            "authenticator",
            "profiles",
            "softkeys",
            "ports",
            "plan",
            "webauthn",
            "client",
            "links",
            "targets",
        ],
    ),
    ("report", &["plan"]),
    (
        "cli",
        &[
            "wire",
            "frames",
            "authenticator",
            "profiles",
            "softkeys",
            "ports",
            "plan",
            "targets",
            "run",
            "report",
            "links",
        ],
    ),
];
/// The crates without a standard library: what of the outside world they may use, at most.
const CORE: [(&str, &[&str]); 3] =
    [("wire", &["minicbor"]), ("frames", &[]), ("authenticator", &["subtle", "zeroize"])];

fn metadata() -> Metadata {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    let mut command = MetadataCommand::new();
    command.manifest_path(root.join("Cargo.toml")).no_deps().other_options(["--offline".to_owned()]);
    command.exec().unwrap()
}

/// The crate's place in the table: the package `anykey` is the table's `cli`.
fn named(package: &str) -> &str {
    if package == "anykey" { "cli" } else { package }
}

/// Whether a path lies in `emulator/` or `harness/`.
fn in_room(path: &Utf8Path, room: &str) -> bool {
    path.components().any(|c| c.as_str() == room)
}

#[test]
fn only_the_arrows_of_the_table() {
    let metadata = metadata();
    let table: BTreeMap<&str, BTreeSet<&str>> =
        TABLE.iter().map(|(name, uses)| (*name, uses.iter().copied().collect())).collect();
    let members: BTreeSet<&str> = metadata.packages.iter().map(|p| named(&p.name)).collect();
    let mut known: BTreeSet<&str> = table.keys().copied().collect();
    known.insert("suites");
    assert_eq!(members, known, "the crates of the workspace and of the table");

    let mut wrong = Vec::new();
    for package in metadata.packages.iter().filter(|p| p.name.as_str() != "suites") {
        let name = named(&package.name);
        for dependency in package.dependencies.iter().filter(|d| d.path.is_some()) {
            let used = named(&dependency.name);
            let for_tests = dependency.kind == DependencyKind::Development;
            let upwards = in_room(&package.manifest_path, "emulator")
                && dependency.path.as_ref().is_some_and(|p| in_room(p, "harness"));
            if upwards || !(for_tests || table[name].contains(used)) {
                wrong.push(format!("{name} uses {used} ({} dependency)", dependency.kind));
            }
        }
    }
    assert!(wrong.is_empty(), "not in the table: {wrong:#?}");
}

#[test]
fn nothing_but_tests_uses_the_suites() {
    let metadata = metadata();
    let suites = metadata.packages.iter().find(|p| p.name.as_str() == "suites").unwrap();
    let inner = suites.dependencies.iter().filter(|d| d.kind != DependencyKind::Development);
    assert_eq!(inner.map(|d| &d.name).collect::<Vec<_>>(), Vec::<&String>::new());
}

#[test]
fn the_core_uses_little_of_the_outside_world() {
    let metadata = metadata();
    for (name, allowed) in CORE {
        let package = metadata.packages.iter().find(|p| p.name.as_str() == name).unwrap();
        assert!(package.features.is_empty(), "{name} has features: {:?}", package.features);
        let used =
            package.dependencies.iter().filter(|d| d.kind == DependencyKind::Normal && d.path.is_none());
        for dependency in used {
            assert!(allowed.contains(&dependency.name.as_str()), "{name} uses {}", dependency.name);
            let defaults = dependency.uses_default_features;
            assert!(!defaults, "{name} uses {} with its default features", dependency.name);
            let features = &dependency.features;
            let heap = features.iter().find(|f| ["alloc", "std"].contains(&f.as_str()));
            assert_eq!(heap, None, "{name} uses {} with {features:?}", dependency.name);
        }
    }
}

/// The table in DESIGN.md is the one that is checked. There `everything above` stands for all crates of the lines before
/// that name no more than themselves.
#[test]
fn the_design_says_the_same() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    let design = std::fs::read_to_string(root.join("DESIGN.md")).unwrap();
    let rows: Vec<(String, String)> = design.lines().filter_map(row).collect();
    for (name, uses) in TABLE {
        let said: Vec<&String> =
            rows.iter().filter(|(crate_name, _)| crate_name == name).map(|(_, text)| text).collect();
        assert_eq!(said.len(), 1, "DESIGN.md has one line for {name}");
        if said[0].starts_with("everything above") {
            continue;
        }
        // The names come first, then two blanks and what the crate is for.
        let names = said[0].split("  ").next().unwrap_or_default();
        let names: BTreeSet<&str> =
            names.split(',').map(str::trim).filter(|n| !n.is_empty() && *n != "-").collect();
        assert_eq!(names, uses.iter().copied().collect(), "DESIGN.md about {name}");
    }
}

/// `harness/   plan    : wire, frames    for what` as name and the rest.
fn row(line: &str) -> Option<(String, String)> {
    let (left, right) = line.split_once(" : ")?;
    let left = left.trim().strip_suffix("(anykey)").unwrap_or(left).trim();
    let name = left.rsplit(char::is_whitespace).next()?;
    let known = TABLE.iter().any(|(known, _)| *known == name);
    known.then(|| (name.to_owned(), right.trim().to_owned()))
}
