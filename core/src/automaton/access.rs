//! The condition that a rule hangs off: the one that the fewest rules share.
//!
//! A rule about `git push` by one agent in one project can be found by any of the three. Hung off the agent it would be
//! looked at for everything that agent does; hung off the project, for everything in it. So each way of finding a rule
//! is counted over the whole policy first, and every rule takes the rarest of its own. A pattern offers each literal it
//! requires, equalities offer themselves together, and a condition that a table cannot hold (`not`, a number, an
//! approval) offers nothing: those are evaluated when something else has found the rule.

use alloc::sync::Arc;
use alloc::vec::Vec;
use core::hash::BuildHasherDefault;

use hashbrown::HashMap;
use hashbrown::hash_map::Entry;

use super::Known;
use super::leaves::LeafKey;
use super::literal::{Choice, SHORTEST};
use crate::catalogue::FieldPath;
use crate::condition::Condition;
use crate::condition::field::{Test, Tests};
use crate::condition::text::Pattern;
use crate::hash::{hash_of, join};
use crate::rule::Rule;
use crate::value::Value;

/// What it costs to look for a literal in a text.
pub(super) const SCAN: u8 = 4;

/// A list of more values than that is not combined with the values of other fields.
const MOST_TOGETHER: usize = 64;

/// A text of a request that tables look at.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) enum FieldName<'r> {
    /// The action, by its name in the catalogue.
    Action,
    Path(&'r FieldPath),
}

