//! Verdicts beside a loop over the rules, and beside the floor: how long deciding takes as rules grow from ten to ten
//! thousand.
//!
//! ```text
//! cargo bench -p doorward-benches --bench verdict
//! cargo bench -p doorward-benches --bench verdict -- table               the table alone: nothing has that name
//! cargo bench -p doorward-benches --bench verdict -- --large             100,000 rules too
//! cargo bench -p doorward-benches --bench verdict -- --workload DIR      the rules and requests in DIR/10, DIR/100, ..
//! ```
//!
//! *Replayed* decides the same 2,000 requests again and again; *novel* decides requests whose texts were never seen
//! before. After criterion comes a table of nanoseconds, with percentiles over requests:
//!
//! | column | is |
//! |---|---|
//! | scan, hash, F | p50 of the two walks of the floor ([`Floor`]), and their sum |
//! | p50, p99, mean | of deciding, the requests replayed |
//! | /F | p50 over F |
//! | novel | mean over the second half of the very first pass of a warm policy |
//! | loop, loop/p50 | p50 of the plain loop, and how many times as long that is |
//! | load, warm | milliseconds from text to policy, and of `warm` |
#![expect(
    clippy::expect_used,
    reason = "a benchmark that cannot be set up must stop"
)]

mod report;

use std::cell::{Cell, RefCell};
use std::hint::black_box;
use std::rc::Rc;
use std::time::{Duration, Instant};

use doorward::{Policy, Request, Scratch};
use doorward_benches::arguments::Arguments;
use doorward_benches::calls::floor::Floor;
use doorward_benches::calls::plain::{Loop, Said};
use doorward_benches::calls::{Call, Calls};
use doorward_benches::timing::{Contender, FirstPass, Side, Times, in_turn};
use report::{Pair, Report};

/// What can be asked of a policy, and what a plain loop does for the same. Each has its rows and its lines in the table.
struct Question {
    name: &'static str,
    ask: fn(&Policy, &mut Scratch, &Request),
    over: &'static str,
    plain: fn(&Loop, &Call, &mut Said),
}

const QUESTIONS: [Question; 3] = [
    Question {
        name: "verdict",
        ask: |policy, scratch, request| {
            black_box(policy.decide_with(scratch, request).effect());
        },
        over: "plain loop",
        plain: |plain, call, said| plain.judge(call, said),
    },
    Question {
        name: "candidates",
        ask: |policy, scratch, request| {
            black_box(
                policy
                    .decide_near_with(scratch, request)
                    .candidates()
                    .count(),
            );
        },
        over: "plain loop with near misses",
        plain: |plain, call, _| {
            black_box(plain.judge_near(call));
        },
    },
    Question {
        name: "explained",
        ask: |policy, _, request| {
            black_box(policy.decide(request).to_json());
        },
        over: "plain loop with near misses",
        plain: |plain, call, _| {
            black_box(plain.judge_near(call));
        },
    },
];

/// A workload, ready to be decided.
struct Subject {
    calls: Calls,
    requests: Vec<Request>,
    policy: Policy,
    plain: Loop,
    /// Nanoseconds of each question on strings never seen.
    novel: Vec<f64>,
    load: Duration,
    warm: Duration,
}

fn main() {
    let arguments = Arguments::read();
    let mut report = Report::new(&arguments);
    let mut table = Table::default();
    for rule_count in arguments.sizes() {
        let subject = Rc::new(Subject::new(rule_count, &arguments));
        for question in &QUESTIONS {
            for is_novel in [false, true] {
                report.pair(&pair(rule_count, question, is_novel, &subject));
            }
        }
        if arguments.measures() {
            table.add(rule_count, &subject);
        }
    }
    report.finish();
    table.print();
}

impl Subject {
    fn new(rule_count: usize, arguments: &Arguments) -> Self {
        let calls = Calls::of_size(rule_count, arguments).expect("the workload is there");
        let requests = calls.read_requests().expect("the workload is requests");
        let mut load = Duration::MAX;
        let mut warm = Duration::MAX;
        let mut novel = Vec::new();
        let mut policy = calls.policy().expect("the workload loads");
        for question in &QUESTIONS {
            let mut first = FirstPass::default();
            loop {
                let start = Instant::now();
                policy = calls.policy().expect("the workload loads");
                load = load.min(start.elapsed());
                let start = Instant::now();
                policy.warm();
                warm = warm.min(start.elapsed());
                let mut scratch = Scratch::new();
                first.pass(requests.len(), |index| {
                    if let Some(request) = requests.get(index) {
                        (question.ask)(&policy, &mut scratch, request);
                    }
                });
                if !arguments.measures() || !first.goes_on(3) {
                    break;
                }
            }
            novel.push(first.mean(requests.len()));
        }
        let plain = Loop::new(&calls).expect("the patterns are regular expressions");
        plain.assert_same(&policy, &calls.requests);
        Self {
            calls,
            requests,
            policy,
            plain,
            novel,
            load,
            warm,
        }
    }
}

