//! `approvals`: whether enough people said yes.

use alloc::collections::BTreeSet;
use alloc::string::String;
use alloc::sync::Arc;
use alloc::vec::Vec;

use super::{Finding, Literal, Scene, Why, role};
use crate::catalogue::{FieldPath, Root};
use crate::request::digest_of;
use crate::value::Value;

/// What an approval must be bound to.
#[derive(Clone, Debug)]
pub(crate) enum Bound {
    /// `resource.digest`.
    Resource,
    /// The digest of these fields.
    Fields(Vec<FieldPath>),
}

/// A number of approvals, each of which counts only if it passes every check.
#[derive(Clone, Debug)]
pub(crate) struct ApprovalsCondition {
    pub(super) min: usize,
    /// Roles that make an approver eligible, implication followed.
    pub(super) roles: Option<BTreeSet<String>>,
    /// People who are eligible by name.
    pub(super) from: Option<Arc<[Literal]>>,
    /// Fields that name people whose approval does not count.
    pub(super) except: Vec<FieldPath>,
    pub(super) max_age_s: Option<i64>,
    pub(super) bound: Option<Bound>,
}

impl ApprovalsCondition {
    pub(super) fn find(&self, scene: &Scene<'_>) -> Finding {
        let excluded = self.excluded(scene)?;
        let digest = match &self.bound {
            None => None,
            Some(Bound::Resource) => Some(resource_digest(scene)?),
            Some(Bound::Fields(fields)) => {
                Some(Some(digest_of(scene.request, fields).ok_or(Why::Missing)?))
            }
        };
        let Some(Value::List(approvals)) = scene.request.fact("approvals") else {
            return Err(Why::Missing);
        };
        let mut counted = BTreeSet::new();
        for approval in approvals {
            let Value::Table(_) = approval else {
                return Err(Why::Missing);
            };
            if let Some(by) = approval.get("by").and_then(Value::as_text)
                && !by.is_empty()
                && !excluded.contains(by)
                && self.is_eligible(approval, by)
                && self.is_fresh(approval)
                && is_bound(approval, digest.as_ref())
            {
                counted.insert(by);
            }
        }
        Ok(counted.len() >= self.min)
    }

    /// Returns the people whose approval does not count. The actor stands for everybody it acts on behalf of, and the
    /// other way round: an agent cannot approve for its person, nor a person for their agent.
    fn excluded<'c>(&self, scene: &Scene<'c>) -> Result<BTreeSet<&'c str>, Why> {
        let mut excluded = BTreeSet::new();
        for path in &self.except {
            let named = match scene.value(path) {
                Some(Value::Text(name)) if !name.is_empty() => alloc::vec![name.as_str()],
                Some(list @ Value::List(_)) => list.as_texts().ok_or(Why::Missing)?,
                _ => return Err(Why::Missing),
            };
            excluded.extend(named);
        }
        let actor = scene.request.part(Root::Actor);
        let id = actor.get("id").and_then(Value::as_text);
        let people = actor
            .get("on_behalf_of")
            .and_then(Value::as_texts)
            .unwrap_or_default();
        if let Some(id) = id {
            if excluded.contains(id) {
                excluded.extend(people);
            } else if people.iter().any(|person| excluded.contains(person)) {
                excluded.insert(id);
            }
        }
        Ok(excluded)
    }

    fn is_eligible(&self, approval: &Value, by: &str) -> bool {
        let by_role = self.roles.as_ref().map(|roles| {
            approval
                .get("roles")
                .and_then(|held| role::holds(held, roles))
                .unwrap_or(false)
        });
        let by_name = self
            .from
            .as_ref()
            .map(|set| set.iter().any(|name| name.as_text() == Some(by)));
        match (by_role, by_name) {
            (None, None) => true,
            (role, name) => role.unwrap_or(false) || name.unwrap_or(false),
        }
    }

    fn is_fresh(&self, approval: &Value) -> bool {
        match (self.max_age_s, approval.get("age_s")) {
            (None, None) => true,
            (max, Some(Value::Integer(age))) => *age >= 0 && max.is_none_or(|max| *age <= max),
            _ => false,
        }
    }
}

/// Returns `resource.digest`; `None` when it is absent or empty, which no approval is bound to.
fn resource_digest(scene: &Scene<'_>) -> Result<Option<String>, Why> {
    let resource = scene.request.part(Root::Resource);
    match resource.get("digest") {
        None => Ok(None),
        Some(Value::Text(digest)) => Ok(Some(digest.clone()).filter(|digest| !digest.is_empty())),
        Some(_) => Err(Why::Missing),
    }
}

/// Whether an approval carries the wanted digest; `Some(None)` is a digest that does not exist, which none does.
fn is_bound(approval: &Value, wanted: Option<&Option<String>>) -> bool {
    match wanted {
        None => true,
        Some(None) => false,
        Some(Some(wanted)) => approval.get("digest").and_then(Value::as_text) == Some(wanted),
    }
}
