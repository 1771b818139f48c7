//! What the conditions of a rule say, as written: for those who are told that one of them failed.

use alloc::string::String;
use alloc::vec::Vec;

use crate::shown::Shown;

/// One condition as written. The lists of a rule's conditions and of what they state are in step.
#[derive(Clone, Debug)]
pub(crate) enum Stated {
    One {
        /// The condition's key below `when`, `require` or `unless`: `cwd`, `resource.status`.
        field: String,
        want: Shown,
    },
    AnyOf(Vec<Vec<Stated>>),
}

impl Stated {
    /// Returns the condition's key, as written.
    pub(crate) fn field(&self) -> &str {
        match self {
            Self::One { field, .. } => field,
            Self::AnyOf(_) => "any_of",
        }
    }
}

/// All that a rule states.
#[derive(Clone, Debug, Default)]
pub(crate) struct Wording {
    pub(crate) when: Vec<Stated>,
    pub(crate) require: Vec<Stated>,
    pub(crate) unless: Option<Stated>,
    pub(crate) expires: Option<Shown>,
}
