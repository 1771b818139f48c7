//! Where a tool that searches looks: in the tree that it is told, and where the pattern of `Glob` leads out of that.

use alloc::borrow::ToOwned;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

use super::Splitter;
use crate::catalogue::Root;
use crate::condition::Why;
use crate::request::leaf::{Leaf, Op, Subject};
use crate::spelling::has_drive;
use crate::value::Value;

/// So many patterns are made of one with braces.
const MOST_PATTERNS: usize = 64;

impl Splitter<'_> {
    /// Adds the leaf of a tree that a tool looks through. The pattern of `Glob` may leave that tree: then the directory
    /// where it really looks is another leaf.
    pub(super) fn searched(&mut self, base: &str, leaf: Leaf, op: Op) {
        self.leaves.push(Leaf {
            op: Subject::Known(op),
            ..leaf
        });
        let pattern = self.request.part(Root::Input).get("pattern");
        let is_glob = self.request.catalogue_action() == Some("Glob");
        let Some(pattern) = pattern.and_then(Value::as_text).filter(|_| is_glob) else {
            return;
        };
        let pattern = pattern.trim_matches(|c: char| c.is_whitespace() || c.is_control());
        let Some(beyond) = Beyond::of(pattern) else {
            return;
        };
        let from = match beyond {
            Beyond::From(stem) if stem.starts_with(['/', '~', '\\']) => stem.to_owned(),
            Beyond::From(stem) => alloc::format!("{base}/{stem}"),
            Beyond::Anywhere => base.to_owned(),
        };
        let mut leaf = self.path_leaf(&from, true);
        if beyond == Beyond::Anywhere {
            leaf.hide_path(Why::Unresolved);
        }
        self.leaves.push(Leaf {
            op: Subject::Known(op),
            ..leaf
        });
    }
}

/// Where a pattern looks that leaves its tree.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Beyond<'p> {
    /// In this directory, or where it leads from the tree.
    From(&'p str),
    /// Nobody knows where.
    Anywhere,
}

impl<'p> Beyond<'p> {
    /// Returns where a pattern looks outside its tree; `None` for one that stays in it.
    fn of(pattern: &'p str) -> Option<Self> {
        let leaves = |pattern: &str| {
            pattern.starts_with(['/', '~', '\\']) || pattern.contains("..") || has_drive(pattern)
        };
        let Some(patterns) = alternatives(pattern) else {
            return Some(Self::Anywhere);
        };
        if !patterns.iter().any(|pattern| leaves(pattern)) {
            return None;
        }
        // Up to the first component that is no plain name; behind it a `..` leads up from a place that nobody knows.
        let wild = pattern.find(['*', '?', '[', '{', '(']);
        let (plain, rest) = pattern.split_at_checked(wild.unwrap_or(pattern.len()))?;
        let stem = match plain.rsplit_once('/') {
            _ if rest.is_empty() => plain,
            Some(("", _)) => "/",
            Some((stem, _)) => stem,
            None => "",
        };
        let grouped = patterns.iter().any(|other| other != pattern);
        let climbs = |pattern: &str| {
            let behind = pattern.get(stem.len()..);
            behind.is_none_or(|behind| behind.contains(".."))
        };
        let unknown = !rest.is_empty() && patterns.iter().any(|pattern| climbs(pattern))
            || grouped && stem.is_empty()
            || has_drive(pattern);
        Some(match unknown {
            true => Self::Anywhere,
            false => Self::From(stem),
        })
    }
}

/// Returns the patterns that one with alternatives stands for, in braces and in groups such as `@(a|b)`; `None` for too many.
/// What a group repeats is there once or twice, which is enough to tell whether it leads up.
fn alternatives(pattern: &str) -> Option<Vec<String>> {
    let mut done = Vec::new();
    let mut open = alloc::vec![pattern.to_string()];
    while let Some(pattern) = open.pop() {
        let Some(group) = Group::innermost(&pattern) else {
            done.push(pattern);
            continue;
        };
        let (before, behind) = group.around;
        for choice in group.inside.split(group.between) {
            open.push(alloc::format!("{before}{choice}{behind}"));
            if matches!(group.kind, b'*' | b'+') {
                open.push(alloc::format!("{before}{choice}{choice}{behind}"));
            }
        }
        if matches!(group.kind, b'?' | b'*' | b'!') {
            open.push(alloc::format!("{before}{behind}"));
        }
        if open.len() + done.len() > MOST_PATTERNS {
            return None;
        }
    }
    Some(done)
}

/// A group of alternatives in a pattern, with none inside it.
struct Group<'p> {
    /// A brace, or what stands before the parenthesis.
    kind: u8,
    /// What parts its alternatives.
    between: char,
    inside: &'p str,
    around: (&'p str, &'p str),
}

impl<'p> Group<'p> {
    fn innermost(pattern: &'p str) -> Option<Self> {
        // Where each open one begins; other parentheses are text.
        let mut open: Vec<(usize, u8)> = Vec::new();
        let mut before = 0;
        let mut escaped = false;
        for (at, byte) in pattern.bytes().enumerate() {
            let last = core::mem::replace(&mut before, byte);
            if core::mem::take(&mut escaped) {
                continue;
            }
            let (closes, between) = match byte {
                b'\\' => {
                    escaped = true;
                    continue;
                }
                b'{' => {
                    open.push((at, b'{'));
                    continue;
                }
                b'(' => {
                    open.push((at, last));
                    continue;
                }
                b'}' => (b"{".as_slice(), ','),
                b')' => (b"@?*+!".as_slice(), '|'),
                _ => continue,
            };
            let Some((from, kind)) = open.pop() else {
                continue;
            };
            if closes.contains(&kind) {
                let begins = from - usize::from(kind != b'{');
                return Some(Self {
                    kind,
                    between,
                    inside: pattern.get(from + 1..at)?,
                    around: (pattern.get(..begins)?, pattern.get(at + 1..)?),
                });
            }
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::Beyond;

    #[test]
    fn most_patterns_stay_in_their_tree() {
        for pattern in [
            "**/*.{ts,tsx}",
            "src/{a,b}{,.test}.js",
            "app/**/(auth)/page.tsx",
            "{.github,docs}/*.md",
            "*.@(c|h)",
            ".env*",
            "a{b",
            "",
        ] {
            assert_eq!(Beyond::of(pattern), None, "{pattern}");
        }
    }

    #[test]
    fn a_pattern_may_say_where_it_looks() {
        for (pattern, from) in [
            ("/etc/*", "/etc"),
            ("/*", "/"),
            ("~/.ssh/id_*", "~/.ssh"),
            ("../x", "../x"),
            ("a/../../b/*.c", "a/../../b"),
        ] {
            assert_eq!(Beyond::of(pattern), Some(Beyond::From(from)), "{pattern}");
        }
    }

    #[test]
    fn a_pattern_in_disguise_may_look_anywhere() {
        for pattern in [
            "{/etc,x}/*",
            "{~/.ssh,x}/*",
            "{,/etc}/x",
            "@(..|x)/.ssh/*",
            "+(../).ssh/*",
            "+(.)/x",
            ".{.,x}/.ssh/*",
            ".?(a)./x",
            "C:/x/*",
            "*/../x",
            "{a,b}{a,b}{a,b}{a,b}{a,b}{a,b}{a,b}",
        ] {
            assert_eq!(Beyond::of(pattern), Some(Beyond::Anywhere), "{pattern}");
        }
    }
}
