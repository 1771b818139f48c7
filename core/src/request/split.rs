//! Splits a request into leaves.
//!
//! What an action does is in the catalogue: it runs a command, reads, writes or deletes a path, fetches a URL. Each of
//! these is a leaf judged in full. The texts of an action that nobody declared are leaves that only tighten. A request
//! that does none of these is one leaf itself.

mod places;
pub(crate) mod plain;
mod resolved;
mod searched;
mod simple;

use alloc::string::{String, ToString};
use alloc::sync::Arc;
use alloc::vec::Vec;
use core::cell::Cell;

use self::resolved::Resolved;
use super::Request;
use super::leaf::{Leaf, NO_ANCHOR, Op, Piped, Shown, Subject};
use crate::catalogue::{ActionSpec, FieldPath, FieldType, Root, Verb};
use crate::command::{
    self, Act, Call, Place, Programs, Redirect, RedirectKind, Step, Surroundings, Text, Touched,
    Word,
};
use crate::condition::Why;
use crate::condition::read::Declarations;
use crate::limits::Limits;
use crate::path::{self, Anchors};
use crate::url;
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
    let start = Splitter::starts_in(request, anchors);
    let mut splitter = Splitter {
        request,
        anchors,
        limits: &declared.limits,
        programs: &declared.programs,
        places: Arc::clone(&start),
        start,
        resolved: Resolved::of(request, declared.limits.path_bytes),
        made: Cell::new(0),
        leaves: core::mem::take(leaves),
    };
    splitter.places = splitter.follow(&splitter.start);
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
        let touched = splitter.leaves.iter_mut();
        touched
            .flat_map(|leaf| &mut leaf.touched)
            .for_each(|at| *at += 1);
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
    /// The directory that a command line starts in, as the host wrote it.
    start: Arc<[Place]>,
    /// Where the request is made, links followed.
    places: Arc<[Place]>,
    resolved: Resolved<'a>,
    /// How many bytes the readings of paths take so far.
    made: Cell<usize>,
    leaves: Vec<Leaf>,
}

impl<'a> Splitter<'a> {
    /// Returns the directory that a command line starts in.
    fn starts_in(request: &Request, anchors: &Anchors<'_>) -> Arc<[Place]> {
        match Self::is_stated(request, anchors) {
            true => Arc::clone(&request.stated().start),
            false => [Place::Start].into(),
        }
    }

    /// Whether a command line starts where the request says: not where that is longer than a path may be.
    fn is_stated(request: &Request, anchors: &Anchors<'_>) -> bool {
        anchors.cwd.is_some() || *request.stated().start == [Place::Start]
    }

