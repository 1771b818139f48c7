//! Candidates for near misses: rules that lack little, before anybody asks how close they come.
//!
//! A candidate's gates hold (`action`, `op`, `resource.type`, and the program and subcommand of `command`), and of its
//! `when` at most the policy's `max_missing` conditions are not true; with none missing it is `require` or `unless` that
//! keeps it from holding. The pass that judges a request has seen most of them already.

use alloc::vec::Vec;

use super::near::gates;
use super::verdict::{Observer, Outcome};
use crate::condition::{Scene, Truth};
use crate::policy::Policy;
use crate::request::leaf::Leaf;
use crate::rule::Rule;

/// A rule that lacks little on a leaf.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct CandidateAt {
    pub(crate) rule: u32,
    pub(crate) leaf: u32,
    /// The place in `when` of the first condition that is not true; the number of conditions when all are.
    pub(crate) failed: u32,
}

/// A rule that lacks little, and what it lacks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Candidate<'a> {
    /// Its name.
    pub rule: &'a str,
    /// The position of the leaf that it lacks it on.
    pub leaf: usize,
    /// The condition of its `when` that is not true, as the rule writes it, such as `resource.status`; the first, where
    /// several may be missing. `None` when the whole of `when` is true and the rule requires more.
    pub failed: Option<&'a str>,
}

impl CandidateAt {
    /// Returns the candidate with the names that the policy has for it.
    pub(super) fn named<'a>(&self, policy: &'a Policy) -> Option<Candidate<'a>> {
        let rule = policy.compiled_rules().get(self.rule as usize)?;
        let wording = rule.wording.when.get(self.failed as usize);
        Some(Candidate {
            rule: &rule.name,
            leaf: self.leaf as usize,
            failed: wording.map(|stated| stated.field()),
        })
    }
}

/// Collects candidates while a request is judged.
pub(super) struct Collector<'c> {
    pub(super) leaf: u32,
    pub(super) max_missing: usize,
    pub(super) found: &'c mut Vec<CandidateAt>,
}

impl Observer for Collector<'_> {
    const NEAR: bool = true;

    fn unknown(&mut self, _: &Rule, _: &Scene<'_>) {}

    fn missed(&mut self, number: u32, rule: &Rule, scene: &Scene<'_>, lacks: Option<usize>) {
        let mut failed = None;
        let mut missing = 0;
        for (index, condition) in rule.when.iter().enumerate() {
            if lacks == Some(index) || condition.truth(scene, rule.skip_missing) != Truth::True {
                missing += 1;
                failed = failed.or(Some(index));
                if missing > self.max_missing {
                    return;
                }
            }
        }
        let gated = || rule.when.iter().any(gates::is_gate);
        if missing > 0 && (missing == rule.when.len() && !gated() || !gates::hold(rule, scene)) {
            return;
        }
        self.found.push(CandidateAt {
            rule: number,
            leaf: self.leaf,
            failed: u32::try_from(failed.unwrap_or(rule.when.len())).unwrap_or(u32::MAX),
        });
    }

    fn leaf(&mut self, _: &Leaf, _: usize, _: Option<Outcome>) {
        self.leaf += 1;
    }
}
