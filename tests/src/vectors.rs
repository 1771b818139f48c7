//! The shared vectors: decisions and load errors, written once in TOML and run through every door.
//!
//! A file `tests/vectors/<topic>.toml` holds named policies, `[[vector]]` entries (one request, what is expected of its decision) and
//! `[[load]]` entries (one policy that must not load, or that loads with warnings). [`Corpus::read`] reads a whole folder and refuses
//! anything it does not know, so that a misspelt key can not make a vector pass unseen. [`Corpus::cases`] turns the vectors into
//! [`Case`]s, the lines that a door answers; [`compare`] holds an answer against what its vector expects.
//!
//! # The format
//!
//! ```toml
//! [[policy]]                         # text = one source named "policy", layer user; or sources = [{ name, layer, text, trusted }]
//! name = "git"
//! text = 'doorward = 1'
//!
//! [[vector]]
//! name    = "nothing-matches-and-the-default-denies"   # unique over all files, kebab-case, states the fact
//! source  = "design 4.3"                               # where the fact comes from
//! policy  = "git"
//! request = { action = "Bash" }                        # or request_json (raw text or a list of parts), or request_base64
//! covers  = ["operator:prefix:holds"]                  # catalogue entries that this vector is evidence for
//! expect  = { effect = "deny", gap = "Bash" }          # or decision = '<canonical JSON>', or error = "<code>"
//!
//! [[load]]
//! name   = "unknown-key-in-a-rule"
//! source = "design 3, load errors"
//! text   = 'doorwart = 1'                              # or sources
//! errors = [{ code = "unknown-key", line = 1 }]        # or warnings = [..], or test_failures = [..] with tests_ran = n
//! ```
//!
//! `[[lines]]` is short for many vectors about one entry of the program table:
//!
//! ```toml
//! [[lines]]
//! entry  = "sort"                    # a table of core/data/programs.toml
//! policy = "programs"
//! deny   = ["sort ~/.ssh/x"]         # lines of shell, run by `Bash` in the project, by their effect
//! allow  = ["sort -u names"]
//! ```
//!
//! `{ repeat = "x", count = 3 }` stands for `xxx` wherever a request, a policy's text or a list of parts holds a text.
//! In `expect` only the keys that are there are compared; [`Expected`] lists them. In `decision` the policy id is written `dw1-*`.

mod case;
mod compare;
mod expand;
mod fields;
mod read;

pub use case::{Case, SourceText};
pub use compare::{Mismatch, compare, compare_load, compare_warnings, without_policy_id};
pub use expand::{base64_decode, base64_encode};
pub use read::CorpusError;

use std::path::PathBuf;

/// Every vector and load entry of a folder, in order of file name and place.
#[derive(Debug, Default)]
pub struct Corpus {
    /// The decisions.
    pub vectors: Vec<Vector>,
    /// The policies that must not load, or that load with warnings.
    pub loads: Vec<Load>,
}

/// One request and what is expected of its decision.
#[derive(Debug)]
pub struct Vector {
    /// Unique over all files; states the fact.
    pub name: String,
    /// The file's name without `.toml`.
    pub topic: String,
    /// Where the fact comes from.
    pub source: String,
    /// What this vector is evidence for, as [`doorward::vocabulary::evidence`] lists it.
    pub covers: Vec<String>,
    /// The policy.
    pub sources: Vec<SourceText>,
    /// The request's bytes, as a door gets them.
    pub request: Vec<u8>,
    /// What the answer must be.
    pub expectation: Expectation,
}

/// What a vector says about the answer.
#[derive(Debug)]
pub enum Expectation {
    /// Some keys of the decision.
    Keys(Box<Expected>),
    /// The whole decision in canonical JSON, its policy id written `dw1-*`.
    Whole(String),
    /// The code of the request error.
    Error(String),
}

/// The keys of `expect`; an absent one is not compared.
#[derive(Debug, Default)]
pub struct Expected {
    /// The decision's effect.
    pub effect: Option<String>,
    /// The basis is this rule.
    pub rule: Option<String>,
    /// The basis is a gap of this action.
    pub gap: Option<String>,
    /// The basis rule's layer.
    pub layer: Option<String>,
    /// The basis rule's origin.
    pub origin: Option<String>,
    /// The names of `matched`, in order.
    pub matched: Option<Vec<String>>,
    /// The effects of `matched`, in order.
    pub matched_as: Option<Vec<String>>,
    /// Whether the basis rule is certain in `matched`.
    pub certain: Option<bool>,
    /// The list `unknown`.
    pub unknown: Option<Vec<String>>,
    /// The names of `shadow`, in order.
    pub shadow: Option<Vec<String>>,
    /// How many leaves are listed; 0 when the key is absent.
    pub leaves: Option<usize>,
    /// The listed leaves' texts.
    pub leaf_texts: Option<Vec<String>>,
    /// The listed leaves' ops; the empty text for a leaf without one.
    pub leaf_ops: Option<Vec<String>>,
    /// The listed leaves' effects; the empty text for a leaf without one.
    pub leaf_effects: Option<Vec<String>>,
}

/// One policy that must not load, or that loads with warnings or failing tests.
#[derive(Debug)]
pub struct Load {
    /// Unique over all files; states the fact.
    pub name: String,
    /// The file's name without `.toml`.
    pub topic: String,
    /// Where the fact comes from.
    pub source: String,
    /// Catalogue entries that this entry is evidence for.
    pub covers: Vec<String>,
    /// The policy.
    pub sources: Vec<SourceText>,
    /// All errors, in order of file, line and column; empty when the policy loads.
    pub errors: Vec<ExpectedDiagnostic>,
    /// All warnings, when the entry names them.
    pub warnings: Option<Vec<ExpectedDiagnostic>>,
    /// How many `[[test]]` entries ran, when the entry says so.
    pub tests_ran: Option<usize>,
    /// The failures of the policy's `[[test]]` entries, when the entry names them.
    pub test_failures: Option<Vec<ExpectedDiagnostic>>,
}

/// One diagnostic; an absent key is not compared.
#[derive(Debug, Default)]
pub struct ExpectedDiagnostic {
    /// The code, in full.
    pub code: Option<String>,
    /// The file's name, in full.
    pub file: Option<String>,
    /// The line, from 1.
    pub line: Option<u64>,
    /// The column in characters, from 1.
    pub column: Option<u64>,
    /// A part of the message.
    pub message: Option<String>,
    /// A part of the hint; an empty text asks for any hint.
    pub hint: Option<String>,
}

/// Returns the folder of the shared vectors in this checkout.
#[must_use]
pub fn folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("vectors")
}

impl Corpus {
    /// Returns the cases of the vectors, then those of the loads that must fail, in order.
    ///
    /// A load entry that loads has no case: its warnings are compared by the Rust test alone.
    #[must_use]
    pub fn cases(&self) -> Vec<Case> {
        let decided = self
            .vectors
            .iter()
            .map(|vector| Case::decide(&vector.name, &vector.sources, &vector.request));
        let refused = self.loads.iter().filter(|load| !load.errors.is_empty());
        decided
            .chain(refused.map(|load| Case::load(&load.name, &load.sources)))
            .collect()
    }
}
