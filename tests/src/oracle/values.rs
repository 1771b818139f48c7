//! The tests on one field of the request: equality, sets, texts, numbers, lists.

use super::fields::Found;
use super::globs::on_text;
use super::truth::Truth;
use serde_json::Value;

/// One operator, or several joined.
#[derive(Debug, Clone)]
pub(super) enum Test {
    /// Equal to one of these literals.
    OneOf(Vec<Value>),
    InSet(String),
    Not(Box<Test>),
    Present(bool),
    /// Equal to the value of another field.
    SameAs(String),
    Prefix(Vec<String>),
    Suffix(Vec<String>),
    Contains(Vec<String>),
    Glob(Vec<String>),
    Regex(Vec<String>),
    Min(i64),
    Max(i64),
    Over(i64),
    Below(i64),
    /// A list of text has one of these elements.
    Has(Vec<Value>),
    All(Vec<Test>),
}

/// Looks up the things a test refers to.
pub(super) trait Lookup {
    /// The members of a set.
    fn set(&self, name: &str) -> Vec<Value>;
    /// What stands at another field.
    fn field(&self, path: &str) -> Found<'_>;
    /// The longest text that is read, in bytes.
    fn longest(&self) -> usize;
}

impl Test {
    /// The truth of this test on what was found, row by row of section 4.2.
    pub(super) fn eval(&self, found: Found<'_>, lookup: &dyn Lookup) -> Truth {
        match found {
            Found::NotAField => Truth::False,
            found => self.on_a_field(found, lookup, false),
        }
    }

    fn on_a_field(&self, found: Found<'_>, lookup: &dyn Lookup, under_not: bool) -> Truth {
        match (self, found) {
            (Test::All(tests), _) => Truth::all(
                tests
                    .iter()
                    .map(|test| test.on_a_field(found, lookup, under_not)),
            ),
            (Test::Not(test), _) => test.on_a_field(found, lookup, true).negate(),
            (Test::Present(wanted), _) => Truth::of(*wanted == matches!(found, Found::Value(_))),
            (_, Found::Value(value)) => self.on_a_value(value, lookup),
            (Test::SameAs(_), _) => Truth::missing(),
            (_, Found::LeftOut) if !under_not => Truth::False,
            _ => Truth::missing(),
        }
    }

    /// The plain operators on a value that is there; a value of another type is unknown.
    fn on_a_value(&self, value: &Value, lookup: &dyn Lookup) -> Truth {
        let text = |holds: &dyn Fn(&str) -> bool| {
            value
                .as_str()
                .map_or(Truth::missing(), |text| Truth::of(holds(text)))
        };
        let integer = |holds: &dyn Fn(i64) -> bool| {
            value
                .as_i64()
                .map_or(Truth::missing(), |n| Truth::of(holds(n)))
        };
        if is_longer(value, lookup.longest()) {
            return Truth::too_long();
        }
        match self {
            Test::OneOf(literals) => one_of(value, literals),
            Test::InSet(name) => one_of(value, &lookup.set(name)),
            Test::Prefix(wanted) => {
                text(&|text| wanted.iter().any(|w| text.starts_with(w.as_str())))
            }
            Test::Suffix(wanted) => text(&|text| wanted.iter().any(|w| text.ends_with(w.as_str()))),
            Test::Contains(wanted) => {
                text(&|text| wanted.iter().any(|w| text.contains(w.as_str())))
            }
            Test::Glob(wanted) => text(&|text| {
                wanted
                    .iter()
                    .any(|w| on_text(w.as_bytes(), text.as_bytes()))
            }),
            Test::Regex(wanted) => text(&|text| wanted.iter().any(|w| whole_match(w, text))),
            Test::Min(bound) => integer(&|n| n >= *bound),
            Test::Max(bound) => integer(&|n| n <= *bound),
            Test::Over(bound) => integer(&|n| n > *bound),
            Test::Below(bound) => integer(&|n| n < *bound),
            Test::Has(wanted) => match super::request::texts(value) {
                Some(items) => Truth::of(wanted.iter().any(|w| {
                    w.as_str()
                        .is_some_and(|w| items.iter().any(|item| item == w))
                })),
                None => Truth::missing(),
            },
            Test::SameAs(path) => match lookup.field(path) {
                Found::Value(other)
                    if kind(other) == kind(value)
                        && !is_empty(value)
                        && !is_empty(other)
                        && !is_longer(other, lookup.longest())
                        && comparable(value)
                        && comparable(other) =>
                {
                    Truth::of(value == other)
                }
                _ => Truth::missing(),
            },
            // Handled before a value is looked at.
            Test::Not(_) | Test::Present(_) | Test::All(_) => Truth::missing(),
        }
    }
}

