//! Reads conditions on people, budgets and time.

use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

use super::Reader;
use crate::catalogue::FieldPath;
use crate::condition::approvals::{ApprovalsCondition, Bound};
use crate::condition::delegated::DelegatedCondition;
use crate::condition::sign_in::{AuthCondition, SessionCondition};
use crate::condition::time::{TimeCondition, parse_clock, parse_duration, parse_offset};
use crate::condition::usage::{Cost, Part, UsageBound, UsageCondition};
use crate::document::{Entry, Kind, Node, get};
use crate::suggest;

const DAYS: [&str; 7] = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];

impl Reader<'_, '_> {
    pub(super) fn approvals(&mut self, node: &Node) -> Option<ApprovalsCondition> {
        let table = self.keyed(node, "approvals")?;
        let before = self.problems.errors();
        let min = self.integer(table, "min", 1).unwrap_or(1);
        let roles = get(table, "role").and_then(|entry| {
            let names = self.texts(&entry.value, "a role")?;
            self.suggest_roles(&entry.value, &names);
            Some(self.declared.roles.implying(&names))
        });
        let from = get(table, "from").and_then(|entry| self.set(&entry.value));
        let except = get(table, "except")
            .map_or_else(Vec::new, |entry| self.field_names(&entry.value, "except"));
        let bound = get(table, "bound").and_then(|entry| match &entry.value.kind {
            Kind::Bool(true) => Some(Bound::Resource),
            Kind::Bool(false) => None,
            Kind::List(_) => Some(Bound::Fields(self.field_names(&entry.value, "bound"))),
            _ => {
                self.wrong_type(
                    &entry.value,
                    "`bound` is true, or a list of fields",
                    Some("bound = [\"resource.diff\"]"),
                );
                None
            }
        });
        let max_age_s = self.duration(table, "max_age");
        let condition = ApprovalsCondition {
            min: usize::try_from(min).unwrap_or(1),
            roles,
            from,
            except,
            max_age_s,
            bound,
        };
        (self.problems.errors() == before).then_some(condition)
    }

    pub(super) fn auth(&mut self, node: &Node) -> Option<AuthCondition> {
        let table = self.keyed(node, "auth")?;
        self.not_empty(table, node, "auth")?;
        let methods = match get(table, "method") {
            Some(entry) => self.texts(&entry.value, "a method")?,
            None => Vec::new(),
        };
        Some(AuthCondition {
            max_age_s: self.duration(table, "max_age"),
            methods,
        })
    }

    pub(super) fn session(&mut self, node: &Node) -> Option<SessionCondition> {
        let table = self.keyed(node, "session")?;
        let max_count = self.integer(table, "max_count", 0);
        Some(SessionCondition {
            max_age_s: self.duration(table, "max_age"),
            max_idle_s: self.duration(table, "max_idle"),
            max_count,
        })
    }

    pub(super) fn usage(&mut self, node: &Node, place: &str) -> Option<UsageCondition> {
        let table = self.keyed(node, "usage")?;
        let counter = self
            .wanted(table, node, "counter")
            .and_then(|entry| self.counter(&entry.value));
        let per = self.wanted(table, node, "per").and_then(|entry| {
            let text = entry.value.as_text().unwrap_or_default().to_string();
            self.duration(table, "per").map(|_| text)
        });
        let (bound_key, other) = if place == "require" {
            ("max", "over")
        } else {
            ("over", "max")
        };
        if let Some(entry) = get(table, other) {
            let message =
                format!("`usage` in `{place}` is bounded by `{bound_key}`, not `{other}`");
            self.problems
                .error("bad-value", entry.span.clone(), message, None);
            return None;
        }
        self.wanted(table, node, bound_key)?;
        let bound = self.integer(table, bound_key, 0)?;
        let bound = if bound_key == "max" {
            UsageBound::Max(bound)
        } else {
            UsageBound::Over(bound)
        };
        let cost = match get(table, "cost") {
            None => Cost::Fixed(1),
            Some(Entry {
                value:
                    node @ Node {
                        kind: Kind::Text(_),
                        ..
                    },
                ..
            }) => Cost::Field(self.field_name(node)?),
            Some(_) => Cost::Fixed(self.integer(table, "cost", 0)?),
        };
        Some(UsageCondition {
            counter: counter?,
            per: per?,
            bound,
            cost,
        })
    }

    /// Reads a counter's name: text with fields in braces.
    fn counter(&mut self, node: &Node) -> Option<Vec<Part>> {
        let Some(mut rest) = node.as_text() else {
            self.wrong_type(
                node,
                "a counter is named by a text",
                Some("counter = \"api:{actor.id}\""),
            );
            return None;
        };
        let mut parts = Vec::new();
        while let Some((before, after)) = rest.split_once('{') {
            let Some((field, after)) = after.split_once('}') else {
                self.problems
                    .error("bad-value", node.span.clone(), "`{` is never closed", None);
                return None;
            };
            parts.push(Part::Text(before.into()));
            let named = Node {
                span: node.span.clone(),
                kind: Kind::Text(field.into()),
            };
            parts.push(Part::Field(self.field_name(&named)?));
            rest = after;
        }
        parts.push(Part::Text(rest.into()));
        Some(parts)
    }

