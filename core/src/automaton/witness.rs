//! How near a text comes to a pattern, and which text would fit.
//!
//! A [`Witness`] accepts the whole texts that a pattern fits. Each of its states knows its distance: how many bytes, at
//! least, are still missing from there. One walk over a text then says where it died, or, for a pattern that can always
//! still fit, where it came closest; what was missing there; and how close it came, as the part of the shortest fitting
//! text that it had. The nearest text that fits is found by a search over edits, weighted so that it reads like a
//! correction: the case of a letter costs half an edit, a separator two and a half, and separators are not replaced.
//!
//! A pattern whose automaton would be too large has no witness. What is said of it then is less, and still true.

use alloc::boxed::Box;
use alloc::collections::BTreeMap;
use alloc::string::String;
use alloc::vec::Vec;

use regex_automata::dfa::{Automaton, StartKind, dense};
use regex_automata::nfa::thompson;
use regex_automata::util::primitives::StateID;
use regex_automata::{Anchored, util::start};
use regex_syntax::hir::Hir;

/// So many bytes may the automaton of a pattern take, and twice as many the making of it.
const MOST_BYTES: usize = 256 << 10;

/// So many states may it have.
const MOST_STATES: usize = 4096;

/// So long is a text, in bytes, that the nearest fitting one is looked for.
const MOST_TEXT: usize = 256;

/// So many places may the search for the nearest text have: positions in the text times states.
const MOST_PLACES: usize = 1 << 16;

/// The distance of a state from which nothing fits.
const NEVER: u32 = u32::MAX;

/// Costs in half edits.
pub(crate) const CASE: usize = 1;
pub(crate) const EDIT: usize = 2;
pub(crate) const SEPARATOR: usize = 5;

/// What may follow a literal text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Tail {
    End,
    Any,
    /// The end, or this byte and then anything.
    Below(u8),
}

/// How near a text came.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Approach {
    /// Where it failed, in bytes.
    pub(crate) at: usize,
    /// What would have had to follow there, at least.
    pub(crate) rest: Vec<u8>,
    /// The part of the shortest fitting text that it had, in percent.
    pub(crate) closeness: u8,
}

/// The texts that a pattern fits, with the way to the nearest of them.
#[derive(Clone, Debug)]
pub(crate) struct Witness {
    class: Box<[u8; 256]>,
    /// One byte of each class, the most readable.
    member: Vec<u8>,
    /// By state and class.
    next: Vec<usize>,
    /// By state: how many bytes are missing at least.
    distance: Vec<u32>,
    start: usize,
}

/// Whether a byte separates words, so that it is not replaced by another.
pub(crate) fn is_separator(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'/' | b'.' | b'|' | b';' | b'&')
}

/// What it costs to put a byte in, or to take it out.
pub(crate) fn single(byte: u8) -> usize {
    if is_separator(byte) { SEPARATOR } else { EDIT }
}

/// What it costs to replace a byte; `None` where that is not done.
pub(crate) fn replace(from: u8, to: u8) -> Option<usize> {
    if from == to {
        Some(0)
    } else if from.eq_ignore_ascii_case(&to) {
        Some(CASE)
    } else {
        (!is_separator(from) && !is_separator(to)).then_some(EDIT)
    }
}

/// Returns the cost of turning one text into another, in half edits; `None` when they are too long to tell.
pub(crate) fn cost(from: &[u8], to: &[u8]) -> Option<usize> {
    let same = from.iter().zip(to).take_while(|(a, b)| a == b).count();
    let (from, to) = (from.get(same..)?, to.get(same..)?);
    let ends = from.iter().rev().zip(to.iter().rev());
    let same = ends.take_while(|(a, b)| a == b).count();
    let from = from.get(..from.len() - same)?;
    let to = to.get(..to.len() - same)?;
    if from.len().saturating_mul(to.len()) > MOST_PLACES {
        return None;
    }
    let mut row: Vec<usize> = Vec::with_capacity(to.len() + 1);
    row.push(0);
    for byte in to {
        row.push(row.last().copied().unwrap_or(0) + single(*byte));
    }
    for a in from {
        let mut diagonal = *row.first()?;
        let mut left = diagonal + single(*a);
        *row.first_mut()? = left;
        for (b, above) in to.iter().zip(row.iter_mut().skip(1)) {
            let replaced = replace(*a, *b).map_or(usize::MAX, |cost| diagonal + cost);
            diagonal = *above;
            left = replaced.min(*above + single(*a)).min(left + single(*b));
            *above = left;
        }
    }
    row.last().copied()
}

