//! What the caller must do before acting on a decision.

use alloc::string::String;
use alloc::sync::Arc;
use alloc::vec::Vec;

use serde::Serialize;

use super::Decision;
use super::combine::Setting;
use super::near::{Flips, MissingKind, NearMiss};
use crate::condition::time::parse_duration;
use crate::condition::usage::UsageCondition;
use crate::condition::{Condition, Scene, Truth, all};
use crate::policy::Policy;
use crate::request::leaf::Leaf;
use crate::rule::{Effect, Rule};

/// Something that the caller must do before acting on a decision.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
#[non_exhaustive]
pub enum Obligation {
    /// Count this request against a counter.
    Charge {
        /// The counter's name, its fields filled in.
        counter: String,
        /// The window, as the rule writes it.
        per: String,
        /// What the request costs.
        cost: i64,
    },
    /// Ask people to approve.
    RequestApproval {
        /// The rule that needs them.
        rule: Arc<str>,
        /// How many are still missing.
        need: i64,
        /// The first role that makes an approver eligible.
        #[serde(skip_serializing_if = "Option::is_none")]
        role: Option<String>,
    },
    /// Have the actor sign in again.
    Reauth {
        /// How old the sign-in may then be, in seconds.
        #[serde(skip_serializing_if = "Option::is_none")]
        max_age_s: Option<i64>,
        /// The first of the ways in which it may be made.
        #[serde(skip_serializing_if = "Option::is_none")]
        method: Option<String>,
    },
    /// Tell somebody.
    Notify {
        /// Whom.
        to: String,
    },
}

impl Obligation {
    /// Returns the name used in decisions.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Charge { .. } => "charge",
            Self::RequestApproval { .. } => "request_approval",
            Self::Reauth { .. } => "reauth",
            Self::Notify { .. } => "notify",
        }
    }
}

/// Returns what follows from a decision: charges when it allows, then what its near misses that flip ask for, then whom to
/// tell; each by name of its rule, none twice.
pub(crate) fn find(
    decision: &Decision,
    policy: &Policy,
    setting: &Setting<'_>,
    leaves: &[Leaf],
    near: &[NearMiss],
) -> Vec<Obligation> {
    let mut found = Vec::new();
    if decision.effect() == Effect::Allow {
        // By name, as the policy keeps them.
        for rule in policy.counting_rules() {
            charges(rule, setting, leaves, &mut found);
        }
    }
    let mut near: Vec<&NearMiss> = near
        .iter()
        .filter(|near| near.flips == Some(Flips::Yes))
        .collect();
    near.sort_by(|a, b| a.rule.cmp(&b.rule));
    for kind in [MissingKind::Approvals, MissingKind::Auth] {
        for near in &near {
            let missing = near.missing.iter().filter(|missing| missing.kind == kind);
            for missing in missing {
                let text = |key: &str| missing.want.get(key)?.first_text().map(String::from);
                add(
                    &mut found,
                    if kind == MissingKind::Approvals {
                        let (need, have) = (missing.need.unwrap_or(0), missing.have.unwrap_or(0));
                        Obligation::RequestApproval {
                            rule: Arc::clone(&near.rule),
                            need: need.saturating_sub(have),
                            role: text("role"),
                        }
                    } else {
                        Obligation::Reauth {
                            max_age_s: text("max_age").and_then(|age| parse_duration(&age)),
                            method: text("method"),
                        }
                    },
                );
            }
        }
    }
    let fired = decision.matched().iter();
    for rule in fired.filter_map(|matched| policy.rule(&matched.rule)) {
        for to in &rule.notify {
            add(&mut found, Obligation::Notify { to: to.clone() });
        }
    }
    found
}

fn add(found: &mut Vec<Obligation>, obligation: Obligation) {
    if !found.contains(&obligation) {
        found.push(obligation);
    }
}

/// Adds a charge for each counter of a rule whose other conditions hold on some leaf.
fn charges(rule: &Rule, setting: &Setting<'_>, leaves: &[Leaf], found: &mut Vec<Obligation>) {
    if rule.shadow || !setting.is_current(rule) {
        return;
    }
    let parts = || rule.when.iter().chain(&rule.require).chain(&rule.unless);
    let skip = rule.skip_missing;
    for leaf in leaves {
        if !leaf.in_full && !rule.effect.restricts() {
            continue;
        }
        let scene = setting.scene(leaves, leaf);
        for counting in parts().filter(|condition| condition.counts()) {
            let is_other = |condition: &&Condition| !core::ptr::eq(*condition, counting);
            let holds = |condition: &Condition| condition.truth(&scene, skip) == Truth::True;
            let mut others = rule.when.iter().chain(&rule.require).filter(is_other);
            let unless = rule.unless.as_ref().filter(is_other);
            let off = unless.is_some_and(|unless| unless.truth(&scene, skip) != Truth::False);
            if !off && others.all(holds) {
                charge(counting, &scene, skip, found);
            }
        }
    }
}

fn charge(condition: &Condition, scene: &Scene<'_>, skip: bool, found: &mut Vec<Obligation>) {
    let mut one = |usage: &UsageCondition| {
        if let Ok(meter) = usage.meter(scene) {
            add(
                found,
                Obligation::Charge {
                    counter: meter.counter,
                    per: usage.per.clone(),
                    cost: meter.cost,
                },
            );
        }
    };
    match condition {
        Condition::Usage(usage) => one(usage),
        Condition::AnyOf(branches) => {
            for branch in branches {
                for (at, condition) in branch.iter().enumerate() {
                    let Condition::Usage(usage) = condition else {
                        continue;
                    };
                    let (before, after) = branch.split_at(at);
                    let after = after.get(1..).unwrap_or_default();
                    let holds = |part| all(part, scene, skip) == Truth::True;
                    if holds(before) && holds(after) {
                        one(usage);
                    }
                }
            }
        }
        _ => {}
    }
}
