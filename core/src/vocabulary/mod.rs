//! The policy format as data: every key, every code, and everything that the shared vectors must be evidence for.
//!
//! The loader refuses what is not in [`WORDS`] and takes its "did you mean" from there; the reference page
//! `core/docs/format.md` and the JSON Schema `core/data/policy.schema.json` are generated from the same tables by
//! `cargo run -p doorward-tests --bin generate`. A key added here and nowhere else makes tests fail: its example does not
//! load, or no vector is evidence for it.
//!
//! ```
//! use doorward::vocabulary::{CodeKind, code, words_of};
//!
//! let keys: Vec<&str> = words_of("auth").map(|word| word.key).collect();
//! assert_eq!(keys, ["max_age", "method"]);
//! let reason = code(CodeKind::LoadError, "use-has").map(|code| code.means);
//! assert_eq!(reason, Some("A text stands where a field is a list of texts."));
//! ```

mod codes;
mod evidence;
mod known;
mod shape;
mod words;

pub use codes::{CODES, Code, CodeKind, code};
pub use evidence::{Elsewhere, NeverUnknown, elsewhere, evidence, never_unknown};
pub use known::{KnownAction, known_actions, known_fields};
pub use shape::{Form, Shape};
pub use words::WORDS;

use alloc::vec::Vec;

/// One key of one table of the format.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Word {
    /// The table the key stands in, such as `rule` or `approvals`.
    pub table: &'static str,
    /// The key.
    pub key: &'static str,
    /// What its value looks like.
    pub shape: Shape,
    /// What it means, in one sentence or two.
    pub about: &'static str,
    /// How it is written in its table, such as `max_age = "5m"`.
    pub example: &'static str,
    /// Whether the table needs it, and what holds without it.
    pub need: Need,
}

/// Whether a table needs a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Need {
    /// Without it the policy does not load.
    Required,
    /// Without it nothing is asked or said.
    Optional,
    /// Without it this value holds, as TOML would write it.
    Default(&'static str),
}

/// Returns the words of one table, in the order in which a page shows them.
pub fn words_of(table: &str) -> impl Iterator<Item = &'static Word> {
    WORDS.iter().filter(move |word| word.table == table)
}

/// Returns the keys of one table.
pub(crate) fn keys_of(table: &str) -> Vec<&'static str> {
    words_of(table).map(|word| word.key).collect()
}
