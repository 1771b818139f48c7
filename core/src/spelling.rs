//! What else the text of a path may mean to whoever opens it.
//!
//! A path is judged by its text, and not everybody reads a text alike: a tool may take off the spaces around it, put in
//! what a variable holds, or follow a `file:` URL, and on another system a backslash separates, a drive begins a path, and
//! a name ends where its dots and spaces do. Such a text has more readings than one. Each counts: a deny holds if any of
//! them is denied, an allow only if all are allowed, so a path in plain spelling costs nothing and one in disguise gains
//! nothing.
//!
//! Letters are compared as they stand: nothing here folds case, and a name composed (`\u{e9}`) is another than the same
//! decomposed (`e\u{301}`), as it is to the kernel.

use alloc::string::String;
use alloc::vec::Vec;

use crate::command::is_hidden;
use crate::path::is_file_url;
use crate::url::Address;

/// The other readings of a text.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Spellings {
    /// Paths that it may mean as well.
    pub(crate) paths: Vec<String>,
    /// It may lead anywhere.
    pub(crate) anywhere: bool,
}

impl Spellings {
    /// What else a tool may take its field for. Nobody who approves a text with hidden characters sees what it is.
    pub(crate) fn of_field(text: &str) -> Self {
        let mut spellings = Self::of_text(text);
        spellings.anywhere |= text.chars().any(|c| c.is_control() || is_hidden(c));
        spellings
    }

    /// What else a tool may take a text for that looks like a path, and may be something else.
    pub(crate) fn of_text(text: &str) -> Self {
        let mut spellings = Self::default();
        let inner = text.trim_matches(|c: char| c.is_whitespace() || c.is_control());
        if inner.len() < text.len() {
            spellings.paths.push(inner.into());
        }
        spellings.anywhere |= begins_with_variable(inner) || has_drive(inner);
        if is_file_url(inner) {
            match file_of(inner) {
                Some(path) => spellings.paths.push(path),
                None => spellings.anywhere = true,
            }
        }
        spellings.windows(inner);
        spellings
    }

    /// What else a program may take a word of its command line for.
    pub(crate) fn of_word(text: &str) -> Self {
        let mut spellings = Self::default();
        spellings.windows(text);
        spellings
    }

    /// Adds what Windows makes of a text.
    fn windows(&mut self, text: &str) {
        let rooted = has_drive(text)
            && text
                .get(2..)
                .is_some_and(|rest| rest.starts_with(['/', '\\']));
        if rooted || text.starts_with("\\\\") {
            self.anywhere = true;
            return;
        }
        // Most texts have nothing that Windows takes for more: a colon, or a dot or space at the end of a component.
        let bytes = text.as_bytes();
        let ends = |two: &[u8]| matches!(two, [b'.' | b' ', b'/']);
        let odd = bytes.iter().any(|byte| matches!(byte, b':' | b'\\'))
            || matches!(bytes, [.., b'.' | b' '])
            || bytes.windows(2).any(ends);
        if !odd || !text.contains('\\') && text.split('/').all(|part| component(part) == part) {
            return;
        }
        let path = text.replace('\\', "/");
        let parts: Vec<&str> = path.split('/').map(component).collect();
        self.paths.push(parts.join("/"));
    }
}

/// Returns the file that a component names on Windows: without the stream behind its name, and without dots and spaces at
/// its end.
fn component(part: &str) -> &str {
    let stream = part.contains("::") || part.contains(":$");
    let name = match part.split_once(':') {
        Some((name, _)) if stream => name,
        _ => part,
    };
    let plain = name.trim_end_matches(['.', ' ']);
    if plain.is_empty() { name } else { plain }
}

/// Whether a text begins with the letter of a drive.
pub(crate) fn has_drive(text: &str) -> bool {
    matches!(text.as_bytes(), [letter, b':', ..] if letter.is_ascii_alphabetic())
}

/// Whether a relative path begins with a variable, as `$HOME/x`, `${HOME}/x` and `%USERPROFILE%\x` do.
fn begins_with_variable(text: &str) -> bool {
    let first = text.split(['/', '\\']).next().unwrap_or_default();
    match first.strip_prefix('$') {
        Some(name) => name.starts_with(|c: char| c == '{' || c == '_' || c.is_ascii_uppercase()),
        None => first.starts_with('%') && first.matches('%').count() > 1,
    }
}

/// Returns the path that a `file:` URL names; `None` where it names another machine, programs disagree, or it is none.
pub(crate) fn file_of(text: &str) -> Option<String> {
    let url = Address::read(text)?;
    if url.url().scheme() != "file" || url.url().host().is_some() {
        return None;
    }
    url.local_path()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of_field(text: &str) -> (Vec<String>, bool) {
        let found = Spellings::of_field(text);
        (found.paths, found.anywhere)
    }

    #[test]
    fn a_plain_path_has_one_reading() {
        for text in [
            "a",
            "/a/b.txt",
            "~/x",
            "./a b/c",
            "..",
            ".",
            "...",
            "/a/..b",
            "ab:c",
            "src/a.rs:12",
            "$route.ts",
            "$types.d.ts",
            "src/$ID/x",
            "100%",
            "e\u{301}",
            "HEAD~1",
            "",
        ] {
            assert_eq!(of_field(text), (Vec::new(), false), "{text}");
        }
    }

    #[test]
    fn what_a_reader_takes_off_is_off_in_another_reading() {
        let one = |text: &str, path: &str| {
            assert_eq!(of_field(text), (alloc::vec![path.into()], false), "{text}")
        };
        one(" /etc/x", "/etc/x");
        one("a\\..\\b", "a/../b");
        one("/w/.env.", "/w/.env");
        one("/w/a. /b", "/w/a/b");
        one("/w/.env::$DATA", "/w/.env");
        one("/w/a:$I30:$INDEX_ALLOCATION/b", "/w/a/b");
        one("file:///etc/a%20b", "/etc/a b");
        one("FILE:/etc/%2e%2e/x", "/x");
    }

    #[test]
    fn what_may_lead_anywhere_does() {
        for text in [
            "$HOME/x",
            "${HOME}/x",
            "%APPDATA%\\x",
            "C:\\x",
            "c:/x",
            "C:x",
            "\\\\server\\x",
            "\\\\?\\C:\\x",
            "a\nb",
            "a\u{202e}b",
            "file://server/x",
            "file:///%ff",
            "file:~/x",
            "file:../x",
            "file:///c:/../x",
        ] {
            assert!(of_field(text).1, "{text}");
        }
    }
}
