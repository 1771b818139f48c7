//! `auth` and `session`: whether the actor signed in lately enough, and whether the session still holds.

use alloc::string::String;
use alloc::vec::Vec;

use super::{Finding, Scene, Why};
use crate::catalogue::Root;
use crate::value::Value;

/// How and how long ago the actor signed in.
#[derive(Clone, Debug)]
pub(crate) struct AuthCondition {
    pub(crate) max_age_s: Option<i64>,
    /// One of these methods; empty for any.
    pub(crate) methods: Vec<String>,
}

impl AuthCondition {
    pub(crate) fn find(&self, scene: &Scene<'_>) -> Finding {
        let Some(auth) = table(scene, "auth") else {
            return Ok(false);
        };
        let fresh = within(auth, "age_s", self.max_age_s);
        let method = match auth.get("method") {
            _ if self.methods.is_empty() => Ok(true),
            Some(Value::Text(method)) => Ok(self.methods.contains(method)),
            _ => Err(Why::Missing),
        };
        both(fresh, method)
    }
}

/// How old and how idle the session is.
#[derive(Clone, Debug)]
pub(crate) struct SessionCondition {
    pub(crate) max_age_s: Option<i64>,
    pub(crate) max_idle_s: Option<i64>,
    /// How many sessions the actor may have at once.
    pub(crate) max_count: Option<i64>,
}

impl SessionCondition {
    pub(crate) fn find(&self, scene: &Scene<'_>) -> Finding {
        let Some(session) = table(scene, "session") else {
            return Ok(false);
        };
        let valid = match session.get("revoked") {
            Some(Value::Bool(revoked)) => Ok(!revoked),
            _ => Err(Why::Missing),
        };
        let age = within(session, "age_s", self.max_age_s);
        let idle = within(session, "idle_s", self.max_idle_s);
        let count = within(session, "count", self.max_count);
        both(valid, both(age, both(idle, count)))
    }
}

/// Returns `actor.<name>`, which a request may leave out: then the condition is false.
pub(crate) fn table<'c>(scene: &Scene<'c>, name: &str) -> Option<&'c Value> {
    scene.request.part(Root::Actor).get(name)
}

/// Whether a number is at most `most`; unknown when it is missing or negative.
pub(crate) fn within(table: &Value, key: &str, most: Option<i64>) -> Finding {
    match (most, table.get(key)) {
        (None, _) => Ok(true),
        (Some(most), Some(Value::Integer(value))) if *value >= 0 => Ok(*value <= most),
        _ => Err(Why::Missing),
    }
}

/// Kleene's and: what is false decides, whatever else is unknown.
fn both(a: Finding, b: Finding) -> Finding {
    match (a, b) {
        (Ok(false), _) | (_, Ok(false)) => Ok(false),
        (Ok(true), other) => other,
        (unknown, _) => unknown,
    }
}
