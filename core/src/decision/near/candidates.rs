//! Which rules miss a leaf by little, and by which conditions.

use alloc::borrow::Cow;
use alloc::string::String;
use alloc::vec::Vec;

use super::gates;
use super::miss::Status;
use crate::condition::place::PlaceCondition;
use crate::condition::web::UrlCondition;
use crate::condition::{Condition, Scene, Truth};
use crate::decision::combine::{Setting, is_covered};
use crate::rule::{Effect, Rule, Stated};
use crate::shown::Shown;

/// A condition, or one key of its table, that stands in the way.
#[derive(Clone, Debug)]
pub(super) struct Failed<'a> {
    pub(super) condition: Cow<'a, Condition>,
    pub(super) field: &'a str,
    pub(super) want: Cow<'a, Shown>,
    /// The condition holds, and the rule would be off if it ceased to.
    pub(super) must_cease: bool,
}

/// A rule that may be a near miss.
#[derive(Clone, Debug)]
pub(super) struct Candidate<'a> {
    pub(super) rule: &'a Rule,
    pub(super) effect: Effect,
    /// The leaf's position.
    pub(super) leaf: usize,
    pub(super) status: Status,
    /// What fails of `when`; each must be close.
    pub(super) scope: Vec<Failed<'a>>,
    /// What fails of `require`, or would switch the rule off.
    pub(super) rest: Vec<Failed<'a>>,
    /// The rule has expired.
    pub(super) expired: bool,
}

/// Returns the rules among `rules` that miss a leaf by their requirements alone, or by at most `max_missing` conditions of
/// their scope and whatever of their requirements.
///
/// This is the one place that decides which rules are looked at; it asks every rule, the cheap gates first.
pub(super) fn candidates<'a>(
    setting: &Setting<'_>,
    scene: &Scene<'_>,
    leaf: usize,
    rules: impl Iterator<Item = &'a Rule>,
    max_missing: usize,
) -> Vec<Candidate<'a>> {
    rules
        .filter(|rule| gates::hold(rule, scene))
        .filter_map(|rule| candidate(rule, setting, scene, leaf, max_missing))
        .collect()
}

/// Classifies a rule whose gates hold.
fn candidate<'a>(
    rule: &'a Rule,
    setting: &Setting<'_>,
    scene: &Scene<'_>,
    leaf: usize,
    max_missing: usize,
) -> Option<Candidate<'a>> {
    let skip = rule.skip_missing;
    let mut scope = Vec::new();
    let mut failed = 0;
    let mut wrong = 0;
    for (condition, stated) in rule.when.iter().zip(&rule.wording.when) {
        if condition.truth(scene, skip) == Truth::True {
            continue;
        }
        // Most rules end here: taking a condition apart costs more than knowing that it is one too many.
        wrong += 1;
        if wrong > max_missing {
            return None;
        }
        for group in unmet(condition, stated, scene, skip) {
            failed += 1;
            scope.extend(group);
        }
        if failed > max_missing {
            return None;
        }
    }
    let unless = rule
        .unless
        .as_ref()
        .map_or(Truth::False, |unless| unless.truth(scene, skip));
    if unless != Truth::False {
        return None;
    }
    let expired = !setting.is_current(rule);
    let reads_command = |failed: &Failed<'_>| matches!(*failed.condition, Condition::Command(_));
    // A command that is not the one meant may be covered once it is.
    let covered =
        rule.effect != Effect::Allow || scope.iter().any(reads_command) || is_covered(rule, scene);
    if !covered {
        return None;
    }
    let mut rest = Vec::new();
    for (condition, stated) in rule.require.iter().zip(&rule.wording.require) {
        rest.extend(unmet(condition, stated, scene, skip).into_iter().flatten());
    }
    let status = if expired {
        if failed > 0 {
            return None;
        }
        Status::Near
    } else if failed > 0 {
        let gated = rule.when.iter().any(gates::is_gate);
        // INVARIANT: no more than `failed` of them fail, so that another one holds.
        if !gated && rule.when.len() <= failed {
            return None;
        }
        Status::Near
    } else {
        if rest.is_empty() {
            return None;
        }
        Status::Pending
    };
    Some(Candidate {
        rule,
        effect: rule.effect,
        leaf,
        status,
        scope,
        rest,
        expired,
    })
}

