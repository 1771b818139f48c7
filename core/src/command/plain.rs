//! A short cut for lines that are one command in which no character means anything to the shell, with assignments or `time`
//! in front of it or without.
//!
//! Most lines of most agents are such: `git status -s`, `CI=1 npm test`. They give what the reader gives ([`super::tests`] and
//! the tests of `request::split` hold them to that), without looking at each byte as the grammar does, and in room that
//! is kept from one line to the next, so that nothing is allocated for one more.

use alloc::sync::Arc;
use alloc::vec::Vec;

use super::names::Names;
use super::programs::call::Call;
use super::programs::effects::{Effects, Mention};
use super::programs::invocation::Invocation;
use super::programs::names::Glance;
use super::programs::{Held, Known, Programs, base_name, held_by};
use super::text::Word;
use super::{builtins, script, shells};

/// Builtins and programs that do something to the line itself, besides those of [`builtins::is_followed`].
const OTHERS: [&str; 5] = ["compgen", "complete", "hash", "shopt", "time"];

/// Room for one command, kept between lines.
#[derive(Debug, Default)]
pub(crate) struct Room {
    /// Words that a shorter line has no use for, with the room that they have.
    spare: Vec<Word>,
    invocation: Invocation<'static>,
    effects: Effects,
    names: Names,
}

/// A plain command.
#[derive(Debug)]
pub(crate) struct Read<'r> {
    pub(crate) touches: &'r [Mention],
    /// The names that are assigned before it.
    pub(crate) names: &'r Names,
    /// Where it begins in the line, in bytes.
    pub(crate) start: usize,
}

/// Reads a line that is one command which runs nothing else, sets nothing for others and goes nowhere: puts its words into
/// `words` and what each of them is into `call`. `None` for any other line.
///
/// What others hold of `words` and `call` stays as it is: then new room is made for them.
pub(crate) fn read<'r>(
    line: &str,
    programs: &Programs,
    words: &mut Arc<Vec<Word>>,
    call: &mut Arc<Call>,
    room: &'r mut Room,
) -> Option<Read<'r>> {
    let Room {
        spare,
        invocation,
        effects,
        names,
    } = room;
    let words = own(words)?;
    let start = behind_time(line)?;
    let (line, names) = behind_assignments(line.get(start..)?, names)?;
    if !fill(line, words, spare) {
        return None;
    }
    let program = words.first().and_then(Word::as_exact).unwrap_or_default();
    let alone = match programs.find(program) {
        Some(Known::Added(entry)) => {
            // It lives no longer than the policy.
            let mut invocation = Invocation::default();
            invocation.refill(Some(entry), words);
            take_apart(&invocation, words, effects, call)
        }
        Some(Known::Shipped(entry)) => {
            invocation.refill(Some(entry), words);
            take_apart(invocation, words, effects, call)
        }
        None => {
            invocation.refill(None, words);
            take_apart(invocation, words, effects, call)
        }
    };
    alone.then_some(Read {
        touches: &effects.touches,
        names,
        start,
    })
}

/// Returns where the command begins that a line times, or the line itself; `None` where `time` may be more than the word of
/// the shell.
fn behind_time(line: &str) -> Option<usize> {
    let blanks = |text: &str| text.bytes().take_while(|byte| *byte == b' ').count();
    let mut at = blanks(line);
    let mut word = |wanted: &str| {
        let behind = line.get(at..)?.strip_prefix(wanted)?;
        let blanks = blanks(behind);
        (blanks > 0).then(|| at += wanted.len() + blanks)
    };
    if word("time").is_some() {
        if word("-p").is_some() {
            word("--");
        }
        if line.get(at..)?.starts_with('-') {
            return None;
        }
    }
    Some(at)
}

/// Returns what stands behind the assignments before a command, and their names; `None` where one may do more than to assign.
/// `last` are the names that were found last: they tend to be the same.
fn behind_assignments<'l, 'n>(line: &'l str, last: &'n mut Names) -> Option<(&'l str, &'n Names)> {
    const NONE: &Names = &Names::NONE;
    let mut rest = line;
    let mut count = 0;
    let mut found = [""; MOST_ASSIGNED];
    while let Some((name, value)) = assignment(rest) {
        let end = value.find(' ')?;
        let (value, behind) = value.split_at_checked(end)?;
        let is_plain = |byte: u8| KINDS.get(usize::from(byte)) == Some(&Kind::Plain);
        let known = found.get(..count)?.contains(&name);
        if known || !value.bytes().all(is_plain) || does_more(name) {
            return None;
        }
        *found.get_mut(count)? = name;
        count += 1;
        rest = behind.trim_start_matches(' ');
    }
    if count == 0 {
        return Some((rest, NONE));
    }
    let found = found.get(..count)?;
    if !last.iter().eq(found.iter().copied()) {
        *last = Names::NONE.and(found.iter().copied());
    }
    Some((rest, last))
}

