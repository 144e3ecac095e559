//! `anykey flaws`.

use std::io::Write;

use serde::Serialize;
use targets::reference::{Ceremony, Flaw};

use crate::args::JsonArgs;
use crate::failure::Failure;
use crate::library;
use crate::screen::Screen;
use crate::table::Table;

/// A flaw as JSON shows it.
#[derive(Serialize)]
struct Shown {
    id: &'static str,
    title: &'static str,
    description: &'static str,
    ceremony: Ceremony,
    spec: String,
    caught_by: Vec<String>,
}

/// Lists the flaws.
///
/// # Errors
/// Standard output could not be written.
pub fn perform(args: &JsonArgs, screen: Screen, out: &mut dyn Write) -> Result<(), Failure> {
    let scenarios = library::scenarios(None)?;
    let caught_by = |flaw: Flaw| {
        let by = scenarios.iter().filter(|s| s.catches.iter().any(|name| name == flaw.id()));
        by.map(|s| s.id.clone()).collect()
    };
    let flaws: Vec<Shown> = Flaw::all()
        .map(|flaw| {
            let about = flaw.about();
            Shown {
                id: about.id,
                title: about.title,
                description: about.description,
                ceremony: about.ceremony,
                spec: flaw.spec(),
                caught_by: caught_by(flaw),
            }
        })
        .collect();
    if args.json {
        return super::json(&flaws, out);
    }
    let mut table = Table::new(["FLAW", "CEREMONY", "WHAT THE SERVER DOES WRONG"]);
    for flaw in &flaws {
        let ceremony = match flaw.ceremony {
            Ceremony::Registration => "registration",
            Ceremony::Login => "login",
            Ceremony::Both => "both",
        };
        table.row([flaw.id.to_owned(), ceremony.to_owned(), flaw.description.to_owned()]);
    }
    table.print(screen, out)?;
    Ok(())
}
