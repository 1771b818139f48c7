//! Patterns on text: `glob` and `regex`, always on the whole value.
//!
//! Matching is on bytes: `.` takes any of them, newline included, and classes such as `\d` are ASCII unless the pattern
//! asks for Unicode with `(?u)`.
//!
//! A pattern begins as a small NFA, which takes microseconds to build: a policy of ten thousand rules has thousands of
//! patterns, and most of them never see a text that comes close. One that has been tried [`TRIES`] times is worth an
//! automaton of its own, which walks a text a byte a step. Both take time linear in the text, and both are bounded: a
//! pattern whose NFA or automaton would be larger is a load error.
//!
//! `.*` at either end of a pattern is not walked at all. At the end it means that the first match is enough; at the
//! beginning, that a match may start anywhere, so whoever knows where ([`Pattern::matches_at`]) starts it there.

use alloc::boxed::Box;
use alloc::string::{String, ToString};
use alloc::sync::Arc;
use core::fmt;
use core::sync::atomic::{AtomicU8, Ordering};

use once_cell::race::OnceBox;
use regex_automata::dfa::{Automaton, StartKind, dense};
use regex_automata::nfa::thompson::{self, NFA, WhichCaptures, pikevm::PikeVM};
use regex_automata::{Anchored, Input};
use regex_syntax::ParserBuilder;
use regex_syntax::hir::{Class, Hir, HirKind, Look};

use super::glob;
pub(crate) use super::glob::GlobKind;
use crate::automaton::literal::{Choice, required};
use crate::automaton::witness::Witness;
use crate::limits::Limits;

/// So often is a pattern tried on its NFA before its automaton is built.
const TRIES: u8 = 4;

/// With more classes of bytes in a row than that, an automaton can have exponentially many states: it is built when the
/// policy loads, so that one which does not fit is found then.
const FEW_CLASSES: usize = 12;

/// Building an automaton takes at most so many times its own bound, in bytes.
const BUILDING: usize = 4;

/// A compiled `glob` or `regex`; cheap to clone.
#[derive(Clone)]
pub(crate) struct Pattern {
    compiled: Arc<Compiled>,
}

struct Compiled {
    /// As written.
    text: String,
    /// As a regular expression on the whole value, and whether the case of ASCII letters is ignored.
    expression: (String, bool),
    /// Each a choice of literals of which every fitting text holds at least one.
    required: alloc::vec::Vec<Choice>,
    /// Whether a match may start anywhere, because the pattern begins with `.*`.
    open_start: bool,
    nfa: NFA,
    size: usize,
    tried: AtomicU8,
    /// `None` inside when it turned out too large: then the NFA stays.
    automaton: OnceBox<Option<dense::DFA<alloc::vec::Vec<u32>>>>,
    /// Says how near a text comes; made when that is first asked, `None` inside when it would be too large.
    witness: OnceBox<Option<Witness>>,
}

impl fmt::Debug for Pattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Pattern({:?})", self.compiled.text)
    }
}

/// What is wrong with a pattern.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum BadPattern {
    Syntax(String),
    TooLarge { limit: usize, what: &'static str },
}

impl Pattern {
    /// Compiles a regular expression on the whole value.
    pub(crate) fn regex(pattern: &str, limits: &Limits) -> Result<Self, BadPattern> {
        Self::compile(pattern, pattern, false, limits)
    }

    /// Compiles a glob on the whole value; `fold` ignores the case of ASCII letters.
    pub(crate) fn glob(
        glob: &str,
        kind: GlobKind,
        fold: bool,
        limits: &Limits,
    ) -> Result<Self, BadPattern> {
        let translated = glob::translate(glob, kind, fold)?;
        Self::compile(glob, &translated, fold, limits)
    }

    /// Whether the whole of `text` fits.
    pub(crate) fn matches(&self, text: &str) -> bool {
        let anchored = if self.compiled.open_start {
            Anchored::No
        } else {
            Anchored::Yes
        };
        self.run(text, 0, anchored)
    }

    /// Whether `text` fits with what follows a leading `.*` standing at byte `start`. A pattern without one stands at 0.
    pub(crate) fn matches_at(&self, text: &str, start: usize) -> bool {
        self.run(text, start, Anchored::Yes)
    }

    /// Builds the automaton if it is not built yet.
    pub(crate) fn warm(&self) {
        self.compiled.automaton();
    }

    /// Whether a match may start anywhere.
    pub(crate) fn open_start(&self) -> bool {
        self.compiled.open_start
    }

    /// Returns every choice of literals that the pattern requires.
    pub(crate) fn required(&self) -> &[Choice] {
        &self.compiled.required
    }

