//! The command text of a rule, and what it covers.

use alloc::string::String;
use alloc::vec::Vec;

use super::{line, programs};

/// The words that a rule's `command` text asks for: `git push` is the program `git` with the first argument `push`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct CommandPattern {
    words: Vec<String>,
}

impl CommandPattern {
    /// Reads the text of a rule; `None` when it is not one plain command.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        match line::read(text).as_slice() {
            [
                line::Step::Command(line::Command {
                    words: Some(words), ..
                }),
            ] => Some(Self {
                words: words.clone(),
            }),
            _ => None,
        }
    }

    pub(crate) fn words(&self) -> &[String] {
        &self.words
    }

    /// Whether the first words of a command are these.
    pub(crate) fn matches(&self, words: &[String]) -> bool {
        words.starts_with(&self.words)
    }

    /// Whether this text names an option by which its program runs or writes something.
    pub(crate) fn names(&self, option: &str) -> bool {
        programs::risky_options(&self.words).any(|named| named == option)
    }
}
