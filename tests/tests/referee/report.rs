//! What went wrong in a run of many scripts, each with the smallest script that shows it.

use super::number;
use super::places::Places;
use doorward_tests::referee::script::{Piece, shrink::shrink};
use std::collections::BTreeMap;
use std::sync::Mutex;

/// How many failures of an invariant are shrunk and shown, when nothing else is asked for.
const SHOWN: u64 = 8;

/// How many smaller trees are tried for one failure.
const TRIES: usize = 200;

/// What a check found wrong with a tree; `None` when all is well.
pub(super) type Check<'a> = dyn Fn(&mut Places, &Piece) -> Option<String> + Sync + 'a;

/// Failures by invariant.
#[derive(Default)]
pub(super) struct Report {
    failures: Mutex<BTreeMap<&'static str, Failures>>,
}

#[derive(Default)]
struct Failures {
    count: usize,
    shown: Vec<String>,
}

fn shown() -> u64 {
    number("DOORWARD_REFEREE_SHOWN", SHOWN)
}

impl Report {
    /// Notes a failure that needs no shrinking.
    pub(super) fn note(&self, invariant: &'static str, what: String) {
        let mut all = self.failures.lock().expect("no failure while failing");
        let failures = all.entry(invariant).or_default();
        failures.count += 1;
        if (failures.shown.len() as u64) < shown() {
            failures.shown.push(what);
        }
    }

    /// Checks a tree, and shrinks it when it fails.
    pub(super) fn check(
        &self,
        invariant: &'static str,
        places: &mut Places,
        (seed, piece): (u64, &Piece),
        check: &Check<'_>,
    ) {
        let Some(what) = check(places, piece) else {
            return;
        };
        let seen = self.count(invariant);
        let mut last = what.clone();
        if (seen as u64) < shown() {
            shrink(piece, TRIES, &mut |smaller| match check(places, smaller) {
                Some(what) => {
                    last = what;
                    true
                }
                None => false,
            });
        }
        self.note(
            invariant,
            format!("seed {seed}: {what}\n--- shrunk: {last}"),
        );
    }

    fn count(&self, invariant: &str) -> usize {
        let all = self.failures.lock().expect("no failure while failing");
        all.get(invariant).map_or(0, |failures| failures.count)
    }

    /// Fails when there is a failure of that invariant.
    pub(super) fn assert(&self, invariant: &str) {
        let all = self.failures.lock().expect("no failure while failing");
        if let Some(failures) = all.get(invariant) {
            let (count, shown) = (failures.count, failures.shown.join("\n\n"));
            drop(all);
            panic!("{invariant}: {count} failures\n\n{shown}");
        }
    }
}
