//! Judges the leaves of a request and combines what comes out.
//!
//! On one leaf the strictest effect of the rules that fire wins: `deny`, `ask`, `allow`, `pass` (deny overrides, as
//! XACML 3.0 appendix C.2). Over the whole request the strictest leaf wins, and there `pass` is stricter than `allow`.
//! Neither the order of rules nor that of files matters anywhere.

use alloc::collections::{BTreeMap, BTreeSet};
use alloc::string::String;
use alloc::sync::Arc;
use alloc::vec::Vec;

use super::{Basis, Decision, LeafDecision, Match, RuleBasis, ShadowMatch};
use crate::command::Place;
use crate::condition::{Condition, Scene, Truth, Why, all, covers};
use crate::path::{is_within, normalize};
use crate::policy::Policy;
use crate::request::Request;
use crate::request::leaf::{Leaf, Op, Subject};
use crate::request::split;
use crate::rule::{Effect, Rule};
use crate::value::Value;

/// Decides `request`.
pub(crate) fn decide(policy: &Policy, request: &Request) -> Decision {
    let action = policy.action(request);
    let setting = Setting::new(policy, request, action);
    let leaves = setting.leaves();
    let mut findings = Findings::default();
    let default = policy.defaults().effect(action);
    let gap = || Basis::Gap {
        gap: action.unwrap_or_default().into(),
    };
    let most = policy.limits().leaves;
    let mut listed = Vec::new();
    let mut strictest: Option<(Effect, Basis)> = None;
    for (index, leaf) in leaves.iter().enumerate() {
        let fired = setting.judge(leaf, &mut findings);
        let mut outcome = match fired {
            // A deny that only asks does not loosen what would have happened without it.
            Some(fired) if fired.all_weakened && leaf.in_full && default == Effect::Deny => {
                Some((default, gap()))
            }
            Some(fired) => Some((fired.effect, basis(fired.rule))),
            None if leaf.in_full => Some((default, gap())),
            None => None,
        };
        if leaf.over_limit {
            // What a rule permits does not count, and neither does a doubt that would loosen the default.
            let floor = if leaf.in_full {
                default.max(Effect::Ask)
            } else {
                Effect::Ask
            };
            outcome = outcome
                .filter(|(effect, _)| *effect >= floor)
                .or_else(|| Some((floor, gap())));
        }
        // Beyond the limit a leaf is judged all the same, but only its denies count.
        if index >= most && !matches!(outcome, Some((Effect::Deny, _))) {
            outcome = Some((Effect::Ask, gap()));
        }
        if let Some((effect, basis)) = &outcome
            && strictest
                .as_ref()
                .is_none_or(|(most, _)| effect.across_leaves() > most.across_leaves())
        {
            strictest = Some((*effect, basis.clone()));
        }
        if leaves.len() > 1 && index < most {
            let (effect, basis) =
                outcome.map_or((None, None), |(effect, basis)| (Some(effect), Some(basis)));
            let op = match leaf.op {
                Subject::Known(op) => Some(op.as_str()),
                _ => None,
            };
            listed.push(LeafDecision {
                op,
                text: leaf.text.clone(),
                cwd: setting.shown_place(leaf),
                via: leaf.via.clone(),
                opaque: leaf.opaque,
                effect,
                basis,
            });
        }
    }
    // INVARIANT: a request has at least one leaf judged in full; were there none, the default would decide.
    let (effect, basis) = strictest.unwrap_or_else(|| (default, gap()));
    let matched = findings
        .matched
        .into_iter()
        .map(|(rule, (effect, certain))| Match {
            rule,
            effect,
            certain,
        });
    let shadow = findings
        .shadow
        .into_iter()
        .map(|(rule, effect)| ShadowMatch { rule, effect });
    Decision {
        effect,
        basis,
        policy: policy.shared_id(),
        matched: matched.collect(),
        unknown: findings.unknown.into_iter().collect(),
        leaves: listed,
        shadow: shadow.collect(),
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
pub(crate) struct Setting<'a> {
    policy: &'a Policy,
    request: &'a Request,
    action: Option<&'a str>,
    now: Option<i64>,
}

/// What was found on all leaves together.
#[derive(Debug, Default)]
struct Findings {
    matched: BTreeMap<Arc<str>, (Effect, bool)>,
    shadow: BTreeMap<Arc<str>, Effect>,
    unknown: BTreeSet<String>,
}

impl<'a> Setting<'a> {
    pub(crate) fn new(policy: &'a Policy, request: &'a Request, action: Option<&'a str>) -> Self {
        Self {
            policy,
            request,
            action,
            now: request.fact("now").and_then(Value::as_integer),
        }
    }

    /// Returns the request's leaves.
    pub(crate) fn leaves(&self) -> Vec<Leaf> {
        let spec = self
            .action
            .and_then(|action| self.policy.declared().catalogue.action(action));
        split::leaves(
            self.request,
            self.action,
            spec,
            &split::anchors(self.request, self.policy.limits()),
            self.policy.declared(),
        )
    }

    /// Returns the rule that is the basis of a leaf among those that fire on it.
    fn judge(&self, leaf: &Leaf, findings: &mut Findings) -> Option<Fired<'a>> {
        let scene = self.scene(leaf);
        let mut best: Option<Fired<'a>> = None;
        let mut all_weakened = true;
        for rule in self.policy.compiled_rules() {
            let permits = !rule.effect.restricts();
            if (permits && !leaf.in_full) || !self.is_current(rule) {
                continue;
            }
            let (outcome, plain) = scope(rule, Extent::Whole, &scene);
            if plain != Truth::True && plain != Truth::False && !rule.shadow {
                let conditions = rule.when.iter().chain(&rule.require).chain(&rule.unless);
                conditions
                    .for_each(|condition| condition.unknown_fields(&scene, &mut findings.unknown));
            }
            let Some((effect, certain)) = fires(rule.effect, outcome, leaf) else {
                continue;
            };
            if rule.shadow {
                let entry = findings
                    .shadow
                    .entry(Arc::clone(&rule.name))
                    .or_insert(effect);
                *entry = (*entry).max(effect);
                continue;
            }
            let entry = findings
                .matched
                .entry(Arc::clone(&rule.name))
                .or_insert((effect, certain));
            *entry = (entry.0.max(effect), entry.1 || certain);
            let weakened = effect != rule.effect;
            all_weakened = all_weakened && weakened;
            let fired = Fired {
                effect,
                certain,
                rule,
                all_weakened,
            };
            if best.as_ref().is_none_or(|best| fired.outranks(best)) {
                best = Some(fired);
            }
        }
        best.map(|fired| Fired {
            all_weakened,
            ..fired
        })
    }

    /// Returns the directory a leaf happens in, when that is known and not the one the host stated.
    fn shown_place(&self, leaf: &Leaf) -> Option<String> {
        match leaf.places.first() {
            Some(Place::At(cwd)) => {
                let stated = split::anchors(self.request, self.policy.limits())
                    .cwd
                    .map(normalize);
                (stated.as_deref() != Some(cwd)).then(|| cwd.as_ref().into())
            }
            _ => None,
        }
    }

    pub(crate) fn scene<'s>(&'s self, leaf: &'s Leaf) -> Scene<'s> {
        let declared = self.policy.declared();
        Scene {
            request: self.request,
            action: self.action,
            spec: self
                .action
                .and_then(|action| declared.catalogue.action(action)),
            catalogue: &declared.catalogue,
            limits: &declared.limits,
            anchors: split::anchors(self.request, self.policy.limits()),
            leaf,
        }
    }

    /// Whether a rule has not expired. Without a clock, one that can expire is off if it permits and on if it restricts.
    fn is_current(&self, rule: &Rule) -> bool {
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
    if rule.effect == Effect::Allow && !is_covered(rule, scene) {
        return (Truth::False, Truth::False);
    }
    let value = |skip: bool| {
        let unless = rule
            .unless
            .as_ref()
            .map_or(Truth::False, |condition| condition.truth(scene, skip));
        let require = match extent {
            Extent::Whole => all(&rule.require, scene, skip),
            Extent::Scope => Truth::True,
        };
        all(&rule.when, scene, skip).and(require).and(unless.not())
    };
    let plain = value(false);
    (
        if rule.skip_missing {
            value(true)
        } else {
            plain
        },
        plain,
    )
}

/// Whether an allow covers what a command can do: every option by which it runs or writes something, every name set
/// before it, and the directory it runs in.
fn is_covered(rule: &Rule, scene: &Scene<'_>) -> bool {
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
    let base = scene.anchors.base();
    scene.leaf.places.iter().all(|place| match (place, &base) {
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

/// A rule that fired on a leaf.
struct Fired<'a> {
    effect: Effect,
    certain: bool,
    rule: &'a Rule,
    /// Every rule that fired on the leaf was a deny that only asks, because what it asks about is unresolved.
    all_weakened: bool,
}

impl Fired<'_> {
    /// Whether this one is named as the basis before `other`: the stricter, the certain, the higher layer, the name.
    fn outranks(&self, other: &Self) -> bool {
        let key = |fired: &Self| {
            (
                core::cmp::Reverse(fired.effect),
                !fired.certain,
                fired.rule.layer,
            )
        };
        (key(self), &self.rule.name) < (key(other), &other.rule.name)
    }
}
