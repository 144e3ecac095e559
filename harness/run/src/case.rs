//! One case from beginning to verdict, its twin aside.

use std::panic::AssertUnwindSafe;
use std::pin::pin;
use std::task::Poll;
use std::time::Instant;

use plan::event::{CaseDone, CaseId, Exchange, Outcome, Proof, StepDone};
use plan::step::Step;
use plan::{Scenario, Verdict};

use crate::attached::beyond;
use crate::certificates::Roots;
use crate::describe;
use crate::keys::{changed, missing};
use crate::runner::RunPlan;
use crate::seed::CaseSeed;
use crate::stage::{Broken, Stage, Wish};
use crate::steps::{Report, act};

/// A case that ran, before its twin is asked.
#[derive(Clone, Debug)]
pub(crate) struct Ran {
    pub(crate) done: CaseDone,
    /// A refusal was expected and happened: it counts only if the twin passes.
    pub(crate) needs_twin: bool,
    /// The bench itself went wrong.
    pub(crate) bug: bool,
}

/// Runs a case. A panic of the bench is caught: the case is unknown then, and the run goes on.
pub(crate) async fn run(
    plan: &RunPlan<'_>,
    certificates: &Roots<'_>,
    scenario: &Scenario,
    id: &CaseId,
) -> Ran {
    let began = Instant::now();
    let mut progress = Progress::default();
    let result = {
        let mut work = pin!(play(plan, certificates, scenario, id, &mut progress));
        std::future::poll_fn(|context| {
            match std::panic::catch_unwind(AssertUnwindSafe(|| work.as_mut().poll(context))) {
                Ok(Poll::Pending) => Poll::Pending,
                Ok(Poll::Ready(result)) => Poll::Ready(Ok(result)),
                Err(panic) => Poll::Ready(Err(panic_words(&*panic))),
            }
        })
        .await
    };
    let bug = result.is_err();
    let (verdict, reason) = match result {
        Ok(Ok((verdict, reason))) => (verdict, reason),
        Ok(Err(Broken::Unsupported(why))) => (Verdict::Unsupported, why),
        Ok(Err(Broken::Unknown(why) | Broken::Unexpected(why, _))) => (Verdict::Unknown, why),
        Err(words) => (Verdict::Unknown, format!("a bug of the bench itself: {words}; please report it")),
    };
    if progress.outcome == Outcome::None && verdict == Verdict::Pass && progress.accepted {
        progress.outcome = Outcome::Accepted;
    }
    let needs_twin = progress.refusal && verdict == Verdict::Pass;
    let done = CaseDone {
        case: id.clone(),
        verdict,
        outcome: progress.outcome,
        reason,
        proof: progress.proof,
        baseline_failed: false,
        known: None,
        steps: progress.steps,
        replay: replay(plan, id),
        elapsed_us: u64::try_from(began.elapsed().as_micros()).unwrap_or(u64::MAX),
    };
    if let Some(key) = plan.attached {
        key.tidy().await;
    }
    Ran { done, needs_twin, bug }
}

/// What a case has come to so far.
struct Progress {
    steps: Vec<StepDone>,
    proof: Vec<Proof>,
    /// The first refusal; until then nothing.
    outcome: Outcome,
    accepted: bool,
    refusal: bool,
}

impl Default for Progress {
    fn default() -> Self {
        Self { steps: Vec::new(), proof: Vec::new(), outcome: Outcome::None, accepted: false, refusal: false }
    }
}

async fn play(
    plan: &RunPlan<'_>,
    certificates: &Roots<'_>,
    scenario: &Scenario,
    id: &CaseId,
    progress: &mut Progress,
) -> Result<(Verdict, String), Broken> {
    let model = plan.keys.iter().find(|key| key.name() == id.key);
    let model = model.ok_or_else(|| Broken::Unknown(format!("there is no key `{}`", id.key)))?;
    let profile = changed(&model.profile, &scenario.key);
    if let Some(why) = missing(&profile, &scenario.needs.key) {
        return Err(Broken::Unsupported(why));
    }
    if let Some(why) = plan.target_lacks(scenario) {
        return Err(Broken::Unsupported(why));
    }
    if let Some(why) = plan.attached.and_then(|key| beyond(scenario, key.consent, !key.makers.is_empty())) {
        return Err(Broken::Unsupported(why));
    }
    let wish = Wish {
        scenario,
        profile: &model.profile,
        manner: id.manner,
        seed: CaseSeed::new(plan.seed, id),
        target: plan.target,
        certificates: &certificates.own,
        strange: &certificates.other,
        bus: plan.bus,
        attached: plan.attached,
    };
    let mut stage = match Stage::build(wish).await {
        Ok(stage) => stage,
        Err(broken) => {
            if let Some(exchange) = unexpected(&broken) {
                progress.steps.push(broken_off("prepare", &broken, vec![exchange]));
            }
            return Err(broken);
        }
    };
    let result = steps(&mut stage, &scenario.steps, progress).await;
    stage.clear().await;
    result
}