    /// Returns the regular expression on the whole value, in bytes with `.` for all of them, and whether it ignores the
    /// case of ASCII letters. Patterns with the same expression are the same.
    pub(crate) fn expression(&self) -> (&str, bool) {
        (&self.compiled.expression.0, self.compiled.expression.1)
    }

    /// Whether it was written as a regular expression.
    pub(crate) fn is_regex(&self) -> bool {
        self.compiled.expression.0 == self.compiled.text
    }

    /// Returns what says how near a text comes to this pattern; `None` when that would be too large.
    pub(crate) fn witness(&self) -> Option<&Witness> {
        let make = || {
            let (expression, fold) = self.expression();
            let hir = parse(expression, fold).ok();
            let whole = hir.map(|hir| {
                let (start, end) = (Hir::look(Look::Start), Hir::look(Look::End));
                Hir::concat(alloc::vec![start, hir, end])
            });
            Box::new(whole.and_then(|whole| Witness::of_pattern(&whole)))
        };
        self.compiled.witness.get_or_init(make).as_ref()
    }

    fn run(&self, text: &str, start: usize, anchored: Anchored) -> bool {
        let compiled = &*self.compiled;
        let input = Input::new(text).range(start..).anchored(anchored);
        let built = match compiled.automaton.get() {
            Some(built) => built.as_ref(),
            None if compiled.tried.load(Ordering::Relaxed) < TRIES => {
                compiled.tried.fetch_add(1, Ordering::Relaxed);
                None
            }
            None => compiled.automaton(),
        };
        match built {
            Some(automaton) => walk(automaton, &input),
            None => on_nfa(&compiled.nfa, input),
        }
    }

    fn compile(
        written: &str,
        pattern: &str,
        fold: bool,
        limits: &Limits,
    ) -> Result<Self, BadPattern> {
        if written.len() > limits.pattern_bytes {
            return Err(BadPattern::TooLarge {
                limit: limits.pattern_bytes,
                what: "bytes of text (`pattern_bytes`)",
            });
        }
        let hir = parse(pattern, fold)?;
        if hir.properties().look_set().contains_word_unicode() {
            let message = "a word boundary under `(?u)` is not read; write it as `(?-u:\\b)`";
            return Err(BadPattern::Syntax(message.into()));
        }
        let classes = class_count(&hir);
        let (inner, open_start, open_end) = open_ends(hir);
        let mut parts = alloc::vec::Vec::new();
        if !open_start {
            parts.push(Hir::look(Look::Start));
        }
        let required = required(&inner);
        parts.push(inner);
        if !open_end {
            parts.push(Hir::look(Look::End));
        }
        let config = thompson::Config::new()
            .utf8(false)
            .nfa_size_limit(Some(limits.pattern_nfa_bytes))
            .which_captures(WhichCaptures::None);
        let nfa = thompson::Compiler::new()
            .configure(config)
            .build_from_hir(&Hir::concat(parts))
            .map_err(|_| BadPattern::TooLarge {
                limit: limits.pattern_nfa_bytes,
                what: "bytes before it is an automaton (`pattern_nfa_bytes`)",
            })?;
        let pattern = Self {
            compiled: Arc::new(Compiled {
                text: written.to_string(),
                expression: (pattern.to_string(), fold),
                required,
                open_start,
                nfa,
                size: limits.pattern_automaton_bytes,
                tried: AtomicU8::new(0),
                automaton: OnceBox::new(),
                witness: OnceBox::new(),
            }),
        };
        if classes > FEW_CLASSES && pattern.compiled.automaton().is_none() {
            return Err(BadPattern::TooLarge {
                limit: limits.pattern_automaton_bytes,
                what: "bytes as an automaton (`pattern_automaton_bytes`)",
            });
        }
        Ok(pattern)
    }
}

impl Compiled {
    fn automaton(&self) -> Option<&dense::DFA<alloc::vec::Vec<u32>>> {
        self.automaton
            .get_or_init(|| Box::new(self.build()))
            .as_ref()
    }

    fn build(&self) -> Option<dense::DFA<alloc::vec::Vec<u32>>> {
        let starts = if self.open_start {
            StartKind::Both
        } else {
            StartKind::Anchored
        };
        let config = dense::Config::new()
            .start_kind(starts)
            .dfa_size_limit(Some(self.size))
            .determinize_size_limit(Some(self.size.saturating_mul(BUILDING)));
        dense::Builder::new()
            .configure(config)
            .build_from_nfa(&self.nfa)
            .ok()
    }
}

