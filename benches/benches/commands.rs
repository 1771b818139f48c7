//! Command line to leaves: parsing, resolving words, the table of programs, and what they touch.
//!
//! What is timed is the verdict on a request that runs the line, under a policy without rules, so judging adds little. The
//! lines of the vectors are compared with `rable`, a parser of bash, which gives a syntax tree and no more; that needs
//! `--features rable`. Lines that are made to be slow are compared with their first halves: where that is more than 2.3,
//! time grows faster than the line.
//!
//! ```text
//! cargo bench -p doorward-benches --features rable --bench commands
//! ```
#![expect(
    clippy::expect_used,
    reason = "a benchmark that cannot be set up must stop"
)]

mod report;

use std::cell::RefCell;
use std::hint::black_box;

use doorward::{Policy, Request, Scratch};
use doorward_benches::arguments::Arguments;
use doorward_benches::lines::FAMILIES;
use doorward_benches::timing::{Side, each};
use report::{Pair, Report};

/// The length of the longer of two lines that are made to be slow, in bytes.
const LONG: usize = 64 << 10;

fn main() {
    let arguments = Arguments::read();
    let mut report = Report::new(&arguments);
    for family in FAMILIES {
        report.pair(&Pair {
            name: format!("commands/{}-64KiB", family.name),
            measured: read(&family.line(LONG)),
            over: "half of it",
            baseline: read(&family.line(LONG / 2)),
        });
    }
    #[cfg(feature = "rable")]
    peer::pairs().iter().for_each(|pair| report.pair(pair));
    report.finish();
    #[cfg(feature = "rable")]
    if arguments.measures() {
        peer::table();
    }
}

fn policy() -> Policy {
    Policy::from_toml("doorward = 1\n").expect("a policy without rules loads")
}

fn request(line: &str) -> Request {
    let request = serde_json::json!({
        "action": "Bash",
        "input": { "command": line },
        "facts": { "cwd": "/home/ana/work", "project": "/home/ana/work", "home": "/home/ana" },
    });
    Request::from_json(request.to_string().as_bytes()).expect("the workload is requests")
}

fn read(line: &str) -> Side {
    let (policy, request) = (policy(), request(line));
    let scratch = RefCell::new(Scratch::new());
    each(move || {
        let mut scratch = scratch.borrow_mut();
        let verdict = policy.decide_with(&mut scratch, black_box(&request));
        black_box(verdict.effect());
    })
}

#[cfg(feature = "rable")]
mod peer {
    use std::hint::black_box;
    use std::time::Instant;

    use doorward::Scratch;
    use doorward_benches::lines::{is_plain, of_vectors};
    use doorward_benches::timing::{Side, each};

    use super::{Pair, policy, read, request};

    /// So often is each line read by both; the fastest time counts.
    const ROUNDS: usize = 200;

    /// Lines of some sizes.
    pub(crate) fn pairs() -> Vec<Pair> {
        let typical = "cd web && npm test 2>&1 | tail -20";
        let long =
            "git status --short && cargo build --release; ls -la src | grep \"x y\"\n".repeat(29);
        let lines = [
            ("plain-13B", "git status -s".to_owned()),
            ("typical-34B", typical.to_owned()),
            ("long-2KB", long),
        ];
        let pair = |(name, line): (&str, String)| Pair {
            name: format!("commands/{name}"),
            measured: read(&line),
            over: "rable",
            baseline: parse(line),
        };
        lines.into_iter().map(pair).collect()
    }

    fn parse(line: String) -> Side {
        each(move || {
            drop(black_box(rable::parse(black_box(&line), false)));
        })
    }

    /// Prints the median and the 99th percentile over the lines of the vectors.
    pub(crate) fn table() {
        let lines = of_vectors().expect("the vectors are there");
        let policy = policy();
        let mut scratch = Scratch::new();
        let mut times = Vec::new();
        for line in &lines {
            let request = request(line);
            let (mut ours, mut theirs) = (f64::INFINITY, f64::INFINITY);
            for _ in 0..ROUNDS {
                let start = Instant::now();
                black_box(
                    policy
                        .decide_with(&mut scratch, black_box(&request))
                        .effect(),
                );
                ours = ours.min(start.elapsed().as_secs_f64() * 1e9);
                let start = Instant::now();
                drop(black_box(rable::parse(black_box(line), false)));
                theirs = theirs.min(start.elapsed().as_secs_f64() * 1e9);
            }
            times.push((is_plain(line), ours, theirs));
        }
        for (name, plain) in [("plain", true), ("all", false)] {
            let of = |side: fn(&(bool, f64, f64)) -> f64| {
                let kept = times.iter().filter(|time| time.0 || !plain);
                let mut kept: Vec<f64> = kept.map(side).collect();
                kept.sort_by(f64::total_cmp);
                kept
            };
            let (ours, theirs) = (of(|time| time.1), of(|time| time.2));
            for percent in [50, 99] {
                let at = |times: &[f64]| {
                    let index = (times.len().max(1) - 1) * percent / 100;
                    times.get(index).copied().unwrap_or_default()
                };
                println!(
                    "commands/{name} ({} lines) p{percent}: {:.0} ns, rable {:.0} ns, ratio {:.2}",
                    ours.len(),
                    at(&ours),
                    at(&theirs),
                    at(&ours) / at(&theirs),
                );
            }
        }
    }
}
