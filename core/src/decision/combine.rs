//! Judges the leaves of a request and combines what comes out.
//!
//! On one leaf the strictest effect of the rules that fire wins: `deny`, `ask`, `allow`, `pass` (deny overrides, as
//! XACML 3.0 appendix C.2). Over the whole request the strictest leaf wins, and there `pass` is stricter than `allow`.
//! Neither the order of rules nor that of files matters anywhere.

use alloc::borrow::Cow;
use alloc::collections::BTreeSet;
use alloc::string::String;
use alloc::sync::Arc;
use alloc::vec::Vec;

use super::verdict::{self, Observer, Outcome};
use super::{Basis, Decision, Explained, LeafDecision, Match, RuleBasis, ShadowMatch};
use crate::automaton::Known;
use crate::automaton::expect::Row;
use crate::command::Place;
use crate::condition::{Condition, Scene, Truth, Why, all, all_given, covers};
use crate::path::{Anchors, is_within, normalize};
use crate::policy::Policy;
use crate::request::Request;
use crate::request::leaf::{Leaf, Op, Subject};
use crate::request::split::{self, plain};
use crate::rule::{Effect, Rule};

/// Decides `request`.
pub(crate) fn decide(policy: &Policy, request: &Request) -> Decision {
    let mut scratch = policy.scratch();
    let setting = Setting::new(policy, request);
    let mut listing = Listing {
        setting: &setting,
        leaves: Vec::new(),
        unknown: BTreeSet::new(),
    };
    let (effect, by) = verdict::pass(&setting, &mut scratch, &mut listing);
    let rules = policy.compiled_rules();
    let fired = || {
        let fired = scratch.fired.iter();
        fired.filter_map(|fired| Some((fired, rules.get(fired.rule as usize)?)))
    };
    let matched = fired().filter(|(_, rule)| !rule.shadow);
    let shadow = fired().filter(|(_, rule)| rule.shadow);
    Decision {
        effect,
        basis: setting.basis(by),
        policy: policy.shared_id(),
        matched: matched
            .map(|(fired, rule)| Match {
                rule: Arc::clone(&rule.name),
                effect: fired.effect,
                certain: fired.certain,
            })
            .collect(),
        unknown: listing.unknown.into_iter().collect(),
        leaves: listing.leaves,
        shadow: shadow
            .map(|(fired, rule)| ShadowMatch {
                rule: Arc::clone(&rule.name),
                effect: fired.effect,
            })
            .collect(),
        explained: Explained::new(policy, request),
    }
}

/// Writes down what the verdict alone does not need.
struct Listing<'a> {
    setting: &'a Setting<'a>,
    leaves: Vec<LeafDecision>,
    unknown: BTreeSet<String>,
}

impl Observer for Listing<'_> {
    fn unknown(&mut self, rule: &Rule, scene: &Scene<'_>) {
        let conditions = rule.when.iter().chain(&rule.require).chain(&rule.unless);
        conditions.for_each(|condition| condition.unknown_fields(scene, &mut self.unknown));
    }

    fn leaf(&mut self, leaf: &Leaf, count: usize, outcome: Option<Outcome>) {
        if count < 2 || self.leaves.len() >= self.setting.policy.limits().leaves {
            return;
        }
        let op = match leaf.op {
            Subject::Known(op) => Some(op.as_str()),
            _ => None,
        };
        self.leaves.push(LeafDecision {
            op,
            text: self.setting.shown_text(leaf).into(),
            cwd: self.setting.shown_place(leaf),
            via: leaf.via.iter().map(|via| via.as_str().into()).collect(),
            opaque: leaf.opaque,
            effect: outcome.map(|(effect, _)| effect),
            basis: outcome.map(|(_, by)| self.setting.basis(by)),
        });
    }
}

fn basis(rule: &Rule) -> Basis {
    Basis::Rule(RuleBasis {
        rule: Arc::clone(&rule.name),
        layer: rule.layer,
        origin: Arc::clone(&rule.origin),
        why: rule.why.clone(),
        remedy: rule.remedy.clone(),
    })
}

/// What all leaves of a request share.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Setting<'a> {
    pub(super) policy: &'a Policy,
    request: &'a Request,
    pub(super) action: Option<&'a str>,
    row: &'a Row,
    anchors: Anchors<'a>,
    now: Option<i64>,
}

impl<'a> Setting<'a> {
    pub(crate) fn new(policy: &'a Policy, request: &'a Request) -> Self {
        let action = request.catalogue_action();
        let row = policy.expectations(request);
        Self {
            policy,
            request,
            action,
            row,
            anchors: split::anchors(request, policy.limits()),
            now: request.stated().now,
        }
    }

    /// Whether the request is its only leaf, because its action runs, reads, writes and fetches nothing.
    pub(super) fn is_whole(&self) -> bool {
        self.row
            .spec
            .as_ref()
            .is_some_and(|spec| spec.does.is_empty())
    }

    /// Returns what happens where no rule fires.
    pub(super) fn default_effect(&self) -> Effect {
        self.row
            .default
            .unwrap_or_else(|| self.policy.defaults().effect(self.action))
    }

    /// Returns the request's leaves.
    pub(crate) fn leaves(&self) -> Vec<Leaf> {
        let mut leaves = Vec::new();
        self.split_into(&mut leaves);
        leaves
    }

    /// Puts the request's leaves into `room`, if it is a plain command line; returns how many they are.
    pub(crate) fn split_plain(&self, room: &mut plain::Room) -> Option<usize> {
        let declared = self.policy.declared();
        let line = self.row.line.as_ref()?;
        room.fill(self.request, line, &self.anchors, declared)
    }

