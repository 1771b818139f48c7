//! Reads the examples of a rule.

use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;
use core::ops::Range;

use crate::condition::read::unknown_key;
use crate::document::{Entry, Kind, Problems, get};
use crate::value::Value;
use crate::vocabulary;

/// One example of a rule.
#[derive(Clone, Debug)]
pub(crate) struct Example {
    /// A command, path or URL; or a request.
    pub(crate) value: Value,
    /// Whether the rule must match it, or must not.
    pub(crate) matches: bool,
    pub(crate) span: Range<usize>,
    /// The file it stands in, by position.
    pub(crate) file: usize,
    /// The first action that the rule's scope names, which says what a text example is.
    pub(crate) action: Option<String>,
    /// What a text is when the scope names no action: the path of a write, a path, a URL, or else a command.
    pub(crate) shape: ExampleShape,
}

/// What an example that is a text stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ExampleShape {
    Command,
    ReadPath,
    WritePath,
    Url,
}

/// Reads `examples` of the rule in `table`, whose scope is `when` and names `action` first; `file` is its position.
pub(super) fn read_examples(
    table: &[Entry],
    when: &[Entry],
    action: Option<&String>,
    file: usize,
    problems: &mut Problems<'_>,
) -> Vec<Example> {
    let Some(entry) = get(table, "examples") else {
        return Vec::new();
    };
    let Kind::Table(table) = &entry.value.kind else {
        let message = format!("`examples` is a table; found {}", entry.value.article());
        problems.error(
            "wrong-type",
            entry.value.span.clone(),
            message,
            "`examples.match = [..]`".to_string(),
        );
        return Vec::new();
    };
    let known = vocabulary::keys_of("examples");
    let shape = example_shape(when);
    let mut examples = Vec::new();
    for entry in table {
        if !known.contains(&entry.key.as_str()) {
            unknown_key(problems, entry, "examples", &known);
            continue;
        }
        let Kind::List(items) = &entry.value.kind else {
            let message = format!(
                "`examples.{}` is a list; found {}",
                entry.key,
                entry.value.article()
            );
            problems.error("wrong-type", entry.value.span.clone(), message, None);
            continue;
        };
        for item in items {
            if !matches!(item.kind, Kind::Text(_) | Kind::Table(_)) {
                let message = format!(
                    "an example is a text or a request; found {}",
                    item.article()
                );
                problems.error("wrong-type", item.span.clone(), message, None);
                continue;
            }
            examples.push(Example {
                value: item.to_value(),
                matches: entry.key == "match",
                span: item.span.clone(),
                file,
                action: action.cloned(),
                shape,
            });
        }
    }
    examples
}

/// Says what a text example stands for when its rule's scope names no action.
fn example_shape(when: &[Entry]) -> ExampleShape {
    let writes_only = get(when, "op").is_some_and(|op| match &op.value.kind {
        Kind::Text(op) => op == "file.write",
        Kind::List(items) => {
            items.len() == 1
                && items
                    .iter()
                    .all(|item| item.as_text() == Some("file.write"))
        }
        _ => false,
    });
    let file_op = get(when, "op").is_some_and(|op| match &op.value.kind {
        Kind::Text(op) => op.starts_with("file."),
        Kind::List(items) => items
            .iter()
            .any(|item| item.as_text().is_some_and(|op| op.starts_with("file."))),
        _ => false,
    });
    if get(when, "command").is_some() {
        ExampleShape::Command
    } else if get(when, "url").is_some() {
        ExampleShape::Url
    } else if writes_only {
        ExampleShape::WritePath
    } else if get(when, "path").is_some() || file_op {
        ExampleShape::ReadPath
    } else {
        ExampleShape::Command
    }
}
