//! The three values of section 4.2 and how they are joined.

use std::collections::BTreeSet;

/// What one condition, or several joined, came to.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Truth {
    /// Holds.
    True,
    /// Fails.
    False,
    /// Neither, and why.
    Unknown(Doubt),
}

/// Why something is unknown.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Doubt {
    /// The conditions that are unknown, as the request's path.
    pub(super) fields: BTreeSet<String>,
    /// One of them is an unresolved word, a tree or an unknown `op`; otherwise all are missing or mistyped values.
    pub(super) unresolved: bool,
    /// One of them is a text longer than what is read, which no rule can skip.
    pub(super) too_long: bool,
}

use Truth::{False, True, Unknown};

impl Truth {
    /// Unknown because a value is missing or of another type.
    pub(super) fn missing() -> Truth {
        Unknown(Doubt::default())
    }

    /// Unknown because a text is not resolved.
    pub(super) fn unresolved() -> Truth {
        Unknown(Doubt {
            unresolved: true,
            ..Doubt::default()
        })
    }

    /// Unknown because a text is longer than what is read.
    pub(super) fn too_long() -> Truth {
        Unknown(Doubt {
            too_long: true,
            ..Doubt::default()
        })
    }

    /// True or false.
    pub(super) fn of(holds: bool) -> Truth {
        if holds { True } else { False }
    }

    /// True and false change places, unknown stays.
    pub(super) fn negate(self) -> Truth {
        match self {
            True => False,
            False => True,
            unknown => unknown,
        }
    }

    /// Puts the condition's name on an unknown.
    pub(super) fn named(self, field: &str) -> Truth {
        match self {
            Unknown(mut doubt) => {
                doubt.fields.insert(field.to_owned());
                Unknown(doubt)
            }
            known => known,
        }
    }

    /// `on_unknown = "skip"`: a missing value makes the condition false.
    pub(super) fn skip_missing(self) -> Truth {
        match self {
            Unknown(doubt) if !doubt.unresolved && !doubt.too_long => False,
            other => other,
        }
    }

    /// All must hold: false if one is false, else unknown if one is unknown.
    pub(super) fn all(parts: impl IntoIterator<Item = Truth>) -> Truth {
        let parts: Vec<Truth> = parts.into_iter().collect();
        if parts.contains(&False) {
            False
        } else {
            gather(parts, True)
        }
    }

    /// One must hold: true if one is true, else unknown if one is unknown.
    pub(super) fn any(parts: impl IntoIterator<Item = Truth>) -> Truth {
        let parts: Vec<Truth> = parts.into_iter().collect();
        if parts.contains(&True) {
            True
        } else {
            gather(parts, False)
        }
    }
}

/// The doubts of `parts` together, or `otherwise` if there are none.
fn gather(parts: Vec<Truth>, otherwise: Truth) -> Truth {
    let mut all: Option<Doubt> = None;
    for part in parts {
        if let Unknown(doubt) = part {
            let sum = all.get_or_insert_with(Doubt::default);
            sum.fields.extend(doubt.fields);
            sum.unresolved |= doubt.unresolved;
            sum.too_long |= doubt.too_long;
        }
    }
    all.map_or(otherwise, Unknown)
}
