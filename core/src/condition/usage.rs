//! `usage`: how much of a budget is spent.

use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;
use core::fmt::Write;

use super::{Finding, Scene, Why};
use crate::catalogue::FieldPath;
use crate::value::Value;

/// One part of a counter's name.
#[derive(Clone, Debug)]
pub(crate) enum Part {
    Text(String),
    /// `{actor.id}`: the field's value.
    Field(FieldPath),
}

/// What one request costs.
#[derive(Clone, Debug)]
pub(crate) enum Cost {
    Fixed(i64),
    Field(FieldPath),
}

/// The bound on a counter.
#[derive(Clone, Copy, Debug)]
pub(crate) enum UsageBound {
    /// Holds when the count with this request is more.
    Over(i64),
    /// Holds when the count with this request is at most that.
    Max(i64),
}

/// A condition on a counter.
#[derive(Clone, Debug)]
pub(crate) struct UsageCondition {
    pub(crate) counter: Vec<Part>,
    pub(crate) per: String,
    pub(crate) bound: UsageBound,
    pub(crate) cost: Cost,
}

/// How a counter stands.
#[derive(Debug)]
pub(crate) struct Meter {
    pub(crate) counter: String,
    /// Its key in `facts.usage`.
    pub(crate) key: String,
    /// What was charged before this request.
    pub(crate) spent: i64,
    pub(crate) cost: i64,
    /// When it begins anew, in seconds.
    pub(crate) reset_s: Option<i64>,
}

impl Meter {
    /// Returns what the counter would stand at with this request.
    pub(crate) fn total(&self) -> i64 {
        self.spent.saturating_add(self.cost)
    }
}

impl UsageCondition {
    pub(crate) fn find(&self, scene: &Scene<'_>) -> Finding {
        let meter = self.meter(scene)?;
        Ok(match self.bound {
            UsageBound::Over(bound) => meter.total() > bound,
            UsageBound::Max(bound) => meter.total() <= bound,
        })
    }

    /// Returns how the counter stands.
    pub(crate) fn meter(&self, scene: &Scene<'_>) -> Result<Meter, Why> {
        let counter = self.counter(scene)?;
        let key = format!("{counter}/{}", self.per);
        let Some(Value::Table(usage)) = scene.request.fact("usage") else {
            return Err(Why::Missing);
        };
        let entry = usage.get(&key).filter(|entry| **entry != Value::Null);
        let spent = match entry {
            None => 0,
            Some(entry) => entry
                .get("n")
                .and_then(Value::as_integer)
                .filter(|n| *n >= 0)
                .ok_or(Why::Missing)?,
        };
        let reset_s = entry
            .and_then(|entry| entry.get("reset_s"))
            .and_then(Value::as_integer);
        Ok(Meter {
            counter,
            key,
            spent,
            cost: self.cost(scene)?,
            reset_s: reset_s.filter(|seconds| *seconds >= 0),
        })
    }

    /// Returns the counter's name with its fields filled in; `:`, `/` and `%` in a value are percent-escaped, so that no
    /// value can name another counter.
    fn counter(&self, scene: &Scene<'_>) -> Result<String, Why> {
        let mut name = String::new();
        for part in &self.counter {
            match part {
                Part::Text(text) => name.push_str(text),
                Part::Field(path) => match scene.value(path) {
                    Some(Value::Text(value)) => escape(value, &mut name),
                    // INVARIANT: writing to a `String` never fails.
                    Some(Value::Integer(value)) => drop(write!(name, "{value}")),
                    _ => return Err(Why::Missing),
                },
            }
        }
        Ok(name)
    }

    fn cost(&self, scene: &Scene<'_>) -> Result<i64, Why> {
        match &self.cost {
            Cost::Fixed(cost) => Ok(*cost),
            Cost::Field(path) => {
                let cost = scene
                    .value(path)
                    .and_then(Value::as_integer)
                    .filter(|cost| *cost >= 0);
                cost.ok_or(Why::Missing)
            }
        }
    }
}

fn escape(value: &str, out: &mut String) {
    for c in value.chars() {
        match c {
            ':' => out.push_str("%3A"),
            '/' => out.push_str("%2F"),
            '%' => out.push_str("%25"),
            c => out.push(c),
        }
    }
}
