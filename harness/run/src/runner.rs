//! The run: cases in order, twins on demand, events to the sinks.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;

use futures_util::future::BoxFuture;
use futures_util::{StreamExt, stream};
use links::Bus;
use plan::event::{
    CaseDone, CaseId, Ended, Event, Manner, RunDone, RunStarted, SCHEMA, ScenarioInfo, Sink, TargetInfo,
};
use plan::policy::Login;
use plan::scenario::TargetNeed;
use plan::{Scenario, Verdict, known};
use softkeys::TestRoot;
use targets::Target;
use tokio::sync::OnceCell;

use crate::attached::AttachedKey;
use crate::case::{self, Ran};
use crate::certificates::{Certificates, Roots};
use crate::keys::KeyModel;
use crate::stop::Stop;

/// What a run does.
pub struct RunPlan<'r> {
    /// Everything derives from it.
    pub seed: u64,
    /// AnyKey's version.
    pub version: String,
    /// Wall-clock begin, RFC 3339, UTC.
    pub began: String,
    /// All scenarios that are known: twins are looked for here.
    pub scenarios: &'r [Scenario],
    /// The ids of those that run, in order.
    pub selected: Vec<String>,
    /// The keys, in order.
    pub keys: &'r [KeyModel],
    /// Where they are plugged in.
    pub bus: &'r dyn Bus,
    /// The one key, if it is somebody else's; it is its own `bus` then.
    pub attached: Option<&'r AttachedKey>,
    /// The manners.
    pub manners: Vec<Manner>,
    /// The server.
    pub target: &'r dyn Target,
    /// Flaws that are switched on in it, for the report.
    pub flaws: Vec<String>,
    /// The root of the keys' attestation certificates; the server is given it as trust anchor.
    pub root: &'r TestRoot,
    /// The root of the keys' certificates where a scenario wants one that the server does not trust.
    pub other_root: &'r TestRoot,
    /// How many cases are in work at a time; their order in the report stays. 0 counts as 1.
    pub jobs: usize,
    /// Further words of the command that replays a case: `--flaw NAME`, `--target NAME`.
    pub replay: Vec<String>,
}

impl<'r> RunPlan<'r> {
    /// The cases, in order: scenario by scenario, key by key, manner by manner.
    pub fn cases(&self) -> Vec<CaseId> {
        let mut cases = Vec::new();
        for scenario in self.selected() {
            for key in self.keys {
                for manner in self.manners.iter().filter(|manner| scenario.allows(**manner)) {
                    let (scenario, key) = (scenario.id.clone(), key.name().to_owned());
                    cases.push(CaseId { scenario, key, manner: *manner });
                }
            }
        }
        cases
    }

    fn selected(&self) -> impl Iterator<Item = &'r Scenario> {
        let server = self.target.name();
        self.selected.iter().filter_map(|id| self.scenario(id)).filter(move |s| s.is_for(server))
    }

    fn scenario(&self, id: &str) -> Option<&'r Scenario> {
        self.scenarios.iter().find(|scenario| scenario.id == id)
    }

    /// Why the server cannot take part, for people; `None` if it can.
    pub(crate) fn target_lacks(&self, scenario: &Scenario) -> Option<String> {
        let wants = scenario.server.as_ref().and_then(|server| server.versions.as_ref());
        let version = self.target.version().unwrap_or_default();
        if let Some(versions) = wants.filter(|range| !range.contain(&version)) {
            let server = self.server();
            return Some(format!("the server is `{server} {version}`, and this is about {versions}"));
        }
        let can = self.target.capabilities();
        let login = match scenario.login(|login| can.logs_in(login)) {
            Login::SecondFactor => TargetNeed::SecondFactor,
            Login::Passwordless => TargetNeed::Passwordless,
            Login::Usernameless => TargetNeed::Usernameless,
        };
        let mut needs = scenario.needs.target.iter().copied().chain([login]);
        let lacks = needs.find(|need| !match need {
            TargetNeed::Policy => can.policy,
            TargetNeed::SecondFactor => can.second_factor,
            TargetNeed::Passwordless => can.passwordless,
            TargetNeed::Usernameless => can.usernameless,
            TargetNeed::Credentials => can.credentials,
        })?;
        Some(format!("the server `{}` has no {}", self.server(), lacks.phrase()))
    }

    /// The server as reports name it: a dialect is never taken for the server itself.
    fn server(&self) -> String {
        match self.target.is_dialect() {
            true => format!("{} (dialect)", self.target.name()),
            false => self.target.name().to_owned(),
        }
    }

    fn started(&self, cases: usize) -> RunStarted {
        RunStarted {
            schema: SCHEMA,
            version: self.version.clone(),
            began: self.began.clone(),
            seed: self.seed,
            link: Some(self.bus.link()),
            target: TargetInfo {
                name: self.server(),
                version: self.target.version(),
                url: self.target.url(),
                flaws: self.flaws.clone(),
            },
            keys: self.keys.iter().map(|key| key.info.clone()).collect(),
            scenarios: self.selected().map(Scenario::info).collect::<Vec<ScenarioInfo>>(),
            manners: self.manners.clone(),
            cases,
        }
    }
}

