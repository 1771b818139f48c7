//! `command`: what a leaf's command runs.

use alloc::string::String;
use alloc::vec::Vec;

use super::{Condition, Finding, Scene};
use crate::command::CommandPattern;
use crate::request::leaf::{Op, Subject};

/// A condition on the words of a command; its parts must all hold, and one of `run`.
#[derive(Clone, Debug)]
pub(crate) struct CommandCondition {
    /// Whether a path that belongs to a command carries it along: for rules that restrict, and for exceptions. An allow
    /// of a command is no allow of what it writes.
    pub(super) carried: bool,
    /// The command begins with one of these.
    pub(super) run: Vec<CommandPattern>,
    /// The command is one of these, word for word.
    pub(super) exact: Vec<CommandPattern>,
    pub(super) any_flag: Vec<String>,
    pub(super) all_flags: Vec<String>,
    pub(super) no_flag: Vec<String>,
}

impl CommandCondition {
    pub(super) fn find(&self, scene: &Scene<'_>) -> Finding {
        let may_run = matches!(
            scene.leaf.op,
            Subject::Known(Op::ProcExec) | Subject::Unknown(_)
        );
        if !self.carried && !may_run {
            return Ok(false);
        }
        match &scene.leaf.command {
            Subject::None => Ok(false),
            Subject::Unknown(why) => Err(*why),
            Subject::Known(words) => Ok(self.matches(words)),
        }
    }

    fn matches(&self, words: &[String]) -> bool {
        let has = |flag: &String| has_flag(words, flag);
        (self.run.is_empty() || self.run.iter().any(|pattern| pattern.matches(words)))
            && (self.exact.is_empty() || self.exact.iter().any(|pattern| pattern.words() == words))
            && (self.any_flag.is_empty() || self.any_flag.iter().any(has))
            && self.all_flags.iter().all(has)
            && !self.no_flag.iter().any(has)
    }

    /// Whether this condition fits a command and names `option`, in its text or among its flags.
    fn names(&self, words: &[String], option: &str) -> bool {
        let mut texts = self
            .run
            .iter()
            .chain(&self.exact)
            .filter(|pattern| pattern.matches(words));
        let flags = || {
            self.any_flag
                .iter()
                .chain(&self.all_flags)
                .any(|flag| flag == option)
        };
        self.matches(words) && (texts.any(|pattern| pattern.names(option)) || flags())
    }
}

/// Whether an allow with these conditions covers what a command can do: an option by which a known program runs or
/// writes something is covered only if a `command` that fits names it.
pub(crate) fn covers<'c>(
    conditions: impl Iterator<Item = &'c Condition> + Clone,
    words: &[String],
) -> bool {
    let named = |option| {
        conditions
            .clone()
            .any(|condition| names(condition, words, option))
    };
    crate::command::risky_options(words).all(named)
}

fn names(condition: &Condition, words: &[String], option: &str) -> bool {
    match condition {
        Condition::Command(command) => command.names(words, option),
        Condition::AnyOf(branches) => branches
            .iter()
            .flatten()
            .any(|condition| names(condition, words, option)),
        _ => false,
    }
}

/// Whether a command has an option, up to the word `--`: as a word, with `=value`, or as a letter of a cluster.
fn has_flag(words: &[String], flag: &str) -> bool {
    let letter = flag
        .strip_prefix('-')
        .filter(|letter| letter.chars().count() == 1 && *letter != "-");
    let arguments = words.iter().skip(1).take_while(|word| *word != "--");
    arguments.into_iter().any(|word| {
        let value = word
            .strip_prefix(flag)
            .is_some_and(|rest| rest.is_empty() || rest.starts_with('='));
        let cluster = word
            .strip_prefix('-')
            .filter(|letters| !letters.starts_with('-'));
        value
            || letter.is_some_and(|letter| cluster.is_some_and(|letters| letters.contains(letter)))
    })
}
