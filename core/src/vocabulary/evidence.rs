//! What the shared vectors must be evidence for.
//!
//! An entry is `<kind>:<name>`, with a value where there are several. A vector names the entries that it is evidence for
//! in its `covers`; for a code it is enough that the vector expects it. A test fails when an entry has no evidence, or
//! when a vector names an entry that does not exist.
//!
//! | entry | evidence is a vector in which |
//! |---|---|
//! | `operator:prefix:holds` | the operator holds, fails (`:fails`), or is unknown (`:unknown`) |
//! | `operator:path.glob:holds` | the same, for the keys of `command`, `path` and `url` |
//! | `condition:approvals:holds` | the condition holds, fails, or is unknown |
//! | `key:approvals.except` | the policy writes that key, and the answer would be another without it if any depends on it |
//! | `load-error:bad-name`, `warning:..`, `test-failure:..`, `request-error:..` | the code is the answer |
//! | `limit:path_bytes:at` | the input is one below the limit (`:below`), at it, or one over it (`:over`) |

use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use super::{CODES, WORDS, Word};
use crate::limits::Limits;

/// Something that is never unknown, and why.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NeverUnknown {
    /// The entry without its value, such as `operator:present`.
    pub entry: &'static str,
    /// Why it has no unknown.
    pub reason: &'static str,
}

/// An entry that no vector can be evidence for, and the test that is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Elsewhere {
    /// The entry.
    pub entry: &'static str,
    /// Why no vector can provoke it.
    pub reason: &'static str,
    /// The file of the test, from the root of the repository.
    pub file: &'static str,
    /// The name of the test in that file.
    pub test: &'static str,
}

const NEVER_UNKNOWN: &[NeverUnknown] = &[NeverUnknown {
    entry: "operator:present",
    reason: "an absent field is its answer",
}];

const ELSEWHERE: &[Elsewhere] = &[
    Elsewhere {
        entry: "load-error:unreadable-file",
        reason: "it is about files, and vectors hold texts",
        file: "bindings/host/tests/files/loading.rs",
        test: "unreadable_files_and_load_errors_come_together",
    },
    Elsewhere {
        entry: "load-error:no-policy-found",
        reason: "it is about files, and vectors hold texts",
        file: "bindings/host/tests/files/loading.rs",
        test: "nothing_to_load_is_an_error",
    },
    Elsewhere {
        entry: "request-error:unsupported-type",
        reason: "JSON has no such value; only a host language does",
        file: "bindings/python/tests/test_request.py",
        test: "test_unsupported_type_says_where_and_what",
    },
];

/// Returns what is never unknown.
pub fn never_unknown() -> &'static [NeverUnknown] {
    NEVER_UNKNOWN
}

/// Returns the entries that another test than the vectors is evidence for.
pub fn elsewhere() -> &'static [Elsewhere] {
    ELSEWHERE
}

/// Returns every entry, in the order of the vocabulary.
pub fn evidence() -> Vec<String> {
    let mut entries = Vec::new();
    for form in ["operator:literal", "operator:list"] {
        three_values(form, &mut entries);
    }
    for word in WORDS {
        match entry(word) {
            Some((entry, true)) => three_values(&entry, &mut entries),
            Some((entry, false)) => entries.push(entry),
            None => {}
        }
    }
    let codes = CODES
        .iter()
        .map(|code| format!("{}:{}", code.kind.as_str(), code.name));
    entries.extend(codes);
    for limit in Limits::NAMES.iter().copied() {
        // What a pattern compiles to has no length that a vector could be one byte short of.
        if !matches!(limit, "pattern_nfa_bytes" | "pattern_automaton_bytes") {
            entries.extend(["below", "at", "over"].map(|place| format!("limit:{limit}:{place}")));
        }
    }
    entries
}

/// Returns the entry of a word without its value, and whether it has three; none for a word that another word's entry
/// stands for.
fn entry(word: &Word) -> Option<(String, bool)> {
    let Word { table, key, .. } = word;
    match *table {
        "operator" => Some((format!("operator:{key}"), true)),
        "condition" => Some((format!("condition:{key}"), true)),
        "actor" => Some((format!("condition:actor.{key}"), true)),
        "command" | "path" | "url" => Some((format!("operator:{table}.{key}"), true)),
        "provenance" | "test" => None,
        _ => Some((format!("key:{table}.{key}"), false)),
    }
}

fn three_values(entry: &str, entries: &mut Vec<String>) {
    let unknown = !NEVER_UNKNOWN.iter().any(|never| never.entry == entry);
    entries.extend(["holds", "fails"].map(|value| format!("{entry}:{value}")));
    if unknown {
        entries.push(format!("{entry}:unknown"));
    }
}
