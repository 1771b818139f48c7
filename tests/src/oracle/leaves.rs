//! What a request would do, leaf by leaf.

use super::Bounds;
use super::fields::{Catalogue, Found};
use super::paths::{Anchors, Place, absolute, place};
use super::programs::Programs;
use super::request::Request;
use super::shell::{Line, Redirect, joined, read};
use serde_json::Value;
use url::Url;

/// What a leaf does.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Op {
    /// The request itself.
    None,
    Known(&'static str),
    /// It looks like something, and nobody said what is done with it.
    Unknown,
    /// It is too long to be read.
    Unread,
}

/// A leaf's command, path or URL.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Part<T> {
    /// This leaf has none.
    Nothing,
    /// It should be there and is not, or is of another type.
    Missing,
    /// It is there and cannot be told.
    Opaque,
    Known(T),
}

/// One leaf.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Leaf {
    pub(super) op: Op,
    /// A rule must allow it, or the default decides; otherwise only deny and ask rules judge it.
    pub(super) full: bool,
    pub(super) text: String,
    /// The words of the command, or of each command of the line.
    pub(super) command: Part<Vec<Vec<String>>>,
    /// The command is that of the redirect's line: only deny and ask rules read it.
    pub(super) carried: bool,
    pub(super) path: Part<Place>,
    /// The path stands for all below it.
    pub(super) tree: bool,
    pub(super) url: Part<Url>,
    /// It is longer than what is read: at least `ask`.
    pub(super) over: bool,
    /// It may happen in any directory.
    pub(super) anywhere: bool,
}

impl Leaf {
    fn new(op: Op, full: bool, text: &str) -> Leaf {
        let text = text.to_owned();
        Leaf {
            op,
            full,
            text,
            command: Part::Nothing,
            carried: false,
            path: Part::Nothing,
            tree: false,
            url: Part::Nothing,
            over: false,
            anywhere: false,
        }
    }

    /// Reading 39: what an opaque command may do besides running.
    pub(super) fn as_anything(&self) -> Option<Leaf> {
        let opaque = self.command == Part::Opaque && self.op == Op::Known("proc.exec");
        opaque.then(|| Leaf {
            op: Op::Unknown,
            path: Part::Opaque,
            url: Part::Opaque,
            anywhere: true,
            ..self.clone()
        })
    }

    /// A leaf of something longer than what is read.
    fn over(op: Op, full: bool, what: &str) -> Leaf {
        Leaf {
            over: true,
            ..Leaf::new(op, full, &format!("a {what} longer than the limit"))
        }
    }
}

/// The leaves of a request, in source order.
pub(super) fn leaves(
    request: Request<'_>,
    action: &str,
    catalogue: &Catalogue,
    anchors: &Anchors,
    bounds: Bounds,
) -> Vec<Leaf> {
    let mut out = Vec::new();
    for (verb, path, kind) in catalogue.does(action) {
        let value = match catalogue.find(request, action, &path) {
            Found::Value(value) => value.as_str(),
            Found::LeftOut if kind == "tree" => Some("."),
            Found::LeftOut | Found::NotAField => continue,
            Found::Missing => None,
        };
        match (verb.as_str(), kind.as_str()) {
            ("run", _) => run(value, anchors, bounds, &mut out),
            ("fetch", _) => out.push(fetch(value, bounds)),
            (_, "patch") => patch(value, anchors, bounds, &mut out),
            ("read", kind) => out.push(file("file.read", value, kind == "tree", anchors, bounds)),
            ("write", kind) => out.push(file("file.write", value, kind == "tree", anchors, bounds)),
            (_, kind) => out.push(file("file.delete", value, kind == "tree", anchors, bounds)),
        }
        // Reading 29: what is missing is shown by its field.
        if value.is_none()
            && let Some(leaf) = out.last_mut()
        {
            leaf.text.clone_from(&path);
        }
    }
    if !catalogue.knows(action) {
        for (key, value) in request
            .get("input")
            .and_then(Value::as_object)
            .into_iter()
            .flatten()
        {
            likely(value, is_command_key(key), anchors, bounds, &mut out);
        }
    }
    if !out.iter().any(|leaf| leaf.full) {
        out.insert(0, Leaf::new(Op::None, true, action));
    }
    out
}