/// Walks `input`, a byte a step, up to the first match.
fn walk(automaton: &dense::DFA<alloc::vec::Vec<u32>>, input: &Input<'_>) -> bool {
    // INVARIANT: there are no quit bytes, and every kind of start that is asked for was built.
    let Ok(mut state) = automaton.start_state_forward(input) else {
        return false;
    };
    let text = input.haystack().get(input.start()..).unwrap_or_default();
    for byte in text {
        state = automaton.next_state(state, *byte);
        if automaton.is_special_state(state) {
            if automaton.is_match_state(state) {
                return true;
            }
            if automaton.is_dead_state(state) {
                return false;
            }
        }
    }
    automaton.is_match_state(automaton.next_eoi_state(state))
}

/// The same on the NFA: nothing to build, and slower by the number of its states.
fn on_nfa(nfa: &NFA, input: Input<'_>) -> bool {
    let Ok(machine) = PikeVM::new_from_nfa(nfa.clone()) else {
        return false;
    };
    machine.is_match(&mut machine.create_cache(), input.earliest(true))
}

/// Takes `.*`, which is any bytes at all, off both ends of a pattern.
fn open_ends(hir: Hir) -> (Hir, bool, bool) {
    let mut parts = match hir.into_kind() {
        HirKind::Concat(parts) => alloc::collections::VecDeque::from(parts),
        kind => [from_kind(kind)].into(),
    };
    let open_start = parts.front().is_some_and(is_anything);
    while parts.front().is_some_and(is_anything) {
        parts.pop_front();
    }
    let open_end = open_start && parts.is_empty() || parts.back().is_some_and(is_anything);
    while parts.back().is_some_and(is_anything) {
        parts.pop_back();
    }
    // `.*^x` begins at the beginning all the same, and so at the end.
    let is_look = |part: Option<&Hir>, look: Look| {
        part.is_some_and(|part| matches!(part.kind(), HirKind::Look(at) if *at == look))
    };
    let at_start = is_look(parts.front(), Look::Start);
    let at_end = is_look(parts.back(), Look::End);
    let inner = Hir::concat(parts.into());
    (inner, open_start && !at_start, open_end && !at_end)
}

fn from_kind(kind: HirKind) -> Hir {
    match kind {
        HirKind::Empty => Hir::empty(),
        HirKind::Literal(literal) => Hir::literal(literal.0),
        HirKind::Class(class) => Hir::class(class),
        HirKind::Look(look) => Hir::look(look),
        HirKind::Repetition(repetition) => Hir::repetition(repetition),
        HirKind::Capture(capture) => Hir::capture(capture),
        HirKind::Concat(parts) => Hir::concat(parts),
        HirKind::Alternation(parts) => Hir::alternation(parts),
    }
}

/// Whether a part of a pattern is `.*`.
fn is_anything(hir: &Hir) -> bool {
    let HirKind::Repetition(repetition) = hir.kind() else {
        return false;
    };
    let any_byte = matches!(repetition.sub.kind(), HirKind::Class(Class::Bytes(class))
        if class.ranges().len() == 1 && class.ranges().iter().all(|range| range.len() == 256));
    repetition.min == 0 && repetition.max.is_none() && any_byte
}

/// Returns how many classes of bytes, repetitions written out, stand in a pattern outside of unbounded repetitions.
fn class_count(hir: &Hir) -> usize {
    match hir.kind() {
        HirKind::Class(_) => 1,
        HirKind::Repetition(repetition) => {
            let times = repetition.max.unwrap_or(repetition.min);
            class_count(&repetition.sub)
                .saturating_mul(usize::try_from(times).unwrap_or(usize::MAX))
        }
        HirKind::Capture(capture) => class_count(&capture.sub),
        HirKind::Concat(parts) | HirKind::Alternation(parts) => {
            parts.iter().map(class_count).fold(0, usize::saturating_add)
        }
        HirKind::Empty | HirKind::Literal(_) | HirKind::Look(_) => 0,
    }
}

/// Parses a regular expression.
fn parse(pattern: &str, fold: bool) -> Result<Hir, BadPattern> {
    ParserBuilder::new()
        .unicode(false)
        .utf8(false)
        .dot_matches_new_line(true)
        .case_insensitive(fold)
        .nest_limit(64)
        .build()
        .parse(pattern)
        .map_err(|error| BadPattern::Syntax(last_line(&error.to_string())))
}

/// Returns the sentence that ends a pattern parser's multi-line message.
fn last_line(message: &str) -> String {
    message
        .lines()
        .last()
        .unwrap_or(message)
        .trim_start_matches("error: ")
        .to_string()
}
