//! `delegated`: whether the owner, or somebody they passed it on to, lets the actor do this.

use alloc::collections::{BTreeMap, BTreeSet};
use alloc::string::String;
use alloc::vec::Vec;

use super::{Finding, Scene, Why};
use crate::catalogue::{FieldPath, Root};
use crate::value::Value;

/// A chain of grants from the person in `from` to the actor, at most `depth` long.
#[derive(Clone, Debug)]
pub(crate) struct DelegatedCondition {
    pub(super) from: FieldPath,
    pub(super) depth: usize,
}

impl DelegatedCondition {
    pub(super) fn find(&self, scene: &Scene<'_>) -> Finding {
        let person = |value: Option<&'_ Value>| {
            value
                .and_then(Value::as_text)
                .filter(|id| !id.is_empty())
                .map(String::from)
        };
        let owner = person(scene.request.get(&self.from)).ok_or(Why::Missing)?;
        let actor = person(
            scene
                .request
                .part(Root::Actor)
                .and_then(|actor| actor.get("id")),
        )
        .ok_or(Why::Missing)?;
        let Some(Value::List(grants)) = scene.request.fact("grants") else {
            return Err(Why::Missing);
        };
        let mut given: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
        for grant in grants {
            let text = |key: &str| grant.get(key).and_then(Value::as_text);
            if let (Some(by), Some(to)) = (text("by"), text("to"))
                && covers(grant, scene)
                && is_live(grant, scene)?
            {
                given.entry(by).or_default().push(to);
            }
        }
        // Breadth first, each person once: a loop of grants ends the walk, it does not extend it.
        let mut reached = BTreeSet::from([owner.as_str()]);
        let mut front = alloc::vec![owner.as_str()];
        for _ in 0..self.depth {
            let next: Vec<&str> = front
                .iter()
                .filter_map(|by| given.get(by))
                .flatten()
                .copied()
                .collect();
            if next.contains(&actor.as_str()) {
                return Ok(true);
            }
            front = next
                .into_iter()
                .filter(|person| reached.insert(person))
                .collect();
            if front.is_empty() {
                break;
            }
        }
        Ok(false)
    }
}

/// Whether a grant is about this action and this resource.
fn covers(grant: &Value, scene: &Scene<'_>) -> bool {
    let names = |key: &str, wanted: Option<&str>| match grant.get(key).and_then(Value::as_text) {
        Some("*") => true,
        Some(named) => Some(named) == wanted,
        None => false,
    };
    let id = scene
        .request
        .part(Root::Resource)
        .and_then(|resource| resource.get("id"))
        .and_then(Value::as_text);
    let action = grant
        .get("action")
        .and_then(Value::as_text)
        .map(crate::catalogue::canonical_name);
    (action == Some("*") || (action.is_some() && action == scene.action)) && names("resource", id)
}

/// Whether a grant has not lapsed; one without an end does not lapse.
fn is_live(grant: &Value, scene: &Scene<'_>) -> Finding {
    match (grant.get("expires_at"), scene.request.fact("now")) {
        (None, _) => Ok(true),
        (Some(Value::Integer(end)), Some(Value::Integer(now))) => Ok(now < end),
        (Some(Value::Integer(_)), _) => Err(Why::Missing),
        (Some(_), _) => Ok(false),
    }
}
