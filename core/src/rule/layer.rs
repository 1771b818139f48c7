//! Where a rule comes from: files in layers.

use alloc::string::String;
use core::fmt;
use core::str::FromStr;

use serde::Serialize;

/// The layer of a policy file. The strictest effect wins across layers, so no layer loosens another.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Layer {
    /// Laid down by whoever administers the machine.
    Managed,
    /// The person's own.
    User,
    /// Came with a repository; only ever tightens unless it is trusted.
    Project,
    /// Promoted by a model.
    Auto,
}

impl Layer {
    /// Every layer, in the order in which they are named as the basis of a decision.
    pub const ALL: [Self; 4] = [Self::Managed, Self::User, Self::Project, Self::Auto];

    /// Returns the name used in decisions.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Managed => "managed",
            Self::User => "user",
            Self::Project => "project",
            Self::Auto => "auto",
        }
    }
}

impl fmt::Display for Layer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for Layer {
    type Err = UnknownLayer;

    fn from_str(name: &str) -> Result<Self, UnknownLayer> {
        Self::ALL
            .into_iter()
            .find(|layer| layer.as_str() == name)
            .ok_or_else(|| UnknownLayer(name.into()))
    }
}

/// The error of reading a [`Layer`]'s name.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("unknown layer `{0}`; layers are `managed`, `user`, `project`, `auto`")]
pub struct UnknownLayer(String);

/// The text of one policy file, with the name and the layer it is loaded under.
///
/// ```
/// use doorward::{Layer, Policy, Source};
///
/// let managed = "doorward = 1\n[[rule]]\nname = 'no-rm'\neffect = 'deny'\nwhen.command = 'rm'\n";
/// let user = "doorward = 1\n[defaults]\n'*' = 'allow'\n";
/// let policy = Policy::builder()
///     .source(Source::new("/etc/doorward/base.toml", Layer::Managed, managed))
///     .source(Source::new("mine.toml", Layer::User, user))
///     .build()?;
/// assert_eq!(policy.rule_count(), 1);
/// # Ok::<(), doorward::PolicyError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Source {
    pub(crate) name: String,
    pub(crate) layer: Layer,
    pub(crate) text: String,
    pub(crate) trusted: bool,
}

impl Source {
    /// Returns a source; `name` stands in diagnostics and in the `origin` of its rules.
    pub fn new(name: impl Into<String>, layer: Layer, text: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            layer,
            text: text.into(),
            trusted: false,
        }
    }

    /// Says whether a file of the layer [`Layer::Project`] is trusted. One that is not may only tighten: it holds
    /// `deny` and `ask` rules, tests, and sets of its own. Files of other layers are trusted always.
    #[must_use]
    pub fn trusted(mut self, trusted: bool) -> Self {
        self.trusted = trusted;
        self
    }

    /// Returns the name it is loaded under.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Returns the layer.
    pub fn layer(&self) -> Layer {
        self.layer
    }

    /// Returns whether a file of the layer [`Layer::Project`] is trusted.
    pub fn is_trusted(&self) -> bool {
        self.trusted
    }

    /// Returns the text.
    pub fn text(&self) -> &str {
        &self.text
    }

    pub(crate) fn tighten_only(&self) -> bool {
        self.layer == Layer::Project && !self.trusted
    }
}
