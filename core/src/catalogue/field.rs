//! The name of a field: where in a request a condition looks.

use alloc::boxed::Box;
use alloc::format;
use alloc::sync::Arc;
use alloc::vec::Vec;
use core::cmp::Ordering;
use core::fmt;
use core::hash::{Hash, Hasher};

use crate::hash::Packed;

/// The part of a request that a field belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
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

/// A path such as `resource.status` or `input.options.glob`: a part of the request, then the keys below it. Cheap to clone.
#[derive(Clone, Debug)]
pub(crate) struct FieldPath {
    name: Arc<Name>,
    /// The place of the field among those that its policy reads; [`UNNUMBERED`] before it has one.
    number: u32,
}

#[derive(Debug)]
struct Name {
    root: Root,
    keys: Vec<Box<str>>,
    /// The whole name, as it is written.
    full: Box<str>,
    /// The first key, as a request finds it.
    first: Packed,
}

const UNNUMBERED: u32 = u32::MAX;

// A field is its name; the rest is worked out from it, or is a note.
impl PartialEq for FieldPath {
    fn eq(&self, other: &Self) -> bool {
        self.as_str() == other.as_str()
    }
}

impl Eq for FieldPath {}

impl Ord for FieldPath {
    fn cmp(&self, other: &Self) -> Ordering {
        self.as_str().cmp(other.as_str())
    }
}

impl PartialOrd for FieldPath {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Hash for FieldPath {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.as_str().hash(state);
    }
}

impl FieldPath {
    /// Returns `<root>.<name>`, dots in `name` separating keys.
    pub(crate) fn new(root: Root, name: &str) -> Self {
        let keys: Vec<Box<str>> = name.split('.').map(Into::into).collect();
        let first = keys.first().map_or("", |key| key);
        let name = Name {
            root,
            first: Packed::new(first),
            full: format!("{}.{name}", root.as_str()).into(),
            keys,
        };
        Self {
            name: Arc::new(name),
            number: UNNUMBERED,
        }
    }

    /// Reads `resource.status`; `None` when it does not begin with a part of the request or has an empty key.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let (root, name) = text.split_once('.')?;
        let root = Root::from_name(root)?;
        (!name.split('.').any(str::is_empty)).then(|| Self::new(root, name))
    }

    pub(crate) fn below(&self, key: &str) -> Self {
        Self::new(self.root(), &format!("{}.{key}", self.name()))
    }

    pub(crate) fn root(&self) -> Root {
        self.name.root
    }

    pub(crate) fn keys(&self) -> &[Box<str>] {
        &self.name.keys
    }

    pub(crate) fn first(&self) -> Packed {
        self.name.first
    }

    /// Returns the place of this field among those that its policy reads, once it is numbered.
    pub(crate) fn number(&self) -> Option<usize> {
        (self.number != UNNUMBERED).then_some(self.number as usize)
    }

    pub(crate) fn set_number(&mut self, number: usize) {
        self.number = u32::try_from(number).unwrap_or(UNNUMBERED);
    }

    /// Returns the whole name, such as `resource.status`.
    pub(crate) fn as_str(&self) -> &str {
        &self.name.full
    }

    /// Returns the keys joined by dots: the name below its part of the request.
    pub(crate) fn name(&self) -> &str {
        let full = self.as_str();
        full.split_once('.').map_or(full, |(_, name)| name)
    }
}

impl fmt::Display for FieldPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
