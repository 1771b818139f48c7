//! The reader of a script: a cursor, the state of the line, and the steps found.
//!
//! Each byte is read a bounded number of times. The grammar nests, so the reader calls itself, but never deeper
//! than the limit of nesting: below it nothing is parsed, the rest of the line is unread, and the answer is at least
//! `ask`. The same goes for what is no syntax: what was found before it still counts.

use alloc::boxed::Box;
use alloc::collections::{BTreeMap, BTreeSet};
use alloc::string::String;
use alloc::sync::Arc;
use alloc::vec::Vec;

use compact_str::CompactString;

use super::names::Names;
use super::programs::effects::Effects;
use super::programs::invocation::Invocation;
use super::state::{PLACE_NAMES, Place, State};
use super::text::{Text, Word};
use super::{Command, Step, Surroundings};

/// Nesting deeper than that is not parsed.
pub(super) const MOST_DEPTH: usize = 64;

/// More words than that, from brace expansion, are not listed.
pub(super) const MOST_WORDS: usize = 65_536;

/// So many bytes may be made beyond those that a line has.
const BUDGET: usize = 1 << 20;

/// So many variables of loops are told apart.
const MOST_LATE: usize = 256;

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

/// A command taken apart; in a box because it is large, and is moved for each command.
pub(super) type Apart<'a> = Box<(Invocation<'a>, Effects)>;

/// What all readers of one line share: that of the line itself and those of the scripts inside its words.
#[derive(Debug)]
pub(super) struct Shared<'a> {
    pub(super) around: &'a Surroundings<'a>,
    pub(super) state: State<'a>,
    pub(super) steps: Vec<Step>,
    /// How often a name stands in the whole line otherwise than as `$name`: in what is read besides the line, and
    /// since something asked, in the line too.
    names: BTreeMap<CompactString, usize>,
    /// The line, as long as its names are not counted.
    uncounted: Option<&'a str>,
    pub(super) depth: usize,
    pub(super) words: usize,
    /// How many bytes may still be made of expansions, braces and scripts inside words: without it a short line could
    /// ask for any amount of work.
    pub(super) budget: usize,
    /// Room to take commands apart in: for each that is being read inside another one.
    pub(super) room: Vec<Apart<'a>>,
    /// Whether the line has something that evaluates text a second time: arithmetic, `@P`, `-v`.
    pub(super) evaluates: bool,
    /// Whether the line may change what splits words and what fits a glob, or where it is, from inside a function or a
    /// loop.
    pub(super) sets_ifs: bool,
    pub(super) moves: bool,
    pub(super) within: Within,
    /// What an earlier reading of the line found out too late, and what this one does.
    pub(super) known: Late,
    pub(super) late: Late,
}

/// What is open around what is read, in the same text.
#[derive(Debug, Default)]
pub(super) struct Within {
    /// So many substitutions.
    pub(super) substitutions: usize,
    /// In one of them it is `time` that runs what is read.
    pub(super) timed: bool,
    /// So many arithmetic expressions.
    pub(super) expressions: usize,
}

/// What the text of a line does not show, because it is spelt in a way that only reading it resolves, and what commands
/// before it depend on. The line is read again with it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Late {
    /// Variables that a loop changes for its own next round.
    names: BTreeSet<CompactString>,
    /// There are more of them than are listed.
    any_name: bool,
    evaluates: bool,
    sets_ifs: bool,
    /// Something moves that functions of the line may run after.
    pub(super) moves: bool,
    /// The line has arithmetic on names, which may run what is in any text of it.
    pub(super) arithmetic: bool,
}

impl Late {
    /// Adds what another reading found; false if there is nothing new.
    pub(super) fn join(&mut self, other: Self) -> bool {
        let before = self.clone();
        self.names.extend(other.names);
        self.any_name |= other.any_name || self.names.len() > MOST_LATE;
        if self.any_name {
            self.names.clear();
        }
        self.evaluates |= other.evaluates;
        self.sets_ifs |= other.sets_ifs;
        self.moves |= other.moves;
        self.arithmetic |= other.arithmetic;
        *self != before
    }
}

impl<'a> Shared<'a> {
    pub(super) fn new(line: &'a str, around: &'a Surroundings<'a>, known: Late) -> Self {
        let mut shared = Self {
            around,
            state: State::new(Arc::clone(around.start), around.anchors.home),
            steps: Vec::new(),
            names: BTreeMap::new(),
            uncounted: Some(line),
            depth: 0,
            words: 0,
            room: Vec::new(),
            budget: BUDGET + 2 * line.len(),
            evaluates: known.evaluates,
            sets_ifs: known.sets_ifs,
            moves: known.moves,
            within: Within::default(),
            known,
            late: Late::default(),
        };
        shared.look(line);
        // What the text shows from the start is no reason to read it again.
        shared.known.evaluates = shared.evaluates;
        shared.known.sets_ifs = shared.sets_ifs;
        shared
    }

    /// Notes what a text that is read besides the line could do to what is known of it, wherever that stands.
    pub(super) fn note(&mut self, text: &str) {
        let moved = self.moves;
        self.look(text);
        self.late.moves |= self.moves && !moved;
        count(text, &mut self.names);
    }

