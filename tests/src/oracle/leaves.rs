//! What a request would do, leaf by leaf.

use super::Bounds;
use super::fields::{Catalogue, Found};
use super::links::{Link, has_scheme, link};
use super::paths::{Anchors, Place, absolute, place};
use super::programs::Programs;
use super::request::Request;
use super::shell::{Line, Redirect, joined, read};
use super::spelling::{Reader, others, walk};
use serde_json::Value;

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
    /// What else its text may mean (reading 45).
    pub(super) others: Vec<Place>,
    /// The path as the kernel walks it, where a `..` follows a name.
    pub(super) walks: Vec<String>,
    /// The path stands for all below it.
    pub(super) tree: bool,
    pub(super) url: Part<Link>,
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
            others: Vec::new(),
            walks: Vec::new(),
            tree: false,
            url: Part::Nothing,
            over: false,
            anywhere: false,
        }
    }

    /// This leaf with what else the text of its path may mean.
    fn spelled(self, text: &str, reader: Reader, anchors: &Anchors) -> Leaf {
        if matches!(self.path, Part::Known(Place::Nowhere)) {
            return self;
        }
        let (others, texts) = others(text, reader, anchors);
        let tilde = reader != Reader::Program;
        let mut walks: Vec<String> = walk(text, tilde, anchors).into_iter().collect();
        if tilde {
            walks.extend(texts.iter().filter_map(|text| walk(text, true, anchors)));
        }
        Leaf {
            others,
            walks,
            ..self
        }
    }

    /// Reading 47: what an opaque command may do besides running.
    pub(super) fn as_anything(&self) -> Option<Leaf> {
        let opaque = self.command == Part::Opaque && self.op == Op::Known("proc.exec");
        (opaque && !is_one_unknown_program(&self.text)).then(|| Leaf {
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
            ("fetch", _) => out.extend(fetch(value, anchors, bounds)),
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
            likely(value, Key::Nothing.below(key), anchors, bounds, &mut out);
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
            anywhere: true,
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
            let urls = match home {
                true => likely_urls(&touch.name, anchors, bounds),
                false => Vec::new(),
            };
            let file = urls.is_empty() || touch.name.contains("/../");
            let file = file.then(|| named(op, &touch.name, home, touch.tree, anchors, bounds));
            let leaves = file.flatten().into_iter().chain(urls);
            out.extend(leaves.into_iter().map(|leaf| Leaf {
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
    if keeps_nothing(&redirect.target, anchors) {
        return None;
    }
    let text = name.unwrap_or_else(|| redirect.written.clone());
    let leaf = Leaf {
        path: Part::Known(target),
        ..Leaf::new(op, redirect.output, &text)
    };
    Some(leaf.spelled(&redirect.target, Reader::Program, anchors))
}

/// Whether a path names a device that is no file. What it lies in must be known for certain.
fn keeps_nothing(name: &str, anchors: &Anchors) -> bool {
    let (folder, last) = name.rsplit_once('/').unwrap_or((".", name));
    let folder = if folder.is_empty() { "/" } else { folder };
    absolute(&place(folder, false, anchors)).as_deref() == Some("/dev")
        && ["null", "stdout", "stderr", "tty"].contains(&last)
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
    if keeps_nothing(name, anchors) {
        return None;
    }
    let leaf = Leaf {
        path: Part::Known(found),
        tree,
        ..Leaf::new(op, false, &shown.unwrap_or_else(|| name.to_owned()))
    };
    Some(leaf.spelled(name, Reader::Program, anchors))
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
    let leaf = Leaf {
        path: Part::Known(place),
        tree,
        ..Leaf::new(Op::Known(op), true, &text)
    };
    leaf.spelled(path, Reader::Tool, anchors)
}

/// What is fetched, and beside it the file that the URL names.
fn fetch(url: Option<&str>, anchors: &Anchors, bounds: Bounds) -> Vec<Leaf> {
    let mut leaves = match url {
        Some(url) => fetched(url, anchors, bounds),
        None => vec![Leaf {
            url: Part::Missing,
            ..Leaf::new(Op::None, true, "")
        }],
    };
    if let Some(first) = leaves.first_mut() {
        first.op = Op::Known("net.fetch");
        first.full = true;
    }
    leaves
}

fn fetched(url: &str, anchors: &Anchors, bounds: Bounds) -> Vec<Leaf> {
    if url.len() > bounds.url {
        return vec![Leaf {
            url: Part::Missing,
            ..Leaf::over(Op::Unknown, false, "URL")
        }];
    }
    let Some(link) = link(url) else {
        let leaf = Leaf {
            url: Part::Missing,
            ..Leaf::new(Op::Unknown, false, url)
        };
        let file = file_of_url(url, anchors, bounds).map(|leaf| Leaf {
            op: Op::Known("file.read"),
            ..leaf
        });
        return [leaf].into_iter().chain(file).collect();
    };
    let file = link.file.clone().map(|path| {
        let mut leaf = file("file.read", path.as_deref(), false, anchors, bounds);
        leaf.full = false;
        if path.is_none() {
            leaf.text = url.to_owned();
        }
        leaf
    });
    let leaf = Leaf {
        text: link.text.clone(),
        url: Part::Known(link),
        ..Leaf::new(Op::Unknown, false, "")
    };
    [leaf].into_iter().chain(file).collect()
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

/// What the keys above a text say that it is.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Key {
    Nothing,
    Command,
    Path,
}

impl Key {
    fn below(self, key: &str) -> Key {
        let lower = key.to_ascii_lowercase();
        let ends = [
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
        match self {
            Key::Command => Key::Command,
            _ if key == "command" || key == "cmd" => Key::Command,
            _ if ends.iter().any(|end| lower.ends_with(end)) => Key::Path,
            own => own,
        }
    }
}

/// The texts of an undeclared action's input that look like a path, a URL or a command.
fn likely(value: &Value, key: Key, anchors: &Anchors, bounds: Bounds, out: &mut Vec<Leaf>) {
    match value {
        Value::String(text) => {
            if key == Key::Command {
                let start = out.len();
                run(Some(text), anchors, bounds, out);
                for leaf in out.iter_mut().skip(start) {
                    leaf.op = Op::Unknown;
                    leaf.full = false;
                }
            }
            if key == Key::Path {
                out.push(unsaid(text, Reader::Tool, anchors, bounds));
            } else if looks_like_a_path(text) {
                out.push(unsaid(text, Reader::Anybody, anchors, bounds));
            }
            out.extend(likely_urls(text, anchors, bounds));
        }
        Value::Array(items) => items
            .iter()
            .for_each(|item| likely(item, key, anchors, bounds, out)),
        Value::Object(entries) => entries
            .iter()
            .for_each(|(name, value)| likely(value, key.below(name), anchors, bounds, out)),
        _ => {}
    }
}

/// What a text says as a URL of which nobody said what is done to it.
fn likely_urls(text: &str, anchors: &Anchors, bounds: Bounds) -> Vec<Leaf> {
    let mut leaves = match has_scheme(text) || is_file_url(text) {
        true => fetched(text, anchors, bounds),
        false => Vec::new(),
    };
    for leaf in &mut leaves {
        leaf.op = Op::Unknown;
        leaf.full = false;
    }
    leaves
}

fn is_file_url(text: &str) -> bool {
    text.trim().to_ascii_lowercase().starts_with("file:")
}

fn looks_like_a_path(text: &str) -> bool {
    let text = text.trim();
    let first = text.split(['/', '\\']).next().unwrap_or_default();
    let user = |name: &str| {
        name.chars()
            .all(|c| c.is_ascii_alphanumeric() || "._-".contains(c))
    };
    let slash_ends_first = text
        .strip_prefix(first)
        .is_some_and(|rest| !rest.starts_with('\\'));
    if text.starts_with('/') || first == "." || first == ".." {
        return true;
    }
    if let Some(name) = first.strip_prefix('~') {
        return user(name) && slash_ends_first;
    }
    let mut letters = text.chars();
    let drive = letters.next().is_some_and(|c| c.is_ascii_alphabetic())
        && letters.next() == Some(':')
        && matches!(letters.next(), Some('/' | '\\'));
    let up = format!("{text}/").contains("/../");
    !text.contains('\n') && (drive || text.starts_with('\\') || up)
}

/// A path of which nobody said what is done to it.
fn unsaid(text: &str, reader: Reader, anchors: &Anchors, bounds: Bounds) -> Leaf {
    let leaf = file("file.read", Some(text), false, anchors, bounds);
    let leaf = match reader {
        Reader::Anybody if !leaf.over => leaf.spelled(text, reader, anchors),
        _ => leaf,
    };
    Leaf {
        op: Op::Unknown,
        full: false,
        ..leaf
    }
}

/// The file that a `file:` URL names which readers of URLs do not agree on.
fn file_of_url(text: &str, anchors: &Anchors, bounds: Bounds) -> Option<Leaf> {
    let text = text.trim();
    let path = super::spelling::file(text).unwrap_or_else(|| text.to_owned());
    is_file_url(text).then(|| unsaid(&path, Reader::Tool, anchors, bounds))
}

/// Whether of a line only the program is unknown, because it is a variable, and every other word is bare: `$X push -f`.
fn is_one_unknown_program(line: &str) -> bool {
    let mut words = line.split(' ');
    let bare = |word: &str| {
        word.chars()
            .all(|c| c.is_alphanumeric() || c == '-' || c == '_')
    };
    let name = words.next().and_then(|first| first.strip_prefix('$'));
    let is_name = |name: &str| {
        name.starts_with(|c: char| c == '_' || c.is_ascii_alphabetic())
            && name.chars().all(|c| c == '_' || c.is_ascii_alphanumeric())
    };
    name.is_some_and(is_name) && words.all(bare)
}
