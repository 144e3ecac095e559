//! Directories: who may have them, and what lies in them.

use std::fs;
use std::process::Command;

use super::script::{Act, commit, content};
use super::{Bench, Durability, FileStore, OpenError, Unlock, files};

#[test]
fn a_second_store_is_refused_and_told_why() {
    let bench = Bench::new();
    let store = bench.open().unwrap();
    let error = bench.open().unwrap_err();
    let text = error.to_string();
    assert!(matches!(error, OpenError::Locked { .. }));
    assert!(text.contains(bench.directory().to_str().unwrap()), "{text}");
    assert!(text.contains(&format!("another process ({})", std::process::id())), "{text}");
    drop(store);
    bench.open().unwrap();
}

const SHARED: &str = "ANYKEY_TEST_DIRECTORY";

#[test]
fn a_second_process_is_refused() {
    let bench = Bench::new();
    let store = bench.open().unwrap();
    let second = || {
        let program = std::env::current_exe().unwrap();
        let mut command = Command::new(program);
        command.args(["--exact", "--ignored", "--nocapture", "file::tests::places::as_the_second_process"]);
        command.env(SHARED, bench.room.path());
        String::from_utf8(command.output().unwrap().stdout).unwrap()
    };
    let said = second();
    assert!(said.contains("refused: the key in"), "{said}");
    assert!(said.contains(&format!("another process ({})", std::process::id())), "{said}");
    drop(store);
    let said = second();
    assert!(said.contains("opened"), "{said}");
}

#[test]
#[ignore = "run by a_second_process_is_refused"]
fn as_the_second_process() {
    let room = std::path::PathBuf::from(std::env::var_os(SHARED).unwrap());
    let unlock = Unlock::KeyFile(room.join("unlock"));
    match FileStore::open(&room.join("key"), &unlock, Durability::ProcessEnd) {
        Ok(_) => println!("opened"),
        Err(error) => println!("refused: {error}"),
    }
}

#[cfg(unix)]
#[test]
fn everything_is_for_its_owner_alone() {
    use std::os::unix::fs::PermissionsExt;
    let bench = Bench::new();
    let mut store = bench.open().unwrap();
    // A reset writes the journal anew.
    commit(&mut store, &[Act::Wipe(Vec::new()), Act::Put(1, vec![1; 32])]).unwrap();
    let mode = |path: &std::path::Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(&bench.directory()), 0o700);
    let mut names = Vec::new();
    for (path, _) in files(&bench.directory()) {
        assert_eq!(mode(&path), 0o600, "{path:?}");
        names.push(path.file_name().unwrap().to_str().unwrap().to_owned());
    }
    names.sort();
    assert_eq!(names, ["journal", "lock"]);
    assert_eq!(mode(&bench.room.path().join("unlock")), 0o600);
}

#[test]
fn a_directory_of_others_is_left_alone() {
    let bench = Bench::new();
    fs::create_dir(bench.directory()).unwrap();
    fs::write(bench.directory().join("letter"), "dear").unwrap();
    let error = bench.open().unwrap_err();
    assert!(matches!(&error, OpenError::NotAKey { file, .. } if file == "letter"), "{error}");
    assert_eq!(files(&bench.directory()).len(), 1);
    assert!(!bench.room.path().join("unlock").exists());
}

#[test]
fn an_empty_directory_and_one_that_was_begun_become_a_key() {
    let bench = Bench::new();
    fs::create_dir(bench.directory()).unwrap();
    let unlock = Unlock::KeyFile(bench.directory().join("unlock"));
    let open = || FileStore::open(&bench.directory(), &unlock, Durability::PowerCut);
    let mut store = open().unwrap();
    commit(&mut store, &[Act::Put(1, vec![1; 32])]).unwrap();
    drop(store);
    assert_eq!(content(&mut open().unwrap()).records.len(), 1);
    fs::rename(bench.journal(), bench.directory().join("journal.new")).unwrap();
    fs::write(bench.directory().join("unlock.new"), [1; 5]).unwrap();
    assert!(open().unwrap().is_empty());
}

#[test]
fn what_the_system_says_is_told_with_the_place() {
    let bench = Bench::new();
    fs::write(bench.directory(), "a file").unwrap();
    let text = bench.open().unwrap_err().to_string();
    assert!(text.starts_with("cannot list the directory ") && text.contains("/key: "), "{text}");
}

#[test]
fn debug_shows_sizes_only() {
    let bench = Bench::new();
    let mut store = bench.open().unwrap();
    commit(&mut store, &[Act::Put(1, vec![0xa5; 32])]).unwrap();
    let shown = format!("{store:?}");
    assert!(
        shown.starts_with("FileStore { directory: ")
            && shown.ends_with(", records: 1, journal_size: 305, .. }"),
        "{shown}"
    );
}

#[test]
fn a_directory_is_one_model() {
    let bench = Bench::new();
    bench.open().unwrap().bind("passkey").unwrap();
    let mut store = bench.open().unwrap();
    store.bind("passkey").unwrap();
    let error = store.bind("titan").unwrap_err();
    assert!(matches!(error, OpenError::OtherModel { .. }));
    assert!(error.to_string().contains("is a passkey, not a titan: ask for passkey"), "{error}");
    assert!(store.is_empty(), "it is no record");
}

/// A pump drives its key on any thread.
#[test]
fn stores_go_from_thread_to_thread() {
    let bench = Bench::new();
    let mut store = bench.open().unwrap();
    let work = std::thread::spawn(move || commit(&mut store, &[Act::Put(1, vec![1])]));
    work.join().unwrap().unwrap();
    assert_eq!(bench.open().unwrap().len(), 1);
}
