//! The words that a replay needs beside scenario, key, manner and seed.

use crate::args::{LinkArg, RunArgs};
use crate::shell::quoted;

/// What decides whom a run talks to and with what, as the shell wants it.
pub fn words(args: &RunArgs) -> Vec<String> {
    let mut words = Vec::new();
    if args.aim.target != "reference" {
        words.push(format!("--target {}", quoted(&args.aim.target)));
    }
    if args.link != LinkArg::Process {
        words.push(format!("--link {}", quoted(&args.link.to_string())));
    }
    let may: Vec<&str> = args.may.iter().map(|may| may.word()).collect();
    if !may.is_empty() {
        words.push(format!("--may {}", may.join(" ")));
    }
    words.extend(args.trust.iter().map(|p| format!("--trust {}", quoted(&p.to_string_lossy()))));
    words.extend(args.aim.url.iter().map(|url| format!("--url {}", quoted(url))));
    let i_own: Vec<String> = args.aim.i_own.iter().map(|host| quoted(host)).collect();
    if !i_own.is_empty() {
        words.push(format!("--i-own {}", i_own.join(" ")));
    }
    if !args.flaw.is_empty() {
        words.push(format!("--flaw {}", args.flaw.join(" ")));
    }
    words.extend(args.ca.attestation_ca.iter().map(|files| {
        let files: Vec<String> = files.iter().map(|p| quoted(&p.to_string_lossy())).collect();
        format!("--attestation-ca {}", files.join(" "))
    }));
    words.extend(args.aim.server.iter().map(|p| format!("--server {}", quoted(&p.to_string_lossy()))));
    words
        .extend(args.scenario_dir.iter().map(|p| format!("--scenario-dir {}", quoted(&p.to_string_lossy()))));
    words
}
