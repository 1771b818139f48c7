//! The core against the naive oracle, and the invariants of design section 10 that this version reaches, by name.
//!
//! A failing seed is printed by proptest; `generate::policy_parts` and `generate::request_at` rebuild its case. `PROPTEST_CASES` sets
//! how many cases each test tries.

#![expect(
    clippy::panic,
    clippy::expect_used,
    reason = "a test fails by panicking"
)]

use doorward::{Effect, Layer, Policy, Request, Source};
use doorward_tests::generate::{self, Level};
use proptest::prelude::*;

mod agreement;
mod explanation;
mod lines;
mod near;

/// `cases` cases, or as many as `PROPTEST_CASES` says.
fn config(cases: u32) -> ProptestConfig {
    let default = ProptestConfig::default();
    let cases = match std::env::var_os("PROPTEST_CASES") {
        Some(_) => default.cases,
        None => cases,
    };
    ProptestConfig {
        cases,
        failure_persistence: None,
        ..default
    }
}

/// Strictness over a whole request: the greater is the stricter.
fn strictness(effect: Effect) -> u8 {
    match effect {
        Effect::Allow => 0,
        Effect::Pass => 1,
        Effect::Ask => 2,
        Effect::Deny => 3,
    }
}

fn policy(text: &str) -> Policy {
    Policy::from_toml(text)
        .unwrap_or_else(|error| panic!("a generated policy does not load:\n{error}\n{text}"))
}

fn request(value: &serde_json::Value) -> Request {
    Request::from_json(value.to_string().as_bytes())
        .unwrap_or_else(|error| panic!("{error}: {value}"))
}

fn layered(sources: &[generate::Source]) -> Policy {
    let mut builder = Policy::builder();
    for source in sources {
        let layer: Layer = source.layer.parse().expect("a layer");
        builder = builder
            .source(Source::new(source.name, layer, source.text.as_str()).trusted(source.trusted));
    }
    builder
        .build()
        .unwrap_or_else(|error| panic!("a generated policy does not load:\n{error}"))
}

fn levels() -> impl Strategy<Value = Level> {
    prop_oneof![Just(Level::Plain), Just(Level::Whole)]
}

