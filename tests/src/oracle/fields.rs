//! The catalogue: which fields an action has and what it does, a literal table from section 2, widened by `[actions]`.

use super::bad;
use super::request::Request;
use serde_json::Value;
use std::collections::BTreeMap;

/// Fields that every request may have. A `?` after the type: may be absent.
const EVERYWHERE: &[(&str, &str)] = &[
    ("actor.id", "text"),
    ("actor.kind", "text"),
    ("actor.roles", "list"),
    ("actor.tenant", "text?"),
    ("actor.on_behalf_of", "list?"),
    ("actor.auth", "table?"),
    ("actor.auth.age_s", "integer"),
    ("actor.auth.method", "text"),
    ("actor.session", "table?"),
    ("actor.session.id", "text"),
    ("actor.session.age_s", "integer"),
    ("actor.session.idle_s", "integer"),
    ("actor.session.revoked", "bool"),
    ("actor.session.count", "integer"),
    ("action", "text"),
    ("resource.type", "text"),
    ("resource.id", "text"),
    ("resource.digest", "text?"),
    ("resource.owner", "text?"),
    ("resource.created_by", "text?"),
    ("resource.assignee", "text?"),
    ("resource.shared_with", "list?"),
    ("resource.status", "text?"),
    ("facts.now", "integer"),
    ("facts.cwd", "path"),
    ("facts.home", "path"),
    ("facts.project", "path"),
    ("facts.approvals", "list"),
    ("facts.usage", "table"),
    ("facts.grants", "list"),
    ("facts.resolved", "table"),
    ("facts.llm", "table"),
    ("facts.llm.score", "text"),
];

/// Action, its field, the field's type, what it does with it.
const ACTIONS: &[(&str, &str, &str, &str)] = &[
    ("Bash", "input.command", "command", "run"),
    ("job.run", "input.command", "command", "run"),
    ("job.run", "resource.type", "text", ""),
    ("Read", "input.file_path", "path", "read"),
    ("Write", "input.file_path", "path", "write"),
    ("Edit", "input.file_path", "path", "write"),
    ("Grep", "input.path", "tree?", "read"),
    ("Glob", "input.path", "tree?", "read"),
    ("apply_patch", "input.patch", "patch", "write"),
    ("WebFetch", "input.url", "url", "fetch"),
];

/// A host's name for an action, and the catalogue's.
const HOST_NAMES: &[(&str, &str)] = &[
    ("run_shell_command", "Bash"),
    ("shell", "Bash"),
    ("Shell", "Bash"),
    ("read_file", "Read"),
    ("write_file", "Write"),
    ("replace", "Edit"),
    ("MultiEdit", "Edit"),
    ("grep_search", "Grep"),
];

/// The catalogue's name of an action, whatever the host calls it.
pub(super) fn catalogue_name(name: &str) -> &str {
    HOST_NAMES
        .iter()
        .find(|(host, _)| *host == name)
        .map_or(name, |(_, ours)| ours)
}

/// A field's type and whether it may be absent.
#[derive(Debug, Clone, PartialEq)]
struct Declared {
    kind: String,
    optional: bool,
}

/// One declared action.
#[derive(Debug, Clone, Default)]
struct Action {
    fields: BTreeMap<String, Declared>,
    does: Vec<(String, String)>,
}

/// All declared actions.
#[derive(Debug, Clone)]
pub(super) struct Catalogue {
    everywhere: BTreeMap<String, Declared>,
    actions: BTreeMap<String, Action>,
}

/// What stands at a field of a request.
#[derive(Debug, Clone, Copy)]
pub(super) enum Found<'a> {
    /// A value.
    Value(&'a Value),
    /// Declared, not supplied.
    Missing,
    /// Declared with `?`, absent.
    LeftOut,
    /// Not a field of this action.
    NotAField,
}

/// An absent `input.*` of an action that nobody declared (reading 2 of the module's list).
const ABSENT_INPUT_OF_UNDECLARED: Found<'static> = Found::LeftOut;
/// An absent, unlisted `resource.*` of an action that nobody declared (reading 3).
const ABSENT_RESOURCE_OF_UNDECLARED: Found<'static> = Found::Missing;

impl Catalogue {
    /// What ships with the core.
    pub(super) fn shipped() -> Catalogue {
        let everywhere = EVERYWHERE
            .iter()
            .map(|(path, kind)| ((*path).to_owned(), declared(kind)))
            .collect();
        let mut actions: BTreeMap<String, Action> = BTreeMap::new();
        for (name, path, kind, verb) in ACTIONS {
            let action = actions.entry((*name).to_owned()).or_default();
            action.fields.insert((*path).to_owned(), declared(kind));
            if !verb.is_empty() {
                action.does.push(((*verb).to_owned(), (*path).to_owned()));
            }
        }
        Catalogue {
            everywhere,
            actions,
        }
    }

