//! `approvals`: whether enough people said yes.

use alloc::collections::BTreeSet;
use alloc::string::String;
use alloc::sync::Arc;
use alloc::vec::Vec;

use serde::Serialize;

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
    pub(crate) min: usize,
    /// Roles that make an approver eligible, implication followed.
    pub(crate) roles: Option<BTreeSet<String>>,
    /// People who are eligible by name.
    pub(crate) from: Option<Arc<[Literal]>>,
    /// Fields that name people whose approval does not count.
    pub(crate) except: Vec<FieldPath>,
    pub(crate) max_age_s: Option<i64>,
    pub(crate) bound: Option<Bound>,
}

/// Why an approval did not count: the first of these reasons.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum IgnoredWhy {
    /// It names nobody.
    Unnamed,
    /// The same person was counted already.
    Duplicate,
    /// It comes from somebody whose approval does not count here, such as the author.
    #[serde(rename = "self")]
    SelfApproval,
    /// The approver is not eligible.
    Role,
    /// It is too old, from the future, or of unknown age.
    Stale,
    /// It approves something else.
    OtherDigest,
}

impl IgnoredWhy {
    /// Returns the name used in decisions.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Unnamed => "unnamed",
            Self::Duplicate => "duplicate",
            Self::SelfApproval => "self",
            Self::Role => "role",
            Self::Stale => "stale",
            Self::OtherDigest => "other_digest",
        }
    }
}

/// What came of the approvals of a request.
#[derive(Debug)]
pub(crate) struct Tally<'c> {
    pub(crate) counted: BTreeSet<String>,
    pub(crate) ignored: Vec<(&'c str, IgnoredWhy)>,
    /// The people whose approval does not count.
    pub(crate) excluded: BTreeSet<String>,
    /// What an approval must carry; `Some(None)` when no digest exists.
    pub(crate) digest: Option<Option<String>>,
}

impl ApprovalsCondition {
    pub(crate) fn find(&self, scene: &Scene<'_>) -> Finding {
        Ok(self.tally(scene)?.counted.len() >= self.min)
    }

    /// Returns which approvals count and why the others do not.
    pub(crate) fn tally<'c>(&self, scene: &Scene<'c>) -> Result<Tally<'c>, Why> {
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
        let mut ignored = Vec::new();
        for approval in approvals {
            let Value::Table(_) = approval else {
                return Err(Why::Missing);
            };
            let by = approval
                .get("by")
                .and_then(Value::as_text)
                .unwrap_or_default();
            let person = person(by);
            let why = if person.is_empty() {
                IgnoredWhy::Unnamed
            } else if counted.contains(&person) {
                IgnoredWhy::Duplicate
            } else if excluded.contains(&person) {
                IgnoredWhy::SelfApproval
            } else if !self.is_eligible(approval, by) {
                IgnoredWhy::Role
            } else if !self.is_fresh(approval) {
                IgnoredWhy::Stale
            } else if !is_bound(approval, digest.as_ref()) {
                IgnoredWhy::OtherDigest
            } else {
                counted.insert(person);
                continue;
            };
            ignored.push((by, why));
        }
        Ok(Tally {
            counted,
            ignored,
            excluded,
            digest,
        })
    }

    /// Returns the people whose approval does not count. The actor stands for everybody it acts on behalf of, and the
    /// other way round: an agent cannot approve for its person, nor a person for their agent.
    fn excluded(&self, scene: &Scene<'_>) -> Result<BTreeSet<String>, Why> {
        let mut excluded = BTreeSet::new();
        for path in &self.except {
            let named = match scene.value(path) {
                Some(Value::Text(name)) if !name.is_empty() => alloc::vec![name.as_str()],
                Some(list @ Value::List(_)) => list.as_texts().ok_or(Why::Missing)?,
                _ => return Err(Why::Missing),
            };
            excluded.extend(named.into_iter().map(person));
        }
        let actor = scene.request.part(Root::Actor);
        let id = actor.get("id").and_then(Value::as_text);
        let people = actor
            .get("on_behalf_of")
            .and_then(Value::as_texts)
            .unwrap_or_default();
        if let Some(id) = id.map(person) {
            let mut people = people.into_iter().map(person);
            if excluded.contains(&id) {
                excluded.extend(people);
            } else if people.any(|person| excluded.contains(&person)) {
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

/// Returns who is meant by a name: spaces around it and the case of its letters are no other person, so that nobody
/// approves twice, or what they wrote themselves, by spelling their name anew.
pub(crate) fn person(name: &str) -> String {
    name.trim().chars().flat_map(char::to_lowercase).collect()
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