impl Witness {
    /// Returns the witness of a whole-text pattern; `None` when it would be too large.
    pub(crate) fn of_pattern(whole: &Hir) -> Option<Self> {
        let nfa = thompson::Compiler::new()
            .configure(
                thompson::Config::new()
                    .utf8(false)
                    .which_captures(thompson::WhichCaptures::None)
                    .nfa_size_limit(Some(MOST_BYTES)),
            )
            .build_from_hir(whole)
            .ok()?;
        let dfa = dense::Builder::new()
            .configure(
                dense::Config::new()
                    .start_kind(StartKind::Anchored)
                    .dfa_size_limit(Some(MOST_BYTES))
                    .determinize_size_limit(Some(2 * MOST_BYTES)),
            )
            .build_from_nfa(&nfa)
            .ok()?;
        let mut class = Box::new([0_u8; 256]);
        let mut member: Vec<u8> = Vec::new();
        for (byte, slot) in (0..=u8::MAX).zip(class.iter_mut()) {
            *slot = dfa.byte_classes().get(byte);
            let at = usize::from(*slot);
            if at >= member.len() {
                member.resize(at + 1, byte);
            }
            if let Some(known) = member.get_mut(at)
                && readability(byte) < readability(*known)
            {
                *known = byte;
            }
        }
        let start = dfa
            .start_state(&start::Config::new().anchored(Anchored::Yes))
            .ok()?;
        let mut number: BTreeMap<StateID, usize> = BTreeMap::from([(start, 0)]);
        let mut states = alloc::vec![start];
        let mut next = Vec::new();
        let mut at = 0;
        while let Some(state) = states.get(at).copied() {
            for byte in &member {
                let to = dfa.next_state(state, *byte);
                let fresh = states.len();
                let to = *number.entry(to).or_insert(fresh);
                if to == fresh {
                    states.push(dfa.next_state(state, *byte));
                }
                next.push(to);
            }
            at += 1;
            if states.len() > MOST_STATES {
                return None;
            }
        }
        let accepts = states
            .iter()
            .map(|state| dfa.is_match_state(dfa.next_eoi_state(*state)));
        Some(Self::finish(
            class,
            member,
            next,
            &accepts.collect::<Vec<_>>(),
        ))
    }

    /// Returns the witness of a literal text, anywhere in the text if `anywhere`, with what may follow it.
    pub(crate) fn of_literal(literal: &[u8], anywhere: bool, tail: Tail) -> Self {
        let mut class = Box::new([0_u8; 256]);
        // The class of all bytes that are not named.
        let other = (0..=u8::MAX)
            .filter(|byte| !literal.contains(byte) && tail != Tail::Below(*byte))
            .min_by_key(|byte| readability(*byte));
        let mut member = alloc::vec![other.unwrap_or(0)];
        for (byte, slot) in (0..=u8::MAX).zip(class.iter_mut()) {
            if literal.contains(&byte) || tail == Tail::Below(byte) {
                *slot = u8::try_from(member.len()).unwrap_or(0);
                member.push(byte);
            }
        }
        let end = literal.len();
        let (below, dead) = (end + 1, end + 2);
        // By how many bytes of the literal are there: how many are if that one does not go on.
        let mut shorter = alloc::vec![0_usize];
        let mut fallback = 0;
        for at in 1..=end {
            shorter.push(fallback);
            if at < end {
                while fallback > 0 && literal.get(fallback) != literal.get(at) {
                    fallback = shorter.get(fallback).copied().unwrap_or(0);
                }
                fallback += usize::from(literal.get(fallback) == literal.get(at));
            }
        }
        let step = |state: usize, byte: u8| -> usize {
            if state == below || (state == end && tail == Tail::Any) {
                return state;
            }
            if state == dead {
                return dead;
            }
            if state == end && tail == Tail::Below(byte) {
                return below;
            }
            let mut state = state;
            loop {
                if literal.get(state) == Some(&byte) {
                    return state + 1;
                }
                if !anywhere {
                    return dead;
                }
                if state == 0 {
                    return 0;
                }
                state = shorter.get(state).copied().unwrap_or(0);
            }
        };
        let mut next = Vec::with_capacity((dead + 1) * member.len());
        for state in 0..=dead {
            next.extend(member.iter().map(|byte| step(state, *byte)));
        }
        let accepts: Vec<bool> = (0..=dead)
            .map(|state| state == end || state == below)
            .collect();
        Self::finish(class, member, next, &accepts)
    }

