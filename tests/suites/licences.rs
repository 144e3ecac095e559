//! Every dependency, of every workspace here, may be used under a licence of this list. Nothing is fetched.

use std::collections::BTreeSet;
use std::path::Path;
use std::process::Command;

use cargo_metadata::{Metadata, MetadataCommand};
use spdx::{Expression, LicenseReq};

/// The licences that the project takes. An expression `A OR B` needs one of them.
const ALLOWED: [&str; 11] = [
    "0BSD",
    "Apache-2.0",
    "BSD-2-Clause",
    "BSD-3-Clause",
    "BSL-1.0",
    "BlueOak-1.0.0",
    "CC0-1.0",
    "ISC",
    "MIT",
    "Unicode-3.0",
    "Zlib",
];
/// Licences of single crates, where no other choice is offered. MPL-2.0 binds changes to their own files, and they are
/// used as they are: `scraper` reads Keycloak's pages with them.
const EXCEPTIONS: [(&str, &str); 4] = [
    ("cssparser", "MPL-2.0"),
    ("cssparser-macros", "MPL-2.0"),
    ("dtoa-short", "MPL-2.0"),
    ("selectors", "MPL-2.0"),
];

/// What cargo knows without a network: the dependencies on all platforms if they were fetched (`cargo fetch`, as
/// `tests/all` does), otherwise those on this one.
fn metadata(manifest: &str) -> Metadata {
    let ask = |platform: Option<&str>| {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
        let mut options = vec!["--offline", "--locked"];
        options.extend(platform.map(|_| "--filter-platform").into_iter().chain(platform));
        let mut command = MetadataCommand::new();
        command
            .manifest_path(root.join(manifest))
            .other_options(options.into_iter().map(str::to_owned).collect::<Vec<_>>());
        command.exec()
    };
    ask(None).unwrap_or_else(|error| {
        let host = host();
        println!("{manifest}: only the dependencies on {host} are looked at: {error}");
        ask(Some(&host)).unwrap()
    })
}

/// This machine's target, as the compiler names it.
fn host() -> String {
    let rustc = std::env::var_os("RUSTC").unwrap_or_else(|| "rustc".into());
    let said = Command::new(rustc).arg("-vV").output().unwrap();
    let said = String::from_utf8(said.stdout).unwrap();
    said.lines().find_map(|line| line.strip_prefix("host: ")).unwrap().to_owned()
}

fn allowed(package: &str, requirement: &LicenseReq) -> bool {
    // An exception (`WITH`) only adds permissions.
    let Some(licence) = requirement.license.id() else { return false };
    let excepted = EXCEPTIONS.iter().any(|(name, id)| *name == package && *id == licence.name);
    ALLOWED.contains(&licence.name) || excepted
}

#[test]
fn every_dependency_has_an_allowed_licence() {
    let mut wrong = Vec::new();
    let mut seen = 0;
    let mut names = BTreeSet::new();
    for manifest in ["Cargo.toml", "tests/no-alloc/Cargo.toml", "tests/fuzz/Cargo.toml"] {
        for package in metadata(manifest).packages {
            seen += 1;
            names.insert(package.name.to_string());
            let name = format!("{} {}", package.name, package.version);
            // `MIT/Apache-2.0` is how cargo was told of a choice before it knew SPDX.
            match package.license.as_deref().map(|text| Expression::parse(&text.replace('/', " OR "))) {
                Some(Ok(expression)) if expression.evaluate(|r| allowed(&package.name, r)) => {}
                Some(Ok(expression)) => wrong.push(format!("{name}: {expression}")),
                Some(Err(error)) => wrong.push(format!("{name}: {:?}: {}", package.license, error.reason)),
                None => wrong.push(format!("{name}: no licence is told ({:?})", package.license_file)),
            }
        }
    }
    assert!(wrong.is_empty(), "not on the list: {wrong:#?}");
    let unused: Vec<_> = EXCEPTIONS.iter().filter(|(name, _)| !names.contains(*name)).collect();
    assert!(unused.is_empty(), "exceptions for what is not there: {unused:?}");
    assert!(seen > 50, "only {seen} packages were looked at");
}

/// The list must be able to say no.
#[test]
fn other_licences_are_refused() {
    let taken = |text: &str| Expression::parse(text).unwrap().evaluate(|r| allowed("x", r));
    assert!(taken("MIT OR GPL-3.0-only"));
    assert!(taken("(MIT OR Apache-2.0) AND Unicode-3.0"));
    assert!(!taken("GPL-3.0-only"));
    assert!(!taken("MIT AND AGPL-3.0-only"));
    assert!(!taken("LicenseRef-mine"));
}

#[test]
fn our_own_crates_carry_both_licences() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    for (file, words) in [("LICENSE-MIT", "Permission is hereby granted"), ("LICENSE-APACHE", "Version 2.0")]
    {
        let text = std::fs::read_to_string(root.join(file)).unwrap();
        assert!(text.contains(words), "{file}");
    }
    for package in metadata("Cargo.toml").workspace_packages() {
        assert_eq!(package.license.as_deref(), Some("MIT OR Apache-2.0"), "{}", package.name);
    }
}