fn run(line: Option<&str>, anchors: &Anchors, bounds: Bounds, out: &mut Vec<Leaf>) {
    let Some(line) = line else {
        out.push(Leaf {
            command: Part::Missing,
            ..Leaf::new(Op::Known("proc.exec"), true, "")
        });
        return;
    };
    if line.len() > bounds.command {
        // Reading 33.
        out.push(Leaf {
            command: Part::Missing,
            path: Part::Missing,
            url: Part::Missing,
            ..Leaf::over(Op::Unread, true, "command")
        });
        return;
    }
    let commands = match read(line) {
        Line::Opaque => {
            out.push(Leaf {
                command: Part::Opaque,
                ..Leaf::new(Op::Known("proc.exec"), true, line.trim())
            });
            return;
        }
        Line::Commands(commands) => commands,
    };
    let start = out.len();
    let programs = Programs::shipped();
    for command in commands {
        let words = Part::Known(vec![command.words.clone()]);
        if !command.words.is_empty() {
            let full = !programs.is_neutral(&command.words);
            out.push(Leaf {
                command: words.clone(),
                ..Leaf::new(Op::Known("proc.exec"), full, &joined(&command.words))
            });
        }
        for touch in programs.touches(&command.words) {
            let op = touch.op.map_or(Op::Unknown, Op::Known);
            // What a known program names is a word of the shell's, in which `~` is a character.
            let home = touch.op.is_none();
            let leaf = match home && has_scheme(&touch.name) {
                true => likely_leaf(&touch.name, anchors, bounds),
                false => named(op, &touch.name, home, touch.tree, anchors, bounds),
            };
            out.extend(leaf.map(|leaf| Leaf {
                command: words.clone(),
                carried: true,
                op,
                full: false,
                ..leaf
            }));
        }
        for redirect in command.redirects {
            if let Some(leaf) = redirected(&redirect, anchors, bounds) {
                let command = if command.words.is_empty() {
                    Part::Nothing
                } else {
                    words.clone()
                };
                out.push(Leaf {
                    command,
                    carried: true,
                    ..leaf
                });
            }
        }
    }
    // If nothing else is judged in full, the neutral commands are.
    let new = out.get_mut(start..).unwrap_or_default();
    if !new.iter().any(|leaf| leaf.full) {
        for leaf in new
            .iter_mut()
            .filter(|leaf| leaf.op == Op::Known("proc.exec"))
        {
            leaf.full = true;
        }
    }
}

/// A path is over the limit in its absolute form too, which the working directory lengthens.
fn too_long(place: &Place, bounds: Bounds) -> bool {
    absolute(place).is_some_and(|path| path.len() > bounds.path)
}

/// The leaf of a redirect; none for the devices that are no file.
fn redirected(redirect: &Redirect, anchors: &Anchors, bounds: Bounds) -> Option<Leaf> {
    let op = Op::Known(if redirect.output {
        "file.write"
    } else {
        "file.read"
    });
    if redirect.written.len() > bounds.path {
        return Some(Leaf {
            path: Part::Missing,
            ..Leaf::over(op, redirect.output, "path")
        });
    }
    let target = place(&redirect.target, false, anchors);
    let name = absolute(&target);
    if too_long(&target, bounds) {
        return Some(Leaf {
            path: Part::Missing,
            ..Leaf::over(op, redirect.output, "path")
        });
    }
    if matches!(
        name.as_deref(),
        Some("/dev/null" | "/dev/stdout" | "/dev/stderr" | "/dev/tty")
    ) {
        return None;
    }
    let text = name.unwrap_or_else(|| redirect.written.clone());
    Some(Leaf {
        path: Part::Known(target),
        ..Leaf::new(op, redirect.output, &text)
    })
}

/// The leaf of a file that a command names; none for the devices that are no file.
fn named(
    op: Op,
    name: &str,
    home: bool,
    tree: bool,
    anchors: &Anchors,
    bounds: Bounds,
) -> Option<Leaf> {
    let found = place(name, home && name.starts_with('~'), anchors);
    if name.len() > bounds.path || too_long(&found, bounds) {
        return Some(Leaf {
            path: Part::Missing,
            ..Leaf::over(op, false, "path")
        });
    }
    let shown = absolute(&found);
    let devices = ["/dev/null", "/dev/stdout", "/dev/stderr", "/dev/tty"];
    if shown.as_deref().is_some_and(|name| devices.contains(&name)) {
        return None;
    }
    Some(Leaf {
        path: Part::Known(found),
        tree,
        ..Leaf::new(op, false, &shown.unwrap_or_else(|| name.to_owned()))
    })
}

fn file(
    op: &'static str,
    path: Option<&str>,
    tree: bool,
    anchors: &Anchors,
    bounds: Bounds,
) -> Leaf {
    let Some(path) = path else {
        return Leaf {
            path: Part::Missing,
            tree,
            ..Leaf::new(Op::Known(op), true, "")
        };
    };
    if path.len() > bounds.path {
        return Leaf {
            path: Part::Missing,
            tree,
            ..Leaf::over(Op::Known(op), true, "path")
        };
    }
    let place = place(path, true, anchors);
    if too_long(&place, bounds) {
        return Leaf {
            path: Part::Missing,
            tree,
            ..Leaf::over(Op::Known(op), true, "path")
        };
    }
    let text = absolute(&place).unwrap_or_else(|| path.to_owned());
    Leaf {
        path: Part::Known(place),
        tree,
        ..Leaf::new(Op::Known(op), true, &text)
    }
}

