//! Says of a condition that does not hold what was wanted, what was seen, and how far apart they are.

mod command;
mod place;
mod requirement;
mod value;
mod web;

use alloc::string::{String, ToString};
use alloc::vec::Vec;
use core::cell::Cell;

use super::candidates::Failed;
use super::miss::{Fix, Missing, MissingKind};
use crate::catalogue::{FieldPath, Root};
use crate::condition::{Condition, Scene, Truth};
use crate::decision::combine::Setting;
use crate::policy::Policy;
use crate::request::Request;
use crate::request::leaf::{Leaf, Subject};
use crate::rule::Rule;
use crate::shown::Shown;
use crate::value::Value;

/// So many bytes of a value are shown.
const SEEN_BYTES: usize = 256;

/// Where a condition failed.
#[derive(Clone, Copy)]
pub(super) struct Place<'a> {
    pub(super) policy: &'a Policy,
    pub(super) scene: Scene<'a>,
    /// The leaf's position.
    pub(super) leaf: usize,
    /// In how many texts a correction is still looked for to tell whether they are close.
    pub(super) corrections: &'a Cell<usize>,
}

/// What was found out about a condition that failed.
#[derive(Clone, Debug)]
pub(super) struct Found {
    pub(super) missing: Missing,
    /// It failed by little.
    pub(super) close: bool,
}

/// A change that may make a condition hold.
type Change = (FieldPath, Shown);

impl<'a> Place<'a> {
    fn request(&self) -> &'a Request {
        self.scene.request
    }

    /// Describes a condition, without its fix.
    pub(super) fn describe(&self, failed: &Failed<'_>) -> Found {
        let blank = |kind| blank(failed.owned_field(), kind, failed.want.clone().into_owned());
        match &*failed.condition {
            Condition::Field(field) => self.describe_field(field, blank),
            Condition::Role(_) => self.describe_role(blank(MissingKind::Role)),
            Condition::Command(command) => self.describe_command(command, blank(MissingKind::Text)),
            Condition::Path(place) => self.describe_path(place, blank(MissingKind::Text)),
            Condition::Cwd(place) => self.describe_cwd(place, blank(MissingKind::Text)),
            Condition::Url(url) => self.describe_url(url, blank(MissingKind::Text)),
            Condition::Approvals(approvals) => {
                self.describe_approvals(approvals, blank(MissingKind::Approvals))
            }
            Condition::Auth(auth) => self.describe_auth(auth, blank(MissingKind::Auth)),
            Condition::Session(session) => {
                self.describe_session(session, blank(MissingKind::Session))
            }
            Condition::Usage(usage) => {
                self.describe_usage(usage, blank(MissingKind::Usage), failed.must_cease)
            }
            Condition::Time(time) => {
                self.describe_time(time, blank(MissingKind::Time), failed.must_cease)
            }
            Condition::Delegated(_) => Found {
                missing: blank(MissingKind::Delegated),
                close: self.request().fact("grants").is_some(),
            },
            // Gates: shown inside a branch of `any_of`, and never close.
            Condition::Action(_) => Found {
                missing: Missing {
                    seen: self.scene.action.map(seen_text),
                    ..blank(MissingKind::Value)
                },
                close: false,
            },
            Condition::Op(_) => {
                let op = match &self.scene.leaf.op {
                    Subject::Known(op) => Some(op.as_str().into()),
                    _ => None,
                };
                Found {
                    missing: Missing {
                        seen: op,
                        ..blank(MissingKind::Value)
                    },
                    close: false,
                }
            }
            // INVARIANT: an `any_of` is taken apart before.
            Condition::AnyOf(_) => Found {
                missing: blank(MissingKind::Value),
                close: false,
            },
        }
    }

    /// Says when a rule expired. No change mends that.
    pub(super) fn expired(&self, rule: &Rule) -> Missing {
        let now = self.request().fact("now").and_then(Value::as_integer);
        Missing {
            seen: now.map(Shown::Integer),
            ..blank(
                String::from("expires"),
                MissingKind::Time,
                rule.wording.expires.clone().unwrap_or(Shown::Null),
            )
        }
    }

    /// Returns the smallest concrete change that makes the condition what it should be, tried out.
    pub(super) fn fix(&self, failed: &Failed<'_>, missing: &Missing) -> Option<Fix> {
        let changes = match &*failed.condition {
            Condition::Field(field) => self.mend_field(field),
            Condition::Role(role) => self.mend_role(role, &failed.want),
            Condition::Command(command) => self.mend_command(command),
            Condition::Path(place) => self.mend_path(place),
            Condition::Cwd(place) => self.mend_cwd(place),
            Condition::Url(url) => self.mend_url(url),
            Condition::Approvals(approvals) => self.mend_approvals(approvals, &failed.want),
            Condition::Auth(auth) => self.mend_auth(auth),
            Condition::Session(session) => self.mend_session(session),
            Condition::Usage(usage) => self.mend_usage(usage),
            Condition::Time(_) => self.mend_time(missing.retry_after_s),
            Condition::Delegated(delegated) => self.mend_delegated(delegated),
            Condition::Action(_) | Condition::Op(_) | Condition::AnyOf(_) => Vec::new(),
        };
        let good = |(path, to): &Change| self.makes_good(failed, path, to);
        changes.into_iter().find(good).map(|(path, to)| Fix {
            set: path.to_string(),
            to,
        })
    }

    /// Whether a change makes the condition what it should be.
    fn makes_good(&self, failed: &Failed<'_>, path: &FieldPath, to: &Shown) -> bool {
        let mended = self.request().with_fields([(path, to.to_value())]);
        let setting = Setting::new(self.policy, &mended);
        let own: Vec<Leaf>;
        let (leaves, leaf) = if reads_leaf(&failed.condition) {
            own = setting.leaves();
            match own.get(self.leaf) {
                Some(leaf) => (own.as_slice(), leaf),
                None => return false,
            }
        } else {
            (self.scene.leaves, self.scene.leaf)
        };
        let wanted = if failed.must_cease {
            Truth::False
        } else {
            Truth::True
        };
        failed.condition.truth(&setting.scene(leaves, leaf), false) == wanted
    }

    /// Returns the field that a leaf was read from, if it holds a text.
    fn source(&self) -> Option<(&'a FieldPath, &'a str)> {
        let field = self.scene.leaf.field.as_ref()?;
        Some((field, self.request().get(field)?.as_text()?))
    }

    fn part(&self, root: Root, key: &str) -> Option<&'a Value> {
        self.request().part(root).get(key)
    }
}

