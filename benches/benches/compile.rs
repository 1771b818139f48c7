//! Policy text to policy, beside the time that parsing its TOML takes alone.
#![expect(
    clippy::expect_used,
    reason = "a benchmark that cannot be set up must stop"
)]

mod report;

use std::hint::black_box;

use doorward::Policy;
use doorward_benches::mixed_policy;
use report::Pair;
use toml::de::DeTable;

fn main() {
    let pairs: Vec<Pair> = [10, 100, 1000].map(pair).into();
    report::run(&pairs);
}

fn pair(rule_count: usize) -> Pair {
    let text = mixed_policy(rule_count);
    let policy = Policy::from_toml(&text).expect("the workload loads");
    assert_eq!(policy.rule_count(), rule_count);
    assert_eq!(
        policy.example_count(),
        rule_count.div_ceil(6) * 2,
        "two for each rule on commands"
    );
    let table = DeTable::parse(&text).expect("the workload is TOML");
    assert!(table.get_ref().contains_key("rule"));
    let same = text.clone();
    Pair {
        name: format!("compile/rules-{rule_count}"),
        measured: Box::new(move || {
            let policy = Policy::from_toml(black_box(&text)).expect("it loads");
            black_box(policy);
        }),
        over: "toml parsing alone",
        baseline: Box::new(move || {
            let table = DeTable::parse(black_box(&same)).expect("it parses");
            black_box(table);
        }),
    }
}
