//! `delegated`: whether the owner, or somebody they passed it on to, lets the actor do this.

use alloc::collections::{BTreeMap, BTreeSet};
use alloc::string::String;
use alloc::vec::Vec;

use super::{Finding, Scene, Why};
use crate::catalogue::{FieldPath, Root, canonical_name};
use crate::value::Value;

/// A chain of grants from the person in `from` to the actor, at most `depth` long.
#[derive(Clone, Debug)]
pub(crate) struct DelegatedCondition {
    pub(crate) from: FieldPath,
    pub(crate) depth: usize,
}

impl DelegatedCondition {
    pub(crate) fn find(&self, scene: &Scene<'_>) -> Finding {
        let text = |value: Option<&Value>| {
            let text = value.and_then(Value::as_text);
            text.filter(|text| !text.is_empty())
                .map(String::from)
                .ok_or(Why::Missing)
        };
        let owner = text(scene.value(&self.from))?;
        let actor = text(scene.request.part(Root::Actor).get("id"))?;
        let resource = text(scene.request.part(Root::Resource).get("id"))?;
        let action = scene.action.ok_or(Why::Missing)?;
        let Some(Value::Integer(now)) = scene.request.fact("now") else {
            return Err(Why::Missing);
        };
        let Some(Value::List(grants)) = scene.request.fact("grants") else {
            return Err(Why::Missing);
        };
        let mut given: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
        for grant in grants {
            // An empty name is nobody's, and no link of a chain.
            let text = |key: &str| {
                let text = grant.get(key).and_then(Value::as_text);
                text.filter(|text| !text.is_empty())
            };
            let about = text("action").map(canonical_name) == Some(action)
                && text("resource") == Some(&resource);
            // A grant without an end counts for nothing: nobody said how long it holds.
            let end = grant.get("expires_at").and_then(Value::as_integer);
            if let (Some(by), Some(to), true) = (
                text("by"),
                text("to"),
                about && end.is_some_and(|end| *now < end),
            ) {
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
