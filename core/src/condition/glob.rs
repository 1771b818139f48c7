//! Globs, translated to regular expressions on the whole value.

use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;
use core::iter::Peekable;
use core::str::Chars;

use super::text::BadPattern;

/// How `*` reads a `/`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum GlobKind {
    /// `*` is any characters; nothing else is special.
    Text,
    /// `*` and `?` stop at `/`, `**` crosses it; `[..]` and `{a,b}` as in a shell, `\` takes the next one literally.
    Path,
}

/// Translates a glob; `fold` ignores the case of ASCII letters, which the caller tells the regular expression too.
pub(super) fn translate(glob: &str, kind: GlobKind, fold: bool) -> Result<String, BadPattern> {
    match kind {
        GlobKind::Text => Ok(glob
            .split('*')
            .map(regex_syntax::escape)
            .collect::<Vec<_>>()
            .join(".*")),
        GlobKind::Path => path_glob(glob, fold),
    }
}

/// Returns a path glob as paths are written that it is compared with: without empty components and `.`; one that ends in
/// a slash stands for what it fits and everything below.
pub(crate) fn tidy(glob: &str) -> String {
    let mut out = String::with_capacity(glob.len());
    let mut rest = glob;
    while let Some(c) = rest.chars().next() {
        let after = rest.get(c.len_utf8()..).unwrap_or_default();
        let length = c.len_utf8()
            + match c {
                '\\' => after.chars().next().map_or(0, char::len_utf8),
                '[' => class_end(after).map_or(0, |end| end + 1),
                _ => 0,
            };
        let (piece, after) = rest.split_at_checked(length).unwrap_or((rest, ""));
        rest = after;
        if c == '/' {
            // Further slashes, and components that stay where they are.
            loop {
                rest = rest.trim_start_matches('/');
                match rest.strip_prefix('.') {
                    Some(below) if below.is_empty() || below.starts_with('/') => rest = below,
                    _ => break,
                }
            }
        }
        out.push_str(piece);
    }
    if let Some(directory) = out.strip_suffix('/') {
        out = format!("{directory}{{,/**}}");
    }
    out
}

/// How many globs the braces of one may stand for.
const MOST_ALTERNATIVES: usize = 1024;

/// How deep braces may nest.
const BRACE_DEPTH: usize = 64;

/// Translates a path glob to a regular expression.
fn path_glob(glob: &str, fold: bool) -> Result<String, BadPattern> {
    let mut rest = glob;
    let globs = alternatives(&mut rest, 0)?;
    let translated: Result<Vec<String>, BadPattern> = globs
        .iter()
        .map(|glob| braceless_glob(glob, fold))
        .collect();
    Ok(format!("(?:{})", translated?.join("|")))
}

/// Returns the globs without braces that a glob stands for, as a shell expands them: `{a}` is not a choice but itself.
/// Reads up to the `,` or `}` that ends an alternative, or to the end.
fn alternatives(rest: &mut &str, depth: usize) -> Result<Vec<String>, BadPattern> {
    let mut globs = alloc::vec![String::new()];
    while let Some(c) = rest.chars().next() {
        if depth > 0 && matches!(c, ',' | '}') {
            break;
        }
        let after = rest.get(c.len_utf8()..).unwrap_or_default();
        if c == '{' {
            let choices = brace(rest, depth + 1)?;
            if globs.len().saturating_mul(choices.len()) > MOST_ALTERNATIVES {
                return Err(BadPattern::TooLarge {
                    limit: MOST_ALTERNATIVES,
                    what: "alternatives in braces",
                });
            }
            let join = |glob: &String| {
                let joined = choices.iter().map(|choice| format!("{glob}{choice}"));
                joined.collect::<Vec<_>>()
            };
            globs = globs.iter().flat_map(join).collect();
            continue;
        }
        let length = c.len_utf8()
            + match c {
                '\\' => after.chars().next().map_or(0, char::len_utf8),
                '[' => class_end(after)? + 1,
                _ => 0,
            };
        let (piece, after) = rest.split_at_checked(length).unwrap_or((rest, ""));
        globs.iter_mut().for_each(|glob| glob.push_str(piece));
        *rest = after;
    }
    Ok(globs)
}

/// Returns the alternatives of the brace at the start of `rest`, and leaves what follows it.
fn brace(rest: &mut &str, depth: usize) -> Result<Vec<String>, BadPattern> {
    if depth > BRACE_DEPTH {
        return Err(BadPattern::Syntax("braces nest too deep".into()));
    }
    let mut choices = Vec::new();
    let mut single = true;
    loop {
        // Past the `{`, or the `,` before the next one.
        *rest = rest.get(1..).unwrap_or_default();
        choices.extend(alternatives(rest, depth)?);
        if rest.starts_with(',') {
            single = false;
        } else if rest.starts_with('}') {
            *rest = rest.get(1..).unwrap_or_default();
            break;
        } else {
            return Err(BadPattern::Syntax("`{` is never closed".into()));
        }
    }
    if single {
        choices = choices.iter().map(|c| format!("\\{{{c}\\}}")).collect();
    }
    Ok(choices)
}

