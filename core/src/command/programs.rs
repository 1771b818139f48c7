//! The program table: options by which a program runs or writes something, neutral commands, safe names.
//!
//! The data is `core/data/programs.toml`, compiled in at build time. Reading an option errs towards finding one: a
//! cluster that contains the letter and an abbreviation that could be the option count as the option.

use alloc::vec::Vec;

use super::text::{Fit, Text, Word};

include!(concat!(env!("OUT_DIR"), "/programs.rs"));

/// What is known of one program.
#[derive(Debug)]
pub(crate) struct Program {
    name: &'static str,
    abbreviates: bool,
    single_dash: bool,
    values: &'static [&'static str],
    own: Options,
    subs: &'static [(&'static str, Options)],
}

/// The options that matter, of a program or of one subcommand.
#[derive(Debug)]
struct Options {
    runs: &'static [&'static str],
    writes: &'static [&'static str],
    values: &'static [&'static str],
}

impl Options {
    fn all(&self) -> impl Iterator<Item = &'static str> {
        self.runs.iter().chain(self.writes).copied()
    }
}

/// A command that changes nothing.
#[derive(Debug)]
struct Neutral {
    name: &'static str,
    any: bool,
    operands: usize,
    values: &'static [&'static str],
    patterns: &'static [&'static str],
    reads: &'static [&'static str],
}

/// Whether an allow covers a command that a variable of this name is set for.
pub(super) fn is_safe_name(name: &str) -> bool {
    SAFE_NAMES.iter().any(|safe| match safe.strip_suffix('*') {
        Some(beginning) => name.starts_with(beginning),
        None => name == *safe,
    })
}

/// Whether a command changes nothing and reads nothing but its standard input.
pub(super) fn is_neutral(words: &[Word]) -> bool {
    let name = words.first().and_then(Word::as_exact);
    let Some(neutral) = NEUTRAL.iter().find(|neutral| Some(neutral.name) == name) else {
        return false;
    };
    if neutral.any {
        // `printf -v` and `test -v` set or evaluate; what they name is looked at where they run.
        return true;
    }
    if risky_options(words).next().is_some() {
        return false;
    }
    let mut operands = 0;
    let mut most = neutral.operands;
    let mut rest = words.iter().skip(1);
    let mut options = true;
    while let Some(word) = rest.next() {
        let Some(text) = word.as_exact() else {
            // It could be a file, or an option that names one; as the value of an option it is neither.
            return false;
        };
        match text {
            "-" => {}
            "--" if options => options = false,
            option if options && option.starts_with('-') => {
                let is = |known: &&str| could_be(option, known);
                if neutral.values.contains(&option) {
                    rest.next();
                } else if neutral.reads.iter().any(is) {
                    return false;
                } else if neutral.patterns.iter().any(is) {
                    // The pattern is here, so that every operand is a file.
                    most = 0;
                    if neutral.patterns.contains(&option) {
                        rest.next();
                    }
                }
            }
            _ => operands += 1,
        }
    }
    operands <= most
}

/// Whether an option is, or could be read as, `known`: a letter in a cluster, a name cut short.
fn could_be(option: &str, known: &str) -> bool {
    match (option.strip_prefix("--"), known.strip_prefix("--")) {
        (Some(option), Some(known)) => {
            let name = option.split_once('=').map_or(option, |(name, _)| name);
            !name.is_empty() && known.starts_with(name)
        }
        (None, None) => {
            let letter = known.strip_prefix('-').unwrap_or(known);
            option.contains(letter)
        }
        _ => false,
    }
}

/// Returns the options in `words` by which a known program runs or writes something, as the table spells them. Words
/// that are not known name none here; [`is_harmless`] says what they could be.
pub(crate) fn risky_options(words: &[Word]) -> impl Iterator<Item = &'static str> {
    let name = words.first().map_or("", known);
    let name = name.rsplit('/').next().unwrap_or(name);
    let program = PROGRAMS.iter().find(|program| program.name == name);
    let arguments = words.get(1..).unwrap_or_default();
    let split = program.map_or(0, |program| program.options_before_subcommand(arguments));
    let (before, after) = arguments
        .split_at_checked(split)
        .unwrap_or((arguments, &[]));
    let (sub, after) = match after.split_first() {
        Some((sub, after)) => (known(sub), after),
        None => ("", after),
    };
    program.into_iter().flat_map(move |program| {
        let subs = program
            .subs
            .iter()
            .filter(move |(name, _)| *name == sub || *name == "*");
        let of_sub: Vec<&str> = subs.flat_map(|(_, options)| options.all()).collect();
        let own: Vec<&str> = program.own.all().collect();
        program
            .used(before, &own)
            .into_iter()
            .chain(program.used(after, &of_sub))
    })
}