/// One way in which the text of a field leads to a rule.
#[derive(Clone, Debug)]
pub(super) enum FieldKey<'r> {
    Is(&'r str),
    /// One of a named set, which many rules may share.
    InSet(&'r Arc<[Value]>),
    Prefix(&'r str),
    Suffix(&'r str),
    Contains(&'r str),
    /// With the literals of which every fitting text holds one.
    Pattern(&'r Pattern, &'r Choice),
}

/// Where a rule is filed.
#[derive(Clone, Debug)]
pub(super) enum Key<'r> {
    Field(FieldName<'r>, FieldKey<'r>),
    /// Under one value of each of several fields.
    Together(Vec<(FieldName<'r>, &'r str)>),
    Leaf(LeafKey<'r>),
}

/// Every place where a rule is filed, so that it is found whenever the conditions behind them are true.
#[derive(Clone, Debug)]
pub(super) struct Access<'r> {
    pub(super) keys: Vec<Key<'r>>,
    pub(super) known: Option<Known>,
    /// The conditions behind the keys, by their places in `when`.
    pub(super) conditions: Vec<usize>,
}

/// The number of rules that offer each key.
pub(super) struct Choices {
    shared_by: HashMap<u64, u32, BuildHasherDefault<Same>>,
}

/// Hashes that need no hashing.
#[derive(Default)]
pub(super) struct Same(u64);

impl core::hash::Hasher for Same {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        self.0 = hash_of(bytes);
    }

    fn write_u64(&mut self, hash: u64) {
        self.0 = hash;
    }
}

impl Choices {
    /// Counts what all rules offer; returns the best way to find each rule, too.
    pub(super) fn new(rules: &[Rule]) -> (Self, Vec<Option<Access<'_>>>) {
        let mut choices = Self {
            shared_by: HashMap::default(),
        };
        let mut offered: Vec<Vec<Access<'_>>> = Vec::with_capacity(rules.len());
        let mut hashes: Vec<u64> = Vec::new();
        for rule in rules {
            let mut ways = Vec::new();
            offers(rule, None, &mut |access| ways.push(access));
            hashes.clear();
            hashes.extend(ways.iter().flat_map(|access| &access.keys).map(Key::hash));
            // A rule counts once for each key that it offers.
            hashes.sort_unstable();
            hashes.dedup();
            hashes.iter().for_each(|hash| choices.count(*hash));
            offered.push(ways);
        }
        let hung = offered.into_iter().map(|ways| choices.rarest(ways));
        let hung = hung.collect();
        (choices, hung)
    }

    /// Returns the way that the fewest rules share; the cheaper one when several are equal.
    fn rarest<'r>(&self, ways: Vec<Access<'r>>) -> Option<Access<'r>> {
        ways.into_iter().min_by_key(|access| {
            let counts = access.keys.iter().map(|key| {
                // What nobody counted is a combination of which one value is left out: rare, if not as rare.
                self.shared_by.get(&key.hash()).copied().unwrap_or(2)
            });
            let shared = counts.max().unwrap_or(u32::MAX);
            let cost = access.keys.iter().map(Key::cost).max().unwrap_or(u8::MAX);
            let vagueness = access.keys.iter().map(Key::vagueness).max().unwrap_or(0);
            (shared, cost, vagueness, access.keys.len())
        })
    }

    fn count(&mut self, hash: u64) {
        match self.shared_by.entry(hash) {
            Entry::Occupied(mut count) => *count.get_mut() += 1,
            Entry::Vacant(entry) => {
                entry.insert(1);
            }
        }
    }

    /// Returns the ways to find each rule where the condition that it hangs off fails: one that leaves it out for each
    /// condition behind it. Those that lead to more than `most` rules are left out. Rules to which no table leads without
    /// that condition come without a way, unless they are more than `most`.
    pub(super) fn others<'r>(
        &self,
        rules: &'r [Rule],
        hung: &[Option<Access<'r>>],
        most: u32,
    ) -> (Vec<(u32, Access<'r>)>, Vec<u32>) {
        let mut found = Vec::new();
        let mut without: Vec<u32> = Vec::new();
        for (number, (rule, access)) in rules.iter().zip(hung).enumerate() {
            let number = super::trie::position(number);
            for condition in access.iter().flat_map(|access| &access.conditions) {
                let mut ways = Vec::new();
                offers(rule, Some(*condition), &mut |access| ways.push(access));
                match self.rarest(ways) {
                    Some(other) => found.push((number, other)),
                    // A rule that lacks its only condition has nothing in common with the request.
                    None if rule.when.len() > 1 => without.push(number),
                    None => {}
                }
            }
        }
        if without.len() > most as usize {
            without.clear();
        }
        let mut shared = Self {
            shared_by: HashMap::default(),
        };
        let hashes = found.iter().flat_map(|(_, access)| &access.keys);
        hashes.for_each(|key| shared.count(key.hash()));
        // A second pass over the text for second ways is worth it only where it finds all there is.
        let scans = |access: &Access<'_>| access.keys.iter().any(|key| key.cost() == SCAN);
        found.retain(|(_, access)| most == u32::MAX || !scans(access));
        found.retain(|(_, access)| {
            access.keys.iter().all(|key| {
                shared
                    .shared_by
                    .get(&key.hash())
                    .is_none_or(|count| *count <= most)
            })
        });
        (found, without)
    }
}

/// Whether nothing but a pattern without a literal could lead to a rule, so that it is looked at for every leaf.
pub(super) fn only_by_vague_pattern(rule: &Rule) -> bool {
    let mut filed = false;
    offers(rule, None, &mut |_| filed = true);
    let vague = |condition: &Condition| match condition {
        Condition::Field(condition) => {
            let mut tests = condition.tests.iter();
            tests.any(|test| matches!(test, Test::Matches(_)))
        }
        _ => false,
    };
    !filed && rule.when.iter().any(vague)
}

impl Key<'_> {
    fn hash(&self) -> u64 {
        let of = |kind: u64, text: &[u8]| join(kind, hash_of(text));
        match self {
            Self::Field(field, key) => {
                let key = match key {
                    FieldKey::Is(text) => of(1, text.as_bytes()),
                    FieldKey::InSet(set) => join(8, address(set)),
                    FieldKey::Prefix(text) => of(2, text.as_bytes()),
                    FieldKey::Suffix(text) => of(3, text.as_bytes()),
                    FieldKey::Contains(text) => of(4, text.as_bytes()),
                    FieldKey::Pattern(_, literals) => literals
                        .iter()
                        .map(|literal| of(5, &literal.bytes))
                        .fold(0, u64::max),
                };
                join(field.hash(), key)
            }
            Self::Together(values) => values
                .iter()
                .map(|(field, value)| join(field.hash(), hash_of(value.as_bytes())))
                .fold(6, join),
            Self::Leaf(key) => key.hash(),
        }
    }

    /// Returns how little of a text it takes to be found: less for a longer literal.
    fn vagueness(&self) -> usize {
        let length = match self {
            Self::Field(_, FieldKey::Contains(text)) => text.len(),
            Self::Field(_, FieldKey::Pattern(_, literals)) => {
                let lengths = literals.iter().map(|literal| literal.bytes.len());
                lengths.min().unwrap_or(0)
            }
            _ => return 0,
        };
        usize::MAX - length
    }

    /// Returns how much it costs to look for it: nothing, a look, a walk, a scan, all there is of a kind.
    fn cost(&self) -> u8 {
        match self {
            Self::Field(_, FieldKey::Is(_) | FieldKey::InSet(_)) => 0,
            Self::Together(_) => 1,
            Self::Field(_, FieldKey::Prefix(_) | FieldKey::Suffix(_)) => 2,
            Self::Leaf(key) => key.cost(),
            Self::Field(_, FieldKey::Contains(_) | FieldKey::Pattern(..)) => SCAN,
        }
    }
}

impl FieldName<'_> {
    pub(super) fn hash(self) -> u64 {
        match self {
            Self::Action => 7,
            Self::Path(path) => hash_of(path.as_str().as_bytes()),
        }
    }
}

