//! Where the sockets for orders are.

use std::ffi::OsString;
use std::fs;
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};
use std::process;

use ports::{Control, Ordered};
use tokio::sync::mpsc;

/// The directory in which keys have their sockets if they are told nothing else: of this user alone. There is none
/// without a session.
pub fn runtime_directory() -> Option<PathBuf> {
    let directory = std::env::var_os("XDG_RUNTIME_DIR").filter(|path| !path.is_empty())?;
    Some(Path::new(&directory).join("anykey"))
}

/// The sockets in that directory, in the order of their names.
pub fn found() -> Vec<PathBuf> {
    let Some(entries) = runtime_directory().and_then(|directory| fs::read_dir(directory).ok()) else {
        return Vec::new();
    };
    let mut paths: Vec<PathBuf> = entries.flatten().map(|entry| entry.path()).collect();
    paths.retain(|path| path.extension().is_some_and(|end| end == "sock"));
    paths.sort();
    paths
}

/// A socket in that directory. That there is none is no failure: nobody asked for it.
pub fn usual(name: &str, orders: &mpsc::Sender<Ordered>) -> Option<Control> {
    let directory = runtime_directory()?;
    fs::DirBuilder::new().recursive(true).mode(0o700).create(&directory).ok()?;
    let path = directory.join(format!("{name}.{}.sock", process::id()));
    Control::listen(&path, orders.clone()).ok()
}

/// The socket of one key of several.
pub fn suffixed(path: &Path, name: &str) -> PathBuf {
    let mut path = OsString::from(path);
    path.push(".");
    path.push(name);
    path.into()
}
