//! Fields and roles.

use alloc::collections::BTreeSet;
use alloc::string::String;
use alloc::vec::Vec;

use super::super::miss::{Missing, MissingKind};
use super::super::text::{Comparison, Words, is_pattern, is_regular, with_witness};
use super::{Change, Found, Place, seen};
use crate::automaton::witness::cost;
use crate::catalogue::{FieldPath, Root};
use crate::condition::Literal;
use crate::condition::field::{FieldCondition, Test};
use crate::condition::role::RoleCondition;
use crate::shown::Shown;
use crate::value::Value;

impl Place<'_> {
    pub(super) fn describe_field(
        &self,
        field: &FieldCondition,
        blank: impl Fn(MissingKind) -> Missing,
    ) -> Found {
        let failing = field.failing(&self.scene);
        let pattern = failing.iter().any(|test| is_pattern(test));
        let kind = if pattern {
            MissingKind::Text
        } else {
            MissingKind::Value
        };
        let value = self.request().get(&field.path);
        let mut missing = Missing {
            seen: value.and_then(seen),
            ..blank(kind)
        };
        let mut close = value.is_some();
        for test in failing {
            match (test, value) {
                (Test::Prefix(_) | Test::Suffix(_) | Test::Contains(_) | Test::Matches(_), _) => {
                    let text = value
                        .and_then(Value::as_text)
                        .filter(|text| text.len() <= self.scene.limits.text_bytes);
                    let compared = text.and_then(|text| {
                        with_witness(test, |witness| {
                            let compared = Comparison::new(witness, text, 0, Words::Line)?;
                            if missing.at.is_none() {
                                missing.at = Some(compared.at());
                                missing.expected = Some(compared.expected());
                                missing.closeness = Some(compared.closeness());
                            }
                            Some(compared.is_close(self.corrections))
                        })
                    });
                    close = close && compared == Some(true);
                }
                (
                    Test::Min(bound) | Test::Max(bound) | Test::Over(bound) | Test::Below(bound),
                    value,
                ) => {
                    let number = value.and_then(Value::as_integer);
                    close = close && number.is_some_and(|number| is_near(number, *bound));
                }
                _ => {}
            }
        }
        Found { missing, close }
    }

    pub(super) fn mend_field(&self, field: &FieldCondition) -> Vec<Change> {
        let value = self.request().get(&field.path);
        let failing = field.failing(&self.scene);
        // Each test that fails takes what the one before it made of the value.
        let mut to = value.cloned();
        for test in &failing {
            match self.mend_value(test, to.as_ref()) {
                Some(mended) => to = Some(mended),
                None => return Vec::new(),
            }
        }
        let changed = |to: Value| (field.path.clone(), Shown::from(&to));
        to.map(changed).into_iter().collect()
    }

    /// Returns the value nearest to one that a test holds on.
    fn mend_value(&self, test: &Test, value: Option<&Value>) -> Option<Value> {
        match test {
            Test::In(literals) => nearest_literal(literals, value),
            Test::InSet(literals) => nearest_literal(literals, value),
            Test::Present(wanted) => (!*wanted).then_some(Value::Null),
            Test::SameAs(path) => self.scene.value(path).cloned(),
            Test::Min(bound) | Test::Max(bound) => Some((*bound).into()),
            Test::Over(bound) => Some(bound.checked_add(1)?.into()),
            Test::Below(bound) => Some(bound.checked_sub(1)?.into()),
            Test::Has(wanted) => {
                let mut items = match value {
                    Some(list @ Value::List(items)) if list.as_texts().is_some() => items.clone(),
                    None => Vec::new(),
                    _ => return None,
                };
                items.push(wanted.as_str().into());
                Some(Value::List(items))
            }
            Test::Prefix(text) | Test::Suffix(text) | Test::Contains(text)
                if value.and_then(Value::as_text).is_none() =>
            {
                Some(text.as_str().into())
            }
            Test::Prefix(_) | Test::Suffix(_) | Test::Contains(_) | Test::Matches(_) => {
                let text = value.and_then(Value::as_text).unwrap_or_default();
                let mended = with_witness(test, |witness| {
                    Comparison::new(witness, text, 0, Words::Line)?.mended(is_regular(test))
                });
                mended.map(Value::Text)
            }
            // What something else it should be, a rule does not say.
            Test::Not(_) => None,
        }
    }

    pub(super) fn describe_role(&self, missing: Missing) -> Found {
        let roles = self.part(Root::Actor, "roles");
        Found {
            missing: Missing {
                seen: roles.and_then(seen),
                ..missing
            },
            close: roles.is_some(),
        }
    }

    /// Gives the actor the first role that the rule names, or takes away those that it must not have.
    pub(super) fn mend_role(&self, role: &RoleCondition, want: &Shown) -> Vec<Change> {
        let held = self.part(Root::Actor, "roles").and_then(Value::as_texts);
        let held: Vec<&str> = held.unwrap_or_default();
        let mut roles: Vec<Shown> = held
            .iter()
            .filter(|held| !role.negated || !role.any.contains(**held))
            .map(|held| (*held).into())
            .collect();
        if !role.negated {
            let Some(name) = first_role(want, &role.any) else {
                return Vec::new();
            };
            roles.push(Shown::Text(name));
        }
        let path = FieldPath::new(Root::Actor, "roles");
        alloc::vec![(path, Shown::List(roles))]
    }
}

/// Returns the first role that a rule names, else the first of those that it takes.
fn first_role(want: &Shown, any: &BTreeSet<String>) -> Option<String> {
    let named = ["is", "in"].into_iter().find_map(|key| want.get(key));
    let named = named.unwrap_or(want).first_text();
    named.map(String::from).or_else(|| any.first().cloned())
}

/// Whether a number is within a fifth of a bound.
pub(super) fn is_near(number: i64, bound: i64) -> bool {
    number.abs_diff(bound).saturating_mul(5) <= bound.unsigned_abs()
}

/// Returns the member closest to a value: of the same type if there is one, the first of several.
fn nearest_literal(literals: &[Literal], value: Option<&Value>) -> Option<Value> {
    let distance = |literal: &&Literal| match (literal, value) {
        (Value::Text(to), Some(Value::Text(from))) => {
            let most = 256;
            let short = from.len() <= most && to.len() <= most;
            let cost = if short {
                cost(from.as_bytes(), to.as_bytes())
            } else {
                None
            };
            (
                0,
                cost.and_then(|cost| u64::try_from(cost).ok())
                    .unwrap_or(u64::MAX),
            )
        }
        (Value::Integer(to), Some(Value::Integer(from))) => (0, from.abs_diff(*to)),
        (Value::Bool(_), Some(Value::Bool(_))) => (0, 0),
        _ => (1, 0),
    };
    literals.iter().min_by_key(distance).cloned()
}
