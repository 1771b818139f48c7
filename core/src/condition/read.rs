//! Reads the tables `when`, `require` and `unless` into conditions.
//!
//! A problem is reported and reading goes on, so that all problems of a file come at once. What is returned after a
//! problem is never used: a policy with an error does not load.

mod fields;
mod governance;
mod leaf;
mod web;

use alloc::collections::BTreeMap;
use alloc::format;
use alloc::string::{String, ToString};
use alloc::sync::Arc;
use alloc::vec::Vec;
use core::ops::Range;

use super::role::{RoleCondition, Roles};
use super::{Condition, Literal, Side};
use crate::catalogue::{Catalogue, Root, canonical_name};
use crate::command::Programs;
use crate::document::{Entry, Kind, Node, Problems, get};
use crate::limits::Limits;
use crate::rule::Stated;
use crate::shown::Shown;
use crate::{suggest, vocabulary};

/// Named lists of values.
pub(crate) type Sets = BTreeMap<String, Arc<[Literal]>>;

/// What a policy declares outside of its rules.
#[derive(Clone, Debug)]
pub(crate) struct Declarations {
    pub(crate) catalogue: Catalogue,
    pub(crate) roles: Roles,
    pub(crate) limits: Limits,
    /// What is known of programs, with what the policy adds.
    pub(crate) programs: Programs,
}

/// Reads the conditions of one rule.
#[derive(Debug)]
pub(crate) struct Reader<'r, 's> {
    pub(crate) declared: &'r Declarations,
    /// The sets that this rule's file sees.
    pub(crate) sets: &'r Sets,
    pub(crate) problems: &'r mut Problems<'s>,
    pub(crate) side: Side,
    /// Whether it reads the rule's exception.
    pub(crate) in_unless: bool,
    /// The actions that the rule's scope names, by their names in the catalogue; empty for any action.
    pub(crate) actions: Vec<String>,
    /// What each condition read so far states, in step with them.
    pub(crate) stated: Vec<Stated>,
}

impl Reader<'_, '_> {
    /// Reads a table of conditions, which `place` names: `when`, `require`, `unless`, or a branch of `any_of`.
    pub(crate) fn conditions(&mut self, table: &[Entry], place: &str) -> Vec<Condition> {
        let mut conditions = Vec::new();
        for entry in table {
            self.condition(entry, place, &mut conditions);
        }
        conditions
    }

    /// Reads `any_of`: a list of tables, each a conjunction.
    fn any_of(&mut self, node: &Node, place: &str) -> Option<Condition> {
        let Kind::List(items) = &node.kind else {
            self.wrong_type(
                node,
                "`any_of` takes a list of tables",
                Some("any_of = [ { .. }, { .. } ]"),
            );
            return None;
        };
        if items.is_empty() {
            self.never(node.span.clone(), "an empty `any_of` never holds");
        }
        let mut branches = Vec::new();
        let outer = core::mem::take(&mut self.stated);
        let mut stated = Vec::new();
        for item in items {
            let Kind::Table(table) = &item.kind else {
                self.wrong_type(
                    item,
                    "each branch of `any_of` is a table",
                    Some("{ resource.status = \"open\" }"),
                );
                continue;
            };
            if table.is_empty() {
                self.problems.error(
                    "bad-value",
                    item.span.clone(),
                    "a branch without conditions always holds",
                    None,
                );
            }
            if let Some(nested) = get(table, "any_of") {
                let hint = "write its branches out, or make two rules";
                self.problems.error(
                    "bad-value",
                    nested.span.clone(),
                    "`any_of` does not nest",
                    hint.to_string(),
                );
                continue;
            }
            branches.push(self.conditions(table, place));
            stated.push(core::mem::take(&mut self.stated));
        }
        self.stated = outer;
        self.stated.push(Stated::AnyOf(stated));
        Some(Condition::AnyOf(branches))
    }

