//! Patterns that stand anywhere in a text, found in one pass over it.
//!
//! One Aho-Corasick automaton, as a table with a row a state, holds one literal (or a choice of them) of every `regex`,
//! `glob` and `contains` on a field: a step a byte, whatever their number. Only literals go in. Whole patterns would
//! make it explode, a lazily built automaton over all of them thrashes its cache as soon as somebody sends texts made
//! for that, and a set of matching patterns costs as much to clear as there are patterns.
//!
//! A literal that stands in the text makes its patterns candidates, and each is verified on its own small automaton.
//! Where the number of bytes before the literal is known, verification starts right there and dies within a few bytes;
//! elsewhere it walks the text once, however often the literal stands in it. A pattern that keeps failing where its
//! literal stands is walked once and then left alone, so that a text full of literals costs a bounded number of walks.

use alloc::string::String;
use alloc::vec::Vec;

use aho_corasick::automaton::Automaton;
use aho_corasick::{Anchored, MatchKind, dfa::DFA};

use super::literal::Literal;
use super::sieve::Sieve;
use super::trie::position;
use crate::condition::text::Pattern;

/// What is verified where a literal stands.
#[derive(Clone, Debug)]
pub(super) enum Needle {
    /// Its literal, and no more: what it is part of is not known here.
    Literal,
    /// The text itself.
    Contains(String),
    Pattern(Pattern),
}

/// After so many attempts in vain at the places where its literal stands, a pattern is tried on the whole text, once.
const ATTEMPTS: u32 = 4;

/// Set on the number of attempts when there is nothing more to find out.
const SETTLED: u32 = u32::MAX;

/// The literals of one field's patterns.
#[derive(Debug, Default)]
pub(super) struct Scan {
    automaton: Option<DFA>,
    sieve: Sieve,
    /// For each literal, the needles that it makes candidates.
    of_literal: Vec<(u32, u32)>,
    candidates: Vec<Candidate>,
    needles: Vec<Needle>,
}

#[derive(Clone, Copy, Debug)]
struct Candidate {
    needle: u32,
    /// How many bytes of the pattern stand before the literal.
    before: Option<u32>,
    /// The literal's length.
    length: u32,
}

/// What is known of each needle in the text that is being scanned.
#[derive(Clone, Debug, Default)]
pub(super) struct Marks {
    /// The text that a mark belongs to, and the attempts made on it.
    marks: Vec<(u32, u32)>,
    text: u32,
    /// Needles whose literal stands in the text and that did not fit where it does.
    pub(super) brushed: Vec<u32>,
}

impl Marks {
    /// Forgets all marks, for up to `count` needles.
    fn begin(&mut self, count: usize) {
        if self.marks.len() < count {
            self.marks.resize(count, (0, 0));
        }
        self.text = match self.text.checked_add(1) {
            Some(text) => text,
            None => {
                self.marks.fill((0, 0));
                1
            }
        };
    }

    /// Returns the attempts made on a needle, to be counted up.
    fn attempts(&mut self, needle: u32) -> Option<&mut u32> {
        let mark = self.marks.get_mut(needle as usize)?;
        if mark.0 != self.text {
            *mark = (self.text, 0);
        }
        Some(&mut mark.1)
    }
}

impl Scan {
    /// Builds the automaton over needles, each with the literals of which a text that fits holds at least one.
    pub(super) fn build(needles: Vec<(Needle, Vec<Literal>)>) -> Self {
        let mut entries: Vec<(Vec<u8>, Candidate)> = Vec::new();
        let mut kept = Vec::new();
        for (index, (needle, literals)) in needles.into_iter().enumerate() {
            for literal in literals {
                let candidate = Candidate {
                    needle: position(index),
                    before: literal.before.and_then(|before| u32::try_from(before).ok()),
                    length: position(literal.bytes.len()),
                };
                entries.push((literal.bytes, candidate));
            }
            kept.push(needle);
        }
        entries.sort_by(|a, b| a.0.cmp(&b.0));
        let mut literals: Vec<Vec<u8>> = Vec::new();
        let mut of_literal: Vec<(u32, u32)> = Vec::new();
        let mut candidates = Vec::new();
        for (literal, candidate) in entries {
            let at = position(candidates.len());
            if literals.last() != Some(&literal) {
                literals.push(literal);
                of_literal.push((at, at));
            }
            candidates.push(candidate);
            if let Some(last) = of_literal.last_mut() {
                last.1 = at + 1;
            }
        }
        // INVARIANT: building fails only for more literals than 31 bits count.
        let automaton = (!literals.is_empty())
            .then(|| {
                DFA::builder()
                    .match_kind(MatchKind::Standard)
                    .ascii_case_insensitive(true)
                    .start_kind(aho_corasick::StartKind::Unanchored)
                    .build(&literals)
                    .ok()
            })
            .flatten();
        Self {
            automaton,
            sieve: Sieve::build(&literals),
            of_literal,
            candidates,
            needles: kept,
        }
    }

