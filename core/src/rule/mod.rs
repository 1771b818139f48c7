//! Rules as compiled from policy files.

mod builtin;
mod declare;
mod effect;
mod example;
mod file;
mod layer;
mod programs;
mod scope;
mod source;
mod stated;

pub(crate) use builtin::own_rules;
pub(crate) use declare::{Defaults, declare};
pub use effect::Effect;
pub(crate) use example::{Example, ExampleShape};
pub use file::FORMAT_VERSION;
pub(crate) use file::{File, PolicyTest};
pub use layer::{Layer, Source, UnknownLayer};
pub(crate) use source::{RuleAt, read_rules};
pub(crate) use stated::{Stated, Wording};

use alloc::string::String;
use alloc::sync::Arc;
use alloc::vec::Vec;

use crate::condition::Condition;

/// One rule, compiled.
#[derive(Clone, Debug)]
pub(crate) struct Rule {
    pub(crate) name: Arc<str>,
    pub(crate) effect: Effect,
    pub(crate) layer: Layer,
    /// `<name given at load>:<line>`.
    pub(crate) origin: Arc<str>,
    pub(crate) why: Option<Arc<str>>,
    pub(crate) remedy: Option<Arc<str>>,
    /// The scope: all must hold.
    pub(crate) when: Vec<Condition>,
    /// What must then hold, for an allow.
    pub(crate) require: Vec<Condition>,
    /// The exception.
    pub(crate) unless: Option<Condition>,
    /// The first second, since 1970 UTC, at which the rule no longer holds.
    pub(crate) expires: Option<i64>,
    /// Judged and reported, changes nothing.
    pub(crate) shadow: bool,
    /// A missing value is false.
    pub(crate) skip_missing: bool,
    pub(crate) examples: Vec<Example>,
    pub(crate) tags: Vec<String>,
    /// What the conditions say, as written.
    pub(crate) wording: Wording,
    /// Shown as a near miss to others than administrators.
    pub(crate) near: bool,
    /// Whom the host should tell when the rule fires.
    pub(crate) notify: Vec<String>,
}

impl Rule {
    /// Whether a condition of it reads a counter.
    pub(crate) fn counts(&self) -> bool {
        let mut parts = self.when.iter().chain(&self.require).chain(&self.unless);
        parts.any(Condition::counts)
    }
}
