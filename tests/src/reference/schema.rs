//! The JSON Schema of the policy format, for editors.
//!
//! Written in the part of draft-07 that draft-04 has too, with the same meaning, because Taplo reads draft-04: `definitions`, no
//! `const`, no `if`, and no key beside a `$ref`. Every object says what other keys it may have, because Tombi takes silence for none.
//!
//! A schema sees one file and no declarations. Where only the loader can know, it accepts: a key below a field that is no operator may
//! be a field of a declared table.

use doorward::vocabulary::{Form, Need, Shape, Word, known_fields, words_of};
use serde_json::{Map, Value, json};

/// Tables that must not be empty.
const NOT_EMPTY: [&str; 9] = [
    "command", "path", "url", "auth", "time", "op", "role", "operator", "expect",
];

/// Tables that take one key only.
const ONE_KEY: [&str; 2] = ["op", "role"];

/// Tables that have a definition of their own.
const TABLES: [&str; 22] = [
    "rule",
    "builtin",
    "operator",
    "role",
    "op",
    "command",
    "path",
    "url",
    "approvals",
    "auth",
    "session",
    "usage",
    "time",
    "delegated",
    "examples",
    "provenance",
    "action",
    "does",
    "program",
    "test",
    "expect",
    "condition",
];

/// The schema.
#[must_use]
pub fn schema() -> Value {
    let mut definitions = Map::new();
    for table in TABLES {
        definitions.insert(table.to_owned(), object(table));
    }
    definitions.insert("exception".to_owned(), exception());
    definitions.insert("branch".to_owned(), branch());
    definitions.insert("field".to_owned(), field());
    definitions.insert("fields".to_owned(), fields_below());
    for part in ["actor", "resource", "input", "facts"] {
        definitions.insert(format!("fields-of-{part}"), fields_of(part));
    }
    definitions.insert("value".to_owned(), of(&Shape::Literal));
    definitions.insert("request".to_owned(), request());
    let mut root = object("policy");
    if let Some(root) = root.as_object_mut() {
        root.insert(
            "$schema".to_owned(),
            json!("http://json-schema.org/draft-07/schema#"),
        );
        root.insert("title".to_owned(), json!("Doorward policy"));
        root.insert(
            "description".to_owned(),
            json!("A policy file of Doorward, format version 1. Generated from the words that the loader reads."),
        );
        root.insert("definitions".to_owned(), Value::Object(definitions));
    }
    root
}

/// The schema as it is written to its file.
#[must_use]
pub(super) fn text() -> String {
    // INVARIANT: a JSON value always serialises.
    let mut text = serde_json::to_string_pretty(&schema()).unwrap_or_default();
    text.push('\n');
    text
}

/// An object with the keys of one table and no others.
fn object(table: &str) -> Value {
    let words: Vec<&Word> = words_of(table).collect();
    let properties: Map<String, Value> = words
        .iter()
        .map(|word| (word.key.to_owned(), described(word)))
        .collect();
    let required: Vec<&str> = words
        .iter()
        .filter(|word| word.need == Need::Required)
        .map(|word| word.key)
        .collect();
    let mut object =
        json!({ "type": "object", "properties": properties, "additionalProperties": false });
    if !required.is_empty() {
        set(&mut object, "required", json!(required));
    }
    if NOT_EMPTY.contains(&table) {
        set(&mut object, "minProperties", json!(1));
    }
    if ONE_KEY.contains(&table) {
        set(&mut object, "maxProperties", json!(1));
    }
    object
}

/// Sets one key of an object.
fn set(object: &mut Value, key: &str, value: Value) {
    if let Some(object) = object.as_object_mut() {
        object.insert(key.to_owned(), value);
    }
}

/// A key's shape with its meaning, which editors show.
fn described(word: &Word) -> Value {
    let about = format!("{} Such as `{}`.", word.about, word.example);
    describe(of(&word.shape), &about)
}

fn describe(shape: Value, about: &str) -> Value {
    let mut described = json!({ "description": about });
    match shape {
        Value::Object(shape) if !shape.contains_key("$ref") => {
            if let Some(described) = described.as_object_mut() {
                described.extend(shape);
            }
        }
        reference => set(&mut described, "allOf", json!([reference])),
    }
    described
}

