//! The catalogue as shipped: the request's own fields, and the tools of the agents we know.

use alloc::collections::BTreeMap;
use alloc::string::{String, ToString};

use super::{ActionSpec, Catalogue, FieldPath, FieldSpec, Verb};
use crate::vocabulary::KnownAction;

/// Raised whenever this file changes, because that can change a decision; part of a policy's id.
pub(crate) const CATALOGUE_VERSION: u32 = 2;

type Fields = &'static [(&'static str, &'static str)];

struct Shipped {
    name: &'static str,
    aliases: &'static [&'static str],
    fields: Fields,
    does: &'static [(Verb, &'static str)],
}

const SHARED: Fields = &[
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
    ("facts.now", "integer"),
    ("facts.cwd", "path"),
    ("facts.home", "path"),
    ("facts.project", "path"),
    ("facts.approvals", "table"),
    ("facts.usage", "table"),
    ("facts.grants", "table"),
    ("facts.resolved", "table"),
    ("facts.llm", "table"),
];

const RESOURCE: Fields = &[
    ("resource.type", "text"),
    ("resource.id", "text"),
    ("resource.digest", "text?"),
    ("resource.owner", "text?"),
    ("resource.created_by", "text?"),
    ("resource.assignee", "text?"),
    ("resource.shared_with", "list?"),
    ("resource.status", "text?"),
    ("resource.tenant", "text?"),
];

const ACTIONS: &[Shipped] = &[
    Shipped {
        name: "Bash",
        aliases: &[
            "run_shell_command",
            "shell",
            "Shell",
            "bash",
            "local_shell",
            "shell_command",
            "exec_command",
        ],
        fields: &[
            ("input.command", "command"),
            ("input.description", "text?"),
            ("input.timeout", "integer?"),
            ("input.run_in_background", "bool?"),
        ],
        does: &[(Verb::Run, "input.command")],
    },
    Shipped {
        name: "job.run",
        aliases: &[],
        fields: &[
            ("input.command", "command"),
            ("resource.type", "text"),
            ("resource.id", "text"),
        ],
        does: &[(Verb::Run, "input.command")],
    },
    Shipped {
        name: "Read",
        aliases: &["read_file", "read"],
        fields: &[
            ("input.file_path", "path"),
            ("input.offset", "integer?"),
            ("input.limit", "integer?"),
        ],
        does: &[(Verb::Read, "input.file_path")],
    },
    Shipped {
        name: "Write",
        aliases: &["write_file", "write", "TabWrite"],
        fields: &[("input.file_path", "path"), ("input.content", "text?")],
        does: &[(Verb::Write, "input.file_path")],
    },
    Shipped {
        name: "Edit",
        aliases: &[
            "replace",
            "edit",
            "MultiEdit",
            "multiedit",
            "edit_file",
            "StrReplace",
        ],
        fields: &[
            ("input.file_path", "path"),
            ("input.old_string", "text?"),
            ("input.new_string", "text?"),
            ("input.replace_all", "bool?"),
        ],
        does: &[(Verb::Write, "input.file_path")],
    },
    Shipped {
        name: "NotebookEdit",
        aliases: &[],
        fields: &[
            ("input.notebook_path", "path"),
            ("input.new_source", "text?"),
            ("input.edit_mode", "text?"),
        ],
        does: &[(Verb::Write, "input.notebook_path")],
    },
    Shipped {
        name: "Delete",
        aliases: &["delete_file"],
        fields: &[("input.file_path", "path")],
        does: &[(Verb::Delete, "input.file_path")],
    },
    Shipped {
        name: "Grep",
        aliases: &["grep", "search_file_content", "grep_search"],
        fields: &[
            ("input.pattern", "text"),
            ("input.path", "tree?"),
            ("input.glob", "text?"),
            ("input.output_mode", "text?"),
        ],
        does: &[(Verb::Read, "input.path")],
    },
    Shipped {
        name: "Glob",
        aliases: &["glob"],
        fields: &[("input.pattern", "text"), ("input.path", "tree?")],
        does: &[(Verb::Read, "input.path")],
    },
    Shipped {
        name: "WebFetch",
        aliases: &["web_fetch", "webfetch"],
        fields: &[("input.url", "url"), ("input.prompt", "text?")],
        does: &[(Verb::Fetch, "input.url")],
    },
    Shipped {
        name: "WebSearch",
        aliases: &["google_web_search", "web_search", "websearch"],
        fields: &[
            ("input.query", "text"),
            ("input.allowed_domains", "list?"),
            ("input.blocked_domains", "list?"),
        ],
        does: &[],
    },
    Shipped {
        name: "apply_patch",
        aliases: &["patch"],
        fields: &[("input.patch", "patch")],
        does: &[(Verb::Write, "input.patch")],
    },
];

impl Catalogue {
    /// Returns the catalogue as shipped.
    pub(crate) fn shipped() -> Self {
        let mut catalogue = Self {
            actions: BTreeMap::new(),
            shared: specs(SHARED),
            resource: specs(RESOURCE),
        };
        for shipped in ACTIONS {
            let does = shipped
                .does
                .iter()
                .filter_map(|(verb, field)| Some((*verb, FieldPath::parse(field)?)));
            let spec = ActionSpec {
                fields: specs(shipped.fields),
                does: does.collect(),
            };
            catalogue.actions.insert(shipped.name.to_string(), spec);
        }
        catalogue
    }
}

/// Returns the actions as shipped.
pub(crate) fn shipped_actions() -> impl Iterator<Item = KnownAction> {
    ACTIONS.iter().map(|action| KnownAction {
        name: action.name,
        aliases: action.aliases,
        fields: action.fields,
        does: action
            .does
            .iter()
            .map(|(verb, field)| (verb.as_str(), *field))
            .collect(),
    })
}

/// Returns the fields of every action and of every resource, as shipped.
pub(crate) fn shipped_fields() -> impl Iterator<Item = (&'static str, &'static str)> {
    SHARED.iter().chain(RESOURCE).copied()
}

fn specs(fields: Fields) -> BTreeMap<String, FieldSpec> {
    fields
        .iter()
        .filter_map(|(name, kind)| Some((name.to_string(), FieldSpec::parse(kind)?)))
        .collect()
}

/// Returns the catalogue's name of an action, whichever host's name it is given.
pub(crate) fn canonical_name(name: &str) -> &str {
    shipped_name(name).unwrap_or(name)
}

/// Returns the catalogue's name of an action that a host calls differently.
pub(crate) fn shipped_name(name: &str) -> Option<&'static str> {
    let action = ACTIONS
        .iter()
        .find(|action| action.aliases.contains(&name))?;
    Some(action.name)
}
