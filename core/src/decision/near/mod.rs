//! Near misses: which rule would have changed a decision, and what it lacks.
//!
//! [`gates`] say what a rule is about; [`candidates`] finds the rules that miss by little; [`missing`] says of each
//! condition what was wanted, what was seen, and which smallest change makes it hold; [`verify`] puts the changes in and
//! decides again. All of it is made when it is first read, and none of it changes the decision.
//!
//! The words are those of `docs/near-miss.md`, which defines them.

mod candidates;
pub(super) mod gates;
mod miss;
mod missing;
mod text;
mod verify;

pub use miss::{
    BlockedBy, Blocker, Fix, Flips, Ignored, IgnoredWhy, Missing, MissingKind, NearMiss, Status,
};

use alloc::sync::Arc;
use alloc::vec::Vec;
use core::cell::{Cell, RefCell};

use regex_automata::util::pool::PoolGuard;

use super::obligation::{self, Obligation};
use super::{Basis, Decision};
use crate::automaton::scratch::Scratch;
use crate::condition::Scene;
use crate::policy::Policy;
use crate::request::Request;
use crate::request::leaf::Leaf;
use crate::rule::{Effect, Rule};
use candidates::Candidate;
use missing::Place;
use verify::Verdict;

use super::combine::Setting;

/// In so many texts of one decision a correction is looked for to tell whether they are close: it takes the longest of all
/// that is done.
const MOST_CORRECTIONS: usize = 64;

/// Who reads decisions.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum Audience {
    /// Whoever asked, and the programs in between.
    #[default]
    User,
    /// Whoever administers the policy: near misses of rules with `near = false` are shown too.
    Admin,
}

/// How near misses are looked for.
#[derive(Clone, Debug)]
pub(crate) struct NearOptions {
    /// How many conditions of a rule's scope may fail.
    pub(crate) max_missing: usize,
    /// How many are shown.
    pub(crate) shown: usize,
    /// How many candidates are verified.
    pub(crate) verified: usize,
    pub(crate) audience: Audience,
}

impl Default for NearOptions {
    fn default() -> Self {
        Self {
            max_missing: 1,
            shown: 3,
            verified: 8,
            audience: Audience::default(),
        }
    }
}

/// What is found out about a decision when it is asked for.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Found {
    pub(crate) near: Vec<NearMiss>,
    pub(crate) close_calls: Vec<NearMiss>,
    pub(crate) can_wait: bool,
    pub(crate) obligations: Vec<Obligation>,
}

/// Finds out what `decision`, which is the one on `request`, did not say yet.
pub(crate) fn find(decision: &Decision, policy: &Policy, request: &Request) -> Found {
    let setting = Setting::new(policy, request);
    let leaves = setting.leaves();
    let corrections = Cell::new(MOST_CORRECTIONS);
    let search = Search {
        policy,
        request,
        setting: &setting,
        leaves: &leaves,
        options: policy.near(),
        scratch: RefCell::new(policy.scratch()),
        corrections: &corrections,
    };
    let (near, close_calls) = if decision.effect() == Effect::Allow {
        (Vec::new(), search.close_calls())
    } else {
        (search.near(decision), Vec::new())
    };
    let flips = |near: &&NearMiss| near.flips == Some(Flips::Yes);
    let can_wait = near
        .iter()
        .filter(flips)
        .any(|near| near.missing.iter().all(|missing| missing.kind.can_wait()));
    let obligations = obligation::find(decision, policy, &setting, &leaves, &near);
    Found {
        near,
        close_calls,
        can_wait,
        obligations,
    }
}

struct Search<'a> {
    policy: &'a Policy,
    request: &'a Request,
    setting: &'a Setting<'a>,
    leaves: &'a [Leaf],
    options: &'a NearOptions,
    scratch: RefCell<PoolGuard<'a, Scratch, fn() -> Scratch>>,
    corrections: &'a Cell<usize>,
}

/// A candidate with what it lacks, not verified yet.
struct Described<'a> {
    candidate: Candidate<'a>,
    miss: NearMiss,
}

