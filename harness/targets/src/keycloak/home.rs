//! A Keycloak home directory for one process: the given distribution stays as it is.
//!
//! The large part, the jars, is linked; what Keycloak writes is copied. Keycloak's first start compiles the distribution
//! for its options, which takes longer than the start itself: the result (three files) is kept in the cache.

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};
use std::time::UNIX_EPOCH;

use flate2::read::GzDecoder;
use sha2::{Digest, Sha256};
use tempfile::TempDir;

use super::error::KeycloakError;
use crate::process::{ProcessError, folder};

/// What is copied; the rest of `lib` is linked.
const COPIED: [&str; 4] = ["bin", "conf", "providers", "themes"];
/// What the names of temporary folders begin with.
const FOLDERS: &str = "anykey-keycloak-";
/// What the compilation of a distribution reads and writes.
const COMPILED: &str = "lib/quarkus";

/// A home directory that goes with the value.
#[derive(Debug)]
pub(super) struct Home {
    directory: TempDir,
    /// Where the compiled form of this distribution and these options is kept.
    compiled: Option<PathBuf>,
    /// An archive's unpacked form, when there is no cache for it.
    _unpacked: Option<TempDir>,
}

impl Home {
    /// Lays out a home of `distribution`, a directory or an archive, for a start with `options`.
    pub(super) fn prepare(
        distribution: &Path,
        cache: Option<&Path>,
        options: &[String],
    ) -> Result<Self, KeycloakError> {
        let not = |why: String| KeycloakError::Distribution { path: distribution.to_owned(), why };
        let meta = fs::metadata(distribution).map_err(|e| not(e.to_string()))?;
        let (source, unpacked) = match meta.is_dir() {
            true => (distribution.to_owned(), None),
            false => unpacked(distribution, &meta, cache)?,
        };
        let source = fs::canonicalize(&source).map_err(|e| not(e.to_string()))?;
        if !source.join("bin/kc.sh").is_file() {
            return Err(not("it has no bin/kc.sh".into()));
        }
        let directory = folder(FOLDERS)?;
        lay_out(&source, directory.path()).map_err(|e| ProcessError::file(directory.path(), e))?;
        let compiled = match cache {
            Some(cache) => Some(cache.join(format!("compiled-{}", fingerprint(&source, options)?))),
            None => None,
        };
        if let Some(compiled) = compiled.as_deref().filter(|c| c.is_dir()) {
            copy(compiled, &directory.path().join(COMPILED)).map_err(|e| ProcessError::file(compiled, e))?;
        }
        Ok(Self { directory, compiled, _unpacked: unpacked })
    }

    /// The directory.
    pub(super) fn path(&self) -> &Path {
        self.directory.path()
    }

    /// Keeps the compiled form, after a start that went well. A cache that cannot be written costs the next start time,
    /// nothing else.
    pub(super) fn keep_compiled(&self) {
        if let Some(compiled) = self.compiled.as_deref().filter(|c| !c.exists()) {
            let source = self.path().join(COMPILED);
            let _ = whole(compiled, |fresh| copy(&source, fresh));
        }
    }
}

/// The directory in which AnyKey keeps what it can make again: `$XDG_CACHE_HOME/anykey` or `~/.cache/anykey`.
pub(super) fn default_cache() -> Option<PathBuf> {
    let absolute = |name| std::env::var_os(name).map(PathBuf::from).filter(|p| p.is_absolute());
    let cache = absolute("XDG_CACHE_HOME").or_else(|| absolute("HOME").map(|home| home.join(".cache")))?;
    let ours = cache.join("anykey");
    fs::create_dir_all(&ours).ok().map(|()| ours)
}

fn lay_out(source: &Path, home: &Path) -> io::Result<()> {
    for name in COPIED {
        if source.join(name).is_dir() {
            copy(&source.join(name), &home.join(name))?;
        }
    }
    fs::copy(source.join("version.txt"), home.join("version.txt"))?;
    fs::create_dir(home.join("lib"))?;
    for entry in fs::read_dir(source.join("lib"))? {
        let entry = entry?;
        let (from, to) = (entry.path(), home.join("lib").join(entry.file_name()));
        match entry.file_name().to_str() {
            Some("quarkus") => copy(&from, &to)?,
            _ if from.is_dir() => std::os::unix::fs::symlink(&from, &to)?,
            _ => drop(fs::copy(&from, &to)?),
        }
    }
    Ok(())
}

