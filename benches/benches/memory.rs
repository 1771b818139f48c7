//! What a policy costs in memory: the most while it is compiled, and what it holds afterwards.
//!
//! ```text
//! cargo bench -p doorward-benches --bench memory
//! ```
//!
//! An allocator counts, so nothing is timed here. The columns are MiB: the texts; the most that compiling held beside
//! them; what the policy holds once loaded, once `warm`, and with a `Scratch` after deciding the workload.
#![expect(
    clippy::expect_used,
    reason = "a benchmark that cannot be set up must stop"
)]

use doorward::{Layer, Policy, Scratch, Source};
use doorward_benches::arguments::Arguments;
use doorward_benches::calls::Calls;
use doorward_benches::counting::{self, Counting};
use doorward_benches::mixed_policy;

#[global_allocator]
static ALLOCATOR: Counting = Counting;

fn main() {
    let arguments = Arguments::read();
    println!(
        "{:<26} {:>9} {:>9} {:>9} {:>9} {:>9}",
        "MiB", "text", "peak", "loaded", "warm", "decided"
    );
    for rule_count in arguments.sizes() {
        // One file holds at most 4 MB.
        if rule_count <= 10_000 {
            measure(rule_count, "mixed", &[mixed_policy(rule_count)], None);
        }
        let calls = Calls::of_size(rule_count, &arguments).expect("the workload is there");
        measure(rule_count, "calls", &calls.policy_texts(), Some(&calls));
    }
}

fn measure(rule_count: usize, kind: &str, texts: &[String], calls: Option<&Calls>) {
    let requests = calls.map(|calls| calls.read_requests().expect("the workload is requests"));
    let before = counting::held_bytes();
    let mut builder = Policy::builder();
    for (index, text) in texts.iter().enumerate() {
        let name = format!("part-{index}");
        builder = builder.source(Source::new(name, Layer::User, text.as_str()));
    }
    let (peak, policy) = counting::peak_bytes(|| builder.build().expect("it loads"));
    assert_eq!(policy.rule_count(), rule_count);
    let loaded = counting::held_bytes() - before;
    policy.warm();
    let warm = counting::held_bytes() - before;
    let mut scratch = Scratch::new();
    for request in requests.iter().flatten() {
        policy.decide_with(&mut scratch, request);
    }
    let decided = counting::held_bytes() - before;
    let text: usize = texts.iter().map(String::len).sum();
    let [text, peak, loaded, warm, decided] =
        [text, peak, loaded, warm, decided].map(|bytes| bytes as f64 / f64::from(1 << 20));
    println!(
        "memory/rules-{rule_count:<7} {kind:<5} {text:>9.2} {peak:>9.2} {loaded:>9.2} {warm:>9.2} {decided:>9.2}"
    );
}