    fn condition(&mut self, entry: &Entry, place: &str, out: &mut Vec<Condition>) {
        let node = &entry.value;
        let read = match entry.key.as_str() {
            "action" => self.action(node).map(Condition::Action),
            key @ ("actor" | "resource" | "input" | "facts") => {
                if let Some(root) = Root::from_name(key) {
                    self.fields(root, entry, out);
                }
                return;
            }
            "op" => self.op(node).map(Condition::Op),
            "command" => self.command(node).map(Condition::Command),
            "path" => self.place(node).map(Condition::Path),
            "cwd" => self.place(node).map(Condition::Cwd),
            "url" => self.url(node).map(Condition::Url),
            "approvals" => self.approvals(node).map(Condition::Approvals),
            "auth" => self.auth(node).map(Condition::Auth),
            "session" => self.session(node).map(Condition::Session),
            "usage" => self.usage(node, place).map(Condition::Usage),
            "time" => self.time(node).map(Condition::Time),
            "delegated" => self.delegated(node).map(Condition::Delegated),
            "any_of" => self.any_of(node, place),
            key => {
                self.unknown_condition(key, entry.span.clone(), place);
                None
            }
        };
        if read.is_some() && entry.key != "any_of" {
            let table = match entry.key.as_str() {
                "action" => "operator",
                "cwd" => "path",
                key => key,
            };
            self.state(entry.key.clone(), node, table);
        }
        out.extend(read);
    }

    /// Notes what the condition just read states; `table` is the format's table that names its keys.
    fn state(&mut self, field: String, node: &Node, table: &str) {
        let want = Shown::stated(node, table);
        self.stated.push(Stated::One { field, want });
    }

    fn unknown_condition(&mut self, key: &str, span: Range<usize>, place: &str) {
        let known = vocabulary::keys_of("condition");
        let rule_keys = vocabulary::keys_of("rule");
        let hint = if key == "role" || key == "roles" {
            "a role is `actor.role`".into()
        } else if rule_keys.contains(&key) {
            // The commonest slip of TOML: keys after a sub-table header belong to that table.
            format!(
                "`{key}` belongs to the rule; write it before the `[rule.{place}]` header, or use `{place}.<field> = ..`"
            )
        } else if let Some(near) = suggest::nearest(key, known.iter().copied()) {
            format!("did you mean `{near}`?")
        } else {
            format!(
                "a field of the request is written `input.{key}`, `resource.{key}`, `actor.{key}` or `facts.{key}`"
            )
        };
        self.problems.error(
            "unknown-key",
            span,
            format!("`{place}` has no condition `{key}`"),
            hint,
        );
    }

    /// Returns the actions that a scope names by literal, by their names in the catalogue.
    pub(crate) fn named_actions(when: &[Entry]) -> Vec<String> {
        fn texts(node: &Node, out: &mut Vec<String>) {
            match &node.kind {
                Kind::Text(name) => out.push(canonical_name(name).into()),
                Kind::List(items) => items.iter().for_each(|item| texts(item, out)),
                Kind::Table(table) => {
                    for key in ["is", "in"] {
                        if let Some(entry) = get(table, key) {
                            texts(&entry.value, out);
                        }
                    }
                }
                _ => {}
            }
        }
        let mut names = Vec::new();
        if let Some(entry) = get(when, "action") {
            texts(&entry.value, &mut names);
        }
        names
    }

    fn role(&mut self, node: &Node) -> Option<RoleCondition> {
        match &node.kind {
            Kind::Table(table) => {
                if !self.check_keys(table, "role", &["is", "in", "in_set", "not"]) {
                    return None;
                }
                let [entry] = table.as_slice() else {
                    let message = "`actor.role` takes one operator";
                    self.problems.error(
                        "bad-value",
                        node.span.clone(),
                        message,
                        "list the roles: `in = [..]`".to_string(),
                    );
                    return None;
                };
                match entry.key.as_str() {
                    "in_set" => {
                        let set = self.set(&entry.value)?;
                        let names: Vec<String> = set
                            .iter()
                            .filter_map(|name| name.as_text().map(Into::into))
                            .collect();
                        Some(RoleCondition {
                            any: self.declared.roles.implying(&names),
                            negated: false,
                        })
                    }
                    "not" => self.role(&entry.value).map(|role| RoleCondition {
                        negated: !role.negated,
                        ..role
                    }),
                    _ => self.role(&entry.value),
                }
            }
            _ => {
                let names = self.texts(node, "a role")?;
                self.suggest_roles(node, &names);
                Some(RoleCondition {
                    any: self.declared.roles.implying(&names),
                    negated: false,
                })
            }
        }
    }