    fn finish(class: Box<[u8; 256]>, member: Vec<u8>, next: Vec<usize>, accepts: &[bool]) -> Self {
        let mut before: Vec<Vec<usize>> = alloc::vec![Vec::new(); accepts.len()];
        for (state, steps) in next.chunks(member.len().max(1)).enumerate() {
            for to in steps {
                if let Some(before) = before.get_mut(*to)
                    && before.last() != Some(&state)
                {
                    before.push(state);
                }
            }
        }
        let mut distance = alloc::vec![NEVER; accepts.len()];
        let mut front: Vec<usize> = Vec::new();
        for ((state, accepts), distance) in accepts.iter().enumerate().zip(&mut distance) {
            if *accepts {
                *distance = 0;
                front.push(state);
            }
        }
        let mut length = 0;
        while !front.is_empty() {
            length += 1;
            let mut further = Vec::new();
            for state in front
                .iter()
                .filter_map(|state| before.get(*state))
                .flatten()
            {
                if let Some(distance) = distance.get_mut(*state)
                    && *distance == NEVER
                {
                    *distance = length;
                    further.push(*state);
                }
            }
            front = further;
        }
        Self {
            class,
            member,
            next,
            distance,
            start: 0,
        }
    }

    /// Returns the length of the shortest text that fits behind the first `skip` bytes of `text`, which are taken as they
    /// are; `None` when nothing does.
    pub(crate) fn shortest(&self, text: &[u8], skip: usize) -> Option<usize> {
        let distance = self.distance_of(self.after(text.get(..skip)?));
        usize::try_from(distance).ok().filter(|_| distance != NEVER)
    }

    /// Returns what would have to follow a text for it to fit; `None` when nothing can.
    pub(crate) fn missing_at_end(&self, text: &[u8]) -> Option<Vec<u8>> {
        let state = self.after(text);
        (self.distance_of(state) != NEVER).then(|| self.completion(state))
    }

    pub(crate) fn accepts(&self, text: &[u8]) -> bool {
        self.distance_of(self.after(text)) == 0
    }

    /// Returns how near a text comes that does not fit; the first `skip` bytes are taken as they are. `None` when nothing
    /// that begins with them fits.
    pub(crate) fn approach(&self, text: &[u8], skip: usize) -> Option<Approach> {
        let mut state = self.after(text.get(..skip)?);
        let whole = self.distance_of(state);
        if whole == NEVER {
            return None;
        }
        let mut best = (whole, skip, state);
        let mut died = None;
        for (at, byte) in text.iter().enumerate().skip(skip) {
            let to = self.step(state, *byte);
            let distance = self.distance_of(to);
            if distance == NEVER {
                died = Some((at, state));
                break;
            }
            state = to;
            if distance < best.0 {
                best = (distance, at + 1, state);
            }
        }
        // A text that came no closer before can simply go on.
        let (at, state) = died.unwrap_or(if self.distance_of(state) == best.0 {
            (text.len(), state)
        } else {
            (best.1, best.2)
        });
        let had = u64::from(whole - best.0) * 100;
        let closeness = had.checked_div(u64::from(whole)).unwrap_or(100);
        Some(Approach {
            at,
            rest: self.completion(state),
            closeness: u8::try_from(closeness).unwrap_or(100),
        })
    }

    /// Returns the text nearest to `text` that fits and costs at most `most` half edits, with its cost. With `case_only`
    /// nothing is changed but the case of letters.
    pub(crate) fn nearest(
        &self,
        text: &[u8],
        most: usize,
        case_only: bool,
    ) -> Option<(usize, String)> {
        let states = self.distance.len();
        let places = (text.len() + 1).checked_mul(states)?;
        if text.len() > MOST_TEXT || places > MOST_PLACES {
            return None;
        }
        let mut search = Search {
            witness: self,
            length: text.len(),
            most,
            adds: !case_only,
            known: alloc::vec![(usize::MAX, 0, None); places],
            buckets: alloc::vec![Vec::new(); most + 1],
        };
        search.reach(self.start, 0, self.start, None);
        let mut spent = 0;
        while spent <= most {
            let Some(place) = search.buckets.get_mut(spent).and_then(Vec::pop) else {
                spent += 1;
                continue;
            };
            if search.known.get(place).is_none_or(|known| known.0 != spent) {
                continue;
            }
            let (at, state) = (place / states, place % states);
            let Some(byte) = text.get(at).copied() else {
                if self.distance_of(state) == 0 {
                    return Some((
                        spent,
                        String::from_utf8(search.trace(place, self.start)).ok()?,
                    ));
                }
                if !case_only {
                    self.insert(&mut search, place, spent, at * states, state);
                }
                continue;
            };
            let onward = (at + 1) * states;
            let kept = self.step(state, byte);
            if self.distance_of(kept) != NEVER {
                search.reach(onward + kept, spent, place, Some(byte));
            }
            let other_case = if byte.is_ascii_lowercase() {
                byte.to_ascii_uppercase()
            } else {
                byte.to_ascii_lowercase()
            };
            let to = self.step(state, other_case);
            if other_case != byte && self.distance_of(to) != NEVER {
                search.reach(onward + to, spent + CASE, place, Some(other_case));
            }
            if case_only {
                continue;
            }
            search.reach(onward + state, spent + single(byte), place, None);
            for member in &self.member {
                let to = self.step(state, *member);
                if let Some(cost) = replace(byte, *member)
                    && self.distance_of(to) != NEVER
                {
                    search.reach(onward + to, spent + cost, place, Some(*member));
                }
            }
            self.insert(&mut search, place, spent, at * states, state);
        }
        None
    }

