//! What a text must hold for a pattern to have a chance: its required literals.
//!
//! Nearly every pattern that people write names something: a service, a directory, an option. A text without that name
//! cannot fit, and looking for ten thousand names at once costs one pass over the text ([`super::scan`]), while trying
//! ten thousand patterns costs ten thousand. So a pattern is filed under a set of literals of which every fitting text
//! holds at least one; of all such sets the one is taken that the fewest other patterns share, since `git` stands in half
//! of all texts and `amber-otter` in one of a thousand (the idea is that of FilteredRE2 in Google's RE2).
//!
//! Letters are lower case in all of them and texts are searched without regard to case, so that a pattern which ignores
//! case needs no second automaton; verification sees to the rest.

use alloc::vec::Vec;

use regex_syntax::hir::{Class, Hir, HirKind};

/// A literal shorter than that is in too many texts to be worth finding.
pub(super) const SHORTEST: usize = 2;

/// More alternatives than that are not followed.
const MOST_ALTERNATIVES: usize = 16;

/// A class of more bytes than that ends a literal.
const MOST_BYTES: usize = 4;

/// Longer literals are cut: what follows decides little, and costs a state a byte.
const LONGEST: usize = 32;

/// One of several literals, in lower case.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Literal {
    pub(super) bytes: Vec<u8>,
    /// How many bytes of the pattern stand before it, when that is always the same.
    pub(super) before: Option<usize>,
}

/// Literals of which every fitting text holds at least one.
pub(crate) type Choice = Vec<Literal>;

/// Returns every choice of literals that a pattern requires; none when a text can fit without any.
pub(crate) fn required(hir: &Hir) -> Vec<Choice> {
    let mut finder = Finder {
        choices: Vec::new(),
        run: Vec::new(),
        run_start: Some(0),
        at: Some(0),
    };
    finder.follow(hir);
    finder.end_run();
    finder.choices
}

/// Returns the only literal of a `contains`, which stands anywhere.
pub(super) fn plain(text: &str) -> Literal {
    let bytes = text.bytes().take(LONGEST);
    Literal {
        bytes: bytes.map(|byte| byte.to_ascii_lowercase()).collect(),
        before: None,
    }
}

struct Finder {
    choices: Vec<Choice>,
    /// The literal bytes that were just passed: one text, or a few where a class offers few bytes.
    run: Vec<Vec<u8>>,
    /// Where the run began.
    run_start: Option<usize>,
    /// How many bytes were passed, when that is always the same.
    at: Option<usize>,
}

impl Finder {
    fn follow(&mut self, hir: &Hir) {
        match hir.kind() {
            HirKind::Empty | HirKind::Look(_) => {}
            HirKind::Literal(literal) => literal
                .0
                .iter()
                .for_each(|byte| self.push(&[byte.to_ascii_lowercase()])),
            HirKind::Class(class) => match few_bytes(class) {
                Some(bytes) => self.push(&bytes),
                None => self.pass(hir),
            },
            HirKind::Capture(capture) => self.follow(&capture.sub),
            HirKind::Concat(parts) => parts.iter().for_each(|part| self.follow(part)),
            HirKind::Repetition(repetition) => {
                if repetition.min > 0 {
                    // What it requires once, it requires.
                    let inner = required(&repetition.sub);
                    let at = self.at;
                    self.end_run();
                    self.choices
                        .extend(inner.into_iter().map(|choice| shift(choice, at, true)));
                }
                self.pass(hir);
            }
            HirKind::Alternation(branches) => {
                let at = self.at;
                self.end_run();
                let best = branches.iter().map(|branch| {
                    required(branch)
                        .into_iter()
                        .max_by_key(|choice| choice.iter().map(|literal| literal.bytes.len()).min())
                });
                let all: Option<Vec<Choice>> = best.collect();
                if let Some(all) = all {
                    let joined: Choice = all.into_iter().flatten().collect();
                    if joined.len() <= MOST_ALTERNATIVES {
                        self.choices.push(shift(joined, at, false));
                    }
                }
                self.pass(hir);
            }
        }
    }

    /// Goes past one of these bytes.
    fn push(&mut self, bytes: &[u8]) {
        if self.run.len().saturating_mul(bytes.len()) > MOST_ALTERNATIVES {
            self.end_run();
        }
        if self.run.is_empty() {
            self.run_start = self.at;
            self.run.push(Vec::new());
        }
        // Texts are cut at a length, and all of them at the same.
        if self.run.iter().all(|text| text.len() < LONGEST) {
            let last = bytes.len().saturating_sub(1);
            let mut longer = Vec::with_capacity(self.run.len() * bytes.len());
            for text in core::mem::take(&mut self.run) {
                for byte in bytes.get(..last).unwrap_or_default() {
                    let mut text = text.clone();
                    text.push(*byte);
                    longer.push(text);
                }
                let mut text = text;
                text.extend(bytes.last().copied());
                longer.push(text);
            }
            self.run = longer;
        }
        self.at = self.at.map(|at| at + 1);
    }

