//! Conditions on a field's value.

use alloc::boxed::Box;
use alloc::string::String;
use alloc::sync::Arc;
use alloc::vec::Vec;

use super::text::Pattern;
use super::{Finding, Scene, Truth, Why};
use crate::catalogue::Expected;
use crate::catalogue::FieldPath;
use crate::value::Value;

/// A value that a rule compares with: text, integer or boolean.
pub(crate) type Literal = Value;

/// Tests on one value; all must hold.
pub(crate) type Tests = Vec<Test>;

/// One operator and its operand.
#[derive(Clone, Debug)]
pub(crate) enum Test {
    /// Equal to one of these: a literal, a list, `is`, `in`.
    In(Vec<Literal>),
    InSet(Arc<[Literal]>),
    Not(Box<Tests>),
    Present(bool),
    SameAs(FieldPath),
    Prefix(String),
    Suffix(String),
    Contains(String),
    /// `glob` or `regex`, on the whole value.
    Matches(Pattern),
    /// At least, at most, more than, less than.
    Min(i64),
    Max(i64),
    Over(i64),
    Below(i64),
    /// One element of a list of text.
    Has(String),
}

/// A condition on `actor.*`, `resource.*`, `input.*` or `facts.*`.
#[derive(Clone, Debug)]
pub(crate) struct FieldCondition {
    pub(crate) path: FieldPath,
    pub(crate) tests: Tests,
}

impl FieldCondition {
    /// Calls `each` with the field, and with those that it is compared with.
    pub(super) fn each_field(&mut self, each: &mut impl FnMut(&mut FieldPath)) {
        fn compared(tests: &mut Tests, each: &mut impl FnMut(&mut FieldPath)) {
            for test in tests {
                match test {
                    Test::SameAs(path) => each(path),
                    Test::Not(tests) => compared(tests, each),
                    _ => {}
                }
            }
        }
        each(&mut self.path);
        compared(&mut self.tests, each);
    }

    /// Returns those of the tests that do not hold.
    pub(crate) fn failing(&self, scene: &Scene<'_>) -> Vec<&Test> {
        let holds = |test: &&Test| {
            let alone = Self {
                path: self.path.clone(),
                tests: alloc::vec![(*test).clone()],
            };
            alone.find(scene) == Ok(true)
        };
        self.tests.iter().filter(|test| !holds(test)).collect()
    }

    pub(crate) fn find(&self, scene: &Scene<'_>) -> Finding {
        let expected = scene.expected(&self.path);
        if expected == Expected::NotAField {
            return Ok(false);
        }
        let seen = match scene.request.get(&self.path) {
            Some(value) => Seen::Value(value),
            None if expected == Expected::Stray => return Ok(false),
            None => Seen::Absent {
                optional: expected == Expected::Optional,
            },
        };
        all(&self.tests, seen, false, scene).into()
    }
}

/// Tests the action, by its name in the catalogue.
pub(crate) fn find_action(tests: &Tests, scene: &Scene<'_>) -> Finding {
    let seen = scene
        .action
        .map_or(Seen::Absent { optional: false }, Seen::Text);
    all(tests, seen, false, scene).into()
}