    /// Puts a byte of each class in.
    fn insert(
        &self,
        search: &mut Search<'_>,
        place: usize,
        spent: usize,
        row: usize,
        state: usize,
    ) {
        for member in &self.member {
            let to = self.step(state, *member);
            if self.distance_of(to) != NEVER {
                search.reach(row + to, spent + single(*member), place, Some(*member));
            }
        }
    }

    /// Returns the shortest text that leads from a state to the end of a fitting text, as readable as may be.
    fn completion(&self, state: usize) -> Vec<u8> {
        let mut state = state;
        let mut text = Vec::new();
        while let Some(closer) = self.distance_of(state).checked_sub(1) {
            let towards = |byte: &&u8| self.distance_of(self.step(state, **byte)) == closer;
            let step = self.member.iter().filter(towards);
            let Some(byte) = step.min_by_key(|byte| readability(**byte)) else {
                break;
            };
            text.push(*byte);
            state = self.step(state, *byte);
        }
        text
    }

    fn after(&self, text: &[u8]) -> usize {
        text.iter()
            .fold(self.start, |state, byte| self.step(state, *byte))
    }

    fn step(&self, state: usize, byte: u8) -> usize {
        let class = self.class.get(usize::from(byte)).copied().unwrap_or(0);
        let at = state * self.member.len() + usize::from(class);
        // INVARIANT: every state has a step for every class.
        self.next.get(at).copied().unwrap_or(self.start)
    }

    fn distance_of(&self, state: usize) -> u32 {
        self.distance.get(state).copied().unwrap_or(NEVER)
    }
}

/// A search by rising cost over the places of a text: a position and a state.
struct Search<'w> {
    witness: &'w Witness,
    /// Of the text.
    length: usize,
    most: usize,
    /// Whether bytes may be put in.
    adds: bool,
    /// By place: its cost, the place before it, and the byte that was written on the way.
    known: Vec<(usize, usize, Option<u8>)>,
    /// By cost: places reached at that cost.
    buckets: Vec<Vec<usize>>,
}

impl Search<'_> {
    fn reach(&mut self, place: usize, cost: usize, from: usize, written: Option<u8>) {
        // What is missing beyond the rest of the text has to be put in.
        let states = self.witness.distance.len().max(1);
        let left = self.length.saturating_sub(place / states);
        let distance = usize::try_from(self.witness.distance_of(place % states));
        let short = distance.unwrap_or(usize::MAX).saturating_sub(left);
        let least = short.saturating_mul(if self.adds { EDIT } else { self.most + 1 });
        if cost.saturating_add(least) > self.most {
            return;
        }
        if let Some(known) = self.known.get_mut(place)
            && cost < known.0
            && let Some(bucket) = self.buckets.get_mut(cost)
        {
            *known = (cost, from, written);
            bucket.push(place);
        }
    }

    /// Returns the text written on the way to a place.
    fn trace(&self, place: usize, start: usize) -> Vec<u8> {
        let mut text = Vec::new();
        let mut place = place;
        while let Some((_, from, written)) = self.known.get(place)
            && (place != start || written.is_some())
        {
            text.extend(written);
            place = *from;
        }
        text.reverse();
        text
    }
}

/// Orders bytes by how well they stand for a class, the best first.
fn readability(byte: u8) -> u8 {
    match byte {
        b'x' => 0,
        b'a'..=b'z' => 1,
        b'0'..=b'9' => 2,
        b'A'..=b'Z' => 3,
        b'-' | b'_' => 4,
        b' ' => 6,
        0x21..=0x7e => 5,
        b'\t' | b'\n' => 7,
        _ => 8,
    }
}

#[cfg(test)]
mod tests;
