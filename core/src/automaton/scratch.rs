//! What deciding needs room for, kept between requests so that nothing is allocated when it is warm.

use alloc::vec::Vec;

use super::Hang;
use super::leaves::LongCommand;
use super::scan::Marks;
use crate::decision::candidate::CandidateAt;
use crate::decision::verdict::Fired;
use crate::request::leaf::Leaf;
use crate::request::split::plain;

/// Room to decide in, for one caller at a time.
///
/// [`Policy::decide_with`](crate::Policy::decide_with) grows it as needed and leaves it for the next request, of this or
/// any other policy. It holds nothing that a decision depends on.
#[derive(Debug, Default)]
pub struct Scratch {
    pub(crate) room: Room,
    pub(crate) leaves: Vec<Leaf>,
    /// Those of a plain command line.
    pub(crate) plain: plain::Room,
    /// The leaf of a request that is one itself, once there was one.
    pub(crate) whole: Vec<Leaf>,
    /// The rules that fired, on any leaf.
    pub(crate) fired: Vec<Fired>,
    /// The rules that miss a leaf by little, if they were asked for.
    pub(crate) candidates: Vec<CandidateAt>,
    /// The leaf that each rule was last evaluated on.
    pub(crate) seen: Seen,
}

impl Scratch {
    /// Returns empty room.
    pub fn new() -> Self {
        Self::default()
    }
}

/// What the tables write while they are looked into.
#[derive(Debug, Default)]
pub(crate) struct Room {
    /// Candidates that the request's own fields lead to.
    pub(super) shared: Vec<Hang>,
    /// The same for rules that lack one condition.
    pub(super) near: Vec<Hang>,
    /// Rules whose literal stands in a text that does not fit their pattern.
    pub(super) brushed: Vec<u32>,
    pub(super) way: Vec<(u32, u32)>,
    pub(super) states: Vec<FieldState>,
    pub(super) marks: Marks,
    /// The long command that was looked for last, among the rules and among those that lack one condition.
    pub(super) long: LongCommand,
    pub(super) long_near: LongCommand,
}

/// What a field holds, as far as combinations of exact values need it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum FieldState {
    Text(u64),
    False,
    Unknown,
}

/// Which rules were seen since the last [`Seen::begin`].
#[derive(Debug, Default)]
pub(crate) struct Seen {
    rounds: Vec<u32>,
    round: u32,
}

impl Seen {
    /// Forgets all rules, of up to `count`.
    pub(crate) fn begin(&mut self, count: usize) {
        if self.rounds.len() < count {
            self.rounds.resize(count, 0);
        }
        self.round = match self.round.checked_add(1) {
            Some(round) => round,
            None => {
                self.rounds.fill(0);
                1
            }
        };
    }

    /// Notes a rule. True when it was not seen before.
    pub(crate) fn first(&mut self, rule: u32) -> bool {
        match self.rounds.get_mut(rule as usize) {
            Some(round) => core::mem::replace(round, self.round) != self.round,
            None => false,
        }
    }
}