async fn steps(
    stage: &mut Stage<'_>,
    steps: &[Step],
    progress: &mut Progress,
) -> Result<(Verdict, String), Broken> {
    let mut last_accepted = true;
    for (n, step) in steps.iter().enumerate() {
        if step.after_accepted && !last_accepted {
            progress.steps.push(skipped(step));
            continue;
        }
        let report = act(stage, step).await;
        let mut exchanges = std::mem::take(&mut stage.exchanges);
        let report = match report {
            Ok(report) => report,
            Err(broken) => {
                exchanges.extend(unexpected(&broken));
                progress.steps.push(broken_off(step.name(), &broken, exchanges));
                return Err(broken);
            }
        };
        let Report { expected, happened, verdict, reason, proof, outcome, refusal } = report;
        let at = format!("step {} ({})", n + 1, step.name());
        progress.proof.extend(proof.into_iter().map(|p| Proof { seen: format!("{at}: {}", p.seen), ..p }));
        match outcome {
            Some(Outcome::Accepted) => (last_accepted, progress.accepted) = (true, true),
            Some(refused) => {
                last_accepted = false;
                if progress.outcome == Outcome::None {
                    progress.outcome = refused;
                }
            }
            None => {}
        }
        progress.refusal |= refusal && verdict == Verdict::Pass;
        let ok = verdict == Verdict::Pass;
        progress.steps.push(StepDone { verb: step.name().to_owned(), expected, happened, ok, exchanges });
        if !ok {
            if matches!(progress.outcome, Outcome::None) && last_accepted && progress.accepted {
                progress.outcome = Outcome::Accepted;
            }
            return Ok((verdict, format!("{at}: {reason}")));
        }
    }
    Ok((Verdict::Pass, "everything was as expected".to_owned()))
}

/// A step that came to nothing.
fn broken_off(verb: &str, broken: &Broken, exchanges: Vec<Exchange>) -> StepDone {
    StepDone {
        verb: verb.to_owned(),
        expected: "an outcome".to_owned(),
        happened: broken.why().to_owned(),
        ok: false,
        exchanges,
    }
}

/// The answer that nobody expected, for the report.
fn unexpected(broken: &Broken) -> Option<Exchange> {
    match broken {
        Broken::Unexpected(_, page) => Some(describe::page(page)),
        Broken::Unsupported(_) | Broken::Unknown(_) => None,
    }
}

fn skipped(step: &Step) -> StepDone {
    StepDone {
        verb: step.name().to_owned(),
        expected: "nothing, since the ceremony before was refused".to_owned(),
        happened: "left out".to_owned(),
        ok: true,
        exchanges: Vec::new(),
    }
}

/// The command that runs the case again.
fn replay(plan: &RunPlan<'_>, id: &CaseId) -> String {
    let key =
        plan.keys.iter().find(|key| key.name() == id.key).map_or(id.key.as_str(), |key| key.word.as_str());
    let mut words = vec!["anykey run".to_owned(), format!("--scenario {}", id.scenario)];
    // Somebody's own key is named by the link.
    words.extend(plan.attached.is_none().then(|| format!("--key {key}")));
    words.extend([format!("--manner {}", id.manner.name()), format!("--seed {}", plan.seed)]);
    words.extend(plan.replay.iter().cloned());
    words.join(" ")
}

fn panic_words(panic: &(dyn std::any::Any + Send)) -> String {
    let text = panic.downcast_ref::<&str>().map(|text| (*text).to_owned());
    text.or_else(|| panic.downcast_ref::<String>().cloned())
        .unwrap_or_else(|| "a panic without words".to_owned())
}
