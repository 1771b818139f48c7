//! A validator for the keywords that the generated schema uses, and no others.

use std::fmt;

use regex_automata::meta::Regex;
use serde_json::{Map, Value};

/// Why a value does not fit a schema.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Misfit {
    /// Where in the value, such as `/rule/0/when`.
    pub at: String,
    /// The keyword that refused it.
    pub keyword: String,
}

impl fmt::Display for Misfit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} refused by `{}`", self.at, self.keyword)
    }
}

/// Keywords that say something to people and nothing to a validator.
const SPOKEN: [&str; 4] = ["$schema", "title", "description", "definitions"];

/// Checks `value` against `schema`.
///
/// # Errors
///
/// The first misfit. A keyword that this validator does not know, or one beside a `$ref`, is a misfit too, so that none is
/// overlooked.
pub fn validate(schema: &Value, value: &Value) -> Result<(), Misfit> {
    Validator { root: schema }.check(schema, value, "")
}

struct Validator<'s> {
    root: &'s Value,
}

impl Validator<'_> {
    fn check(&self, schema: &Value, value: &Value, at: &str) -> Result<(), Misfit> {
        let misfit = |keyword: &str| Misfit {
            at: at.to_owned(),
            keyword: keyword.to_owned(),
        };
        let Some(schema) = schema.as_object() else {
            return match schema {
                Value::Bool(true) => Ok(()),
                _ => Err(misfit("false")),
            };
        };
        if let Some(name) = schema.get("$ref").and_then(Value::as_str) {
            let target = name
                .strip_prefix('#')
                .and_then(|pointer| self.root.pointer(pointer));
            return match target {
                Some(target) if schema.len() == 1 => self.check(target, value, at),
                _ => Err(misfit("$ref")),
            };
        }
        for (keyword, argument) in schema {
            if !self.holds(keyword, argument, schema, value, at)? {
                return Err(misfit(keyword));
            }
        }
        Ok(())
    }

    fn holds(
        &self,
        keyword: &str,
        argument: &Value,
        schema: &Map<String, Value>,
        value: &Value,
        at: &str,
    ) -> Result<bool, Misfit> {
        let fits = |schema: &Value| self.check(schema, value, at).is_ok();
        let list = || argument.as_array().map(Vec::as_slice).unwrap_or_default();
        Ok(match keyword {
            "type" => match argument {
                Value::Array(types) => types.iter().any(|name| is_of(name, value)),
                name => is_of(name, value),
            },
            "enum" => list().contains(value),
            "anyOf" => list().iter().any(fits),
            "allOf" => {
                for schema in list() {
                    self.check(schema, value, at)?;
                }
                true
            }
            "not" => !fits(argument),
            "pattern" => value.as_str().is_none_or(|text| matches(argument, text)),
            "format" => value.as_str().is_none_or(|text| is_date(argument, text)),
            "maxLength" => value
                .as_str()
                .is_none_or(|text| count(text.chars().count()) <= argument.as_u64()),
            "minimum" => value
                .as_i64()
                .is_none_or(|number| Some(number) >= argument.as_i64()),
            "maximum" => value
                .as_i64()
                .is_none_or(|number| Some(number) <= argument.as_i64()),
            "minItems" => value
                .as_array()
                .is_none_or(|items| count(items.len()) >= argument.as_u64()),
            "minProperties" => value
                .as_object()
                .is_none_or(|table| count(table.len()) >= argument.as_u64()),
            "maxProperties" => value
                .as_object()
                .is_none_or(|table| count(table.len()) <= argument.as_u64()),
            "required" => value.as_object().is_none_or(|table| {
                list()
                    .iter()
                    .all(|key| key.as_str().is_some_and(|key| table.contains_key(key)))
            }),
            "items" => {
                for (index, item) in value.as_array().into_iter().flatten().enumerate() {
                    self.check(argument, item, &format!("{at}/{index}"))?;
                }
                true
            }
            "properties" => {
                for (key, inner) in value.as_object().into_iter().flatten() {
                    if let Some(schema) = argument.get(key) {
                        self.check(schema, inner, &format!("{at}/{key}"))?;
                    }
                }
                true
            }
            "additionalProperties" => {
                let named = schema.get("properties").and_then(Value::as_object);
                let named = |key: &str| named.is_some_and(|named| named.contains_key(key));
                for (key, inner) in value.as_object().into_iter().flatten() {
                    if !named(key) {
                        self.check(argument, inner, &format!("{at}/{key}"))?;
                    }
                }
                true
            }
            keyword => SPOKEN.contains(&keyword),
        })
    }
}

fn count(length: usize) -> Option<u64> {
    u64::try_from(length).ok()
}

fn is_of(name: &Value, value: &Value) -> bool {
    match name.as_str() {
        Some("string") => value.is_string(),
        Some("integer") => value.is_i64(),
        Some("boolean") => value.is_boolean(),
        Some("array") => value.is_array(),
        Some("object") => value.is_object(),
        _ => false,
    }
}

fn matches(pattern: &Value, text: &str) -> bool {
    let pattern = pattern
        .as_str()
        .and_then(|pattern| Regex::new(pattern).ok());
    pattern.is_some_and(|pattern| pattern.is_match(text))
}

fn is_date(format: &Value, text: &str) -> bool {
    let read = text.parse::<toml::value::Datetime>().ok();
    match (format.as_str(), read) {
        (Some("date"), Some(read)) => read.date.is_some() && read.time.is_none(),
        (Some("date-time"), Some(read)) => read.time.is_some() && read.offset.is_some(),
        _ => false,
    }
}

/// Returns a TOML document as the JSON that an editor validates: a date becomes its text.
#[must_use]
pub fn as_json(value: &toml::Value) -> Value {
    match value {
        toml::Value::String(text) => Value::from(text.as_str()),
        toml::Value::Integer(integer) => Value::from(*integer),
        toml::Value::Float(float) => Value::from(*float),
        toml::Value::Boolean(flag) => Value::from(*flag),
        toml::Value::Datetime(date) => Value::from(date.to_string()),
        toml::Value::Array(items) => items.iter().map(as_json).collect(),
        toml::Value::Table(table) => table
            .iter()
            .map(|(key, value)| (key.clone(), as_json(value)))
            .collect(),
    }
}
