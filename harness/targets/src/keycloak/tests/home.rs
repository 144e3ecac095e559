//! Homes of a distribution that is none, but has its shape.

use std::fs::{self, File};
use std::io::Write;
use std::path::Path;

use flate2::Compression;
use flate2::write::GzEncoder;
use tempfile::TempDir;

use super::super::error::KeycloakError;
use super::super::home::Home;

/// A directory in the shape of a distribution, whose `kc.sh` is that script.
pub(super) fn distribution(script: &str) -> TempDir {
    let directory = tempfile::tempdir().unwrap();
    let top = directory.path().join("keycloak-0");
    for name in ["bin", "conf", "providers", "lib/lib/main", "lib/quarkus"] {
        fs::create_dir_all(top.join(name)).unwrap();
    }
    let files = [
        ("version.txt", "0"),
        ("bin/kc.sh", script),
        ("conf/keycloak.conf", ""),
        ("lib/lib/main/large.jar", "jar"),
        ("lib/quarkus/quarkus-application.dat", "plain"),
        ("lib/quarkus-run.jar", "run"),
    ];
    for (name, text) in files {
        fs::write(top.join(name), text).unwrap();
    }
    let executable = std::os::unix::fs::PermissionsExt::from_mode(0o755);
    fs::set_permissions(top.join("bin/kc.sh"), executable).unwrap();
    directory
}

fn prepare(path: &Path, cache: Option<&Path>) -> Result<Home, KeycloakError> {
    Home::prepare(path, cache, &["start-dev".to_owned()])
}

fn compiled(home: &Home) -> String {
    fs::read_to_string(home.path().join("lib/quarkus/quarkus-application.dat")).unwrap()
}

#[test]
fn the_distribution_stays_as_it_is() {
    let given = distribution("exit 0");
    let top = given.path().join("keycloak-0");
    let home = prepare(&top, None).unwrap();
    let place = home.path().to_owned();
    assert_eq!(fs::read_to_string(place.join("lib/lib/main/large.jar")).unwrap(), "jar");
    assert!(fs::symlink_metadata(place.join("lib/lib")).unwrap().is_symlink(), "the jars are not copied");
    fs::write(place.join("lib/quarkus/quarkus-application.dat"), "compiled").unwrap();
    assert_eq!(fs::read_to_string(top.join("lib/quarkus/quarkus-application.dat")).unwrap(), "plain");
    drop(home);
    assert!(!place.exists());
    assert!(top.join("lib/lib/main/large.jar").exists());
}

#[test]
fn the_compiled_form_is_kept_for_the_same_distribution_only() {
    let given = distribution("exit 0");
    let top = given.path().join("keycloak-0");
    let cache = tempfile::tempdir().unwrap();
    let home = prepare(&top, Some(cache.path())).unwrap();
    fs::write(home.path().join("lib/quarkus/quarkus-application.dat"), "compiled").unwrap();
    home.keep_compiled();
    assert_eq!(compiled(&prepare(&top, Some(cache.path())).unwrap()), "compiled");
    assert_eq!(compiled(&prepare(&top, None).unwrap()), "plain");
    fs::write(top.join("version.txt"), "1").unwrap();
    assert_eq!(compiled(&prepare(&top, Some(cache.path())).unwrap()), "plain");
}

#[test]
fn archives_are_unpacked_once() {
    let given = distribution("exit 0");
    let archive = given.path().join("keycloak-0.tar.gz");
    let mut tar = tar::Builder::new(GzEncoder::new(File::create(&archive).unwrap(), Compression::fast()));
    tar.append_dir_all("keycloak-0", given.path().join("keycloak-0")).unwrap();
    tar.into_inner().unwrap().finish().unwrap();
    let cache = tempfile::tempdir().unwrap();
    for cache in [None, Some(cache.path()), Some(cache.path())] {
        let home = prepare(&archive, cache).unwrap();
        assert_eq!(compiled(&home), "plain");
        assert!(home.path().join("lib/lib/main/large.jar").exists());
    }
    assert_eq!(fs::read_dir(cache.path()).unwrap().count(), 1);
}

#[test]
fn zip_archives() {
    let given = tempfile::tempdir().unwrap();
    let archive = given.path().join("k.zip");
    let mut zip = zip::ZipWriter::new(File::create(&archive).unwrap());
    for name in ["bin/kc.sh", "version.txt", "lib/quarkus/quarkus-application.dat"] {
        let options = zip::write::SimpleFileOptions::default().unix_permissions(0o755);
        zip.start_file(format!("k/{name}"), options).unwrap();
        zip.write_all(b"plain").unwrap();
    }
    zip.finish().unwrap();
    assert_eq!(compiled(&prepare(&archive, None).unwrap()), "plain");
}

#[test]
fn what_is_no_distribution_is_told() {
    let empty = tempfile::tempdir().unwrap();
    let text = empty.path().join("notes.txt");
    fs::write(&text, "no archive").unwrap();
    let broken = empty.path().join("broken.zip");
    fs::write(&broken, "no archive").unwrap();
    for (path, why) in [
        (empty.path(), "no bin/kc.sh"),
        (&text, "ends neither"),
        (&broken, "is no Keycloak distribution"),
        (&empty.path().join("missing"), "No such file"),
    ] {
        let error = prepare(path, None).unwrap_err();
        assert!(matches!(error, KeycloakError::Distribution { .. }), "{error:?}");
        assert!(error.to_string().contains(why), "{error}");
    }
}
