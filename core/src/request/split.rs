//! Splits a request into leaves.
//!
//! What an action does is in the catalogue: it runs a command, reads, writes or deletes a path, fetches a URL. Each of
//! these is a leaf judged in full. The texts of an action that nobody declared are leaves that only tighten. A request
//! that does none of these is one leaf itself.

mod places;

use alloc::collections::BTreeMap;
use alloc::string::{String, ToString};
use alloc::sync::Arc;
use alloc::vec::Vec;
use core::cell::Cell;

use super::Request;
use super::leaf::{Leaf, Op, Piped, Subject};
use crate::catalogue::{ActionSpec, FieldPath, FieldType, Root, Verb};
use crate::command::{
    self, Act, Call, Place, Programs, Redirect, RedirectKind, Step, Surroundings, Text, Touched,
    Word,
};
use crate::condition::Why;
use crate::condition::read::Declarations;
use crate::limits::Limits;
use crate::path::{self, Anchors};
use crate::value::Value;

/// Puts the leaves of a request into `leaves`, which is empty, in source order; at least one of them is judged in full.
/// The request itself is a leaf without `op` and without a text of its own.
pub(crate) fn leaves(
    request: &Request,
    spec: Option<&ActionSpec>,
    anchors: &Anchors<'_>,
    declared: &Declarations,
    leaves: &mut Vec<Leaf>,
) {
    let mut splitter = Splitter {
        request,
        anchors,
        limits: &declared.limits,
        programs: &declared.programs,
        places: match anchors.cwd {
            Some(_) => Arc::clone(&request.stated().start),
            None => [Place::Start].into(),
        },
        made: Cell::new(0),
        leaves: core::mem::take(leaves),
    };
    match spec {
        Some(spec) => {
            let mut each = |(verb, field): &(Verb, FieldPath)| {
                let kind = spec
                    .fields
                    .get(field.as_str())
                    .map(|field| (field.kind, field.optional));
                let (kind, optional) = kind.unwrap_or((FieldType::Text, false));
                let first = splitter.leaves.len();
                splitter.own_operation(*verb, field, kind, optional);
                for leaf in splitter.leaves.iter_mut().skip(first) {
                    leaf.field = Some(field.clone());
                }
            };
            match spec.does.as_slice() {
                [] => {}
                [one] => each(one),
                // By where the fields stand in the request, and not by the order in which files declare them.
                many => {
                    let mut sorted: Vec<_> = many.iter().collect();
                    sorted.sort_by_key(|(verb, field)| (field.as_str(), *verb));
                    sorted.into_iter().for_each(each);
                }
            }
        }
        None => splitter.undeclared(),
    }
    if !splitter.leaves.iter().any(|leaf| leaf.in_full) {
        splitter.leaves.insert(0, Leaf::whole());
    }
    *leaves = splitter.leaves;
}

/// The output of a command goes to so many others at most.
const MOST_PIPED: usize = 64;

struct Splitter<'a> {
    request: &'a Request,
    anchors: &'a Anchors<'a>,
    limits: &'a Limits,
    programs: &'a Programs,
    places: Arc<[Place]>,
    /// How many bytes the readings of paths take so far.
    made: Cell<usize>,
    leaves: Vec<Leaf>,
}

impl<'a> Splitter<'a> {
    fn blank(&self) -> Leaf {
        Leaf {
            places: Arc::clone(&self.places),
            ..Leaf::whole()
        }
    }

