//! The verdict: what happens, why, and which rules fired, without a word of explanation.
//!
//! This is the part of deciding that every request pays for, so it allocates nothing once its [`Scratch`] has grown, and
//! looks only at the rules that the policy's automaton finds. Whatever else a decision says is written by an
//! [`Observer`] on the way, or worked out afterwards.

use alloc::vec::Vec;

use super::candidate::{Candidate, CandidateAt, Collector};
use super::combine::{Extent, Setting, fires, scope_given};
use crate::automaton::Hang;
use crate::automaton::scratch::{self, Scratch, Seen};
use crate::condition::{Scene, Truth};
use crate::policy::Policy;
use crate::request::Request;
use crate::request::leaf::Leaf;
use crate::request::split::plain;
use crate::rule::{Effect, Rule};

/// A rule that fired, by its place among the policy's rules, which are sorted by name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Fired {
    pub(crate) rule: u32,
    pub(crate) effect: Effect,
    pub(crate) certain: bool,
}

/// What a leaf comes to: the effect, and the rule it rests on; none where it is a gap.
pub(super) type Outcome = (Effect, Option<u32>);

/// Looks on while a request is judged.
pub(super) trait Observer {
    /// Whether rules that lack little are looked for.
    const NEAR: bool = false;

    /// A rule is not true on a leaf; `lacks` is a condition that is known to be false.
    fn missed(&mut self, _number: u32, _rule: &Rule, _scene: &Scene<'_>, _lacks: Option<usize>) {}
    /// A rule's outcome is unknown on a leaf.
    fn unknown(&mut self, rule: &Rule, scene: &Scene<'_>);
    /// A leaf is judged, one of `count`; `None` where it can only tighten and nothing fired.
    fn leaf(&mut self, leaf: &Leaf, count: usize, outcome: Option<Outcome>);
}

/// Nobody looks on.
impl Observer for () {
    fn unknown(&mut self, _: &Rule, _: &Scene<'_>) {}
    fn leaf(&mut self, _: &Leaf, _: usize, _: Option<Outcome>) {}
}

/// What may happen to a request, and which rules say so.
///
/// ```
/// use doorward::{Effect, Policy, Request, Scratch};
///
/// let policy = Policy::from_toml(
///     r#"
///     doorward = 1
///     [actions."job.stop"]
///     fields = { "input.queue" = "text" }
///     [[rule]]
///     name = "stop-test-queues"
///     effect = "allow"
///     when.action = "job.stop"
///     when.input.queue = { prefix = "test-" }
///     "#,
/// )?;
/// let mut scratch = Scratch::new();
/// let request = Request::from_json(br#"{"action":"job.stop","input":{"queue":"test-7"}}"#)?;
/// let verdict = policy.decide_with(&mut scratch, &request);
/// assert_eq!((verdict.effect(), verdict.rule()), (Effect::Allow, Some("stop-test-queues")));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Verdict<'a> {
    policy: &'a Policy,
    action: Option<&'a str>,
    effect: Effect,
    by: Option<u32>,
    fired: &'a [Fired],
    candidates: &'a [CandidateAt],
}

impl<'a> Verdict<'a> {
    /// Returns the rules that lack little, leaf by leaf; none unless they were asked for with
    /// [`Policy::decide_near_with`]. How close they come nobody has measured yet: that is what a decision's near misses say.
    pub fn candidates(&self) -> impl Iterator<Item = Candidate<'a>> {
        let policy = self.policy;
        let candidates = self.candidates.iter();
        candidates.filter_map(move |candidate| candidate.named(policy))
    }

    /// Returns what the host should do.
    pub fn effect(&self) -> Effect {
        self.effect
    }

    /// Returns true only for [`Effect::Allow`].
    pub fn allowed(&self) -> bool {
        self.effect == Effect::Allow
    }

    /// Returns the name of the rule that is the basis, if one is.
    pub fn rule(&self) -> Option<&'a str> {
        let rule = self.policy.compiled_rules().get(self.by? as usize)?;
        Some(&rule.name)
    }

