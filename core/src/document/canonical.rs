//! What of a policy file can change a decision, as canonical JSON.

use alloc::vec::Vec;

use serde::ser::{SerializeMap, SerializeSeq};
use serde::{Serialize, Serializer};

use super::tree::{Entry, Kind, Node, get};

/// A file's tables without its tests, its rules by name and without their examples.
pub(crate) struct Content<'t>(pub(crate) &'t [Entry]);

impl Serialize for Content<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        // The entries of a table are sorted by key.
        let mut map = serializer.serialize_map(None)?;
        for entry in self.0.iter().filter(|entry| entry.key != "test") {
            match &entry.value.kind {
                Kind::List(rules) if entry.key == "rule" => {
                    let mut rules: Vec<Rule<'_>> = rules.iter().map(Rule).collect();
                    rules.sort_by_key(Rule::name);
                    map.serialize_entry(&entry.key, &rules)?;
                }
                _ => map.serialize_entry(&entry.key, &Value(&entry.value))?,
            }
        }
        map.end()
    }
}

struct Rule<'t>(&'t Node);

impl<'t> Rule<'t> {
    fn name(&self) -> Option<&'t str> {
        match &self.0.kind {
            Kind::Table(table) => get(table, "name")?.value.as_text(),
            _ => None,
        }
    }
}

impl Serialize for Rule<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match &self.0.kind {
            Kind::Table(table) => {
                let mut map = serializer.serialize_map(None)?;
                for entry in table.iter().filter(|entry| entry.key != "examples") {
                    map.serialize_entry(&entry.key, &Value(&entry.value))?;
                }
                map.end()
            }
            _ => Value(self.0).serialize(serializer),
        }
    }
}

/// A value as a request would hold it.
struct Value<'t>(&'t Node);

impl Serialize for Value<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match &self.0.kind {
            Kind::Text(text) => serializer.serialize_str(text),
            Kind::List(items) => {
                let mut list = serializer.serialize_seq(Some(items.len()))?;
                for item in items {
                    list.serialize_element(&Value(item))?;
                }
                list.end()
            }
            Kind::Table(table) => {
                let mut map = serializer.serialize_map(Some(table.len()))?;
                for entry in table {
                    map.serialize_entry(&entry.key, &Value(&entry.value))?;
                }
                map.end()
            }
            _ => self.0.to_value().serialize(serializer),
        }
    }
}
