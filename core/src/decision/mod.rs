//! The answer to one request.
//!
//! [`combine`] judges leaf by leaf and rule by rule; this module holds what comes out and how it is written.

pub(crate) mod candidate;
pub(crate) mod combine;
pub(crate) mod near;
pub(crate) mod obligation;
pub(crate) mod verdict;

pub use candidate::Candidate;
pub use verdict::Verdict;

use alloc::boxed::Box;
use alloc::string::String;
use alloc::sync::Arc;
use alloc::vec::Vec;

use once_cell::race::OnceBox;
use serde::{Serialize, Serializer};

use crate::policy::Policy;
use crate::request::Request;
use crate::rule::{Effect, Layer};
use crate::value::canonical_json;
use near::{Found, NearMiss};
use obligation::Obligation;

/// What may happen, and why.
///
/// Its canonical JSON is the same at every door: keys in the order of the fields below, empty ones left out.
///
/// ```
/// use doorward::{Policy, Request};
///
/// let policy = Policy::from_toml("doorward = 1\n[defaults]\nBash = 'ask'\n")?;
/// let request = Request::from_json(br#"{"action":"Bash","input":{"command":"make"}}"#)?;
/// let json = policy.decide(&request).to_json();
/// assert!(json.starts_with(r#"{"effect":"ask","basis":{"gap":"Bash"},"policy":"dw1-"#));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
pub struct Decision {
    effect: Effect,
    basis: Basis,
    policy: Arc<str>,
    matched: Vec<Match>,
    unknown: Vec<String>,
    leaves: Vec<LeafDecision>,
    shadow: Vec<ShadowMatch>,
    explained: Explained,
}

/// What is made only when it is read: near misses, close calls and obligations.
#[derive(Clone, Debug)]
struct Explained(Arc<Explanation>);

#[derive(Debug)]
struct Explanation {
    policy: Policy,
    request: Request,
    found: OnceBox<Found>,
}

impl Explained {
    fn new(policy: &Policy, request: &Request) -> Self {
        Self(Arc::new(Explanation {
            policy: policy.clone(),
            request: request.clone(),
            found: OnceBox::new(),
        }))
    }
}

impl Decision {
    /// Returns what the host should do.
    pub fn effect(&self) -> Effect {
        self.effect
    }

    /// Returns true only for [`Effect::Allow`].
    pub fn allowed(&self) -> bool {
        self.effect == Effect::Allow
    }

    /// Returns why this effect won: a rule, or a gap because no rule matched.
    pub fn basis(&self) -> &Basis {
        &self.basis
    }

    /// Returns the content hash of the policy that decided.
    pub fn policy(&self) -> &str {
        &self.policy
    }

    /// Returns every rule that fired on any leaf, once, by name.
    pub fn matched(&self) -> &[Match] {
        &self.matched
    }

    /// Returns the fields that kept a rule's outcome from being known, sorted.
    pub fn unknown(&self) -> &[String] {
        &self.unknown
    }

    /// Returns the leaves in source order, when there is more than one.
    pub fn leaves(&self) -> &[LeafDecision] {
        &self.leaves
    }

    /// Returns the rules in shadow mode that would have fired, by name.
    pub fn shadow(&self) -> &[ShadowMatch] {
        &self.shadow
    }

    /// Returns the rules that would have changed this decision and what each of them lacks, verified by deciding again;
    /// `yes` first, at most as many as [`Config::near_shown`](crate::Config::near_shown) says.
    ///
    /// They are looked for when this, or anything else that rests on them, is first read; that costs a few decisions.
    pub fn near(&self) -> &[NearMiss] {
        &self.found().near
    }

    /// Returns the stricter rules that nearly fired on an allowed request, the closest first.
    pub fn close_calls(&self) -> &[NearMiss] {
        &self.found().close_calls
    }

    /// Returns whether a near miss shown, which flips the decision, lacks only what time, a sign-in or other people can
    /// give.
    pub fn can_wait(&self) -> bool {
        self.found().can_wait
    }

    /// Returns what the caller must do before acting on this decision.
    pub fn obligations(&self) -> &[Obligation] {
        &self.found().obligations
    }

    fn found(&self) -> &Found {
        let explanation = &*self.explained.0;
        explanation
            .found
            .get_or_init(|| Box::new(near::find(self, &explanation.policy, &explanation.request)))
    }

    /// Returns the canonical JSON.
    pub fn to_json(&self) -> String {
        canonical_json(self)
    }
}