    fn own_operation(&mut self, verb: Verb, field: &FieldPath, kind: FieldType, optional: bool) {
        let op = match verb {
            Verb::Run => Op::ProcExec,
            Verb::Read => Op::FileRead,
            Verb::Write => Op::FileWrite,
            Verb::Delete => Op::FileDelete,
            Verb::Fetch => Op::NetFetch,
        };
        let value = match kind {
            FieldType::Patch => self.patch_field(field),
            _ => self.request.get(field),
        };
        match (value, kind) {
            (Some(Value::Text(text)), FieldType::Patch) => self.patch(text),
            (Some(Value::Text(text)), _) => match verb {
                Verb::Run => self.command_line(text),
                Verb::Fetch => {
                    let leaf = self.url_leaf(text);
                    self.leaves.push(Leaf {
                        op: Subject::Known(op),
                        ..leaf
                    });
                }
                _ => {
                    let leaf = self.path_leaf(text, kind == FieldType::Tree);
                    self.leaves.push(Leaf {
                        op: Subject::Known(op),
                        ..leaf
                    });
                }
            },
            // Where a tree may be left out, it is the directory the action happens in.
            (None, FieldType::Tree) if optional => {
                let leaf = self.path_leaf(".", true);
                self.leaves.push(Leaf {
                    op: Subject::Known(op),
                    ..leaf
                });
            }
            (None, _) if optional => {}
            _ => {
                let unknown = || Subject::Unknown(Why::Missing);
                let mut leaf = Leaf {
                    op: Subject::Known(op),
                    text: field.to_string(),
                    ..self.blank()
                };
                match verb {
                    Verb::Run => leaf.command = unknown(),
                    Verb::Fetch => leaf.url = Subject::Unknown(Why::Missing),
                    _ => leaf.path = Subject::Unknown(Why::Missing),
                }
                self.leaves.push(leaf);
            }
        }
    }

    fn command_line(&mut self, line: &str) {
        if line.len() > self.limits.command_bytes {
            let leaf = self.unread("a command longer than the limit".into(), Why::TooLong);
            self.leaves.push(leaf);
            return;
        }
        let around = Surroundings {
            anchors: *self.anchors,
            programs: self.programs,
        };
        let steps = command::read(line, &around);
        let known: Vec<Option<Known>> = steps.iter().map(Known::of).collect();
        let known = |index: usize| known.get(index).and_then(Option::as_ref);
        // What each command touches, and where in the list of leaves it stands.
        let mut touched: BTreeMap<usize, Vec<Leaf>> = BTreeMap::new();
        let mut leaves: Vec<(usize, Leaf)> = Vec::new();
        let mut commands: Vec<(usize, usize)> = Vec::new();
        let mut belongs = |of: Option<usize>, leaf: Leaf| {
            let leaf = match of.and_then(known) {
                Some(known) => known.on(leaf),
                None => leaf,
            };
            if let Some(of) = of {
                touched.entry(of).or_default().push(leaf.clone());
            }
            leaf
        };
        for (index, step) in steps.into_iter().enumerate() {
            match step {
                Step::Command(command) => {
                    let pipes = self.pipes(&command.pipes, &known);
                    let (words, call) = match known(index) {
                        Some(known) => (
                            Subject::Known(Arc::clone(&known.words)),
                            Some(Arc::clone(&known.call)),
                        ),
                        None => (Subject::Unknown(Why::Unresolved), None),
                    };
                    let leaf = Leaf {
                        op: Subject::Known(Op::ProcExec),
                        text: command.text,
                        in_full: !command.neutral,
                        command: words,
                        call,
                        pipes,
                        places: command.places,
                        via: command.via,
                        names: command.names,
                        opaque: command.opaque,
                        anything: command.anything,
                        start: command.start,
                        ..self.blank()
                    };
                    commands.push((index, leaves.len()));
                    leaves.push((command.start, leaf));
                }
                Step::Redirect(redirect) => {
                    let (start, of) = (redirect.start, redirect.of);
                    for leaf in self.redirect(redirect) {
                        leaves.push((start, belongs(of, leaf)));
                    }
                }
                Step::Touch(touch) => {
                    let (start, of) = (touch.start, touch.of);
                    for leaf in self.touch(touch) {
                        leaves.push((start, belongs(of, leaf)));
                    }
                }
                Step::Unread {
                    text,
                    start,
                    too_long,
                } => {
                    let why = if too_long {
                        Why::TooLong
                    } else {
                        Why::Unresolved
                    };
                    leaves.push((start, self.unread(text, why)));
                }
            }
        }
        for (index, at) in commands {
            if let (Some(touched), Some((_, leaf))) = (touched.remove(&index), leaves.get_mut(at)) {
                leaf.touched = touched.into();
            }
        }
        // In source order; what stands at one place stays in the order in which bash comes to it.
        leaves.sort_by_key(|(start, _)| *start);
        let mut leaves: Vec<Leaf> = leaves.into_iter().map(|(_, leaf)| leaf).collect();
        // Where nothing else would have to be allowed, the neutral commands do.
        if !leaves.iter().any(|leaf| leaf.in_full) {
            for leaf in &mut leaves {
                leaf.in_full = leaf.op == Subject::Known(Op::ProcExec);
            }
        }
        self.leaves.append(&mut leaves);
    }

