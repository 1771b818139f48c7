//! The shipped catalogue, for pages and editors: what a rule can name without declaring it.

use alloc::vec::Vec;

use crate::catalogue::{shipped_actions, shipped_fields};

/// One action that the catalogue knows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KnownAction {
    /// Its name in the catalogue, which decisions show.
    pub name: &'static str,
    /// The names that hosts have for it.
    pub aliases: &'static [&'static str],
    /// Each of its own fields and the field's type.
    pub fields: &'static [(&'static str, &'static str)],
    /// What it does to which field, such as `run` and `input.command`.
    pub does: Vec<(&'static str, &'static str)>,
}

/// Returns the actions that the catalogue knows without a policy's `[actions]`.
pub fn known_actions() -> impl Iterator<Item = KnownAction> {
    shipped_actions()
}

/// Returns the fields that every request can have, each with its type.
///
/// First those of every action, then those of a resource, which only actions that are about one have.
pub fn known_fields() -> impl Iterator<Item = (&'static str, &'static str)> {
    shipped_fields()
}
