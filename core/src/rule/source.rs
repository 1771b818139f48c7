//! Reads the rules of a policy file.

use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;
use core::ops::Range;

use super::declare::read_effect;
use super::example::read_examples;
use super::file::tables;
use super::{Effect, File, Rule, Source, Stated, Wording};
use crate::condition::read::{Declarations, Reader, Sets, unknown_key};
use crate::condition::time::day_number;
use crate::condition::{Condition, Side};
use crate::document::{Entry, Kind, Node, Problems, Table, get};
use crate::shown::Shown;
use crate::{suggest, vocabulary};

/// A rule's name is at most so long, in bytes.
const NAME_BYTES: usize = 80;

/// The beginning of the names of rules that came with an untrusted repository.
const PROJECT_PREFIX: &str = "project/";

/// Reads the rules of one file.
pub(crate) fn read_rules(
    file: &mut File<'_>,
    index: usize,
    declared: &Declarations,
    sets: &Sets,
) -> Vec<RuleAt> {
    let tables = tables(&file.table, "rule", &mut file.problems);
    let source = file.source;
    let mut rules = Vec::new();
    for (span, table) in tables {
        let mut reader = RuleReader {
            source,
            index,
            declared,
            sets,
            problems: &mut file.problems,
            table,
            span,
        };
        rules.extend(reader.read());
    }
    rules
}

/// A rule, with the places of its names for reports across files.
#[derive(Debug)]
pub(crate) struct RuleAt {
    pub(crate) rule: Rule,
    /// Its name and its former names, each with its place.
    pub(crate) names: Vec<(String, Range<usize>)>,
    pub(crate) file: usize,
}

struct RuleReader<'r, 's> {
    source: &'r Source,
    index: usize,
    declared: &'r Declarations,
    sets: &'r Sets,
    problems: &'r mut Problems<'s>,
    table: &'r [Entry],
    span: Range<usize>,
}

