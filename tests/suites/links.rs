//! The same scenarios over a real link, with real time between client and key: the same verdicts as in process, case by case.

use links::{Bus, Plugs};
use plan::event::{Between, CaseDone, Exchange, StepDone};
use run::KeyModel;
use targets::reference::Flaws;

use super::flaws::{line, on_bus};

async fn all(bus: &dyn Bus, keys: &[KeyModel]) -> Vec<CaseDone> {
    let scenarios = run::catalogue::embedded().unwrap();
    on_bus(bus, keys, &scenarios, &[], Flaws::NONE, 5).await.0
}

/// What a case came to, without what time makes of it.
fn timeless(case: &CaseDone) -> CaseDone {
    let steps =
        case.steps.iter().map(|step| StepDone { exchanges: messages(step), ..step.clone() }).collect();
    CaseDone { elapsed_us: 0, steps, ..case.clone() }
}

/// What was said between client and key; a U2F key is asked as often as it takes.
fn messages(step: &StepDone) -> Vec<Exchange> {
    let mut said: Vec<Exchange> = Vec::new();
    for exchange in step.exchanges.iter().filter(|exchange| exchange.between == Between::ClientAndKey) {
        if said.last() != Some(exchange) {
            said.push(exchange.clone());
        }
    }
    said
}

#[tokio::test(flavor = "multi_thread")]
async fn sockets_give_the_same_cases_as_no_link_at_all() {
    let keys: Vec<KeyModel> = profiles::usual().iter().map(KeyModel::new).collect();
    let plugs = Plugs::on_sockets().unwrap();
    let (process, sockets) = tokio::join!(all(&links::Direct, &keys), all(&plugs, &keys));
    assert_eq!(process.len(), sockets.len());
    for (one, other) in process.iter().zip(&sockets) {
        assert_eq!(timeless(one), timeless(other), "{} and {}", line(one), line(other));
    }
}
