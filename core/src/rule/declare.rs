//! Reads what a policy declares outside of its rules: defaults, roles, sets, actions.

use alloc::collections::BTreeMap;
use alloc::format;
use alloc::string::{String, ToString};
use alloc::sync::Arc;
use alloc::vec::Vec;

use super::programs::{Said, read_programs};
use super::{Effect, File, Layer};
use crate::catalogue::{Catalogue, FieldPath, FieldSpec, FieldType, Root, Verb, canonical_name};
use crate::command::Programs;
use crate::condition::read::{Declarations, Sets, unknown_key};
use crate::condition::{Literal, Roles};
use crate::document::{Entry, Kind, Node, Problems, get};
use crate::limits::Limits;
use crate::{suggest, vocabulary};

/// The effect of an action that no rule matches, by layer.
#[derive(Clone, Debug, Default)]
pub(crate) struct Defaults {
    layers: BTreeMap<Layer, BTreeMap<String, Effect>>,
}

impl Defaults {
    /// Returns the default for an action: within a layer the exact name, else the glob with the longest beginning;
    /// across layers the strictest; `deny` when none says anything. An action without a name gets the strictest of all.
    pub(crate) fn effect(&self, action: Option<&str>) -> Effect {
        let of_layer = |layer: &BTreeMap<String, Effect>| match action {
            None => layer
                .values()
                .copied()
                .max_by_key(|effect| effect.across_leaves()),
            Some(action) => layer.get(action).copied().or_else(|| {
                let globs = layer
                    .iter()
                    .filter_map(|(name, effect)| Some((name.strip_suffix('*')?, *effect)));
                let fitting = globs.filter(|(beginning, _)| action.starts_with(beginning));
                fitting
                    .max_by_key(|(beginning, _)| beginning.len())
                    .map(|(_, effect)| effect)
            }),
        };
        let effects = self.layers.values().filter_map(of_layer);
        let strictest = effects
            .max_by_key(|effect| effect.across_leaves())
            .unwrap_or(Effect::Deny);
        // Without a name the strictest includes the built-in `deny`, unless every layer says what `"*"` is.
        let silent = action.is_none() && !self.layers.values().any(|layer| layer.contains_key("*"));
        if silent { Effect::Deny } else { strictest }
    }

    fn insert(&mut self, layer: Layer, name: String, effect: Effect) {
        let entry = self
            .layers
            .entry(layer)
            .or_default()
            .entry(name)
            .or_insert(effect);
        if effect.across_leaves() > entry.across_leaves() {
            *entry = effect;
        }
    }
}

