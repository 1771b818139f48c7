//! A short cut for lines that are one command in which no character means anything to the shell.
//!
//! Most lines of most agents are such: `git status -s`, `cargo test`. They give what the reader gives ([`super::tests`] and
//! the tests of `request::split` hold them to that), without looking at each byte as the grammar does, and in room that
//! is kept from one line to the next, so that nothing is allocated for one more.

use alloc::sync::Arc;
use alloc::vec::Vec;

use super::programs::call::Call;
use super::programs::effects::{Effects, Mention};
use super::programs::invocation::Invocation;
use super::programs::names::Glance;
use super::programs::{Known, Programs, base_name};
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
}

/// Reads a line that is one command which runs nothing else, sets nothing and goes nowhere: puts its words into `words`,
/// what each of them is into `call`, and returns what it touches. `None` for any other line.
///
/// What others hold of `words` and `call` stays as it is: then new room is made for them.
pub(crate) fn read<'r>(
    line: &str,
    programs: &Programs,
    words: &mut Arc<Vec<Word>>,
    call: &mut Arc<Call>,
    room: &'r mut Room,
) -> Option<&'r [Mention]> {
    let Room {
        spare,
        invocation,
        effects,
    } = room;
    let words = own(words)?;
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
    alone.then_some(&*effects.touches)
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
