//! Reads conditions on fields: a literal, a list, or a table of operators.

use alloc::boxed::Box;
use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

use super::Reader;
use crate::catalogue::{FieldPath, FieldSpec, FieldType, Root};
use crate::condition::field::{FieldCondition, Test, Tests};
use crate::condition::text::{BadPattern, GlobKind, Pattern};
use crate::condition::{Condition, Literal};
use crate::document::{Entry, Kind, Node};
use crate::{suggest, vocabulary};

/// What is known of a field that a rule names.
enum Known {
    /// Declared with this type by an action that the rule may be about.
    Declared(FieldSpec),
    /// Of any type: inside a declared table, or of an action that nobody declared.
    Free,
}

impl Reader<'_, '_> {
    /// Reads `action`.
    pub(super) fn action(&mut self, node: &Node) -> Option<Tests> {
        let mut tests = self.tests(node, Some(FieldType::Text), "action")?;
        for test in &mut tests {
            canonical_actions(test);
        }
        self.check_satisfiable(node, &tests);
        Some(tests)
    }

    /// Reads the fields below `actor`, `resource`, `input` or `facts`.
    pub(super) fn fields(&mut self, root: Root, entry: &Entry, out: &mut Vec<Condition>) {
        let Kind::Table(table) = &entry.value.kind else {
            let hint = format!("name a field: `{}.<field> = ..`", root.as_str());
            self.wrong_type(
                &entry.value,
                &format!("`{}` takes fields", root.as_str()),
                Some(&hint),
            );
            return;
        };
        for entry in table {
            if root == Root::Actor && entry.key == "role" {
                let role = self.role(&entry.value).map(Condition::Role);
                if role.is_some() {
                    self.state("actor.role".into(), &entry.value, "role");
                }
                out.extend(role);
            } else if entry.key.split('.').any(str::is_empty) {
                self.problems.error(
                    "unknown-field",
                    entry.span.clone(),
                    "a field without a name",
                    None,
                );
            } else {
                self.field(&FieldPath::new(root, &entry.key), entry, out);
            }
        }
    }

    fn field(&mut self, path: &FieldPath, entry: &Entry, out: &mut Vec<Condition>) {
        let Some(known) = self.known(path, entry) else {
            return;
        };
        let kind = match known {
            Known::Declared(spec) => Some(spec.kind),
            Known::Free => None,
        };
        if let (Some(FieldType::Table), Kind::Table(table)) = (kind, &entry.value.kind)
            && !asks_presence(table)
        {
            for entry in table {
                self.field(&path.below(&entry.key), entry, out);
            }
            return;
        }
        if let Some(tests) = self.tests(&entry.value, kind, &path.to_string()) {
            self.check_satisfiable(&entry.value, &tests);
            self.state(path.to_string(), &entry.value, "operator");
            out.push(Condition::Field(FieldCondition {
                path: path.clone(),
                tests,
            }));
        }
    }

    /// Returns what is known of a field; reports it when it looks like a slip.
    fn known(&mut self, path: &FieldPath, entry: &Entry) -> Option<Known> {
        let catalogue = &self.declared.catalogue;
        let named: Vec<_> = self
            .actions
            .iter()
            .map(|name| catalogue.action(name))
            .collect();
        let declared = if named.is_empty() {
            catalogue.declared_anywhere(path)
        } else {
            named
                .iter()
                .find_map(|action| catalogue.declared(*action, &path.to_string()))
        };
        if let Some(spec) = declared {
            return Some(Known::Declared(spec));
        }
        if named
            .iter()
            .any(|action| catalogue.inside_table(*action, path))
            || catalogue.inside_table(None, path)
        {
            return Some(Known::Free);
        }
        let closed = matches!(path.root(), Root::Actor | Root::Facts);
        let all_declared = !named.is_empty() && named.iter().all(Option::is_some);
        let names = catalogue.names_below(path.root());
        let name = path.name();
        // The very name of another action's field is no slip.
        let near = if names.contains(&name) {
            None
        } else {
            suggest::nearest(name, names).map(ToString::to_string)
        };
        if !closed && !all_declared && near.is_none() {
            return Some(Known::Free);
        }
        let place = if closed {
            "\"*\"".to_string()
        } else {
            self.actions
                .first()
                .map_or("\"..\"".into(), |name| format!("{name:?}"))
        };
        let declare = format!(
            "declare it: `[actions.{place}]` `fields = {{ {:?} = \"text\" }}`",
            path.to_string()
        );
        let hint = match near {
            Some(near) => format!(
                "did you mean `{}.{near}`? else {declare}",
                path.root().as_str()
            ),
            None => declare,
        };
        self.problems.error(
            "unknown-field",
            entry.span.clone(),
            format!("unknown field `{path}`"),
            hint,
        );
        None
    }

