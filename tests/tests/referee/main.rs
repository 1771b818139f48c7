//! The reader of commands against what bash really does: I7 to I12 of the design's section 10 on generated scripts.
//!
//! Scripts run in the referee's places (`doorward_tests::referee`); where the system has no namespaces for them, one line says so and what needs
//! them passes. A failure prints its seed, the script, and the smallest tree that still fails.
//!
//! The scripts of a seed are the same on every machine. Each is composed of a payload (a program that a policy denies, or a file that it says must
//! not be written), spellings of its words, ways to write the whole of it, and nestings, wrappers, variables, functions, directories and
//! options of the shell around it: `doorward_tests::referee::script` has the lists. What bash does not execute counts for nothing, so the
//! closing line says how many scripts did what they were made for, and how those were answered where it is denied; none may be allowed.
//!
//! A long run: `DOORWARD_REFEREE_SCRIPTS=100000 cargo test --release -p doorward-tests --test referee`.
//! Other scripts: `DOORWARD_REFEREE_SEED=1000000`, the first seed.
//! Scripts of your own, parted by NUL characters: `DOORWARD_REFEREE_FILE=scripts.bin`; with `DOORWARD_REFEREE_REAL=1` where programs are real,
//! and with `DOORWARD_REFEREE_POLICY=policy.toml` each is decided by that policy, and the decision shown.
//! More than eight failures of each invariant: `DOORWARD_REFEREE_SHOWN=100`.

#![expect(
    clippy::panic,
    clippy::expect_used,
    reason = "a test fails by panicking"
)]

mod compound;
mod disguises;
mod files;
mod honest;
mod invariants;
mod known;
mod places;
mod report;
mod scripts;
mod syntax;
mod wrappers;

use std::io::Write;

/// How many scripts run when nothing else is asked for.
const SCRIPTS: u64 = 15_000;

/// Writes one line past the test harness, which keeps what passing tests print.
fn say(line: &str) {
    let _ = writeln!(std::io::stderr(), "referee: {line}");
}

fn number(name: &str, otherwise: u64) -> u64 {
    std::env::var(name).map_or(otherwise, |text| text.parse().expect("a number"))
}

/// How many scripts are asked for.
fn scripts() -> u64 {
    number("DOORWARD_REFEREE_SCRIPTS", SCRIPTS)
}

/// The seeds of `count` scripts.
fn seeds(count: u64) -> std::ops::Range<u64> {
    let first = number("DOORWARD_REFEREE_SEED", 0);
    first..first + count
}