    pub(super) fn time(&mut self, node: &Node) -> Option<TimeCondition> {
        let table = self.keyed(node, "time")?;
        self.not_empty(table, node, "time")?;
        let from_s = self.parsed(table, "from", 0, parse_clock, "a time such as `09:00`")?;
        let to_s = self.parsed(
            table,
            "to",
            24 * 3600,
            parse_clock,
            "a time such as `17:00`",
        )?;
        let offset_s = self.parsed(
            table,
            "offset",
            0,
            parse_offset,
            "an offset such as `+01:00`",
        )?;
        if from_s == to_s || from_s == 24 * 3600 {
            self.leaves_nothing(node.span.clone(), "a window without length never holds");
            return None;
        }
        let mut days = [true; 7];
        if let Some(entry) = get(table, "days") {
            let named = self.texts(&entry.value, "a day")?;
            for name in named.iter().filter(|name| !DAYS.contains(&name.as_str())) {
                let near = suggest::nearest(&name.to_ascii_lowercase(), DAYS)
                    .map(|near| format!("did you mean `{near}`?"));
                let hint = near.unwrap_or_else(|| format!("days are `{}`", DAYS.join("`, `")));
                self.problems.error(
                    "bad-value",
                    entry.value.span.clone(),
                    format!("there is no day `{name}`"),
                    hint,
                );
            }
            days = DAYS.map(|day| named.iter().any(|name| name == day));
        }
        Some(TimeCondition {
            from_s,
            to_s,
            days,
            offset_s,
        })
    }

    pub(super) fn delegated(&mut self, node: &Node) -> Option<DelegatedCondition> {
        let table = self.keyed(node, "delegated")?;
        let from = self
            .wanted(table, node, "from")
            .and_then(|entry| self.field_name(&entry.value));
        let depth = self.integer(table, "depth", 1).unwrap_or(1);
        Some(DelegatedCondition {
            from: from?,
            depth: usize::try_from(depth).unwrap_or(1),
        })
    }

    fn field_names(&mut self, node: &Node, key: &str) -> Vec<FieldPath> {
        let Kind::List(items) = &node.kind else {
            self.wrong_type(
                node,
                &format!("`{key}` takes a list of fields"),
                Some(&format!("{key} = [\"resource.created_by\"]")),
            );
            return Vec::new();
        };
        items
            .iter()
            .filter_map(|item| self.field_name(item))
            .collect()
    }

    /// Returns the entry that a table must have, or reports its absence.
    fn wanted<'n>(&mut self, table: &'n [Entry], node: &Node, key: &str) -> Option<&'n Entry> {
        let entry = get(table, key);
        if entry.is_none() {
            self.problems.error(
                "missing-key",
                node.span.clone(),
                format!("`{key}` is missing"),
                None,
            );
        }
        entry
    }

    fn not_empty(&mut self, table: &[Entry], node: &Node, what: &str) -> Option<()> {
        if table.is_empty() {
            self.problems.error(
                "bad-value",
                node.span.clone(),
                format!("`{what}` says nothing"),
                None,
            );
        }
        (!table.is_empty()).then_some(())
    }

    /// Returns an integer that is at least `least`, if the key is there.
    fn integer(&mut self, table: &[Entry], key: &str, least: i64) -> Option<i64> {
        let entry = get(table, key)?;
        let Kind::Integer(value) = entry.value.kind else {
            self.wrong_type(&entry.value, &format!("`{key}` takes an integer"), None);
            return None;
        };
        if value < least {
            let message = format!("`{key}` is at least {least}");
            self.problems
                .error("bad-value", entry.value.span.clone(), message, None);
            return None;
        }
        Some(value)
    }

    /// Returns a duration in seconds, if the key is there.
    fn duration(&mut self, table: &[Entry], key: &str) -> Option<i64> {
        get(table, key)?;
        self.parsed(
            table,
            key,
            0,
            parse_duration,
            "a duration such as `90s`, `5m`, `12h` or `7d`",
        )
    }

    /// Returns what `parse` makes of a text, `absent` when the key is not there, or reports it.
    fn parsed(
        &mut self,
        table: &[Entry],
        key: &str,
        absent: i64,
        parse: fn(&str) -> Option<i64>,
        what: &str,
    ) -> Option<i64> {
        let Some(entry) = get(table, key) else {
            return Some(absent);
        };
        let Some(text) = entry.value.as_text() else {
            self.wrong_type(&entry.value, &format!("`{key}` takes {what}"), None);
            return None;
        };
        let parsed = parse(text);
        if parsed.is_none() {
            let message: String = format!("`{text}` is not {what}");
            self.problems
                .error("bad-value", entry.value.span.clone(), message, None);
        }
        parsed
    }
}
