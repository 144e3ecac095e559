//! `anykey bench`: what a key of AnyKey costs, as a ratio to the raw signature measured in the same run.
//!
//! Each figure is the median of many short rounds. The rounds of all cases are interleaved, so that a machine that slows
//! down slows all of them, and time is the thread's CPU time, so that other programs do not count.

mod agreed;
mod clock;
mod device;
mod figures;
mod framing;
mod raw;
mod requests;
mod rounds;
mod whole_run;

#[cfg(test)]
mod tests;

use std::time::Duration;

use figures::Figure;
pub use figures::{Figures, Limit};

use agreed::Agreed;
use device::Device;
use framing::Framing;
use raw::Raw;
use rounds::Case;

/// What signs: the raw operation is at least so much of it.
const NEAR: Limit = Limit::RatioAtLeast(0.90);

/// What makes a key and signs nothing.
const NEAR_GENERATION: Limit = Limit::RatioAtLeast(0.80);

/// The authenticator's side of a round with a key agreement.
const NEAR_AGREEMENT: Limit = Limit::TimesAtMost(1.15);

/// Cutting a message into packets and putting it together again.
const FRAMING: Limit = Limit::MicrosecondsAtMost(2.0);

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
    /// A message did not come through the packet layer.
    #[error("a message did not come through the packet layer as it was")]
    Framing,
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
        schema: 2,
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
        limit: case.limit,
    }
}

/// The raw operations and what is measured against them.
fn cases(keys: usize) -> Result<Vec<Case>, BenchError> {
    let raw = Raw::new(keys)?;
    let mut cases = assertions(keys, &raw)?;
    cases.extend(registrations(&raw)?);
    cases.extend(agreements(keys, &raw)?);
    cases.push(framing()?);
    Ok(cases)
}

fn assertions(keys: usize, raw: &Raw) -> Result<Vec<Case>, BenchError> {
    let (loaded, imported) = (raw.clone(), raw.clone());
    let mut resident = Device::resident(keys)?;
    let mut wrapped = Device::wrapped(keys)?;
    Ok(vec![
        Case::raw("sign", move |nth| loaded.sign(nth)),
        Case::against("getAssertion, resident", "sign", move |nth| resident.assert(nth)).limited(NEAR),
        Case::raw("import + sign", move |nth| imported.import_and_sign(nth)),
        Case::against("getAssertion, wrapped", "import + sign", move |nth| wrapped.assert(nth)).limited(NEAR),
    ])
}

fn registrations(raw: &Raw) -> Result<Vec<Case>, BenchError> {
    let (made, made_and_signed) = (raw.clone(), raw.clone());
    let mut plain = Device::attesting("none")?;
    let mut itself = Device::attesting("packed-self")?;
    let mut attested = Device::attesting("packed")?;
    let signed = "generate + sign";
    Ok(vec![
        Case::raw("generate", move |_| made.generate()),
        Case::against("makeCredential, none", "generate", move |nth| plain.register(nth))
            .limited(NEAR_GENERATION),
        Case::raw(signed, move |nth| made_and_signed.generate_and_sign(nth)),
        Case::against("makeCredential, packed self", signed, move |nth| itself.register(nth)).limited(NEAR),
        Case::against("makeCredential, packed", signed, move |nth| attested.register(nth)),
    ])
}

/// A round begins with getKeyAgreement, which gives the key that there is since the first one.
fn agreements(keys: usize, raw: &Raw) -> Result<Vec<Case>, BenchError> {
    let loaded = raw.clone();
    let (mut token, mut secret) = (Agreed::with_any()?, Agreed::with_any()?);
    let mut with_pin = Device::with_pin()?;
    let mut with_secrets = Device::with_secrets(keys)?;
    let (raw_token, raw_secret) = ("ECDH + AES + HMAC", "ECDH + AES + HMAC + sign");
    Ok(vec![
        Case::raw(raw_token, move |_| token.raw_token()),
        Case::against("PIN token round", raw_token, move |nth| with_pin.give_token(nth))
            .limited(NEAR_AGREEMENT),
        Case::raw(raw_secret, move |nth| secret.raw_secret().and_then(|()| loaded.sign(nth))),
        Case::against("hmac-secret round", raw_secret, move |nth| with_secrets.tell_secret(nth))
            .limited(NEAR_AGREEMENT),
    ])
}

/// Messages of an assertion with an allow list of one.
fn framing() -> Result<Case, BenchError> {
    let (request, reply) = Device::wrapped(1)?.messages(0)?;
    let mut framing = Framing::new(request, reply)?;
    Ok(Case::raw("CTAPHID framing, a message", move |_| framing.carry()).limited(FRAMING))
}
