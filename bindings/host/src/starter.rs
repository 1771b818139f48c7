//! The built-in starter policy.

use doorward::{Layer, Policy, PolicyError, Source};

/// The text of the starter policy, for a coding agent on a machine that has no policy yet.
pub const STARTER: &str = include_str!("../policies/starter.toml");

/// The name that the starter policy's rules have as their origin.
pub const STARTER_NAME: &str = "built-in starter";

/// Returns the starter policy.
///
/// It grants little: looking commands are allowed, other commands ask, and everything else is left to the host's own check.
///
/// # Errors
///
/// None in a released build: a test loads the same text.
pub fn starter() -> Result<Policy, PolicyError> {
    Policy::builder()
        .source(Source::new(STARTER_NAME, Layer::User, STARTER))
        .build()
}
