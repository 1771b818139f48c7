//! Command text: what a script would run, and what it reads and writes by redirects, as bash does.
//!
//! The reader follows bash through everything in which a command can hide: lists, pipelines, groups, subshells,
//! functions, loops, `case`, `[[ ]]`, arithmetic, substitutions, here-documents, and the scripts inside the words of
//! `eval`, `trap` and `sh -c`. It resolves words as bash does, as far as they can be known from the text: each is exact,
//! one of a few, known by its beginning, or unknown. It knows the directory each command runs in, and which names are
//! assigned by then.
//!
//! It is built to be wrong in one direction only. What it cannot tell is unknown, and unknown never allows. A program
//! that is not known is an **opaque** command; text that is no shell is unread, which is opaque and at least `ask`; what
//! was found before still counts. It does not run in circles: it reads each byte a bounded number of times, and nests no
//! deeper than [`reader::MOST_DEPTH`]: its recursion depends on that number and not on the line. A test holds the worst
//! of lines to a stack of 576 KiB, without optimization.
//!
//! | file | reads |
//! |---|---|
//! | [`script`] | lists, pipelines |
//! | [`compound`] | groups, branches, loops, `case`, `[[ ]]`, functions |
//! | [`here`] | here-documents |
//! | [`simple`] | assignments, words and redirects of one command |
//! | [`run`] | what that command runs and touches |
//! | [`builtins`], [`shells`], [`places`] | builtins that run or set something, shells, `cd` and its like |
//! | [`names`] | the variables that are assigned before a command |
//! | [`word`], [`dollar`], [`braces`] | quotes, expansions, globs, braces |
//! | [`text`] | what is known of a word |
//! | [`state`] | variables and directories at one moment |
//! | [`programs`] | what programs do with their words, as data and an interpreter |
//! | [`plain`] | a short cut for lines in which nothing is special |
//! | [`pattern`] | the command text of a rule |

mod braces;
mod builtins;
mod compound;
mod dollar;
mod here;
mod names;
mod pattern;
mod places;
pub(crate) mod plain;
pub(crate) mod programs;
mod reader;
mod run;
mod script;
mod shells;
mod simple;
mod state;
mod text;
mod word;

#[cfg(test)]
mod tests;

pub(crate) use names::Names;
pub(crate) use pattern::{CommandPattern, Judged};
pub(crate) use programs::call::Call;
pub(crate) use programs::effects::{Act, Mention, Touch};
pub(crate) use programs::{PROGRAMS_VERSION, Programs};
pub(crate) use state::Place;
pub(crate) use text::{Fit, Text, Word};
pub(crate) use word::is_hidden;

use alloc::string::String;
use alloc::sync::Arc;
use alloc::vec::Vec;

use compact_str::CompactString;

use crate::path::Anchors;
use reader::{Fault, Late, Reader, Shared};

/// Where a line runs, as far as the host says.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Surroundings<'a> {
    pub(crate) anchors: Anchors<'a>,
    /// The directory that the line starts in.
    pub(crate) start: &'a Arc<[Place]>,
    /// What is known of programs.
    pub(crate) programs: &'a Programs,
}

/// One simple command.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Command {
    /// The words as far as they are known; `None` when not even the program is: the command is opaque.
    pub(crate) words: Option<Arc<Vec<Word>>>,
    /// What each word is.
    pub(crate) call: Option<Arc<Call>>,
    /// How the command is shown, where that is not by its words.
    pub(crate) text: Option<String>,
    /// The directories it may run in, the likeliest first.
    pub(crate) places: Arc<[Place]>,
    /// The names that are assigned before it.
    pub(crate) names: Names,
    /// The commands that run it, from outside in.
    pub(crate) via: Vec<CompactString>,
    /// It changes nothing that a rule would have to allow.
    pub(crate) neutral: bool,
    /// Why nobody knows what it runs, when that is so.
    pub(crate) opaque: Option<&'static str>,
    /// Whether that may be script, which can open any file.
    pub(crate) anything: bool,
    /// The ranges of [`Step`]s whose commands its output goes to.
    pub(crate) pipes: Vec<(usize, usize)>,
    /// Where it stands in the line, in bytes.
    pub(crate) start: usize,
}

/// Which way a redirect goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum RedirectKind {
    Read,
    Write,
}

/// One redirect to or from a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Redirect {
    pub(crate) kind: RedirectKind,
    pub(crate) target: Word,
    /// The position, in [`Step`]s, of the command it belongs to; `None` when that is none or many.
    pub(crate) of: Option<usize>,
    /// The directories that its name may be relative to.
    pub(crate) places: Arc<[Place]>,
    pub(crate) start: usize,
}

/// A file or URL that a command names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Touched {
    pub(crate) touch: Touch,
    /// The position, in [`Step`]s, of the command that names it.
    pub(crate) of: Option<usize>,
    /// The directories that its name may be relative to.
    pub(crate) places: Arc<[Place]>,
    /// The commands that run the one that names it, from outside in.
    pub(crate) via: Vec<CompactString>,
    pub(crate) start: usize,
}

