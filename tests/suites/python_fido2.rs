//! python-fido2, a client of other hands, drives plugged keys: `tests/python/run`.
//!
//! Runs when `ANYKEY_PYTHON` names an interpreter that has the package, as `tests/python/run --install` makes one;
//! otherwise it says so.

use std::path::Path;
use std::process::Command;

#[test]
fn python_fido2() {
    if std::env::var_os("ANYKEY_PYTHON").is_none() {
        return println!(
            "not run: set ANYKEY_PYTHON to an interpreter with the package fido2; `tests/python/run --install` makes one"
        );
    }
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("python/run");
    let ran = Command::new(script).output().unwrap();
    let (out, err) = (String::from_utf8_lossy(&ran.stdout), String::from_utf8_lossy(&ran.stderr));
    println!("{out}{err}");
    assert!(ran.status.success(), "{}", ran.status);
    // unittest says `Ran 18 tests in ...` on the error stream.
    assert!(
        err.lines().any(|line| line.starts_with("Ran ") && !line.starts_with("Ran 0 ")),
        "no test was run"
    );
}
