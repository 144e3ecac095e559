//! `anykey bench`: what a key of AnyKey costs, as a ratio to the raw signature measured in the same run.
//!
//! Each figure is the median of many short rounds. The rounds of all cases are interleaved, so that a machine that slows
//! down slows all of them, and time is the thread's CPU time, so that other programs do not count.

mod clock;
mod device;
mod figures;
mod raw;
mod rounds;
mod whole_run;

#[cfg(test)]
mod tests;

use std::time::Duration;

use figures::Figure;
pub use figures::Figures;

use device::Device;
use raw::Raw;
use rounds::Case;

/// The least ratio to the raw operation that is accepted.
pub const LIMIT: f64 = 0.80;

/// The ratio that is aimed at.
pub const GOAL: f64 = 0.90;

/// The longest that `anykey run` may take with all scenarios on the embedded server.
pub const RUN_LIMIT: Duration = Duration::from_secs(5);

/// How many operations of one case run before the next case has its turn.
const CHUNK: usize = 100;

/// What `anykey bench` can be told.
#[derive(Clone, Debug, clap::Args)]
pub struct BenchArgs {
    /// Print the figures as JSON
    #[arg(long)]
    pub json: bool,
    /// Credentials on the measured keys
    #[arg(long, value_name = "N", default_value_t = 1000, value_parser = clap::value_parser!(u16).range(1..=10_000))]
    pub keys: u16,
    /// Rounds of 100 operations for each figure
    #[arg(long, value_name = "N", default_value_t = 100, value_parser = clap::value_parser!(u16).range(3..))]
    pub rounds: u16,
    /// Leave out the time of `anykey run`
    #[arg(long)]
    pub no_run: bool,
}

/// Why there are no figures.
#[derive(Debug, thiserror::Error)]
pub enum BenchError {
    /// The raw library failed.
    #[error("aws-lc-rs failed: {0}")]
    Raw(&'static str),
    /// The measured key could not be set up.
    #[error("the measured key could not be set up: {0}")]
    SetUp(String),
    /// The key answered a request with an error.
    #[error("the measured key answered {what} with status 0x{status:02x}")]
    Refused {
        /// The command.
        what: &'static str,
        /// The CTAP status byte; 0xff stands for no answer at all.
        status: u8,
    },
}

/// Measures everything.
///
/// # Errors
/// If a key cannot be set up, or an operation fails while it is measured.
pub fn run(args: &BenchArgs) -> Result<Figures, BenchError> {
    let keys = usize::from(args.keys);
    let mut cases = cases(keys)?;
    let medians = rounds::interleave(&mut cases, usize::from(args.rounds), CHUNK)?;
    let figures =
        cases.iter().zip(&medians).map(|(case, time)| figure(case, *time, &cases, &medians)).collect();
    let whole_run = (!args.no_run).then(whole_run::measure);
    Ok(Figures {
        schema: 1,
        optimised: !cfg!(debug_assertions),
        keys,
        rounds: args.rounds,
        figures,
        whole_run,
    })
}

fn figure(case: &Case, time: Duration, cases: &[Case], medians: &[Duration]) -> Figure {
    let raw =
        case.against.and_then(|against| cases.iter().zip(medians).find(|(case, _)| case.name == against));
    let ratio = raw.map(|(_, raw)| raw.as_secs_f64() / time.as_secs_f64());
    Figure {
        name: case.name,
        microseconds: time.as_secs_f64() * 1e6,
        per_second: 1.0 / time.as_secs_f64(),
        against: case.against,
        ratio,
        limit: ratio.filter(|_| case.limited).map(|_| LIMIT),
        goal: ratio.filter(|_| case.limited).map(|_| GOAL),
    }
}

/// The raw operations and what is measured against them.
fn cases(keys: usize) -> Result<Vec<Case>, BenchError> {
    let raw = Raw::new(keys)?;
    let (loaded, imported, made, made_and_signed) = (raw.clone(), raw.clone(), raw.clone(), raw);
    let mut resident = Device::resident(keys)?;
    let mut wrapped = Device::wrapped(keys)?;
    let mut plain = Device::attesting("none")?;
    let mut attested = Device::attesting("packed")?;
    Ok(vec![
        Case::raw("sign", move |nth| loaded.sign(nth)),
        Case::limited("getAssertion, resident", "sign", move |nth| resident.assert(nth)),
        Case::raw("import + sign", move |nth| imported.import_and_sign(nth)),
        Case::limited("getAssertion, wrapped", "import + sign", move |nth| wrapped.assert(nth)),
        Case::raw("generate", move |_| made.generate()),
        Case::against("makeCredential, none", "generate", move |nth| plain.register(nth)),
        Case::raw("generate + sign", move |nth| made_and_signed.generate_and_sign(nth)),
        Case::against("makeCredential, packed", "generate + sign", move |nth| attested.register(nth)),
    ])
}
