//! The program table: options by which a program runs or writes something.
//!
//! The data is `core/data/programs.toml`, compiled in at build time. Reading an option errs towards finding one: a
//! cluster that contains the letter and an abbreviation that could be the option count as the option.

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
pub(crate) fn risky_options<W: AsRef<str>>(words: &[W]) -> impl Iterator<Item = &'static str> {
    let name = words.first().map_or("", AsRef::as_ref);
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
        let own = program
            .own
            .all()
            .filter(move |option| program.uses(before, option));
        let subs = program
            .subs
            .iter()
            .filter(move |(name, _)| *name == sub || *name == "*");
        let of_sub = subs
            .flat_map(|(_, options)| options.all())
            .filter(move |option| program.uses(after, option));
        own.chain(of_sub)
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

    fn uses<W: AsRef<str>>(&self, arguments: &[W], option: &str) -> bool {
        arguments
            .iter()
            .map(AsRef::as_ref)
            .take_while(|word| *word != "--")
            .any(|word| self.is_option(word, option))
    }

    /// Whether `word` is, or could be read as, `option`.
    fn is_option(&self, word: &str, option: &str) -> bool {
        if word == option {
            return true;
        }
        if self.single_dash || !option.starts_with('-') {
            return false;
        }
        if option.starts_with("--") {
            let name = word.split_once('=').map_or(word, |(name, _)| name);
            return name == option
                || (self.abbreviates && name.len() > 2 && option.starts_with(name));
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
