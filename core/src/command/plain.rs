//! A short cut for lines that are one command in which no character means anything to the shell.
//!
//! Most lines of most agents are such: `git status -s`, `cargo test`. They give what the reader gives ([`super::tests`] and
//! the tests of `request::split` hold them to that), without looking at each byte as the grammar does, and in room that
//! is kept from one line to the next, so that nothing is allocated for one more.

use alloc::sync::Arc;
use alloc::vec::Vec;

use super::programs::call::Call;
use super::programs::effects::{Effects, Touch, effects_in};
use super::programs::invocation::Invocation;
use super::programs::{Programs, base_name};
use super::text::Word;
use super::{builtins, script, shells};

/// Builtins and programs that do something to the line itself, besides those of [`builtins::is_followed`].
const OTHERS: [&str; 5] = ["compgen", "complete", "hash", "shopt", "time"];

/// Room for one command, kept between lines.
#[derive(Debug, Default)]
pub(crate) struct Room {
    words: Option<Arc<Vec<Word>>>,
    call: Option<Arc<Call>>,
    /// Words that a shorter line has no use for, with the room that they have.
    spare: Vec<Word>,
    invocation: Invocation<'static>,
    effects: Effects<'static>,
}

/// A plain command.
#[derive(Debug)]
pub(crate) struct Plain<'r> {
    pub(crate) words: &'r Arc<Vec<Word>>,
    pub(crate) call: &'r Arc<Call>,
    pub(crate) touches: &'r [Touch<'r>],
}

/// Calls `then` with the command that a line is, when that is all it is: it runs nothing else, sets nothing, goes nowhere.
/// Returns what `then` does.
///
/// Nothing else may hold what an earlier call handed out, or new room is made.
pub(crate) fn read<T>(
    line: &str,
    programs: &Programs,
    room: &mut Room,
    then: impl FnOnce(Plain<'_>) -> Option<T>,
) -> Option<T> {
    let mut words = room.words.take().unwrap_or_default();
    let mut call = room.call.take().unwrap_or_default();
    if Arc::get_mut(&mut words).is_none() || Arc::get_mut(&mut call).is_none() {
        (words, call) = (Arc::default(), Arc::default());
    }
    let filled = Arc::get_mut(&mut words).is_some_and(|words| fill(line, words, &mut room.spare));
    let result = filled.then(|| {
        let invocation = core::mem::take(&mut room.invocation).read_in(programs, &words);
        let effects = effects_in(&invocation, &words, core::mem::take(&mut room.effects));
        let alone = effects.is_only_touching();
        if alone && let Some(call) = Arc::get_mut(&mut call) {
            call.refill(&invocation, &words, &effects);
        }
        let plain = alone.then(|| Plain {
            words: &words,
            call: &call,
            touches: &effects.touches,
        });
        let result = plain.and_then(then);
        room.effects = effects.emptied();
        room.invocation = invocation.emptied();
        result
    });
    room.words = Some(words);
    room.call = Some(call);
    result.flatten()
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

/// Whether a program may be one that the shell itself follows, or a shell: a look at its first letter and its length,
/// which is enough to tell for most.
pub(super) fn may_be_followed(program: &str) -> bool {
    let name = base_name(program);
    let first = name.bytes().next().map_or(0, usize::from);
    let lengths = FOLLOWED.get(first).copied().unwrap_or(0);
    u32::try_from(name.len()).is_ok_and(|length| length < 32 && lengths >> length & 1 == 1)
}

/// The lengths of the names that are followed, one bit each, by their first byte.
#[expect(
    clippy::indexing_slicing,
    reason = "an index out of range would not compile"
)]
const FOLLOWED: [u32; 128] = {
    let mut lengths = [0_u32; 128];
    let lists: [&[&str]; 6] = [
        &OTHERS,
        &builtins::FOLLOWED,
        &builtins::DECLARE,
        &builtins::SUBSCRIPTS,
        &script::RESERVED,
        &shells::SHELLS,
    ];
    let mut lists = lists.as_slice();
    while let Some((list, rest)) = lists.split_first() {
        let mut names: &[&str] = list;
        while let Some((name, others)) = names.split_first() {
            if let Some((first, _)) = name.as_bytes().split_first() {
                lengths[*first as usize] |= 1 << name.len();
            }
            names = others;
        }
        lists = rest;
    }
    lengths
};

/// Puts the words of a line into `words`, if no character of it means anything to a shell and there is one.
fn fill_any(line: &str, words: &mut Vec<Word>, spare: &mut Vec<Word>) -> bool {
    let mut count = 0;
    let mut from = 0;
    let bytes = line.as_bytes();
    for at in 0..=bytes.len() {
        let byte = bytes.get(at).copied().unwrap_or(b' ');
        if PLAIN.get(usize::from(byte)) == Some(&true) {
            continue;
        }
        if byte != b' ' {
            return false;
        }
        if at > from {
            let text = line.get(from..at).unwrap_or_default();
            match words.get_mut(count) {
                Some(word) => word.refill(text),
                None => {
                    let mut word = spare.pop().unwrap_or_else(|| Word::exact(""));
                    word.refill(text);
                    words.push(word);
                }
            }
            count += 1;
        }
        from = at + 1;
    }
    while words.len() > count {
        spare.extend(words.pop());
    }
    count > 0
}

/// The bytes that mean nothing to a shell wherever they stand, and that end no word.
#[expect(
    clippy::indexing_slicing,
    reason = "an index out of range would not compile"
)]
const PLAIN: [bool; 256] = {
    let mut plain = [false; 256];
    let mut bytes =
        b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_./:,+@%=".as_slice();
    while let Some((first, rest)) = bytes.split_first() {
        plain[*first as usize] = true;
        bytes = rest;
    }
    plain
};