/// The values that a rule compares a field with, and the place of that condition.
type Equal<'r> = (FieldName<'r>, &'r [Value], usize);

/// Calls `offer` with each way in which a rule can be found, leaving out those that take the condition `without`.
fn offers<'r>(rule: &'r Rule, without: Option<usize>, offer: &mut impl FnMut(Access<'r>)) {
    let mut equal: Vec<Equal<'r>> = Vec::new();
    let conditions = rule.when.iter().enumerate();
    for (index, condition) in conditions.filter(|(index, _)| Some(*index) != without) {
        let (field, tests) = match condition {
            Condition::Action(tests) => (FieldName::Action, tests),
            Condition::Field(condition) => (FieldName::Path(&condition.path), &condition.tests),
            other => {
                super::leaves::offers(other, &mut |keys: Vec<LeafKey<'r>>| {
                    offer(Access {
                        keys: keys.into_iter().map(Key::Leaf).collect(),
                        known: None,
                        conditions: alloc::vec![index],
                    });
                });
                continue;
            }
        };
        offer_tests(index, field, tests, &mut equal, offer);
    }
    together(&equal, offer);
}

fn offer_tests<'r>(
    index: usize,
    field: FieldName<'r>,
    tests: &'r Tests,
    equal: &mut Vec<Equal<'r>>,
    offer: &mut impl FnMut(Access<'r>),
) {
    if tests.iter().any(|test| matches!(test, Test::SameAs(_))) {
        // It reads a second field, so what is known of the first does not settle it.
        return;
    }
    for (at, test) in tests.iter().enumerate() {
        let known = known(index, at);
        let mut one = |key: FieldKey<'r>| {
            offer(Access {
                keys: alloc::vec![Key::Field(field, key)],
                known,
                conditions: alloc::vec![index],
            });
        };
        match test {
            Test::In(literals) => {
                let texts: Option<Vec<&str>> = literals.iter().map(Value::as_text).collect();
                // Values of other types are evaluated and never looked up.
                let Some(texts) = texts else {
                    continue;
                };
                note(field, literals, index, equal);
                let is = |text| Key::Field(field, FieldKey::Is(text));
                offer(Access {
                    keys: texts.into_iter().map(is).collect(),
                    known,
                    conditions: alloc::vec![index],
                });
            }
            Test::InSet(set) if set.iter().all(|value| value.as_text().is_some()) => {
                note(field, set, index, equal);
                one(FieldKey::InSet(set));
            }
            Test::Prefix(text) => one(FieldKey::Prefix(text)),
            Test::Suffix(text) => one(FieldKey::Suffix(text)),
            Test::Contains(text) if text.len() >= SHORTEST => one(FieldKey::Contains(text)),
            Test::Matches(pattern) => {
                for choice in pattern.required() {
                    one(FieldKey::Pattern(pattern, choice));
                }
            }
            _ => {}
        }
    }
}

fn known(condition: usize, test: usize) -> Option<Known> {
    Some(Known {
        condition: u16::try_from(condition).ok()?,
        test: u16::try_from(test).ok()?,
    })
}

/// Keeps the first list of values of each field, to be combined.
fn note<'r>(field: FieldName<'r>, values: &'r [Value], index: usize, equal: &mut Vec<Equal<'r>>) {
    if !equal.iter().any(|(other, ..)| *other == field) {
        equal.push((field, values, index));
    }
}

/// Returns what tells one set from another.
pub(super) fn address(set: &Arc<[Value]>) -> u64 {
    u64::try_from(Arc::as_ptr(set).cast::<u8>().addr()).unwrap_or_default()
}

/// Offers all equalities of a rule together, written out as one key for each combination of values.
fn together<'r>(equal: &[Equal<'r>], offer: &mut impl FnMut(Access<'r>)) {
    let mut fields: Vec<_> = equal.to_vec();
    // The lists that would multiply the keys most are left to evaluation.
    fields.sort_by_key(|(field, values, _)| (values.len(), *field));
    let mut keys: Vec<Vec<(FieldName<'r>, &'r str)>> = alloc::vec![Vec::new()];
    let mut conditions = Vec::new();
    for (field, values, index) in fields {
        if keys.len().saturating_mul(values.len()) > MOST_TOGETHER {
            break;
        }
        conditions.push(index);
        let longer = keys.iter().flat_map(|key| {
            values.iter().filter_map(Value::as_text).map(move |value| {
                let mut key = key.clone();
                key.push((field, value));
                key
            })
        });
        keys = longer.collect();
    }
    if keys.first().is_none_or(|key| key.len() < 2) {
        return;
    }
    for key in &mut keys {
        key.sort_unstable();
    }
    offer(Access {
        keys: keys.into_iter().map(Key::Together).collect(),
        known: None,
        conditions,
    });
}