fn of(shape: &Shape) -> Value {
    match shape {
        Shape::Form(Form::FieldType) => json!({ "type": "string", "enum": field_types() }),
        Shape::Form(Form::Name) => {
            json!({ "type": "string", "pattern": Form::Name.pattern(), "maxLength": 80 })
        }
        Shape::Form(form) => json!({ "type": "string", "pattern": form.pattern() }),
        Shape::Choice(texts) => json!({ "type": "string", "enum": texts }),
        Shape::Integer { least, most } => {
            let mut integer = json!({ "type": "integer" });
            if *least > i64::MIN {
                set(&mut integer, "minimum", json!(least));
            }
            if *most < i64::MAX {
                set(&mut integer, "maximum", json!(most));
            }
            integer
        }
        Shape::Version => json!({ "type": "integer", "enum": [1] }),
        Shape::Bool => json!({ "type": "boolean" }),
        Shape::Date => json!({ "anyOf": [
            { "type": "string", "format": "date" },
            { "type": "string", "format": "date-time" },
        ] }),
        Shape::Literal => json!({ "type": ["string", "integer", "boolean"] }),
        Shape::Test => reference("field"),
        Shape::List(item) => json!({ "type": "array", "items": of(item) }),
        Shape::OneOrMore(item) => any_of([
            of(item),
            json!({ "type": "array", "minItems": 1, "items": of(item) }),
        ]),
        Shape::Either(a, b) => any_of([of(a), of(b)]),
        Shape::Table(name) => reference(name),
        Shape::Tables(name) => json!({ "type": "array", "items": reference(name) }),
        Shape::Named(item) => json!({ "type": "object", "additionalProperties": of(item) }),
        Shape::Conditions => reference("condition"),
        Shape::Exception => reference("exception"),
        Shape::Branches => json!({ "type": "array", "minItems": 1, "items": reference("branch") }),
        Shape::Fields(part) => reference(&format!("fields-of-{part}")),
        Shape::Request => reference("request"),
        _ => json!({ "type": "string" }),
    }
}

fn reference(name: &str) -> Value {
    json!({ "$ref": format!("#/definitions/{}", name) })
}

/// One of several shapes; nested alternatives are flattened, so that an editor offers them side by side.
fn any_of(shapes: impl IntoIterator<Item = Value>) -> Value {
    let mut flat = Vec::new();
    for shape in shapes {
        match shape.get("anyOf").and_then(Value::as_array) {
            Some(inner) => flat.extend(inner.iter().cloned()),
            None => flat.push(shape),
        }
    }
    json!({ "anyOf": flat })
}

fn field_types() -> Vec<String> {
    let names = [
        "text", "integer", "bool", "list", "table", "command", "path", "url", "patch", "tree",
    ];
    names
        .iter()
        .flat_map(|name| [(*name).to_owned(), format!("{name}?")])
        .collect()
}

fn exception() -> Value {
    let mut exception = object("condition");
    set(&mut exception, "minProperties", json!(1));
    set(&mut exception, "maxProperties", json!(1));
    exception
}

fn branch() -> Value {
    let mut branch = object("condition");
    if let Some(properties) = branch.get_mut("properties").and_then(Value::as_object_mut) {
        properties.remove("any_of");
    }
    set(&mut branch, "minProperties", json!(1));
    branch
}

/// What a field is compared with.
fn field() -> Value {
    any_of([
        of(&Shape::Literal),
        of(&Shape::List(&Shape::Literal)),
        reference("operator"),
        reference("fields"),
    ])
}

/// The fields inside a field that is a table. A mixture with operators is refused, as the loader does.
fn fields_below() -> Value {
    let operators: Vec<Value> = words_of("operator")
        .map(|word| json!({ "required": [word.key] }))
        .collect();
    json!({
        "type": "object",
        "minProperties": 1,
        "not": { "anyOf": operators },
        "additionalProperties": reference("field"),
    })
}

/// The fields of one part of the request: those that are known, and any other.
fn fields_of(part: &str) -> Value {
    let mut properties = Map::new();
    for word in words_of(part) {
        properties.insert(word.key.to_owned(), described(word));
    }
    for (name, kind) in known_fields() {
        if let Some(name) = name
            .strip_prefix(part)
            .and_then(|rest| rest.strip_prefix('.'))
            && !name.contains('.')
        {
            let about = format!("`{part}.{name}`, of type `{kind}`.");
            properties.insert(name.to_owned(), describe(reference("field"), &about));
        }
    }
    json!({ "type": "object", "properties": properties, "additionalProperties": reference("field") })
}

fn request() -> Value {
    let parts = [
        ("action", "The action's name."),
        (
            "actor",
            "Who acts: `id`, `kind`, `roles`, `tenant`, `on_behalf_of`, `auth`, `session`.",
        ),
        ("resource", "What it is done to: `type`, `id` and more."),
        ("input", "The action's own input."),
        (
            "facts",
            "What the host states: `now`, `cwd`, `home`, `project`, `approvals`, `usage`, `grants` and more.",
        ),
    ];
    let properties: Map<String, Value> = parts
        .iter()
        .map(|(part, about)| {
            let shape = if *part == "action" {
                of(&Shape::Text)
            } else {
                json!({ "type": "object", "additionalProperties": true })
            };
            ((*part).to_owned(), describe(shape, about))
        })
        .collect();
    json!({ "type": "object", "properties": properties, "additionalProperties": true })
}
