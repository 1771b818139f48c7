//! I14: the core and the naive oracle say the same.

use super::{config, is_plain, layered, levels, policy, request};
use doorward::{Config, Limits, Policy, Request};
use doorward_tests::generate;
use doorward_tests::oracle::{Basis, Bounds, File, Oracle};
use proptest::prelude::*;

/// What both deciders say, in one shape that can be compared.
#[derive(Debug, PartialEq)]
struct Said {
    effect: String,
    basis: String,
    matched: Vec<(String, String, bool)>,
    unknown: Vec<String>,
    leaves: Vec<SaidOfLeaf>,
    shadow: Vec<(String, String)>,
}

/// Op, text, effect, basis.
type SaidOfLeaf = (Option<String>, String, Option<String>, Option<String>);

fn core_says(policy: &Policy, request: &Request) -> Said {
    let decision = policy.decide(request);
    let basis = |basis: &doorward::Basis| match (basis.rule(), basis.gap()) {
        (Some(rule), _) => format!("rule {rule}"),
        (_, gap) => format!("gap {}", gap.unwrap_or_default()),
    };
    Said {
        effect: decision.effect().to_string(),
        basis: basis(decision.basis()),
        matched: (decision.matched().iter())
            .map(|m| (m.rule.to_string(), m.effect.to_string(), m.certain))
            .collect(),
        unknown: decision.unknown().to_vec(),
        leaves: (decision.leaves().iter())
            .map(|leaf| {
                let effect = leaf.effect.map(|effect| effect.to_string());
                (
                    leaf.op.map(String::from),
                    leaf.text.clone(),
                    effect,
                    leaf.basis.as_ref().map(basis),
                )
            })
            .collect(),
        shadow: decision
            .shadow()
            .iter()
            .map(|s| (s.rule.to_string(), s.effect.to_string()))
            .collect(),
    }
}

fn oracle_says(oracle: &Oracle, request: &serde_json::Value) -> Said {
    let answer = oracle.decide(request);
    let basis = |basis: &Basis| match basis {
        Basis::Rule(name) => format!("rule {name}"),
        Basis::Gap(action) => format!("gap {action}"),
    };
    Said {
        effect: answer.effect,
        basis: basis(&answer.basis),
        matched: answer.matched,
        unknown: answer.unknown,
        leaves: (answer.leaves.into_iter())
            .map(|leaf| {
                (
                    leaf.op,
                    leaf.text,
                    leaf.effect,
                    leaf.basis.as_ref().map(basis),
                )
            })
            .collect(),
        shadow: answer.shadow,
    }
}

proptest! {
    #![proptest_config(config(12))]

    /// Rules share what they are found by, so lists are long, tables collide and the rarest condition is often not the first.
    #[test]
    fn i14_a_large_policy_agrees_with_the_naive_oracle(level in levels(), seed: u64) {
        let text = generate::large_policy(level, seed, 300);
        let core = policy(&text);
        let oracle = Oracle::new(&[File { name: "policy", layer: "user", trusted: false, text: &text }]);
        for at in 0..60 {
            let value = generate::request_at(level, seed.wrapping_add(at));
            if !is_plain(&value) {
                continue;
            }
            prop_assert_eq!(core_says(&core, &request(&value)), oracle_says(&oracle, &value), "{}\n{}", text, value);
        }
    }
}

proptest! {
    #![proptest_config(config(700))]

    #[test]
    fn i14_the_compiled_policy_agrees_with_the_naive_oracle(level in levels(), seed: u64) {
        let text = generate::policy_parts(level, seed).text();
        let core = policy(&text);
        let oracle = Oracle::new(&[File { name: "policy", layer: "user", trusted: false, text: &text }]);
        for at in 0..16 {
            let value = generate::request_at(level, seed.wrapping_add(at));
            if !is_plain(&value) {
                continue;
            }
            prop_assert_eq!(core_says(&core, &request(&value)), oracle_says(&oracle, &value), "{}\n{}", text, value);
        }
    }

    #[test]
    fn i14_several_files_agree_with_the_naive_oracle(level in levels(), seed: u64) {
        let sources = generate::sources(level, seed);
        let core = layered(&sources);
        let files: Vec<File<'_>> = (sources.iter())
            .map(|source| File { name: source.name, layer: source.layer, trusted: source.trusted, text: &source.text })
            .collect();
        let oracle = Oracle::new(&files);
        for at in 0..16 {
            let value = generate::request_at(level, seed.wrapping_add(at));
            if !is_plain(&value) {
                continue;
            }
            prop_assert_eq!(core_says(&core, &request(&value)), oracle_says(&oracle, &value), "{:?}\n{}", sources, value);
        }
    }

    #[test]
    fn i14_with_tight_limits_agrees_with_the_naive_oracle(level in levels(), seed: u64, tight in 1_usize..40, few in 1_usize..4) {
        let text = generate::policy_parts(level, seed).text();
        let limits = Limits::default().command_bytes(tight).path_bytes(tight).url_bytes(tight).text_bytes(12 + tight / 2).leaves(few);
        let core = Policy::builder()
            .configure(Config::new().limits(limits))
            .source(doorward::Source::new("policy", doorward::Layer::User, text.as_str()))
            .build()
            .expect("a generated policy loads");
        let bounds = Bounds { command: tight, path: tight, url: tight, text: 12 + tight / 2, leaves: few };
        let oracle = Oracle::new(&[File { name: "policy", layer: "user", trusted: false, text: &text }]).bounded(bounds);
        for at in 0..16 {
            let value = generate::request_at(level, seed.wrapping_add(at));
            if !is_plain(&value) {
                continue;
            }
            prop_assert_eq!(core_says(&core, &request(&value)), oracle_says(&oracle, &value), "{:?}\n{}\n{}", bounds, text, value);
        }
    }
}
