//! What a request would do, leaf by leaf.

use super::fields::{Catalogue, Found};
use super::paths::{Anchors, Place, absolute, place};
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
        }
    }
}

/// The leaves of a request, in source order.
pub(super) fn leaves(
    request: Request<'_>,
    action: &str,
    catalogue: &Catalogue,
    anchors: &Anchors,
) -> Vec<Leaf> {
    let mut out = Vec::new();
    for (verb, path, kind) in catalogue.does(action) {
        let value = match catalogue.find(request, action, &path) {
            Found::Value(value) => value.as_str(),
            Found::LeftOut if kind == "tree" => Some(request.text("facts.cwd").unwrap_or("")),
            Found::LeftOut | Found::NotAField => continue,
            Found::Missing => None,
        };
        match (verb.as_str(), kind.as_str()) {
            ("run", _) => run(value, anchors, &mut out),
            ("fetch", _) => out.push(fetch(value)),
            (_, "patch") => patch(value, anchors, &mut out),
            ("read", kind) => out.push(file("file.read", value, kind == "tree", anchors)),
            ("write", kind) => out.push(file("file.write", value, kind == "tree", anchors)),
            (_, kind) => out.push(file("file.delete", value, kind == "tree", anchors)),
        }
    }
    if !catalogue.knows(action) {
        for (key, value) in request
            .get("input")
            .and_then(Value::as_object)
            .into_iter()
            .flatten()
        {
            likely(value, is_command_key(key), anchors, &mut out);
        }
    }
    if !out.iter().any(|leaf| leaf.full) {
        out.insert(0, Leaf::new(Op::None, true, action));
    }
    out
}

fn run(line: Option<&str>, anchors: &Anchors, out: &mut Vec<Leaf>) {
    let Some(line) = line else {
        out.push(Leaf {
            command: Part::Missing,
            ..Leaf::new(Op::Known("proc.exec"), true, "")
        });
        return;
    };
    let commands = match read(line) {
        Line::Opaque => {
            out.push(Leaf {
                command: Part::Opaque,
                ..Leaf::new(Op::Known("proc.exec"), true, line)
            });
            return;
        }
        Line::Commands(commands) => commands,
    };
    for command in commands {
        let words = Part::Known(vec![command.words.clone()]);
        if !command.words.is_empty() {
            out.push(Leaf {
                command: words.clone(),
                ..Leaf::new(Op::Known("proc.exec"), true, &joined(&command.words))
            });
        }
        for redirect in command.redirects {
            if let Some(leaf) = redirected(&redirect, anchors) {
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
}

/// The leaf of a redirect; none for the devices that are no file.
fn redirected(redirect: &Redirect, anchors: &Anchors) -> Option<Leaf> {
    let target = place(&redirect.target, false, anchors);
    let name = absolute(&target);
    if matches!(
        name.as_deref(),
        Some("/dev/null" | "/dev/stdout" | "/dev/stderr" | "/dev/tty")
    ) {
        return None;
    }
    let op = Op::Known(if redirect.output {
        "file.write"
    } else {
        "file.read"
    });
    let text = name.unwrap_or_else(|| redirect.written.clone());
    Some(Leaf {
        path: Part::Known(target),
        ..Leaf::new(op, redirect.output, &text)
    })
}

fn file(op: &'static str, path: Option<&str>, tree: bool, anchors: &Anchors) -> Leaf {
    let Some(path) = path else {
        return Leaf {
            path: Part::Missing,
            tree,
            ..Leaf::new(Op::Known(op), true, "")
        };
    };
    let place = place(path, true, anchors);
    let text = absolute(&place).unwrap_or_else(|| path.to_owned());
    Leaf {
        path: Part::Known(place),
        tree,
        ..Leaf::new(Op::Known(op), true, &text)
    }
}

fn fetch(url: Option<&str>) -> Leaf {
    let op = Op::Known("net.fetch");
    match url.map(Url::parse) {
        Some(Ok(parsed)) => Leaf {
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

/// Each file of a patch is a write or a delete.
fn patch(text: Option<&str>, anchors: &Anchors, out: &mut Vec<Leaf>) {
    let before = out.len();
    for line in text.unwrap_or_default().lines() {
        let after = |heading: &str| line.strip_prefix(heading).map(str::trim);
        if let Some(path) = after("*** Add File: ")
            .or_else(|| after("*** Update File: "))
            .or_else(|| after("*** Move to: "))
        {
            out.push(file("file.write", Some(path), false, anchors));
        } else if let Some(path) = after("*** Delete File: ") {
            out.push(file("file.delete", Some(path), false, anchors));
        }
    }
    if out.len() == before {
        out.push(file("file.write", None, false, anchors));
    }
}

fn is_command_key(key: &str) -> bool {
    key == "command" || key == "cmd"
}

/// The texts of an undeclared action's input that look like a path, a URL or a command.
fn likely(value: &Value, command: bool, anchors: &Anchors, out: &mut Vec<Leaf>) {
    match value {
        Value::String(text) => {
            if command {
                let start = out.len();
                run(Some(text), anchors, out);
                for leaf in out.iter_mut().skip(start) {
                    leaf.op = Op::Unknown;
                    leaf.full = false;
                }
            }
            out.extend(likely_leaf(text, anchors));
        }
        Value::Array(items) => items
            .iter()
            .for_each(|item| likely(item, command, anchors, out)),
        Value::Object(entries) => entries
            .iter()
            .for_each(|(key, value)| likely(value, command || is_command_key(key), anchors, out)),
        _ => {}
    }
}

fn likely_leaf(text: &str, anchors: &Anchors) -> Option<Leaf> {
    let mut leaf = Leaf::new(Op::Unknown, false, text);
    if text.starts_with('/') || text.starts_with("~/") || text.starts_with("./") {
        let place = place(text, true, anchors);
        leaf.text = absolute(&place).unwrap_or_else(|| text.to_owned());
        leaf.path = Part::Known(place);
    } else if has_scheme(text) {
        leaf.url = match Url::parse(text) {
            Ok(url) => {
                leaf.text = url.as_str().to_owned();
                Part::Known(url)
            }
            Err(_) => Part::Missing,
        };
    }
    if (&leaf.path, &leaf.url) == (&Part::Nothing, &Part::Nothing) {
        None
    } else {
        Some(leaf)
    }
}

/// `https://..`: a letter, then letters, digits, `+`, `-`, `.`, then `://`.
fn has_scheme(text: &str) -> bool {
    text.split_once("://").is_some_and(|(scheme, _)| {
        scheme.starts_with(|c: char| c.is_ascii_alphabetic())
            && scheme
                .chars()
                .all(|c| c.is_ascii_alphanumeric() || "+-.".contains(c))
    })
}
