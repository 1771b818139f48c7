//! Names of variables that are assigned before a command.

use alloc::string::String;
use alloc::sync::Arc;
use alloc::vec::Vec;

use super::programs::is_safe_name;
use super::text::Fit;

/// More names than that are any name.
pub(super) const MOST_NAMES: usize = 64;

/// Stands for a name that is not known.
pub(super) const ANY_NAME: &str = "";

/// The names that are assigned by the time a command runs.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Names(Option<Arc<[Arc<str>]>>);

impl Names {
    pub(super) const NONE: Self = Self(None);

    pub(super) fn new(names: &[Arc<str>]) -> Self {
        Self((!names.is_empty()).then(|| names.into()))
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = &str> {
        self.0
            .iter()
            .flat_map(|names| names.iter().map(|name| &**name))
    }

    /// Whether one of them is not known to be safe.
    pub(crate) fn is_unsafe(&self) -> bool {
        self.iter().any(|name| !is_safe_name(name))
    }

    /// Returns those that are not known to be safe; the empty one is any name.
    pub(crate) fn not_safe(&self) -> impl Iterator<Item = &str> {
        self.iter().filter(|name| !is_safe_name(name))
    }

    /// Whether a name is assigned.
    pub(crate) fn has(&self, wanted: &str) -> Fit {
        self.iter().fold(Fit::No, |fit, name| {
            fit.or(match name {
                ANY_NAME => Fit::Perhaps,
                name => Fit::from(name == wanted),
            })
        })
    }

    /// Returns these and others.
    pub(super) fn and<'n>(&self, others: impl Iterator<Item = &'n str>) -> Self {
        let mut names: Vec<Arc<str>> = self.0.as_deref().unwrap_or_default().to_vec();
        for name in others {
            if names.len() > MOST_NAMES {
                break;
            }
            if !names.iter().any(|own| **own == *name) {
                names.push(name.into());
            }
        }
        if names.len() > MOST_NAMES {
            names = alloc::vec![ANY_NAME.into()];
        }
        Self::new(&names)
    }

    /// Returns these and others; `any` for one that is not known.
    pub(super) fn with(&self, others: &[String], any: bool) -> Self {
        if others.is_empty() && !any {
            return self.clone();
        }
        let any = any.then_some(ANY_NAME);
        self.and(others.iter().map(String::as_str).chain(any))
    }
}