    /// Goes past a part that is no literal.
    fn pass(&mut self, hir: &Hir) {
        self.end_run();
        let properties = hir.properties();
        let length = properties
            .minimum_len()
            .filter(|least| properties.maximum_len() == Some(*least));
        self.at = self.at.zip(length).map(|(at, length)| at + length);
    }

    fn end_run(&mut self) {
        let mut run = core::mem::take(&mut self.run);
        run.sort_unstable();
        run.dedup();
        if run.first().is_some_and(|text| text.len() >= SHORTEST) {
            let before = self.run_start;
            let literals = run.into_iter().map(|bytes| Literal { bytes, before });
            self.choices.push(literals.collect());
        }
    }
}

/// Moves literals behind `at` bytes; in a repetition nothing is known of how many rounds went before.
fn shift(choice: Choice, at: Option<usize>, repeated: bool) -> Choice {
    let moved = choice.into_iter().map(|literal| Literal {
        before: at
            .zip(literal.before)
            .map(|(at, before)| at + before)
            .filter(|_| !repeated),
        ..literal
    });
    moved.collect()
}

/// Returns the bytes of a class that has only a few, letters in lower case.
fn few_bytes(class: &Class) -> Option<Vec<u8>> {
    let mut bytes: Vec<u8> = Vec::new();
    let mut add = |from: u8, to: u8| {
        let few = usize::from(to - from) < MOST_BYTES;
        if few {
            bytes.extend((from..=to).map(|byte| byte.to_ascii_lowercase()));
        }
        few
    };
    let all_few = match class {
        Class::Bytes(class) => class.iter().all(|range| add(range.start(), range.end())),
        Class::Unicode(class) => class.iter().all(|range| {
            match (u8::try_from(range.start()), u8::try_from(range.end())) {
                (Ok(from), Ok(to)) if to < 128 => add(from, to),
                _ => false,
            }
        }),
    };
    bytes.sort_unstable();
    bytes.dedup();
    (all_few && !bytes.is_empty() && bytes.len() <= MOST_BYTES).then_some(bytes)
}

#[cfg(test)]
mod tests {
    use alloc::string::String;
    use alloc::vec::Vec;

    use super::{Choice, required};

    fn choices(pattern: &str) -> Vec<Vec<(String, Option<usize>)>> {
        let hir = regex_syntax::ParserBuilder::new()
            .unicode(false)
            .utf8(false)
            .build()
            .parse(pattern)
            .unwrap();
        let show = |choice: Choice| {
            let literals = choice.into_iter();
            literals
                .map(|literal| (String::from_utf8(literal.bytes).unwrap(), literal.before))
                .collect()
        };
        required(&hir).into_iter().map(show).collect()
    }

    fn one(text: &str, before: Option<usize>) -> Vec<(String, Option<usize>)> {
        alloc::vec![(text.into(), before)]
    }

    #[test]
    fn runs_between_classes_are_required() {
        assert_eq!(
            choices(r"git\s+push\s+origin"),
            [one("git", Some(0)), one("push", None), one("origin", None)]
        );
        assert_eq!(
            choices(r"rm [a-z]x/srv"),
            [one("rm ", Some(0)), one("x/srv", Some(4))]
        );
    }

    #[test]
    fn what_may_be_left_out_is_not_required() {
        assert_eq!(choices("ab(cd)?ef"), [one("ab", Some(0)), one("ef", None)]);
        assert!(choices("(ab)*").is_empty());
        assert_eq!(choices("x(ab)+"), [one("ab", None)]);
    }

    #[test]
    fn an_alternation_requires_one_of_its_branches_if_each_requires_something() {
        let both = alloc::vec![("start".into(), Some(0)), ("stop".into(), Some(0))];
        assert_eq!(choices("start|stop"), [both]);
        assert!(choices("start|.*").is_empty());
    }

    #[test]
    fn a_class_of_few_bytes_makes_few_literals() {
        let both = alloc::vec![("a-b".into(), Some(0)), ("a_b".into(), Some(0))];
        assert_eq!(choices("a[-_]b"), [both]);
        assert_eq!(
            choices(r"ab[\x00-\xff]cd"),
            [one("ab", Some(0)), one("cd", Some(3))]
        );
    }

    #[test]
    fn a_letter_in_both_cases_is_a_letter() {
        assert_eq!(choices("(?i)drop"), [one("drop", Some(0))]);
        assert_eq!(choices("[Dd]rop"), [one("drop", Some(0))]);
    }
}