fn blank(field: String, kind: MissingKind, want: Shown) -> Missing {
    Missing {
        field,
        kind,
        want,
        seen: None,
        at: None,
        expected: None,
        closeness: None,
        have: None,
        need: None,
        ignored: Vec::new(),
        left: None,
        retry_after_s: None,
        fix: None,
    }
}

/// Whether a condition reads what its leaf is about.
pub(super) fn reads_leaf(condition: &Condition) -> bool {
    matches!(
        condition,
        Condition::Op(_)
            | Condition::Command(_)
            | Condition::Path(_)
            | Condition::Cwd(_)
            | Condition::Url(_)
    )
}

/// Returns a text as it is shown: cut at 256 bytes, on a character boundary.
pub(super) fn seen_text(text: &str) -> Shown {
    let mut end = text.len().min(SEEN_BYTES);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    Shown::Text(String::from(text.get(..end).unwrap_or_default()))
}

/// Returns a value as it is shown; none for floats, tables, and lists of anything but text.
pub(super) fn seen(value: &Value) -> Option<Shown> {
    match value {
        Value::Text(text) => Some(seen_text(text)),
        Value::Bool(_) | Value::Integer(_) => Some(value.into()),
        Value::List(_) => {
            let texts = value.as_texts()?;
            Some(Shown::List(texts.into_iter().map(seen_text).collect()))
        }
        Value::Null | Value::Float(_) | Value::Table(_) => None,
    }
}
