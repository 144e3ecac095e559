//! Servers that a file describes.

use std::path::Path;

use targets::declared::Description;

use super::Aim;
use crate::failure::Failure;
use crate::hosts;

/// Whether the target is such a file. One that cannot be read is not, and is told of where settings are read.
pub fn is_one(target: &str) -> bool {
    let read = || std::fs::read_to_string(target).ok();
    target.ends_with(".toml")
        && !target.contains("://")
        && read().is_some_and(|text| Description::is_one(&text))
}

/// Reads the file.
///
/// # Errors
/// It cannot be read, or every problem in it.
pub fn read(path: &Path) -> Result<Description, Failure> {
    let name = path.display().to_string();
    let text = std::fs::read_to_string(path).map_err(|error| Failure::Usage(format!("{name}: {error}")))?;
    Description::parse(&name, &text, path.parent().unwrap_or(Path::new("")))
        .map_err(|error| Failure::Files { lines: error.lines(), shown: Box::new(error) })
}

/// The server of the file: at `url`, or where the file says that it runs, if the file does not say how it is started.
///
/// # Errors
/// The file is wrong, says nothing of where the server runs, or its host is not owned.
pub fn aim(file: &Path, url: Option<&str>, i_own: &[String]) -> Result<Aim, Failure> {
    let description = read(file)?;
    let told = if description.starts() { None } else { description.url() };
    let url = url.or(told).map(hosts::parse).transpose()?;
    if let Some(url) = &url {
        hosts::check(url, i_own)?;
    }
    if url.is_none() && !description.starts() {
        let what = format!(
            "{} says neither where the server runs nor how it is started: give --url URL",
            file.display()
        );
        return Err(Failure::Usage(what));
    }
    Ok(Aim::Described { file: file.to_owned(), url })
}
