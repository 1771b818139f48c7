//! Two threads that decide with one policy and a [`Scratch`] each, beside one thread that decides half as much: 1.0 is twice
//! the throughput.
//!
//! That is wall time, so it says something only where two processors are free. On Linux there follows the processor time of
//! a decision, which others that compute do not touch: 1.0 where the threads do not hinder each other.
#![expect(
    clippy::expect_used,
    reason = "a benchmark that cannot be set up must stop"
)]

mod report;

use std::fs;
use std::hint::black_box;
use std::rc::Rc;
use std::thread;
use std::time::{Duration, Instant};

use doorward::{Policy, Request, Scratch};
use doorward_benches::arguments::Arguments;
use doorward_benches::calls::Calls;
use doorward_benches::calls::plain::Loop;
use doorward_benches::timing::{Side, each};
use report::{Pair, Report};

fn main() {
    let arguments = Arguments::read();
    let mut report = Report::new(&arguments);
    let mut lines = Vec::new();
    for rule_count in arguments.sizes() {
        let calls = Calls::of_size(rule_count, &arguments).expect("the workload is there");
        let policy = calls.policy().expect("the workload loads");
        let plain = Loop::new(&calls).expect("the patterns are regular expressions");
        plain.assert_same(&policy, &calls.requests);
        policy.warm();
        let requests = calls.read_requests().expect("the workload is requests");
        let shared = Rc::new((policy, requests));
        let name = format!("threads/rules-{rule_count}/two");
        if arguments.measures() && arguments.wants(&name) {
            lines.extend(processor_line(&name, &shared));
        }
        report.pair(&Pair {
            name,
            measured: threads(2, &shared),
            over: "one that decides half as much",
            baseline: threads(1, &shared),
        });
    }
    report.finish();
    lines.iter().for_each(|line| println!("{line}"));
}

/// Returns a side in which each of `count` threads decides the workload five times.
fn threads(count: usize, shared: &Rc<(Policy, Vec<Request>)>) -> Side {
    let shared = Rc::clone(shared);
    each(move || {
        let (policy, requests) = &*shared;
        thread::scope(|scope| {
            for _ in 0..count {
                scope.spawn(|| {
                    let mut scratch = Scratch::new();
                    (0..5).for_each(|_| decide_all(policy, &mut scratch, requests));
                });
            }
        });
    })
}

fn decide_all(policy: &Policy, scratch: &mut Scratch, requests: &[Request]) {
    for request in requests {
        black_box(policy.decide_with(scratch, request).effect());
    }
}

/// Compares the processor time of a decision in two threads with that in one: the fastest of five rounds, both in turn.
fn processor_line(name: &str, shared: &(Policy, Vec<Request>)) -> Option<String> {
    let (mut two, mut one) = (f64::INFINITY, f64::INFINITY);
    for _ in 0..5 {
        two = two.min(processor_nanos(2, shared)?);
        one = one.min(processor_nanos(1, shared)?);
    }
    let ratio = two / one;
    Some(format!(
        "ratio {name} over one, processor time: {ratio:.2} ({two:.0} ns over {one:.0} ns a decision)"
    ))
}

/// Returns the processor time of a decision, by the slower of `count` threads that decide for a fifth of a second; `None`
/// where the system does not tell.
fn processor_nanos(count: usize, (policy, requests): &(Policy, Vec<Request>)) -> Option<f64> {
    let decide = || {
        let mut scratch = Scratch::new();
        let (start, before) = (Instant::now(), processor_time()?);
        let mut decided = 0.0;
        while start.elapsed() < Duration::from_millis(200) {
            decide_all(policy, &mut scratch, requests);
            decided += requests.len() as f64;
        }
        Some((processor_time()? - before) / decided)
    };
    thread::scope(|scope| {
        let threads: Vec<_> = (0..count).map(|_| scope.spawn(decide)).collect();
        let times = threads.into_iter().map(|thread| thread.join().ok()?);
        times.reduce(|one, other| Some(one?.max(other?)))?
    })
}

/// Returns the nanoseconds that this thread has computed for, to a few milliseconds.
fn processor_time() -> Option<f64> {
    let stat = fs::read_to_string("/proc/thread-self/schedstat").ok()?;
    stat.split_whitespace().next()?.parse().ok()
}
