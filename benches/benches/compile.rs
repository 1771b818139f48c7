//! Policy text to policy, beside the time that parsing its TOML takes alone.
//!
//! `mixed` has rules of every family and runs their examples; `calls` is the workload of the verdicts.
#![expect(
    clippy::expect_used,
    reason = "a benchmark that cannot be set up must stop"
)]

mod report;

use std::hint::black_box;

use doorward::{Layer, Policy, Source};
use doorward_benches::arguments::Arguments;
use doorward_benches::calls::Calls;
use doorward_benches::mixed_policy;
use doorward_benches::timing::each;
use report::{Pair, Report};
use toml::de::DeTable;

fn main() {
    let arguments = Arguments::read();
    let mut report = Report::new(&arguments);
    for rule_count in arguments.sizes() {
        // One file holds at most 4 MB.
        if rule_count <= 10_000 {
            report.pair(&mixed(rule_count));
        }
        let calls = Calls::of_size(rule_count, &arguments).expect("the workload is there");
        report.pair(&pair(
            format!("compile/rules-{rule_count}/calls"),
            calls.policy_texts(),
            calls.rules.len(),
        ));
    }
    report.finish();
}

fn mixed(rule_count: usize) -> Pair {
    let text = mixed_policy(rule_count);
    let policy = Policy::from_toml(&text).expect("the workload loads");
    assert_eq!(
        policy.example_count(),
        rule_count.div_ceil(6) * 2,
        "two for each rule on commands"
    );
    pair(
        format!("compile/rules-{rule_count}/mixed"),
        vec![text],
        rule_count,
    )
}

fn pair(name: String, texts: Vec<String>, rule_count: usize) -> Pair {
    let policy = compile(&texts);
    assert_eq!(policy.rule_count(), rule_count);
    let tables = texts.iter().map(|text| DeTable::parse(text));
    let rules: Option<usize> = tables
        .map(|table| {
            Some(
                table
                    .ok()?
                    .get_ref()
                    .get("rule")?
                    .get_ref()
                    .as_array()?
                    .len(),
            )
        })
        .sum();
    assert_eq!(rules, Some(rule_count), "the baseline reads as many");
    let same = texts.clone();
    Pair {
        name,
        measured: each(move || {
            black_box(compile(black_box(&texts)));
        }),
        over: "toml parsing alone",
        baseline: each(move || {
            for text in &same {
                let table = DeTable::parse(black_box(text)).expect("it parses");
                black_box(table);
            }
        }),
    }
}

fn compile(texts: &[String]) -> Policy {
    let mut builder = Policy::builder();
    for (index, text) in texts.iter().enumerate() {
        let name = format!("part-{index}");
        builder = builder.source(Source::new(name, Layer::User, text.clone()));
    }
    builder.build().expect("it loads")
}
