//! Reads conditions on what a leaf does: `op`, `command`, `path`, `cwd`.

use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

use super::Reader;
use crate::command::{Act, CommandPattern};
use crate::condition::Side;
use crate::condition::command::CommandCondition;
use crate::condition::glob;
use crate::condition::place::{Anchor, Anchored, PathGlob, PlaceCondition, PlaceTest};
use crate::condition::text::{GlobKind, Pattern};
use crate::document::{Entry, Kind, Node, get};
use crate::request::leaf::Op;
use crate::suggest;

impl Reader<'_, '_> {
    pub(super) fn op(&mut self, node: &Node) -> Option<Vec<Op>> {
        if let Kind::Table(table) = &node.kind {
            self.check_keys(table, "op", &["is", "in", "not"])
                .then_some(())?;
            let [entry] = table.as_slice() else {
                self.problems.error(
                    "bad-value",
                    node.span.clone(),
                    "`op` takes one operator",
                    None,
                );
                return None;
            };
            let named = self.op(&entry.value)?;
            let keep = entry.key != "not";
            return Some(
                Op::ALL
                    .into_iter()
                    .filter(|op| named.contains(op) == keep)
                    .collect(),
            );
        }
        let names = self.texts(node, "an op")?;
        let mut ops = Vec::new();
        for name in names {
            match Op::ALL.into_iter().find(|op| op.as_str() == name) {
                Some(op) => ops.push(op),
                None => {
                    let all = Op::ALL.map(Op::as_str);
                    let hint = suggest::nearest(&name, all).map_or_else(
                        || format!("ops are `{}`", all.join("`, `")),
                        |near| format!("did you mean `{near}`?"),
                    );
                    self.problems.error(
                        "bad-value",
                        node.span.clone(),
                        format!("there is no op `{name}`"),
                        hint,
                    );
                }
            }
        }
        Some(ops)
    }

    pub(super) fn command(&mut self, node: &Node) -> Option<CommandCondition> {
        let carried = self.side == Side::Restrict || self.in_unless;
        let empty = CommandCondition::empty(carried);
        let Kind::Table(_) = node.kind else {
            return Some(CommandCondition {
                run: self.command_patterns(node)?,
                ..empty
            });
        };
        let table = self.keyed(node, "command")?;
        let before = self.problems.errors();
        let mut patterns = |key: &str| {
            get(table, key)
                .and_then(|entry| self.command_patterns(&entry.value))
                .unwrap_or_default()
        };
        let (run, exact, pipe_to) = (patterns("run"), patterns("exact"), patterns("pipe_to"));
        let mut flags = |key: &str| {
            get(table, key)
                .map(|entry| self.flags(&entry.value))
                .unwrap_or_default()
        };
        let (any_flag, all_flags, no_flag) =
            (flags("any_flag"), flags("all_flags"), flags("no_flag"));
        let mut globs = |key: &str| {
            get(table, key)
                .map(|entry| self.arguments(&entry.value))
                .unwrap_or_default()
        };
        let (any_arg, every_arg) = (globs("any_arg"), globs("every_arg"));
        let mut names = |key: &str, what: &str| {
            get(table, key)
                .map(|entry| self.names(&entry.value, what))
                .unwrap_or_default()
        };
        let (env, via) = (names("env", "variable"), names("via", "program"));
        let mut touches = Vec::new();
        for (key, act) in [
            ("reads", Act::Read),
            ("writes", Act::Write),
            ("deletes", Act::Delete),
        ] {
            if let Some(place) = get(table, key).and_then(|entry| self.place(&entry.value)) {
                touches.push((act, place));
            }
        }
        if table.is_empty() {
            self.problems.error(
                "bad-value",
                node.span.clone(),
                "`command` says nothing",
                None,
            );
        }
        (self.problems.errors() == before).then_some(CommandCondition {
            carried,
            run,
            exact,
            any_flag,
            all_flags,
            no_flag,
            any_arg,
            every_arg,
            env,
            touches,
            pipe_to,
            via,
        })
    }

    /// Reads globs on arguments.
    fn arguments(&mut self, node: &Node) -> Vec<Pattern> {
        let texts = self.texts(node, "an argument").unwrap_or_default();
        let mut patterns = Vec::new();
        for text in texts {
            let glob = Pattern::glob(&text, GlobKind::Text, false, &self.declared.limits);
            patterns.extend(self.pattern(glob, node));
        }
        patterns
    }

    /// Reads names of variables or of programs.
    fn names(&mut self, node: &Node, what: &str) -> Vec<String> {
        let names = self.texts(node, &format!("a {what}")).unwrap_or_default();
        for name in &names {
            let word = !name.is_empty() && !name.contains([' ', '=', '/', '*', '$']);
            if !word {
                let message = format!("`{name}` is not the name of a {what}");
                let hint = match what {
                    "variable" => "write the name alone, without `$` and value: `NODE_ENV`",
                    _ => "write the name alone, without a directory and words: `sudo`",
                };
                self.problems
                    .error("bad-value", node.span.clone(), message, hint.to_string());
            }
        }
        names
    }