    fn blank(&self) -> Leaf {
        Leaf::at(Arc::clone(&self.places))
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
                    for leaf in self.url_leaves(text) {
                        self.leaves.push(on_fetch(leaf, true));
                    }
                }
                _ if kind == FieldType::Tree => {
                    let base = self.path_leaf(text, true);
                    self.searched(text, base, op);
                }
                _ => {
                    let leaf = self.path_leaf(text, false);
                    self.leaves.push(Leaf {
                        op: Subject::Known(op),
                        ..leaf
                    });
                }
            },
            // Where a tree may be left out, it is the directory the action happens in.
            (None, FieldType::Tree) if optional => {
                let base = self.path_leaf(".", true);
                self.searched(".", base, op);
            }
            (None, _) if optional => {}
            _ => {
                let unknown = || Subject::Unknown(Why::Missing);
                let mut leaf = Leaf {
                    op: Subject::Known(op),
                    shown: Shown::Text(field.to_string()),
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
            start: &self.start,
            programs: self.programs,
        };
        let steps = command::read(line, &around);
        let known: Vec<Option<Known>> = steps.iter().map(Known::of).collect();
        let known = |index: usize| known.get(index).and_then(Option::as_ref);
        let first = self.leaves.len();
        let count = steps.len();
        for (index, step) in steps.into_iter().enumerate() {
            let from = self.leaves.len();
            let of = match step {
                Step::Command(command) => {
                    let pipes = self.pipes(&command.pipes, &known);
                    let words = command.words.map(Subject::Known);
                    self.leaves.push(Leaf {
                        op: Subject::Known(Op::ProcExec),
                        shown: command.text.map_or(Shown::Command, Shown::Text),
                        in_full: !command.neutral,
                        command: words.unwrap_or(Subject::Unknown(Why::Unresolved)),
                        call: command.call,
                        pipes,
                        via: command.via,
                        names: command.names,
                        opaque: command.opaque,
                        anything: command.anything,
                        start: command.start,
                        ..Leaf::at(self.led(&command.places))
                    });
                    Some(index)
                }
                Step::Redirect(redirect) => {
                    let (start, of) = (redirect.start, redirect.of);
                    let leaf = self.redirect(redirect);
                    self.leaves.extend(leaf.map(|leaf| Leaf { start, ..leaf }));
                    of
                }
                Step::Touch(touch) => {
                    let (start, of) = (touch.start, touch.of);
                    self.touch(touch);
                    for leaf in self.leaves.iter_mut().skip(from) {
                        leaf.start = start;
                    }
                    of
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
                    let leaf = self.unread(text, why);
                    self.leaves.push(Leaf { start, ..leaf });
                    None
                }
            };
            for leaf in self.leaves.iter_mut().skip(from) {
                if let (Some(known), Subject::None) = (of.and_then(known), &leaf.command) {
                    leaf.command = Subject::Known(Arc::clone(&known.words));
                    leaf.call = Some(Arc::clone(&known.call));
                }
                leaf.owner = of;
            }
        }
        let leaves = self.leaves.get_mut(first..).unwrap_or_default();
        // In source order; what stands at one place stays in the order in which bash comes to it.
        if !leaves.is_sorted_by_key(|leaf| leaf.start) {
            leaves.sort_by_key(|leaf| leaf.start);
        }
        // What each command touches.
        let is_command = |leaf: &Leaf| leaf.op == Subject::Known(Op::ProcExec);
        if leaves
            .iter()
            .any(|leaf| leaf.owner.is_some() && !is_command(leaf))
        {
            let mut commands = alloc::vec![None; count];
            for (at, leaf) in leaves
                .iter()
                .enumerate()
                .filter(|(_, leaf)| is_command(leaf))
            {
                if let Some(slot) = leaf.owner.and_then(|of| commands.get_mut(of)) {
                    *slot = Some(at);
                }
            }
            for at in 0..leaves.len() {
                let owner = leaves.get(at).filter(|leaf| !is_command(leaf));
                let command = owner.and_then(|leaf| commands.get(leaf.owner?).copied().flatten());
                if let Some(command) = command.and_then(|command| leaves.get_mut(command)) {
                    command.touched.push(first + at);
                }
            }
        }
        // Where nothing else would have to be allowed, the neutral commands do.
        if !leaves.iter().any(|leaf| leaf.in_full) {
            for leaf in leaves {
                leaf.in_full = leaf.op == Subject::Known(Op::ProcExec);
            }
        }
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
            shown: Shown::Text(text),
            command: Subject::Unknown(why),
            path: Subject::Unknown(why),
            url: Subject::Unknown(why),
            opaque: Some(match why {
                Why::TooLong => "it is longer or nests deeper than is read",
                _ => "it is no script that a shell would take",
            }),
            unread: true,
            over_limit: true,
            // It may go anywhere before it does anything.
            ..Leaf::at(
                self.places
                    .iter()
                    .cloned()
                    .chain([Place::Unknown])
                    .collect(),
            )
        }
    }

    /// Returns the commands of these ranges of steps.
    fn pipes<'k>(
        &self,
        ranges: &[(usize, usize)],
        known: &dyn Fn(usize) -> Option<&'k Known>,
    ) -> Vec<Piped> {
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
        pipes
    }

    /// Returns the leaf of a redirect; none for the devices that keep nothing.
    fn redirect(&self, redirect: Redirect) -> Option<Leaf> {
        let (op, in_full) = match redirect.kind {
            RedirectKind::Read => (Op::FileRead, false),
            RedirectKind::Write => (Op::FileWrite, true),
        };
        let text = match redirect.target.many {
            true => &Text::Unknown,
            false => &redirect.target.text,
        };
        let names = core::iter::once(text);
        let leaf = self.named(names, &redirect.places, redirect.target.written(), false)?;
        Some(Leaf {
            op: Subject::Known(op),
            in_full,
            places: self.led(&redirect.places),
            ..leaf
        })
    }

    /// Adds the leaves of what a command names: more than one only where a word may be several URLs.
    fn touch(&mut self, touched: Touched) {
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
        // Of a word of which nothing is known only that is asked which is asked of no path.
        let url = |name: &Text| match name {
            Text::Unknown => true,
            name => name.beginning().is_some_and(|text| url::has_scheme(&text)),
        };
        let fetches = touch.act == Act::Fetch || touch.act == Act::Any && touch.names().all(url);
        let happens = self.led(&places);
        let on = |leaf: Leaf| {
            let leaf = match touch.act {
                Act::Fetch => on_fetch(leaf, false),
                _ => Leaf {
                    op: op.clone(),
                    in_full: false,
                    ..leaf
                },
            };
            Leaf {
                places: Arc::clone(&happens),
                via: via.clone(),
                ..leaf
            }
        };
        if fetches {
            for name in touch.names() {
                let leaves = self.fetched(name, &touch.written);
                self.leaves.extend(leaves.into_iter().map(on));
            }
        } else {
            let leaf = self.named(touch.names(), &places, &touch.written, touch.tree);
            self.leaves.extend(leaf.map(on));
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
                shown: Shown::Text("a patch without files".into()),
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
            texts(value, Hint::of(key), &mut found);
        }
        let unknown_op = || Subject::Unknown(Why::Unresolved);
        for (text, hint) in found {
            if hint == Hint::Command {
                let start = self.leaves.len();
                self.command_line(text);
                for leaf in self.leaves.iter_mut().skip(start) {
                    leaf.in_full = false;
                    leaf.op = unknown_op();
                }
            }
            let leaf = match hint {
                Hint::Path => Some(self.path_leaf(text, false)),
                _ if path::looks_like_path(text) => Some(self.perhaps_path_leaf(text)),
                _ => None,
            };
            let url = url::has_scheme(text) || path::is_file_url(text.trim());
            let urls = match url {
                true => self.url_leaves(text),
                false => Vec::new(),
            };
            for leaf in leaf.into_iter().chain(urls) {
                self.leaves.push(Leaf {
                    op: unknown_op(),
                    in_full: false,
                    ..leaf
                });
            }
        }
    }
}

