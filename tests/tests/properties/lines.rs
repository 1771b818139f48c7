//! I7, I8 and I10: what is said of a line of shell, however it is padded, put together or spelled.
//!
//! A condition on `input.command` reads the line as text, in which a space is a space: the policies here have none.

use super::{config, levels, strictness};
use doorward::{Config, Decision, Effect, Layer, Limits, Policy, Request, Source};
use doorward_tests::generate::{self, Level, Parts};
use doorward_tests::oracle;
use proptest::prelude::*;
use serde_json::{Value, json};

fn parts(level: Level, seed: u64) -> Parts {
    let mut parts = generate::policy_parts(level, seed);
    parts.rules.retain(|rule| !rule.contains("input.command"));
    parts
}

fn bounded(parts: &Parts, limits: Limits) -> Policy {
    Policy::builder()
        .configure(Config::new().limits(limits))
        .source(Source::new("policy", Layer::User, parts.text()))
        .build()
        .expect("a generated policy loads")
}

/// A request of an action that runs its command, and the line. What an undeclared action does with a text nobody knows: there a line is read
/// as a path too.
fn running(level: Level, mut seed: u64) -> (Value, String) {
    loop {
        let value = generate::request_at(level, seed);
        let action = value
            .get("action")
            .and_then(Value::as_str)
            .unwrap_or_default();
        let runs = ["Bash", "job.run", "run_shell_command", "shell"].contains(&action);
        let line = value.pointer("/input/command").and_then(Value::as_str);
        if let Some(line) = line.filter(|_| runs) {
            let line = line.to_owned();
            return (value, line);
        }
        seed = seed.wrapping_add(1);
    }
}

fn decide(policy: &Policy, value: &Value, line: &str) -> Decision {
    let mut value = value.clone();
    if let Some(command) = value.pointer_mut("/input/command") {
        *command = json!(line);
    }
    let request = Request::from_json(value.to_string().as_bytes()).expect("a request");
    policy.decide(&request)
}

fn paddings(line: &str) -> Vec<String> {
    let mut padded: Vec<String> = [" ", "\t", "\n", "\n\n \t\n", "\\\n"]
        .iter()
        .map(|before| format!("{before}{line}"))
        .collect();
    // After a backslash a space would be a character of the last word; a `;` alone is an error and no longer nothing.
    if !line.ends_with('\\') && !line.replace("\\\n", "").trim().is_empty() {
        padded.extend(
            [" ", "\n", "\n\n", " \t \n", ";", " ; \n"]
                .iter()
                .map(|after| format!("{line}{after}")),
        );
    }
    if !line.contains(['\'', '"', '\\', '<', '\n']) {
        padded.push(line.replace(' ', "   "));
        padded.push(line.replace(' ', " \t"));
        padded.push(line.replace(';', " ;\n\n "));
        padded.push(line.replace("&&", "&&\n\n"));
    }
    padded
}

/// The strictest of some decisions.
fn strictest(decisions: impl IntoIterator<Item = Effect>) -> Effect {
    decisions
        .into_iter()
        .max_by_key(|effect| strictness(*effect))
        .expect("a decision")
}

/// What a decision says of the rules.
fn said(decision: &Decision) -> String {
    format!(
        "{} {:?} {:?} {:?}",
        decision.effect(),
        decision.basis(),
        decision.matched(),
        decision.unknown()
    )
}

/// What a decision says but for near misses and what follows from them, which point into the text as it is spelled.
fn judged(decision: &Decision) -> Value {
    let mut json: Value = serde_json::from_str(&decision.to_json()).expect("canonical JSON");
    if let Some(keys) = json.as_object_mut() {
        for key in ["near", "close_calls", "can_wait", "obligations"] {
            keys.remove(key);
        }
    }
    json
}

proptest! {
    #![proptest_config(config(300))]

    #[test]
    fn i7_padding_a_line_never_raises(level in levels(), seed: u64) {
        let parts = parts(level, seed);
        let policy = bounded(&parts, Limits::default());
        for at in 0..3 {
            let (value, line) = running(level, seed.wrapping_add(at));
            let before = decide(&policy, &value, &line).effect();
            for padded in paddings(&line) {
                let after = decide(&policy, &value, &padded).effect();
                prop_assert!(strictness(after) >= strictness(before), "{before} {after} {padded:?}\n{}\n{value}", parts.text());
            }
        }
    }

    #[test]
    fn i7_length_up_to_and_past_the_limit_never_raises(level in levels(), seed: u64, limit in 8_usize..80) {
        let parts = parts(level, seed);
        let (free, tight) = (bounded(&parts, Limits::default()), bounded(&parts, Limits::default().command_bytes(limit)));
        for at in 0..4 {
            let (value, line) = running(level, seed.wrapping_add(at));
            let before = decide(&free, &value, &line);
            for length in [limit - 1, limit, limit + 1, limit + 50] {
                let padded = format!("{}{line}", " ".repeat(length.saturating_sub(line.len())));
                let after = decide(&tight, &value, &padded);
                prop_assert!(strictness(after.effect()) >= strictness(before.effect()), "{padded:?}\n{}\n{value}", parts.text());
                if padded.len() <= limit {
                    prop_assert_eq!(said(&after), said(&before));
                } else {
                    prop_assert!(after.effect() >= Effect::Ask || value["action"].is_null());
                }
            }
        }
    }

    #[test]
    fn i8_a_compound_is_the_strictest_of_its_commands(level in levels(), seed: u64) {
        let parts = parts(level, seed);
        let policy = bounded(&parts, Limits::default());
        for at in 0..4 {
            let (value, _) = running(level, seed.wrapping_add(at));
            let compound = generate::compound(seed.wrapping_add(at));
            // Neutral commands are judged in full alone, and not beside others.
            if compound.commands.iter().any(|(command, _)| oracle::changes_nothing(command)) {
                continue;
            }
            let whole = decide(&policy, &value, &compound.line()).effect();
            let alone = compound.commands.iter().map(|(command, redirects)| {
                let with = decide(&policy, &value, &format!("{command}{redirects}")).effect();
                let without = decide(&policy, &value, command).effect();
                (with, without)
            });
            let alone: Vec<_> = alone.collect();
            for (with, without) in &alone {
                prop_assert!(strictness(*with) >= strictness(*without));
            }
            prop_assert_eq!(whole, strictest(alone.into_iter().map(|(with, _)| with)), "{:?}\n{}\n{}", compound, parts.text(), value);
        }
    }

    #[test]
    fn i10_respelling_a_word_changes_nothing(level in levels(), seed: u64) {
        let parts = parts(level, seed);
        let policy = bounded(&parts, Limits::default());
        for at in 0..6 {
            let (value, _) = running(level, seed.wrapping_add(at));
            let (plain, other) = generate::respelled(seed.wrapping_add(at));
            let (one, two) = (decide(&policy, &value, &plain), decide(&policy, &value, &other));
            prop_assert_eq!(judged(&one), judged(&two), "{} {:?}\n{}\n{}", plain, other, parts.text(), value);
        }
    }
}
