//! Splits a request into leaves.
//!
//! What an action does is in the catalogue: it runs a command, reads, writes or deletes a path, fetches a URL. Each of
//! these is a leaf judged in full. The texts of an action that nobody declared are leaves that only tighten. A request
//! that does none of these is one leaf itself.

use alloc::string::{String, ToString};
use alloc::sync::Arc;
use alloc::vec::Vec;
use core::cell::Cell;

use url::Url;

use super::Request;
use super::leaf::{Leaf, LeafPath, NO_ANCHOR, Op, Subject, UNRESOLVED};
use crate::catalogue::{ActionSpec, FieldPath, FieldType, Root, Verb};
use crate::command::{self, Place, Redirect, RedirectKind, Step, Surroundings, Text, Word};
use crate::condition::Why;
use crate::limits::Limits;
use crate::path::{self, Anchors, Unplaced};
use crate::value::Value;

/// Puts the leaves of a request into `leaves`, which is empty, in source order; at least one of them is judged in full.
/// The request itself is a leaf without `op` and without a text of its own.
pub(crate) fn leaves(
    request: &Request,
    spec: Option<&ActionSpec>,
    anchors: &Anchors<'_>,
    limits: &Limits,
    leaves: &mut Vec<Leaf>,
) {
    let mut splitter = Splitter {
        request,
        anchors,
        limits,
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

/// Files that are no leaf: nothing is kept in them.
const SINKS: [&str; 4] = ["/dev/null", "/dev/stdout", "/dev/stderr", "/dev/tty"];

/// The readings of all paths of a request take so many bytes; further ones are over the limit.
const MOST_READINGS_BYTES: usize = 32 << 20;

struct Splitter<'a> {
    request: &'a Request,
    anchors: &'a Anchors<'a>,
    limits: &'a Limits,
    places: Arc<[Place]>,
    /// How many bytes the readings of paths take so far.
    made: Cell<usize>,
    leaves: Vec<Leaf>,
}

impl<'a> Splitter<'a> {
    fn blank(&self) -> Leaf {
        Leaf {
            op: Subject::None,
            text: String::new(),
            in_full: true,
            command: Subject::None,
            path: Subject::None,
            url: Subject::None,
            places: Arc::clone(&self.places),
            via: Vec::new(),
            unsafe_names: false,
            opaque: None,
            unread: false,
            over_limit: false,
            field: None,
            start: 0,
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
        };
        let steps = command::read(line, &around);
        let words: Vec<Option<Arc<[Word]>>> = steps
            .iter()
            .map(|step| match step {
                Step::Command(command) => {
                    command.words.as_ref().map(|words| words.as_slice().into())
                }
                _ => None,
            })
            .collect();
        let words_of = |index: usize| words.get(index).cloned().flatten();
        let mut leaves: Vec<(usize, Leaf)> = Vec::new();
        for (index, step) in steps.into_iter().enumerate() {
            match step {
                Step::Command(command) => {
                    let known =
                        words_of(index).map_or(Subject::Unknown(Why::Unresolved), Subject::Known);
                    let leaf = Leaf {
                        op: Subject::Known(Op::ProcExec),
                        text: command.text,
                        in_full: !command.neutral,
                        command: known,
                        places: command.places,
                        via: command.via,
                        unsafe_names: command.unsafe_names,
                        opaque: command.opaque,
                        start: command.start,
                        ..self.blank()
                    };
                    leaves.push((command.start, leaf));
                }
                Step::Redirect(redirect) => {
                    let command = redirect
                        .of
                        .and_then(words_of)
                        .map_or(Subject::None, Subject::Known);
                    let start = redirect.start;
                    leaves.extend(self.redirect(redirect, command).map(|leaf| (start, leaf)));
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

    /// Returns the leaf of a redirect; none for the devices that keep nothing.
    fn redirect(&self, redirect: Redirect, command: Subject<Arc<[Word]>>) -> Option<Leaf> {
        let (op, in_full) = match redirect.kind {
            RedirectKind::Read => (Op::FileRead, false),
            RedirectKind::Write => (Op::FileWrite, true),
        };
        let mut readings = Vec::new();
        let mut too_long = false;
        let mut mistaken = false;
        let targets: &[String] = match &redirect.target.text {
            _ if redirect.target.many => &[],
            Text::Exact(target) => core::slice::from_ref(target),
            Text::OneOf(targets) => targets,
            _ => &[],
        };
        for target in targets {
            too_long = too_long || target.len() > self.limits.path_bytes;
            for place in redirect.places.iter() {
                let directory = match place {
                    Place::At(directory) => Some(&**directory),
                    _ => None,
                };
                match path::resolve_plain(target, directory) {
                    Ok(reading) => {
                        too_long = too_long || reading.len() > self.limits.path_bytes;
                        readings.push(reading);
                    }
                    Err(Unplaced::NoPlace) => mistaken = true,
                    Err(Unplaced::NoAnchor) if *place == Place::Start || target.is_empty() => {
                        readings.push(NO_ANCHOR.into())
                    }
                    Err(_) => readings.push(UNRESOLVED.into()),
                }
            }
        }
        if readings.is_empty() {
            readings.push(UNRESOLVED.into());
        }
        if readings
            .iter()
            .all(|reading| SINKS.contains(&reading.as_str()))
        {
            return None;
        }
        let text = match readings.first() {
            Some(reading) if reading.starts_with('/') => reading.clone(),
            _ => redirect.target.written.clone(),
        };
        let leaf = if too_long {
            self.long_path()
        } else {
            self.place_leaf(text, readings, false)
        };
        let path = if mistaken {
            Subject::Unknown(Why::Missing)
        } else {
            leaf.path
        };
        Some(Leaf {
            op: Subject::Known(op),
            in_full,
            command,
            path,
            places: redirect.places,
            ..leaf
        })
    }

    /// Returns a leaf about a path that the host named: `~/` is under the home.
    fn path_leaf(&self, text: &str, tree: bool) -> Leaf {
        if text.len() > self.limits.path_bytes {
            return self.long_path();
        }
        match path::resolve(text, self.anchors) {
            Ok(reading) if reading.len() > self.limits.path_bytes => self.long_path(),
            Ok(reading) => {
                let shown = if reading.starts_with('~') {
                    text.into()
                } else {
                    reading.clone()
                };
                self.place_leaf(shown, alloc::vec![reading], tree)
            }
            Err(Unplaced::NoAnchor) => {
                self.place_leaf(text.into(), alloc::vec![NO_ANCHOR.into()], tree)
            }
            Err(unplaced) => {
                let why = if unplaced == Unplaced::NoPlace {
                    Why::Missing
                } else {
                    Why::Unresolved
                };
                Leaf {
                    text: text.into(),
                    path: Subject::Unknown(why),
                    ..self.blank()
                }
            }
        }
    }

    /// Returns a leaf about a path with these readings, and those where the host says they lead.
    fn place_leaf(&self, text: String, mut readings: Vec<String>, tree: bool) -> Leaf {
        // A short line could name one long directory any number of times.
        self.made
            .set(self.made.get() + readings.iter().map(String::len).sum::<usize>());
        if self.made.get() > MOST_READINGS_BYTES {
            return self.long_path();
        }
        let led: Vec<String> = readings
            .iter()
            .filter_map(|reading| self.real(reading))
            .collect();
        readings.extend(led);
        Leaf {
            text,
            path: Subject::Known(LeafPath { readings, tree }),
            ..self.blank()
        }
    }

    fn long_path(&self) -> Leaf {
        let text = "a path longer than the limit".into();
        Leaf {
            text,
            path: Subject::Unknown(Why::TooLong),
            over_limit: true,
            ..self.blank()
        }
    }

    /// Returns where the host says that a path leads, if it says so; what is no absolute path is a place unknown.
    fn real(&self, judged: &str) -> Option<String> {
        let path = match self.request.fact("resolved")? {
            Value::Table(map) => match map.get(judged)? {
                Value::Null => return None,
                path => path.as_text(),
            },
            _ => None,
        };
        let path = path.filter(|path| path.len() <= self.limits.path_bytes);
        let real = path.and_then(|path| path::resolve_plain(path, None).ok());
        Some(real.unwrap_or_else(|| NO_ANCHOR.into()))
    }

    fn url_leaf(&self, text: &str) -> Leaf {
        let blank = self.blank();
        if text.len() > self.limits.url_bytes {
            let url = Subject::Unknown(Why::TooLong);
            return Leaf {
                url,
                text: "a URL longer than the limit".into(),
                over_limit: true,
                ..blank
            };
        }
        // Readers of URLs disagree on these characters: such a text is no URL.
        if text.contains(|c: char| c == '\\' || c.is_control()) {
            return Leaf {
                url: Subject::Unknown(Why::Missing),
                text: text.into(),
                ..blank
            };
        }
        match Url::parse(text) {
            Ok(url) => Leaf {
                text: url.to_string(),
                url: Subject::Known(url),
                ..blank
            },
            Err(_) => Leaf {
                url: Subject::Unknown(Why::Missing),
                text: text.into(),
                ..blank
            },
        }
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
            } else if has_scheme(text) {
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

/// Whether a text begins like a URL: a scheme and `://`.
fn has_scheme(text: &str) -> bool {
    text.split_once("://").is_some_and(|(scheme, _)| {
        scheme.starts_with(|c: char| c.is_ascii_alphabetic())
            && scheme
                .chars()
                .all(|c| c.is_ascii_alphanumeric() || matches!(c, '+' | '-' | '.'))
    })
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
    use super::has_scheme;

    #[test]
    fn a_scheme_is_letters_before_two_slashes() {
        assert!(has_scheme("https://x.org"));
        assert!(has_scheme("git+ssh://x.org"));
        assert!(!has_scheme("see https://x.org"));
        assert!(!has_scheme("1x://y"));
    }
}
