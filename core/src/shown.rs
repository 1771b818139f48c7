//! A value as a decision shows it: a table's keys in the order in which they are written.

use alloc::collections::BTreeMap;
use alloc::string::{String, ToString};
use alloc::vec::Vec;
use core::fmt;

use serde::ser::{SerializeMap, SerializeSeq};
use serde::{Serialize, Serializer};

use crate::document::{Entry, Kind, Node};
use crate::value::{Value, canonical_json};
use crate::vocabulary;

/// A value as a decision shows it: what a rule wants, what a request has, what would mend it.
///
/// Unlike a [`Value`] its tables keep their order, which is that of the format's tables and of the facts' own.
#[derive(Clone, Debug, PartialEq)]
pub enum Shown {
    /// `null`, by which a fix takes a field away.
    Null,
    /// `true` or `false`.
    Bool(bool),
    /// An integer.
    Integer(i64),
    /// Any other number, carried along inside a list or table of the request.
    Float(f64),
    /// A text.
    Text(String),
    /// A list.
    List(Vec<Shown>),
    /// A table, its keys in order.
    Table(Vec<(String, Shown)>),
}

impl Shown {
    /// Returns the value of a policy, the keys of a table in the order of the format's table named `table`.
    pub(crate) fn stated(node: &Node, table: &str) -> Self {
        match &node.kind {
            Kind::Text(text) => Self::Text(text.clone()),
            Kind::Integer(integer) => Self::Integer(*integer),
            Kind::Bool(value) => Self::Bool(*value),
            Kind::Date(date) => Self::Text(date.to_string()),
            // INVARIANT: no condition takes a float, so no policy with one loads.
            Kind::Float => Self::Null,
            Kind::List(items) => {
                Self::List(items.iter().map(|item| Self::stated(item, table)).collect())
            }
            Kind::Table(entries) => {
                let order = vocabulary::keys_of(table);
                let place = |entry: &&Entry| order.iter().position(|key| *key == entry.key);
                let mut entries: Vec<&Entry> = entries.iter().collect();
                entries.sort_by_key(place);
                let stated =
                    |entry: &&Entry| (entry.key.clone(), Self::stated(&entry.value, table));
                Self::Table(entries.iter().map(stated).collect())
            }
        }
    }

    /// Returns the value with the keys of its tables, at any depth, in the order of `keys`, others behind them.
    pub(crate) fn ordered(value: &Value, keys: &[&str]) -> Self {
        match value {
            Value::Null => Self::Null,
            Value::Bool(value) => Self::Bool(*value),
            Value::Integer(integer) => Self::Integer(*integer),
            Value::Float(float) => Self::Float(*float),
            Value::Text(text) => Self::Text(text.clone()),
            Value::List(items) => {
                Self::List(items.iter().map(|item| Self::ordered(item, keys)).collect())
            }
            Value::Table(entries) => {
                // Null is absent.
                let mut entries: Vec<(String, Self)> = entries
                    .iter()
                    .filter(|(_, value)| **value != Value::Null)
                    .map(|(key, value)| (key.clone(), Self::ordered(value, keys)))
                    .collect();
                let place = |key: &str| {
                    keys.iter()
                        .position(|known| *known == key)
                        .unwrap_or(keys.len())
                };
                entries.sort_by_key(|(key, _)| place(key));
                Self::Table(entries)
            }
        }
    }

    /// Returns the value as a request holds it.
    pub fn to_value(&self) -> Value {
        match self {
            Self::Null => Value::Null,
            Self::Bool(value) => Value::Bool(*value),
            Self::Integer(integer) => Value::Integer(*integer),
            Self::Float(float) => Value::Float(*float),
            Self::Text(text) => Value::Text(text.clone()),
            Self::List(items) => Value::List(items.iter().map(Self::to_value).collect()),
            Self::Table(entries) => {
                let entries = entries
                    .iter()
                    .map(|(key, value)| (key.clone(), value.to_value()));
                Value::Table(entries.collect::<BTreeMap<_, _>>())
            }
        }
    }

    /// Returns the text when this is one.
    pub fn as_text(&self) -> Option<&str> {
        match self {
            Self::Text(text) => Some(text),
            _ => None,
        }
    }

    /// Returns the value below `key` when this is a table that has it.
    pub fn get(&self, key: &str) -> Option<&Self> {
        match self {
            Self::Table(entries) => {
                let entry = entries.iter().find(|(name, _)| name == key);
                entry.map(|(_, value)| value)
            }
            _ => None,
        }
    }

    /// Returns the first text: this one, or the first of a list of them.
    pub(crate) fn first_text(&self) -> Option<&str> {
        match self {
            Self::Text(text) => Some(text),
            Self::List(items) => items.first()?.as_text(),
            _ => None,
        }
    }
}

/// Writes the canonical JSON.
impl fmt::Display for Shown {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&canonical_json(self))
    }
}

impl From<&Value> for Shown {
    fn from(value: &Value) -> Self {
        Self::ordered(value, &[])
    }
}

impl From<&str> for Shown {
    fn from(text: &str) -> Self {
        Self::Text(text.into())
    }
}

impl From<i64> for Shown {
    fn from(integer: i64) -> Self {
        Self::Integer(integer)
    }
}

impl Serialize for Shown {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Null => serializer.serialize_unit(),
            Self::Bool(value) => serializer.serialize_bool(*value),
            Self::Integer(value) => serializer.serialize_i64(*value),
            Self::Float(value) => serializer.serialize_f64(*value),
            Self::Text(value) => serializer.serialize_str(value),
            Self::List(items) => {
                let mut list = serializer.serialize_seq(Some(items.len()))?;
                for item in items {
                    list.serialize_element(item)?;
                }
                list.end()
            }
            Self::Table(entries) => {
                let mut table = serializer.serialize_map(Some(entries.len()))?;
                for (key, value) in entries {
                    table.serialize_entry(key, value)?;
                }
                table.end()
            }
        }
    }
}