fn fetch(url: Option<&str>, bounds: Bounds) -> Leaf {
    let op = Op::Known("net.fetch");
    if url.is_some_and(|url| url.len() > bounds.url) {
        return Leaf {
            url: Part::Missing,
            ..Leaf::over(op, true, "URL")
        };
    }
    match url.map(parsed) {
        Some(Some(parsed)) => Leaf {
            text: parsed.as_str().to_owned(),
            url: Part::Known(parsed),
            ..Leaf::new(op, true, "")
        },
        _ => Leaf {
            url: Part::Missing,
            ..Leaf::new(op, true, url.unwrap_or_default())
        },
    }
}

/// Reading 30: a text with a backslash or a control character is no URL, because readers disagree on it.
fn parsed(text: &str) -> Option<Url> {
    let odd = text.chars().any(|c| c == '\\' || c.is_control());
    Url::parse(text).ok().filter(|_| !odd)
}

/// Each file of a patch is a write or a delete.
fn patch(text: Option<&str>, anchors: &Anchors, bounds: Bounds, out: &mut Vec<Leaf>) {
    let before = out.len();
    for line in text.unwrap_or_default().lines() {
        // Reading 32.
        let after = |heading: &str| line.trim().strip_prefix(heading).map(str::trim);
        if let Some(path) = after("*** Add File:")
            .or_else(|| after("*** Update File:"))
            .or_else(|| after("*** Move to:"))
        {
            out.push(file("file.write", Some(path), false, anchors, bounds));
        } else if let Some(path) = after("*** Delete File:") {
            out.push(file("file.delete", Some(path), false, anchors, bounds));
        }
    }
    if out.len() == before {
        out.push(Leaf {
            text: "a patch without files".to_owned(),
            ..file("file.write", None, false, anchors, bounds)
        });
    }
}

fn is_command_key(key: &str) -> bool {
    key == "command" || key == "cmd"
}

/// The texts of an undeclared action's input that look like a path, a URL or a command.
fn likely(value: &Value, command: bool, anchors: &Anchors, bounds: Bounds, out: &mut Vec<Leaf>) {
    match value {
        Value::String(text) => {
            if command {
                let start = out.len();
                run(Some(text), anchors, bounds, out);
                for leaf in out.iter_mut().skip(start) {
                    leaf.op = Op::Unknown;
                    leaf.full = false;
                }
            }
            out.extend(likely_leaf(text, anchors, bounds));
        }
        Value::Array(items) => items
            .iter()
            .for_each(|item| likely(item, command, anchors, bounds, out)),
        Value::Object(entries) => entries.iter().for_each(|(key, value)| {
            likely(value, command || is_command_key(key), anchors, bounds, out)
        }),
        _ => {}
    }
}

fn likely_leaf(text: &str, anchors: &Anchors, bounds: Bounds) -> Option<Leaf> {
    let mut leaf = Leaf::new(Op::Unknown, false, text);
    if text.starts_with('/') || text.starts_with("~/") || text.starts_with("./") {
        if text.len() > bounds.path {
            return Some(Leaf {
                path: Part::Missing,
                ..Leaf::over(Op::Unknown, false, "path")
            });
        }
        let place = place(text, true, anchors);
        if too_long(&place, bounds) {
            return Some(Leaf {
                path: Part::Missing,
                ..Leaf::over(Op::Unknown, false, "path")
            });
        }
        leaf.text = absolute(&place).unwrap_or_else(|| text.to_owned());
        leaf.path = Part::Known(place);
    } else if has_scheme(text) {
        if text.len() > bounds.url {
            return Some(Leaf {
                url: Part::Missing,
                ..Leaf::over(Op::Unknown, false, "URL")
            });
        }
        leaf.url = match parsed(text) {
            Some(url) => {
                leaf.text = url.as_str().to_owned();
                Part::Known(url)
            }
            None => Part::Missing,
        };
    }
    if (&leaf.path, &leaf.url) == (&Part::Nothing, &Part::Nothing) {
        None
    } else {
        Some(leaf)
    }
}

/// `https://..`: a letter, then letters, digits, `+`, `-`, `.`, then `://`.
pub(super) fn has_scheme(text: &str) -> bool {
    text.split_once("://").is_some_and(|(scheme, _)| {
        scheme.starts_with(|c: char| c.is_ascii_alphabetic())
            && scheme
                .chars()
                .all(|c| c.is_ascii_alphanumeric() || "+-.".contains(c))
    })
}
