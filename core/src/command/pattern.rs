//! The command text of a rule.

use alloc::string::String;
use alloc::vec::Vec;

use super::Place;
use super::programs::Programs;
use super::programs::base_name;
use super::programs::call::{Call, call};
use super::programs::effects::CODE;
use super::text::{Fit, Word};
use crate::path::{Anchors, resolve_plain};

/// Directories in which the programs of a system lie. An allow of `git` covers `/usr/bin/git`.
const USUAL: [&str; 8] = [
    "/bin",
    "/sbin",
    "/usr/bin",
    "/usr/sbin",
    "/usr/local/bin",
    "/usr/local/sbin",
    "/opt/homebrew/bin",
    "/opt/homebrew/sbin",
];

/// The words that a rule's `command` text asks for: `git push` is the program `git` with the first operand `push`, and
/// `git push --force` has the option as well, wherever and however it is spelt.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct CommandPattern {
    words: Vec<Word>,
    texts: Vec<String>,
    call: Call,
    /// It names the code that is no option: `python -`.
    code: bool,
}

/// A command that a rule is held against.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Judged<'c> {
    pub(crate) words: &'c [Word],
    pub(crate) call: &'c Call,
    pub(crate) places: &'c [Place],
    pub(crate) anchors: &'c Anchors<'c>,
}

impl CommandPattern {
    /// Reads the text of a rule; `None` when it is not one plain command.
    pub(crate) fn parse(text: &str, programs: &Programs) -> Option<Self> {
        let words = super::words_of(text)?;
        let exact = |word: &Word| word.as_exact().is_some();
        if !words.iter().all(exact) {
            return None;
        }
        let call = call(programs, &words);
        let code = words
            .iter()
            .skip(1)
            .any(|word| word.as_exact() == Some("-"));
        let texts = words.iter().filter_map(Word::as_exact).map(String::from);
        let texts = texts.collect();
        Some(Self {
            words,
            texts,
            call,
            code,
        })
    }

    /// Returns the words: the program, then what must follow.
    pub(crate) fn words(&self) -> &[String] {
        &self.texts
    }

    /// Returns the program that a command must run.
    fn program(&self) -> &str {
        self.words.first().and_then(Word::as_exact).unwrap_or("")
    }

    /// Whether a command runs this program with these operands first, and with these options.
    pub(crate) fn matches(&self, judged: &Judged<'_>, restricts: bool) -> Fit {
        let program = self.fits_program(judged, restricts);
        if program == Fit::No {
            return Fit::No;
        }
        program.and(
            judged
                .call
                .fits(judged.words, &self.call, &self.words, restricts),
        )
    }

    /// Whether a command is these words and no more.
    pub(crate) fn is(&self, judged: &Judged<'_>, restricts: bool) -> Fit {
        let program = self.fits_program(judged, restricts);
        let own = judged.words.get(1..).unwrap_or_default();
        let wanted = self.words.get(1..).unwrap_or_default();
        if own.iter().any(|word| word.many) {
            let before = own.iter().zip(wanted).take_while(|(word, _)| !word.many);
            let alike = before.fold(program, |fit, (word, wanted)| fit.and(same(word, wanted)));
            return alike.and(Fit::Perhaps);
        }
        if own.len() != wanted.len() {
            return Fit::No;
        }
        own.iter()
            .zip(wanted)
            .fold(program, |fit, (word, wanted)| fit.and(same(word, wanted)))
    }

    /// Whether a command's program is the one that the text names. A rule that restricts means the program wherever it
    /// lies; one that permits means where programs usually lie, or the very file that it names.
    fn fits_program(&self, judged: &Judged<'_>, restricts: bool) -> Fit {
        let wanted = self.program();
        let Some(own) = judged.words.first().and_then(Word::as_exact) else {
            return Fit::Perhaps;
        };
        if own == wanted && !own.contains('/') {
            return Fit::Yes;
        }
        if restricts {
            let same = base_name(own) == base_name(wanted);
            // `./run` in a rule is no program that is looked for.
            let found = !own.contains('/') && wanted.starts_with('.');
            return Fit::from(same && !found);
        }
        match (own.rsplit_once('/'), wanted.contains('/')) {
            (Some((directory, name)), false) => {
                Fit::from(name == wanted && USUAL.contains(&directory))
            }
            (Some(_), true) => self.is_the_file(own, judged),
            (None, _) => Fit::No,
        }
    }

    /// Whether a path names the file that the rule names: below the project if that begins with `./`.
    fn is_the_file(&self, own: &str, judged: &Judged<'_>) -> Fit {
        let wanted = self.program();
        let base = judged.anchors.base();
        let Ok(file) = resolve_plain(wanted, base.as_deref()) else {
            // Nobody said where the project is: the same words from where the line starts.
            let starts = judged.places.iter().all(|place| *place == Place::Start);
            return Fit::from(own == wanted && starts && base.is_none());
        };
        judged.places.iter().fold(Fit::Yes, |fit, place| {
            let directory = match place {
                Place::At(directory) => Some(&**directory),
                Place::Start | Place::Unknown => None,
            };
            fit.and(match resolve_plain(own, directory) {
                Ok(own) => Fit::from(own == file),
                Err(_) => Fit::Perhaps,
            })
        })
    }

    /// Whether this text names something that an allow must name. The program alone names no code, though run alone it
    /// would read some.
    pub(crate) fn names(&self, name: &str) -> bool {
        if name == CODE && self.words.len() < 2 {
            return false;
        }
        self.call.named.iter().any(|named| named == name) || self.code && name == CODE
    }
}

fn same(word: &Word, wanted: &Word) -> Fit {
    wanted
        .as_exact()
        .map_or(Fit::No, |wanted| word.text.is(wanted))
}
