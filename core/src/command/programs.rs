//! The program table: options by which a program runs or writes something.
//!
//! The data is `core/data/programs.toml`, compiled in at build time. Reading an option errs towards finding one: a
//! cluster that contains the letter and an abbreviation that could be the option count as the option.

use alloc::vec::Vec;

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
}

impl Options {
    fn all(&self) -> impl Iterator<Item = &'static str> {
        self.runs.iter().chain(self.writes).copied()
    }
}

/// Returns the options in `words` by which a known program runs or writes something, as the table spells them.
pub(crate) fn risky_options<'w, W: AsRef<str>>(
    words: &'w [W],
) -> impl Iterator<Item = &'static str> + use<'w, W> {
    let name = words.first().map_or("", AsRef::as_ref);
    // A program is known under whatever path it is called by.
    let name = name.rsplit('/').next().unwrap_or(name);
    let program = PROGRAMS.iter().find(|program| program.name == name);
    let arguments = words.get(1..).unwrap_or_default();
    let split = program.map_or(0, |program| program.options_before_subcommand(arguments));
    let (before, after) = arguments
        .split_at_checked(split)
        .unwrap_or((arguments, &[]));
    let (sub, after) = match after.split_first() {
        Some((sub, after)) => (sub.as_ref(), after),
        None => ("", after),
    };
    program.into_iter().flat_map(move |program| {
        let subs = program
            .subs
            .iter()
            .filter(move |(name, _)| *name == sub || *name == "*");
        let of_sub = subs.flat_map(|(_, options)| options.all());
        let used = |arguments: &'w [W], options| program.used(arguments, options);
        used(before, program.own.all().collect()).chain(used(after, of_sub.collect()))
    })
}

impl Program {
    /// Returns how many of `arguments` stand before the subcommand; all of them for a program without subcommands.
    fn options_before_subcommand<W: AsRef<str>>(&self, arguments: &[W]) -> usize {
        if self.subs.is_empty() {
            return arguments.len();
        }
        let mut at = 0;
        while let Some(word) = arguments.get(at).map(AsRef::as_ref) {
            if !word.starts_with('-') {
                return at;
            }
            at += if self.values.contains(&word) { 2 } else { 1 };
        }
        arguments.len()
    }

    /// Returns those of `options` that `arguments` use.
    fn used<'w, W: AsRef<str>>(
        &'static self,
        arguments: &'w [W],
        options: Vec<&'static str>,
    ) -> impl Iterator<Item = &'static str> + use<'w, W> {
        let all = options.clone();
        let is_used = move |option: &str| {
            arguments
                .iter()
                .map(AsRef::as_ref)
                .take_while(|word| *word != "--")
                .any(|word| self.is_option(word, option, &options))
        };
        all.into_iter().filter(move |option| is_used(option))
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
