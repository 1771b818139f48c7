//! I15: putting every `fix` of a near miss in does what `flips` says.

use super::request;
use doorward::{Config, Decision, Effect, Flips, Layer, Policy, Source};
use doorward_tests::generate::{self, Level};
use serde_json::Value;
use std::collections::BTreeMap;

/// So many near misses are put to the test in a run.
const NEAR_MISSES: usize = 100_000;
/// So many requests are decided by one policy.
const REQUESTS: u64 = 40;
/// So many rules does a policy have.
const RULES: u64 = 21;

/// Returns a policy that shows every near miss it verified, and how many conditions may fail.
fn policy(text: &str, max_missing: usize) -> Policy {
    let config = Config::new()
        .max_missing(max_missing)
        .near_shown(1000)
        .near_verified(24);
    Policy::builder()
        .configure(config)
        .source(Source::new("policy", Layer::User, text))
        .build()
        .expect("a generated policy loads")
}

/// Puts a value where a dotted path says, making tables on the way.
fn set(request: &mut Value, path: &str, to: &Value) {
    let mut slot = request;
    for key in path.split('.') {
        if !slot.is_object() {
            *slot = Value::Object(serde_json::Map::new());
        }
        slot = slot
            .as_object_mut()
            .expect("just made")
            .entry(key)
            .or_insert(Value::Null);
    }
    *slot = to.clone();
}

/// What came of the near misses of a run.
#[derive(Debug, Default)]
struct Tally {
    requests: usize,
    near: usize,
    by_flips: BTreeMap<&'static str, usize>,
    by_kind: BTreeMap<&'static str, usize>,
    with_fix: BTreeMap<&'static str, usize>,
    by_status: BTreeMap<&'static str, usize>,
}

/// Checks every near miss of a decision, and those of what comes of mending it, `deeper` times over.
fn check(
    policy: &Policy,
    text: &str,
    value: &Value,
    decision: &Decision,
    deeper: usize,
    tally: &mut Tally,
) {
    tally.near += decision.near().len();
    for near in decision.near() {
        let flips = near.flips.expect("a near miss says whether it flips");
        *tally.by_flips.entry(flips.as_str()).or_default() += 1;
        *tally.by_status.entry(near.status.as_str()).or_default() += 1;
        let mut mended = value.clone();
        let mut whole = true;
        for missing in &near.missing {
            *tally.by_kind.entry(missing.kind.as_str()).or_default() += 1;
            match &missing.fix {
                Some(fix) => {
                    *tally.with_fix.entry(missing.kind.as_str()).or_default() += 1;
                    let to = serde_json::to_value(&fix.to).expect("JSON");
                    set(&mut mended, &fix.set, &to);
                }
                None => whole = false,
            }
        }
        let after = policy.decide(&request(&mended));
        let effect = after.effect();
        let holds = match flips {
            Flips::Yes => whole && effect == Effect::Allow,
            Flips::No => effect != Effect::Allow,
            Flips::Maybe => !whole || effect != Effect::Allow,
        };
        assert!(
            holds,
            "`{}` is {}, and mended it is {effect}\n{text}\n{value}\n{mended}\n{near:#?}",
            near.rule,
            flips.as_str()
        );
        if deeper > 0 && effect != Effect::Allow {
            check(policy, text, &mended, &after, deeper - 1, tally);
        }
        assert!(!near.missing.is_empty());
        assert!(
            flips != Flips::No
                || !near.blocked_by.is_empty()
                || near.missing.iter().any(|m| m.field == "expires")
        );
    }
    assert!(decision.close_calls().is_empty() || decision.allowed());
    for call in decision.close_calls() {
        assert!(call.flips.is_none() && call.blocked_by.is_empty());
        assert!(call.missing.iter().all(|missing| missing.fix.is_none()));
    }
}

/// A policy of many rules, most of which would allow, so that a request misses several.
fn dense(seed: u64) -> String {
    let level = level(seed);
    let mut text = generate::policy_parts(level, seed).head;
    for number in 0..RULES {
        let effect = ["allow", "deny", "allow", "ask", "allow", "pass", "allow"]
            .into_iter()
            .cycle()
            .nth(usize::try_from(number).expect("small"))
            .expect("endless");
        let rule = generate::extra_rule(level, effect, seed.wrapping_mul(RULES) + number);
        text.push_str(&rule.replacen("\"extra\"", &format!("\"rule-{number}\""), 1));
        text.push('\n');
    }
    text
}

fn level(seed: u64) -> Level {
    if seed.is_multiple_of(4) {
        Level::Plain
    } else {
        Level::Whole
    }
}

/// Puts near misses to the test until there were `enough`, with the policies whose number leaves `rest` when divided by two.
fn run(rest: u64, enough: usize) -> Tally {
    let mut tally = Tally::default();
    for seed in (rest..).step_by(2) {
        let text = dense(seed);
        let policy = policy(&text, usize::try_from(seed % 3).expect("small"));
        for at in 0..REQUESTS {
            let value = generate::request_at(level(seed), seed.wrapping_mul(REQUESTS) + at);
            let decision = policy.decide(&request(&value));
            tally.requests += 1;
            check(&policy, &text, &value, &decision, 2, &mut tally);
        }
        if tally.near >= enough {
            break;
        }
    }
    tally
}