    /// Returns the action's name if no rule is the basis; empty when the request names none.
    pub fn gap(&self) -> Option<&'a str> {
        match self.by {
            Some(_) => None,
            None => Some(self.action.unwrap_or_default()),
        }
    }

    /// Returns every rule that fired on any leaf, once, by name: the rule, what it fired as, and whether for certain. Rules
    /// in shadow mode are left out.
    pub fn matched(&self) -> impl Iterator<Item = (&'a str, Effect, bool)> {
        let rules = self.policy.compiled_rules();
        self.fired.iter().filter_map(move |fired| {
            let rule = rules.get(fired.rule as usize)?;
            (!rule.shadow).then_some((&*rule.name, fired.effect, fired.certain))
        })
    }
}

/// Judges `request` and nothing more.
pub(crate) fn decide<'a>(
    policy: &'a Policy,
    scratch: &'a mut Scratch,
    request: &'a Request,
) -> Verdict<'a> {
    let setting = Setting::new(policy, request);
    let (effect, by) = pass(&setting, scratch, &mut ());
    Verdict {
        policy,
        action: setting.action,
        effect,
        by,
        fired: &scratch.fired,
        candidates: &[],
    }
}

/// Judges `request` and collects the rules that lack little.
pub(crate) fn decide_near<'a>(
    policy: &'a Policy,
    scratch: &'a mut Scratch,
    request: &'a Request,
) -> Verdict<'a> {
    let setting = Setting::new(policy, request);
    let mut found = core::mem::take(&mut scratch.candidates);
    found.clear();
    let mut collector = Collector {
        leaf: 0,
        max_missing: policy.near().max_missing,
        found: &mut found,
    };
    let (effect, by) = pass(&setting, scratch, &mut collector);
    scratch.candidates = found;
    Verdict {
        policy,
        action: setting.action,
        effect,
        by,
        fired: &scratch.fired,
        candidates: &scratch.candidates,
    }
}

/// Judges every leaf; leaves the rules that fired in `scratch`, each once, by name.
pub(super) fn pass(
    setting: &Setting<'_>,
    scratch: &mut Scratch,
    observer: &mut impl Observer,
) -> Outcome {
    let policy = setting.policy;
    let default = setting.default_effect();
    let most = policy.limits().leaves;
    let Scratch {
        room,
        leaves: read,
        plain,
        whole,
        fired,
        seen,
        ..
    } = scratch;
    fired.clear();
    let leaves = split(setting, whole, plain, read);
    let mut judging = Judging { room, fired, seen };
    let mut strictest: Option<Outcome> = None;
    for (index, leaf) in leaves.iter().enumerate() {
        let scene = setting.scene(leaves, leaf);
        if index == 0 {
            policy.automaton().find_in_request(&scene, judging.room);
        }
        let mut outcome = match judge(setting, &scene, &mut judging, observer) {
            // A deny that only asks does not loosen what would have happened without it.
            Some(best) if best.all_weakened && leaf.in_full && default == Effect::Deny => {
                Some((default, None))
            }
            Some(best) => Some((best.effect, Some(best.rule))),
            None if leaf.in_full => Some((default, None)),
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
                .or(Some((floor, None)));
        }
        // Beyond the limit a leaf is judged all the same, but only its denies count.
        if index >= most && !matches!(outcome, Some((Effect::Deny, _))) {
            outcome = Some((Effect::Ask, None));
        }
        if let Some((effect, by)) = outcome
            && strictest.is_none_or(|(most, _)| effect.across_leaves() > most.across_leaves())
        {
            strictest = Some((effect, by));
        }
        observer.leaf(leaf, leaves.len(), outcome);
    }
    merge(judging.fired);
    read.clear();
    // INVARIANT: a request has at least one leaf judged in full; were there none, the default would decide.
    strictest.unwrap_or((default, None))
}

/// Returns the leaves of a request, in whichever room they need.
fn split<'l>(
    setting: &Setting<'_>,
    whole: &'l mut Vec<Leaf>,
    plain: &'l mut plain::Room,
    read: &'l mut Vec<Leaf>,
) -> &'l [Leaf] {
    if setting.is_whole() {
        if whole.is_empty() {
            whole.push(Leaf::whole());
        }
        return whole;
    }
    match setting.split_plain(plain) {
        Some(count) => plain.leaves(count),
        None => {
            setting.split_into(read);
            read
        }
    }
}

