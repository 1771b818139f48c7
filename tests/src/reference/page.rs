//! The reference page of the policy format: a template of prose in which markers stand for generated tables.

use std::fmt::Write;

use doorward::vocabulary::{
    CODES, Code, CodeKind, Form, Need, known_actions, known_fields, words_of,
};

const TEMPLATE: &str = include_str!("format.template.md");

/// The page. A marker that is not known stays, which a test refuses.
#[must_use]
pub fn page() -> String {
    let mut page = String::new();
    for line in TEMPLATE.lines() {
        let marker = line
            .strip_prefix("<!-- ")
            .and_then(|rest| rest.strip_suffix(" -->"));
        let words: Vec<&str> = marker.unwrap_or_default().split(' ').collect();
        let table = match words.as_slice() {
            ["generated"] => Some(
                "<!-- Generated from the vocabulary of the core: cargo run -p doorward-tests --bin generate -->\n"
                    .to_owned(),
            ),
            ["keys", table] => Some(keys(table)),
            ["forms"] => Some(forms()),
            ["codes", kind] => Some(codes(kind)),
            ["fields", part] => Some(fields(part)),
            ["actions"] => Some(actions()),
            _ => None,
        };
        page.push_str(table.as_deref().unwrap_or(line));
        if table.is_none() {
            page.push('\n');
        }
    }
    page
}

fn keys(table: &str) -> String {
    let mut rows = String::from("| key | value | meaning | such as |\n|---|---|---|---|\n");
    for word in words_of(table) {
        let need = match word.need {
            Need::Required => " **Required.**".to_owned(),
            Need::Optional => String::new(),
            Need::Default(default) if default.contains(' ') => format!(" If left out: {default}."),
            Need::Default(default) => format!(" If left out: `{default}`."),
        };
        // INVARIANT: writing to a text never fails.
        let _ = writeln!(
            rows,
            "| `{}` | {} | {}{need} | `{}` |",
            word.key, word.shape, word.about, word.example
        );
    }
    rows
}

fn forms() -> String {
    let mut rows = String::from("| value | what it is | such as |\n|---|---|---|\n");
    let plain = [
        ("text", "Any text, in quotes.", "\"Bash\""),
        ("integer", "A whole number.", "30"),
        ("bool", "`true` or `false`.", "true"),
        (
            "date",
            "A date, or a date with time and offset; without quotes.",
            "2026-12-31",
        ),
        (
            "literal",
            "A text, an integer or a bool, compared for equality.",
            "\"open\"",
        ),
        (
            "test",
            "A literal, a list of literals (any of them), or a table of operators (all of them).",
            "{ prefix = \"net.\", not = \"net.dns\" }",
        ),
        (
            "*x*, or list",
            "One *x*, or a list of at least one.",
            "[\"git log\", \"git diff\"]",
        ),
    ];
    for (name, about, example) in plain {
        let _ = writeln!(rows, "| {name} | {about} | `{example}` |");
    }
    for form in Form::ALL {
        let _ = writeln!(
            rows,
            "| {} | {} | `\"{}\"` |",
            form.name(),
            form.about(),
            form.example()
        );
    }
    rows
}

fn codes(kind: &str) -> String {
    let mut rows =
        String::from("| code | what it means | why it matters | what to do |\n|---|---|---|---|\n");
    let of_kind = |code: &&Code| code.kind.as_str() == kind;
    for code in CODES.iter().filter(of_kind) {
        let mark = if code.kind == CodeKind::LoadError {
            format!("<a id=\"{}\"></a>", code.name)
        } else {
            String::new()
        };
        let _ = writeln!(
            rows,
            "| {mark}`{}` | {} | {} | {} |",
            code.name, code.means, code.why, code.fix
        );
    }
    rows
}

fn fields(part: &str) -> String {
    let mut rows = String::from("| field | type |\n|---|---|\n");
    for (name, kind) in known_fields() {
        if name
            .strip_prefix(part)
            .is_some_and(|rest| rest.starts_with('.'))
        {
            let _ = writeln!(rows, "| `{name}` | {kind} |");
        }
    }
    rows
}

fn actions() -> String {
    let mut rows = String::from(
        "| action | hosts also call it | what it does | fields |\n|---|---|---|---|\n",
    );
    for action in known_actions() {
        let code = |names: &[&str]| {
            let names: Vec<String> = names.iter().map(|name| format!("`{name}`")).collect();
            names.join(" ")
        };
        let does: Vec<String> = action
            .does
            .iter()
            .map(|(verb, field)| format!("{verb}s `{field}`"))
            .collect();
        let fields: Vec<String> = action
            .fields
            .iter()
            .map(|(name, kind)| format!("`{name}` {kind}"))
            .collect();
        let _ = writeln!(
            rows,
            "| `{}` | {} | {} | {} |",
            action.name,
            code(action.aliases),
            does.join(", ").replace("fetchs", "fetches"),
            fields.join(", ")
        );
    }
    rows
}
