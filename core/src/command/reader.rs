//! The reader of a script: a cursor, the state of the line, and the steps found.
//!
//! Each byte is read a bounded number of times. The grammar nests, so the reader calls itself, but never deeper
//! than the limit of nesting: below it nothing is parsed, the rest of the line is unread, and the answer is at least
//! `ask`. The same goes for what is no syntax: what was found before it still counts.

use alloc::collections::{BTreeMap, BTreeSet};
use alloc::string::String;
use alloc::vec::Vec;

use super::builtins::is_run;
use super::names::Names;
use super::state::State;
use super::text::Text;
use super::{Command, Step, Surroundings};

/// Nesting deeper than that is not parsed.
pub(super) const MOST_DEPTH: usize = 64;

/// More words than that, from brace expansion, are not listed.
pub(super) const MOST_WORDS: usize = 65_536;

/// So many bytes may be made beyond those that a line has.
const BUDGET: usize = 1 << 20;

/// Why reading stops.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Fault {
    /// Not what bash would take.
    Syntax,
    /// Nested deeper than is parsed.
    TooDeep,
    /// A brace expansion of too many words.
    TooMany,
}

pub(super) type Read<T> = Result<T, Fault>;

/// What all readers of one line share: that of the line itself and those of the scripts inside its words.
#[derive(Debug)]
pub(super) struct Shared<'a> {
    pub(super) around: &'a Surroundings<'a>,
    pub(super) state: State,
    pub(super) steps: Vec<Step>,
    /// How often a name stands in the whole line otherwise than as `$name`.
    pub(super) names: BTreeMap<String, usize>,
    pub(super) depth: usize,
    pub(super) words: usize,
    /// How many bytes may still be made of expansions, braces and scripts inside words: without it a short line could
    /// ask for any amount of work.
    pub(super) budget: usize,
    /// Whether the line has something that evaluates text a second time: arithmetic, `@P`, `-v`.
    pub(super) evaluates: bool,
    /// Whether the line may change what splits words and what fits a glob, or where it is, from inside a function or a
    /// loop.
    pub(super) sets_ifs: bool,
    pub(super) moves: bool,
    /// What an earlier reading of the line found out too late, and what this one does.
    pub(super) known: Late,
    pub(super) late: Late,
}

/// What the text of a line does not show, because it is spelt in a way that only reading it resolves, and what commands
/// before it depend on. The line is read again with it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Late {
    /// Variables that a loop changes for its own next round.
    names: BTreeSet<String>,
    evaluates: bool,
    sets_ifs: bool,
    /// The line has arithmetic on names, which may run what is in any text of it.
    pub(super) arithmetic: bool,
}

impl Late {
    /// Adds what another reading found; false if there is nothing new.
    pub(super) fn join(&mut self, other: Self) -> bool {
        let before = self.clone();
        self.names.extend(other.names);
        self.evaluates |= other.evaluates;
        self.sets_ifs |= other.sets_ifs;
        self.arithmetic |= other.arithmetic;
        *self != before
    }
}

impl<'a> Shared<'a> {
    pub(super) fn new(line: &str, around: &'a Surroundings<'a>, known: Late) -> Self {
        let mut shared = Self {
            around,
            state: State::new(around.anchors.cwd, around.anchors.home),
            steps: Vec::new(),
            names: BTreeMap::new(),
            depth: 0,
            words: 0,
            budget: BUDGET + 16 * line.len(),
            evaluates: known.evaluates,
            sets_ifs: known.sets_ifs,
            moves: false,
            known,
            late: Late::default(),
        };
        shared.note(line);
        // What the text shows from the start is no reason to read it again.
        shared.known.evaluates = shared.evaluates;
        shared.known.sets_ifs = shared.sets_ifs;
        shared
    }

    /// Notes what a text could do to what is known of the line, wherever in it that stands.
    pub(super) fn note(&mut self, text: &str) {
        let has = |words: &[&str]| words.iter().any(|word| text.contains(word));
        self.evaluates = self.evaluates
            || has(&[
                "((", "$[", "[[", "let ", "@P", "${!", "-v", "declare", "typeset",
            ]);
        self.sets_ifs = self.sets_ifs || has(&["IFS", "shopt", "GLOBIGNORE"]);
        self.moves = self.moves || has(&["cd", "pushd", "popd"]);
        for (name, count) in names(text) {
            *self.names.entry(name).or_insert(0) += count;
        }
    }
}

