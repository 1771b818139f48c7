//! What is known of actions: their fields, the fields' types, and what each action does.
//!
//! The catalogue is shipped with the core and extended by a policy's `[actions]`. An extension adds fields and
//! operations, it never takes away what an action is known to do. Each host's name of a tool is mapped to one name
//! here before anything is judged.

mod field;
mod shipped;

pub(crate) use field::{FieldPath, Root};
pub(crate) use shipped::{
    CATALOGUE_VERSION, canonical_name, shipped_actions, shipped_fields, shipped_name,
};

use alloc::collections::BTreeMap;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

/// The type that a field is declared with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum FieldType {
    Text,
    Integer,
    Bool,
    List,
    Table,
    Command,
    Path,
    Url,
    Patch,
    Tree,
}

impl FieldType {
    pub(crate) const NAMES: [&'static str; 10] = [
        "text", "integer", "bool", "list", "table", "command", "path", "url", "patch", "tree",
    ];

    pub(crate) fn from_name(name: &str) -> Option<Self> {
        Some(match name {
            "text" => Self::Text,
            "integer" => Self::Integer,
            "bool" => Self::Bool,
            "list" => Self::List,
            "table" => Self::Table,
            "command" => Self::Command,
            "path" => Self::Path,
            "url" => Self::Url,
            "patch" => Self::Patch,
            "tree" => Self::Tree,
            _ => return None,
        })
    }

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::Integer => "integer",
            Self::Bool => "bool",
            Self::List => "list",
            Self::Table => "table",
            Self::Command => "command",
            Self::Path => "path",
            Self::Url => "url",
            Self::Patch => "patch",
            Self::Tree => "tree",
        }
    }

    /// Whether a request holds it as a text.
    pub(crate) fn is_text(self) -> bool {
        !matches!(self, Self::Integer | Self::Bool | Self::List | Self::Table)
    }
}

/// A field's declaration: its type, and whether a request may leave it out (`?`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct FieldSpec {
    pub(crate) kind: FieldType,
    pub(crate) optional: bool,
}

impl FieldSpec {
    /// Reads `text`, `text?` and so on.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let name = text.strip_suffix('?').unwrap_or(text);
        FieldType::from_name(name).map(|kind| Self {
            kind,
            optional: name.len() != text.len(),
        })
    }
}

/// What an action does with the thing that a field names.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Verb {
    Run,
    Read,
    Write,
    Delete,
    Fetch,
}

impl Verb {
    pub(crate) const NAMES: [&'static str; 5] = ["run", "read", "write", "delete", "fetch"];

    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Run => "run",
            Self::Read => "read",
            Self::Write => "write",
            Self::Delete => "delete",
            Self::Fetch => "fetch",
        }
    }

    pub(crate) fn from_name(name: &str) -> Option<Self> {
        Some(match name {
            "run" => Self::Run,
            "read" => Self::Read,
            "write" => Self::Write,
            "delete" => Self::Delete,
            "fetch" => Self::Fetch,
            _ => return None,
        })
    }
}

/// What is known of one action.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct ActionSpec {
    pub(crate) fields: BTreeMap<String, FieldSpec>,
    pub(crate) does: Vec<(Verb, FieldPath)>,
}

impl ActionSpec {
    /// Whether the action is about a resource: it declares at least one `resource.*` field.
    fn has_resource(&self) -> bool {
        self.fields.keys().any(|name| name.starts_with("resource."))
    }
}

/// How a condition must take a field that a request leaves out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Expected {
    /// The action has no such field: false, whatever the request holds.
    NotAField,
    /// A field of a resource, on an action that is about none: absent is false for every operator.
    Stray,
    /// Declared with `?`: absent is false.
    Optional,
    /// Declared: absent is unknown.
    Required,
}

/// All known actions.
#[derive(Clone, Debug)]
pub(crate) struct Catalogue {
    actions: BTreeMap<String, ActionSpec>,
    /// Fields that every action has: `actor.*`, `facts.*`, and what `[actions."*"]` declares.
    shared: BTreeMap<String, FieldSpec>,
    /// Fields of a resource, for actions that are about one.
    resource: BTreeMap<String, FieldSpec>,
}

impl Catalogue {
    /// Returns what is known of the action with this canonical name.
    pub(crate) fn action(&self, name: &str) -> Option<&ActionSpec> {
        self.actions.get(name)
    }

