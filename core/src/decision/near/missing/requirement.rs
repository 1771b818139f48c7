//! Approvals, sign-ins, sessions, counters, hours and grants.

use alloc::collections::{BTreeMap, BTreeSet};
use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

use super::super::miss::{Ignored, Missing};
use super::value::is_near;
use super::{Change, Found, Place};
use crate::catalogue::{FieldPath, Root};
use crate::condition::Scene;
use crate::condition::approvals::{ApprovalsCondition, person};
use crate::condition::delegated::DelegatedCondition;
use crate::condition::sign_in::{AuthCondition, SessionCondition, within};
use crate::condition::time::TimeCondition;
use crate::condition::usage::{UsageBound, UsageCondition};
use crate::shown::Shown;
use crate::value::Value;

/// The keys of an approval, of a grant and of a counter, in the order in which they are shown.
const ORDER: [&str; 11] = [
    "by",
    "to",
    "roles",
    "age_s",
    "action",
    "resource",
    "expires_at",
    "digest",
    "method",
    "n",
    "reset_s",
];

/// A list or table of more entries than this is not written out again to change one of them.
const MOST_ENTRIES: usize = 1000;

impl Place<'_> {
    pub(super) fn describe_approvals(
        &self,
        condition: &ApprovalsCondition,
        missing: Missing,
    ) -> Found {
        let tally = condition.tally(&self.scene).ok();
        let have = tally.as_ref().map_or(0, |tally| tally.counted.len());
        let ignored = tally.map_or_else(Vec::new, |tally| tally.ignored);
        let ignored = ignored
            .into_iter()
            .map(|(by, why)| Ignored { by: cut(by), why });
        Found {
            missing: Missing {
                have: i64::try_from(have).ok(),
                need: i64::try_from(condition.min).ok(),
                ignored: ignored.collect(),
                ..missing
            },
            close: self.scene.request.fact("approvals").is_some(),
        }
    }

    /// Appends as many stand-ins to the request's approvals as are missing.
    pub(super) fn mend_approvals(
        &self,
        condition: &ApprovalsCondition,
        want: &Shown,
    ) -> Vec<Change> {
        let path = FieldPath::new(Root::Facts, "approvals");
        let mut approvals: Vec<Value> = match self.scene.request.fact("approvals") {
            Some(Value::List(items)) => items
                .iter()
                .filter(|item| matches!(item, Value::Table(_)))
                .cloned()
                .collect(),
            _ => Vec::new(),
        };
        // With the approvals that can be read, whatever they were sent as.
        let readable = self
            .scene
            .request
            .with_fields([(&path, Value::List(approvals.clone()))]);
        let scene = Scene {
            request: &readable,
            ..self.scene
        };
        let Ok(tally) = condition.tally(&scene) else {
            return Vec::new();
        };
        let digest = match &tally.digest {
            None => None,
            Some(None) => return Vec::new(),
            Some(Some(digest)) => Some(digest.clone()),
        };
        let role = want.get("role").and_then(Shown::first_text);
        let named = |approval: &Value| approval.get("by").and_then(Value::as_text).map(person);
        let mut taken: BTreeSet<String> = approvals.iter().filter_map(named).collect();
        taken.extend(tally.excluded.iter().cloned());
        let standing_in = || (1_u32..).map(|number| format!("approver-{number}"));
        let members = || {
            let set = condition.from.as_deref().unwrap_or_default();
            set.iter().filter_map(Value::as_text).map(String::from)
        };
        let by_name = role.is_none() && condition.from.is_some();
        let missing = condition.min.saturating_sub(tally.counted.len());
        if approvals.len() + missing > MOST_ENTRIES {
            return Vec::new();
        }
        let mut given: BTreeSet<String> = BTreeSet::new();
        for _ in 0..missing {
            let name = if by_name {
                // A member who approved in vain may still approve in earnest.
                members().find(|name| {
                    let person = person(name);
                    !tally.excluded.contains(&person)
                        && !tally.counted.contains(&person)
                        && !given.contains(&person)
                })
            } else {
                // INVARIANT: finitely many names are taken.
                standing_in().find(|name| !taken.contains(name))
            };
            let Some(name) = name else {
                return Vec::new();
            };
            given.insert(person(&name));
            taken.insert(person(&name));
            let roles = role.into_iter().map(Value::from).collect();
            let mut approval = BTreeMap::from([
                ("by".to_string(), Value::Text(name)),
                ("roles".to_string(), Value::List(roles)),
                ("age_s".to_string(), Value::Integer(0)),
            ]);
            if let Some(digest) = &digest {
                approval.insert("digest".into(), Value::Text(digest.clone()));
            }
            approvals.push(Value::Table(approval));
        }
        alloc::vec![(path, Shown::ordered(&Value::List(approvals), &ORDER))]
    }

    pub(super) fn describe_auth(&self, condition: &AuthCondition, missing: Missing) -> Found {
        let auth = self.part(Root::Actor, "auth");
        let age = auth.and_then(|auth| auth.get("age_s"));
        let seen = age.filter(|age| condition.max_age_s.is_some() || age.as_integer().is_some());
        Found {
            missing: Missing {
                seen: seen.and_then(super::seen),
                ..missing
            },
            close: auth.is_some(),
        }
    }

    pub(super) fn mend_auth(&self, condition: &AuthCondition) -> Vec<Change> {
        let auth = self.part(Root::Actor, "auth");
        let mut changes = Vec::new();
        if let Some(most) = condition.max_age_s
            && auth.is_none_or(|auth| within(auth, "age_s", Some(most)) != Ok(true))
        {
            changes.push(("age_s", Value::Integer(most)));
        }
        let method = auth
            .and_then(|auth| auth.get("method"))
            .and_then(Value::as_text);
        let known = |wanted: &String| method == Some(wanted);
        if let Some(first) = condition.methods.first()
            && !condition.methods.iter().any(known)
        {
            changes.push(("method", Value::Text(first.clone())));
        }
        self.mend_actor("auth", changes)
    }

    pub(super) fn describe_session(&self, condition: &SessionCondition, missing: Missing) -> Found {
        let session = self.part(Root::Actor, "session");
        let limits = [
            ("age_s", condition.max_age_s),
            ("idle_s", condition.max_idle_s),
            ("count", condition.max_count),
        ];
        let over = limits.into_iter().find(|(key, most)| {
            session.is_some_and(|session| within(session, key, *most) != Ok(true))
        });
        let key = over.map_or("age_s", |(key, _)| key);
        Found {
            missing: Missing {
                seen: session
                    .and_then(|session| session.get(key))
                    .and_then(super::seen),
                ..missing
            },
            close: session.is_some(),
        }
    }

    pub(super) fn mend_session(&self, condition: &SessionCondition) -> Vec<Change> {
        let session = self.part(Root::Actor, "session");
        let mut changes = Vec::new();
        for (key, most) in [
            ("age_s", condition.max_age_s),
            ("idle_s", condition.max_idle_s),
            ("count", condition.max_count),
        ] {
            if let Some(most) = most
                && session.is_none_or(|session| within(session, key, Some(most)) != Ok(true))
            {
                changes.push((key, Value::Integer(most)));
            }
        }
        let valid = session.and_then(|session| session.get("revoked")) == Some(&Value::Bool(false));
        if !valid {
            changes.push(("revoked", Value::Bool(false)));
        }
        self.mend_actor("session", changes)
    }

    /// Sets one key below `actor.<part>`, or the whole part where several are wrong.
    fn mend_actor(&self, part: &str, changes: Vec<(&str, Value)>) -> Vec<Change> {
        let path = FieldPath::new(Root::Actor, part);
        let known = self.part(Root::Actor, part);
        if let ([(key, to)], Some(Value::Table(_))) = (changes.as_slice(), known) {
            return alloc::vec![(path.below(key), to.into())];
        }
        let mut table = match known {
            Some(Value::Table(table)) => table.clone(),
            _ => BTreeMap::new(),
        };
        table.extend(changes.into_iter().map(|(key, to)| (key.to_string(), to)));
        alloc::vec![(path, Shown::ordered(&Value::Table(table), &ORDER))]
    }

    pub(super) fn describe_usage(
        &self,
        condition: &UsageCondition,
        missing: Missing,
        must_cease: bool,
    ) -> Found {
        let (UsageBound::Over(bound) | UsageBound::Max(bound)) = condition.bound;
        let Ok(meter) = condition.meter(&self.scene) else {
            return Found {
                missing: Missing {
                    need: Some(bound),
                    ..missing
                },
                close: false,
            };
        };
        // What a budget has left says something where the budget is what stands in the way.
        let spends = must_cease || matches!(condition.bound, UsageBound::Max(_));
        Found {
            missing: Missing {
                have: Some(meter.total()),
                need: Some(bound),
                left: spends.then(|| bound.saturating_sub(meter.spent).max(0)),
                retry_after_s: meter.reset_s.filter(|_| spends),
                ..missing
            },
            close: is_near(meter.total(), bound),
        }
    }

    /// Sets the counter to where this request, with its cost, meets the bound.
    pub(super) fn mend_usage(&self, condition: &UsageCondition) -> Vec<Change> {
        let change = || {
            let path = FieldPath::new(Root::Facts, "usage");
            let mut usage = match self.scene.request.fact("usage") {
                Some(Value::Table(usage)) => usage.clone(),
                _ => BTreeMap::new(),
            };
            // Without a table nothing was charged; what that makes of the counter the try will tell.
            let empty = self
                .scene
                .request
                .with_fields([(&path, Value::Table(BTreeMap::new()))]);
            let meter = condition.meter(&self.scene).or_else(|_| {
                condition.meter(&Scene {
                    request: &empty,
                    ..self.scene
                })
            });
            let meter = meter.ok()?;
            let bound = match condition.bound {
                UsageBound::Over(bound) if meter.total() > bound => bound,
                UsageBound::Over(bound) => bound.checked_add(1)?,
                UsageBound::Max(bound) => bound.min(meter.total()),
            };
            let n = bound.checked_sub(meter.cost).filter(|n| *n >= 0)?;
            let mut entry = match usage.get(&meter.key) {
                Some(Value::Table(entry)) => entry.clone(),
                _ => BTreeMap::new(),
            };
            entry.insert("n".into(), Value::Integer(n));
            usage.insert(meter.key, Value::Table(entry));
            let small = usage.len() <= MOST_ENTRIES;
            small.then(|| (path, Shown::ordered(&Value::Table(usage), &ORDER)))
        };
        change().into_iter().collect()
    }

    pub(super) fn describe_time(
        &self,
        condition: &TimeCondition,
        missing: Missing,
        must_cease: bool,
    ) -> Found {
        let now = self.scene.request.fact("now").and_then(Value::as_integer);
        let next = now.and_then(|now| Some(condition.next(now, !must_cease)?.saturating_sub(now)));
        Found {
            missing: Missing {
                seen: now.map(Shown::Integer),
                retry_after_s: next,
                ..missing
            },
            close: now.is_some(),
        }
    }

    pub(super) fn mend_time(&self, retry_after_s: Option<i64>) -> Vec<Change> {
        let now = self.scene.request.fact("now").and_then(Value::as_integer);
        let then = now
            .zip(retry_after_s)
            .and_then(|(now, wait)| now.checked_add(wait));
        let path = FieldPath::new(Root::Facts, "now");
        then.map(|then| (path, Shown::Integer(then)))
            .into_iter()
            .collect()
    }

    /// Appends a grant from the person in `from` to the actor, for the next second.
    pub(super) fn mend_delegated(&self, condition: &DelegatedCondition) -> Vec<Change> {
        let change = || {
            let text = |value: Option<&Value>| {
                let text = value.and_then(Value::as_text);
                text.filter(|text| !text.is_empty()).map(Value::from)
            };
            let now = self.scene.request.fact("now").and_then(Value::as_integer)?;
            let grant = [
                ("by", text(self.scene.value(&condition.from))?),
                ("to", text(self.part(Root::Actor, "id"))?),
                ("action", self.scene.action?.into()),
                ("resource", text(self.part(Root::Resource, "id"))?),
                ("expires_at", Value::Integer(now.checked_add(1)?)),
            ];
            let mut grants = match self.scene.request.fact("grants") {
                Some(Value::List(grants)) => grants.clone(),
                _ => Vec::new(),
            };
            let grant = grant
                .into_iter()
                .map(|(key, value)| (key.to_string(), value));
            grants.push(Value::Table(grant.collect()));
            let path = FieldPath::new(Root::Facts, "grants");
            let small = grants.len() <= MOST_ENTRIES;
            small.then(|| (path, Shown::ordered(&Value::List(grants), &ORDER)))
        };
        change().into_iter().collect()
    }
}

fn cut(text: &str) -> String {
    match super::seen_text(text) {
        Shown::Text(text) => text,
        _ => String::new(),
    }
}
