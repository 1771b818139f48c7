//! The worst that a request can hold: a text of 2 KB, about nothing or made of what the policy looks for.
//!
//! A text about nothing is compared with the scan of the floor alone, a provoking one with one about nothing.
#![expect(
    clippy::expect_used,
    reason = "a benchmark that cannot be set up must stop"
)]

mod report;

use std::cell::{Cell, RefCell};
use std::hint::black_box;
use std::rc::Rc;

use doorward::{Policy, Request, Scratch};
use doorward_benches::arguments::Arguments;
use doorward_benches::calls::floor::Floor;
use doorward_benches::calls::plain::Loop;
use doorward_benches::calls::{Call, Calls};
use doorward_benches::timing::{Side, each};
use report::{Pair, Report};

const BYTES: usize = 2048;
/// How many texts take turns.
const TEXTS: usize = 50;

fn main() {
    let arguments = Arguments::read();
    let mut report = Report::new(&arguments);
    for rule_count in arguments.sizes() {
        let calls = Calls::of_size(rule_count, &arguments).expect("the workload is there");
        pairs(rule_count, &calls)
            .iter()
            .for_each(|pair| report.pair(pair));
    }
    report.finish();
}

fn pairs(rule_count: usize, calls: &Calls) -> Vec<Pair> {
    let policy = calls.policy().expect("the workload loads");
    policy.warm();
    let floor = Rc::new(Floor::new(calls).expect("the literals fit"));
    assert_eq!(floor.bare_count(), 0, "every pattern has a literal");
    let plain = Loop::new(calls).expect("the patterns are regular expressions");
    let mut pairs = Vec::new();
    for field in ["command", "path"] {
        let quiet = calls.plain(field, BYTES, TEXTS);
        let loud = calls.provoking(field, BYTES, TEXTS);
        for call in quiet.iter().chain(&loud) {
            let value = call.values.iter().find(|value| value.len() == BYTES);
            assert!(value.is_some(), "the name says the size: {call:?}");
        }
        plain.assert_same(&policy, &quiet);
        plain.assert_same(&policy, &loud);
        pairs.push(Pair {
            name: format!("worst/rules-{rule_count}/plain-2KB-{field}"),
            measured: decide(&policy, &quiet),
            over: "the scan alone",
            baseline: scan(&floor, &quiet),
        });
        if !loud.is_empty() {
            pairs.push(Pair {
                name: format!("worst/rules-{rule_count}/provoking-2KB-{field}"),
                measured: decide(&policy, &loud),
                over: "a plain text",
                baseline: decide(&policy, &quiet),
            });
        }
    }
    pairs
}

fn decide(policy: &Policy, calls: &[Call]) -> Side {
    let policy = policy.clone();
    let read = |call: &Call| call.read().expect("the workload is requests");
    let requests: Vec<Request> = calls.iter().map(read).collect();
    let scratch = RefCell::new(Scratch::new());
    let next = Cell::new(0);
    each(move || {
        let request = turn(&requests, &next);
        let mut scratch = scratch.borrow_mut();
        black_box(
            policy
                .decide_with(&mut scratch, black_box(request))
                .effect(),
        );
    })
}

fn scan(floor: &Rc<Floor>, calls: &[Call]) -> Side {
    let (floor, calls) = (Rc::clone(floor), calls.to_vec());
    let next = Cell::new(0);
    each(move || {
        black_box(floor.scan(black_box(turn(&calls, &next))));
    })
}

fn turn<'i, T>(items: &'i [T], next: &Cell<usize>) -> &'i T {
    let item = items.get(next.get()).or(items.first());
    next.set((next.get() + 1) % items.len());
    item.expect("there are some")
}
