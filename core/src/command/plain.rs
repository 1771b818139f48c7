//! A short cut for the lines that most people write: one command, in which no character means anything to the shell.
//!
//! It gives what the reader gives ([`super::tests`] holds it to that), without looking at each byte as the grammar does.

use alloc::vec::Vec;

use super::script;
use super::text::Word;

/// Returns the words of a line that is one plain command.
pub(super) fn words(line: &str) -> Option<Vec<Word>> {
    let is_plain = |byte: u8| {
        byte.is_ascii_alphanumeric()
            || matches!(
                byte,
                b' ' | b'-' | b'_' | b'.' | b'/' | b':' | b',' | b'+' | b'@' | b'%' | b'='
            )
    };
    if !line.bytes().all(is_plain) {
        return None;
    }
    let words: Vec<Word> = line
        .split(' ')
        .filter(|word| !word.is_empty())
        .map(Word::exact)
        .collect();
    let first = words.first()?.as_exact()?;
    // An assignment, or the beginning of something else than a command.
    (!first.contains('=') && !script::is_reserved(first)).then_some(words)
}