/// Equality with one of the literals; unknown when the value has the type of none of them.
fn one_of(value: &Value, literals: &[Value]) -> Truth {
    if literals.iter().any(|literal| literal == value) {
        return Truth::True;
    }
    if literals.iter().any(|literal| kind(literal) == kind(value)) && comparable(value) {
        Truth::False
    } else {
        Truth::missing()
    }
}

/// The type of a value, as far as equality cares.
fn kind(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "bool",
        Value::Number(number) if number.as_i64().is_some() => "integer",
        Value::Number(_) => "float",
        Value::String(_) => "text",
        Value::Array(_) => "list",
        Value::Object(_) => "table",
    }
}

/// Text, integer, bool, list of text and table can be read; a float and any other list cannot.
fn comparable(value: &Value) -> bool {
    match value {
        Value::Array(_) => super::request::texts(value).is_some(),
        other => kind(other) != "float",
    }
}

/// A text, or one in a list, is longer than what is read.
fn is_longer(value: &Value, most: usize) -> bool {
    match value {
        Value::String(text) => text.len() > most,
        Value::Array(items) => items
            .iter()
            .any(|item| item.is_string() && is_longer(item, most)),
        _ => false,
    }
}

fn is_empty(value: &Value) -> bool {
    match value {
        Value::String(text) => text.is_empty(),
        Value::Array(items) => items.is_empty(),
        Value::Object(entries) => entries.is_empty(),
        _ => false,
    }
}

/// The whole value, `.` takes a newline, ASCII classes.
fn whole_match(pattern: &str, text: &str) -> bool {
    use regex_automata::{meta::Regex, util::syntax};
    let syntax = syntax::Config::new()
        .unicode(false)
        .utf8(false)
        .dot_matches_new_line(true);
    let built = Regex::builder()
        .syntax(syntax)
        .configure(Regex::config().utf8_empty(false))
        .build(&format!(r"\A(?:{pattern})\z"));
    match built {
        Ok(regex) => regex.is_match(text),
        Err(error) => super::bad(&format!("pattern `{pattern}`: {error}")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    struct Nothing;
    impl Lookup for Nothing {
        fn set(&self, _: &str) -> Vec<Value> {
            vec![json!("a"), json!("b")]
        }
        fn field(&self, _: &str) -> Found<'_> {
            Found::Missing
        }
        fn longest(&self) -> usize {
            usize::MAX
        }
    }

    #[test]
    fn the_rows_of_the_three_valued_table() {
        let plain = Test::OneOf(vec![json!("a")]);
        let negated = Test::Not(Box::new(plain.clone()));
        let (a, b, n) = (json!("a"), json!("b"), json!(1));
        let rows = [
            (Found::Value(&a), Truth::True, Truth::False),
            (Found::Value(&b), Truth::False, Truth::True),
            (Found::Value(&n), Truth::missing(), Truth::missing()),
            (Found::Missing, Truth::missing(), Truth::missing()),
            (Found::LeftOut, Truth::False, Truth::missing()),
            (Found::NotAField, Truth::False, Truth::False),
        ];
        for (found, as_plain, under_not) in rows {
            assert_eq!(plain.eval(found, &Nothing), as_plain, "{found:?}");
            assert_eq!(
                negated.eval(found, &Nothing),
                under_not,
                "{found:?} under not"
            );
        }
        for found in [Found::Missing, Found::LeftOut] {
            assert_eq!(Test::Present(false).eval(found, &Nothing), Truth::True);
            assert_eq!(Test::Present(true).eval(found, &Nothing), Truth::False);
            assert_eq!(
                Test::SameAs("actor.id".into()).eval(found, &Nothing),
                Truth::missing()
            );
        }
    }

    #[test]
    fn floats_and_mixed_lists_are_present_and_otherwise_unknown() {
        for value in [json!(1.5), json!([1, "a"])] {
            assert_eq!(
                Test::Present(true).eval(Found::Value(&value), &Nothing),
                Truth::True
            );
            for test in [
                Test::OneOf(vec![json!(1)]),
                Test::Min(1),
                Test::Has(vec![json!("a")]),
                Test::Prefix(vec!["a".into()]),
                Test::InSet("s".into()),
            ] {
                assert_eq!(
                    test.eval(Found::Value(&value), &Nothing),
                    Truth::missing(),
                    "{value} {test:?}"
                );
            }
        }
    }

    #[test]
    fn a_regex_takes_the_whole_value_and_dot_takes_a_newline() {
        assert!(
            whole_match("a.b|c", "a\nb")
                && whole_match("a.b|c", "c")
                && !whole_match("a.b|c", "cc")
                && !whole_match(r"\d", "٣")
        );
        assert!(on_text(b"*.*", b"a.b") && on_text(b"a*", b"a/b") && !on_text(b"*.*", b"ab"));
    }
}