/// What a request has for a field.
#[derive(Clone, Copy)]
enum Seen<'a> {
    Value(&'a Value),
    Text(&'a str),
    Absent { optional: bool },
}

const MISSING: Truth = Truth::Unknown(Why::Missing);
const TOO_LONG: Truth = Truth::Unknown(Why::TooLong);

fn all(tests: &Tests, seen: Seen<'_>, negated: bool, scene: &Scene<'_>) -> Truth {
    tests.iter().fold(Truth::True, |truth, test| {
        truth.and(test.truth(seen, negated, scene))
    })
}

impl Test {
    /// Builds the automaton of its pattern, if it has one.
    pub(super) fn warm(&self) {
        match self {
            Self::Matches(pattern) => pattern.warm(),
            Self::Not(tests) => tests.iter().for_each(Self::warm),
            _ => {}
        }
    }

    /// Returns the value of this test. Under `not` the absence of an optional field is unknown, not false.
    fn truth(&self, seen: Seen<'_>, negated: bool, scene: &Scene<'_>) -> Truth {
        match (self, seen) {
            (Self::Present(wanted), seen) => {
                (*wanted != matches!(seen, Seen::Absent { .. })).into()
            }
            (Self::Not(tests), seen) => all(tests, seen, true, scene).not(),
            (Self::SameAs(path), seen) => same(seen, path, scene),
            (_, Seen::Absent { optional: true }) if !negated => Truth::False,
            (_, Seen::Absent { .. }) => MISSING,
            (test, Seen::Text(text)) => test.on_text(text, scene),
            (test, Seen::Value(Value::Text(text))) => test.on_text(text, scene),
            (_, Seen::Value(Value::List(items))) if too_long(items, scene) => TOO_LONG,
            (test, Seen::Value(value)) => test.on_value(value),
        }
    }

    fn on_text(&self, text: &str, scene: &Scene<'_>) -> Truth {
        if text.len() > scene.limits.text_bytes {
            return TOO_LONG;
        }
        self.on_short_text(text)
    }

    /// Returns the value of this test on a text of any length, as [`Test::satisfiable`] needs it.
    fn on_short_text(&self, text: &str) -> Truth {
        match self {
            Self::In(literals) => equals_text(literals, text),
            Self::InSet(literals) => equals_text(literals, text),
            Self::Prefix(prefix) => text.starts_with(prefix.as_str()).into(),
            Self::Suffix(suffix) => text.ends_with(suffix.as_str()).into(),
            Self::Contains(part) => text.contains(part.as_str()).into(),
            Self::Matches(pattern) => pattern.matches(text).into(),
            _ => MISSING,
        }
    }

    fn on_value(&self, value: &Value) -> Truth {
        match (self, value) {
            (Self::In(literals), Value::Integer(_) | Value::Bool(_)) => equals(literals, value),
            (Self::InSet(literals), Value::Integer(_) | Value::Bool(_)) => equals(literals, value),
            (Self::Min(bound), Value::Integer(value)) => (value >= bound).into(),
            (Self::Max(bound), Value::Integer(value)) => (value <= bound).into(),
            (Self::Over(bound), Value::Integer(value)) => (value > bound).into(),
            (Self::Below(bound), Value::Integer(value)) => (value < bound).into(),
            (Self::Has(wanted), list) => match list.as_texts() {
                Some(texts) => texts.contains(&wanted.as_str()).into(),
                None => MISSING,
            },
            _ => MISSING,
        }
    }

    /// Whether any value at all could satisfy all of `tests`, as far as that is plain to see: bounds that cross, or a
    /// list of values that the other tests rule out.
    pub(crate) fn satisfiable(tests: &Tests) -> bool {
        let least = tests.iter().filter_map(|test| match test {
            Self::Min(bound) => Some(*bound),
            Self::Over(bound) => Some(bound.saturating_add(1)),
            _ => None,
        });
        let most = tests.iter().filter_map(|test| match test {
            Self::Max(bound) => Some(*bound),
            Self::Below(bound) => Some(bound.saturating_sub(1)),
            _ => None,
        });
        if least.max().unwrap_or(i64::MIN) > most.min().unwrap_or(i64::MAX) {
            return false;
        }
        let holds = |value: &Literal, test: &Self| match (test, value) {
            (Self::Not(_) | Self::Present(_) | Self::SameAs(_), _) => true,
            (test, Value::Text(text)) => test.on_short_text(text) != Truth::False,
            (test, value) => test.on_value(value) != Truth::False,
        };
        tests.iter().all(|test| match test {
            Self::In(values) => values
                .iter()
                .any(|value| tests.iter().all(|test| holds(value, test))),
            Self::InSet(values) => values
                .iter()
                .any(|value| tests.iter().all(|test| holds(value, test))),
            _ => true,
        })
    }
}

fn equals_text(literals: &[Literal], text: &str) -> Truth {
    let mut same_type = false;
    for literal in literals {
        if let Value::Text(wanted) = literal {
            same_type = true;
            if wanted == text {
                return Truth::True;
            }
        }
    }
    if same_type { Truth::False } else { MISSING }
}

/// Compares with each literal; a value of a type that none of them has is unknown.
fn equals(literals: &[Literal], value: &Value) -> Truth {
    let same_type =
        |literal: &&Literal| core::mem::discriminant(*literal) == core::mem::discriminant(value);
    if literals.contains(value) {
        Truth::True
    } else if literals.iter().any(|literal| same_type(&literal)) {
        Truth::False
    } else {
        MISSING
    }
}

/// Whether one of the texts in a list is longer than a condition reads.
fn too_long(items: &[Value], scene: &Scene<'_>) -> bool {
    let texts = items.iter().filter_map(Value::as_text);
    texts
        .map(str::len)
        .any(|length| length > scene.limits.text_bytes)
}

/// Compares two fields. Unknown when either is absent or empty, when their types differ, or when they are of a type
/// that conditions do not read.
fn same(seen: Seen<'_>, path: &FieldPath, scene: &Scene<'_>) -> Truth {
    let Seen::Value(left) = seen else {
        return MISSING;
    };
    let Some(right) = scene.value(path) else {
        return MISSING;
    };
    match (left, right) {
        (Value::Text(left), Value::Text(right)) if !left.is_empty() && !right.is_empty() => {
            let longest = left.len().max(right.len());
            if longest > scene.limits.text_bytes {
                TOO_LONG
            } else {
                (left == right).into()
            }
        }
        (Value::Integer(left), Value::Integer(right)) => (left == right).into(),
        (Value::Bool(left), Value::Bool(right)) => (left == right).into(),
        (Value::List(left), Value::List(right)) if !left.is_empty() && !right.is_empty() => {
            let texts = |list: &[Value]| list.iter().all(|item| item.as_text().is_some());
            if !texts(left) || !texts(right) {
                MISSING
            } else if too_long(left, scene) || too_long(right, scene) {
                TOO_LONG
            } else {
                (left == right).into()
            }
        }
        _ => MISSING,
    }
}
