//! The policies that a person can begin with.

/// A policy to begin with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Template {
    /// Its name on the command line.
    pub name: &'static str,
    /// Whom it is for, in one sentence.
    pub about: &'static str,
    /// The policy.
    pub text: &'static str,
}

/// Every template.
pub const TEMPLATES: [Template; 3] = [
    Template {
        name: "claude",
        about: "for a coding agent on your own machine: a working day without needless prompts",
        text: include_str!("../policies/claude.toml"),
    },
    Template {
        name: "homestead",
        about: "for services at home: people approve what AI wrote, agents and jobs keep to their lanes",
        text: include_str!("../policies/homestead.toml"),
    },
    Template {
        name: "strict",
        about: "for an agent nobody watches: it may look and test, everything else asks",
        text: include_str!("../policies/strict.toml"),
    },
];

impl Template {
    /// Returns the template of this name.
    pub fn named(name: &str) -> Option<Self> {
        TEMPLATES.into_iter().find(|template| template.name == name)
    }
}