impl<'a> Search<'a> {
    /// Returns the near misses of a decision that is no allow.
    fn near(&self, decision: &Decision) -> Vec<NearMiss> {
        let mut found = Vec::new();
        for (index, leaf) in self.leaves.iter().enumerate() {
            let effect = match decision.leaves().get(index) {
                Some(listed) => listed.effect,
                None if self.leaves.len() == 1 => Some(decision.effect()),
                None => break,
            };
            // Only what is as strict as the whole keeps it from being better.
            let Some(effect) =
                effect.filter(|effect| effect.across_leaves() == decision.effect().across_leaves())
            else {
                continue;
            };
            let better = |rule: &&Rule| {
                self.is_shown(rule)
                    && rule.effect.across_leaves() < effect.across_leaves()
                    && (leaf.in_full || rule.effect.restricts())
            };
            self.look(index, better, &mut found);
        }
        found.extend(self.exempt(decision));
        let mut described: Vec<Described<'_>> = Vec::new();
        for one in found {
            // Request-level conditions are the same on every leaf.
            let known = described.iter().any(|known| {
                known.miss.rule == one.miss.rule
                    && known.miss.status == one.miss.status
                    && known.miss.missing == one.miss.missing
            });
            if !known {
                described.push(one);
            }
        }
        described.sort_by(|a, b| rank(&a.miss).cmp(&rank(&b.miss)));
        described.truncate(self.options.verified);
        let mut near: Vec<NearMiss> = described
            .into_iter()
            .map(|described| self.verified(described))
            .collect();
        // Stable: what flips goes first, the order of candidates stays otherwise.
        near.sort_by_key(|near| near.flips != Some(Flips::Yes));
        near.truncate(self.options.shown);
        near
    }

    /// Returns the rules that would have restricted an allowed request by little.
    fn close_calls(&self) -> Vec<NearMiss> {
        let mut found = Vec::new();
        for index in 0..self.leaves.len().min(self.policy.limits().leaves) {
            let restricts = |rule: &&Rule| self.is_shown(rule) && rule.effect.restricts();
            self.look(index, restricts, &mut found);
        }
        let mut calls: Vec<NearMiss> = Vec::new();
        for described in found {
            let mut miss = described.miss;
            miss.missing.sort_by(|a, b| a.field.cmp(&b.field));
            let known = calls
                .iter()
                .any(|known| known.rule == miss.rule && known.missing == miss.missing);
            if !known {
                calls.push(miss);
            }
        }
        calls.sort_by(|a, b| rank(a).cmp(&rank(b)));
        calls.truncate(self.options.shown);
        calls
    }

    /// Adds the candidates among the rules that `wanted` takes, on one leaf, whose conditions all fail by little.
    fn look(&self, index: usize, wanted: impl Fn(&&Rule) -> bool, found: &mut Vec<Described<'a>>) {
        let Some(leaf) = self.leaves.get(index) else {
            return;
        };
        let scene = self.setting.scene(self.leaves, leaf);
        let rules = self.within_reach(index, &scene).into_iter();
        let rules = rules.filter(|rule| wanted(rule));
        let candidates =
            candidates::candidates(self.setting, &scene, index, rules, self.options.max_missing);
        found.extend(
            candidates
                .into_iter()
                .filter_map(|candidate| self.described(candidate)),
        );
    }

    /// Returns the rules that a leaf can miss by little, by name, and others: those that the policy's automaton finds where
    /// one condition fails, and all rules where more may.
    fn within_reach(&self, index: usize, scene: &Scene<'_>) -> Vec<&'a Rule> {
        let policy: &'a Policy = self.policy;
        let rules = policy.compiled_rules();
        if self.options.max_missing > 1 {
            return rules.iter().collect();
        }
        let mut scratch = self.scratch.borrow_mut();
        let Scratch { room, seen, .. } = &mut **scratch;
        let automaton = policy.automaton();
        if index == 0 {
            automaton.find_in_request(scene, room);
        }
        seen.begin(rules.len());
        let mut found = Vec::new();
        automaton.find_on_leaf(scene, room, |hang| found.push(hang.rule));
        automaton.find_near(rules, scene, room, |rule| found.push(rule));
        found.retain(|rule| seen.first(*rule));
        found.sort_unstable();
        found
            .into_iter()
            .filter_map(|rule| rules.get(rule as usize))
            .collect()
    }

    /// Returns the rule that is the basis, with what would switch it off.
    fn exempt(&self, decision: &Decision) -> Option<Described<'a>> {
        let name = decision.basis().rule()?;
        let policy: &'a Policy = self.policy;
        let rule = policy
            .rule(name)
            .filter(|rule| self.is_shown(rule) && rule.effect.restricts())?;
        let is_basis = |basis: &Option<Basis>| basis.as_ref() == Some(decision.basis());
        let leaf = decision
            .leaves()
            .iter()
            .position(|leaf| leaf.effect == Some(decision.effect()) && is_basis(&leaf.basis))
            .unwrap_or(0);
        let scene = self.setting.scene(self.leaves, self.leaves.get(leaf)?);
        let candidate = candidates::exempt(rule, decision.effect(), &scene, leaf)?;
        self.described(candidate)
    }

