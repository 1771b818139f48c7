//! The name of a field: where in a request a condition looks.

use alloc::boxed::Box;
use alloc::format;
use alloc::vec::Vec;
use core::cmp::Ordering;
use core::fmt;
use core::hash::{Hash, Hasher};

use crate::hash::Packed;

/// The part of a request that a field belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Root {
    Actor,
    Resource,
    Input,
    Facts,
}

impl Root {
    pub(crate) const ALL: [Self; 4] = [Self::Actor, Self::Resource, Self::Input, Self::Facts];

    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Actor => "actor",
            Self::Resource => "resource",
            Self::Input => "input",
            Self::Facts => "facts",
        }
    }

    pub(crate) fn from_name(name: &str) -> Option<Self> {
        Some(match name {
            "actor" => Self::Actor,
            "resource" => Self::Resource,
            "input" => Self::Input,
            "facts" => Self::Facts,
            _ => return None,
        })
    }
}

/// A path such as `resource.status` or `input.options.glob`: a part of the request, then the keys below it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct FieldPath {
    root: Root,
    keys: Vec<Box<str>>,
    /// The whole name, as it is written.
    full: Box<str>,
    /// The first key, as a request finds it.
    first: Packed,
    number: Number,
}

/// The place of a field among those that a policy reads: a note on the field and no part of it.
#[derive(Clone, Copy, Debug)]
struct Number(u32);

impl Number {
    const NONE: Self = Self(u32::MAX);
}

impl PartialEq for Number {
    fn eq(&self, _: &Self) -> bool {
        true
    }
}

impl Eq for Number {}

impl Ord for Number {
    fn cmp(&self, _: &Self) -> Ordering {
        Ordering::Equal
    }
}

impl PartialOrd for Number {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Hash for Number {
    fn hash<H: Hasher>(&self, _: &mut H) {}
}

impl FieldPath {
    /// Returns `<root>.<name>`, dots in `name` separating keys.
    pub(crate) fn new(root: Root, name: &str) -> Self {
        let keys: Vec<Box<str>> = name.split('.').map(Into::into).collect();
        let first = keys.first().map_or("", |key| key);
        Self {
            root,
            first: Packed::new(first),
            full: format!("{}.{name}", root.as_str()).into(),
            keys,
            number: Number::NONE,
        }
    }

    /// Reads `resource.status`; `None` when it does not begin with a part of the request or has an empty key.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let (root, name) = text.split_once('.')?;
        let root = Root::from_name(root)?;
        (!name.split('.').any(str::is_empty)).then(|| Self::new(root, name))
    }

    pub(crate) fn below(&self, key: &str) -> Self {
        Self::new(self.root, &format!("{}.{key}", self.name()))
    }

    pub(crate) fn root(&self) -> Root {
        self.root
    }

    pub(crate) fn keys(&self) -> &[Box<str>] {
        &self.keys
    }

    pub(crate) fn first(&self) -> Packed {
        self.first
    }

    /// Returns the place of this field among those that its policy reads, once it is numbered.
    pub(crate) fn number(&self) -> Option<usize> {
        usize::try_from(self.number.0)
            .ok()
            .filter(|_| self.number.0 != Number::NONE.0)
    }

    pub(crate) fn set_number(&mut self, number: usize) {
        self.number = u32::try_from(number).map_or(Number::NONE, Number);
    }

    /// Returns the whole name, such as `resource.status`.
    pub(crate) fn as_str(&self) -> &str {
        &self.full
    }

    /// Returns the keys joined by dots: the name below its part of the request.
    pub(crate) fn name(&self) -> &str {
        self.full
            .split_once('.')
            .map_or(&*self.full, |(_, name)| name)
    }
}

impl fmt::Display for FieldPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.full)
    }
}