    fn command_patterns(&mut self, node: &Node) -> Option<Vec<CommandPattern>> {
        let texts = self.texts(node, "a command")?;
        let mut patterns = Vec::new();
        for text in texts {
            match CommandPattern::parse(&text, &self.declared.programs) {
                Some(pattern) => patterns.push(pattern),
                None => {
                    let hint = "a command is a program and its first words, such as `git push`, without pipes or redirects";
                    let message = format!("`{text}` is not one plain command");
                    self.problems
                        .error("bad-value", node.span.clone(), message, hint.to_string());
                }
            }
        }
        Some(patterns)
    }

    fn flags(&mut self, node: &Node) -> Vec<String> {
        let flags = self.texts(node, "an option").unwrap_or_default();
        for flag in flags
            .iter()
            .filter(|flag| !flag.starts_with('-') || flag.len() < 2)
        {
            let message = format!("`{flag}` is not an option");
            self.problems.error(
                "bad-value",
                node.span.clone(),
                message,
                "write it with its dashes: `--force`, `-f`".to_string(),
            );
        }
        flags
    }

    /// Reads `path` or `cwd`.
    pub(super) fn place(&mut self, node: &Node) -> Option<PlaceCondition> {
        let side = self.side;
        let Kind::Table(_) = node.kind else {
            return Some(PlaceCondition {
                side,
                tests: alloc::vec![PlaceTest::Under(self.places(node)?)],
                fold: false,
            });
        };
        let table = self.keyed(node, "path")?;
        let fold = match get(table, "fold").map(|entry| &entry.value) {
            None => false,
            Some(Node {
                kind: Kind::Bool(fold),
                ..
            }) => *fold,
            Some(node) => {
                self.wrong_type(node, "`fold` is true or false", None);
                return None;
            }
        };
        let before = self.problems.errors();
        let tests: Vec<PlaceTest> = table
            .iter()
            .filter(|entry| entry.key != "fold")
            .filter_map(|entry| self.place_test(entry, fold))
            .collect();
        if tests.is_empty() && self.problems.errors() == before {
            self.problems.error(
                "bad-value",
                node.span.clone(),
                "no operator but `fold`",
                None,
            );
        }
        (self.problems.errors() == before).then_some(PlaceCondition { side, tests, fold })
    }

    fn place_test(&mut self, entry: &Entry, fold: bool) -> Option<PlaceTest> {
        let node = &entry.value;
        Some(match entry.key.as_str() {
            "under" => PlaceTest::Under(self.places(node)?),
            "is" => PlaceTest::Is(self.places(node)?),
            "glob" => {
                let texts = self.texts(node, "a glob")?;
                PlaceTest::Glob(
                    texts
                        .iter()
                        .filter_map(|text| self.path_glob(text, node, fold))
                        .collect(),
                )
            }
            "in_set" => {
                let set = self.set(node)?;
                let texts: Vec<String> = set
                    .iter()
                    .filter_map(|path| path.as_text().map(Into::into))
                    .collect();
                PlaceTest::Under(
                    texts
                        .iter()
                        .filter_map(|text| self.anchored(text, node))
                        .collect(),
                )
            }
            _ => PlaceTest::Not(self.place(node)?.tests),
        })
    }

    fn places(&mut self, node: &Node) -> Option<Vec<Anchored<String>>> {
        let texts = self.texts(node, "a path")?;
        Some(
            texts
                .iter()
                .filter_map(|text| self.anchored(text, node))
                .collect(),
        )
    }

    fn anchored(&mut self, text: &str, node: &Node) -> Option<Anchored<String>> {
        let (anchor, rest) = self.anchor(text, node)?;
        if text.contains('*') {
            let message = format!("`{text}` is a path, in which `*` is a character like any other");
            self.problems.error(
                "bad-value",
                node.span.clone(),
                message,
                format!("write `{{ glob = {text:?} }}`"),
            );
            return None;
        }
        Some(Anchored {
            anchor,
            rest: rest.into(),
        })
    }

    fn path_glob(&mut self, text: &str, node: &Node, fold: bool) -> Option<Anchored<PathGlob>> {
        // A glob that begins with `**/` is found at any depth from the root on.
        let rooted = if text.starts_with("**") {
            format!("/{text}")
        } else {
            text.into()
        };
        let (anchor, rest) = self.anchor(&rooted, node)?;
        let rest = &glob::tidy(rest);
        let wildcard = rest.find(['*', '?', '[', '{', '\\']).unwrap_or(rest.len());
        let stem = rest
            .get(..wildcard)
            .and_then(|plain| plain.rsplit_once('/'))
            .map_or("", |(stem, _)| stem);
        let pattern = self.pattern(
            Pattern::glob(rest, GlobKind::Path, fold, &self.declared.limits),
            node,
        )?;
        Some(Anchored {
            anchor,
            rest: PathGlob {
                pattern,
                stem: stem.into(),
                last: rest.rsplit('/').next().unwrap_or_default().into(),
                all_below: rest.get(stem.len()..) == Some("/**"),
            },
        })
    }

    fn anchor<'t>(&mut self, text: &'t str, node: &Node) -> Option<(Anchor, &'t str)> {
        let split =
            Anchor::split(text).filter(|(_, rest)| !rest.split('/').any(|part| part == ".."));
        if split.is_none() {
            let message = format!("`{text}` does not say where it begins");
            let hint = "`/x` is absolute, `~/x` under the home, `./x` under the project; `..` has no place in a rule";
            self.problems
                .error("bad-value", node.span.clone(), message, hint.to_string());
        }
        split
    }
}
