//! The generator keeps its promises: loads, is the same every time, and reaches every outcome of every kind.

use super::conditions::{Kind, Part, Topic, condition};
use super::random::Random;
use super::{extra_rule, policy_parts, request_at, requests_for_conformance};
use crate::oracle::{File, Oracle};
use std::collections::{BTreeMap, BTreeSet};

fn oracle(text: &str) -> Oracle {
    Oracle::new(&[File {
        name: "policy",
        layer: "user",
        trusted: false,
        text,
    }])
}

#[test]
fn the_same_seed_gives_the_same_case() {
    assert_eq!(
        requests_for_conformance(super::Level::Whole, 50),
        requests_for_conformance(super::Level::Whole, 50)
    );
    assert_ne!(
        policy_parts(super::Level::Whole, 1),
        policy_parts(super::Level::Whole, 2)
    );
}

#[test]
fn every_effect_basis_and_doubt_occurs() {
    for level in [super::Level::Plain, super::Level::Whole] {
        let mut seen: BTreeMap<String, usize> = BTreeMap::new();
        for seed in 0..400 {
            let mut parts = policy_parts(level, seed);
            parts.rules.push(extra_rule(level, "ask", seed));
            let oracle = oracle(&parts.text());
            for number in 0..20 {
                let answer = oracle.decide(&request_at(level, seed * 20 + number));
                *seen.entry(answer.effect.clone()).or_default() += 1;
                *seen
                    .entry(
                        format!("{:?}", answer.basis)
                            .split('(')
                            .next()
                            .unwrap()
                            .to_owned(),
                    )
                    .or_default() += 1;
                *seen
                    .entry(format!("unknown {}", !answer.unknown.is_empty()))
                    .or_default() += 1;
                *seen
                    .entry(format!("leaves {}", answer.leaves.len().min(3)))
                    .or_default() += 1;
                for (_, effect, certain) in &answer.matched {
                    *seen.entry(format!("fired {effect} {certain}")).or_default() += 1;
                }
            }
        }
        assert!(seen.values().all(|count| *count > 30), "{seen:?}");
        assert!(seen.len() >= 15, "{seen:?}");
    }
}

#[test]
fn several_files_are_read_and_untrusted_rules_fire_under_their_prefix() {
    let mut prefixed = 0;
    for case in requests_for_conformance(super::Level::Whole, 3000) {
        let files: Vec<File<'_>> = case
            .sources
            .iter()
            .map(|s| File {
                name: s.name,
                layer: s.layer,
                trusted: s.trusted,
                text: &s.text,
            })
            .collect();
        let answer = Oracle::new(&files).decide(&case.request);
        prefixed += usize::from(
            answer
                .matched
                .iter()
                .any(|(rule, ..)| rule.starts_with("project/")),
        );
    }
    assert!(prefixed > 30, "{prefixed}");
}

/// A deny with one condition shows its value: fired for certain, fired in doubt, did not fire.
#[test]
fn every_kind_of_condition_comes_out_true_false_and_unknown() {
    use Kind::*;
    let kinds = [
        (Action, Topic::Any),
        (Id, Topic::Any),
        (Sort, Topic::Any),
        (Role, Topic::Any),
        (RolesHas, Topic::Any),
        (Tenant, Topic::Any),
        (BehalfHas, Topic::Any),
        (Type, Topic::Any),
        (Status, Topic::Any),
        (Owner, Topic::Any),
        (SharedWith, Topic::Any),
        (Priority, Topic::Any),
        (Category, Topic::Any),
        (Labels, Topic::Any),
        (Verified, Topic::Any),
        (Weight, Topic::Any),
        (Now, Topic::Any),
        (Command, Topic::Shell),
        (CategoryPattern, Topic::Any),
        (Level, Topic::Any),
        (Risk, Topic::Any),
        (Region, Topic::Any),
        (Score, Topic::Any),
        (AuthMethod, Topic::Any),
        (Revoked, Topic::Any),
        (Op, Topic::File),
        (Path, Topic::File),
        (Cwd, Topic::Any),
        (Url, Topic::Url),
        (Auth, Topic::Any),
        (Session, Topic::Any),
        (Usage, Topic::Any),
        (Time, Topic::Any),
        (Approvals, Topic::Any),
        (Delegated, Topic::Any),
    ];
    let head = policy_parts(super::Level::Whole, 7).head;
    for (kind, topic) in kinds {
        let mut outcomes: BTreeMap<&str, usize> = BTreeMap::new();
        for seed in 0..60 {
            let one = condition(&mut Random::new(seed), kind, topic, Part::When, true);
            let oracle = oracle(&format!(
                "{head}\n[[rule]]\nname = \"one\"\neffect = \"deny\"\nwhen.{} = {}\n",
                one.key, one.value
            ));
            for number in 0..40 {
                let answer = oracle.decide(&request_at(super::Level::Whole, seed * 40 + number));
                let outcome = match answer.matched.first() {
                    Some((_, _, true)) => "true",
                    Some((_, _, false)) => "unknown",
                    None => "false",
                };
                *outcomes.entry(outcome).or_default() += 1;
            }
        }
        let reached: BTreeSet<_> = outcomes
            .iter()
            .filter(|(_, count)| **count >= 24)
            .map(|(outcome, _)| *outcome)
            .collect();
        assert_eq!(
            reached,
            BTreeSet::from(["false", "true", "unknown"]),
            "{kind:?} {outcomes:?}"
        );
    }
}
