//! `facts.resolved`: where the host says that paths lead.
//!
//! The fact maps a path, as it is judged, to the place where it really leads, or to several such places. It is read both
//! ways: a path leads where its entry says, and what lies at the end of another name's entry is known by that name too.
//! The second is for rules that restrict: a deny on `~/.ssh` holds for what `~/.ssh` is a link to.

use alloc::collections::BTreeMap;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

use super::NO_ANCHOR;
use crate::path;
use crate::request::Request;
use crate::value::Value;

/// So many names of one place count, and so many places below a tree.
const MOST_NAMES: usize = 64;

/// What the host says of links.
pub(super) struct Resolved<'r> {
    stated: Option<&'r Value>,
    /// The names that lead to a place, by place.
    names: BTreeMap<String, Vec<&'r str>>,
    /// How many names the deepest of these places has.
    depth: usize,
}

impl<'r> Resolved<'r> {
    /// Reads the fact; a place longer than `limit` bytes is none.
    pub(super) fn of(request: &'r Request, limit: usize) -> Self {
        let stated = request.fact("resolved");
        let mut names: BTreeMap<String, Vec<&'r str>> = BTreeMap::new();
        if let Some(Value::Table(map)) = stated {
            for (name, places) in map {
                for place in reals(places, limit).filter(|place| place.starts_with('/')) {
                    let known = names.entry(place).or_default();
                    if known.len() < MOST_NAMES && name.starts_with('/') {
                        known.push(name);
                    }
                }
            }
        }
        let depth = names.keys().map(|place| place.matches('/').count());
        Self {
            stated,
            depth: depth.max().unwrap_or_default(),
            names,
        }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.stated.is_none()
    }

    /// Returns where a name leads, as far as the host says: each an absolute path, or [`NO_ANCHOR`] for a place unknown.
    pub(super) fn leads(&self, name: &str, limit: usize) -> Vec<String> {
        match self.stated {
            None => Vec::new(),
            Some(Value::Table(map)) => match map.get(name) {
                Some(places) => reals(places, limit).collect(),
                None => Vec::new(),
            },
            Some(_) => alloc::vec![NO_ANCHOR.into()],
        }
    }

    /// Returns by which other names a place is known; of a tree also the names of what lies below it.
    pub(super) fn names_of(&self, place: &str, tree: bool) -> Vec<String> {
        let mut found = Vec::new();
        if self.names.is_empty() || !place.starts_with('/') {
            return found;
        }
        let ends = place.match_indices('/').map(|(at, _)| at).skip(1);
        if place != "/" {
            // Everything lies at the end of a link to the root.
            for name in self.names.get("/").into_iter().flatten() {
                found.push(path::normalize(&alloc::format!("{name}{place}")));
            }
        }
        for end in ends.chain([place.len()]).take(self.depth) {
            let (above, below) = place.split_at_checked(end).unwrap_or((place, ""));
            for name in self.names.get(above).into_iter().flatten() {
                found.push(path::normalize(&alloc::format!("{name}{below}")));
            }
        }
        if tree {
            let mut inside = place.to_string();
            if !inside.ends_with('/') {
                inside.push('/');
            }
            let below = self.names.range(inside.clone()..);
            let below = below.take_while(|(at, _)| at.starts_with(&inside));
            found.extend(
                below
                    .flat_map(|(_, names)| names)
                    .map(|name| path::normalize(name)),
            );
        }
        found.retain(|name| name != place);
        found.truncate(MOST_NAMES);
        found
    }
}

/// Returns the places that one entry names; a null says nothing.
fn reals(places: &Value, limit: usize) -> impl Iterator<Item = String> {
    let places: Vec<Option<&str>> = match places {
        Value::Null => Vec::new(),
        Value::List(places) => places.iter().map(Value::as_text).collect(),
        place => alloc::vec![place.as_text()],
    };
    places.into_iter().map(move |place| {
        let place = place.filter(|place| place.starts_with('/') && place.len() <= limit);
        let real = place.and_then(|place| path::resolve_plain(place, None).ok());
        real.unwrap_or_else(|| NO_ANCHOR.into())
    })
}