/// Runs all cases, or as many as there are until `stop` is asked, and tells the sinks. The sinks are not finished: that is the
/// caller's, who also knows where they write.
pub async fn run(plan: &RunPlan<'_>, sinks: &mut [Box<dyn Sink>], stop: &Stop) -> RunDone {
    let began = Instant::now();
    let mut tell = |event: Event| sinks.iter_mut().for_each(|sink| sink.take(&event));
    let cases = plan.cases();
    tell(Event::RunStarted(plan.started(cases.len())));
    let mut done = RunDone {
        ended: Ended::Complete,
        pass: 0,
        unsupported: 0,
        unknown: 0,
        fail: 0,
        baseline_failed: 0,
        elapsed_ms: 0,
    };
    let certificates = Roots { own: Certificates::of(plan.root), other: Certificates::of(plan.other_root) };
    let work = Work { plan, certificates, ran: Mutex::default() };
    let mut bugs: Vec<String> = Vec::new();
    let version = plan.target.version().unwrap_or_default();
    // The cases ahead of the one that is told are in work too.
    let all: Vec<BoxFuture<'_, Ran>> = cases.iter().map(|case| work.judged(case.clone())).collect();
    let mut ahead = stream::iter(all).buffered(plan.jobs.max(1));
    for case in &cases {
        if stop.asked() {
            done.ended = Ended::Interrupted;
            break;
        }
        tell(Event::CaseStarted { case: case.clone() });
        let finished = tokio::select! {
            biased;
            () = stop.wait() => None,
            finished = ahead.next() => finished,
        };
        let Some(Ran { done: mut case_done, bug, .. }) = finished else {
            done.ended = Ended::Interrupted;
            break;
        };
        if bug {
            bugs.push(format!("{}: {}", case_done.case, case_done.reason));
        }
        // After the twins: a refusal is judged by what its twin really came to.
        known::settle(&mut case_done, plan.target.known(), &version);
        count(&mut done, &case_done);
        tell(Event::CaseDone(Box::new(case_done)));
    }
    // A case that was broken off is over: its keys are let go of.
    drop(ahead);
    if let Some(key) = plan.attached {
        key.tidy().await;
    }
    if let [first, ..] = bugs.as_slice() {
        done.ended = Ended::Aborted(format!(
            "{} of the cases ran into a bug of the bench; the first: {first}",
            bugs.len()
        ));
    }
    done.elapsed_ms = u64::try_from(began.elapsed().as_millis()).unwrap_or(u64::MAX);
    tell(Event::RunDone(done.clone()));
    done
}

fn count(done: &mut RunDone, case: &CaseDone) {
    match case.verdict {
        Verdict::Pass => done.pass += 1,
        Verdict::Unsupported => done.unsupported += 1,
        Verdict::Unknown => done.unknown += 1,
        Verdict::Fail => done.fail += 1,
    }
    done.baseline_failed += usize::from(case.baseline_failed);
}

/// Cases that ran, so that a twin which is a case of its own runs once.
struct Work<'p, 'r> {
    plan: &'p RunPlan<'r>,
    certificates: Roots<'p>,
    ran: Mutex<HashMap<CaseId, Arc<OnceCell<Ran>>>>,
}

impl Work<'_, '_> {
    /// The case with its last word: where it expects a refusal, the twin must pass.
    fn judged(&self, id: CaseId) -> BoxFuture<'_, Ran> {
        Box::pin(async move {
            let mut ran = self.run(&id).await;
            // Twins of twins: the loader rules out circles.
            if let Some(twin) = self.twin(&id).filter(|_| ran.needs_twin) {
                let of_twin = self.judged(twin).await;
                settle(&mut ran, &of_twin.done, self.plan.target);
            }
            ran
        })
    }

    /// The case before its twin is asked, run once however many ask for it.
    async fn run(&self, id: &CaseId) -> Ran {
        let cell = {
            let mut ran = self.ran.lock().unwrap_or_else(PoisonError::into_inner);
            Arc::clone(ran.entry(id.clone()).or_default())
        };
        let run = async {
            match self.plan.scenario(&id.scenario) {
                Some(scenario) => case::run(self.plan, &self.certificates, scenario, id).await,
                None => missing(id),
            }
        };
        cell.get_or_init(|| run).await.clone()
    }

    fn twin(&self, id: &CaseId) -> Option<CaseId> {
        let twin = self.plan.scenario(&id.scenario)?.twin.clone()?;
        Some(CaseId { scenario: twin, ..id.clone() })
    }
}

/// The twin's verdict decides whether the refusal counts. Where the server is known not to take the twin, the question does not
/// arise on it.
fn settle(ran: &mut Ran, twin: &CaseDone, target: &dyn Target) {
    ran.needs_twin = false;
    let (name, reason) = (&twin.case.scenario, &twin.reason);
    match twin.verdict {
        Verdict::Pass => ran.done.proof.push(plan::event::Proof {
            by: "bench".to_owned(),
            seen: format!("the twin `{name}` was accepted with the same key"),
        }),
        Verdict::Unsupported => {
            ran.done.verdict = Verdict::Unsupported;
            ran.done.reason = format!("the twin `{name}` is not supported: {reason}");
        }
        Verdict::Fail if known::of(target.known(), twin, &target.version().unwrap_or_default()).is_some() => {
            ran.done.verdict = Verdict::Unsupported;
            ran.done.reason = format!("this server is known not to pass the twin `{name}`: {reason}");
        }
        Verdict::Unknown | Verdict::Fail => {
            ran.done.verdict = Verdict::Unknown;
            ran.done.baseline_failed = true;
            ran.done.reason =
                format!("the refusal proves nothing: the twin `{name}` did not pass ({reason})");
        }
    }
}

/// A twin that is not among the scenarios: the loader rules it out.
fn missing(id: &CaseId) -> Ran {
    let done = CaseDone {
        case: id.clone(),
        verdict: Verdict::Unknown,
        outcome: plan::event::Outcome::None,
        reason: format!("there is no scenario `{}`", id.scenario),
        proof: Vec::new(),
        baseline_failed: false,
        known: None,
        steps: Vec::new(),
        replay: String::new(),
        elapsed_us: 0,
    };
    Ran { done, needs_twin: false, bug: true }
}