    /// Adds a file's `[actions]`.
    pub(super) fn extend(&mut self, table: &toml::Table) {
        for (name, body) in table {
            let action = self
                .actions
                .entry(catalogue_name(name).to_owned())
                .or_default();
            for (path, kind) in body
                .get("fields")
                .and_then(toml::Value::as_table)
                .into_iter()
                .flatten()
            {
                action.fields.insert(
                    path.clone(),
                    declared(
                        kind.as_str()
                            .unwrap_or_else(|| bad("a field's type is a text")),
                    ),
                );
            }
            for (verb, paths) in body
                .get("does")
                .and_then(toml::Value::as_table)
                .into_iter()
                .flatten()
            {
                for path in super::policy::text_or_list(paths) {
                    let entry = (verb.clone(), path);
                    if !action.does.contains(&entry) {
                        action.does.push(entry);
                    }
                }
            }
        }
        if let Some(every) = self.actions.remove("*") {
            self.everywhere.extend(every.fields);
        }
    }

    /// Whether anybody declared this action.
    pub(super) fn knows(&self, action: &str) -> bool {
        self.actions.contains_key(action)
    }

    /// What an action does: verb (`run read write delete fetch`), field, type of the field.
    pub(super) fn does(&self, action: &str) -> Vec<(String, String, String)> {
        let Some(entry) = self.actions.get(action) else {
            return Vec::new();
        };
        let mut out = Vec::new();
        for verb in ["run", "read", "write", "delete", "fetch"] {
            for (_, path) in entry.does.iter().filter(|(v, _)| v == verb) {
                let kind = self
                    .declaration(action, path)
                    .map_or_else(String::new, |d| d.kind.clone());
                out.push((verb.to_owned(), path.clone(), kind));
            }
        }
        // Reading 29: by the name of the field.
        out.sort_by(|a, b| a.1.cmp(&b.1));
        out
    }

    /// Whether a field is a table below which field names stand, for some action or for all.
    pub(super) fn is_table(&self, path: &str) -> bool {
        let is = |fields: &BTreeMap<String, Declared>| {
            fields.get(path).is_some_and(|d| d.kind == "table")
        };
        is(&self.everywhere) || self.actions.values().any(|action| is(&action.fields))
    }

    fn declaration(&self, action: &str, path: &str) -> Option<&Declared> {
        self.actions
            .get(action)
            .and_then(|a| a.fields.get(path))
            .or_else(|| self.everywhere.get(path))
    }

    /// What stands at `path` of the request, as the rows of section 4.2 tell them apart.
    pub(super) fn find<'a>(&self, request: Request<'a>, action: &str, path: &str) -> Found<'a> {
        let value = request.get(path);
        let present = |absent: Found<'a>| value.map_or(absent, Found::Value);
        if let Some(field) = self.declaration(action, path) {
            // Reading 18: a declared action without a resource of its own, and a request without this part of one.
            let about = |action: &Action| {
                action
                    .fields
                    .keys()
                    .any(|name| name.starts_with("resource."))
            };
            let stray = self
                .actions
                .get(action)
                .is_some_and(|action| !about(action));
            if path.starts_with("resource.") && stray && value.is_none() {
                return Found::NotAField;
            }
            let optional = field.optional || self.absent_optional_parent(request, action, path);
            return present(if optional {
                Found::LeftOut
            } else {
                Found::Missing
            });
        }
        if path.starts_with("actor.") || path.starts_with("facts.") {
            return present(Found::Missing);
        }
        if !self.knows(action) {
            let input = path.starts_with("input.");
            return present(if input {
                ABSENT_INPUT_OF_UNDECLARED
            } else {
                ABSENT_RESOURCE_OF_UNDECLARED
            });
        }
        // Below a declared table of this action.
        let mut parent = path;
        while let Some((above, _)) = parent.rsplit_once('.') {
            if self
                .declaration(action, above)
                .is_some_and(|d| d.kind == "table")
            {
                let left_out = self.absent_optional_parent(request, action, path);
                return present(if left_out {
                    Found::LeftOut
                } else {
                    Found::Missing
                });
            }
            parent = above;
        }
        Found::NotAField
    }

    /// `actor.auth.method` when the whole of `actor.auth` was left out, as it may be.
    fn absent_optional_parent(&self, request: Request<'_>, action: &str, path: &str) -> bool {
        let mut parent = path;
        while let Some((above, _)) = parent.rsplit_once('.') {
            if self.declaration(action, above).is_some_and(|d| d.optional)
                && request.get(above).is_none()
            {
                return true;
            }
            parent = above;
        }
        false
    }
}

fn declared(kind: &str) -> Declared {
    let optional = kind.ends_with('?');
    Declared {
        kind: kind.trim_end_matches('?').to_owned(),
        optional,
    }
}