    /// Returns a leaf about text that could not be read: it may do anything. Where a limit was passed, a deny with a
    /// condition on what it does stays a deny, so that padding cannot weaken it.
    fn unread(&self, text: String, why: Why) -> Leaf {
        let op = match why {
            Why::TooLong => Subject::Unknown(why),
            _ => Subject::Known(Op::ProcExec),
        };
        Leaf {
            op,
            text,
            command: Subject::Unknown(why),
            path: Subject::Unknown(why),
            url: Subject::Unknown(why),
            opaque: Some(match why {
                Why::TooLong => "it is longer or nests deeper than is read",
                _ => "it is no script that a shell would take",
            }),
            unread: true,
            over_limit: true,
            ..self.blank()
        }
    }

    /// Returns the commands of these ranges of steps.
    fn pipes<'k>(
        &self,
        ranges: &[(usize, usize)],
        known: &dyn Fn(usize) -> Option<&'k Known>,
    ) -> Arc<[Piped]> {
        let mut pipes = Vec::new();
        for index in ranges.iter().flat_map(|(from, to)| *from..*to) {
            if pipes.len() >= MOST_PIPED {
                pipes.push(Piped::Unknown);
                break;
            }
            if let Some(known) = known(index) {
                pipes.push(Piped::Command(
                    Arc::clone(&known.words),
                    Arc::clone(&known.call),
                    Arc::clone(&self.places),
                ));
                if known.opaque {
                    pipes.push(Piped::Unknown);
                }
            }
        }
        pipes.into()
    }

    /// Returns the leaf of a redirect; none for the devices that keep nothing.
    fn redirect(&self, redirect: Redirect) -> Vec<Leaf> {
        let (op, in_full) = match redirect.kind {
            RedirectKind::Read => (Op::FileRead, false),
            RedirectKind::Write => (Op::FileWrite, true),
        };
        let text = match redirect.target.many {
            true => Text::Unknown,
            false => redirect.target.text,
        };
        let leaf = self.named(&[text], &redirect.places, redirect.target.written, false);
        let on = |leaf: Leaf| Leaf {
            op: Subject::Known(op),
            in_full,
            places: Arc::clone(&redirect.places),
            ..leaf
        };
        leaf.into_iter().map(on).collect()
    }

    /// Returns the leaves of what a command names: more than one only where a word may be several URLs.
    fn touch(&self, touched: Touched) -> Vec<Leaf> {
        let Touched {
            touch, places, via, ..
        } = touched;
        let op = match touch.act {
            Act::Read => Subject::Known(Op::FileRead),
            Act::Write => Subject::Known(Op::FileWrite),
            Act::Delete => Subject::Known(Op::FileDelete),
            Act::Fetch => Subject::Known(Op::NetFetch),
            Act::Any => Subject::Unknown(Why::Unresolved),
        };
        let url = |name: &Text| name.beginning().is_some_and(|text| path::has_scheme(&text));
        let fetches =
            touch.act == Act::Fetch || touch.act == Act::Any && touch.names.iter().all(url);
        let leaves: Vec<Leaf> = if fetches {
            touch
                .names
                .iter()
                .flat_map(|name| self.fetched(name, &touch.written))
                .collect()
        } else {
            let tree = touch.tree;
            self.named(&touch.names, &places, touch.written, tree)
                .into_iter()
                .collect()
        };
        let on = |leaf: Leaf| Leaf {
            op: op.clone(),
            in_full: false,
            places: Arc::clone(&places),
            via: via.clone(),
            ..leaf
        };
        leaves.into_iter().map(on).collect()
    }

    /// Returns the patch that an action holds; clients send it under one of three names.
    fn patch_field(&self, field: &FieldPath) -> Option<&'a Value> {
        let other = |name: &str| self.request.part(Root::Input).get(name);
        self.request
            .get(field)
            .or_else(|| other("input"))
            .or_else(|| other("command"))
    }

    /// Each file of a patch is written or deleted.
    fn patch(&mut self, text: &str) {
        let mut found = false;
        for line in text.lines() {
            // Readers of patches take padding around a header for nothing.
            let line = line.trim();
            let header = |name: &str| line.strip_prefix(name);
            let (op, file) = if let Some(file) = header("*** Delete File:") {
                (Op::FileDelete, file)
            } else if let Some(file) = header("*** Add File:")
                .or_else(|| header("*** Update File:"))
                .or_else(|| header("*** Move to:"))
            {
                (Op::FileWrite, file)
            } else {
                continue;
            };
            found = true;
            let leaf = self.path_leaf(file.trim(), false);
            self.leaves.push(Leaf {
                op: Subject::Known(op),
                ..leaf
            });
        }
        if !found {
            let path = Subject::Unknown(Why::Missing);
            let leaf = Leaf {
                op: Subject::Known(Op::FileWrite),
                text: "a patch without files".into(),
                path,
                ..self.blank()
            };
            self.leaves.push(leaf);
        }
    }

    /// The texts of an undeclared action that look like a path, a URL or a command only tighten: what is done to them
    /// nobody knows.
    fn undeclared(&mut self) {
        let mut found = Vec::new();
        for (key, value) in self.request.part(Root::Input).iter() {
            texts(value, is_command(key), &mut found);
        }
        let unknown_op = || Subject::Unknown(Why::Unresolved);
        for (text, command) in found {
            if command {
                let start = self.leaves.len();
                self.command_line(text);
                for leaf in self.leaves.iter_mut().skip(start) {
                    leaf.in_full = false;
                    leaf.op = unknown_op();
                }
            }
            if text.starts_with('/') || text.starts_with("~/") || text.starts_with("./") {
                let leaf = self.path_leaf(text, false);
                self.leaves.push(Leaf {
                    op: unknown_op(),
                    in_full: false,
                    ..leaf
                });
            } else if path::has_scheme(text) {
                let leaf = self.url_leaf(text);
                self.leaves.push(Leaf {
                    op: unknown_op(),
                    in_full: false,
                    ..leaf
                });
            }
        }
    }
}

