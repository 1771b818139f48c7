//! `command`: what a leaf's command runs.

use alloc::string::String;
use alloc::vec::Vec;

use super::{Condition, Finding, Scene, Truth};
use crate::command::{CommandPattern, Fit, Word};
use crate::request::leaf::{Op, Subject};

/// A condition on the words of a command; its parts must all hold, and one of `run`.
#[derive(Clone, Debug)]
pub(crate) struct CommandCondition {
    /// Whether a path that belongs to a command carries it along: for rules that restrict, and for exceptions. An allow
    /// of a command is no allow of what it writes.
    pub(crate) carried: bool,
    /// The command begins with one of these.
    pub(crate) run: Vec<CommandPattern>,
    /// The command is one of these, word for word.
    pub(crate) exact: Vec<CommandPattern>,
    pub(crate) any_flag: Vec<String>,
    pub(crate) all_flags: Vec<String>,
    pub(crate) no_flag: Vec<String>,
}

impl CommandCondition {
    /// Returns this condition with just one key of its table; `None` for a key that does not stand for itself.
    pub(crate) fn only(&self, key: &str) -> Option<Self> {
        let mut only = Self {
            carried: self.carried,
            run: Vec::new(),
            exact: Vec::new(),
            any_flag: Vec::new(),
            all_flags: Vec::new(),
            no_flag: Vec::new(),
        };
        match key {
            "run" => only.run.clone_from(&self.run),
            "exact" => only.exact.clone_from(&self.exact),
            "any_flag" => only.any_flag.clone_from(&self.any_flag),
            "all_flags" => only.all_flags.clone_from(&self.all_flags),
            "no_flag" => only.no_flag.clone_from(&self.no_flag),
            _ => return None,
        }
        Some(only)
    }

    pub(crate) fn find(&self, scene: &Scene<'_>) -> Finding {
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
            Subject::Known(words) => Truth::from(self.fit(words)).into(),
        }
    }

    /// Returns the texts of which one must fit; none when the condition is only about options.
    pub(crate) fn texts(&self) -> &[CommandPattern] {
        if self.run.is_empty() {
            &self.exact
        } else {
            &self.run
        }
    }

    fn fit(&self, words: &[Word]) -> Fit {
        let any = |fits: &mut dyn Iterator<Item = Fit>| fits.fold(Fit::No, Fit::or);
        let of = |patterns: &[CommandPattern], fit: &dyn Fn(&CommandPattern) -> Fit| {
            if patterns.is_empty() {
                Fit::Yes
            } else {
                any(&mut patterns.iter().map(fit))
            }
        };
        let has = |flag: &String| has_flag(words, flag);
        let any_flag = if self.any_flag.is_empty() {
            Fit::Yes
        } else {
            any(&mut self.any_flag.iter().map(has))
        };
        of(&self.run, &|pattern| pattern.matches(words, self.carried))
            .and(of(&self.exact, &|pattern| pattern.is(words, self.carried)))
            .and(any_flag)
            .and(self.all_flags.iter().map(has).fold(Fit::Yes, Fit::and))
            .and(any(&mut self.no_flag.iter().map(has)).not())
    }

    /// Whether this condition fits a command and names `option`, in its text or among its flags.
    fn names(&self, words: &[Word], option: &str) -> bool {
        let fits = |pattern: &&CommandPattern| pattern.matches(words, self.carried) == Fit::Yes;
        let mut texts = self.run.iter().chain(&self.exact).filter(fits);
        let flags = || {
            self.any_flag
                .iter()
                .chain(&self.all_flags)
                .any(|flag| flag == option)
        };
        self.fit(words) == Fit::Yes && (texts.any(|pattern| pattern.names(option)) || flags())
    }
}

/// Whether an allow with these conditions covers what a command can do: an option by which a known program runs or
/// writes something is covered only if a `command` that fits names it.
pub(crate) fn covers<'c>(
    conditions: impl Iterator<Item = &'c Condition> + Clone,
    words: &[Word],
) -> bool {
    let named = |option| {
        conditions
            .clone()
            .any(|condition| names(condition, words, option))
    };
    crate::command::risky_options(words).all(named)
}

fn names(condition: &Condition, words: &[Word], option: &str) -> bool {
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
pub(crate) fn has_flag(words: &[Word], flag: &str) -> Fit {
    let letter = flag
        .strip_prefix('-')
        .filter(|letter| letter.chars().count() == 1 && *letter != "-");
    let is_flag = |text: &str| {
        let value = text
            .strip_prefix(flag)
            .is_some_and(|rest| rest.is_empty() || rest.starts_with('='));
        let cluster = text
            .strip_prefix('-')
            .filter(|letters| !letters.starts_with('-'));
        value
            || letter.is_some_and(|letter| cluster.is_some_and(|letters| letters.contains(letter)))
    };
    let begins = |beginning: &str| match beginning.starts_with('-') || beginning.is_empty() {
        _ if is_flag(beginning) => Fit::Yes,
        true => Fit::Perhaps,
        false => Fit::No,
    };
    let arguments = words
        .iter()
        .skip(1)
        .take_while(|word| word.as_exact() != Some("--"));
    arguments.fold(Fit::No, |fit, word| {
        let found = word.text.fit(is_flag, begins);
        // One of several words may be an option even where the first is none.
        fit.or(if word.many && found == Fit::No {
            word.is_option().and(Fit::Perhaps)
        } else {
            found
        })
    })
}
