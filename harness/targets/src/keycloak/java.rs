//! The Java that Keycloak will run on.

use std::path::PathBuf;
use std::process::Command;

use super::error::KeycloakError;

/// The oldest that Keycloak 26 runs on.
const OLDEST: u32 = 17;

/// For some minutes of many different pages, compiling well costs more time than it saves, and so does collecting garbage on several
/// threads: a third less processor time for a start and a short run.
const FOR_A_SHORT_LIFE: &str = "-XX:TieredStopAtLevel=1 -XX:-UseG1GC -XX:+UseSerialGC -Xmx768m";

/// The options of the Java that runs Keycloak; those of the user go before ours.
pub(super) fn options(of_user: Option<String>) -> String {
    of_user.into_iter().fold(FOR_A_SHORT_LIFE.to_owned(), |ours, users| format!("{ours} {users}"))
}

/// Makes sure that the `java` which `kc.sh` will take is there and new enough.
pub(super) fn check() -> Result<(), KeycloakError> {
    let java = match std::env::var_os("JAVA_HOME") {
        Some(home) if !home.is_empty() => PathBuf::from(home).join("bin/java"),
        _ => PathBuf::from("java"),
    };
    let shown = java.display();
    let output = Command::new(&java)
        .arg("-version")
        .output()
        .map_err(|e| KeycloakError::Java(format!("`{shown} -version`: {e}")))?;
    // `java -version` writes to the error output.
    let text = String::from_utf8_lossy(&output.stderr);
    match major(&text) {
        Some(version) if version >= OLDEST => Ok(()),
        Some(version) => Err(KeycloakError::Java(format!("`{shown}` is Java {version}"))),
        None => {
            let said = text.lines().next().unwrap_or_default().to_owned();
            Err(KeycloakError::Java(format!("`{shown} -version` says `{said}`")))
        }
    }
}

/// The major version in `openjdk version "17.0.15" 2025-04-15`; of the old form `1.8.0`, the 8.
pub(super) fn major(text: &str) -> Option<u32> {
    let quoted = text.split('"').nth(1)?;
    let mut numbers = quoted.split(|c: char| !c.is_ascii_digit()).filter_map(|n| n.parse().ok());
    match numbers.next()? {
        1 => numbers.next(),
        version => Some(version),
    }
}