/// Reads the declarations of all files. The sets are one map a file: what a tighten-only file declares, only its own
/// rules see.
pub(crate) fn declare(
    files: &mut [File<'_>],
    limits: &Limits,
) -> (Declarations, Defaults, Vec<Sets>) {
    let mut declared = Declarations {
        catalogue: Catalogue::shipped(),
        roles: Roles::default(),
        limits: limits.clone(),
        programs: Programs::default(),
    };
    let mut defaults = Defaults::default();
    let mut shared = Sets::new();
    let mut said = Said::new();
    let mut own_sets = Vec::new();
    for file in files.iter_mut() {
        let tighten_only = file.source.tighten_only();
        let layer = file.source.layer;
        let mut own = Sets::new();
        for entry in &file.table {
            let problems = &mut file.problems;
            match entry.key.as_str() {
                "defaults" | "roles" | "actions" | "programs" if tighten_only => {}
                "defaults" => read_defaults(entry, layer, &mut defaults, problems),
                "roles" => read_roles(entry, &mut declared.roles, problems),
                "sets" => read_sets(
                    entry,
                    if tighten_only { &mut own } else { &mut shared },
                    problems,
                ),
                "actions" => read_actions(entry, &mut declared.catalogue, problems),
                "programs" => {
                    let tables = entries(entry, problems);
                    read_programs(tables, &mut declared.programs, &mut said, problems);
                }
                _ => {}
            }
        }
        own_sets.push(own);
    }
    report_cycle(files, &declared.roles);
    for own in &mut own_sets {
        for (name, set) in &shared {
            own.entry(name.clone()).or_insert_with(|| Arc::clone(set));
        }
    }
    (declared, defaults, own_sets)
}

fn entries<'e>(entry: &'e Entry, problems: &mut Problems<'_>) -> &'e [Entry] {
    match &entry.value.kind {
        Kind::Table(table) => table,
        _ => {
            let message = format!(
                "`{}` is a table; found {}",
                entry.key,
                entry.value.article()
            );
            problems.error(
                "wrong-type",
                entry.value.span.clone(),
                message,
                format!("write a header: `[{}]`", entry.key),
            );
            &[]
        }
    }
}

fn read_defaults(
    entry: &Entry,
    layer: Layer,
    defaults: &mut Defaults,
    problems: &mut Problems<'_>,
) {
    for entry in entries(entry, problems) {
        let glob = entry.key.strip_suffix('*');
        if glob.unwrap_or(&entry.key).contains('*') {
            let message = format!("`{}` has a `*` before its end", entry.key);
            let hint =
                "a default is for a name, or for a beginning: `\"mcp__github__*\"`".to_string();
            problems.error("bad-value", entry.span.clone(), message, hint);
        }
        if let Some(effect) = read_effect(&entry.value, problems) {
            defaults.insert(layer, canonical_name(&entry.key).into(), effect);
        }
    }
}

/// Reads one of the four effects.
pub(super) fn read_effect(node: &Node, problems: &mut Problems<'_>) -> Option<Effect> {
    let Some(name) = node.as_text() else {
        let message = format!("an effect is a text; found {}", node.article());
        problems.error("wrong-type", node.span.clone(), message, None);
        return None;
    };
    let effect = Effect::from_name(name);
    if effect.is_none() {
        let hint = match suggest::nearest(name, Effect::NAMES) {
            Some(near) => format!("did you mean `{near}`?"),
            None => format!("effects are `{}`", Effect::NAMES.join("`, `")),
        };
        problems.error(
            "bad-value",
            node.span.clone(),
            format!("there is no effect `{name}`"),
            hint,
        );
    }
    effect
}

fn read_roles(entry: &Entry, roles: &mut Roles, problems: &mut Problems<'_>) {
    for entry in entries(entry, problems) {
        let Some(implied) = texts(&entry.value, "a role implies a list of roles", problems) else {
            continue;
        };
        match roles.get(&entry.key) {
            Some(before) if before != implied.as_slice() => conflict(entry, "role", problems),
            _ => roles.insert(entry.key.clone(), implied),
        }
    }
}

fn report_cycle(files: &mut [File<'_>], roles: &Roles) {
    let Some(role) = roles.cycle() else { return };
    for file in files {
        let entry = get(&file.table, "roles").and_then(|entry| match &entry.value.kind {
            Kind::Table(table) => get(table, role),
            _ => None,
        });
        if let Some(entry) = entry {
            let span = entry.span.clone();
            file.problems.error(
                "role-cycle",
                span,
                format!("the role `{role}` implies itself"),
                None,
            );
            return;
        }
    }
}

fn read_sets(entry: &Entry, sets: &mut Sets, problems: &mut Problems<'_>) {
    for entry in entries(entry, problems) {
        let Kind::List(items) = &entry.value.kind else {
            let message = format!("a set is a list; found {}", entry.value.article());
            problems.error("wrong-type", entry.value.span.clone(), message, None);
            continue;
        };
        let mut values: Vec<Literal> = Vec::new();
        for item in items {
            match item.kind {
                Kind::Text(_) | Kind::Integer(_) => values.push(item.to_value()),
                _ => {
                    let message = format!("a set holds text or integers; found {}", item.article());
                    problems.error("wrong-type", item.span.clone(), message, None);
                }
            }
        }
        match sets.get(&entry.key) {
            Some(before) if before.as_ref() != values.as_slice() => {
                conflict(entry, "set", problems)
            }
            _ => {
                sets.insert(entry.key.clone(), values.into());
            }
        }
    }
}

fn conflict(entry: &Entry, what: &str, problems: &mut Problems<'_>) {
    let message = format!(
        "the {what} `{}` has other contents in another file",
        entry.key
    );
    problems.error(
        "conflicting-key",
        entry.span.clone(),
        message,
        "declare it once".to_string(),
    );
}

fn texts(node: &Node, message: &str, problems: &mut Problems<'_>) -> Option<Vec<String>> {
    let texts = match &node.kind {
        Kind::List(items) => items
            .iter()
            .map(|item| item.as_text().map(String::from))
            .collect(),
        _ => None,
    };
    if texts.is_none() {
        problems.error(
            "wrong-type",
            node.span.clone(),
            format!("{message}; found {}", node.article()),
            None,
        );
    }
    texts
}

fn read_actions(entry: &Entry, catalogue: &mut Catalogue, problems: &mut Problems<'_>) {
    for action in entries(entry, problems) {
        let table = entries(action, problems);
        let known = vocabulary::keys_of("action");
        for entry in table
            .iter()
            .filter(|entry| !known.contains(&entry.key.as_str()))
        {
            unknown_key(problems, entry, "actions", &known);
        }
        if let Some(fields) = get(table, "fields") {
            for field in entries(fields, problems) {
                read_field(action, field, catalogue, problems);
            }
        }
        if let Some(does) = get(table, "does") {
            read_does(action, does, catalogue, problems);
        } else if action.key != "*" {
            // Naming an action declares it, with or without fields.
            catalogue.extend(&action.key);
        }
    }
}

fn read_field(
    action: &Entry,
    field: &Entry,
    catalogue: &mut Catalogue,
    problems: &mut Problems<'_>,
) {
    let Some(path) = FieldPath::parse(&field.key) else {
        let hint = "a field is named with its part: `\"input.note\" = \"text?\"`".to_string();
        problems.error(
            "unknown-field",
            field.span.clone(),
            format!("`{}` names no field of a request", field.key),
            hint,
        );
        return;
    };
    let Some(spec) = field.value.as_text().and_then(FieldSpec::parse) else {
        let hint = format!(
            "types are `{}`, with `?` when the field may be absent",
            FieldType::NAMES.join("`, `")
        );
        let message = format!("`{}` has no type that there is", field.key);
        problems.error("bad-value", field.value.span.clone(), message, hint);
        return;
    };
    let everywhere = action.key == "*";
    if !everywhere && matches!(path.root(), Root::Actor | Root::Facts) {
        let hint = "every action has the same actor and facts: declare it under `[actions.\"*\"]`"
            .to_string();
        problems.error(
            "unknown-field",
            field.span.clone(),
            format!("`{}` is no field of one action", field.key),
            hint,
        );
        return;
    }
    let before = if everywhere {
        catalogue.share(field.key.clone(), spec)
    } else {
        let known = *catalogue
            .extend(&action.key)
            .fields
            .entry(field.key.clone())
            .or_insert(spec);
        (known.kind != spec.kind).then_some(known)
    };
    if let Some(before) = before {
        let message = format!(
            "`{}` is declared as {} already",
            field.key,
            before.kind.name()
        );
        problems.error("conflicting-key", field.value.span.clone(), message, None);
    }
}

fn read_does(action: &Entry, does: &Entry, catalogue: &mut Catalogue, problems: &mut Problems<'_>) {
    if action.key == "*" {
        problems.error(
            "bad-value",
            does.span.clone(),
            "`\"*\"` is no action that could do something",
            None,
        );
        return;
    }
    for entry in entries(does, problems) {
        let Some(verb) = Verb::from_name(&entry.key) else {
            unknown_key(problems, entry, "does", &Verb::NAMES);
            continue;
        };
        let items = match &entry.value.kind {
            Kind::List(items) => items.as_slice(),
            _ => core::slice::from_ref(&entry.value),
        };
        for item in items {
            let path = item.as_text().and_then(FieldPath::parse);
            let spec = catalogue.extend(&action.key);
            let declared = path
                .as_ref()
                .and_then(|path| spec.fields.get(&path.to_string()));
            match (path, declared) {
                (Some(path), Some(field)) if field.kind.is_text() => {
                    if !spec.does.contains(&(verb, path.clone())) {
                        spec.does.push((verb, path));
                    }
                }
                _ => {
                    let message = format!(
                        "`{}` names no field of `{}` that holds a text",
                        entry.key, action.key
                    );
                    let hint =
                        "declare it in `fields`, as `command`, `path`, `url`, `tree` or `patch`"
                            .to_string();
                    problems.error("unknown-field", item.span.clone(), message, hint);
                }
            }
        }
    }
}