/// What judging a leaf writes into.
struct Judging<'s> {
    room: &'s mut scratch::Room,
    fired: &'s mut Vec<Fired>,
    seen: &'s mut Seen,
}

/// The rule that a leaf rests on, of those that fired on it.
#[derive(Clone, Copy)]
struct Best {
    rule: u32,
    effect: Effect,
    certain: bool,
    /// Every rule that fired on the leaf was a deny that only asks, because what it asks about is unresolved.
    all_weakened: bool,
}

/// Evaluates the rules that can hold on a leaf.
fn judge<O: Observer>(
    setting: &Setting<'_>,
    scene: &Scene<'_>,
    judging: &mut Judging<'_>,
    observer: &mut O,
) -> Option<Best> {
    let Judging { room, fired, seen } = judging;
    let rules = setting.policy.compiled_rules();
    seen.begin(rules.len());
    let mut best: Option<Best> = None;
    let mut all_weakened = true;
    let anything = scene.leaf.as_anything();
    setting
        .policy
        .automaton()
        .find_on_leaf(scene, room, |hang: Hang| {
            let Some(rule) = first_time(rules, hang, seen) else {
                return;
            };
            let permits = !rule.effect.restricts();
            if (permits && !scene.leaf.in_full) || !setting.is_current(rule) {
                return;
            }
            let mut scene = *scene;
            let (mut outcome, mut plain) = scope_given(rule, Extent::Whole, hang.known, &scene);
            if let (true, Truth::False, Some(leaf)) = (!permits, outcome, &anything) {
                scene.leaf = leaf;
                (outcome, plain) = scope_given(rule, Extent::Whole, hang.known, &scene);
            }
            let scene = &scene;
            if plain != Truth::True {
                observer.missed(hang.rule, rule, scene, None);
            }
            if matches!(plain, Truth::Unknown(_)) && !rule.shadow {
                observer.unknown(rule, scene);
            }
            let Some((effect, certain)) = fires(rule.effect, outcome, scene.leaf) else {
                return;
            };
            fired.push(Fired {
                rule: hang.rule,
                effect,
                certain,
            });
            if rule.shadow {
                return;
            }
            all_weakened = all_weakened && effect != rule.effect;
            let this = Best {
                rule: hang.rule,
                effect,
                certain,
                all_weakened,
            };
            if best.is_none_or(|best| outranks(rules, this, best)) {
                best = Some(this);
            }
        });
    if O::NEAR {
        let automaton = setting.policy.automaton();
        automaton.find_near(rules, scene, room, |number| {
            let hang = Hang {
                rule: number,
                known: None,
            };
            if let Some(rule) = first_time(rules, hang, seen) {
                observer.missed(number, rule, scene, automaton.lacks(number));
            }
        });
    }
    best.map(|best| Best {
        all_weakened,
        ..best
    })
}

fn first_time<'r>(rules: &'r [Rule], hang: Hang, seen: &mut Seen) -> Option<&'r Rule> {
    seen.first(hang.rule)
        .then(|| rules.get(hang.rule as usize))
        .flatten()
}

/// Whether one rule is named as the basis before another: the stricter, the certain, the higher layer, the name.
fn outranks(rules: &[Rule], one: Best, other: Best) -> bool {
    let layer = |best: Best| rules.get(best.rule as usize).map(|rule| rule.layer);
    let key = |best: Best| {
        (
            core::cmp::Reverse(best.effect),
            !best.certain,
            layer(best),
            best.rule,
        )
    };
    key(one) < key(other)
}

/// Leaves each rule once: with the strictest effect it fired with, and certain if it was on any leaf.
fn merge(fired: &mut Vec<Fired>) {
    if fired.len() < 2 {
        return;
    }
    fired.sort_unstable_by_key(|fired| fired.rule);
    fired.dedup_by(|later, kept| {
        let same = later.rule == kept.rule;
        if same {
            kept.effect = kept.effect.max(later.effect);
            kept.certain = kept.certain || later.certain;
        }
        same
    });
}