/// Translates a path glob in which braces are characters like any other. `**` crosses `/` wherever it stands; before a
/// `/` it may also be no component at all.
fn braceless_glob(glob: &str, fold: bool) -> Result<String, BadPattern> {
    let mut out = String::new();
    let mut rest = glob;
    let mut previous = '/';
    while let Some(c) = rest.chars().next() {
        let at_component = core::mem::replace(&mut previous, c) == '/';
        if at_component && rest.starts_with("**/") {
            out.push_str("(?:[^/]+/)*");
            rest = rest.get(3..).unwrap_or_default();
            previous = '/';
            continue;
        }
        rest = rest.get(c.len_utf8()..).unwrap_or_default();
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
            // One character, not one byte.
            '?' => out.push_str("(?u-i:[^/])"),
            '\\' => {
                let c = rest
                    .chars()
                    .next()
                    .ok_or_else(|| BadPattern::Syntax("`\\` at the end of a glob".into()))?;
                out.push_str(&regex_syntax::escape(c.encode_utf8(&mut [0; 4])));
                rest = rest.get(c.len_utf8()..).unwrap_or_default();
                previous = c;
            }
            '[' => {
                let end = class_end(rest)?;
                out.push_str(&class(rest.get(..end).unwrap_or_default(), fold)?);
                rest = rest.get(end + 1..).unwrap_or_default();
            }
            c => out.push_str(&regex_syntax::escape(c.encode_utf8(&mut [0; 4]))),
        }
    }
    Ok(out)
}

/// Returns where the class that was just opened ends; a `]` directly after the opening is one of its members, and so is
/// a character after `\`.
fn class_end(rest: &str) -> Result<usize, BadPattern> {
    let mut members = rest.char_indices().peekable();
    members.next_if(|(_, c)| matches!(c, '!' | '^'));
    let mut first = true;
    while let Some((at, c)) = members.next() {
        match c {
            ']' if !first => return Ok(at),
            '\\' => drop(members.next()),
            '[' if matches!(members.peek(), Some((_, ':' | '.' | '='))) => {
                return Err(BadPattern::Syntax(
                    "`[:name:]` is not read in a class; write its characters, such as `[a-z]`"
                        .into(),
                ));
            }
            _ => {}
        }
        first = false;
    }
    Err(BadPattern::Syntax("`[` is never closed".into()))
}

/// Translates the inside of a class: characters and ranges, `!` or `^` first for all others. It never crosses a `/`.
fn class(inner: &str, fold: bool) -> Result<String, BadPattern> {
    let (negated, inner) = match inner.strip_prefix(['!', '^']) {
        Some(inner) => (true, inner),
        None => (false, inner),
    };
    let mut members = inner.chars().peekable();
    let next = |members: &mut Peekable<Chars<'_>>| match members.next() {
        Some('\\') => members.next(),
        c => c,
    };
    let mut ranges = Vec::new();
    while let Some(low) = next(&mut members) {
        let mut ahead = members.clone();
        let high = match (ahead.next(), ahead.peek()) {
            (Some('-'), Some(_)) => {
                members = ahead;
                next(&mut members).unwrap_or(low)
            }
            _ => low,
        };
        if low > high {
            let message = format!("`{low}-{high}` in a class is no range");
            return Err(BadPattern::Syntax(message));
        }
        ranges.push((low, high));
        if fold {
            let upper = (
                low.max('a').to_ascii_uppercase(),
                high.min('z').to_ascii_uppercase(),
            );
            let lower = (
                low.max('A').to_ascii_lowercase(),
                high.min('Z').to_ascii_lowercase(),
            );
            ranges.extend((low <= 'z' && high >= 'a').then_some(upper));
            ranges.extend((low <= 'Z' && high >= 'A').then_some(lower));
        }
    }
    let mut out = String::from(if negated { "(?u-i:[^/" } else { "(?u-i:[" });
    let mut empty = true;
    for (low, high) in ranges {
        // What lies before the `/`, and what lies after it.
        for (low, high) in [(low, high.min('.')), (low.max('0'), high)] {
            if low <= high {
                empty = false;
                let (low, high) = (u32::from(low), u32::from(high));
                out.push_str(&format!("\\x{{{low:x}}}-\\x{{{high:x}}}"));
            }
        }
    }
    if empty && !negated {
        return Err(BadPattern::Syntax("a class of `/` alone never fits".into()));
    }
    out.push_str("])");
    Ok(out)
}
