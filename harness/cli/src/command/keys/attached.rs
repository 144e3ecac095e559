//! `anykey keys --attached`: the keys that are attached to this machine.

use std::io::Write;

use links::Attached;
use serde_json::json;

use crate::command;
use crate::failure::Failure;
use crate::screen::Screen;
use crate::table::Table;

/// Lists them, and says how to run scenarios with one.
///
/// # Errors
/// The system does not tell, or standard output could not be written.
pub fn list(json: bool, screen: Screen, out: &mut dyn Write) -> Result<(), Failure> {
    let keys = Attached::all().map_err(|error| Failure::Usage(format!("/sys/class/hidraw: {error}")))?;
    if json {
        let keys: Vec<_> = keys.iter().map(shown).collect();
        return command::json(&keys, out);
    }
    if keys.is_empty() {
        writeln!(out, "No key is attached to this machine, or its kernel has no hidraw.")?;
        return Ok(());
    }
    let mut table = Table::new(["NODE", "VENDOR:PRODUCT", "NAME", "PLUGGED IN AT"]);
    for key in &keys {
        let ids = format!("{:04x}:{:04x}", key.vendor, key.product);
        table.row([key.node.display().to_string(), ids, key.name.clone(), key.place.clone()]);
    }
    table.print(screen, out)?;
    if let (Some(key), true) = (keys.first(), screen.terminal) {
        writeln!(out, "\nanykey run --link hidraw:{} runs scenarios with it.", key.node.display())?;
    }
    Ok(())
}

fn shown(key: &Attached) -> serde_json::Value {
    json!({
        "node": key.node,
        "vendor": key.vendor,
        "product": key.product,
        "name": key.name,
        "place": key.place,
    })
}
