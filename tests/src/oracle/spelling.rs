//! Reading 45: what else a text may mean as a path, tried one reader after the other.

use super::paths::{Anchors, Place, place};

/// Who reads the text.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Reader {
    /// A tool whose field holds a path.
    Tool,
    /// A tool in whose input the text stands, and that may not take it for a path at all.
    Anybody,
    /// A program that a shell hands a word to.
    Program,
}

/// The further places that a path may be, and the texts that name them.
pub(super) fn others(text: &str, reader: Reader, anchors: &Anchors) -> (Vec<Place>, Vec<String>) {
    let tool = reader != Reader::Program;
    let inner: String = match tool {
        true => {
            let blank = |c: char| c.is_whitespace() || c.is_control();
            let kept: Vec<char> = text.chars().skip_while(|&c| blank(c)).collect();
            let end = kept.iter().rposition(|&c| !blank(c)).map_or(0, |at| at + 1);
            kept.into_iter().take(end).collect()
        }
        false => text.to_owned(),
    };
    let mut texts = Vec::new();
    if inner != text {
        texts.push(inner.clone());
    }
    let mut anywhere = reader == Reader::Tool && text.chars().any(unseen);
    let first = inner.split(['/', '\\']).next().unwrap_or_default();
    let mut letters = inner.chars();
    let drive =
        letters.next().is_some_and(|c| c.is_ascii_alphabetic()) && letters.next() == Some(':');
    let behind_drive = letters.next();
    if tool {
        let mut name = first.chars();
        anywhere |= drive
            || name.next() == Some('$')
                && name
                    .next()
                    .is_some_and(|c| "{_".contains(c) || c.is_ascii_uppercase())
            || first.starts_with('%') && first.split('%').count() > 2;
        if inner.to_ascii_lowercase().starts_with("file:") {
            match file(&inner) {
                Some(path) => texts.push(path),
                None => anywhere = true,
            }
        }
    }
    if drive && matches!(behind_drive, Some('/' | '\\')) || inner.starts_with("\\\\") {
        anywhere = true;
    } else {
        let parts: Vec<String> = inner.split(['/', '\\']).map(on_windows).collect();
        let there = parts.join("/");
        if there != inner {
            texts.push(there);
        }
    }
    let mut places: Vec<Place> = texts
        .iter()
        .filter_map(|text| match place(text, tool, anchors) {
            Place::At(parts) => Some(Place::At(parts)),
            _ => tool.then_some(Place::Unresolved),
        })
        .collect();
    places.extend(anywhere.then_some(Place::Unresolved));
    (places, texts)
}

/// The name of a file on Windows, where one stands for it.
fn on_windows(part: &str) -> String {
    let streams = part.contains("::") || part.contains(":$");
    let name = part.split(':').next().filter(|_| streams).unwrap_or(part);
    let bare = name.trim_end_matches(['.', ' ']);
    if bare.is_empty() { name } else { bare }.to_owned()
}

/// The path in a `file:` URL, its percents written out.
pub(super) fn file(text: &str) -> Option<String> {
    let url = url::Url::parse(text).ok()?;
    if url.scheme() != "file" || url.host_str().is_some() {
        return None;
    }
    let mut parts = url.path().split('%');
    let mut bytes = parts.next().unwrap_or_default().as_bytes().to_vec();
    for part in parts {
        bytes.push(u8::from_str_radix(part.get(..2)?, 16).ok()?);
        bytes.extend(part.get(2..)?.as_bytes());
    }
    String::from_utf8(bytes).ok()
}

/// A character that nobody who reads the text would see.
fn unseen(c: char) -> bool {
    c.is_control() || super::shell::is_unseen(c)
}

/// The path as the kernel walks it, where a `..` in it follows a name.
pub(super) fn walk(text: &str, tilde: bool, anchors: &Anchors) -> Option<String> {
    let from = |parts: &Option<Vec<String>>| parts.clone();
    let (mut parts, rest) = match text.strip_prefix('~') {
        Some(rest) if tilde && (rest.is_empty() || rest.starts_with('/')) => {
            (from(&anchors.home)?, rest)
        }
        _ if text.starts_with('/') => (Vec::new(), text),
        _ => (from(&anchors.cwd)?, text),
    };
    for part in rest.split('/').filter(|part| !matches!(*part, "" | ".")) {
        if part != ".." || !parts.is_empty() {
            parts.push(part.to_owned());
        }
    }
    let path: String = parts.iter().map(|part| format!("/{part}")).collect();
    parts.iter().any(|part| part == "..").then_some(path)
}
