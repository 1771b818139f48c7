//! Deciding, beside a plain loop over the same prefixes.
#![expect(
    clippy::expect_used,
    reason = "a benchmark that cannot be set up must stop"
)]

mod report;

use std::hint::black_box;
use std::rc::Rc;

use doorward::{Effect, Policy, Request};
use doorward_benches::arguments::Arguments;
use doorward_benches::timing::{Side, each};
use doorward_benches::{Commands, bash_request};
use report::{Pair, Report};

fn main() {
    let mut report = Report::new(&Arguments::read());
    for rule_count in [10, 100, 1000] {
        pairs(rule_count).iter().for_each(|pair| report.pair(pair));
    }
    report.finish();
}

fn pairs(rule_count: usize) -> Vec<Pair> {
    let commands = Rc::new(Commands::new(rule_count));
    let policy = Policy::from_toml(&commands.policy_text()).expect("the workload loads");
    assert_eq!(policy.rule_count(), rule_count);
    let pair = |name: &str, line: &str, to_json: bool| Pair {
        name: format!("decide/rules-{rule_count}/{name}"),
        measured: decide(policy.clone(), line, to_json),
        over: "plain loop",
        baseline: plain_loop(Rc::clone(&commands), line),
    };
    let cases = [
        ("hit-24B", commands.hit(24), 24, Effect::Allow),
        ("miss-24B", commands.miss(24), 24, Effect::Ask),
        (
            "command-80B",
            commands.compound(80, Effect::Allow),
            80,
            Effect::Allow,
        ),
        (
            "command-2KB",
            commands.compound(2048, Effect::Deny),
            2048,
            Effect::Deny,
        ),
    ];
    let mut pairs = Vec::new();
    for (name, line, bytes, effect) in cases {
        assert_eq!(line.len(), bytes, "the name says the size: {line}");
        let decision = policy.decide(&request(&line));
        assert_eq!(decision.effect(), effect, "{line}");
        assert_eq!(
            commands.plain_loop(&line),
            effect,
            "the baseline agrees: {line}"
        );
        let listed = line.split(" && ").count();
        assert_eq!(decision.leaves().len().max(1), listed, "{line}");
        pairs.push(pair(name, &line, false));
        if name == "command-80B" {
            assert!(decision.to_json().starts_with(r#"{"effect":"allow""#));
            pairs.push(pair("command-80B-to-json", &line, true));
        }
    }
    pairs
}

fn request(line: &str) -> Request {
    Request::from_json(bash_request(line).as_bytes()).expect("the workload is a request")
}

fn decide(policy: Policy, line: &str, to_json: bool) -> Side {
    let request = request(line);
    if to_json {
        return each(move || {
            black_box(policy.decide(black_box(&request)).to_json());
        });
    }
    each(move || {
        black_box(policy.decide(black_box(&request)));
    })
}

fn plain_loop(commands: Rc<Commands>, line: &str) -> Side {
    let line = line.to_owned();
    each(move || {
        black_box(commands.plain_loop(black_box(&line)));
    })
}
