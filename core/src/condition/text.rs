//! Patterns on text: `glob` and `regex`, always on the whole value.
//!
//! Both compile to one automaton a pattern, bounded in size, that runs in time linear in the text. Matching is on
//! bytes: `.` takes any of them, newline included, and classes such as `\d` are ASCII unless the pattern asks for
//! Unicode with `(?u)`. A pattern that would need more than its bound is a load error, so there is nothing slower to
//! fall back to.

use alloc::string::{String, ToString};
use alloc::vec::Vec;
use core::fmt;

use regex_automata::meta::{self, Regex};
use regex_syntax::ParserBuilder;
use regex_syntax::hir::{Hir, Look};

use crate::limits::Limits;

/// A compiled `glob` or `regex`.
#[derive(Clone)]
pub(crate) struct Pattern {
    regex: Regex,
    text: String,
}

impl fmt::Debug for Pattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Pattern({:?})", self.text)
    }
}

/// What is wrong with a pattern.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum BadPattern {
    Syntax(String),
    TooLarge { limit: usize, what: &'static str },
}

/// How `*` reads a `/`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum GlobKind {
    /// `*` is any characters; nothing else is special.
    Text,
    /// `*` and `?` stop at `/`, `**` crosses it; `[..]` and `{a,b}` as in a shell, `\` takes the next one literally.
    Path,
}

impl Pattern {
    /// Compiles a regular expression on the whole value.
    pub(crate) fn regex(pattern: &str, limits: &Limits) -> Result<Self, BadPattern> {
        Self::compile(pattern, pattern, false, limits)
    }

    /// Compiles a glob on the whole value; `fold` ignores the case of ASCII letters.
    pub(crate) fn glob(
        glob: &str,
        kind: GlobKind,
        fold: bool,
        limits: &Limits,
    ) -> Result<Self, BadPattern> {
        let translated = match kind {
            GlobKind::Text => glob
                .split('*')
                .map(regex_syntax::escape)
                .collect::<Vec<_>>()
                .join(".*"),
            GlobKind::Path => path_glob(glob)?,
        };
        Self::compile(glob, &translated, fold, limits)
    }

    pub(crate) fn matches(&self, text: &str) -> bool {
        self.regex.is_match(text)
    }

    fn compile(
        written: &str,
        pattern: &str,
        fold: bool,
        limits: &Limits,
    ) -> Result<Self, BadPattern> {
        if written.len() > limits.pattern_bytes {
            return Err(BadPattern::TooLarge {
                limit: limits.pattern_bytes,
                what: "bytes of text",
            });
        }
        let mut parser = ParserBuilder::new();
        parser
            .unicode(false)
            .utf8(false)
            .dot_matches_new_line(true)
            .case_insensitive(fold)
            .nest_limit(64);
        let hir = parser
            .build()
            .parse(pattern)
            .map_err(|error| BadPattern::Syntax(last_line(&error.to_string())))?;
        let whole = Hir::concat(alloc::vec![
            Hir::look(Look::Start),
            hir,
            Hir::look(Look::End)
        ]);
        let size = limits.pattern_size_bytes;
        let config = meta::Config::new()
            .utf8_empty(false)
            .nfa_size_limit(Some(size))
            .hybrid_cache_capacity(size)
            .which_captures(regex_automata::nfa::thompson::WhichCaptures::None);
        let too_large = |_| BadPattern::TooLarge {
            limit: size,
            what: "bytes compiled",
        };
        let regex = meta::Builder::new()
            .configure(config)
            .build_from_hir(&whole)
            .map_err(too_large)?;
        Ok(Self {
            regex,
            text: written.to_string(),
        })
    }
}

/// Returns the sentence that ends a pattern parser's multi-line message.
fn last_line(message: &str) -> String {
    message
        .lines()
        .last()
        .unwrap_or(message)
        .trim_start_matches("error: ")
        .to_string()
}

/// Translates a path glob. `**` crosses `/` wherever it stands; before a `/` it may also be no component at all.
fn path_glob(glob: &str) -> Result<String, BadPattern> {
    let mut out = String::new();
    let mut rest = glob;
    let mut open_braces = 0u32;
    let mut previous = '/';
    while let Some(c) = rest.chars().next() {
        let at_component = core::mem::replace(&mut previous, c) == '/';
        let tail = rest.get(c.len_utf8()..).unwrap_or_default();
        if at_component && rest.starts_with("**/") {
            out.push_str("(?:[^/]+/)*");
            rest = rest.get(3..).unwrap_or_default();
            previous = '/';
            continue;
        }
        if at_component && rest == "**" {
            out.push_str(".*");
            break;
        }
        rest = tail;
        match c {
            '*' => {
                let more = rest.trim_start_matches('*');
                out.push_str(if more.len() < rest.len() {
                    ".*"
                } else {
                    "[^/]*"
                });
                rest = more;
            }
            '?' => out.push_str("[^/]"),
            '\\' => {
                let c = rest
                    .chars()
                    .next()
                    .ok_or_else(|| BadPattern::Syntax("`\\` at the end of a glob".into()))?;
                out.push_str(&regex_syntax::escape(c.encode_utf8(&mut [0; 4])));
                rest = rest.get(c.len_utf8()..).unwrap_or_default();
            }
            '[' => {
                let end = class_end(rest)
                    .ok_or_else(|| BadPattern::Syntax("`[` is never closed".into()))?;
                let inner = rest.get(..end).unwrap_or_default();
                let (negated, inner) = match inner.strip_prefix(['!', '^']) {
                    Some(inner) => ("^/", inner),
                    None => ("", inner),
                };
                out.push('[');
                out.push_str(negated);
                // A class never crosses a `/`.
                for c in inner.chars().filter(|c| *c != '/') {
                    if matches!(c, '[' | ']' | '\\' | '^' | '&' | '~') {
                        out.push('\\');
                    }
                    out.push(c);
                }
                out.push(']');
                rest = rest.get(end + 1..).unwrap_or_default();
            }
            '{' => {
                open_braces += 1;
                out.push_str("(?:");
            }
            ',' if open_braces > 0 => out.push('|'),
            '}' if open_braces > 0 => {
                open_braces -= 1;
                out.push(')');
            }
            c => out.push_str(&regex_syntax::escape(c.encode_utf8(&mut [0; 4]))),
        }
    }
    if open_braces > 0 {
        return Err(BadPattern::Syntax("`{` is never closed".into()));
    }
    Ok(out)
}

/// Returns where the class that was just opened ends; a `]` directly after the opening is one of its members.
fn class_end(rest: &str) -> Option<usize> {
    let skip = usize::from(rest.starts_with(['!', '^']));
    let from = skip + usize::from(rest.get(skip..)?.starts_with(']'));
    rest.get(from..)?.find(']').map(|at| at + from)
}