/// A here-document whose body comes after the line.
#[derive(Debug)]
pub(super) struct Pending {
    pub(super) delimiter: String,
    pub(super) quoted: bool,
    pub(super) strips_tabs: bool,
    /// A shell reads it as its script.
    pub(super) is_script: bool,
    /// The commands that run that shell, and the shell.
    pub(super) via: Vec<String>,
}

/// Reads one text.
#[derive(Debug)]
pub(super) struct Reader<'t, 's, 'a> {
    pub(super) text: &'t str,
    pub(super) at: usize,
    /// Where a script inside a word stands in the line; `None` for the line itself.
    pub(super) inside: Option<usize>,
    pub(super) via: Vec<String>,
    pub(super) pending: Vec<Pending>,
    pub(super) shared: &'s mut Shared<'a>,
}

impl<'t, 's, 'a> Reader<'t, 's, 'a> {
    pub(super) fn new(text: &'t str, shared: &'s mut Shared<'a>) -> Self {
        Self {
            text,
            at: 0,
            inside: None,
            via: Vec::new(),
            pending: Vec::new(),
            shared,
        }
    }

    pub(super) fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    pub(super) fn peek_at(&self, ahead: usize) -> Option<u8> {
        self.text.as_bytes().get(self.at + ahead).copied()
    }