impl<'s> RuleReader<'_, 's> {
    fn read(&mut self) -> Option<RuleAt> {
        let known = vocabulary::keys_of("rule");
        for entry in self
            .table
            .iter()
            .filter(|entry| !known.contains(&entry.key.as_str()))
        {
            self.unknown_key(entry, &known);
        }
        let name = self.name();
        let effect = match get(self.table, "effect") {
            Some(entry) => read_effect(&entry.value, self.problems),
            None => {
                let hint = format!("add `effect = ..`: `{}`", Effect::NAMES.join("`, `"));
                self.problems.error(
                    "missing-key",
                    self.span.clone(),
                    "the rule has no `effect`",
                    hint,
                );
                None
            }
        };
        // Conditions are read even for a rule without a valid effect, so that all its problems come at once.
        let assumed = effect.unwrap_or(Effect::Deny);
        let side = if assumed.restricts() {
            Side::Restrict
        } else {
            Side::Permit
        };
        let when_entries = self.conditions_table("when").unwrap_or_default();
        let actions = Reader::named_actions(&when_entries);
        let before = self.problems.errors();
        let mut reader = Reader {
            declared: self.declared,
            sets: self.sets,
            problems: self.problems,
            side,
            in_unless: false,
            actions: actions.clone(),
            stated: Vec::new(),
        };
        let when = reader.conditions(&when_entries, "when");
        let stated_when = core::mem::take(&mut reader.stated);
        let when_is_whole = reader.problems.errors() == before;
        let (require, stated_require) = self.require(assumed, &actions);
        let (unless, stated_unless) = self.unless(side, &actions).unzip();
        if effect.is_some() {
            self.check_scope(assumed, &when_entries, &when, when_is_whole);
        }
        if self.source.tighten_only()
            && let Some(effect) = effect.filter(|effect| !effect.restricts())
        {
            let span = get(self.table, "effect")
                .map_or(self.span.clone(), |entry| entry.value.span.clone());
            let message = format!(
                "`{effect}` may loosen, and this file came with a repository that is not trusted"
            );
            self.problems.error(
                "not-tighten-only",
                span,
                message,
                "such a file holds `deny` and `ask` rules".to_string(),
            );
        }
        let names = self.names(name.as_deref());
        let rule = Rule {
            name: name.clone().unwrap_or_default().into(),
            effect: assumed,
            layer: self.source.layer,
            origin: format!(
                "{}:{}",
                self.source.name,
                self.problems.line(self.span.start)
            )
            .into(),
            why: self.text("why").map(Into::into),
            remedy: self.text("remedy").map(Into::into),
            examples: read_examples(
                self.table,
                &when_entries,
                actions.first(),
                self.index,
                self.problems,
            ),
            expires: self.expires(),
            shadow: self.choice("mode", &["enforce", "shadow"]).as_deref() == Some("shadow"),
            skip_missing: self.skip_missing(),
            tags: self.list("tags"),
            near: self.boolean("near") != Some(false),
            notify: self.list("notify"),
            wording: Wording {
                when: stated_when,
                require: stated_require,
                unless: stated_unless,
                expires: get(self.table, "expires")
                    .map(|entry| Shown::stated(&entry.value, "rule")),
            },
            when,
            require,
            unless,
        };
        self.boolean("public");
        self.provenance();
        (name.is_some() && effect.is_some()).then_some(RuleAt {
            rule,
            names,
            file: self.index,
        })
    }

    fn unknown_key(&mut self, entry: &Entry, known: &[&str]) {
        let conditions = vocabulary::keys_of("condition");
        if conditions.contains(&entry.key.as_str()) {
            let message = format!("`rule` has no key `{}`", entry.key);
            let hint = format!("a condition stands under `when`: `when.{} = ..`", entry.key);
            self.problems
                .error("unknown-key", entry.span.clone(), message, hint);
        } else {
            unknown_key(self.problems, entry, "rule", known);
        }
    }

    /// Returns the rule's full name, or reports that it has none.
    fn name(&mut self) -> Option<String> {
        let Some(entry) = get(self.table, "name") else {
            let hint =
                "a name identifies the rule in decisions and logs: `name = \"no-force-push\"`"
                    .to_string();
            self.problems.error(
                "missing-key",
                self.span.clone(),
                "the rule has no `name`",
                hint,
            );
            return None;
        };
        self.name_in(&entry.value)
    }

    fn name_in(&mut self, node: &Node) -> Option<String> {
        let Some(name) = node.as_text() else {
            let message = format!("a name is a text; found {}", node.article());
            self.problems
                .error("wrong-type", node.span.clone(), message, None);
            return None;
        };
        if !is_name(name) {
            let hint = format!(
                "lower-case letters, digits, `.`, `_`, `-`, in parts separated by `/`, at most {NAME_BYTES} bytes, \
                 beginning with a letter or digit"
            );
            self.problems.error(
                "bad-name",
                node.span.clone(),
                format!("`{name}` is no name"),
                hint,
            );
            return None;
        }
        if self.source.tighten_only() {
            return Some(if name.starts_with(PROJECT_PREFIX) {
                name.into()
            } else {
                format!("{PROJECT_PREFIX}{name}")
            });
        }
        if name.starts_with(PROJECT_PREFIX) {
            let message = format!(
                "`{name}` begins with `{PROJECT_PREFIX}`, which is for rules of an untrusted repository"
            );
            self.problems
                .error("reserved-name", node.span.clone(), message, None);
            return None;
        }
        Some(name.into())
    }

    /// Returns the name and the former names, with their places.
    fn names(&mut self, name: Option<&str>) -> Vec<(String, Range<usize>)> {
        let mut names = Vec::new();
        if let (Some(name), Some(entry)) = (name, get(self.table, "name")) {
            names.push((name.to_string(), entry.value.span.clone()));
        }
        if let Some(entry) = get(self.table, "was") {
            let items = match &entry.value.kind {
                Kind::List(items) => items.as_slice(),
                _ => core::slice::from_ref(&entry.value),
            };
            for item in items {
                names.extend(self.name_in(item).map(|name| (name, item.span.clone())));
            }
        }
        names
    }

    fn conditions_table(&mut self, key: &str) -> Option<Table> {
        let entry = get(self.table, key)?;
        match &entry.value.kind {
            Kind::Table(table) => Some(table.clone()),
            _ => {
                let message = format!(
                    "`{key}` is a table of conditions; found {}",
                    entry.value.article()
                );
                self.problems.error(
                    "wrong-type",
                    entry.value.span.clone(),
                    message,
                    format!("`{key}.action = \"Bash\"`"),
                );
                None
            }
        }
    }

    fn require(&mut self, effect: Effect, actions: &[String]) -> (Vec<Condition>, Vec<Stated>) {
        let Some(table) = self.conditions_table("require") else {
            return (Vec::new(), Vec::new());
        };
        if effect != Effect::Allow {
            let span =
                get(self.table, "require").map_or(self.span.clone(), |entry| entry.span.clone());
            let message = format!("`require` belongs to an allow; this rule is a `{effect}`");
            self.problems.error(
                "bad-value",
                span,
                message,
                "put its conditions into `when`, or into `unless`".to_string(),
            );
        }
        let mut reader = self.reader(Side::Permit, false, actions);
        let conditions = reader.conditions(&table, "require");
        (conditions, reader.stated)
    }

    fn unless(&mut self, side: Side, actions: &[String]) -> Option<(Condition, Stated)> {
        let table = self.conditions_table("unless")?;
        // What is only partly known counts against the rule's exception as it does against an opposite rule.
        let side = match side {
            Side::Permit => Side::Restrict,
            Side::Restrict => Side::Permit,
        };
        let before = self.problems.errors();
        let mut reader = self.reader(side, true, actions);
        let mut conditions = reader.conditions(&table, "unless");
        let mut stated = reader.stated;
        if self.problems.errors() > before {
            return None;
        }
        let span = get(self.table, "unless").map_or(self.span.clone(), |entry| entry.span.clone());
        match conditions.len() {
            0 => self.problems.error(
                "bad-value",
                span,
                "`unless` without a condition never holds",
                None,
            ),
            1 => {}
            _ => {
                let hint = "for one or the other write `unless.any_of = [ { a = .. }, { b = .. } ]`; for both at once \
                            `unless.any_of = [ { a = .., b = .. } ]`";
                self.problems.error(
                    "two-exceptions",
                    span,
                    "`unless` takes exactly one condition",
                    hint.to_string(),
                );
            }
        }
        conditions.pop().zip(stated.pop())
    }

    fn reader(&mut self, side: Side, in_unless: bool, actions: &[String]) -> Reader<'_, 's> {
        Reader {
            declared: self.declared,
            sets: self.sets,
            problems: self.problems,
            side,
            in_unless,
            actions: actions.to_vec(),
            stated: Vec::new(),
        }
    }

    /// Reports scopes that cannot be meant: an allow of everything, a deny of nothing.
    fn check_scope(&mut self, effect: Effect, entries: &[Entry], when: &[Condition], whole: bool) {
        let span = get(self.table, "when").map_or(self.span.clone(), |entry| entry.span.clone());
        if effect == Effect::Allow && entries.is_empty() {
            let hint =
                "say what it is about, at least the action: `when.action = \"Bash\"`".to_string();
            self.problems.error(
                "empty-when",
                span,
                "an allow without `when` would allow everything",
                hint,
            );
        } else if effect.restricts() && whole {
            if let Some(message) = super::scope::contradiction(when, &self.declared.catalogue) {
                let hint = "such a rule would never deny or ask".to_string();
                self.problems.error("never-matches", span, message, hint);
            }
        } else if whole && super::scope::has_command_and_path(when) {
            let hint = "an allow names what a command touches inside it: `command.reads`, `command.writes`, `command.deletes`";
            self.problems.error(
                "command-and-path",
                span,
                "an allow with both `command` and `path`",
                hint.to_string(),
            );
        }
    }

    /// Returns the first second at which the rule no longer holds.
    fn expires(&mut self) -> Option<i64> {
        let entry = get(self.table, "expires")?;
        let Kind::Date(date) = &entry.value.kind else {
            let message = format!("`expires` is a date; found {}", entry.value.article());
            self.problems.error(
                "wrong-type",
                entry.value.span.clone(),
                message,
                "without quotes: `expires = 2026-12-31`".to_string(),
            );
            return None;
        };
        let day = date
            .date
            .map(|date| day_number(date.year, date.month, date.day) * 86_400);
        let moment = match (day, date.time, date.offset) {
            (Some(day), None, None) => Some(day + 86_400),
            (Some(day), Some(time), Some(offset)) => {
                let minutes = match offset {
                    toml::value::Offset::Z => 0,
                    toml::value::Offset::Custom { minutes } => i64::from(minutes),
                };
                let seconds = i64::from(time.hour) * 3600
                    + i64::from(time.minute) * 60
                    + i64::from(time.second.unwrap_or(0));
                Some(day + seconds - minutes * 60)
            }
            _ => None,
        };
        if moment.is_none() {
            let hint = "a date, or a time with its offset: `2026-12-31`, `2026-12-31T18:00:00Z`"
                .to_string();
            self.problems.error(
                "bad-value",
                entry.value.span.clone(),
                "`expires` is not one moment",
                hint,
            );
        }
        moment
    }

    fn skip_missing(&mut self) -> bool {
        let skip = self.choice("on_unknown", &["skip"]).is_some();
        if skip && let Some(entry) = get(self.table, "on_unknown") {
            let message = "a missing value silences this rule";
            let hint = "make the host supply the value, and remove `on_unknown`".to_string();
            self.problems
                .warning("lint-on-unknown-skip", entry.span.clone(), message, hint);
        }
        skip
    }

    fn provenance(&mut self) {
        let Some(entry) = get(self.table, "provenance") else {
            return;
        };
        let Kind::Table(table) = &entry.value.kind else {
            let message = format!("`provenance` is a table; found {}", entry.value.article());
            self.problems
                .error("wrong-type", entry.value.span.clone(), message, None);
            return;
        };
        let known = vocabulary::keys_of("provenance");
        for entry in table {
            if !known.contains(&entry.key.as_str()) {
                unknown_key(self.problems, entry, "provenance", &known);
            } else if !matches!(entry.value.kind, Kind::Text(_) | Kind::Date(_)) {
                let message = format!(
                    "`provenance.{}` is a text; found {}",
                    entry.key,
                    entry.value.article()
                );
                self.problems
                    .error("wrong-type", entry.value.span.clone(), message, None);
            }
        }
    }

    fn text(&mut self, key: &str) -> Option<String> {
        let entry = get(self.table, key)?;
        let text = entry.value.as_text().map(String::from);
        if text.is_none() {
            let message = format!("`{key}` is a text; found {}", entry.value.article());
            self.problems
                .error("wrong-type", entry.value.span.clone(), message, None);
        }
        text
    }

    fn choice(&mut self, key: &str, known: &[&str]) -> Option<String> {
        let text = self.text(key)?;
        if known.contains(&text.as_str()) {
            return Some(text);
        }
        let span = get(self.table, key).map_or(0..0, |entry| entry.value.span.clone());
        let near = suggest::nearest(&text, known.iter().copied());
        let hint = near.map_or_else(
            || format!("it is `{}`", known.join("` or `")),
            |near| format!("did you mean `{near}`?"),
        );
        self.problems
            .error("bad-value", span, format!("`{key}` is not `{text}`"), hint);
        None
    }

    fn boolean(&mut self, key: &str) -> Option<bool> {
        let entry = get(self.table, key)?;
        let Kind::Bool(value) = entry.value.kind else {
            let message = format!("`{key}` is true or false; found {}", entry.value.article());
            self.problems
                .error("wrong-type", entry.value.span.clone(), message, None);
            return None;
        };
        Some(value)
    }

    fn list(&mut self, key: &str) -> Vec<String> {
        let Some(entry) = get(self.table, key) else {
            return Vec::new();
        };
        let texts = match &entry.value.kind {
            Kind::Text(text) if key == "notify" => Some(alloc::vec![text.clone()]),
            Kind::List(items) => items
                .iter()
                .map(|item| item.as_text().map(String::from))
                .collect(),
            _ => None,
        };
        if texts.is_none() {
            let message = format!("`{key}` is a list of text; found {}", entry.value.article());
            self.problems
                .error("wrong-type", entry.value.span.clone(), message, None);
        }
        texts.unwrap_or_default()
    }
}

/// Whether a text is a rule's name: `[a-z0-9][a-z0-9._-]*(/[a-z0-9._-]+)*`, at most 80 bytes.
fn is_name(name: &str) -> bool {
    let part = |part: &str| {
        !part.is_empty()
            && part
                .bytes()
                .all(|b| matches!(b, b'a'..=b'z' | b'0'..=b'9' | b'.' | b'_' | b'-'))
    };
    let first = name
        .bytes()
        .next()
        .is_some_and(|b| b.is_ascii_lowercase() || b.is_ascii_digit());
    name.len() <= NAME_BYTES && first && name.split('/').all(part)
}