    /// Warns of a role that nobody declared and that looks like one that somebody did.
    fn suggest_roles(&mut self, node: &Node, names: &[String]) {
        for name in names {
            let mut known = self.declared.roles.names();
            if !known.any(|known| known == name)
                && let Some(near) = suggest::nearest(name, self.declared.roles.names())
            {
                let message = format!("`[roles]` does not know `{name}`");
                self.problems.warning(
                    "lint-unknown-role",
                    node.span.clone(),
                    message,
                    format!("did you mean `{near}`?"),
                );
            }
        }
    }

    /// Returns the set that a text names.
    fn set(&mut self, node: &Node) -> Option<Arc<[Literal]>> {
        let Some(name) = node.as_text() else {
            self.wrong_type(node, "a set is named by a text", None);
            return None;
        };
        if let Some(set) = self.sets.get(name) {
            return Some(Arc::clone(set));
        }
        let near = suggest::nearest(name, self.sets.keys().map(String::as_str));
        let hint = near.map_or_else(
            || format!("declare it: `[sets]` `{name} = [..]`"),
            |near| format!("did you mean `{near}`?"),
        );
        self.problems.error(
            "unknown-set",
            node.span.clone(),
            format!("there is no set `{name}`"),
            hint,
        );
        None
    }

    /// Reads a text or a list of texts; an empty list is reported as never matching.
    fn texts(&mut self, node: &Node, what: &str) -> Option<Vec<String>> {
        let items = match &node.kind {
            Kind::Text(text) => return Some(alloc::vec![text.clone()]),
            Kind::List(items) => items,
            _ => {
                self.wrong_type(node, &format!("{what} is a text, or a list of them"), None);
                return None;
            }
        };
        if items.is_empty() {
            self.leaves_nothing(node.span.clone(), "an empty list never matches");
            return None;
        }
        let mut texts = Vec::new();
        for item in items {
            match item.as_text() {
                Some(text) => texts.push(text.into()),
                None => self.wrong_type(item, &format!("{what} is a text"), None),
            }
        }
        Some(texts)
    }

    /// Reports every key that is not among `known`. True when there is none.
    pub(crate) fn check_keys(&mut self, table: &[Entry], what: &str, known: &[&str]) -> bool {
        let mut good = true;
        for entry in table
            .iter()
            .filter(|entry| !known.contains(&entry.key.as_str()))
        {
            good = false;
            unknown_key(self.problems, entry, what, known);
        }
        good
    }

    /// Returns the table that a condition takes, its keys checked against the vocabulary.
    fn keyed<'n>(&mut self, node: &'n Node, what: &str) -> Option<&'n [Entry]> {
        let Kind::Table(table) = &node.kind else {
            let keys = vocabulary::keys_of(what).join("`, `");
            self.wrong_type(
                node,
                &format!("`{what}` takes a table"),
                Some(&format!("its keys are `{keys}`")),
            );
            return None;
        };
        self.check_keys(table, what, &vocabulary::keys_of(what))
            .then_some(table)
    }

    fn wrong_type(&mut self, node: &Node, message: &str, hint: Option<&str>) {
        let message = format!("{message}; found {}", node.article());
        self.problems.error(
            "wrong-type",
            node.span.clone(),
            message,
            hint.map(String::from),
        );
    }

    /// Reports a value of which no condition is left: an error on either side, since an allow would be wider without it.
    pub(crate) fn leaves_nothing(&mut self, span: Range<usize>, message: &str) {
        let hint = Some(String::from("remove the rule, or mend the condition"));
        self.problems.error("never-matches", span, message, hint);
    }

    /// Reports a condition that can never hold: an error where the rule denies or asks, which it then never would.
    pub(crate) fn never(&mut self, span: Range<usize>, message: &str) {
        let hint = Some(String::from("remove the rule, or mend the condition"));
        match self.side {
            Side::Restrict => self.problems.error("never-matches", span, message, hint),
            Side::Permit => self
                .problems
                .warning("lint-never-matches", span, message, hint),
        }
    }
}

/// Reports a key that a table does not have, with the nearest one that it has.
pub(crate) fn unknown_key(problems: &mut Problems<'_>, entry: &Entry, what: &str, known: &[&str]) {
    let hint = match suggest::nearest(&entry.key, known.iter().copied()) {
        Some(near) => format!("did you mean `{near}`?"),
        None => format!("known keys: `{}`", known.join("`, `")),
    };
    problems.error(
        "unknown-key",
        entry.span.clone(),
        format!("`{what}` has no key `{}`", entry.key),
        hint,
    );
}