/// Two decisions are equal when their canonical JSON is.
impl PartialEq for Decision {
    fn eq(&self, other: &Self) -> bool {
        let plain = |decision: &Self| {
            (
                decision.effect,
                decision.basis.clone(),
                decision.policy.clone(),
            )
        };
        plain(self) == plain(other)
            && self.matched == other.matched
            && self.unknown == other.unknown
            && self.leaves == other.leaves
            && self.shadow == other.shadow
            && self.found() == other.found()
    }
}

impl Eq for Decision {}

impl Serialize for Decision {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        /// The keys of the canonical JSON, in their order.
        #[derive(Serialize)]
        struct Keys<'d> {
            effect: Effect,
            basis: &'d Basis,
            policy: &'d str,
            #[serde(skip_serializing_if = "<[_]>::is_empty")]
            matched: &'d [Match],
            #[serde(skip_serializing_if = "<[_]>::is_empty")]
            near: &'d [NearMiss],
            #[serde(skip_serializing_if = "<[_]>::is_empty")]
            close_calls: &'d [NearMiss],
            #[serde(skip_serializing_if = "Option::is_none")]
            can_wait: Option<bool>,
            #[serde(skip_serializing_if = "<[_]>::is_empty")]
            unknown: &'d [String],
            #[serde(skip_serializing_if = "<[_]>::is_empty")]
            leaves: &'d [LeafDecision],
            #[serde(skip_serializing_if = "<[_]>::is_empty")]
            shadow: &'d [ShadowMatch],
            #[serde(skip_serializing_if = "<[_]>::is_empty")]
            obligations: &'d [Obligation],
        }
        Keys {
            effect: self.effect,
            basis: &self.basis,
            policy: &self.policy,
            matched: &self.matched,
            near: self.near(),
            close_calls: self.close_calls(),
            can_wait: self.can_wait().then_some(true),
            unknown: &self.unknown,
            leaves: &self.leaves,
            shadow: &self.shadow,
            obligations: self.obligations(),
        }
        .serialize(serializer)
    }
}

/// Why an effect won.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(untagged)]
pub enum Basis {
    /// A rule fired.
    Rule(RuleBasis),
    /// No rule matched, and the default decided.
    Gap {
        /// The action's name in the catalogue; empty when the request names none.
        gap: Arc<str>,
    },
}

impl Basis {
    /// Returns the rule's name, if a rule is the basis.
    pub fn rule(&self) -> Option<&str> {
        match self {
            Self::Rule(basis) => Some(&basis.rule),
            Self::Gap { .. } => None,
        }
    }

    /// Returns the action's name, if a gap is the basis.
    pub fn gap(&self) -> Option<&str> {
        match self {
            Self::Rule(_) => None,
            Self::Gap { gap } => Some(gap),
        }
    }
}

/// The rule that is the basis of a decision.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct RuleBasis {
    /// Its name.
    pub rule: Arc<str>,
    /// The layer of its file.
    pub layer: Layer,
    /// Where it stands: the name that its file was loaded under, and the line of its `[[rule]]`.
    pub origin: Arc<str>,
    /// Its reason.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub why: Option<Arc<str>>,
    /// What to do instead.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub remedy: Option<Arc<str>>,
}

/// A rule that fired.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Match {
    /// Its name.
    pub rule: Arc<str>,
    /// What it fired as: a deny that fires only through an unresolved word fires as `ask`.
    pub effect: Effect,
    /// False when it fired only because something was unknown.
    #[serde(skip_serializing_if = "is_true")]
    pub certain: bool,
}

#[expect(
    clippy::trivially_copy_pass_by_ref,
    reason = "serde passes a reference"
)]
fn is_true(certain: &bool) -> bool {
    *certain
}

/// A rule in shadow mode that would have fired.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ShadowMatch {
    /// Its name.
    pub rule: Arc<str>,
    /// What it would have fired as.
    pub effect: Effect,
}

/// One leaf and what it was judged.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct LeafDecision {
    /// What is done: `proc.exec`, `file.read`, `file.write`, `file.delete`, `net.fetch`; absent when that is unknown or
    /// the leaf is the request itself.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub op: Option<&'static str>,
    /// The command, path or URL; the action's name for the request itself.
    pub text: String,
    /// The directory it happens in, when that is not the one the host stated.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cwd: Option<String>,
    /// The commands that run it, from outside in.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub via: Vec<String>,
    /// Why nothing is known of what it runs, for people; no part of the canonical JSON.
    #[serde(skip)]
    pub opaque: Option<&'static str>,
    /// The effect; absent on a leaf that can only tighten and on which nothing fired.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub effect: Option<Effect>,
    /// Why; absent with the effect.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub basis: Option<Basis>,
}
