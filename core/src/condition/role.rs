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

    /// Returns every role that makes its holder one of `wanted`, those included. Costs one walk of the roles.
    pub(crate) fn implying(&self, wanted: &[String]) -> BTreeSet<String> {
        let mut implied_by: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
        for (role, implied) in &self.implied {
            for implied in implied {
                implied_by.entry(implied).or_default().push(role);
            }
        }
        let mut found = BTreeSet::new();
        let mut next: Vec<&str> = wanted.iter().map(String::as_str).collect();
        while let Some(role) = next.pop() {
            if found.insert(String::from(role)) {
                next.extend(implied_by.get(role).into_iter().flatten());
            }
        }
        found
    }

    /// Returns a role that implies itself, if there is one. Costs one walk of the roles, without recursion.
    pub(crate) fn cycle(&self) -> Option<&str> {
        let mut done: BTreeSet<&str> = BTreeSet::new();
        for start in self.implied.keys() {
            // Each role on the way from `start`, with how many of those it implies have been looked at.
            let mut way: Vec<(&str, usize)> = alloc::vec![(start, 0)];
            let mut on_way: BTreeSet<&str> = BTreeSet::from([start.as_str()]);
            while let Some((role, looked)) = way.last_mut() {
                let next = self.get(role).and_then(|implied| implied.get(*looked));
                *looked += 1;
                match next {
                    None => {
                        on_way.remove(*role);
                        done.insert(role);
                        way.pop();
                    }
                    Some(next) if on_way.contains(next.as_str()) => return Some(next),
                    Some(next) if done.contains(next.as_str()) => {}
                    Some(next) => {
                        on_way.insert(next);
                        way.push((next, 0));
                    }
                }
            }
        }
        None
    }
}

/// Returns whether one of the texts in `held` is in `wanted`; `None` when it is not a list of text.
pub(crate) fn holds(held: &Value, wanted: &BTreeSet<String>) -> Option<bool> {
    Some(held.as_texts()?.iter().any(|role| wanted.contains(*role)))
}

/// `actor.role`: holds when the actor has one of the roles, or its opposite under `not`.
#[derive(Clone, Debug)]
pub(crate) struct RoleCondition {
    /// Every role that makes the condition hold, implication followed.
    pub(crate) any: BTreeSet<String>,
    pub(crate) negated: bool,
}

impl RoleCondition {
    pub(crate) fn find(&self, scene: &Scene<'_>) -> Finding {
        let roles = scene
            .request
            .part(crate::catalogue::Root::Actor)
            .get("roles");
        let held = roles
            .and_then(|roles| holds(roles, &self.any))
            .ok_or(Why::Missing)?;
        Ok(held != self.negated)
    }
}
