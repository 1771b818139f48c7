//! Conditions: one three-valued test each, on one field.
//!
//! A condition is true, false or unknown. Unknown is what keeps a missing fact from deciding anything: it never lets
//! an allow hold and never silences a deny. *Why* it is unknown matters too: a value that is missing or of another
//! type leaves a deny a deny, a word of a command that cannot be resolved makes it an `ask`.
//!
//! One family of conditions a file: [`field`] (values), [`text`] (patterns; [`glob`] translates globs), [`role`], [`command`], [`place`] (paths
//! and directories), [`web`] (URLs), [`approvals`], [`sign_in`] (auth and session), [`usage`], [`time`], [`delegated`].
//! [`read`] turns a policy's tables into conditions.

pub(crate) mod approvals;
pub(crate) mod command;
pub(crate) mod delegated;
pub(crate) mod field;
mod found_by;
mod glob;
pub(crate) mod place;
pub(crate) mod read;
pub(crate) mod role;
pub(crate) mod sign_in;
pub(crate) mod text;
pub(crate) mod time;
pub(crate) mod usage;
pub(crate) mod web;

pub(crate) use command::covers;
pub(crate) use field::Literal;
pub(crate) use role::Roles;

use alloc::collections::BTreeSet;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

use crate::automaton::Known;
use crate::automaton::expect::Row;
use crate::catalogue::{Catalogue, Expected, FieldPath};
use crate::command::{Fit, Place};
use crate::limits::Limits;
use crate::path::Anchors;
use crate::request::Request;
use crate::request::leaf::{Leaf, Op, Subject};
use crate::value::Value;

/// Why a condition is unknown; the order is that of [`Truth::and`]: unresolved weakens a deny to `ask`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Why {
    /// A value is missing or of another type.
    Missing,
    /// A value is longer than a condition reads. As if it were missing, but a rule cannot ask to skip it.
    TooLong,
    /// A word of a command, a tree, or what is done to a path cannot be known.
    Unresolved,
}

/// The value of a condition, as in Kleene's strong three-valued logic.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Truth {
    True,
    False,
    Unknown(Why),
}

impl Truth {
    pub(crate) fn and(self, other: Self) -> Self {
        match (self, other) {
            (Self::False, _) | (_, Self::False) => Self::False,
            (Self::True, truth) | (truth, Self::True) => truth,
            (Self::Unknown(a), Self::Unknown(b)) => Self::Unknown(a.max(b)),
        }
    }

    pub(crate) fn or(self, other: Self) -> Self {
        self.not().and(other.not()).not()
    }

    pub(crate) fn not(self) -> Self {
        match self {
            Self::True => Self::False,
            Self::False => Self::True,
            unknown => unknown,
        }
    }
}

impl From<Truth> for Finding {
    fn from(truth: Truth) -> Self {
        match truth {
            Truth::True => Ok(true),
            Truth::False => Ok(false),
            Truth::Unknown(why) => Err(why),
        }
    }
}

impl From<Fit> for Truth {
    fn from(fit: Fit) -> Self {
        match fit {
            Fit::Yes => Self::True,
            Fit::No => Self::False,
            Fit::Perhaps => Self::Unknown(Why::Unresolved),
        }
    }
}

impl From<bool> for Truth {
    fn from(value: bool) -> Self {
        if value { Self::True } else { Self::False }
    }
}

/// What a condition found, or why it could not.
pub(crate) type Finding = Result<bool, Why>;

/// Which way a rule pulls. What is only partly known counts against it: a restricting rule matches if any reading of
/// the request does, a permitting one only if all do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Side {
    /// `allow` and `pass`.
    Permit,
    /// `deny` and `ask`.
    Restrict,
}

/// What a condition sees: one leaf with the request around it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Scene<'a> {
    pub(crate) request: &'a Request,
    /// The catalogue's name of the action; `None` when the request names none.
    pub(crate) action: Option<&'a str>,
    pub(crate) catalogue: &'a Catalogue,
    pub(crate) limits: &'a Limits,
    pub(crate) anchors: Anchors<'a>,
    /// How the action takes the absence of each field that the policy reads.
    pub(crate) row: &'a Row,
    /// All leaves of the request.
    pub(crate) leaves: &'a [Leaf],
    /// The one that is judged.
    pub(crate) leaf: &'a Leaf,
}

