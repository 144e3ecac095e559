//! Servers of our own that speak as others do, measured by what the real ones answered.
//!
//! The same run is made with a dialect and, where a variable names it, with the real server: all scenarios, all nine keys, both
//! manners. Each must come to what is expected and known of that server. What the real one answers is kept in
//! `tests/transcripts/`; with `ANYKEY_SAVE_TRANSCRIPTS=1` a run with the real server writes it anew.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::Instant;

use plan::event::{CaseDone, Ended};
use serde_json::Value;
use softkeys::TestRoot;
use targets::Target;
use targets::built_in::{self, BuiltIn, Dialect, Open};
use targets::http::HttpClient;
use targets::transcript::{Kind, Recorder, Transcript};
use time::OffsetDateTime;

use crate::cases::{every_case_is_as_expected, run_all};
use crate::servers::what_comes_to_nothing_is_known;

/// A server that is opened for a run, and what looks on its answers.
pub(crate) struct Opened {
    pub(crate) server: &'static BuiltIn,
    pub(crate) target: Box<dyn Target>,
    recorder: Recorder,
    root: TestRoot,
}

fn dialect_of(server: &BuiltIn) -> &Dialect {
    server.dialect.as_ref().unwrap_or_else(|| panic!("{} has no dialect", server.name))
}

impl Opened {
    /// The dialect of that name.
    pub(crate) async fn dialect(name: &str) -> Self {
        let server = built_in::find(name).unwrap_or_else(|| panic!("no server is named {name}"));
        let (recorder, root, open) = open(server);
        let target = (dialect_of(server).target)(open).await.unwrap_or_else(|e| panic!("{e}"));
        assert!(target.is_dialect(), "a dialect must not pass for the server");
        assert_eq!(target.version().as_deref(), Some(dialect_of(server).version));
        Self { server, target, recorder, root }
    }

    /// The real server, if its variable names it.
    pub(crate) async fn real(name: &str) -> Option<Self> {
        let server = built_in::find(name).unwrap_or_else(|| panic!("no server is named {name}"));
        let Some(path) = std::env::var_os(server.variable).map(PathBuf::from) else {
            println!("not run: {} names nothing ({})", server.variable, server.artefact);
            return None;
        };
        let began = Instant::now();
        let (recorder, root, open) = open(server);
        let target = (server.start)(path, open).await.unwrap_or_else(|e| panic!("{e}"));
        assert!(!target.is_dialect());
        let version = target.version().unwrap_or_default();
        println!("{} {version} started in {:.1} s", server.product, began.elapsed().as_secs_f32());
        Some(Self { server, target, recorder, root })
    }

    /// All scenarios with all keys; every case must be as expected, or as is known, and only scenarios of `lacking` may come to
    /// nothing.
    pub(crate) async fn run(&self, lacking: &[&[&str]]) -> Vec<CaseDone> {
        let began = Instant::now();
        let scenarios = run::catalogue::embedded().unwrap();
        let (cases, done) = run_all(&scenarios, self.target.as_ref(), &self.root).await;
        let known = cases.iter().filter(|case| case.known.is_some()).count();
        println!(
            "{} cases in {:.1} s: {} passed, {known} of them as known, {} unsupported, {} failed, {} unknown",
            cases.len(),
            began.elapsed().as_secs_f32(),
            done.pass,
            done.unsupported,
            done.fail,
            done.unknown
        );
        every_case_is_as_expected(&cases);
        assert_eq!(done.ended, Ended::Complete);
        what_comes_to_nothing_is_known(&cases, lacking);
        cases
    }

    /// The dialect's answers must be those of the real server.
    pub(crate) fn compare(&self) {
        let file = Transcript::read(&place(self.server.name)).unwrap();
        let wrong = file.against(&self.recorder.answers());
        assert!(wrong.is_empty(), "{} differ:\n{}", wrong.len(), wrong.join("\n"));
    }

    /// The real server's answers must be those of the file; or the file is written.
    pub(crate) fn keep(&self) {
        let path = place(self.server.name);
        let answers: BTreeMap<Kind, Value> = self.recorder.answers();
        let mut file = Transcript::read(&path).unwrap_or_default();
        if std::env::var_os("ANYKEY_SAVE_TRANSCRIPTS").is_some() {
            file.server = self.server.name.to_owned();
            file.version = self.target.version().unwrap_or_default();
            file.date = OffsetDateTime::now_utc().date().to_string();
            file.set(answers);
            return file.write(&path).unwrap();
        }
        file.unproven.clear();
        let wrong = file.against(&answers);
        assert!(
            wrong.is_empty(),
            "the real server does otherwise than its transcript:\n{}",
            wrong.join("\n")
        );
    }
}

fn open(server: &BuiltIn) -> (Recorder, TestRoot, Open) {
    let recorder = Recorder::new(dialect_of(server).reading);
    let root = TestRoot::seeded([1; 32]).unwrap();
    let client = HttpClient::new().recorded(recorder.clone());
    let open = Open { anchors: vec![root.der().to_vec()], client, ..Open::default() };
    (recorder, root, open)
}

fn place(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("transcripts").join(format!("{name}.json"))
}

#[test]
fn every_dialect_has_a_transcript() {
    for server in built_in::ALL.iter().filter(|server| server.dialect.is_some()) {
        let file = Transcript::read(&place(server.name)).unwrap();
        assert_eq!(file.server, server.name);
        if !file.version.is_empty() {
            assert_eq!(file.version, dialect_of(server).version, "{}", server.name);
        }
    }
}