/// So many names are assigned before a command at most.
const MOST_ASSIGNED: usize = 4;

/// Returns the name that a line begins with an assignment to, and what stands behind the `=`.
fn assignment(line: &str) -> Option<(&str, &str)> {
    let part = |byte: &u8| byte.is_ascii_alphanumeric() || *byte == b'_';
    let end = line.bytes().take_while(|byte| part(byte)).count();
    let (name, behind) = line.split_at_checked(end)?;
    let value = behind.strip_prefix('=')?;
    let named = !name.is_empty() && !name.starts_with(|c: char| c.is_ascii_digit());
    named.then_some((name, value))
}

/// Whether something runs, or is written, because a variable of this name is set.
fn does_more(name: &str) -> bool {
    name == "HISTFILE" || held_by(name) != Held::Nothing
}

/// Finds out what a command does; false where that is more than to read, write, delete and fetch.
fn take_apart(
    invocation: &Invocation<'_>,
    words: &[Word],
    effects: &mut Effects,
    call: &mut Arc<Call>,
) -> bool {
    effects.refill(invocation, words);
    if !effects.is_only_touching() {
        return false;
    }
    own(call).is_some_and(|call| {
        call.refill(invocation, words, effects);
        true
    })
}

/// Returns what nobody else holds, made anew where somebody does.
fn own<T: Default>(shared: &mut Arc<T>) -> Option<&mut T> {
    if Arc::strong_count(shared) > 1 {
        *shared = Arc::default();
    }
    Arc::get_mut(shared)
}

/// Returns the words of a line that is one plain command.
pub(super) fn words(line: &str) -> Option<Vec<Word>> {
    let mut words = Vec::new();
    let plain = fill_any(line, &mut words, &mut Vec::new());
    // An assignment, or the beginning of something else than a command.
    let first = words.first().and_then(Word::as_exact).unwrap_or_default();
    (plain && !first.contains('=') && !script::is_reserved(first)).then_some(words)
}

/// Puts the words of a line into `words`, if it is plain and its program is none that the shell itself follows.
fn fill(line: &str, words: &mut Vec<Word>, spare: &mut Vec<Word>) -> bool {
    if !fill_any(line, words, spare) {
        return false;
    }
    let program = words.first().and_then(Word::as_exact).unwrap_or_default();
    let followed = || {
        builtins::is_followed(program) || OTHERS.contains(&program) || script::is_reserved(program)
    };
    !(program.contains('=') || may_be_followed(program) && followed())
}

/// Whether a program may be one that the shell itself follows, or a shell.
pub(super) fn may_be_followed(program: &str) -> bool {
    FOLLOWED.may_hold(base_name(program))
}

/// The names that are followed.
static FOLLOWED: Glance = Glance::at(&[
    &OTHERS,
    &builtins::FOLLOWED,
    &builtins::DECLARE,
    &builtins::SUBSCRIPTS,
    &script::RESERVED,
    &shells::SHELLS,
]);

/// Puts the words of a line into `words`, if no character of it means anything to a shell and there is one.
fn fill_any(line: &str, words: &mut Vec<Word>, spare: &mut Vec<Word>) -> bool {
    let mut count = 0;
    let mut from = 0;
    let mut end = |from: usize, at: usize| {
        if at > from {
            let text = line.get(from..at).unwrap_or_default();
            if words.len() == count {
                words.push(spare.pop().unwrap_or_else(|| Word::exact("")));
            }
            if let Some(word) = words.get_mut(count) {
                word.refill(text);
            }
            count += 1;
        }
    };
    for (at, byte) in line.bytes().enumerate() {
        match KINDS.get(usize::from(byte)) {
            Some(Kind::Plain) => {}
            Some(Kind::Blank) => {
                end(from, at);
                from = at + 1;
            }
            _ => return false,
        }
    }
    end(from, line.len());
    while words.len() > count {
        spare.extend(words.pop());
    }
    count > 0
}

/// What a byte is to a shell.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Special,
    /// It means nothing, wherever it stands, and ends no word.
    Plain,
    Blank,
}

#[expect(
    clippy::indexing_slicing,
    reason = "an index out of range would not compile"
)]
static KINDS: [Kind; 256] = {
    let mut kinds = [Kind::Special; 256];
    let mut bytes =
        b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_./:,+@%=".as_slice();
    while let Some((first, rest)) = bytes.split_first() {
        kinds[*first as usize] = Kind::Plain;
        bytes = rest;
    }
    kinds[b' ' as usize] = Kind::Blank;
    kinds
};