/// One thing that a line does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Step {
    Command(Command),
    Redirect(Redirect),
    Touch(Touched),
    /// From here on the line could not be read.
    Unread {
        text: String,
        start: usize,
        /// Because a limit was passed, and not because it is no shell.
        too_long: bool,
    },
}

impl Step {
    /// Notes that this may be done again: with names assigned that an allow must not cover, or in another place.
    fn again(&mut self, assigned: &Names, moved: bool) {
        let places = match self {
            Self::Command(command) => {
                command.names = command.names.and(assigned.iter());
                &mut command.places
            }
            Self::Redirect(redirect) => &mut redirect.places,
            Self::Touch(touched) => &mut touched.places,
            Self::Unread { .. } => return,
        };
        if moved && !places.contains(&Place::Unknown) {
            *places = places.iter().cloned().chain([Place::Unknown]).collect();
        }
    }
}

/// So often is a line read to find out what hides in it.
const MOST_READINGS: usize = 4;

/// Returns what `line` does, in the order in which bash would come to it.
pub(crate) fn read(line: &str, around: &Surroundings<'_>) -> Vec<Step> {
    let mut known = Late::default();
    let mut steps = Vec::new();
    for _ in 0..MOST_READINGS {
        let late;
        (steps, late) = read_once(line, around, known.clone());
        if !known.join(late) {
            return steps;
        }
    }
    steps.push(Step::Unread {
        text: "more hidden assignments than are followed".into(),
        start: line.len(),
        too_long: true,
    });
    steps
}

/// Reads a line with what is `known` of it; returns also what turned out too late to be taken into account.
fn read_once(line: &str, around: &Surroundings<'_>, known: Late) -> (Vec<Step>, Late) {
    let mut shared = Shared::new(line, around, known);
    let mut reader = Reader::new(line, &mut shared);
    let result = match plain::words(line) {
        Some(words) => reader.run(
            simple::Parts {
                words,
                ..simple::Parts::default()
            },
            line.bytes().take_while(|byte| *byte == b' ').count(),
        ),
        None => reader.script(),
    };
    let at = reader.at;
    if let Err(fault) = result {
        let text = match fault {
            Fault::Syntax => line.trim().into(),
            Fault::TooDeep => String::from("nested too deep to read"),
            Fault::TooMany => String::from("more words than are read"),
        };
        let too_long = fault != Fault::Syntax;
        shared.steps.push(Step::Unread {
            text,
            start: at,
            too_long,
        });
    }
    (shared.steps, shared.late)
}

/// Returns the words of a text that is nothing but words, whatever they would run.
fn words_of(text: &str) -> Option<Vec<Word>> {
    let programs = Programs::default();
    let start = [Place::Start].into();
    let around = Surroundings {
        anchors: Anchors::default(),
        start: &start,
        programs: &programs,
    };
    let mut shared = Shared::new(text, &around, Late::default());
    let mut reader = Reader::new(text, &mut shared);
    let mut words = Vec::new();
    loop {
        reader.blanks();
        if reader.at >= text.len() {
            break;
        }
        let before = reader.at;
        reader.words().ok()?.append_to(&mut words);
        if reader.at == before {
            return None;
        }
    }
    let first = String::from(words.first()?.written());
    // `time` is a word of the shell, and a program too.
    let reserved = script::is_reserved(&first) && first != "time";
    let plain = shared.steps.is_empty() && !reserved && !first.contains('=');
    plain.then_some(words)
}

/// Returns the words of a text in which nothing but quotes is special.
fn quoted_words(text: &str) -> Option<Vec<Word>> {
    words_of(text)
}

/// Returns `words` joined by single spaces: a known one quoted where a shell needs it, another as it is written.
pub(crate) fn display(words: &[Word]) -> String {
    let shown = |word: &Word| word.as_exact().unwrap_or(word.written()).len() + 1;
    let mut text = String::with_capacity(words.iter().map(shown).sum());
    for (index, word) in words.iter().enumerate() {
        if index > 0 {
            text.push(' ');
        }
        match word.as_exact() {
            None => text.push_str(word.written()),
            Some(exact) if is_plain(exact, index == 0) => text.push_str(exact),
            Some(exact) => {
                text.push('\'');
                text.push_str(&exact.replace('\'', "'\\''"));
                text.push('\'');
            }
        }
    }
    text
}

/// Whether a shell takes a word as it is; `first` where a command begins.
fn is_plain(word: &str, first: bool) -> bool {
    let is_plain = |c: char| match u8::try_from(c) {
        Ok(byte) if byte.is_ascii() => word::is_plain(byte),
        _ => c.is_alphanumeric(),
    };
    let special = first && (word.contains('=') || script::is_reserved(word));
    !word.is_empty() && !special && (word.chars().all(is_plain) || matches!(word, "[" | "]"))
}
