//! The fuzz targets without a fuzzer: their seeds, what was found before, and bent seeds, the same every time.

use std::collections::BTreeSet;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;

use bodies::seeds::{self, Noise};
use bodies::{TARGETS, Target};

/// The bodies of the targets. Their package has a workspace of its own, which a member of this one cannot depend on.
#[path = "../fuzz/src/lib.rs"]
#[allow(dead_code, reason = "libFuzzer's programs use the rest")]
mod bodies;

/// How many inputs a target gets beyond its seeds.
const BENT: usize = 400;

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap()
}

/// Runs a target; what it says of an input that it does not stand, with the input.
fn run(target: Target, input: &[u8], name: &str) -> Result<(), String> {
    catch_unwind(AssertUnwindSafe(|| (target.run)(input))).map_err(|cause| {
        let said = cause.downcast_ref::<String>().map(String::as_str);
        let said = said.or_else(|| cause.downcast_ref::<&str>().copied()).unwrap_or_default();
        let hex: String = input.iter().map(|byte| format!("{byte:02x}")).collect();
        format!("{} of {name}: {said}\n{hex}", target.name)
    })
}

#[test]
fn the_targets_stand_their_seeds_and_what_was_found() {
    let mut failed = Vec::new();
    for target in TARGETS {
        let seeds = seeds::of(target.name, root());
        assert!(!seeds.is_empty(), "{}", target.name);
        for (number, seed) in seeds.iter().enumerate() {
            failed.extend(run(target, seed, &format!("seed {number}")).err());
        }
        for (path, bytes) in seeds::found(target.name, root()) {
            failed.extend(run(target, &bytes, &path.display().to_string()).err());
        }
    }
    assert!(failed.is_empty(), "{}", failed.join("\n"));
}

#[test]
fn the_targets_stand_bent_seeds() {
    let mut failed = Vec::new();
    for target in TARGETS {
        let seeds = seeds::of(target.name, root());
        let mut noise = Noise(0x5eed);
        for number in 0..BENT {
            let seed = &seeds[noise.below(seeds.len())];
            let bent = noise.bend(seed);
            failed.extend(run(target, &bent, &format!("bent seed {number}")).err());
            // One is enough to look at.
            if !failed.is_empty() {
                break;
            }
        }
    }
    assert!(failed.is_empty(), "{}", failed.join("\n"));
}

/// Every target has its program, its room of what was found is one of a target, and nothing else is there.
#[test]
fn every_target_has_a_program() {
    let names: BTreeSet<String> = TARGETS.iter().map(|target| target.name.to_owned()).collect();
    assert_eq!(names.len(), TARGETS.len());
    let room = root().join("tests/fuzz");
    let listed = |under: &str| -> BTreeSet<String> {
        let Ok(entries) = std::fs::read_dir(room.join(under)) else { return BTreeSet::new() };
        entries.map(|entry| entry.unwrap().path().file_stem().unwrap().to_str().unwrap().to_owned()).collect()
    };
    assert_eq!(listed("targets"), names);
    assert!(listed("found").is_subset(&names), "{:?}", listed("found"));
    let manifest = std::fs::read_to_string(room.join("Cargo.toml")).unwrap();
    for name in &names {
        assert!(manifest.contains(&format!("path = \"targets/{name}.rs\"")), "{name} is not in the manifest");
    }
}