    /// Returns the action's declaration for a policy to add to, made when it was not there.
    pub(crate) fn extend(&mut self, name: &str) -> &mut ActionSpec {
        self.actions
            .entry(canonical_name(name).to_string())
            .or_default()
    }

    /// Declares a field of every action. Returns the declaration it has already, if that differs.
    pub(crate) fn share(&mut self, field: String, spec: FieldSpec) -> Option<FieldSpec> {
        let known = *self.shared.entry(field).or_insert(spec);
        (known != spec).then_some(known)
    }

    /// Returns the declaration of `field` by any action at all, when those that declare it agree on its type.
    pub(crate) fn declared_anywhere(&self, field: &FieldPath) -> Option<FieldSpec> {
        let name = field.as_str();
        let mut specs = self
            .actions
            .values()
            .filter_map(|action| action.fields.get(name))
            .copied();
        let first = self.declared(None, name).or_else(|| specs.next())?;
        specs.all(|spec| spec.kind == first.kind).then_some(first)
    }

    /// Whether `field` lies inside a field of `action` that is declared a table, whose parts have no types of their own.
    pub(crate) fn inside_table(&self, action: Option<&ActionSpec>, field: &FieldPath) -> bool {
        self.table_above(action, field.as_str()).is_some()
    }

    /// Returns how a condition on `action` takes the absence of `field`.
    ///
    /// `has` says whether the request has a field: what lies inside an optional table that is absent is optional too.
    pub(crate) fn expected(
        &self,
        action: Option<&ActionSpec>,
        field: &FieldPath,
        has: impl Fn(&FieldPath) -> bool,
    ) -> Expected {
        let name = field.as_str();
        let table = self.table_above(action, name);
        let left_out = |above: &str| FieldPath::parse(above).is_some_and(|above| !has(&above));
        if table.is_some_and(|(above, spec)| spec.optional && left_out(above)) {
            return Expected::Optional;
        }
        let stray = action.is_some_and(|action| !action.has_resource());
        match self.declared(action, name) {
            Some(_) if stray && field.root() == Root::Resource => Expected::Stray,
            Some(spec) if spec.optional => Expected::Optional,
            Some(_) => Expected::Required,
            None if table.is_some() => Expected::Required,
            None if action.is_some() => Expected::NotAField,
            // The input of an undeclared action is complete as sent; nothing is known of its resource.
            None if field.root() == Root::Input => Expected::Optional,
            None => Expected::Required,
        }
    }

    /// Returns what [`Catalogue::expected`] does where that is the same for every request.
    pub(crate) fn always_expected(
        &self,
        action: Option<&ActionSpec>,
        field: &FieldPath,
    ) -> Option<Expected> {
        let below = self.table_above(action, field.as_str());
        let depends = below.is_some_and(|(_, spec)| spec.optional);
        (!depends).then(|| self.expected(action, field, |_| true))
    }

    /// Returns the names of all actions, sorted.
    pub(crate) fn action_names(&self) -> impl Iterator<Item = &str> {
        self.actions.keys().map(String::as_str)
    }

    /// Returns the names of all declared fields below `root`, without it, for suggestions.
    pub(crate) fn names_below(&self, root: Root) -> Vec<&str> {
        let prefix = root.as_str();
        let all = self
            .shared
            .keys()
            .chain(self.resource.keys())
            .chain(self.actions.values().flat_map(|a| a.fields.keys()));
        let mut names: Vec<&str> = all
            .filter_map(|name| name.strip_prefix(prefix)?.strip_prefix('.'))
            .collect();
        names.sort_unstable();
        names.dedup();
        names
    }

    /// Returns the declaration of a field by its full name, for one action or for an undeclared one.
    pub(crate) fn declared(&self, action: Option<&ActionSpec>, name: &str) -> Option<FieldSpec> {
        let own = action.and_then(|action| action.fields.get(name));
        own.or_else(|| self.shared.get(name))
            .or_else(|| self.resource.get(name))
            .copied()
    }

    /// Returns the declared table that a field lies in, and its name.
    fn table_above<'n>(
        &self,
        action: Option<&ActionSpec>,
        name: &'n str,
    ) -> Option<(&'n str, FieldSpec)> {
        let mut end = name.rfind('.');
        while let Some(at) = end {
            let above = name.get(..at)?;
            if let Some(spec) = self.declared(action, above) {
                return (spec.kind == FieldType::Table).then_some((above, spec));
            }
            end = above.rfind('.');
        }
        None
    }
}
