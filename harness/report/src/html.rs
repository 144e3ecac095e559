//! `report.html`: the whole run in one file that needs no network. Everything that came from outside is escaped by the
//! template engine; the page's own policy lets no other script or style run, should that ever fail.

mod case;
mod sequence;
mod view;

use std::io::{self, Write};

use minijinja::syntax::SyntaxConfig;
use minijinja::value::Serde;
use minijinja::{AutoEscape, Environment, UndefinedBehavior, Value, context};

use crate::Report;
use view::View;

/// Writes `report` as one HTML document.
///
/// # Errors
/// The stream could not be written.
pub fn write(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    out.write_all(draw(report).map_err(io::Error::other)?.as_bytes())?;
    out.flush()
}

/// The document.
///
/// # Errors
/// The template is broken, which its tests exclude.
pub fn draw(report: &Report) -> Result<String, minijinja::Error> {
    let mut environment = Environment::new();
    environment.set_auto_escape_callback(|_| AutoEscape::Html);
    environment.set_syntax(SyntaxConfig::builder().trim_blocks(true).lstrip_blocks(true).build()?);
    environment.set_undefined_behavior(UndefinedBehavior::Strict);
    environment.add_template("report.html", TEMPLATE)?;
    environment.get_template("report.html")?.render(context! {
        style => Value::from_safe_string(STYLE.to_owned()),
        script => Value::from_safe_string(SCRIPT.to_owned()),
        style_hash => STYLE_HASH,
        script_hash => SCRIPT_HASH,
        view => Value::from(Serde(View::of(report))),
    })
}

const TEMPLATE: &str = include_str!("../templates/report.html");
const STYLE: &str = include_str!("../templates/report.css");
const SCRIPT: &str = include_str!("../templates/report.js");

/// SHA-256 of [`STYLE`], base64, as a Content Security Policy names it. A test says the new one when the file changes.
const STYLE_HASH: &str = "sha256-9iMpeU+9j8252lyQ3vQr75X2TZZDvCSw70FiA/o7du0=";
/// The same of [`SCRIPT`].
const SCRIPT_HASH: &str = "sha256-hDt5TOso7snoLwGn/eUeivlwGDErlKfRtZFkccDyHEE=";

#[cfg(test)]
mod tests;