    /// Says what a candidate lacks; `None` when some condition of its scope is not close.
    fn described(&self, candidate: Candidate<'a>) -> Option<Described<'a>> {
        let place = self.place(candidate.leaf)?;
        let mut missing = Vec::new();
        for failed in &candidate.scope {
            let found = place.describe(failed);
            if !found.close || failed.is_plain_gate() {
                return None;
            }
            missing.push(found.missing);
        }
        missing.extend(
            candidate
                .rest
                .iter()
                .map(|failed| place.describe(failed).missing),
        );
        if candidate.expired {
            missing.push(place.expired(candidate.rule));
        }
        let miss = NearMiss {
            rule: Arc::clone(&candidate.rule.name),
            effect: candidate.effect,
            leaf: (self.leaves.len() > 1).then_some(candidate.leaf),
            status: candidate.status,
            missing,
            flips: None,
            blocked_by: Vec::new(),
        };
        Some(Described { candidate, miss })
    }

    /// Puts the fixes in and decides again.
    fn verified(&self, described: Described<'_>) -> NearMiss {
        let Described { candidate, miss } = described;
        let mut miss = miss;
        // The fields that would have to change, and nobody can say how.
        let mut open = Vec::new();
        if let Some(place) = self.place(candidate.leaf) {
            let failed = candidate.scope.iter().chain(&candidate.rest);
            for (failed, missing) in failed.zip(&mut miss.missing) {
                missing.fix = place.fix(failed, missing);
                if missing.fix.is_none() {
                    open.extend(verify::read_first(
                        &failed.condition,
                        self.leaves.get(candidate.leaf),
                    ));
                }
            }
        }
        // Fixes are put in in the order in which they are shown: two may set one field.
        miss.missing.sort_by(|a, b| a.field.cmp(&b.field));
        // Nothing mends a date that is past; but what is missing besides may be the clock.
        let verdict = if candidate.expired && candidate.rest.is_empty() {
            Verdict {
                flips: Flips::No,
                blocked_by: Vec::new(),
            }
        } else {
            verify::verdict(self.policy, self.request, &miss, open)
        };
        miss.flips = Some(verdict.flips);
        miss.blocked_by = verdict.blocked_by;
        miss
    }

    fn place(&self, leaf: usize) -> Option<Place<'a>> {
        let setting: &'a Setting<'a> = self.setting;
        Some(Place {
            policy: self.policy,
            scene: setting.scene(self.leaves, self.leaves.get(leaf)?),
            leaf,
            corrections: self.corrections,
        })
    }

    fn is_shown(&self, rule: &Rule) -> bool {
        !rule.shadow && (rule.near || self.options.audience == Audience::Admin)
    }
}

/// The order in which candidates are verified and near misses are shown: by status, fewer, closer, name, leaf.
fn rank(miss: &NearMiss) -> (Status, usize, core::cmp::Reverse<u8>, &str, Option<usize>) {
    // What has no closeness was not measured: it counts as half way.
    let closeness = miss
        .missing
        .iter()
        .map(|missing| missing.closeness.unwrap_or(50))
        .min();
    (
        miss.status,
        miss.missing.len(),
        core::cmp::Reverse(closeness.unwrap_or(50)),
        &miss.rule,
        miss.leaf,
    )
}
