//! How near one text comes to one pattern, in words: where it fails, what the word should have been, what would fit.

use alloc::string::String;
use core::cell::Cell;

use crate::automaton::witness::{Approach, Tail, Witness, cost};
use crate::condition::field::Test;

/// A text longer than this, in bytes, is not mended.
const LONGEST_MENDED: usize = 16 << 10;

/// The dearest correction that is looked for, in half edits.
const DEAREST: usize = 64;

/// What ends a word.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Words {
    /// Words of a line, components of a path.
    Line,
    /// Labels of a host's name.
    Host,
}

impl Words {
    fn separates(self, byte: u8) -> bool {
        match self {
            Self::Line => byte.is_ascii_whitespace() || matches!(byte, b'/' | b'|' | b';' | b'&'),
            Self::Host => matches!(byte, b'.' | b':' | b'/'),
        }
    }
}

/// One text held against one pattern, of which the first `skip` bytes are taken as they are.
#[derive(Debug)]
pub(super) struct Comparison<'t> {
    witness: &'t Witness,
    text: &'t str,
    skip: usize,
    words: Words,
    approach: Approach,
    /// The text that fits in which only the case of letters is another, with what that costs.
    other_case: Option<(usize, String)>,
}

impl<'t> Comparison<'t> {
    /// Returns `None` when nothing that begins as the text does could fit.
    pub(super) fn new(
        witness: &'t Witness,
        text: &'t str,
        skip: usize,
        words: Words,
    ) -> Option<Self> {
        let approach = witness.approach(text.as_bytes(), skip)?;
        let mut new = Self {
            witness,
            text,
            skip,
            words,
            approach,
            other_case: None,
        };
        new.look_at_case();
        Some(new)
    }

    /// Where nothing but the case of letters is wrong, the first of them is where the text fails.
    fn look_at_case(&mut self) {
        self.other_case = self.nearest(self.text.len(), true);
        if let Some((_, other)) = &self.other_case
            && self.approach.closeness < 50
        {
            let (text, other) = (self.text.as_bytes(), other.as_bytes());
            let same = text.iter().zip(other).take_while(|(a, b)| a == b);
            self.approach.at = same.count();
            self.approach.rest = other.get(self.approach.at..).unwrap_or_default().into();
        }
    }

    /// Returns the byte at which the text fails.
    pub(super) fn at(&self) -> usize {
        self.approach.at
    }

    pub(super) fn closeness(&self) -> u8 {
        self.approach.closeness
    }

    /// Returns the rest of the word that would have held; empty where the word should have ended.
    pub(super) fn expected(&self) -> String {
        let rest = self.approach.rest.as_slice();
        let separates = |byte: &u8| self.words.separates(*byte);
        let text = self.text.as_bytes();
        let inside = self.at() > 0 && text.get(self.at() - 1).is_some_and(|byte| !separates(byte));
        let leading = rest.iter().take_while(|byte| separates(byte)).count();
        let end = match text.get(self.at()) {
            // The word goes on where it should have ended.
            Some(_) if inside && leading > 0 => 0,
            _ => {
                let word = rest.iter().skip(leading);
                leading + word.take_while(|byte| !separates(byte)).count()
            }
        };
        String::from_utf8_lossy(rest.get(..end).unwrap_or_default()).into()
    }

    /// Whether the text is close: it came half of the way, or a small correction makes it fit, or only the case of its
    /// letters is wrong.
    ///
    /// A correction is looked for in as many texts as `corrections` says, which counts down.
    pub(super) fn is_close(&self, corrections: &Cell<usize>) -> bool {
        let most = self.small();
        let shortest = self.witness.shortest(self.text.as_bytes(), 0).unwrap_or(0);
        // What is too short by more than that cannot be put right by that.
        if self.closeness() < 50 && shortest.saturating_sub(self.text.len()) * 2 > most {
            return false;
        }
        self.closeness() >= 50
            || self.completed_word().is_some_and(|(cost, _)| cost <= most)
            || self.other_case.is_some()
            || corrections.get().checked_sub(1).is_some_and(|left| {
                corrections.set(left);
                self.nearest(most, false).is_some()
            })
    }

