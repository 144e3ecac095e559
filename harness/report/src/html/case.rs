//! One case as the template sees it: its words, its steps, what went over the wires.

use plan::Verdict;
use plan::event::{Between, CaseDone, Exchange, Message, Node, Proof, ScenarioInfo, StepDone};
use serde::Serialize;

use super::sequence::Sequence;
use super::view::{anchor, link, sign, verdict_class};
use crate::Report;
use crate::matrix::{Kind, said};
use crate::terminal::duration;
use crate::text::clean;

/// A case.
#[derive(Serialize)]
pub struct Case {
    anchor: String,
    scenario: String,
    key: String,
    manner: &'static str,
    verdict: &'static str,
    class: &'static str,
    sign: &'static str,
    open: bool,
    outcome: &'static str,
    said: Option<String>,
    reason: String,
    proof: Vec<ProofView>,
    title: String,
    requires: String,
    spec: Option<String>,
    catches: Vec<String>,
    twin: Option<String>,
    replay: String,
    elapsed: String,
    steps: Vec<Step>,
    sequence: Sequence,
}

#[derive(Serialize)]
struct Step {
    verb: String,
    expected: String,
    happened: String,
    ok: bool,
    exchanges: Vec<ExchangeView>,
}

#[derive(Serialize)]
struct ExchangeView {
    between: &'static str,
    name: String,
    request: MessageView,
    response: MessageView,
}

#[derive(Serialize)]
struct MessageView {
    bytes: usize,
    hex: String,
    lines: Vec<Line>,
}

/// One node of a tree, flattened: however deep a hostile tree is, the page stays flat.
#[derive(Serialize)]
struct Line {
    indent: String,
    name: String,
    value: Option<String>,
}

/// One piece of evidence.
#[derive(Serialize)]
pub struct ProofView {
    by: String,
    seen: String,
}

/// A case of `report`.
pub fn case(report: &Report, case: &CaseDone) -> Case {
    let scenario = report.run.scenarios.iter().find(|s| s.id == case.case.scenario);
    let text = |of: fn(&ScenarioInfo) -> &str| scenario.map(|s| clean(of(s))).unwrap_or_default();
    Case {
        anchor: anchor(case),
        scenario: clean(&case.case.scenario),
        key: clean(&case.case.key),
        manner: case.case.manner.name(),
        verdict: case.verdict.name(),
        class: verdict_class(case.verdict, case.known.is_some()),
        sign: sign(case.verdict, case.known.is_some()),
        open: matches!(case.verdict, Verdict::Fail | Verdict::Unknown),
        outcome: Kind::of(case).phrase(case.verdict),
        said: said(&case.outcome).map(|words| clean(&words)),
        reason: clean(&case.reason),
        proof: proofs(case.proof.iter()),
        title: text(|s| &s.title),
        requires: text(|s| &s.requires),
        spec: scenario.and_then(|s| link(&s.spec)),
        catches: scenario.map(|s| s.catches.iter().map(|c| clean(c)).collect()).unwrap_or_default(),
        twin: scenario.and_then(|s| s.twin.as_deref().map(clean)),
        replay: clean(&case.replay),
        elapsed: micros(case.elapsed_us),
        steps: case.steps.iter().map(step).collect(),
        sequence: Sequence::of(&case.steps),
    }
}

fn step(step: &StepDone) -> Step {
    let exchange = |e: &Exchange| ExchangeView {
        between: match e.between {
            Between::ClientAndKey => "client ↔ key",
            Between::ClientAndServer => "client ↔ server",
        },
        name: clean(&e.name),
        request: message(&e.request),
        response: message(&e.response),
    };
    Step {
        verb: clean(&step.verb),
        expected: clean(&step.expected),
        happened: clean(&step.happened),
        ok: step.ok,
        exchanges: step.exchanges.iter().map(exchange).collect(),
    }
}

fn message(message: &Message) -> MessageView {
    let mut lines = Vec::new();
    // Depth first by hand: the depth is the sender's choice.
    let mut stack: Vec<(usize, &Node)> = message.decoded.iter().rev().map(|node| (0, node)).collect();
    while let Some((depth, node)) = stack.pop() {
        lines.push(Line {
            indent: "  ".repeat(depth.min(40)),
            name: clean(&node.name),
            value: node.value.as_deref().map(clean),
        });
        stack.extend(node.parts.iter().rev().map(|part| (depth + 1, part)));
    }
    MessageView { bytes: message.hex.len() / 2, hex: clean(&message.hex), lines }
}

/// Evidence, cleaned.
pub fn proofs<'p>(proof: impl Iterator<Item = &'p Proof>) -> Vec<ProofView> {
    proof.map(|p| ProofView { by: clean(&p.by), seen: clean(&p.seen) }).collect()
}

fn micros(us: u64) -> String {
    if us < 1_000 { format!("{us} µs") } else { duration(us / 1_000) }
}