    pub(super) fn rest(&self) -> &'t str {
        self.text.get(self.at..).unwrap_or_default()
    }

    pub(super) fn slice(&self, from: usize) -> &'t str {
        self.text.get(from..self.at).unwrap_or_default()
    }

    pub(super) fn eat(&mut self, wanted: &str) -> bool {
        let found = self.rest().starts_with(wanted);
        self.at += if found { wanted.len() } else { 0 };
        found
    }

    pub(super) fn want(&mut self, wanted: &str) -> Read<()> {
        if self.eat(wanted) {
            Ok(())
        } else {
            Err(Fault::Syntax)
        }
    }

    /// Takes one character.
    pub(super) fn next(&mut self) -> Option<char> {
        let c = self.rest().chars().next()?;
        self.at += c.len_utf8();
        Some(c)
    }

    /// Skips blanks, joined lines and a comment, up to the end of the line.
    pub(super) fn blanks(&mut self) {
        loop {
            match self.peek() {
                Some(b' ' | b'\t') => self.at += 1,
                Some(b'\\') if self.peek_at(1) == Some(b'\n') => self.at += 2,
                Some(b'#') => {
                    let line = self.rest();
                    self.at += line.find('\n').unwrap_or(line.len());
                }
                _ => return,
            }
        }
    }

    /// Returns where something at `at` stands in the line.
    pub(super) fn start(&self, at: usize) -> usize {
        self.inside.unwrap_or(at)
    }

    /// Goes one level deeper.
    pub(super) fn nested<T>(&mut self, read: impl FnOnce(&mut Self) -> Read<T>) -> Read<T> {
        if self.shared.depth >= MOST_DEPTH {
            return Err(Fault::TooDeep);
        }
        self.shared.depth += 1;
        let result = read(self);
        self.shared.depth -= 1;
        result
    }

    /// Reads another text that stands at `start`, such as the script of `eval`.
    pub(super) fn inner<T>(
        &mut self,
        text: &str,
        start: usize,
        via: Option<&str>,
        read: impl FnOnce(&mut Reader<'_, '_, 'a>) -> Read<T>,
    ) -> Read<T> {
        if self.shared.depth >= MOST_DEPTH {
            return Err(Fault::TooDeep);
        }
        self.spend(text.len() + 1)?;
        self.shared.note(text);
        let mut names = self.via.clone();
        names.extend(via.map(String::from));
        self.shared.depth += 1;
        let mut inner = Reader {
            text,
            at: 0,
            inside: Some(start),
            via: names,
            pending: Vec::new(),
            shared: &mut *self.shared,
        };
        let result = read(&mut inner);
        self.shared.depth -= 1;
        result
    }

    /// Takes `bytes` off the budget.
    pub(super) fn spend(&mut self, bytes: usize) -> Read<()> {
        self.shared.budget = self
            .shared
            .budget
            .checked_sub(bytes)
            .ok_or(Fault::TooMany)?;
        Ok(())
    }

    /// Adds a command that nobody can know, and why.
    pub(super) fn opaque(&mut self, text: &str, why: &'static str, start: usize) {
        let command = Command {
            words: None,
            call: None,
            text: text.trim().into(),
            places: self.shared.state.places(),
            names: Names::default(),
            via: self.via.clone(),
            neutral: false,
            opaque: Some(why),
            anything: true,
            pipes: Vec::new(),
            start,
        };
        self.shared.steps.push(Step::Command(command));
    }

    /// Runs `read` as a subshell does: what it sets is undone.
    pub(super) fn subshell<T>(&mut self, read: impl FnOnce(&mut Self) -> Read<T>) -> Read<T> {
        let mark = self.shared.state.mark();
        let result = self.nested(read);
        self.shared.state.undo(mark);
        result
    }

    /// Runs `read` as something that may happen or not: what it sets is uncertain afterwards.
    pub(super) fn perhaps<T>(&mut self, read: impl FnOnce(&mut Self) -> Read<T>) -> Read<T> {
        let mark = self.shared.state.mark();
        let result = read(self);
        self.shared.state.doubt(mark);
        result
    }

    /// Runs `read` as something that may happen any number of times, or at another time: nothing that is set anywhere
    /// else in the line is known in it.
    pub(super) fn repeated<T>(&mut self, read: impl FnOnce(&mut Self) -> Read<T>) -> Read<T> {
        let names = core::mem::take(&mut self.shared.names);
        self.shared
            .state
            .forget(|name| names.get(name).copied().unwrap_or(0) > 1);
        self.shared.names = names;
        for name in &self.shared.known.names {
            self.shared.state.set(name, Text::Unknown);
        }
        let from = self.shared.steps.len();
        let (names, places) = (
            self.shared.state.assigned_count(),
            self.shared.state.places(),
        );
        let mark = self.shared.state.mark();
        let result = self.perhaps(read);
        let changed = self.shared.state.changed_since(mark);
        self.shared.late.names.extend(changed);
        // What is set and where it goes at the end of the body holds at its beginning the next time.
        let assigned = self.shared.state.names_from(names);
        let moved = self.shared.state.places() != places;
        if moved || assigned.iter().next().is_some() {
            for step in self.shared.steps.iter_mut().skip(from) {
                step.again(&assigned, moved);
            }
        }
        result
    }

    /// Notes a command that evaluates text a second time, however its name is spelt.
    pub(super) fn evaluates(&mut self) {
        self.shared.late.arithmetic = true;
        self.shared.late.evaluates |= !self.shared.known.evaluates;
    }

    /// Notes that a name is set, which may be what splits words.
    pub(super) fn sets(&mut self, name: &str) {
        let sets = matches!(name, "IFS" | "GLOBIGNORE" | "BASHOPTS" | "SHELLOPTS");
        self.shared.late.sets_ifs |= sets && !self.shared.known.sets_ifs;
    }

    /// Makes a variable unknown, as arithmetic or `read` does.
    pub(super) fn forget(&mut self, name: &str) {
        if is_run(name) {
            let start = self.start(self.at);
            self.opaque(name, "a shell runs what this variable holds", start);
        }
        self.sets(name);
        self.shared.state.keep(name, Text::Unknown);
    }
}

/// Counts how often each name stands in `line` otherwise than as an expansion.
fn names(line: &str) -> BTreeMap<String, usize> {
    let mut counts = BTreeMap::new();
    let mut before = ' ';
    let mut name = String::new();
    let mut expanded = false;
    for c in line.chars().chain(core::iter::once(' ')) {
        if c == '_' || c.is_ascii_alphanumeric() {
            if name.is_empty() {
                expanded = before == '$';
            }
            name.push(c);
        } else {
            if !name.is_empty() && !expanded {
                *counts.entry(core::mem::take(&mut name)).or_insert(0) += 1;
            }
            name.clear();
            // `${name` is an expansion too, and so are `${#name` and `${!name`.
            before = match (before, c) {
                ('$', '{' | '#' | '!') => '$',
                _ => c,
            };
            continue;
        }
        before = c;
    }
    counts
}
