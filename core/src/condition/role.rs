//! Roles: which a person holds, directly or by implication.

use alloc::collections::{BTreeMap, BTreeSet};
use alloc::string::String;
use alloc::vec::Vec;

use super::{Finding, Scene, Why};
use crate::value::Value;

/// The policy's `[roles]`: each role and those it implies directly.
#[derive(Clone, Debug, Default)]
pub(crate) struct Roles {
    implied: BTreeMap<String, Vec<String>>,
}

impl Roles {
    pub(crate) fn insert(&mut self, role: String, implies: Vec<String>) {
        self.implied.insert(role, implies);
    }

    pub(crate) fn get(&self, role: &str) -> Option<&[String]> {
        self.implied.get(role).map(Vec::as_slice)
    }

    pub(crate) fn names(&self) -> impl Iterator<Item = &str> {
        self.implied
            .iter()
            .flat_map(|(role, implied)| core::iter::once(role).chain(implied))
            .map(String::as_str)
    }

    /// Returns every role that makes its holder one of `wanted`, those included.
    pub(crate) fn implying(&self, wanted: &[String]) -> BTreeSet<String> {
        let mut found: BTreeSet<String> = wanted.iter().cloned().collect();
        // Each round adds at least one role or is the last.
        loop {
            let more: Vec<String> = self
                .implied
                .iter()
                .filter(|(role, implied)| {
                    !found.contains(*role) && implied.iter().any(|role| found.contains(role))
                })
                .map(|(role, _)| role.clone())
                .collect();
            if more.is_empty() {
                return found;
            }
            found.extend(more);
        }
    }

    /// Returns a role that implies itself, if there is one.
    pub(crate) fn cycle(&self) -> Option<&str> {
        self.implied
            .iter()
            .find(|(role, implied)| implied.iter().any(|next| self.reaches(next, role)))
            .map(|(role, _)| role.as_str())
    }

    fn reaches(&self, from: &str, to: &str) -> bool {
        let mut seen = BTreeSet::new();
        let mut next = alloc::vec![from];
        while let Some(role) = next.pop() {
            if role == to {
                return true;
            }
            if seen.insert(role) {
                next.extend(
                    self.get(role)
                        .unwrap_or_default()
                        .iter()
                        .map(String::as_str),
                );
            }
        }
        false
    }
}

/// Returns whether one of the texts in `held` is in `wanted`; `None` when it is not a list of text.
pub(super) fn holds(held: &Value, wanted: &BTreeSet<String>) -> Option<bool> {
    Some(held.as_texts()?.iter().any(|role| wanted.contains(*role)))
}

/// `actor.role`: holds when the actor has one of the roles, or its opposite under `not`.
#[derive(Clone, Debug)]
pub(crate) struct RoleCondition {
    /// Every role that makes the condition hold, implication followed.
    pub(super) any: BTreeSet<String>,
    pub(super) negated: bool,
}

impl RoleCondition {
    pub(super) fn find(&self, scene: &Scene<'_>) -> Finding {
        let roles = scene
            .request
            .part(crate::catalogue::Root::Actor)
            .and_then(|actor| actor.get("roles"));
        let held = roles
            .and_then(|roles| holds(roles, &self.any))
            .ok_or(Why::Missing)?;
        Ok(held != self.negated)
    }
}