    fn look(&mut self, text: &str) {
        let bytes = text.as_bytes();
        for (at, byte) in bytes.iter().enumerate() {
            if STARTS.get(usize::from(*byte)) != Some(&true) {
                continue;
            }
            let rest = bytes.get(at..).unwrap_or_default();
            let is = |words: &[&str]| words.iter().any(|word| rest.starts_with(word.as_bytes()));
            let before = at.checked_sub(1).and_then(|before| bytes.get(before));
            let begins = !before.is_some_and(u8::is_ascii_alphanumeric);
            match byte {
                b'c' => self.moves |= begins && is(&["cd"]),
                b'p' => self.moves |= begins && is(&["pushd", "popd"]),
                b'I' => self.sets_ifs |= is(&["IFS"]),
                b's' => self.sets_ifs |= is(&["shopt"]),
                b'G' => self.sets_ifs |= is(&["GLOBIGNORE"]),
                _ => self.evaluates |= is(&EVALUATES),
            }
        }
    }

    /// Makes every variable unknown that stands in the line more often than once, and those that a loop is known to
    /// change.
    fn forget_repeated(&mut self) {
        if let Some(line) = self.uncounted.take() {
            count(line, &mut self.names);
        }
        let Self {
            state,
            names,
            known,
            ..
        } = self;
        state.forget(|name| known.any_name || names.get(name).copied().unwrap_or(0) > 1);
        for name in &known.names {
            if PLACE_NAMES.contains(&name.as_str()) {
                state.lose(name);
            } else {
                state.set(name, Text::Unknown);
            }
        }
    }
}

/// What evaluates text a second time begins with one of these.
const EVALUATES: [&str; 9] = [
    "((", "$[", "[[", "let ", "@P", "${!", "-v", "declare", "typeset",
];

/// The bytes that what [`Shared::look`] looks for begins with.
#[expect(
    clippy::indexing_slicing,
    reason = "an index out of range would not compile"
)]
const STARTS: [bool; 256] = {
    let mut starts = [false; 256];
    let mut bytes = b"cpIsG($[l@-dt".as_slice();
    while let Some((first, rest)) = bytes.split_first() {
        starts[*first as usize] = true;
        bytes = rest;
    }
    starts
};

/// A here-document whose body comes after the line.
#[derive(Debug)]
pub(super) struct Pending {
    pub(super) delimiter: String,
    pub(super) quoted: bool,
    pub(super) strips_tabs: bool,
    /// A shell reads it as its script.
    pub(super) is_script: bool,
    /// The commands that run that shell, and the shell.
    pub(super) via: Vec<CompactString>,
}

/// Reads one text.
#[derive(Debug)]
pub(super) struct Reader<'t, 's, 'a> {
    pub(super) text: &'t str,
    pub(super) at: usize,
    /// Where a script inside a word stands in the line; `None` for the line itself.
    pub(super) inside: Option<usize>,
    pub(super) via: Vec<CompactString>,
    pub(super) pending: Vec<Pending>,
    /// Whether the compound command that was read last ended with a redirect.
    pub(super) redirected: bool,
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
            redirected: false,
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
        names.extend(via.map(CompactString::from));
        self.shared.depth += 1;
        let within = core::mem::take(&mut self.shared.within);
        let mut inner = Reader {
            text,
            at: 0,
            inside: Some(start),
            via: names,
            pending: Vec::new(),
            redirected: false,
            shared: &mut *self.shared,
        };
        let result = read(&mut inner);
        self.shared.within = within;
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

    /// Takes a command apart, in room that is given back when it is done with.
    pub(super) fn take_apart(&mut self, words: &[Word]) -> Apart<'a> {
        let mut room = self.shared.room.pop().unwrap_or_default();
        let (invocation, effects) = &mut *room;
        let program = words.first().and_then(Word::as_exact).unwrap_or_default();
        invocation.refill(self.shared.around.programs.get(program), words);
        effects.refill(invocation, words);
        room
    }

    /// Adds a command that nobody can know, and why.
    pub(super) fn opaque(&mut self, text: &str, why: &'static str, start: usize) {
        let command = Command {
            words: None,
            call: None,
            text: Some(text.trim().into()),
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
        self.shared.forget_repeated();
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
        if moved {
            // The next time it begins where it ended, and ends elsewhere again.
            self.shared.state.perhaps_at(&[Place::Unknown]);
            if self.shared.state.told_place() {
                let named = PLACE_NAMES.map(CompactString::from);
                self.shared.late.names.extend(named);
            }
        }
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
    pub(super) fn forget(&mut self, name: &str) -> Read<()> {
        let start = self.start(self.at);
        self.runs_value(name, &Text::Unknown, start)?;
        self.sets(name);
        self.shared.state.keep(name, Text::Unknown);
        Ok(())
    }
}

/// Counts how often each name stands in a text otherwise than as an expansion.
fn count(text: &str, counts: &mut BTreeMap<CompactString, usize>) {
    let bytes = text.as_bytes();
    let is_name = |byte: &u8| *byte == b'_' || byte.is_ascii_alphanumeric();
    let mut before = b' ';
    let mut at = 0;
    while let Some(byte) = bytes.get(at) {
        if is_name(byte) {
            let rest = bytes.get(at..).unwrap_or_default();
            let length = rest.iter().position(|byte| !is_name(byte));
            let end = at + length.unwrap_or(rest.len());
            if before != b'$' {
                let name = text.get(at..end).unwrap_or_default();
                match counts.get_mut(name) {
                    Some(count) => *count += 1,
                    None => drop(counts.insert(name.into(), 1)),
                }
            }
            before = b' ';
            at = end;
        } else {
            // `${name` is an expansion too, and so are `${#name` and `${!name`.
            before = match (before, *byte) {
                (b'$', b'{' | b'#' | b'!') => b'$',
                (_, byte) => byte,
            };
            at += 1;
        }
    }
}