/// Returns a leaf about what is fetched: a file that the URL names is read, and nothing need allow it beside the URL.
fn on_fetch(leaf: Leaf, in_full: bool) -> Leaf {
    let (op, in_full) = match leaf.path {
        Subject::None => (Op::NetFetch, in_full),
        _ => (Op::FileRead, false),
    };
    Leaf {
        op: Subject::Known(op),
        in_full,
        ..leaf
    }
}

/// What the key of a text says about it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Hint {
    Nothing,
    Command,
    Path,
}

impl Hint {
    fn of(key: &str) -> Self {
        let named = |name: &str| {
            key.len() >= name.len()
                && key
                    .get(key.len() - name.len()..)
                    .is_some_and(|end| end.eq_ignore_ascii_case(name))
        };
        if key == "command" || key == "cmd" {
            Self::Command
        } else if PATH_KEYS.iter().any(|name| named(name)) {
            Self::Path
        } else {
            Self::Nothing
        }
    }
}

/// How the keys end under which tools take a path.
const PATH_KEYS: [&str; 9] = [
    "path",
    "paths",
    "file",
    "files",
    "filename",
    "dir",
    "directory",
    "directories",
    "folder",
];

/// Collects the texts of a value, each with what the keys above it say.
fn texts<'v>(value: &'v Value, hint: Hint, out: &mut Vec<(&'v str, Hint)>) {
    match value {
        Value::Text(text) => out.push((text, hint)),
        Value::List(items) => items.iter().for_each(|item| texts(item, hint, out)),
        Value::Table(entries) => {
            for (key, value) in entries {
                let own = Hint::of(key);
                let hint = if own == Hint::Nothing || hint == Hint::Command {
                    hint
                } else {
                    own
                };
                texts(value, hint, out);
            }
        }
        _ => {}
    }
}

/// A command of a line whose words are known.
struct Known {
    words: Arc<Vec<Word>>,
    call: Arc<Call>,
    opaque: bool,
}

impl Known {
    fn of(step: &Step) -> Option<Self> {
        let Step::Command(command) = step else {
            return None;
        };
        Some(Self {
            words: command.words.clone()?,
            call: command.call.clone()?,
            opaque: command.opaque.is_some(),
        })
    }
}

/// Returns the anchors that a request states; one that names no place, or is longer than a path may be, is as good as
/// absent.
pub(crate) fn anchors<'r>(request: &'r Request, limits: &Limits) -> Anchors<'r> {
    let stated = request.stated();
    let facts = request.part(Root::Facts);
    let anchor = |at: Option<usize>| {
        let path = facts.text_at(at?)?;
        (path.len() <= limits.path_bytes).then_some(path)
    };
    Anchors {
        cwd: anchor(stated.cwd),
        home: anchor(stated.home),
        project: anchor(stated.project),
    }
}
