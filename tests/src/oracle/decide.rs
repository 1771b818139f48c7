//! From the outcomes of all rules on all leaves to one answer.

use super::evaluate::{Outcome, Scene};
use super::fields::catalogue_name;
use super::leaves::{Leaf, Op, leaves};
use super::paths::Anchors;
use super::policy::{Policy, Rule};
use super::request::Request;
use super::{Answer, Basis, LeafAnswer};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

/// From strict to lenient on one leaf.
const ON_A_LEAF: [&str; 4] = ["deny", "ask", "allow", "pass"];
/// From strict to lenient over the leaves of a request and over layers: the host has still to decide a `pass`.
const OVER_LEAVES: [&str; 4] = ["deny", "ask", "pass", "allow"];

fn rank(order: [&str; 4], effect: &str) -> usize {
    order
        .iter()
        .position(|e| *e == effect)
        .unwrap_or(order.len())
}

/// Decides one request.
pub(super) fn decide(policy: &Policy, request: &Value) -> Answer {
    let request = Request(request);
    let action = catalogue_name(request.text("action").unwrap_or_default());
    let anchors = Anchors::of(request, policy.bounds.path);
    let leaves = leaves(request, action, &policy.catalogue, &anchors, policy.bounds);

    let mut matched: BTreeMap<String, (String, bool)> = BTreeMap::new();
    let mut shadow: BTreeMap<String, (String, bool)> = BTreeMap::new();
    let mut unknown: BTreeSet<String> = BTreeSet::new();
    let mut judged: Vec<LeafAnswer> = Vec::new();
    for leaf in &leaves {
        let mut fired: Vec<(&Rule, String, bool)> = Vec::new();
        for rule in &policy.rules {
            let outcome: Outcome = Scene {
                request,
                action,
                policy,
                anchors: &anchors,
                rule,
                leaf,
            }
            .outcome();
            if !rule.shadow {
                unknown.extend(outcome.unknown);
            }
            let Some((effect, certain)) = outcome.fired else {
                continue;
            };
            note(
                if rule.shadow {
                    &mut shadow
                } else {
                    &mut matched
                },
                &rule.name,
                &effect,
                certain,
            );
            if !rule.shadow {
                fired.push((rule, effect, certain));
            }
        }
        let mut answer = one_leaf(policy, leaf, action, fired);
        // Over a limit it is at least `ask` and at least the default; beyond the number of leaves only a deny counts.
        let mut floor = Vec::new();
        if leaf.over {
            floor.push("ask".to_owned());
            floor.extend(leaf.full.then(|| default(policy, action)));
        }
        if judged.len() >= policy.bounds.leaves {
            floor.push("ask".to_owned());
            if answer.effect.as_deref() != Some("deny") {
                answer.effect = None;
            }
        }
        for effect in floor {
            let strict = |effect: &str| rank(ON_A_LEAF, effect);
            if answer
                .effect
                .as_deref()
                .is_none_or(|now| strict(&effect) < strict(now))
            {
                answer.effect = Some(effect);
                answer.basis = Some(Basis::Gap(action.to_owned()));
            }
        }
        judged.push(answer);
    }

    // The strictest leaf, the first in source order.
    let mut winner: Option<&LeafAnswer> = None;
    for leaf in &judged {
        let Some(effect) = &leaf.effect else { continue };
        if winner
            .and_then(|w| w.effect.as_ref())
            .is_none_or(|best| rank(OVER_LEAVES, effect) < rank(OVER_LEAVES, best))
        {
            winner = Some(leaf);
        }
    }
    let effect = winner
        .and_then(|leaf| leaf.effect.clone())
        .unwrap_or_else(|| "deny".to_owned());
    let basis = winner
        .and_then(|leaf| leaf.basis.clone())
        .unwrap_or_else(|| Basis::Gap(action.to_owned()));
    Answer {
        effect,
        basis,
        matched: matched
            .into_iter()
            .map(|(rule, (effect, certain))| (rule, effect, certain))
            .collect(),
        unknown: unknown.into_iter().collect(),
        leaves: if judged.len() > 1 {
            judged.into_iter().take(policy.bounds.leaves).collect()
        } else {
            Vec::new()
        },
        shadow: shadow
            .into_iter()
            .map(|(rule, (effect, _))| (rule, effect))
            .collect(),
    }
}

/// Notes that a rule fired: once by name, as the strictest it fired as, certain if it was on any leaf.
fn note(list: &mut BTreeMap<String, (String, bool)>, name: &str, effect: &str, certain: bool) {
    let entry = list
        .entry(name.to_owned())
        .or_insert_with(|| (effect.to_owned(), certain));
    if rank(ON_A_LEAF, effect) < rank(ON_A_LEAF, &entry.0) {
        effect.clone_into(&mut entry.0);
    }
    entry.1 |= certain;
}

fn one_leaf(
    policy: &Policy,
    leaf: &Leaf,
    action: &str,
    mut fired: Vec<(&Rule, String, bool)>,
) -> LeafAnswer {
    let op = match leaf.op {
        Op::Known(op) => Some(op.to_owned()),
        Op::None | Op::Unknown | Op::Unread => None,
    };
    // The strictest effect; on it certain before uncertain, then the layer, then the name.
    fired.sort_by(|a, b| {
        (rank(ON_A_LEAF, &a.1), !a.2, a.0.layer, &a.0.name).cmp(&(
            rank(ON_A_LEAF, &b.1),
            !b.2,
            b.0.layer,
            &b.0.name,
        ))
    });
    let weakened =
        |(rule, effect, _): &(&Rule, String, bool)| rule.effect == "deny" && effect == "ask";
    let standing = default(policy, action);
    let (effect, basis) = match fired.first() {
        // Reading 19.
        Some(_) if leaf.full && standing == "deny" && fired.iter().all(weakened) => {
            (Some(standing), Some(Basis::Gap(action.to_owned())))
        }
        Some((rule, effect, _)) => (Some(effect.clone()), Some(Basis::Rule(rule.name.clone()))),
        None if leaf.full => (
            Some(default(policy, action)),
            Some(Basis::Gap(action.to_owned())),
        ),
        None => (None, None),
    };
    LeafAnswer {
        op,
        text: leaf.text.clone(),
        effect,
        basis,
    }
}

/// The default for an action: in each layer the exact name, else the glob with the longest beginning; over layers the strictest.
fn default(policy: &Policy, action: &str) -> String {
    let mut answers: Vec<&str> = Vec::new();
    // Reading 20.
    if action.is_empty() {
        let all = policy.defaults.iter().flatten();
        answers.extend(all.clone().map(|(_, effect)| effect.as_str()));
        if !all.clone().any(|(name, _)| name == "*") {
            answers.push("deny");
        }
    }
    for layer in &policy.defaults {
        let exact: Vec<&str> = layer
            .iter()
            .filter(|(name, _)| name == action)
            .map(|(_, effect)| effect.as_str())
            .collect();
        let beginning = |name: &str| {
            name.strip_suffix('*')
                .filter(|beginning| action.starts_with(*beginning))
                .map(str::len)
        };
        let longest = layer.iter().filter_map(|(name, _)| beginning(name)).max();
        let globs = layer
            .iter()
            .filter(|(name, _)| longest.is_some() && beginning(name) == longest)
            .map(|(_, effect)| effect.as_str());
        if exact.is_empty() {
            answers.extend(globs)
        } else {
            answers.extend(exact)
        }
    }
    answers.sort_by_key(|effect| rank(OVER_LEAVES, effect));
    answers.first().copied().unwrap_or("deny").to_owned()
}