    /// Reads the tests on a field declared as `kind`, or on one of any type.
    fn tests(&mut self, node: &Node, kind: Option<FieldType>, field: &str) -> Option<Tests> {
        match &node.kind {
            Kind::Table(table) => self.operators(table, node, kind, field),
            Kind::List(items) if items.is_empty() => {
                self.leaves_nothing(node.span.clone(), "an empty list never matches");
                None
            }
            Kind::List(items) => {
                let literals: Vec<Literal> = items
                    .iter()
                    .filter_map(|item| self.literal(item, kind, field))
                    .collect();
                (literals.len() == items.len()).then(|| alloc::vec![Test::In(literals)])
            }
            _ => self
                .literal(node, kind, field)
                .map(|literal| alloc::vec![Test::In(alloc::vec![literal])]),
        }
    }

    fn literal(&mut self, node: &Node, kind: Option<FieldType>, field: &str) -> Option<Literal> {
        let fits = match (&node.kind, kind) {
            (Kind::Text(_) | Kind::Integer(_) | Kind::Bool(_), None) => true,
            (Kind::Text(_), Some(FieldType::List)) => {
                let hint = "one element of it is `{ has = \"..\" }`".to_string();
                self.problems.error(
                    "use-has",
                    node.span.clone(),
                    format!("`{field}` is a list of text"),
                    hint,
                );
                return None;
            }
            (Kind::Text(_), Some(kind)) => kind.is_text(),
            (Kind::Integer(_), Some(kind)) => kind == FieldType::Integer,
            (Kind::Bool(_), Some(kind)) => kind == FieldType::Bool,
            _ => false,
        };
        if fits {
            return Some(node.to_value());
        }
        match kind {
            Some(kind) => {
                self.wrong_type(node, &format!("`{field}` is of type {}", kind.name()), None)
            }
            None => self.wrong_type(
                node,
                &format!("`{field}` is compared with text, integers or booleans"),
                None,
            ),
        }
        None
    }

    fn operators(
        &mut self,
        table: &[Entry],
        node: &Node,
        kind: Option<FieldType>,
        field: &str,
    ) -> Option<Tests> {
        let known = vocabulary::keys_of("operator");
        let mut unknown = table
            .iter()
            .filter(|entry| !known.contains(&entry.key.as_str()))
            .peekable();
        if table.is_empty() {
            self.problems.error(
                "bad-value",
                node.span.clone(),
                format!("`{field}` has no operator"),
                None,
            );
            return None;
        }
        if unknown.peek().is_some() {
            for entry in unknown {
                self.unknown_operator(entry, field, &known);
            }
            return None;
        }
        let before = self.problems.errors();
        let tests: Vec<Test> = table
            .iter()
            .filter_map(|entry| self.operator(entry, kind, field))
            .collect();
        (self.problems.errors() == before).then_some(tests)
    }

    fn unknown_operator(&mut self, entry: &Entry, field: &str, known: &[&str]) {
        let key = &entry.key;
        match suggest::nearest(key, known.iter().copied()) {
            Some(near) => {
                let message = format!("`{field}` has no operator `{key}`");
                self.problems.error(
                    "unknown-operator",
                    entry.span.clone(),
                    message,
                    format!("did you mean `{near}`?"),
                );
            }
            None => {
                let message =
                    format!("the keys below `{field}` are read as operators, and `{key}` is none");
                let hint = format!(
                    "for the field `{field}.{key}` declare `{field}` as `table`, or quote its name: `\"{}.{key}\"`",
                    field.split_once('.').map_or(field, |(_, name)| name)
                );
                self.problems
                    .error("ambiguous-table", entry.span.clone(), message, hint);
            }
        }
    }

    fn operator(&mut self, entry: &Entry, kind: Option<FieldType>, field: &str) -> Option<Test> {
        let node = &entry.value;
        match entry.key.as_str() {
            "is" => Some(Test::In(alloc::vec![self.literal(node, kind, field)?])),
            "in" => match &node.kind {
                Kind::List(_) => self.tests(node, kind, field)?.pop(),
                _ => {
                    self.wrong_type(node, "`in` takes a list", Some("for one value write `is`"));
                    None
                }
            },
            "in_set" => self.set(node).map(Test::InSet),
            "not" => self
                .tests(node, kind, field)
                .map(|tests| Test::Not(Box::new(tests))),
            "present" => match node.kind {
                Kind::Bool(wanted) => Some(Test::Present(wanted)),
                _ => {
                    self.wrong_type(node, "`present` is true or false", None);
                    None
                }
            },
            "same_as" => self.field_name(node).map(Test::SameAs),
            key @ ("min" | "max" | "over" | "below") => {
                self.fits(node, kind, field, key, FieldType::Integer)?;
                let Kind::Integer(bound) = node.kind else {
                    self.wrong_type(node, &format!("`{key}` takes an integer"), None);
                    return None;
                };
                Some(match key {
                    "min" => Test::Min(bound),
                    "max" => Test::Max(bound),
                    "over" => Test::Over(bound),
                    _ => Test::Below(bound),
                })
            }
            "has" => {
                self.fits(node, kind, field, "has", FieldType::List)?;
                self.plain_text(node, "has").map(Test::Has)
            }
            key => {
                self.fits(node, kind, field, key, FieldType::Text)?;
                self.text_operator(key, node, kind)
            }
        }
    }

