//! `anykey scenarios`.

use std::io::Write;

use plan::Scenario;
use plan::event::{Manner, ScenarioInfo};
use plan::scenario::TargetNeed;
use serde::Serialize;

use crate::args::ScenariosArgs;
use crate::failure::Failure;
use crate::library;
use crate::screen::Screen;
use crate::table::Table;

/// A scenario as JSON shows it.
#[derive(Serialize)]
pub struct Shown {
    #[serde(flatten)]
    info: ScenarioInfo,
    manner: Option<Manner>,
    needs_key: Vec<String>,
    needs_target: Vec<&'static str>,
    file: String,
}

impl From<&Scenario> for Shown {
    fn from(scenario: &Scenario) -> Self {
        Self {
            info: scenario.info(),
            manner: scenario.manner,
            needs_key: scenario.needs.key.iter().map(ToString::to_string).collect(),
            needs_target: scenario.needs.target.iter().copied().map(TargetNeed::word).collect(),
            file: scenario.source.clone(),
        }
    }
}

/// Lists the scenarios.
///
/// # Errors
/// Scenario files are wrong, a glob fits nothing, or standard output could not be written.
pub fn perform(args: &ScenariosArgs, screen: Screen, out: &mut dyn Write) -> Result<(), Failure> {
    let all = library::scenarios(args.scenario_dir.as_deref())?;
    let chosen = library::select(&all, &args.globs)?;
    if args.json {
        let shown: Vec<Shown> = chosen.into_iter().map(Shown::from).collect();
        return super::json(&shown, out);
    }
    let mut table = Table::new(["SCENARIO", "KIND", "TITLE"]);
    for scenario in chosen {
        let kind = match (&scenario.column, &scenario.twin) {
            (Some(_), _) => "policy",
            (None, Some(_)) => "attack",
            (None, None) => "baseline",
        };
        table.row([scenario.id.clone(), kind.to_owned(), scenario.title.clone()]);
    }
    Ok(table.print(screen, out)?)
}
