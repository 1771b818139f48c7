//! A denial explained, near misses verified, beside its verdict alone.
#![expect(
    clippy::expect_used,
    reason = "a benchmark that cannot be set up must stop"
)]

mod report;

use std::hint::black_box;

use doorward::{Effect, Policy, Request};
use doorward_benches::{Denial, denials, mixed_policy};
use report::Pair;

fn main() {
    let pairs: Vec<Pair> = [10, 100, 1000, 10_000]
        .into_iter()
        .flat_map(pairs)
        .collect();
    report::run(&pairs);
}

fn pairs(rule_count: usize) -> Vec<Pair> {
    let policy = Policy::from_toml(&mixed_policy(rule_count)).expect("the workload loads");
    let of_kind = |kind: &'static str| {
        let requests: Vec<Request> = denials(rule_count, 40)
            .into_iter()
            .filter(|denial| denial.kind == kind)
            .map(|Denial { request, .. }| {
                Request::from_json(request.as_bytes()).expect("a request")
            })
            .collect();
        assert!(!requests.is_empty(), "no denial is {kind}");
        for request in &requests {
            assert_ne!(policy.decide(request).effect(), Effect::Allow);
        }
        let (explained, plain) = (
            (policy.clone(), requests.clone()),
            (policy.clone(), requests),
        );
        Pair {
            name: format!("explain/rules-{rule_count}/{kind}"),
            measured: Box::new(move || {
                for request in &explained.1 {
                    black_box(explained.0.decide(black_box(request)).near().len());
                }
            }),
            over: "verdict",
            baseline: Box::new(move || {
                for request in &plain.1 {
                    black_box(plain.0.decide(black_box(request)).effect());
                }
            }),
        }
    };
    ["typo", "pending", "nothing-near"].map(of_kind).into()
}
