//! A request as JSON: values by their dotted path, null counting as absent.

use serde_json::Value;

/// One request.
#[derive(Debug, Clone, Copy)]
pub(super) struct Request<'a>(pub(super) &'a Value);

impl<'a> Request<'a> {
    /// The value at a dotted path; `None` when absent, null, or when something on the way is not a table.
    pub(super) fn get(self, path: &str) -> Option<&'a Value> {
        let mut value = self.0;
        for key in path.split('.') {
            value = value.as_object()?.get(key)?;
        }
        if value.is_null() { None } else { Some(value) }
    }

    /// The text at a path.
    pub(super) fn text(self, path: &str) -> Option<&'a str> {
        self.get(path)?.as_str()
    }

    /// The integer at a path; a float is none.
    pub(super) fn integer(self, path: &str) -> Option<i64> {
        self.get(path)?.as_i64()
    }
}

/// The elements of a list of text; an empty list is one.
pub(super) fn texts(value: &Value) -> Option<Vec<String>> {
    value
        .as_array()?
        .iter()
        .map(|item| item.as_str().map(str::to_owned))
        .collect()
}

/// Whether a value, or something in it, is a float.
pub(super) fn holds_float(value: &Value) -> bool {
    match value {
        Value::Number(number) => number.as_i64().is_none(),
        Value::Array(items) => items.iter().any(holds_float),
        Value::Object(entries) => entries.values().any(holds_float),
        _ => false,
    }
}

/// Canonical JSON as section 6 writes it: no spaces, keys in byte order, few escapes.
pub(super) fn canonical(value: &Value) -> String {
    match value {
        Value::String(text) => quoted(text),
        Value::Array(items) => format!(
            "[{}]",
            items.iter().map(canonical).collect::<Vec<_>>().join(",")
        ),
        Value::Object(entries) => {
            let mut keys: Vec<_> = entries.iter().collect();
            keys.sort_by(|a, b| a.0.as_bytes().cmp(b.0.as_bytes()));
            let parts: Vec<_> = keys
                .iter()
                .map(|(key, value)| format!("{}:{}", quoted(key), canonical(value)))
                .collect();
            format!("{{{}}}", parts.join(","))
        }
        other => other.to_string(),
    }
}

fn quoted(text: &str) -> String {
    let mut out = String::from("\"");
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\u{8}' => out.push_str("\\b"),
            '\t' => out.push_str("\\t"),
            '\n' => out.push_str("\\n"),
            '\u{c}' => out.push_str("\\f"),
            '\r' => out.push_str("\\r"),
            c if (c as u32) < 0x20 => out.push_str(&format!("\\u{:04x}", c as u32)),
            c => out.push(c),
        }
    }
    out.push('"');
    out
}
