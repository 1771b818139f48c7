//! Verdicts beside the floor, and the loop: how long a decision takes as rules grow from ten to ten thousand.
//!
//! ```text
//! cargo bench -p doorward-benches --bench verdict
//! ```
//!
//! Each request is timed alone, in rounds; of each the fastest round counts, so that what else the machine does counts
//! least, and the percentiles are over requests.
#![expect(
    clippy::expect_used,
    reason = "a benchmark that cannot be set up must stop"
)]

use std::hint::black_box;
use std::time::{Duration, Instant};

use doorward::{Effect, Policy, Request, Scratch};
use doorward_benches::calls::Calls;
use doorward_benches::calls::floor::Floor;
use doorward_benches::calls::plain::{Loop, Said};

/// Times over the requests of a workload, in nanoseconds, fastest first.
struct Times(Vec<f64>);

impl Times {
    fn at(&self, share: f64) -> f64 {
        let last = self.0.len().saturating_sub(1) as f64;
        self.0.get((last * share) as usize).copied().unwrap_or(0.0)
    }

    fn mean(&self) -> f64 {
        self.0.iter().sum::<f64>() / self.0.len().max(1) as f64
    }
}

/// Times `call` on each of `count` inputs: the fastest of `rounds`.
fn time(count: usize, rounds: usize, mut call: impl FnMut(usize)) -> Times {
    let mut clock = f64::INFINITY;
    for _ in 0..2000 {
        let start = Instant::now();
        clock = clock.min(black_box(start.elapsed()).as_nanos() as f64);
    }
    let mut best = vec![f64::INFINITY; count];
    let started = Instant::now();
    for round in 0..rounds {
        for (index, best) in best.iter_mut().enumerate() {
            let start = Instant::now();
            call(index);
            *best = best.min(start.elapsed().as_nanos() as f64 - clock);
        }
        if round > 2 && started.elapsed() > Duration::from_secs(3) {
            break;
        }
    }
    best.sort_by(f64::total_cmp);
    Times(best)
}

fn main() {
    let folder = std::env::args().skip_while(|a| a != "--workload").nth(1);
    println!(
        "{:>7} {:>8} {:>8} {:>8} {:>8} {:>8} {:>8} {:>8}",
        "rules", "scan", "lookup", "floor", "verdict", "ratio", "p99", "loop"
    );
    for count in [10, 100, 1000, 10_000] {
        let calls = match &folder {
            Some(folder) => Calls::read(&std::path::Path::new(folder).join(count.to_string()))
                .expect("workload"),
            None => Calls::generate(count, 2000, 1),
        };
        row(count, &calls);
    }
}

fn row(count: usize, calls: &Calls) {
    let start = Instant::now();
    let policy = calls.policy().expect("loads");
    let load = start.elapsed();
    let requests = calls.read_requests();
    assert_eq!(requests.len(), calls.requests.len());
    let plain = Loop::new(calls).expect("patterns");
    agree(&policy, &plain, calls, &requests);
    policy.warm();
    let floor = Floor::new(calls);
    let n = requests.len();
    let scan = time(n, 200, |i| {
        black_box(floor.scan(&calls.requests[i]));
    });
    let lookup = time(n, 200, |i| {
        black_box(floor.look_up(&calls.requests[i]));
    });
    let mut scratch = Scratch::new();
    let verdict = time(n, 200, |i| {
        black_box(policy.decide_with(&mut scratch, &requests[i]).effect());
    });
    let candidates = time(n, 200, |i| {
        black_box(
            policy
                .decide_near_with(&mut scratch, &requests[i])
                .candidates()
                .count(),
        );
    });
    let explained = time(n, 20, |i| {
        black_box(policy.decide(&requests[i]).to_json());
    });
    println!(
        "candidates {:.0} ({:.2}) explained {:.0} p99 {:.0}",
        candidates.at(0.5),
        candidates.at(0.5) / verdict.at(0.5),
        explained.at(0.5),
        explained.at(0.99)
    );
    let mut said = Said::default();
    let naive = time(n, 20, |i| plain.judge(&calls.requests[i], &mut said));
    let f = scan.at(0.5) + lookup.at(0.5);
    println!(
        "{count:>7} {:>8.0} {:>8.0} {:>8.0} {:>8.0} {:>8.2} {:>8.0} {:>8.0} mean {:.0} load {:?}",
        scan.at(0.5),
        lookup.at(0.5),
        f,
        verdict.at(0.5),
        verdict.at(0.5) / f,
        verdict.at(0.99),
        naive.at(0.5),
        verdict.mean(),
        load
    );
}

fn agree(policy: &Policy, plain: &Loop, calls: &Calls, requests: &[Request]) {
    let mut scratch = Scratch::new();
    let mut said = Said::default();
    for (call, request) in calls.requests.iter().zip(requests) {
        let verdict = policy.decide_with(&mut scratch, request);
        plain.judge(call, &mut said);
        assert_eq!(
            verdict.effect(),
            said.effect.unwrap_or(Effect::Ask),
            "{call:?}"
        );
        let matched: Vec<String> = verdict
            .matched()
            .map(|(rule, ..)| rule.to_string())
            .collect();
        let expected: Vec<String> = said
            .matched
            .iter()
            .map(|n| format!("rule-{n:06}"))
            .collect();
        assert_eq!(matched, expected, "{call:?}");
    }
}