impl<'a> Scene<'a> {
    /// Returns the directory in which an allow holds: the project, else where the line starts; in normal form.
    pub(crate) fn base(&self) -> Option<&'a str> {
        let stated = self.request.stated();
        match (self.anchors.project, self.anchors.cwd, &*stated.start) {
            (Some(_), ..) => stated.project_path.as_deref(),
            (None, Some(_), [Place::At(cwd)]) => Some(cwd),
            _ => None,
        }
    }

    /// Returns a field's value; none when the action has no such field, whatever the request holds.
    pub(crate) fn value(&self, path: &FieldPath) -> Option<&'a Value> {
        let value = self.request.get(path)?;
        (self.expected(path) != Expected::NotAField).then_some(value)
    }

    /// Returns how a condition takes the absence of a field.
    pub(crate) fn expected(&self, path: &FieldPath) -> Expected {
        self.row.expected(path).unwrap_or_else(|| {
            let has = |path: &FieldPath| self.request.get(path).is_some();
            self.catalogue.expected(self.row.spec.as_ref(), path, has)
        })
    }

    /// Returns the directories that the leaf may happen in, the likeliest first.
    pub(crate) fn places(&self) -> &'a [Place] {
        match &self.leaf.op {
            // The request itself happens where the request is made.
            Subject::None if self.anchors.cwd.is_some() => &self.request.stated().start,
            Subject::None => &[Place::Start],
            _ => &self.leaf.places,
        }
    }
}

/// One condition of a rule.
#[derive(Clone, Debug)]
pub(crate) enum Condition {
    Action(field::Tests),
    Field(field::FieldCondition),
    Role(role::RoleCondition),
    Op(Vec<Op>),
    Command(command::CommandCondition),
    Path(place::PlaceCondition),
    Cwd(place::PlaceCondition),
    Url(web::UrlCondition),
    Approvals(approvals::ApprovalsCondition),
    Auth(sign_in::AuthCondition),
    Session(sign_in::SessionCondition),
    Usage(usage::UsageCondition),
    Time(time::TimeCondition),
    Delegated(delegated::DelegatedCondition),
    /// Holds when every condition of at least one branch does.
    AnyOf(Vec<Vec<Condition>>),
}

impl Condition {
    /// Returns the value of this condition. With `skip_missing` (a rule's `on_unknown = "skip"`) a missing value is false.
    pub(crate) fn truth(&self, scene: &Scene<'_>, skip_missing: bool) -> Truth {
        match self {
            Self::AnyOf(branches) => {
                let values = branches
                    .iter()
                    .map(|branch| all(branch, scene, skip_missing));
                values.fold(Truth::False, Truth::or)
            }
            condition => match condition.find(scene) {
                Ok(found) => found.into(),
                Err(Why::Missing) if skip_missing => Truth::False,
                Err(why) => Truth::Unknown(why),
            },
        }
    }

    /// Returns the value of this condition on a field, one test of which is known to be true.
    fn truth_given(&self, known: usize, scene: &Scene<'_>, skip_missing: bool) -> Truth {
        let alone = match self {
            Self::Action(tests) => tests.len() == 1,
            Self::Field(condition) => condition.tests.len() == 1,
            _ => false,
        };
        match self {
            _ if alone && known == 0 => Truth::True,
            condition => condition.truth(scene, skip_missing),
        }
    }

    /// Adds the fields that make this condition unknown.
    pub(crate) fn unknown_fields(&self, scene: &Scene<'_>, out: &mut BTreeSet<String>) {
        match self {
            Self::AnyOf(branches) => {
                let unknown =
                    |branch: &&Vec<Self>| matches!(all(branch, scene, false), Truth::Unknown(_));
                if matches!(self.truth(scene, false), Truth::Unknown(_)) {
                    for condition in branches.iter().filter(unknown).flatten() {
                        condition.unknown_fields(scene, out);
                    }
                }
            }
            condition => {
                if condition.find(scene).is_err() {
                    out.insert(condition.field());
                }
            }
        }
    }

    /// Returns the field that this condition is on, as decisions name it.
    fn field(&self) -> String {
        match self {
            Self::Action(_) => "action",
            Self::Field(condition) => return condition.path.to_string(),
            Self::Role(_) => "actor.roles",
            Self::Op(_) => "op",
            Self::Command(_) => "command",
            Self::Path(_) => "path",
            Self::Cwd(_) => "cwd",
            Self::Url(_) => "url",
            Self::Approvals(_) => "facts.approvals",
            Self::Auth(_) => "actor.auth",
            Self::Session(_) => "actor.session",
            Self::Usage(_) => "facts.usage",
            Self::Time(_) => "facts.now",
            Self::Delegated(_) => "facts.grants",
            // INVARIANT: the caller takes `AnyOf` apart itself.
            Self::AnyOf(_) => "any_of",
        }
        .into()
    }