#[test]
fn i15_every_fix_put_in_does_what_flips_says() {
    let tallies = std::thread::scope(|scope| {
        let halves = [0, 1].map(|rest| scope.spawn(move || run(rest, NEAR_MISSES.div_ceil(2))));
        halves.map(|half| {
            half.join()
                .unwrap_or_else(|panic| std::panic::resume_unwind(panic))
        })
    });
    let all = |count: fn(&Tally) -> &BTreeMap<&'static str, usize>| {
        let mut all: BTreeMap<&str, usize> = BTreeMap::new();
        for (name, count) in tallies.iter().flat_map(count) {
            *all.entry(name).or_default() += count;
        }
        all
    };
    let (flips, status) = (all(|tally| &tally.by_flips), all(|tally| &tally.by_status));
    let (kinds, mended) = (all(|tally| &tally.by_kind), all(|tally| &tally.with_fix));
    let near: usize = tallies.iter().map(|tally| tally.near).sum();
    let requests: usize = tallies.iter().map(|tally| tally.requests).sum();
    println!(
        "{near} near misses of {requests} requests: {flips:?}, {status:?}, lacking {kinds:?}, mended {mended:?}"
    );
    let maybe = flips.get("maybe").copied().unwrap_or(0);
    println!("{} of 1,000 are `maybe`", maybe * 1000 / near.max(1));
    assert!(near >= NEAR_MISSES);
    // A run that saw no near miss of some kind, or no mended one, would prove nothing.
    for kind in [
        "value",
        "text",
        "role",
        "approvals",
        "auth",
        "session",
        "usage",
        "time",
        "delegated",
    ] {
        assert!(kinds.contains_key(kind), "no near miss lacks {kind}");
        assert!(mended.contains_key(kind), "no {kind} was mended");
    }
    for name in ["yes", "maybe", "no"] {
        assert!(flips.contains_key(name), "none is {name}");
    }
    for name in ["pending", "near", "exempt"] {
        assert!(status.contains_key(name), "none is {name}");
    }
}

/// The near misses, or close calls, of a decision in the words of the oracle.
fn said(found: &[doorward::NearMiss]) -> Vec<(String, &'static str, Vec<String>)> {
    let mut said: Vec<_> = found
        .iter()
        .map(|near| {
            let mut fields: Vec<String> = near.missing.iter().map(|m| m.field.clone()).collect();
            fields.sort();
            (near.rule.to_string(), near.status.as_str(), fields)
        })
        .collect();
    said.sort();
    said.dedup();
    said
}

/// Holds what the core found against what the oracle read: all of what it is sure of, and nothing that it does not know.
fn agree(
    core: &[doorward::NearMiss],
    oracle: &[doorward_tests::oracle::Near],
    context: &dyn Fn() -> String,
) {
    let core = said(core);
    let shape =
        |near: &doorward_tests::oracle::Near| (near.rule.clone(), near.status, near.fields.clone());
    for near in oracle.iter().filter(|near| !near.unsure) {
        assert!(
            core.contains(&shape(near)),
            "the core misses {near:?}: {core:?}\n{}",
            context()
        );
    }
    let known: Vec<_> = oracle.iter().map(shape).collect();
    for near in &core {
        assert!(
            known.contains(near),
            "the oracle knows no {near:?}: {oracle:#?}\n{}",
            context()
        );
    }
}

#[test]
fn i14_near_misses_are_those_of_a_naive_reading() {
    use doorward_tests::oracle::{File, Oracle};
    let (mut sure, mut unsure, mut calls) = (0, 0, 0);
    for seed in 0_u64..300 {
        let level = if seed.is_multiple_of(4) {
            Level::Plain
        } else {
            Level::Whole
        };
        let text = generate::policy_parts(level, seed).text();
        let max_missing = usize::try_from(seed % 3).expect("small");
        let config = Config::new()
            .max_missing(max_missing)
            .near_shown(10_000)
            .near_verified(10_000);
        let policy = Policy::builder()
            .configure(config)
            .source(Source::new("policy", Layer::User, text.as_str()))
            .build()
            .expect("a generated policy loads");
        let oracle = Oracle::new(&[File {
            name: "policy",
            layer: "user",
            trusted: false,
            text: &text,
        }]);
        for at in 0..40 {
            let value = generate::request_at(level, seed.wrapping_mul(1000) + at);
            if !super::is_plain(&value) {
                continue;
            }
            let decision = policy.decide(&request(&value));
            let context = || format!("{text}\n{value}\n{}", decision.to_json());
            let near = oracle.near(&value, max_missing);
            agree(decision.near(), &near, &context);
            sure += near.iter().filter(|near| !near.unsure).count();
            unsure += near.iter().filter(|near| near.unsure).count();
            let close = oracle.close_calls(&value, max_missing);
            agree(decision.close_calls(), &close, &context);
            calls += close.len();
        }
    }
    println!(
        "{sure} near misses, {unsure} that depend on how near a text comes, {calls} close calls"
    );
    assert!(sure > 500 && unsure > 100 && calls > 50);
}
