//! Rules that miss a request by one condition, found without looking at the others.
//!
//! A rule that lacks one condition has all its others. If what it lacks is not the condition it hangs off, the verdict's
//! own pass has found it. If it is, two ways lead to it. Each rule is filed a second time under the rarest of its *other*
//! conditions: a rule about one service in one project is found by the project when the service is another. And a rule
//! that a text comes close to is found where the text leaves the tree that holds its beginning: `git push -f` leaves
//! `git push --force` after ten bytes of sixteen.
//!
//! In a large policy, conditions that many rules share lead nowhere: "the tool is Bash" holds for half of it, and a rule
//! that has nothing else in common with a request does not nearly hold for it. So where a policy has more than [`SMALL`]
//! rules, one whose other conditions are all shared by more than [`MOST_SHARED`] rules is found only when the request
//! comes close to the one it lacks.

use super::Hang;
use alloc::vec::Vec;

use super::access::{Choices, Key};
use super::fields::{self, Doubt, Fields};
use super::leaves::{self, Leaves};
use super::scratch::Room;
use crate::condition::Scene;
use crate::rule::Rule;

/// In a policy of at most so many rules, every rule that lacks one condition is found.
const SMALL: usize = 64;

/// In a larger one, a second way to a rule that leads to more rules than that is left out.
const MOST_SHARED: u32 = 4;

/// So many nodes of a tree are looked at for rules that a text comes close to.
pub(super) const TOUCHED: usize = 8;

/// A misspelled word is longer or shorter than the right one by at most so many bytes.
pub(super) const TYPO: usize = 2;

/// The rules, filed under the rarest condition that each of them does not hang off.
#[derive(Debug, Default)]
pub(super) struct Near {
    fields: Fields,
    leaves: Leaves,
    /// Rules to which no table leads without the condition that they hang off.
    always: Vec<u32>,
}

impl Near {
    pub(super) fn new(rules: &[Rule]) -> Self {
        let (choices, hung) = Choices::new(rules);
        let mut fields = fields::Builder::default();
        let mut leaves = leaves::Builder::default();
        let most = if rules.len() <= SMALL {
            u32::MAX
        } else {
            MOST_SHARED
        };
        let (ways, always) = choices.others(rules, &hung, most);
        for (rule, access) in ways {
            let hang = Hang { rule, known: None };
            for key in access.keys {
                match key {
                    Key::Field(field, key) => fields.add(field, key, hang),
                    Key::Together(values) => fields.add_together(values, rule),
                    Key::Leaf(key) => leaves.add(key, rule),
                }
            }
        }
        Self {
            fields: fields.build(),
            leaves: leaves.build(),
            always,
        }
    }

    pub(super) fn warm(&self) {
        self.fields.warm();
    }

    /// Calls `found` with each rule that some other condition leads to; with some more than once.
    pub(super) fn find(&self, scene: &Scene<'_>, room: &mut Room, mut found: impl FnMut(u32)) {
        self.always.iter().copied().for_each(&mut found);
        let mut hangs = core::mem::take(&mut room.near);
        hangs.clear();
        self.fields.find(scene, Doubt::Nothing, room, &mut hangs);
        hangs.iter().for_each(|hang| found(hang.rule));
        room.near = hangs;
        self.leaves
            .find(scene, &mut room.marks, &mut room.long_near, &mut found);
    }
}