/// Copies a tree.
fn copy(from: &Path, to: &Path) -> io::Result<()> {
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        let target = to.join(entry.file_name());
        if entry.path().is_dir() {
            copy(&entry.path(), &target)?;
        } else {
            fs::copy(entry.path(), &target)?;
        }
    }
    Ok(())
}

/// Fills a directory beside `place` and moves it there at the end, so that `place` is whole or not there. Another process
/// that does the same at the same time wins or loses, and both are content.
fn whole(place: &Path, fill: impl FnOnce(&Path) -> io::Result<()>) -> io::Result<()> {
    let parent = place.parent().unwrap_or(Path::new("."));
    fs::create_dir_all(parent)?;
    let fresh = tempfile::Builder::new().prefix(".fresh-").tempdir_in(parent)?;
    fill(fresh.path())?;
    match fs::rename(fresh.path(), place) {
        Err(_) if place.is_dir() => Ok(()),
        moved => moved,
    }
}

/// What the compiled form depends on: the version, the form before it, providers, and our options.
fn fingerprint(source: &Path, options: &[String]) -> Result<String, KeycloakError> {
    let mut digest = Sha256::new();
    for name in ["version.txt", "lib/quarkus/quarkus-application.dat"] {
        let path = source.join(name);
        digest.update(fs::read(&path).map_err(|e| ProcessError::file(&path, e))?);
    }
    let mut names: Vec<String> = match fs::read_dir(source.join("providers")) {
        Ok(entries) => entries.flatten().map(|e| e.file_name().to_string_lossy().into_owned()).collect(),
        Err(_) => Vec::new(),
    };
    names.sort();
    for text in names.iter().chain(options) {
        digest.update(text.as_bytes());
        digest.update([0]);
    }
    Ok(hex::encode(&digest.finalize()[..8]))
}

/// The distribution in an archive: in the cache, or in a temporary directory.
fn unpacked(
    archive: &Path,
    meta: &fs::Metadata,
    cache: Option<&Path>,
) -> Result<(PathBuf, Option<TempDir>), KeycloakError> {
    let not = |e: io::Error| KeycloakError::Distribution { path: archive.to_owned(), why: e.to_string() };
    let name = archive.file_name().unwrap_or_default().to_string_lossy();
    let changed = meta.modified().ok().and_then(|t| t.duration_since(UNIX_EPOCH).ok()).unwrap_or_default();
    if let Some(cache) = cache {
        let place = cache.join(format!("{name}-{}-{}", meta.len(), changed.as_secs()));
        if !place.is_dir() {
            whole(&place, |fresh| unpack(archive, fresh)).map_err(not)?;
        }
        return Ok((single(&place).map_err(not)?, None));
    }
    let directory = folder(FOLDERS)?;
    unpack(archive, directory.path()).map_err(not)?;
    Ok((single(directory.path()).map_err(not)?, Some(directory)))
}

fn unpack(archive: &Path, to: &Path) -> io::Result<()> {
    let name = archive.to_string_lossy();
    let file = File::open(archive)?;
    if name.ends_with(".zip") {
        zip::ZipArchive::new(file)?.extract(to)?;
        return Ok(());
    }
    if name.ends_with(".tar.gz") || name.ends_with(".tgz") {
        return tar::Archive::new(GzDecoder::new(io::BufReader::new(file))).unpack(to);
    }
    Err(io::Error::new(io::ErrorKind::InvalidInput, "its name ends neither with .zip nor with .tar.gz"))
}

/// The one directory at the top of an archive, or the place itself.
fn single(place: &Path) -> io::Result<PathBuf> {
    let mut entries = fs::read_dir(place)?.collect::<io::Result<Vec<_>>>()?;
    match (entries.pop(), entries.is_empty()) {
        (Some(only), true) if only.path().is_dir() => Ok(only.path()),
        _ => Ok(place.to_owned()),
    }
}