    fn find(&self, scene: &Scene<'_>) -> Finding {
        match self {
            Self::Action(tests) => field::find_action(tests, scene),
            Self::Field(condition) => condition.find(scene),
            Self::Role(condition) => condition.find(scene),
            Self::Op(ops) => match &scene.leaf.op {
                Subject::None => Ok(false),
                Subject::Known(op) if ops.contains(op) => Ok(true),
                // What could not be read may do anything.
                Subject::Known(_) if scene.leaf.unread => Err(Why::Unresolved),
                Subject::Known(_) => Ok(false),
                Subject::Unknown(why) => Err(*why),
            },
            Self::Command(condition) => condition.find(scene),
            Self::Path(condition) => condition.find_path(scene),
            Self::Cwd(condition) => condition.find_cwd(scene),
            Self::Url(condition) => condition.find(scene),
            Self::Approvals(condition) => condition.find(scene),
            Self::Auth(condition) => condition.find(scene),
            Self::Session(condition) => condition.find(scene),
            Self::Usage(condition) => condition.find(scene),
            Self::Time(condition) => condition.find(scene),
            Self::Delegated(condition) => condition.find(scene),
            // INVARIANT: both callers take `AnyOf` apart themselves.
            Self::AnyOf(_) => Ok(false),
        }
    }
}

/// Does what [`all`] does where one test is known to be true.
pub(crate) fn all_given(
    conditions: &[Condition],
    known: Option<Known>,
    scene: &Scene<'_>,
    skip_missing: bool,
) -> Truth {
    let Some(known) = known else {
        return all(conditions, scene, skip_missing);
    };
    let mut truth = Truth::True;
    for (index, condition) in conditions.iter().enumerate() {
        let one = if index == usize::from(known.condition) {
            condition.truth_given(usize::from(known.test), scene, skip_missing)
        } else {
            condition.truth(scene, skip_missing)
        };
        truth = truth.and(one);
        if truth == Truth::False {
            break;
        }
    }
    truth
}

/// Returns whether all conditions hold.
pub(crate) fn all(conditions: &[Condition], scene: &Scene<'_>, skip_missing: bool) -> Truth {
    conditions
        .iter()
        .fold(Truth::True, |truth, condition| match truth {
            Truth::False => Truth::False,
            truth => truth.and(condition.truth(scene, skip_missing)),
        })
}

impl Condition {
    /// Builds the automaton of every pattern in this condition.
    pub(crate) fn warm(&self) {
        match self {
            Self::Action(tests) => tests.iter().for_each(field::Test::warm),
            Self::Field(condition) => condition.tests.iter().for_each(field::Test::warm),
            Self::Command(condition) => condition.warm(),
            Self::Path(condition) | Self::Cwd(condition) => condition.warm(),
            Self::AnyOf(branches) => branches.iter().flatten().for_each(Self::warm),
            _ => {}
        }
    }

    /// Calls `each` with the fields of the request that this condition is on by name.
    pub(crate) fn each_field(&mut self, each: &mut impl FnMut(&mut FieldPath)) {
        match self {
            Self::Field(condition) => condition.each_field(each),
            Self::AnyOf(branches) => branches
                .iter_mut()
                .flatten()
                .for_each(|condition| condition.each_field(each)),
            _ => {}
        }
    }

    /// Returns the actions that this condition names, when it is on the action and names them by literal.
    pub(crate) fn only_actions(&self) -> Option<Vec<&str>> {
        match self {
            Self::Action(tests) => tests.iter().find_map(|test| match test {
                field::Test::In(literals) => literals.iter().map(Literal::as_text).collect(),
                _ => None,
            }),
            _ => None,
        }
    }
}

impl Condition {
    /// Whether the condition, or a branch of it, reads a counter.
    pub(crate) fn counts(&self) -> bool {
        match self {
            Self::Usage(_) => true,
            Self::AnyOf(branches) => branches.iter().flatten().any(Self::counts),
            _ => false,
        }
    }

    /// Whether the condition, or a branch of it, is on the directory.
    pub(crate) fn is_on_directory(&self) -> bool {
        match self {
            Self::Cwd(_) => true,
            Self::AnyOf(branches) => branches.iter().flatten().any(Self::is_on_directory),
            _ => false,
        }
    }
}
