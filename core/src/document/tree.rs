//! A policy file as a tree in which every key and value knows its place.

use alloc::borrow::ToOwned;
use alloc::collections::BTreeMap;
use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;
use core::ops::Range;

use toml::Spanned;
use toml::de::{DeTable, DeValue};
use toml::value::Datetime;

use super::problems::Problems;
use crate::value::Value;

/// A value and its place, in bytes of the file.
#[derive(Clone, Debug)]
pub(crate) struct Node {
    pub(crate) span: Range<usize>,
    pub(crate) kind: Kind,
}

#[derive(Clone, Debug)]
pub(crate) enum Kind {
    Text(String),
    Integer(i64),
    Float,
    Bool(bool),
    Date(Datetime),
    List(Vec<Node>),
    Table(Table),
}

/// A table's entries in byte order of their keys.
pub(crate) type Table = Vec<Entry>;

/// A key, its place, and its value.
#[derive(Clone, Debug)]
pub(crate) struct Entry {
    pub(crate) key: String,
    pub(crate) span: Range<usize>,
    pub(crate) value: Node,
}

impl Node {
    /// Returns what kind of value this is, with its article, for messages.
    pub(crate) fn article(&self) -> &'static str {
        match self.kind {
            Kind::Text(_) => "a text",
            Kind::Integer(_) => "an integer",
            Kind::Float => "a float",
            Kind::Bool(_) => "a boolean",
            Kind::Date(_) => "a date",
            Kind::List(_) => "a list",
            Kind::Table(_) => "a table",
        }
    }

    pub(crate) fn as_text(&self) -> Option<&str> {
        match &self.kind {
            Kind::Text(text) => Some(text),
            _ => None,
        }
    }

    /// Returns the value as a request would hold it; a date as its text.
    pub(crate) fn to_value(&self) -> Value {
        match &self.kind {
            Kind::Text(text) => Value::Text(text.clone()),
            Kind::Integer(integer) => Value::Integer(*integer),
            Kind::Float => Value::Float(0.5),
            Kind::Bool(value) => Value::Bool(*value),
            Kind::Date(date) => Value::Text(date.to_string()),
            Kind::List(items) => Value::List(items.iter().map(Node::to_value).collect()),
            Kind::Table(table) => Value::Table(to_map(table)),
        }
    }
}

/// Returns a table's entries as a request would hold them.
pub(crate) fn to_map(table: &[Entry]) -> BTreeMap<String, Value> {
    table
        .iter()
        .map(|entry| (entry.key.clone(), entry.value.to_value()))
        .collect()
}

/// Returns the entry with this key.
pub(crate) fn get<'t>(table: &'t [Entry], key: &str) -> Option<&'t Entry> {
    table.iter().find(|entry| entry.key == key)
}

/// Reads TOML. Every syntax error is reported; a file with one is empty.
pub(crate) fn parse(text: &str, problems: &mut Problems<'_>) -> Table {
    let (document, errors) = DeTable::parse_recoverable(text);
    for error in errors {
        let span = error.span().unwrap_or(0..0);
        let hint = syntax_hint(text, &span);
        problems.error(
            "toml-syntax",
            span,
            format!("not TOML: {}", error.message()),
            hint,
        );
    }
    if problems.errors() > 0 {
        // What is left of a file with syntax errors would only be misread.
        return Table::new();
    }
    table(document.get_ref(), problems)
}

fn table(table: &DeTable<'_>, problems: &mut Problems<'_>) -> Table {
    let entries = table.iter().map(|(key, value)| Entry {
        key: key.get_ref().clone().into_owned(),
        span: key.span(),
        value: node(value, problems),
    });
    entries.collect()
}

fn node(value: &Spanned<DeValue<'_>>, problems: &mut Problems<'_>) -> Node {
    let span = value.span();
    let kind = match value.get_ref() {
        DeValue::String(text) => Kind::Text(text.as_ref().to_owned()),
        DeValue::Integer(integer) => match i64::from_str_radix(integer.as_str(), integer.radix()) {
            Ok(integer) => Kind::Integer(integer),
            Err(_) => {
                problems.error(
                    "bad-value",
                    span.clone(),
                    format!("`{integer}` is out of range"),
                    None,
                );
                Kind::Integer(0)
            }
        },
        DeValue::Float(_) => Kind::Float,
        DeValue::Boolean(value) => Kind::Bool(*value),
        DeValue::Datetime(date) => Kind::Date(*date),
        DeValue::Array(items) => {
            Kind::List(items.iter().map(|item| node(item, problems)).collect())
        }
        DeValue::Table(inner) => Kind::Table(table(inner, problems)),
    };
    Node { span, kind }
}

/// Explains the slips that people make often.
fn syntax_hint(text: &str, span: &Range<usize>) -> Option<String> {
    let start = text.get(..span.start)?.rfind('\n').map_or(0, |at| at + 1);
    let line = text.get(start..)?.lines().next()?.trim_start();
    let key = line
        .trim_start_matches('[')
        .split(['=', ']'])
        .next()?
        .trim();
    if key.contains('*') && !key.contains(['"', '\'']) {
        let last = key.rsplit('.').next().unwrap_or(key);
        return Some(format!("a key with `*` is written in quotes: `\"{last}\"`"));
    }
    let key = line.split(['=', ' ']).next()?;
    if key.starts_with("when.") || key.starts_with("unless.") || key.starts_with("require.") {
        let table = key.split('.').next()?;
        return Some(format!(
            "`{table} = {{ .. }}` is closed by its brace; write every condition inside it, or each as `{table}.<field> = ..`"
        ));
    }
    None
}