    /// Builds every pattern's own automaton.
    pub(super) fn warm(&self) {
        for needle in &self.needles {
            if let Needle::Pattern(pattern) = needle {
                pattern.warm();
            }
        }
    }

    /// Calls `found` with each needle that fits `text`, once. Leaves those that nearly did in `marks`.
    #[inline]
    pub(super) fn run(&self, text: &str, marks: &mut Marks, mut found: impl FnMut(u32)) {
        marks.brushed.clear();
        let Some(automaton) = &self.automaton else {
            return;
        };
        if !self.sieve.lets_through(text.as_bytes()) {
            return;
        }
        let Ok(mut state) = automaton.start_state(Anchored::No) else {
            return;
        };
        let mut fresh = true;
        for (at, byte) in text.bytes().enumerate() {
            state = automaton.next_state(Anchored::No, state, byte);
            if automaton.is_special(state) && automaton.is_match(state) {
                if core::mem::take(&mut fresh) {
                    marks.begin(self.needles.len());
                }
                for index in 0..automaton.match_len(state) {
                    let literal = automaton.match_pattern(state, index).as_usize();
                    self.hit(literal, at + 1, text, marks, &mut found);
                }
            }
        }
    }

    /// Verifies the candidates of a literal that ends at byte `end` of the text.
    fn hit(
        &self,
        literal: usize,
        end: usize,
        text: &str,
        marks: &mut Marks,
        found: &mut impl FnMut(u32),
    ) {
        let range = self.of_literal.get(literal).copied().unwrap_or_default();
        let candidates = self.candidates.get(range.0 as usize..range.1 as usize);
        for candidate in candidates.unwrap_or_default() {
            let Some(needle) = self.needles.get(candidate.needle as usize) else {
                continue;
            };
            let Some(attempts) = marks.attempts(candidate.needle) else {
                continue;
            };
            if *attempts == SETTLED {
                continue;
            }
            let start = end.saturating_sub(candidate.length as usize);
            let fits = match (needle, candidate.before) {
                (Needle::Literal, _) => true,
                (Needle::Contains(wanted), _) => text
                    .as_bytes()
                    .get(start..)
                    .is_some_and(|rest| rest.starts_with(wanted.as_bytes())),
                (Needle::Pattern(pattern), Some(before)) if *attempts < ATTEMPTS => {
                    *attempts += 1;
                    match start.checked_sub(before as usize) {
                        Some(0) => {
                            // A pattern that stands at the beginning has no other place to be tried at.
                            if !pattern.open_start() {
                                *attempts = SETTLED;
                            }
                            pattern.matches_at(text, 0)
                        }
                        Some(begin) => pattern.open_start() && pattern.matches_at(text, begin),
                        None => false,
                    }
                }
                (Needle::Pattern(pattern), _) => {
                    *attempts = SETTLED;
                    pattern.matches(text)
                }
            };
            if fits {
                *attempts = SETTLED;
                found(candidate.needle);
            } else if marks.brushed.last() != Some(&candidate.needle) {
                marks.brushed.push(candidate.needle);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use alloc::string::String;
    use alloc::vec::Vec;

    use super::super::literal::plain;
    use super::{Marks, Needle, Scan};
    use crate::condition::text::Pattern;
    use crate::limits::Limits;

    fn found(patterns: &[&str], text: &str) -> Vec<u32> {
        let needle = |pattern: &&str| match pattern.strip_prefix('=') {
            Some(part) => (Needle::Contains(part.into()), alloc::vec![plain(part)]),
            None => {
                let pattern = Pattern::regex(pattern, &Limits::default()).unwrap();
                let choice = pattern.required().last().unwrap().clone();
                (Needle::Pattern(pattern), choice)
            }
        };
        let scan = Scan::build(patterns.iter().map(needle).collect());
        let mut marks = Marks::default();
        let run = |marks: &mut Marks| {
            let mut found = Vec::new();
            scan.run(text, marks, |needle| found.push(needle));
            found.sort_unstable();
            found
        };
        let once = run(&mut marks);
        scan.warm();
        assert_eq!(run(&mut marks), once, "the automata agree with the NFAs");
        once
    }

    #[test]
    fn patterns_are_found_wherever_their_literal_stands() {
        let patterns = [
            "git push.*",
            ".*push.*",
            "=push",
            "=Push",
            "(?i).*PUSH -f",
            "git",
        ];
        assert_eq!(found(&patterns, "git push -f"), [0, 1, 2, 4]);
        assert_eq!(found(&patterns, "xgit push"), [1, 2]);
        assert_eq!(found(&patterns, "git"), [5]);
    }

    #[test]
    fn a_pattern_that_fails_at_many_places_is_still_found_at_a_later_one() {
        let text = String::from("ab ab ab ab ab ab ab ab abc");
        assert_eq!(found(&[".*abc", ".*ab[c].*", "=abc"], &text), [0, 1, 2]);
    }

    #[test]
    fn a_pattern_at_the_beginning_is_not_found_elsewhere() {
        assert_eq!(found(&["ab.*", "x?ab"], "xab"), [1]);
        assert!(found(&["aa.b"], "aa\n\nb").is_empty());
    }
}
