//! Descriptions, right and wrong, and servers that do not answer as described.

mod loading;
mod policies;
mod templates;
mod trouble;

use std::path::Path;

use super::Description;

/// The shortest description of the reference server that says what is needed.
const SMALL: &str = r#"
format = 1
name = "small"
[[connect]]
get = "api/info"
take = { found = "/version" }
[server]
version = "${found}"
[site]
origin = "${base-origin}"
rp-id = "localhost"
[account]
name = "${account}"
[[flow]]
for = ["second-factor"]
register = { offer = [{ post = "a" }], options = "/o", finish = [{ post = "b", json = "${response}" }] }
login = { offer = [{ post = "c" }], options = "/o", finish = [{ post = "d", json = "${response}" }] }
[whoami]
ask = [{ get = "whoami" }]
user = "/user"
"#;

fn read(text: &str) -> Result<Description, Vec<String>> {
    Description::parse("t.toml", text, Path::new("")).map_err(|error| error.lines())
}

fn small() -> Description {
    read(SMALL).unwrap_or_else(|lines| panic!("{}", lines.join("\n")))
}
