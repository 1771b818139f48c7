//! Verdicts beside those of other engines, given the same rules and requests ([`doorward_benches::peers`]).
//!
//! ```text
//! HS_LIB=.. cargo bench -p doorward-benches --features peers --bench peers
//! cargo bench -p doorward-benches --features peers --bench peers -- rules-1000/cedar
//! ```
//!
//! Each engine must say the same of every request as a plain loop; then it and ours judge them in turn. `load`, `warm` and
//! what the peer takes to compile are milliseconds; `mean` and `novel` are nanoseconds, as in the bench `verdict`. A peer
//! that cannot judge all requests in its time judges the first ones, and ours is compared on those. `x` is how many times
//! as long the peer takes (to compile: as `load` does), so more than 1 is in our favour.
//!
//! Cedar has the rules that it can say. Casbin tells only whether a request is allowed. Without `HS_LIB` (see
//! [`vectorscan`]) Vectorscan is left out, and said to be.
#![expect(
    clippy::expect_used,
    reason = "a benchmark that cannot be set up must stop"
)]

use std::hint::black_box;
use std::time::{Duration, Instant};

use doorward::{Effect, Policy, Request, Scratch};
use doorward_benches::arguments::Arguments;
use doorward_benches::calls::plain::{Loop, Said};
use doorward_benches::calls::{Call, Calls};
use doorward_benches::peers::casbin::Casbin;
use doorward_benches::peers::cedar::{self, Cedar};
use doorward_benches::peers::regorus::Regorus;
use doorward_benches::peers::{Peer, regex_set, vectorscan};
use doorward_benches::timing::{Contender, FirstPass, in_turn};

/// Makes an engine; `None` when it is not on this machine.
type Make = fn(&Calls) -> Option<Box<dyn Peer>>;

const PEERS: [(&str, Make); 5] = [
    ("vectorscan", |calls| {
        Some(Box::new(vectorscan::new(calls)?))
    }),
    ("regex-set", |calls| Some(Box::new(regex_set::new(calls)))),
    ("cedar", |calls| Some(Box::new(Cedar::new(calls)))),
    ("casbin", |calls| Some(Box::new(Casbin::new(calls)))),
    ("regorus", |calls| Some(Box::new(Regorus::new(calls)))),
];

fn main() {
    let arguments = Arguments::read();
    println!(
        "{:<26} {:>7} {:>6} | {:>8} {:>8} {:>9} {:>7} | {:>7} {:>10} {:>8} | {:>7} {:>10} {:>8}",
        "",
        "rules",
        "judged",
        "load",
        "warm",
        "peer's",
        "x",
        "mean",
        "peer's",
        "x",
        "novel",
        "peer's",
        "x"
    );
    for rule_count in arguments.sizes() {
        let all = Calls::of_size(rule_count, &arguments).expect("the workload is there");
        let sayable = all.only(cedar::can_say);
        for (name, make) in PEERS {
            let name_with_size = format!("peers/rules-{rule_count}/{name}");
            if !arguments.wants(&name_with_size) {
                continue;
            }
            let calls = if name == "cedar" { &sayable } else { &all };
            match compare(calls, make, arguments.measures()) {
                Some(line) => println!("{name_with_size:<26} {line}"),
                None => println!("{name_with_size:<26} left out: `HS_LIB` is not set"),
            }
        }
    }
}

/// Ours, as a peer.
struct Ours {
    policy: Policy,
    scratch: Scratch,
    requests: Vec<Request>,
}

impl Peer for Ours {
    fn prepare(&mut self, requests: &[Call]) {
        let read = |call: &Call| call.read().expect("the workload is requests");
        self.requests = requests.iter().map(read).collect();
    }

    fn judge(&mut self, index: usize) -> Effect {
        let request = self.requests.get(index).expect("it was prepared");
        self.policy.decide_with(&mut self.scratch, request).effect()
    }
}

/// The fastest of a few times that an engine was made and judged what it had never seen.
struct Start {
    /// Seconds.
    compile: f64,
    /// Seconds, of ours alone.
    warm: f64,
    novel: FirstPass,
}