    /// Puts the request's leaves into `leaves`.
    pub(super) fn split_into(&self, leaves: &mut Vec<Leaf>) {
        split::leaves(
            self.request,
            self.row.spec.as_ref(),
            &self.anchors,
            self.policy.declared(),
            leaves,
        );
    }

    /// Returns how a leaf is shown.
    fn shown_text<'l>(&'l self, leaf: &'l Leaf) -> Cow<'l, str> {
        match leaf.op {
            // The request itself.
            Subject::None => Cow::Borrowed(self.action.unwrap_or_default()),
            _ => leaf.text(),
        }
    }

    /// Returns the directory a leaf happens in, when that is known and not the one the host stated.
    fn shown_place(&self, leaf: &Leaf) -> Option<String> {
        match leaf.places.first() {
            Some(Place::At(cwd)) => {
                let stated = self.anchors.cwd.map(normalize);
                (stated.as_deref() != Some(cwd)).then(|| cwd.as_ref().into())
            }
            _ => None,
        }
    }

    /// Returns the basis that a rule is, or the gap.
    fn basis(&self, by: Option<u32>) -> Basis {
        let rules = self.policy.compiled_rules();
        match by.and_then(|rule| rules.get(rule as usize)) {
            Some(rule) => basis(rule),
            None => Basis::Gap {
                gap: self.action.unwrap_or_default().into(),
            },
        }
    }

    /// Returns what conditions are judged on: one of the request's leaves.
    pub(crate) fn scene<'s>(&'s self, leaves: &'s [Leaf], leaf: &'s Leaf) -> Scene<'s> {
        let declared = self.policy.declared();
        Scene {
            request: self.request,
            action: self.action,
            catalogue: &declared.catalogue,
            limits: &declared.limits,
            anchors: self.anchors,
            row: self.row,
            leaves,
            leaf,
        }
    }

    /// Whether a rule has not expired. Without a clock, one that can expire is off if it permits and on if it restricts.
    pub(crate) fn is_current(&self, rule: &Rule) -> bool {
        match (rule.expires, self.now) {
            (None, _) => true,
            (Some(end), Some(now)) => now < end,
            (Some(_), None) => rule.effect.restricts(),
        }
    }
}

/// How much of a rule is looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Extent {
    Whole,
    /// `when` and `unless`, as examples are judged.
    Scope,
}

/// Returns the value of a rule on a leaf, as the rule takes missing values, and as they are.
pub(crate) fn scope(rule: &Rule, extent: Extent, scene: &Scene<'_>) -> (Truth, Truth) {
    scope_given(rule, extent, None, scene)
}

/// Does what [`scope`] does where one test of the rule's `when` is known to be true.
pub(super) fn scope_given(
    rule: &Rule,
    extent: Extent,
    known: Option<Known>,
    scene: &Scene<'_>,
) -> (Truth, Truth) {
    let value = |skip: bool| {
        let when = all_given(&rule.when, known, scene, skip);
        if when == Truth::False {
            return Truth::False;
        }
        let unless = rule
            .unless
            .as_ref()
            .map_or(Truth::False, |condition| condition.truth(scene, skip));
        let require = match extent {
            Extent::Whole => all(&rule.require, scene, skip),
            Extent::Scope => Truth::True,
        };
        when.and(require).and(unless.not())
    };
    let plain = value(false);
    if plain == Truth::False || (rule.effect == Effect::Allow && !is_covered(rule, scene)) {
        return (Truth::False, Truth::False);
    }
    let outcome = if rule.skip_missing {
        value(true)
    } else {
        plain
    };
    (outcome, plain)
}

/// Whether an allow covers what a command can do: every option by which it runs or writes something, every name set
/// before it, and the directory it runs in.
pub(crate) fn is_covered(rule: &Rule, scene: &Scene<'_>) -> bool {
    let leaf = scene.leaf;
    if leaf.op != Subject::Known(Op::ProcExec) {
        return true;
    }
    let conditions = || rule.when.iter().chain(&rule.require);
    covers(conditions(), scene)
        && (conditions().any(Condition::is_on_directory) || is_at_home(scene))
}

/// Whether a command runs at or below the project, else the directory the host stated, else where the line starts.
fn is_at_home(scene: &Scene<'_>) -> bool {
    let base = scene.base();
    scene.leaf.places.iter().all(|place| match (place, base) {
        (Place::At(cwd), Some(base)) => is_within(cwd, base),
        // With nothing stated at all, a line that stays where it is stays at home.
        (Place::Start, None) => true,
        // A project is stated, but not where the line starts.
        (Place::Start, Some(_)) | (Place::At(_), None) | (Place::Unknown, _) => false,
    })
}

/// Returns what a rule fires as, and whether for certain. A rule that permits fires only when it is true; one that
/// restricts fires unless it is false.
pub(crate) fn fires(effect: Effect, outcome: Truth, leaf: &Leaf) -> Option<(Effect, bool)> {
    let unknown_op = matches!(leaf.op, Subject::Unknown(Why::Unresolved));
    match (effect, outcome) {
        (_, Truth::False) => None,
        (Effect::Allow | Effect::Pass, Truth::Unknown(_)) => None,
        (Effect::Allow | Effect::Pass, Truth::True) => Some((effect, true)),
        // What is done to it nobody knows, so nobody can say that just this was denied.
        (Effect::Deny, _) if unknown_op => Some((Effect::Ask, false)),
        (Effect::Deny | Effect::Ask, Truth::True) => Some((effect, true)),
        (Effect::Deny, Truth::Unknown(Why::Missing | Why::TooLong)) => Some((Effect::Deny, false)),
        (Effect::Deny | Effect::Ask, Truth::Unknown(_)) => Some((Effect::Ask, false)),
    }
}