    /// Returns the nearest text that fits; of equally near ones the one that keeps most words. For a `regular` expression
    /// the right word goes before a cheaper correction: letters put into its gaps make no sense to a reader.
    pub(super) fn mended(&self, regular: bool) -> Option<String> {
        if self.text.len() > LONGEST_MENDED {
            return None;
        }
        let word = self.completed_word();
        let found = if regular {
            word.or_else(|| self.other_case.clone())
                .or_else(|| self.nearest(self.small(), false))
        } else {
            let plain = [word, self.extended(), self.other_case.clone()];
            let plain = plain.into_iter().flatten().min_by_key(|(cost, _)| *cost);
            let most = plain
                .as_ref()
                .map_or(DEAREST, |(cost, _)| cost.saturating_sub(1).min(DEAREST));
            self.nearest(most, false).or(plain)
        };
        found
            .map(|(_, text)| text)
            .or_else(|| self.completed())
            .or_else(|| Some(self.nearest(DEAREST, false)?.1))
    }

    /// Returns the most that a small correction costs, in half edits: two edits, or a third of the shortest fitting text.
    fn small(&self) -> usize {
        let shortest = self.witness.shortest(self.text.as_bytes(), self.skip);
        (2 * shortest.unwrap_or(0) / 3).max(4)
    }

    /// Returns the text with what is missing at its end.
    fn extended(&self) -> Option<(usize, String)> {
        let rest = self.witness.missing_at_end(self.text.as_bytes())?;
        let text = alloc::format!("{}{}", self.text, core::str::from_utf8(&rest).ok()?);
        Some((cost(&[], &rest)?, text))
    }

    /// Returns the text with the word in which it fails put right.
    fn completed_word(&self) -> Option<(usize, String)> {
        let expected = self.expected();
        let tail = self.text.get(self.at()..)?;
        let word = tail
            .bytes()
            .position(|byte| self.words.separates(byte))
            .unwrap_or(tail.len());
        let (word, after) = tail.split_at_checked(word)?;
        let text = alloc::format!("{}{expected}{after}", self.text.get(..self.at())?);
        let cost = cost(word.as_bytes(), expected.as_bytes())?;
        self.witness
            .accepts(text.as_bytes())
            .then_some((cost, text))
    }

    /// Returns the text up to where it fails, and then what was missing.
    fn completed(&self) -> Option<String> {
        let rest = core::str::from_utf8(&self.approach.rest).ok()?;
        let text = alloc::format!("{}{rest}", self.text.get(..self.at())?);
        self.witness.accepts(text.as_bytes()).then_some(text)
    }

    fn nearest(&self, most: usize, case_only: bool) -> Option<(usize, String)> {
        let found = self
            .witness
            .nearest(self.text.as_bytes(), most, case_only)?;
        // What was taken as it is stays as it is.
        let kept = self.text.as_bytes().get(..self.skip)?;
        found.1.as_bytes().starts_with(kept).then_some(found)
    }
}

/// Calls `with` with the witness of a test that is a pattern on text.
pub(super) fn with_witness<T>(test: &Test, with: impl FnOnce(&Witness) -> Option<T>) -> Option<T> {
    match test {
        Test::Prefix(text) => with(&Witness::of_literal(text.as_bytes(), false, Tail::Any)),
        Test::Suffix(text) => with(&Witness::of_literal(text.as_bytes(), true, Tail::End)),
        Test::Contains(text) => with(&Witness::of_literal(text.as_bytes(), true, Tail::Any)),
        Test::Matches(pattern) => with(pattern.witness()?),
        _ => None,
    }
}

/// Whether a test is a regular expression.
pub(super) fn is_regular(test: &Test) -> bool {
    matches!(test, Test::Matches(pattern) if pattern.is_regex())
}

/// Whether a test is a pattern on text, or denies one.
pub(super) fn is_pattern(test: &Test) -> bool {
    match test {
        Test::Prefix(_) | Test::Suffix(_) | Test::Contains(_) | Test::Matches(_) => true,
        Test::Not(tests) => tests.iter().any(is_pattern),
        _ => false,
    }
}