    fn text_operator(&mut self, key: &str, node: &Node, kind: Option<FieldType>) -> Option<Test> {
        let text = self.plain_text(node, key)?;
        if text.is_empty() && key != "regex" && key != "glob" {
            let message = format!("an empty `{key}` matches everything");
            self.problems.error(
                "bad-value",
                node.span.clone(),
                message,
                "for any value write `present = true`".to_string(),
            );
            return None;
        }
        match key {
            "prefix" => Some(Test::Prefix(text)),
            "suffix" => Some(Test::Suffix(text)),
            "contains" => Some(Test::Contains(text)),
            "glob" => {
                let on_path = matches!(kind, Some(FieldType::Path | FieldType::Tree));
                let glob_kind = if on_path {
                    GlobKind::Path
                } else {
                    GlobKind::Text
                };
                let pattern = Pattern::glob(&text, glob_kind, false, &self.declared.limits);
                self.pattern(pattern, node).map(Test::Matches)
            }
            _ => {
                let pattern = Pattern::regex(&text, &self.declared.limits);
                self.pattern(pattern, node).map(Test::Matches)
            }
        }
    }

    /// Reports an operator that a field of the declared type cannot have.
    fn fits(
        &mut self,
        node: &Node,
        kind: Option<FieldType>,
        field: &str,
        operator: &str,
        wanted: FieldType,
    ) -> Option<()> {
        let fits =
            kind.is_none_or(|kind| kind == wanted || (wanted == FieldType::Text && kind.is_text()));
        if !fits {
            let found = kind.map_or("", FieldType::name);
            let message = format!(
                "`{operator}` reads {}, and `{field}` is of type {found}",
                wanted.name()
            );
            self.problems
                .error("wrong-type", node.span.clone(), message, None);
        }
        fits.then_some(())
    }

    /// Returns a compiled pattern, or reports what is wrong with it.
    pub(super) fn pattern(
        &mut self,
        pattern: Result<Pattern, BadPattern>,
        node: &Node,
    ) -> Option<Pattern> {
        match pattern {
            Ok(pattern) => Some(pattern),
            Err(BadPattern::Syntax(message)) => {
                let hint = "a pattern covers the whole value; `.*` at its ends finds it anywhere"
                    .to_string();
                self.problems
                    .error("bad-pattern", node.span.clone(), message, hint);
                None
            }
            Err(BadPattern::TooLarge { limit, what }) => {
                let message = format!("the pattern takes more than {limit} {what}");
                self.problems.error(
                    "pattern-too-large",
                    node.span.clone(),
                    message,
                    "split it, or bound its repetitions".to_string(),
                );
                None
            }
        }
    }

    /// Reads the name of another field.
    pub(super) fn field_name(&mut self, node: &Node) -> Option<FieldPath> {
        let Some(text) = node.as_text() else {
            self.wrong_type(
                node,
                "a field is named by a text such as `\"actor.id\"`",
                None,
            );
            return None;
        };
        let Some(path) = FieldPath::parse(text) else {
            let hint =
                "a field begins with `actor.`, `resource.`, `input.` or `facts.`".to_string();
            self.problems.error(
                "unknown-field",
                node.span.clone(),
                format!("`{text}` names no field"),
                hint,
            );
            return None;
        };
        let entry = Entry {
            key: text.into(),
            span: node.span.clone(),
            value: node.clone(),
        };
        self.known(&path, &entry).map(|_| path)
    }

    fn plain_text(&mut self, node: &Node, operator: &str) -> Option<String> {
        let text = node.as_text().map(String::from);
        if text.is_none() {
            self.wrong_type(node, &format!("`{operator}` takes a text"), None);
        }
        text
    }

    fn check_satisfiable(&mut self, node: &Node, tests: &Tests) {
        if !Test::satisfiable(tests) {
            self.never(node.span.clone(), "no value can satisfy all of these");
        }
    }
}

/// Whether a table on a field declared `table` asks for presence, the one operator that reads a table.
fn asks_presence(table: &[Entry]) -> bool {
    matches!(table, [Entry { key, value: Node { kind: Kind::Bool(_), .. }, .. }] if key == "present")
}

/// Replaces hosts' names of actions by the catalogue's.
fn canonical_actions(test: &mut Test) {
    match test {
        Test::In(literals) => {
            for literal in literals {
                if let Literal::Text(name) = literal {
                    *name = crate::catalogue::canonical_name(name).into();
                }
            }
        }
        Test::Not(tests) => tests.iter_mut().for_each(canonical_actions),
        _ => {}
    }
}
