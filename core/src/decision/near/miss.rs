//! What a near miss says.

use alloc::string::String;
use alloc::sync::Arc;
use alloc::vec::Vec;

use serde::{Serialize, Serializer};

pub use crate::condition::approvals::IgnoredWhy;
use crate::rule::Effect;
use crate::shown::Shown;

/// A rule that would have changed the decision, and what it lacks; or a close call.
///
/// ```
/// use doorward::{Policy, Request};
///
/// let policy = Policy::from_toml(
///     r#"
///     doorward = 1
///     [[rule]]
///     name = "apply"
///     effect = "allow"
///     when.action = "proposal.apply"
///     require.auth = { max_age = "5m" }
///     "#,
/// )?;
/// let request = Request::from_json(br#"{"action":"proposal.apply","actor":{"id":"eva","auth":{"age_s":1200}}}"#)?;
/// let decision = policy.decide(&request);
/// let near = &decision.near()[0];
/// assert_eq!((&*near.rule, near.status.as_str()), ("apply", "pending"));
/// assert_eq!(near.missing[0].field, "auth");
/// assert_eq!(near.missing[0].fix.as_ref().unwrap().set, "actor.auth.age_s");
/// assert!(decision.can_wait());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct NearMiss {
    /// The rule's name.
    pub rule: Arc<str>,
    /// What it asks for; what it fired as, for the rule that is the basis.
    pub effect: Effect,
    /// Which of the decision's leaves it is about, from 0; absent when there is just one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub leaf: Option<usize>,
    /// How it misses.
    pub status: Status,
    /// What it lacks, by field.
    pub missing: Vec<Missing>,
    /// Whether mending all of it makes the request allowed; absent on a close call.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub flips: Option<Flips>,
    /// What would still be in the way.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub blocked_by: Vec<Blocker>,
}

/// How a rule misses.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Status {
    /// The rule is about the request, and what it requires is not there yet.
    Pending,
    /// The rule would be about the request if few conditions, each of them close, held.
    Near,
    /// The rule denies or asks, and this would switch it off.
    Exempt,
}

impl Status {
    /// Returns the name used in decisions.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Near => "near",
            Self::Exempt => "exempt",
        }
    }
}

/// Whether a near miss, mended, makes the request allowed; found by deciding again.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Flips {
    /// With every fix put in the decision is `allow`.
    Yes,
    /// It may be, depending on how what is missing is mended.
    Maybe,
    /// Something else blocks the request, however what is missing is mended.
    No,
}

impl Flips {
    /// Returns the name used in decisions.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Yes => "yes",
            Self::Maybe => "maybe",
            Self::No => "no",
        }
    }
}

/// The family of a condition.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum MissingKind {
    /// Equality, sets, numbers, presence.
    Value,
    /// A pattern, command, path, directory or URL.
    Text,
    /// A role of the actor.
    Role,
    /// Approvals.
    Approvals,
    /// The sign-in.
    Auth,
    /// The session.
    Session,
    /// A counter.
    Usage,
    /// The hour or the day, or a rule that has expired.
    Time,
    /// A chain of grants.
    Delegated,
}

impl MissingKind {
    /// Returns the name used in decisions.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Value => "value",
            Self::Text => "text",
            Self::Role => "role",
            Self::Approvals => "approvals",
            Self::Auth => "auth",
            Self::Session => "session",
            Self::Usage => "usage",
            Self::Time => "time",
            Self::Delegated => "delegated",
        }
    }

    /// Whether time, a sign-in or other people can give it.
    pub(crate) fn can_wait(self) -> bool {
        matches!(
            self,
            Self::Approvals | Self::Auth | Self::Session | Self::Usage | Self::Time
        )
    }
}

/// One condition that does not hold.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Missing {
    /// The condition's key, as it is written under `when`, `require` or `unless`.
    pub field: String,
    /// Its family.
    pub kind: MissingKind,
    /// Its value, as it is written; of a `command`, `path` or `url` table the key that failed.
    pub want: Shown,
    /// What the request has instead, cut at 256 bytes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub seen: Option<Shown>,
    /// The byte of the request's own field at which the closest pattern fails.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub at: Option<usize>,
    /// The rest of the word that would have held there; empty where the word should have ended.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub expected: Option<String>,
    /// How much of the shortest fitting text was there, in percent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub closeness: Option<u8>,
    /// Approvals that count; what the counter would stand at with this request.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub have: Option<i64>,
    /// Approvals that must count; the bound on the counter.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub need: Option<i64>,
    /// The approvals that did not count.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub ignored: Vec<Ignored>,
    /// How much of the budget is left before this request.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub left: Option<i64>,
    /// In how many seconds it may hold by itself.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub retry_after_s: Option<i64>,
    /// The smallest concrete change that makes the condition hold; absent when none can be named.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fix: Option<Fix>,
}

/// A change to a request.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Fix {
    /// The request's field, such as `input.command`.
    pub set: String,
    /// Its new value.
    pub to: Shown,
}

/// An approval that did not count.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Ignored {
    /// Who gave it; empty when nobody is named.
    pub by: String,
    /// Why it did not count.
    pub why: IgnoredWhy,
}

/// What would still keep the request from being allowed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Blocker {
    /// A rule, or a gap.
    pub by: BlockedBy,
    /// Which leaf, from 0; absent when there is just one.
    pub leaf: Option<usize>,
}

/// A rule or a gap that is in the way.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum BlockedBy {
    /// The rule of this name.
    Rule(Arc<str>),
    /// The default for this action.
    Gap(Arc<str>),
}

impl Serialize for Blocker {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        #[derive(Serialize)]
        struct Keys<'b> {
            #[serde(skip_serializing_if = "Option::is_none")]
            rule: Option<&'b str>,
            #[serde(skip_serializing_if = "Option::is_none")]
            gap: Option<&'b str>,
            #[serde(skip_serializing_if = "Option::is_none")]
            leaf: Option<usize>,
        }
        let (rule, gap) = match &self.by {
            BlockedBy::Rule(rule) => (Some(&**rule), None),
            BlockedBy::Gap(gap) => (None, Some(&**gap)),
        };
        Keys {
            rule,
            gap,
            leaf: self.leaf,
        }
        .serialize(serializer)
    }
}
