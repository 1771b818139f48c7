//! What a rule asks for, and what a decision says.

use core::fmt;

use serde::Serialize;

/// An effect. The order is that of strictness among rules on one leaf: the greater wins.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Effect {
    /// The host's own check decides; a host without one takes it as `deny`.
    Pass,
    /// The action may happen.
    Allow,
    /// A person must agree first.
    Ask,
    /// The action must not happen.
    Deny,
}

impl Effect {
    /// The names of all effects, the strictest first.
    pub const NAMES: [&'static str; 4] = ["deny", "ask", "allow", "pass"];

    /// Returns the name used in policies and decisions.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Pass => "pass",
            Self::Allow => "allow",
            Self::Ask => "ask",
            Self::Deny => "deny",
        }
    }

    pub(crate) fn from_name(name: &str) -> Option<Self> {
        [Self::Pass, Self::Allow, Self::Ask, Self::Deny]
            .into_iter()
            .find(|effect| effect.as_str() == name)
    }

    /// Whether the effect restricts: `deny` or `ask`.
    pub(crate) fn restricts(self) -> bool {
        matches!(self, Self::Deny | Self::Ask)
    }

    /// The order across leaves, and across the defaults of layers: here `pass` is stricter than `allow`, because the
    /// host has still to decide.
    pub(crate) fn across_leaves(self) -> u8 {
        match self {
            Self::Allow => 0,
            Self::Pass => 1,
            Self::Ask => 2,
            Self::Deny => 3,
        }
    }
}

impl fmt::Display for Effect {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