/// Returns a word as far as it says which option it is: one that is known, or `--name=` with a value that is not.
fn known(word: &Word) -> &str {
    match &word.text {
        Text::Begins(text) if !word.many && is_long_with_value(text) => text,
        _ => word.as_exact().unwrap_or(""),
    }
}

/// Whether a text is an option with its whole name and the beginning of its value.
fn is_long_with_value(text: &str) -> bool {
    text.starts_with("--") && text.contains('=')
}

/// Whether no word that is not known can be an option by which the program runs or writes something: the program has
/// none, or the word stands after `--`, or it begins like no option.
pub(crate) fn is_harmless(words: &[Word]) -> bool {
    let name = words.first().and_then(Word::as_exact).unwrap_or("");
    let name = name.rsplit('/').next().unwrap_or(name);
    let neutral = NEUTRAL.iter().any(|neutral| neutral.name == name);
    let program = PROGRAMS.iter().find(|program| program.name == name);
    if neutral && program.is_none() {
        return true;
    }
    let arguments = words.get(1..).unwrap_or_default();
    let split = program.map_or(0, |program| program.options_before_subcommand(arguments));
    let sub = arguments.get(split).map_or("", known);
    let before_dashes = arguments
        .iter()
        .enumerate()
        .take_while(|(_, word)| word.as_exact() != Some("--"));
    let mut value = false;
    for (at, word) in before_dashes {
        let certain = !known(word).is_empty() || word.as_exact().is_some();
        if !certain && !value && word.is_option() != Fit::No {
            return false;
        }
        // `-m "$x"`: a quoted word behind an option that takes a value is that value.
        value = program.is_some_and(|program| {
            let sub = if at > split { sub } else { "" };
            word.as_exact()
                .is_some_and(|text| program.takes_value(sub, text))
        });
        if word.many && word.is_option() != Fit::No {
            return false;
        }
    }
    true
}

impl Program {
    /// Whether an option takes the next word as its value: behind `sub`, or behind none.
    fn takes_value(&self, sub: &str, option: &str) -> bool {
        let mut subs = self.subs.iter().filter(|(name, _)| *name == sub);
        match sub {
            "" => self.values.contains(&option),
            _ => subs.any(|(_, options)| options.values.contains(&option)),
        }
    }

    /// Returns how many of `arguments` stand before the subcommand; all of them for a program without subcommands.
    fn options_before_subcommand(&self, arguments: &[Word]) -> usize {
        if self.subs.is_empty() {
            return arguments.len();
        }
        let mut at = 0;
        while let Some(word) = arguments.get(at) {
            let word = word.as_exact().unwrap_or("");
            if !word.starts_with('-') {
                return at;
            }
            at += if self.values.contains(&word) { 2 } else { 1 };
        }
        arguments.len()
    }

    /// Returns those of `options` that `arguments` use.
    fn used(&self, arguments: &[Word], options: &[&'static str]) -> Vec<&'static str> {
        let words = || arguments.iter().map(known).take_while(|word| *word != "--");
        let is_used =
            |option: &&&'static str| words().any(|word| self.is_option(word, option, options));
        options.iter().filter(is_used).copied().collect()
    }

    /// Whether `word` is, or could be read as, `option`, which is one of `options`.
    fn is_option(&self, word: &str, option: &str, options: &[&str]) -> bool {
        if word == option {
            return true;
        }
        if self.single_dash || !option.starts_with('-') {
            return false;
        }
        if option.starts_with("--") {
            let name = word.split_once('=').map_or(word, |(name, _)| name);
            // A name in full is no abbreviation of a longer one.
            let cut = self.abbreviates && name.len() > 2 && !options.contains(&name);
            return name == option || (cut && option.starts_with(name));
        }
        let letters = word
            .strip_prefix('-')
            .filter(|letters| !letters.starts_with('-'));
        letters.is_some_and(|letters| {
            option
                .strip_prefix('-')
                .is_some_and(|letter| letters.contains(letter))
        })
    }
}
