//! Puts a near miss right and decides again.

use alloc::string::ToString;
use alloc::sync::Arc;
use alloc::vec::Vec;

use super::miss::{BlockedBy, Blocker, Flips, NearMiss};
use crate::automaton::scratch::Scratch;
use crate::catalogue::{ActionSpec, FieldPath, FieldType, Root};
use crate::condition::approvals::Bound;
use crate::condition::field::{Test, Tests};
use crate::condition::usage::{Cost, Part};
use crate::condition::{Condition, Scene, Truth};
use crate::decision::combine::{Extent, Setting, fires, is_covered, scope};
use crate::policy::Policy;
use crate::request::Request;
use crate::request::leaf::Leaf;
use crate::rule::{Effect, Rule};

/// What deciding again said.
#[derive(Debug)]
pub(super) struct Verdict {
    pub(super) flips: Flips,
    pub(super) blocked_by: Vec<Blocker>,
}

/// Puts every fix of a near miss in and decides the whole request again; `open` are the fields that would have to change
/// as well, and nobody can say how.
pub(super) fn verdict(
    policy: &Policy,
    request: &Request,
    miss: &NearMiss,
    open: Vec<FieldPath>,
) -> Verdict {
    let fixes: Vec<(FieldPath, _)> = miss
        .missing
        .iter()
        .filter_map(|missing| {
            let fix = missing.fix.as_ref()?;
            Some((FieldPath::parse(&fix.set)?, fix.to.to_value()))
        })
        .collect();
    let mended = request.with_fields(fixes.iter().map(|(path, value)| (path, value.clone())));
    let whole = fixes.len() == miss.missing.len();
    if policy.decide(&mended).effect() == Effect::Allow {
        let flips = if whole { Flips::Yes } else { Flips::Maybe };
        return Verdict {
            flips,
            blocked_by: Vec::new(),
        };
    }
    let fields: Vec<FieldPath> = fixes
        .into_iter()
        .map(|(path, _)| path)
        .chain(open)
        .collect();
    let setting = Setting::new(policy, &mended);
    let reads = Reads {
        fields: &fields,
        spec: policy.expectations(&mended).spec.as_ref(),
    };
    let blocked_by = reads.blockers(policy, &setting);
    Verdict {
        flips: if blocked_by.is_empty() {
            Flips::Maybe
        } else {
            Flips::No
        },
        blocked_by,
    }
}

/// Returns the field that would have to change for a condition to hold, when no change can be named.
pub(super) fn read_first(condition: &Condition, leaf: Option<&Leaf>) -> Option<FieldPath> {
    let source = || leaf.and_then(|leaf| leaf.field.clone());
    Some(match condition {
        Condition::Field(field) => field.path.clone(),
        Condition::Role(_) => FieldPath::new(Root::Actor, "roles"),
        Condition::Command(_) | Condition::Path(_) | Condition::Url(_) | Condition::Op(_) => {
            return source();
        }
        Condition::Cwd(_) => FieldPath::new(Root::Facts, "cwd"),
        Condition::Approvals(_) => FieldPath::new(Root::Facts, "approvals"),
        Condition::Auth(_) => FieldPath::new(Root::Actor, "auth"),
        Condition::Session(_) => FieldPath::new(Root::Actor, "session"),
        Condition::Usage(_) => FieldPath::new(Root::Facts, "usage"),
        Condition::Time(_) => FieldPath::new(Root::Facts, "now"),
        Condition::Delegated(_) => FieldPath::new(Root::Facts, "grants"),
        Condition::Action(_) | Condition::AnyOf(_) => return None,
    })
}

/// What depends on the fields that are mended. All of it may fall either way.
struct Reads<'a> {
    fields: &'a [FieldPath],
    spec: Option<&'a ActionSpec>,
}

