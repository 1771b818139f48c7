//! The command text of a rule.

use alloc::string::String;
use alloc::vec::Vec;

use super::programs;
use super::text::{Fit, Word, begins_with};

/// The words that a rule's `command` text asks for: `git push` is the program `git` with the first argument `push`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct CommandPattern {
    words: Vec<String>,
    as_words: Vec<Word>,
}

impl CommandPattern {
    /// Reads the text of a rule; `None` when it is not one plain command.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let as_words = super::words_of(text)?;
        let words: Option<Vec<String>> = as_words
            .iter()
            .map(|word| word.as_exact().map(String::from))
            .collect();
        Some(Self {
            words: words?,
            as_words,
        })
    }

    /// Returns the words.
    pub(crate) fn words(&self) -> &[String] {
        &self.words
    }

    /// Whether the first words of a command are these. A rule that restricts means the program wherever it lies.
    pub(crate) fn matches(&self, words: &[Word], restricts: bool) -> Fit {
        let fit = begins_with(words, &self.words);
        if fit != Fit::No || !restricts {
            return fit;
        }
        let file = words
            .first()
            .and_then(Word::as_exact)
            .and_then(|program| program.rsplit_once('/'));
        match file {
            Some((_, name)) if Some(name) == self.words.first().map(String::as_str) => begins_with(
                words.get(1..).unwrap_or_default(),
                self.words.get(1..).unwrap_or_default(),
            ),
            _ => Fit::No,
        }
    }

    /// Whether a command is these words and no more.
    pub(crate) fn is(&self, words: &[Word], restricts: bool) -> Fit {
        let same = Fit::from(words.len() == self.words.len());
        let counted = if words.iter().any(|word| word.many) {
            Fit::Perhaps
        } else {
            same
        };
        self.matches(words, restricts).and(counted)
    }

    /// Whether this text names an option by which its program runs or writes something.
    pub(crate) fn names(&self, option: &str) -> bool {
        programs::risky_options(&self.as_words).any(|named| named == option)
    }
}