impl Start {
    fn new() -> Self {
        Self {
            compile: f64::INFINITY,
            warm: f64::INFINITY,
            novel: FirstPass::default(),
        }
    }

    fn ours(&mut self, calls: &Calls, expected: &[Effect]) -> Ours {
        let start = Instant::now();
        let policy = calls.policy().expect("the workload loads");
        self.compile = self.compile.min(start.elapsed().as_secs_f64());
        let start = Instant::now();
        policy.warm();
        self.warm = self.warm.min(start.elapsed().as_secs_f64());
        let mut ours = Ours {
            policy,
            scratch: Scratch::new(),
            requests: Vec::new(),
        };
        self.judge(&mut ours, calls, expected);
        ours
    }

    fn peer(&mut self, make: Make, calls: &Calls, expected: &[Effect]) -> Option<Box<dyn Peer>> {
        let start = Instant::now();
        let mut peer = make(calls)?;
        self.compile = self.compile.min(start.elapsed().as_secs_f64());
        self.judge(&mut *peer, calls, expected);
        Some(peer)
    }

    /// Judges every request for the first time, and makes sure that it is judged right.
    fn judge(&mut self, peer: &mut dyn Peer, calls: &Calls, expected: &[Effect]) {
        peer.prepare(&calls.requests);
        let mut said = vec![Effect::Pass; expected.len()];
        self.novel.pass(expected.len(), |index| {
            if let Some(said) = said.get_mut(index) {
                *said = peer.judge(index);
            }
        });
        for ((call, said), expected) in calls.requests.iter().zip(said).zip(expected) {
            let same = if peer.tells_ask() {
                said == *expected
            } else {
                (said == Effect::Allow) == (*expected == Effect::Allow)
            };
            assert!(same, "{said} instead of {expected}: {call:?}");
        }
    }
}

/// Compares one engine with ours; returns the line of the table, or `None` when it is not on this machine.
fn compare(calls: &Calls, make: Make, measures: bool) -> Option<String> {
    let plain = Loop::new(calls).expect("the patterns are regular expressions");
    let mut said = Said::default();
    let judge = |call| {
        plain.judge(call, &mut said);
        said.effect()
    };
    let expected: Vec<Effect> = calls.requests.iter().map(judge).collect();
    let (mut our_start, mut their_start) = (Start::new(), Start::new());
    let mut ours = our_start.ours(calls, &expected);
    let mut theirs = their_start.peer(make, calls, &expected)?;
    let (rules, requests) = (calls.rules.len(), expected.len());
    if !measures {
        return Some(format!("{rules:>7} {requests:>6} | the same"));
    }
    while our_start.novel.goes_on(3) {
        ours = our_start.ours(calls, &expected);
        if their_start.novel.goes_on(1) {
            theirs = their_start.peer(make, calls, &expected)?;
        }
    }
    let times = in_turn(
        requests,
        Duration::from_secs(2),
        vec![
            Contender::new(|index| {
                black_box(ours.judge(index));
            }),
            Contender::new(|index| {
                black_box(theirs.judge(index));
            }),
        ],
    );
    let [our_times, their_times] = &*times else {
        return None;
    };
    let judged = their_times.count();
    let (our_novel, their_novel) = (
        our_start.novel.mean(requests),
        their_start.novel.mean(requests),
    );
    let (our_mean, their_mean) = (our_times.mean_of(judged), their_times.mean());
    Some(format!(
        "{rules:>7} {judged:>6} | {:>8.1} {:>8.1} {:>9.1} {:>7.1} | {our_mean:>7.0} {their_mean:>10.0} {:>8.2} | {:>7.0} {:>10.0} {:>8.2}",
        our_start.compile * 1e3,
        our_start.warm * 1e3,
        their_start.compile * 1e3,
        their_start.compile / our_start.compile,
        their_mean / our_mean,
        our_novel,
        their_novel,
        their_novel / our_novel,
    ))
}