fn pair(
    rule_count: usize,
    question: &'static Question,
    is_novel: bool,
    subject: &Rc<Subject>,
) -> Pair {
    let kind = if is_novel { "novel" } else { "replayed" };
    let scratch = RefCell::new(Scratch::new());
    let said = RefCell::new(Said::default());
    Pair {
        name: format!("{}/rules-{rule_count}/{kind}", question.name),
        measured: stream(subject, is_novel, move |subject, calls| {
            let read = |call: &Call| call.read().expect("the workload is requests");
            let requests: Vec<Request> = calls.iter().map(read).collect();
            let mut scratch = scratch.borrow_mut();
            let start = Instant::now();
            for request in &requests {
                (question.ask)(&subject.policy, &mut scratch, black_box(request));
            }
            start.elapsed()
        }),
        over: question.over,
        baseline: stream(subject, is_novel, move |subject, calls| {
            let mut said = said.borrow_mut();
            let start = Instant::now();
            for call in calls {
                (question.plain)(&subject.plain, black_box(call), &mut said);
            }
            start.elapsed()
        }),
    }
}

/// Returns a side that goes over the workload in parts, round and round; with `is_novel`, over texts never seen.
fn stream(
    subject: &Rc<Subject>,
    is_novel: bool,
    time: impl Fn(&Subject, &[Call]) -> Duration + 'static,
) -> Side {
    let subject = Rc::clone(subject);
    let next = Cell::new(0);
    Box::new(move |count| {
        let all = &subject.calls.requests;
        let mut left = usize::try_from(count).expect("it fits");
        let mut spent = Duration::ZERO;
        while left > 0 {
            let part = left.min(256);
            let numbers = next.get()..next.get() + part;
            next.set(numbers.end);
            left -= part;
            let calls: Vec<Call> = numbers
                .filter_map(|number| {
                    let call = all.get(number % all.len())?;
                    Some(if is_novel {
                        call.renewed(number)
                    } else {
                        call.clone()
                    })
                })
                .collect();
            spent += time(&subject, &calls);
        }
        spent
    })
}

/// What is printed in the end.
#[derive(Default)]
struct Table {
    lines: Vec<String>,
    /// The p50 of each question at each size.
    medians: Vec<(usize, &'static str, f64)>,
}

impl Table {
    fn add(&mut self, rule_count: usize, subject: &Subject) {
        let floor = Floor::new(&subject.calls).expect("the literals fit");
        let calls = &subject.calls.requests;
        let call = |index: usize| calls.get(index).expect("the workload has it");
        let request = |index: usize| subject.requests.get(index).expect("there is one for each");
        let mut contenders = vec![
            Contender::new(|index| {
                black_box(floor.scan(call(index)));
            }),
            Contender::new(|index| {
                black_box(floor.look_up(call(index)));
            }),
        ];
        for question in &QUESTIONS {
            let mut scratch = Scratch::new();
            contenders.push(Contender::new(move |index| {
                (question.ask)(&subject.policy, &mut scratch, request(index));
            }));
            let mut said = Said::default();
            contenders.push(Contender::new(move |index| {
                (question.plain)(&subject.plain, call(index), &mut said);
            }));
        }
        let times = in_turn(calls.len(), Duration::from_secs(1), contenders);
        let mut times = times.iter();
        let mut next = || times.next().expect("one for each contender");
        let (scan, hash) = (next().percentile(50), next().percentile(50));
        for (question, novel) in QUESTIONS.iter().zip(&subject.novel) {
            let asked = next();
            self.medians
                .push((rule_count, question.name, asked.percentile(50)));
            self.lines.push(line(
                rule_count,
                question,
                (scan, hash),
                asked,
                *novel,
                next(),
                subject,
            ));
        }
    }

    fn print(&self) {
        if self.lines.is_empty() {
            return;
        }
        println!(
            "\n{:<10} {:>7} {:>6} {:>5} {:>6} {:>6} {:>5} {:>7} {:>6} {:>6} {:>8} {:>8} {:>8} {:>8}",
            "",
            "rules",
            "scan",
            "hash",
            "F",
            "p50",
            "/F",
            "p99",
            "mean",
            "novel",
            "loop",
            "loop/p50",
            "load",
            "warm"
        );
        self.lines.iter().for_each(|line| println!("{line}"));
        for question in &QUESTIONS {
            let mut medians = self
                .medians
                .iter()
                .filter(|median| median.1 == question.name);
            let Some((least, _, base)) = medians.next() else {
                continue;
            };
            for (rule_count, name, median) in medians {
                println!(
                    "ratio {name}/rules-{rule_count} p50 over rules-{least}: {:.2}",
                    median / base
                );
            }
        }
    }
}

fn line(
    rule_count: usize,
    question: &Question,
    (scan, hash): (f64, f64),
    asked: &Times,
    novel: f64,
    plain: &Times,
    subject: &Subject,
) -> String {
    let (floor, median) = (scan + hash, asked.percentile(50));
    let slow = plain.percentile(50);
    format!(
        "{:<10} {rule_count:>7} {scan:>6.0} {hash:>5.0} {floor:>6.0} {median:>6.0} {:>5.2} {:>7.0} {:>6.0} {novel:>6.0} {slow:>8.0} {:>8.1} {:>8.1} {:>8.1}",
        question.name,
        median / floor,
        asked.percentile(99),
        asked.mean(),
        slow / median,
        subject.load.as_secs_f64() * 1e3,
        subject.warm.as_secs_f64() * 1e3,
    )
}
