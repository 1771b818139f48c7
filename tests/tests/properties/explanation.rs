//! I5: a decision's own explanation re-derives it.

use super::{config, layered, levels, request, strictness};
use doorward::{Basis, Decision, Effect, Request};
use doorward_tests::generate;
use proptest::prelude::*;
use std::collections::BTreeMap;

/// What a reader of the policy knows of a rule: what it asks for, and how far up its file stands.
#[derive(Debug)]
struct Known {
    effect: Effect,
    layer: usize,
    shadow: bool,
}

fn effect(name: &str) -> Effect {
    match name {
        "deny" => Effect::Deny,
        "ask" => Effect::Ask,
        "allow" => Effect::Allow,
        _ => Effect::Pass,
    }
}

fn known(sources: &[generate::Source]) -> BTreeMap<String, Known> {
    let mut rules = BTreeMap::new();
    for source in sources {
        let layer = ["managed", "user", "project", "auto"]
            .iter()
            .position(|layer| *layer == source.layer);
        let layer = layer.expect("a layer");
        let table: toml::Table = source.text.parse().expect("TOML");
        for rule in table
            .get("rule")
            .and_then(toml::Value::as_array)
            .into_iter()
            .flatten()
        {
            let text = |key: &str| {
                rule.get(key)
                    .and_then(toml::Value::as_str)
                    .unwrap_or_default()
            };
            let prefix = if source.layer == "project" {
                "project/"
            } else {
                ""
            };
            let known = Known {
                effect: effect(text("effect")),
                layer,
                shadow: text("mode") == "shadow",
            };
            rules.insert(format!("{prefix}{}", text("name")), known);
        }
    }
    rules
}

/// The same files without their rules: their decision is the default.
fn without_rules(sources: &[generate::Source]) -> Vec<generate::Source> {
    let mut bare = sources.to_vec();
    for source in &mut bare {
        let end = source.text.find("[[rule]]").unwrap_or(source.text.len());
        source.text.truncate(end);
    }
    bare
}

/// Derives effect and basis from what a decision says besides.
fn derive(
    decision: &Decision,
    rules: &BTreeMap<String, Known>,
    default: Effect,
) -> (Effect, Option<String>) {
    let name = |basis: &Basis| basis.rule().map(str::to_owned);
    if !decision.leaves().is_empty() {
        let judged = decision
            .leaves()
            .iter()
            .filter_map(|leaf| Some((leaf.effect?, leaf.basis.as_ref()?)));
        let strictest = judged
            .clone()
            .map(|(effect, _)| strictness(effect))
            .max()
            .expect("a judged leaf");
        let (effect, basis) = judged
            .clone()
            .find(|(effect, _)| strictness(*effect) == strictest)
            .expect("the same");
        return (effect, name(basis));
    }
    // One leaf: what matched, in the order of the page.
    let mut fired: Vec<_> = decision.matched().iter().collect();
    fired.sort_by_key(|m| {
        let layer = rules.get(&*m.rule).expect("a rule of the policy").layer;
        (
            std::cmp::Reverse(m.effect),
            !m.certain,
            layer,
            m.rule.to_string(),
        )
    });
    let weakened = fired.iter().all(|m| {
        rules.get(&*m.rule).expect("a rule of the policy").effect == Effect::Deny
            && m.effect == Effect::Ask
    });
    match fired.first() {
        Some(_) if weakened && default == Effect::Deny => (default, None),
        Some(first) => (first.effect, Some(first.rule.to_string())),
        None => (default, None),
    }
}

fn check(sources: &[generate::Source], value: &serde_json::Value) -> Result<(), TestCaseError> {
    // What could not be read gets at least `ask` whatever fired, which a decision does not tell.
    if !super::is_plain(value) {
        return Ok(());
    }
    let rules = known(sources);
    let request: Request = request(value);
    let default = layered(&without_rules(sources)).decide(&request);
    let decision = layered(sources).decide(&request);
    let derived = derive(&decision, &rules, default.effect());
    prop_assert_eq!(
        derived,
        (
            decision.effect(),
            decision.basis().rule().map(str::to_owned)
        ),
        "{:?}\n{}",
        sources,
        value
    );
    if decision.basis().gap().is_some() {
        prop_assert_eq!(decision.basis(), default.basis());
    }
    for m in decision.matched() {
        // What fired is a rule in force, as itself or as a deny that only asks, and it is not undone by anything laxer.
        let rule = rules.get(&*m.rule).expect("a rule of the policy");
        prop_assert!(
            !rule.shadow
                && (m.effect == rule.effect
                    || (rule.effect == Effect::Deny && m.effect == Effect::Ask && !m.certain))
        );
        prop_assert!(
            m.effect < Effect::Ask || strictness(decision.effect()) >= strictness(m.effect)
        );
        prop_assert!(m.certain || !decision.unknown().is_empty() || rule.effect == Effect::Deny);
    }
    for leaf in decision.leaves() {
        prop_assert_eq!(leaf.effect.is_some(), leaf.basis.is_some());
        match leaf.basis.as_ref().map(|basis| basis.rule()) {
            // No leaf got more than its rule fired as anywhere.
            Some(Some(rule)) => {
                let m = decision
                    .matched()
                    .iter()
                    .find(|m| &*m.rule == rule)
                    .expect("it matched");
                prop_assert!(leaf.effect <= Some(m.effect));
            }
            // The default, which is at least `ask` for what could not be read.
            Some(None) => {
                prop_assert!(leaf.effect.map(strictness) <= Some(strictness(default.effect())))
            }
            None => {}
        }
    }
    for one in decision.shadow() {
        prop_assert!(rules.get(&*one.rule).expect("a rule of the policy").shadow);
    }
    Ok(())
}

proptest! {
    #![proptest_config(config(400))]

    #[test]
    fn i5_the_decisions_own_explanation_re_derives_it(level in levels(), seed: u64, several: bool) {
        let sources = if several {
            generate::sources(level, seed)
        } else {
            let text = generate::policy_parts(level, seed).text();
            vec![generate::Source { name: "policy", layer: "user", trusted: false, text }]
        };
        for at in 0..6 {
            check(&sources, &generate::request_at(level, seed.wrapping_add(at)))?;
        }
    }
}