proptest! {
    #![proptest_config(config(600))]

    #[test]
    fn i1_adding_a_deny_never_raises_a_decision(level in levels(), seed: u64, extra: u64) {
        let parts = generate::policy_parts(level, seed);
        let more = format!("{}\n{}", parts.text(), generate::extra_rule(level, "deny", extra));
        let (before, after) = (policy(&parts.text()), policy(&more));
        for at in 0..8 {
            let request = request(&generate::request_at(level, seed ^ at));
            let (before, after) = (before.decide(&request), after.decide(&request));
            prop_assert!(strictness(after.effect()) >= strictness(before.effect()));
        }
    }

    #[test]
    fn i2_adding_an_allow_never_changes_a_deny_or_ask_that_a_rule_gave(level in levels(), seed: u64, extra: u64) {
        let parts = generate::policy_parts(level, seed);
        let more = format!("{}\n{}", parts.text(), generate::extra_rule(level, "allow", extra));
        let (before, after) = (policy(&parts.text()), policy(&more));
        for at in 0..8 {
            let request = request(&generate::request_at(level, seed ^ at));
            let (before, after) = (before.decide(&request), after.decide(&request));
            if before.effect() >= Effect::Ask && before.basis().rule().is_some() {
                prop_assert_eq!(after.effect(), before.effect());
                prop_assert!(after.basis().rule().is_some());
            }
        }
    }

    #[test]
    fn i3_order_never_changes_the_effect(level in levels(), seed: u64) {
        let parts = generate::policy_parts(level, seed);
        let mut reversed = parts.clone();
        reversed.rules.reverse();
        // Duplicates, under names of their own because names are unique.
        let copies = parts.rules.iter().enumerate().map(|(at, rule)| {
            let lines = rule.lines().map(|line| match line.split('=').next().map(str::trim) {
                Some("name") => format!("name = \"copy-{at}\""),
                Some("was") => String::new(),
                _ => line.to_string(),
            });
            lines.collect::<Vec<_>>().join("\n")
        });
        let mut doubled = parts.clone();
        doubled.rules.extend(copies);
        let policies = [policy(&parts.text()), policy(&reversed.text()), policy(&doubled.text())];
        prop_assert_eq!(policies[0].id(), policies[1].id());
        for at in 0..8 {
            let request = request(&generate::request_at(level, seed ^ at));
            let [one, other, twice] = policies.each_ref().map(|policy| policy.decide(&request));
            prop_assert_eq!((one.effect(), one.basis().rule()), (other.effect(), other.basis().rule()));
            prop_assert_eq!(one.effect(), twice.effect());
        }
    }

    #[test]
    fn i4_without_rules_the_default_decides_and_none_is_allow_unless_written(level in levels(), seed: u64) {
        let request_value = generate::request_at(level, seed);
        let request = request(&request_value);
        let silent = policy("doorward = 1").decide(&request);
        prop_assert_eq!(silent.effect(), Effect::Deny);
        prop_assert!(silent.basis().gap().is_some());
        let head = generate::policy_parts(level, seed).head;
        let decision = policy(&head).decide(&request);
        prop_assert!(decision.basis().gap().is_some());
        let allows = head.lines().any(|line| line.trim_end().ends_with("\"allow\""));
        prop_assert!(decision.effect() != Effect::Allow || allows);
    }

    #[test]
    fn i6_unknown_in_a_deny_never_gives_allow(level in levels(), seed: u64) {
        let text = generate::policy_parts(level, seed).text();
        let skips = text.contains("on_unknown");
        let policy = policy(&text);
        for at in 0..8 {
            let decision = policy.decide(&request(&generate::request_at(level, seed ^ at)));
            let uncertain = decision.matched().iter().any(|m| !m.certain && m.effect >= Effect::Ask);
            prop_assert!(skips || !uncertain || !decision.allowed());
        }
    }

    #[test]
    fn i13_null_is_absent(level in levels(), seed: u64) {
        let policy = policy(&generate::policy_parts(level, seed).text());
        for at in 0..8 {
            let value = generate::request_at(level, seed ^ at);
            let mut without = value.clone();
            remove_nulls(&mut without);
            prop_assert_eq!(policy.decide(&request(&value)).to_json(), policy.decide(&request(&without)).to_json());
        }
    }
}

/// Removes every null that is a table's value; one in a list is an element like any other.
fn remove_nulls(value: &mut serde_json::Value) {
    match value {
        serde_json::Value::Object(entries) => {
            entries.retain(|_, value| !value.is_null());
            entries.values_mut().for_each(remove_nulls);
        }
        serde_json::Value::Array(items) => items.iter_mut().for_each(remove_nulls),
        _ => {}
    }
}

#[test]
fn i13_null_equals_nothing() {
    let text = "doorward = 1\n[[rule]]\nname = 'a'\neffect = 'allow'\nwhen.action = 'x.y'\nwhen.resource.owner = { same_as = 'actor.id' }\n";
    let policy = policy(text);
    for (owner, id) in [("null", "null"), ("\"\"", "\"\""), ("null", "\"\"")] {
        let json =
            format!(r#"{{"action":"x.y","actor":{{"id":{id}}},"resource":{{"owner":{owner}}}}}"#);
        let decision = policy.decide(&Request::from_json(json.as_bytes()).expect("a request"));
        assert!(!decision.allowed(), "{json}");
    }
}

/// Whether every command in a request is one that the oracle reads.
fn is_plain(request: &serde_json::Value) -> bool {
    let texts = ["/input/command", "/input/cmd", "/input/after"]
        .map(|path| request.pointer(path).and_then(serde_json::Value::as_str));
    texts
        .into_iter()
        .flatten()
        .all(doorward_tests::oracle::reads)
}