/// Collects the texts of a value, and whether each stands under `command` or `cmd`.
fn texts<'v>(value: &'v Value, command: bool, out: &mut Vec<(&'v str, bool)>) {
    match value {
        Value::Text(text) => out.push((text, command)),
        Value::List(items) => items.iter().for_each(|item| texts(item, command, out)),
        Value::Table(entries) => {
            entries
                .iter()
                .for_each(|(key, value)| texts(value, command || is_command(key), out));
        }
        _ => {}
    }
}

fn is_command(key: &str) -> bool {
    key == "command" || key == "cmd"
}

/// A command of a line whose words are known.
struct Known {
    words: Arc<[Word]>,
    call: Arc<Call>,
    opaque: bool,
}

impl Known {
    fn of(step: &Step) -> Option<Self> {
        let Step::Command(command) = step else {
            return None;
        };
        Some(Self {
            words: command.words.as_deref()?.into(),
            call: Arc::new(command.call.clone()?),
            opaque: command.opaque.is_some(),
        })
    }

    /// Returns a leaf with the command that it belongs to.
    fn on(&self, leaf: Leaf) -> Leaf {
        Leaf {
            command: Subject::Known(Arc::clone(&self.words)),
            call: Some(Arc::clone(&self.call)),
            ..leaf
        }
    }
}

/// Returns the anchors that a request states; one that names no place, or is longer than a path may be, is as good as
/// absent.
pub(crate) fn anchors<'r>(request: &'r Request, limits: &Limits) -> Anchors<'r> {
    let stated = request.stated();
    let fact = |name: &str, is_place: bool| {
        let path = is_place.then(|| request.fact(name)).flatten();
        path.and_then(Value::as_text)
            .filter(|path| path.len() <= limits.path_bytes)
    };
    Anchors {
        cwd: fact("cwd", stated.cwd),
        home: fact("home", stated.home),
        project: fact("project", stated.project),
    }
}

#[cfg(test)]
mod tests {
    use crate::path::has_scheme;

    #[test]
    fn a_scheme_is_letters_before_two_slashes() {
        assert!(has_scheme("https://x.org"));
        assert!(has_scheme("git+ssh://x.org"));
        assert!(!has_scheme("see https://x.org"));
        assert!(!has_scheme("1x://y"));
    }
}