/// Returns what would switch off a rule that restricts and fired: its exception, or a counter or a time of its scope
/// ceasing to hold. What is unknown is none of these: it says that a fact is missing, and not which one it should be.
pub(super) fn exempt<'a>(
    rule: &'a Rule,
    effect: Effect,
    scene: &Scene<'_>,
    leaf: usize,
) -> Option<Candidate<'a>> {
    let skip = rule.skip_missing;
    let mut rest = Vec::new();
    if let (Some(unless), Some(stated)) = (&rule.unless, &rule.wording.unless)
        && unless.truth(scene, skip) == Truth::False
    {
        rest.extend(unmet(unless, stated, scene, skip).into_iter().flatten());
    }
    for (condition, stated) in rule.when.iter().zip(&rule.wording.when) {
        if let (Condition::Usage(_) | Condition::Time(_), Stated::One { field, want }) =
            (condition, stated)
            && condition.truth(scene, skip) == Truth::True
        {
            rest.push(Failed {
                condition: Cow::Borrowed(condition),
                field,
                want: Cow::Borrowed(want),
                must_cease: true,
            });
        }
    }
    (!rest.is_empty()).then_some(Candidate {
        rule,
        effect,
        leaf,
        status: Status::Exempt,
        scope: Vec::new(),
        rest,
        expired: false,
    })
}

/// Returns what fails of a condition, each by itself: a key of a table, or an `any_of` with all that fails of its closest
/// branch.
fn unmet<'a>(
    condition: &'a Condition,
    stated: &'a Stated,
    scene: &Scene<'_>,
    skip: bool,
) -> Vec<Vec<Failed<'a>>> {
    if condition.truth(scene, skip) == Truth::True {
        return Vec::new();
    }
    match (condition, stated) {
        (Condition::AnyOf(branches), Stated::AnyOf(stated)) => {
            let branches = branches.iter().zip(stated).map(|(branch, stated)| {
                let parts = branch.iter().zip(stated);
                let unmet = parts.map(|(condition, stated)| unmet(condition, stated, scene, skip));
                unmet.flatten().flatten().collect::<Vec<_>>()
            });
            // The first of those with the fewest.
            branches
                .min_by_key(Vec::len)
                .filter(|branch| !branch.is_empty())
                .into_iter()
                .collect()
        }
        (condition, Stated::One { field, want }) => {
            let parts = parts(condition, want);
            let fails = |part: &(Condition, Shown)| part.0.truth(scene, skip) != Truth::True;
            let failed: Vec<Vec<Failed<'a>>> = parts
                .into_iter()
                .filter(fails)
                .map(|(condition, want)| {
                    alloc::vec![Failed {
                        condition: Cow::Owned(condition),
                        field,
                        want: Cow::Owned(want),
                        must_cease: false,
                    }]
                })
                .collect();
            if !failed.is_empty() {
                return failed;
            }
            alloc::vec![alloc::vec![Failed {
                condition: Cow::Borrowed(condition),
                field,
                want: Cow::Borrowed(want),
                must_cease: false,
            }]]
        }
        // INVARIANT: conditions and what they state are read in step.
        _ => Vec::new(),
    }
}

/// Returns each key of a `command`, `path` or `url` table as a condition of its own; none for anything else, and none for
/// a table that cannot be taken apart.
fn parts(condition: &Condition, want: &Shown) -> Vec<(Condition, Shown)> {
    let Shown::Table(entries) = want else {
        return Vec::new();
    };
    let alone =
        |key: &String, value: &Shown| Shown::Table(alloc::vec![(key.clone(), value.clone())]);
    // The tests of a place or URL were read in byte order of their keys.
    let mut keys: Vec<&(String, Shown)> = entries.iter().filter(|(key, _)| key != "fold").collect();
    keys.sort_by(|(a, _), (b, _)| a.cmp(b));
    let fold = entries.iter().find(|(key, _)| key == "fold");
    let with_fold = |key: &String, value: &Shown| {
        let mut shown = alloc::vec![(key.clone(), value.clone())];
        shown.extend(fold.cloned());
        Shown::Table(shown)
    };
    match condition {
        Condition::Command(command) => {
            let only = |(key, value): &(String, Shown)| {
                let only = Condition::Command(command.only(key)?);
                Some((only, alone(key, value)))
            };
            entries
                .iter()
                .map(only)
                .collect::<Option<_>>()
                .unwrap_or_default()
        }
        Condition::Path(place) | Condition::Cwd(place) => {
            let tests = place.tests.iter().zip(keys);
            let parts = tests.map(|(test, (key, value))| {
                let only = PlaceCondition {
                    tests: alloc::vec![test.clone()],
                    ..place.clone()
                };
                let only = match condition {
                    Condition::Path(_) => Condition::Path(only),
                    _ => Condition::Cwd(only),
                };
                (only, with_fold(key, value))
            });
            parts.collect()
        }
        Condition::Url(url) => {
            let tests = url.tests.iter().zip(keys);
            let parts = tests.map(|(test, (key, value))| {
                let only = UrlCondition {
                    side: url.side,
                    tests: alloc::vec![test.clone()],
                };
                (Condition::Url(only), alone(key, value))
            });
            parts.collect()
        }
        _ => Vec::new(),
    }
}

impl Failed<'_> {
    /// Whether the condition is one that nothing close can stand for.
    pub(super) fn is_plain_gate(&self) -> bool {
        !matches!(*self.condition, Condition::Command(_)) && gates::is_gate(&self.condition)
    }

    pub(super) fn owned_field(&self) -> String {
        self.field.into()
    }
}
