//! Requests with one text of a size: the worst that a request can hold.

use super::floor::{longest_literal, patterns};
use super::{Call, Calls, FIELDS};
use crate::Random;

/// What logs and programs are made of; no rule of the workload is about any of it.
const WORDS: [&str; 16] = [
    "the",
    "value",
    "of",
    "line",
    "returns",
    "for (int",
    "i",
    "=",
    "0;",
    "\"name\":",
    "Error:",
    "2026-01-31",
    "to",
    "and",
    "0x7ffe",
    "then",
];

impl Calls {
    /// Returns `count` requests whose `field` is exactly `bytes` bytes that are about nothing.
    pub fn plain(&self, field: &str, bytes: usize, count: usize) -> Vec<Call> {
        let words = WORDS.map(String::from);
        filled(field, bytes, count, &words)
    }

    /// Returns `count` requests whose `field` is exactly `bytes` bytes of what this policy's patterns on it look for; none when
    /// nothing looks for anything there.
    pub fn provoking(&self, field: &str, bytes: usize, count: usize) -> Vec<Call> {
        let here = patterns(self).filter(|condition| FIELDS.get(condition.field) == Some(&field));
        let literals = here.map(|condition| String::from_utf8(longest_literal(condition)));
        let literals: Vec<String> = literals.filter_map(Result::ok).collect();
        if literals.is_empty() {
            return Vec::new();
        }
        filled(field, bytes, count, &literals)
    }
}

fn filled(field: &str, bytes: usize, count: usize, words: &[String]) -> Vec<Call> {
    let mut random = Random(0x2b_0017);
    let tool = if field == "command" { "Bash" } else { "Read" };
    let call = |_| {
        let mut text = String::new();
        while text.len() < bytes {
            text.push_str(
                words
                    .get(random.below(words.len()))
                    .map_or("", String::as_str),
            );
            text.push(' ');
        }
        // The words are ASCII.
        text.truncate(bytes);
        Call::default()
            .set("tool", tool)
            .set("role", "viewer")
            .set("actor", "user:ana")
            .set(field, text)
    };
    (0..count).map(call).collect()
}
