//! A JSON value as conditions see it.

use alloc::collections::BTreeMap;
use alloc::string::String;
use alloc::vec::Vec;

use serde::ser::{SerializeMap, SerializeSeq};
use serde::{Serialize, Serializer};

/// A value of a request. Conditions read text, integers, booleans, lists of text and tables; a float or any other
/// list is carried along and only `present`.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    /// `null`, which counts as absent.
    Null,
    /// `true` or `false`.
    Bool(bool),
    /// A number written without fraction or exponent, within plus or minus (2^53 - 1).
    Integer(i64),
    /// Any other number, finite.
    Float(f64),
    /// A text.
    Text(String),
    /// A list.
    List(Vec<Value>),
    /// A table, its keys in byte order.
    Table(BTreeMap<String, Value>),
}

impl Value {
    /// Returns the value below `key` when this is a table that has it and it is not null.
    pub fn get(&self, key: &str) -> Option<&Value> {
        match self {
            Self::Table(table) => table.get(key).filter(|value| **value != Self::Null),
            _ => None,
        }
    }

    /// Returns the text when this is one.
    pub fn as_text(&self) -> Option<&str> {
        match self {
            Self::Text(text) => Some(text),
            _ => None,
        }
    }

    /// Returns the integer when this is one.
    pub fn as_integer(&self) -> Option<i64> {
        match self {
            Self::Integer(integer) => Some(*integer),
            _ => None,
        }
    }

    /// Returns the texts when this is a list of nothing but text.
    pub fn as_texts(&self) -> Option<Vec<&str>> {
        match self {
            Self::List(items) => items.iter().map(Value::as_text).collect(),
            _ => None,
        }
    }
}

impl From<&str> for Value {
    fn from(text: &str) -> Self {
        Self::Text(text.into())
    }
}

impl From<String> for Value {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}

impl From<i64> for Value {
    fn from(integer: i64) -> Self {
        Self::Integer(integer)
    }
}

impl Serialize for Value {
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

/// Writes `value` as canonical JSON: UTF-8, no spaces, decimal integers, tables in byte order of their keys, only
/// `"`, `\` and U+0000 to U+001F escaped.
pub(crate) fn canonical_json<T: Serialize + ?Sized>(value: &T) -> String {
    // INVARIANT: our types serialise without errors and with text keys only, the two ways in which this can fail.
    // An empty text, which no reader takes for a decision, is the answer if that ever breaks.
    serde_json::to_string(value).unwrap_or_default()
}
