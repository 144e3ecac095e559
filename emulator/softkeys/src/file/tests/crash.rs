//! The power goes at every operation of the disk; whatever is on it afterwards opens, with nothing half there and nothing
//! acknowledged lost.

use std::path::Path;

use super::Bench;
use super::script::{Act, Model, commit, content, life};
use super::simulated::{Fault, Image, Simulated};
use crate::file::{FileStore, OpenError, Unlock};

const SEALING_KEY: [u8; 32] = [0x5e; 32];

pub(super) fn open(disk: &Simulated, unlock: &Unlock) -> Result<FileStore, OpenError> {
    FileStore::over(Box::new(disk.clone()), Path::new("simulated"), unlock, &SEALING_KEY)
}

/// Opens an image, which must be possible, and gives what is in it.
fn opened(image: &Image, unlock: &Unlock) -> Model {
    content(&mut open(&Simulated::with(image), unlock).unwrap())
}

/// What a life with a power cut has come to.
struct Cut {
    disk: Simulated,
    /// After the last commit that was acknowledged.
    acknowledged: Model,
    /// After the one that was in work.
    in_work: Model,
}

/// Lives `batches` on `disk` until the power goes; `None` if it does not go.
fn live(disk: Simulated, unlock: &Unlock, batches: &[Vec<Act>]) -> Option<Cut> {
    let mut acknowledged = Model::default();
    let mut in_work = Model::default();
    if let Ok(mut store) = open(&disk, unlock) {
        for batch in batches {
            in_work = acknowledged.after(batch);
            match commit(&mut store, batch) {
                Ok(()) => acknowledged = in_work.clone(),
                Err(_) => break,
            }
            if disk.is_dead() {
                break;
            }
        }
    }
    disk.is_dead().then_some(Cut { disk, acknowledged, in_work })
}

#[test]
fn a_power_cut_at_every_operation() {
    let bench = Bench::new();
    let unlock = bench.unlock();
    let (mut cuts, mut images) = (0, 0);
    while let Some(cut) = live(Simulated::new().fail(cuts, Fault::Cut), &unlock, &life()) {
        for image in cut.disk.images() {
            let found = opened(&image, &unlock);
            assert!(
                found == cut.acknowledged || found == cut.in_work,
                "cut at {cuts}: {found:?} is neither {:?} nor {:?}",
                cut.acknowledged,
                cut.in_work
            );
            images += 1;
        }
        cuts += 1;
    }
    assert!(cuts > 30 && images > 3000, "{cuts} cuts, {images} images");
}

/// The power goes again while the first cut is repaired, and once more in the commit after that.
#[test]
fn a_power_cut_while_the_last_one_is_repaired() {
    let bench = Bench::new();
    let unlock = bench.unlock();
    let next = [Act::Put(9, vec![9; 9]), Act::PutKey(9, vec![9; 9])];
    let mut repairs = 0;
    for first in 0.. {
        let Some(cut) = live(Simulated::new().fail(first, Fault::Cut), &unlock, &life()) else { break };
        for image in cut.disk.images().iter().step_by(11) {
            let before = opened(image, &unlock);
            let after = before.after(&next);
            for second in 0.. {
                let disk = Simulated::with(image).fail(second, Fault::Cut);
                let done = open(&disk, &unlock).map(|mut store| {
                    assert_eq!(content(&mut store), before);
                    commit(&mut store, &next)
                });
                if !disk.is_dead() {
                    assert!(matches!(done, Ok(Ok(()))));
                    break;
                }
                let acknowledged = matches!(done, Ok(Ok(())));
                for image in disk.extremes() {
                    let found = opened(&image, &unlock);
                    assert!(
                        found == after || (found == before && !acknowledged),
                        "cut at {first}, then {second}"
                    );
                    repairs += 1;
                }
            }
        }
    }
    assert!(repairs > 2000, "{repairs}");
}

/// A journal that is mostly history is written anew on the way.
#[test]
fn a_power_cut_while_an_overgrown_journal_is_written_anew() {
    let bench = Bench::new();
    let unlock = bench.unlock();
    let large: Vec<Vec<Act>> = (0..9).map(|n| vec![Act::Put(1, vec![n; 20_000])]).collect();
    let mut cuts = 0;
    while let Some(cut) = live(Simulated::new().fail(cuts, Fault::Cut), &unlock, &large) {
        for image in cut.disk.extremes() {
            let found = opened(&image, &unlock);
            assert!(found == cut.acknowledged || found == cut.in_work, "cut at {cuts}");
        }
        cuts += 1;
    }
    let disk = Simulated::new();
    assert!(live(disk.clone(), &unlock, &large).is_none());
    let plain = 5 + 3 * large.len();
    assert!(cuts > plain && disk.operations() == cuts, "{cuts} operations, without a new journal {plain}");
}
