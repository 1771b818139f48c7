//! The name of a field: where in a request a condition looks.

use alloc::boxed::Box;
use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;

/// The part of a request that a field belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Root {
    Actor,
    Resource,
    Input,
    Facts,
}

impl Root {
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
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct FieldPath {
    root: Root,
    keys: Vec<Box<str>>,
}

impl FieldPath {
    /// Returns `<root>.<name>`, dots in `name` separating keys.
    pub(crate) fn new(root: Root, name: &str) -> Self {
        Self {
            root,
            keys: name.split('.').map(Into::into).collect(),
        }
    }

    /// Reads `resource.status`; `None` when it does not begin with a part of the request or has an empty key.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let (root, name) = text.split_once('.')?;
        let root = Root::from_name(root)?;
        (!name.split('.').any(str::is_empty)).then(|| Self::new(root, name))
    }

    pub(crate) fn below(&self, key: &str) -> Self {
        let mut path = self.clone();
        path.keys.extend(key.split('.').map(Into::into));
        path
    }

    pub(crate) fn root(&self) -> Root {
        self.root
    }

    pub(crate) fn keys(&self) -> &[Box<str>] {
        &self.keys
    }

    /// Returns the keys joined by dots: the name below its part of the request.
    pub(crate) fn name(&self) -> String {
        let mut name = String::new();
        for key in &self.keys {
            if !name.is_empty() {
                name.push('.');
            }
            name.push_str(key);
        }
        name
    }
}

impl fmt::Display for FieldPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.root.as_str())?;
        for key in &self.keys {
            write!(f, ".{key}")?;
        }
        Ok(())
    }
}
