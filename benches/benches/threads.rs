//! Two threads that decide with one policy and a [`Scratch`] each, beside one thread that decides half as much: 1.0 is twice
//! the throughput.
#![expect(
    clippy::expect_used,
    reason = "a benchmark that cannot be set up must stop"
)]

mod report;

use std::hint::black_box;
use std::rc::Rc;
use std::thread;

use doorward::{Policy, Request, Scratch};
use doorward_benches::arguments::Arguments;
use doorward_benches::calls::Calls;
use doorward_benches::calls::plain::Loop;
use doorward_benches::timing::{Side, each};
use report::{Pair, Report};

fn main() {
    let arguments = Arguments::read();
    let mut report = Report::new(&arguments);
    for rule_count in arguments.sizes() {
        let calls = Calls::of_size(rule_count, &arguments).expect("the workload is there");
        let policy = calls.policy().expect("the workload loads");
        let plain = Loop::new(&calls).expect("the patterns are regular expressions");
        plain.assert_same(&policy, &calls.requests);
        policy.warm();
        let requests = calls.read_requests().expect("the workload is requests");
        let shared = Rc::new((policy, requests));
        report.pair(&Pair {
            name: format!("threads/rules-{rule_count}/two"),
            measured: threads(2, &shared),
            over: "one that decides half as much",
            baseline: threads(1, &shared),
        });
    }
    report.finish();
}

/// Returns a side in which each of `count` threads decides the workload ten times.
fn threads(count: usize, shared: &Rc<(Policy, Vec<Request>)>) -> Side {
    let shared = Rc::clone(shared);
    each(move || {
        let (policy, requests) = &*shared;
        let decide = || {
            let mut scratch = Scratch::new();
            for request in (0..10).flat_map(|_| requests) {
                black_box(policy.decide_with(&mut scratch, request).effect());
            }
        };
        thread::scope(|scope| {
            for _ in 0..count {
                scope.spawn(decide);
            }
        });
    })
}
