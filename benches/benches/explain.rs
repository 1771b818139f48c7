//! A denial explained, near misses verified and written down, beside its verdict alone.
#![expect(
    clippy::expect_used,
    reason = "a benchmark that cannot be set up must stop"
)]

mod report;

use std::cell::RefCell;
use std::hint::black_box;

use doorward::{Effect, Policy, Request, Scratch};
use doorward_benches::arguments::Arguments;
use doorward_benches::timing::each;
use doorward_benches::{Denial, denials, mixed_policy};
use report::{Pair, Report};

fn main() {
    let arguments = Arguments::read();
    let mut report = Report::new(&arguments);
    for rule_count in arguments.sizes() {
        pairs(rule_count).iter().for_each(|pair| report.pair(pair));
    }
    report.finish();
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
        let scratch = RefCell::new(Scratch::new());
        Pair {
            name: format!("explain/rules-{rule_count}/{kind}"),
            measured: each(move || {
                for request in &explained.1 {
                    black_box(explained.0.decide(black_box(request)).to_json());
                }
            }),
            over: "verdict",
            baseline: each(move || {
                for request in &plain.1 {
                    let mut scratch = scratch.borrow_mut();
                    black_box(
                        plain
                            .0
                            .decide_with(&mut scratch, black_box(request))
                            .effect(),
                    );
                }
            }),
        }
    };
    ["typo", "pending", "nothing-near"].map(of_kind).into()
}
