//! The rules of a policy, compiled: which of them can hold for a request, without looking at the others.
//!
//! Most rules have nothing to do with most requests. A loop over all of them spends its time finding that out once more
//! for each, so deciding grows with the policy. Here every rule hangs off the *one* condition of its scope that the
//! fewest rules share ([`access`]): only when that condition is true, or cannot be told, is the rule looked at, and then
//! it is evaluated in full by the same code as everywhere else. So the automaton can only ever save work: it decides
//! which rules are worth evaluating, and nothing else about them. Counting how many conditions of each rule hold, the
//! other well-known way, visits every rule that shares *any* condition, and "the action is Bash" holds for half a policy.
//!
//! | file | finds |
//! |---|---|
//! | [`access`] | the condition that each rule hangs off |
//! | [`fields`] | rules by the texts of a request: exact, by beginning and end, by pattern |
//! | [`leaves`] | rules by what a leaf does: program and words, path, host, operation |
//! | [`near`] | rules that miss by one condition |
//! | [`exact`] | equal values, and combinations of them |
//! | [`trie`] | everything that begins or ends a text, in one walk |
//! | [`literal`] | what a text must hold for a pattern to have a chance |
//! | [`scan`] | patterns anywhere in a text, in one pass |
//! | [`sieve`] | texts that hold no literal at all, before that pass |
//! | [`witness`] | how near a text comes to one pattern, and which text would fit |
//! | [`expect`] | how each action takes the absence of each field |
//! | [`scratch`] | what deciding needs room for, kept between requests |
//!
//! **Three values.** A condition on a value that is missing, too long or of another type is unknown, and then no table
//! can say which rules it concerns: all that hang off that field are candidates. That is the one case in which deciding
//! grows with the rules, and it is bounded by them.

mod access;
mod exact;
pub(crate) mod expect;
mod fields;
mod leaves;
pub(crate) mod literal;
mod near;
mod scan;
pub(crate) mod scratch;
mod sieve;
mod trie;
pub(crate) mod witness;

use alloc::boxed::Box;
use alloc::vec::Vec;

use once_cell::race::OnceBox;

use crate::catalogue::FieldPath;
use crate::condition::Scene;
use crate::rule::Rule;
use access::{Access, Choices, Key};
use fields::{Doubt, Fields};
use leaves::Leaves;
use near::Near;
use scratch::Room;

/// One condition of a rule's scope: its place in `when`, and that of the test in it. What a table has found to be true
/// need not be tested again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Known {
    pub(crate) condition: u16,
    pub(crate) test: u16,
}

/// A rule, hung off one of its conditions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Hang {
    pub(crate) rule: u32,
    /// The condition that is true where the rule is found, if one is.
    pub(crate) known: Option<Known>,
}

/// The tables over a policy's rules.
#[derive(Debug, Default)]
pub(crate) struct Automaton {
    /// Rules with no condition that a table could hold.
    always: Vec<u32>,
    /// The condition that each rule hangs off, where it is a single one.
    hung_off: Vec<Option<u16>>,
    fields: Fields,
    leaves: Leaves,
    /// Built when somebody asks for it first.
    near: OnceBox<Near>,
}

/// Whether a rule is looked at for every leaf because its pattern names nothing that a text must hold.
pub(crate) fn is_tried_on_everything(rule: &Rule) -> bool {
    access::only_by_vague_pattern(rule)
}

impl Automaton {
    /// Compiles rules; numbers are positions in `rules`. Time and memory are linear in the text of the rules.
    pub(crate) fn new(rules: &[Rule]) -> Self {
        let (_, hung) = Choices::new(rules);
        let mut always = Vec::new();
        let mut hung_off = Vec::with_capacity(rules.len());
        let mut fields = fields::Builder::default();
        let mut leaves = leaves::Builder::default();
        for (number, access) in hung.into_iter().enumerate() {
            let number = trie::position(number);
            hung_off.push(access.as_ref().and_then(|access| match *access.conditions {
                [one] => u16::try_from(one).ok(),
                _ => None,
            }));
            match access {
                None => always.push(number),
                Some(Access { keys, known, .. }) => {
                    let hang = Hang {
                        rule: number,
                        known,
                    };
                    for key in keys {
                        match key {
                            Key::Field(field, key) => fields.add(field, key, hang),
                            Key::Together(values) => fields.add_together(values, number),
                            Key::Leaf(key) => leaves.add(key, number),
                        }
                    }
                }
            }
        }
        Self {
            always,
            hung_off,
            fields: fields.build(),
            leaves: leaves.build(),
            near: OnceBox::new(),
        }
    }

    /// Builds everything that is otherwise built when it is first needed.
    pub(crate) fn warm(&self, rules: &[Rule]) {
        self.fields.warm();
        self.leaves.warm();
        self.near(rules).warm();
    }

    fn near(&self, rules: &[Rule]) -> &Near {
        self.near.get_or_init(|| Box::new(Near::new(rules)))
    }

    /// Finds the rules that the request's own fields make candidates: the same for each of its leaves.
    pub(crate) fn find_in_request(&self, scene: &Scene<'_>, room: &mut Room) {
        room.shared.clear();
        room.long.forget();
        room.long_near.forget();
        let found = self.always.iter();
        room.shared.extend(found.map(|rule| Hang {
            rule: *rule,
            known: None,
        }));
        let mut shared = core::mem::take(&mut room.shared);
        self.fields
            .find(scene, Doubt::Everything, room, &mut shared);
        room.shared = shared;
    }

    /// Calls `found` with each rule that hangs off a field which `reads` takes, and with all that hang off what a leaf does if
    /// `leaf` says so; with some more than once.
    pub(crate) fn hung_off(
        &self,
        reads: impl Fn(&FieldPath) -> bool,
        leaf: bool,
        mut found: impl FnMut(u32),
    ) {
        self.fields.hung_off(reads, &mut found);
        if leaf {
            self.leaves.all(&mut found);
        }
    }

    /// Returns the condition of a rule that is false on every leaf on which only [`Automaton::find_near`] finds the rule.
    pub(crate) fn lacks(&self, rule: u32) -> Option<usize> {
        let hung_off = self.hung_off.get(rule as usize).copied().flatten();
        hung_off.map(usize::from)
    }

    /// Calls `found` with rules that miss a leaf by one condition and that [`Automaton::find_on_leaf`] does not find; with
    /// others too, and with some more than once.
    pub(crate) fn find_near(
        &self,
        rules: &[Rule],
        scene: &Scene<'_>,
        room: &mut Room,
        mut found: impl FnMut(u32),
    ) {
        room.brushed.iter().copied().for_each(&mut found);
        self.near(rules).find(scene, room, &mut found);
        self.fields.touched(scene, room, &mut found);
        self.leaves.touched(scene, room, &mut found);
    }

    /// Calls `found` with each rule that can hold on a leaf, after [`Automaton::find_in_request`]; with some more than once.
    pub(crate) fn find_on_leaf(
        &self,
        scene: &Scene<'_>,
        room: &mut Room,
        mut found: impl FnMut(Hang),
    ) {
        room.shared.iter().copied().for_each(&mut found);
        let Room { marks, long, .. } = room;
        self.leaves
            .find(scene, marks, long, |rule| found(Hang { rule, known: None }));
    }
}