impl Reads<'_> {
    /// Returns what blocks the request even when every condition that reads a mended field falls the good way.
    fn blockers(&self, policy: &Policy, setting: &Setting<'_>) -> Vec<Blocker> {
        let leaves = setting.leaves();
        let several = leaves.len() > 1;
        let mut blockers: Vec<Blocker> = Vec::new();
        for (index, leaf) in leaves.iter().enumerate().take(policy.limits().leaves) {
            let by = self.blocker(policy, setting, &leaves, leaf);
            blockers.extend(by.map(|by| Blocker {
                by,
                leaf: several.then_some(index),
            }));
        }
        blockers
    }

    fn blocker(
        &self,
        policy: &Policy,
        setting: &Setting<'_>,
        leaves: &[Leaf],
        leaf: &Leaf,
    ) -> Option<BlockedBy> {
        let scene = setting.scene(leaves, leaf);
        let mut scratch = policy.scratch();
        let Scratch { room, seen, .. } = &mut *scratch;
        let (automaton, all) = (policy.automaton(), policy.compiled_rules());
        seen.begin(all.len());
        // Every rule that can fire as things are.
        let mut found: Vec<u32> = Vec::new();
        automaton.find_in_request(&scene, room);
        automaton.find_on_leaf(&scene, room, |hang| found.push(hang.rule));
        found.retain(|rule| seen.first(*rule));
        found.sort_unstable();
        let rule = |number: &u32| all.get(*number as usize).filter(|rule| !rule.shadow);
        let rules = || found.iter().filter_map(rule);
        let stays = |rule: &&Rule| {
            rule.effect.restricts()
                && setting.is_current(rule)
                && !(rule.expires.is_some() && self.touches("facts.now"))
                && fires(rule.effect, scope(rule, Extent::Whole, &scene).0, leaf).is_some()
                && !self.may_be_off(rule, &scene)
        };
        let strictest = rules()
            .filter(stays)
            .max_by(|a, b| (a.effect, &b.name).cmp(&(b.effect, &a.name)));
        if let Some(rule) = strictest {
            return Some(BlockedBy::Rule(Arc::clone(&rule.name)));
        }
        let gap = || BlockedBy::Gap(scene.action.unwrap_or_default().into());
        if leaf.over_limit && !self.reads_leaf() {
            return Some(gap());
        }
        if !leaf.in_full || rules().any(|rule| self.may_allow(rule, setting, &scene)) {
            return None;
        }
        // And those that could if what they are found by fell the good way.
        let places = ["facts.cwd", "facts.home", "facts.project", "facts.resolved"];
        let reads_leaf = self.reads_leaf() || places.iter().any(|place| self.touches(place));
        let mut may = false;
        automaton.hung_off(
            |field| self.overlaps(field),
            reads_leaf,
            |number| {
                may = may
                    || (seen.first(number)
                        && rule(&number).is_some_and(|rule| self.may_allow(rule, setting, &scene)));
            },
        );
        if may {
            return None;
        }
        let passes = |rule: &&Rule| {
            rule.effect == Effect::Pass
                && setting.is_current(rule)
                && fires(rule.effect, scope(rule, Extent::Whole, &scene).0, leaf).is_some()
        };
        let default = policy.defaults().effect(scene.action);
        match rules().find(passes) {
            Some(rule) => Some(BlockedBy::Rule(Arc::clone(&rule.name))),
            None => (default != Effect::Allow).then(gap),
        }
    }

    /// Whether a rule that restricts may cease to fire.
    fn may_be_off(&self, rule: &Rule, scene: &Scene<'_>) -> bool {
        let skip = rule.skip_missing;
        rule.when.iter().any(|one| self.may_fail(one, scene, skip))
            || rule
                .unless
                .as_ref()
                .is_some_and(|unless| self.may_hold(unless, scene, skip))
    }

    fn may_allow(&self, rule: &Rule, setting: &Setting<'_>, scene: &Scene<'_>) -> bool {
        let skip = rule.skip_missing;
        let current =
            setting.is_current(rule) || (rule.expires.is_some() && self.touches("facts.now"));
        let places = ["facts.cwd", "facts.project", "facts.home"];
        let covered = || {
            self.reads_leaf()
                || places.iter().any(|place| self.touches(place))
                || is_covered(rule, scene)
        };
        rule.effect == Effect::Allow
            && current
            && rule
                .when
                .iter()
                .chain(&rule.require)
                .all(|one| self.may_hold(one, scene, skip))
            && rule
                .unless
                .as_ref()
                .is_none_or(|unless| self.may_fail(unless, scene, skip))
            && covered()
    }

    fn may_hold(&self, condition: &Condition, scene: &Scene<'_>, skip: bool) -> bool {
        match condition {
            Condition::AnyOf(branches) => branches
                .iter()
                .any(|branch| branch.iter().all(|one| self.may_hold(one, scene, skip))),
            one => self.reads(one) || one.truth(scene, skip) == Truth::True,
        }
    }

    fn may_fail(&self, condition: &Condition, scene: &Scene<'_>, skip: bool) -> bool {
        match condition {
            Condition::AnyOf(branches) => branches
                .iter()
                .all(|branch| branch.iter().any(|one| self.may_fail(one, scene, skip))),
            one => self.reads(one) || one.truth(scene, skip) == Truth::False,
        }
    }

    /// Whether a condition reads a mended field, itself or through a leaf, a digest or a counter's name.
    fn reads(&self, condition: &Condition) -> bool {
        let touches = |field: &FieldPath| self.overlaps(field);
        match condition {
            Condition::Action(_) => false,
            Condition::Field(field) => touches(&field.path) || self.compares(&field.tests),
            Condition::Role(_) => self.touches("actor.roles"),
            Condition::Op(_) | Condition::Command(_) | Condition::Url(_) => self.reads_leaf(),
            Condition::Path(_) | Condition::Cwd(_) => {
                let places = ["facts.cwd", "facts.home", "facts.project", "facts.resolved"];
                self.reads_leaf() || places.iter().any(|place| self.touches(place))
            }
            Condition::Approvals(approvals) => {
                let people = ["actor.id", "actor.on_behalf_of"];
                let bound = match &approvals.bound {
                    None => false,
                    Some(Bound::Resource) => self.touches("resource.digest"),
                    Some(Bound::Fields(fields)) => {
                        fields.iter().any(touches)
                            || self.touches("resource.type")
                            || self.touches("resource.id")
                    }
                };
                self.touches("facts.approvals")
                    || approvals.except.iter().any(touches)
                    || (!approvals.except.is_empty()
                        && people.iter().any(|field| self.touches(field)))
                    || bound
            }
            Condition::Auth(_) => self.touches("actor.auth"),
            Condition::Session(_) => self.touches("actor.session"),
            Condition::Usage(usage) => {
                let named = usage.counter.iter().any(|part| match part {
                    Part::Text(_) => false,
                    Part::Field(field) => touches(field),
                });
                let cost = match &usage.cost {
                    Cost::Fixed(_) => false,
                    Cost::Field(field) => touches(field),
                };
                self.touches("facts.usage") || named || cost
            }
            Condition::Time(_) => self.touches("facts.now"),
            Condition::Delegated(delegated) => {
                let fields = ["facts.grants", "facts.now", "actor.id", "resource.id"];
                fields.iter().any(|field| self.touches(field)) || touches(&delegated.from)
            }
            Condition::AnyOf(branches) => branches.iter().flatten().any(|one| self.reads(one)),
        }
    }

    fn compares(&self, tests: &Tests) -> bool {
        tests.iter().any(|test| match test {
            Test::SameAs(field) => self.overlaps(field),
            Test::Not(tests) => self.compares(tests),
            _ => false,
        })
    }

    /// Whether what the request would do is read from a mended field.
    fn reads_leaf(&self) -> bool {
        let input = |field: &FieldPath| field.root() == Root::Input;
        match self.spec {
            // The texts of an undeclared action are read wherever they stand, and a patch under several names.
            None => self.fields.iter().any(input),
            Some(spec) => spec.does.iter().any(|(_, field)| {
                let kind = spec.fields.get(&field.to_string()).map(|spec| spec.kind);
                self.overlaps(field)
                    || (kind == Some(FieldType::Patch) && self.fields.iter().any(input))
            }),
        }
    }

    fn touches(&self, field: &str) -> bool {
        FieldPath::parse(field).is_some_and(|field| self.overlaps(&field))
    }

    /// Whether a mended field is this one, above it or below it.
    fn overlaps(&self, field: &FieldPath) -> bool {
        self.fields.iter().any(|mended| {
            let mut keys = mended.keys().iter().zip(field.keys());
            mended.root() == field.root() && keys.all(|(a, b)| a == b)
        })
    }
}
