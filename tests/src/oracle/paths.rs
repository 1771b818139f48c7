//! Paths: the lexical normal form, and the tests of `path` and `cwd` conditions.

use super::globs::on_path;
use super::truth::Truth;

/// The part of a path that stands for an unknown home directory. No real part holds a NUL.
const SOME_HOME: &str = "\0home";

/// Where a path lies.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Place {
    /// Its parts from the root; the first is [`SOME_HOME`] when home is not known.
    At(Vec<String>),
    /// Relative, and nobody said to what; or a text that is no path.
    Adrift,
    /// `~user`, or through one of the doors of `/proc` and `/dev/fd`: what it names cannot be told from its text.
    Unresolved,
    /// No path at all.
    Nowhere,
}

/// The facts that paths are read with.
#[derive(Debug, Clone, Default)]
pub(super) struct Anchors {
    pub(super) home: Option<Vec<String>>,
    pub(super) cwd: Option<Vec<String>>,
    pub(super) project: Option<Vec<String>>,
}

impl Anchors {
    /// Reads `facts.home`, `facts.cwd` and `facts.project`; one that is not absolute, or too long, is as good as absent.
    pub(super) fn of(request: super::request::Request<'_>, longest: usize) -> Anchors {
        let known = |path: &str| match request.text(path) {
            Some(text) if text.starts_with('/') && text.len() <= longest => {
                match place(text, false, &Anchors::default()) {
                    Place::At(parts) => Some(parts),
                    _ => None,
                }
            }
            _ => None,
        };
        Anchors {
            home: known("facts.home"),
            cwd: known("facts.cwd"),
            project: known("facts.project"),
        }
    }
}

/// The place of a path as a request writes it. `tilde`: a leading `~` means home (not in a quoted shell word).
pub(super) fn place(text: &str, tilde: bool, anchors: &Anchors) -> Place {
    if text.is_empty() {
        return Place::Adrift;
    }
    if tilde && text.starts_with('~') && text != "~" && !text.starts_with("~/") {
        return Place::Unresolved;
    }
    if text.contains('\0') {
        return Place::Nowhere;
    }
    if text.starts_with('/') {
        return normal(Vec::new(), text);
    }
    if tilde && (text == "~" || text.starts_with("~/")) {
        return from_home(text.strip_prefix('~').unwrap_or(text), anchors);
    }
    match &anchors.cwd {
        Some(dir) => normal(dir.clone(), text),
        None => Place::Adrift,
    }
}

fn from_home(rest: &str, anchors: &Anchors) -> Place {
    if let Some(home) = &anchors.home {
        return normal(home.clone(), rest);
    }
    if climbs(rest) {
        return Place::Adrift;
    }
    match normal(vec![SOME_HOME.to_owned()], rest) {
        Place::At(parts) if parts.first().is_some_and(|part| part == SOME_HOME) => Place::At(parts),
        _ => Place::Adrift,
    }
}

/// Whether `..` leads above where a path begins.
fn climbs(path: &str) -> bool {
    let mut depth = 0_i64;
    path.split('/').any(|part| {
        depth += match part {
            "" | "." => 0,
            ".." => -1,
            _ => 1,
        };
        depth < 0
    })
}

/// Removes `.`, `..` and empty parts.
fn normal(mut parts: Vec<String>, text: &str) -> Place {
    // What leads to where we start from may be a door already.
    let before: Vec<String> = std::mem::take(&mut parts);
    let steps = before.iter().map(String::as_str).chain(text.split('/'));
    for part in steps {
        match part {
            "" | "." => {}
            ".." if parts == ["dev", "fd"] => return Place::Unresolved,
            // `/proc/self`, `/proc/net` and others are links.
            ".." if parts.len() > 1 && parts.first().is_some_and(|part| part == "proc") => {
                return Place::Unresolved;
            }
            ".." => {
                parts.pop();
            }
            other => parts.push(other.to_owned()),
        }
        if is_a_window(&parts) {
            return Place::Unresolved;
        }
    }
    Place::At(parts)
}

/// The absolute normal form, if there is one.
pub(super) fn absolute(place: &Place) -> Option<String> {
    match place {
        Place::At(parts) if !parts.iter().any(|part| part == SOME_HOME) => {
            Some(format!("/{}", parts.join("/")))
        }
        _ => None,
    }
}

/// The name under which `facts.resolved` would have a place: absolute, or below `~` if nobody said where that is.
pub(super) fn as_judged(place: &Place) -> Option<String> {
    match place {
        Place::At(parts) => Some(match parts.split_first() {
            Some((first, rest)) if first == SOME_HOME => {
                let below: String = rest.iter().map(|part| format!("/{part}")).collect();
                format!("~{below}")
            }
            _ => format!("/{}", parts.join("/")),
        }),
        Place::Adrift | Place::Unresolved | Place::Nowhere => None,
    }
}

/// `/proc/*/root`, `/proc/*/cwd`, `/dev/fd/*`, the standard streams, and the same by other names: what lies there cannot
/// be told.
fn is_a_window(parts: &[String]) -> bool {
    let part = |at: usize| parts.get(at).map(String::as_str);
    let door = |at: usize| matches!(part(at), Some("root" | "cwd" | "exe" | "fd" | "map_files"));
    let stream = matches!(part(1), Some("stdin" | "stdout" | "stderr"));
    (part(0) == Some("dev") && stream)
        || (part(0) == Some("proc") && (door(2) || (part(2) == Some("task") && door(4))))
        || (part(0) == Some("dev") && part(1) == Some("fd") && parts.len() > 2)
}

/// One test of a `path` or `cwd` condition.
#[derive(Debug, Clone)]
pub(super) enum PathTest {
    Under(String),
    Glob(String),
    Is(String),
    InSet(String),
    Not(Box<PathTest>),
    All(Vec<PathTest>),
    Any(Vec<PathTest>),
    Fold(Box<PathTest>),
}

/// What a path test is put to.
#[derive(Debug, Clone, Copy)]
pub(super) struct Subject<'a> {
    pub(super) place: &'a Place,
    /// The path stands for everything below it.
    pub(super) tree: bool,
    /// A write or delete deny below a tree matches; everything else below a tree is unknown.
    pub(super) tree_matches: bool,
    /// For a deny or ask it is enough that the path itself matches (reading 23).
    pub(super) itself: bool,
    pub(super) fold: bool,
}

impl PathTest {
    /// Whether the path passes.
    pub(super) fn eval(
        &self,
        subject: Subject<'_>,
        anchors: &Anchors,
        set: &dyn Fn(&str) -> Vec<String>,
    ) -> Truth {
        match subject.place {
            Place::Unresolved => return Truth::unresolved(),
            Place::Nowhere => return Truth::missing(),
            Place::At(_) | Place::Adrift => {}
        }
        match self {
            PathTest::All(tests) => {
                Truth::all(tests.iter().map(|test| test.eval(subject, anchors, set)))
            }
            PathTest::Any(tests) => {
                Truth::any(tests.iter().map(|test| test.eval(subject, anchors, set)))
            }
            PathTest::Not(test) => {
                let inner = Subject {
                    tree_matches: false,
                    itself: false,
                    ..subject
                };
                test.eval(inner, anchors, set).negate()
            }
            PathTest::Fold(test) => test.eval(
                Subject {
                    fold: true,
                    ..subject
                },
                anchors,
                set,
            ),
            PathTest::InSet(name) => Truth::any(
                set(name)
                    .into_iter()
                    .map(|item| PathTest::Under(item).eval(subject, anchors, set)),
            ),
            PathTest::Under(pattern) => {
                compare(subject, anchored(pattern, anchors), |path, wanted| {
                    path.starts_with(wanted)
                })
            }
            PathTest::Is(pattern) => {
                compare(subject, anchored(pattern, anchors), |path, wanted| {
                    path == wanted && (!subject.tree || subject.itself)
                })
            }
            PathTest::Glob(pattern) => glob_path(subject, pattern, anchors),
        }
    }
}

/// The place of a pattern as a policy writes it: `/x`, `~/x`, `./x`.
fn anchored(pattern: &str, anchors: &Anchors) -> Place {
    if pattern.starts_with('/') {
        normal(Vec::new(), pattern)
    } else if pattern == "~" || pattern.starts_with("~/") {
        from_home(pattern.trim_start_matches('~'), anchors)
    } else {
        match &anchors.project {
            Some(project) => normal(project.clone(), pattern),
            None => Place::Adrift,
        }
    }
}

fn compare(
    subject: Subject<'_>,
    wanted: Place,
    holds: impl Fn(&[String], &[String]) -> bool,
) -> Truth {
    let Place::At(wanted) = wanted else {
        return Truth::missing();
    };
    let Place::At(path) = subject.place else {
        // Whatever a relative path is relative to, it lies below the root.
        return if holds(&[String::from("x")], &wanted) && wanted.is_empty() {
            Truth::True
        } else {
            Truth::missing()
        };
    };
    let (path, wanted) = (folded(path, subject.fold), folded(&wanted, subject.fold));
    if holds(&path, &wanted) {
        return Truth::True;
    }
    let symbolic = |parts: &[String]| parts.first().is_some_and(|part| part == SOME_HOME);
    if symbolic(&path) != symbolic(&wanted) {
        return Truth::missing();
    }
    if subject.tree && wanted.starts_with(&path) {
        return if subject.tree_matches {
            Truth::True
        } else {
            Truth::unresolved()
        };
    }
    Truth::False
}

fn folded(parts: &[String], fold: bool) -> Vec<String> {
    parts
        .iter()
        .map(|part| {
            if fold {
                part.to_ascii_lowercase()
            } else {
                part.clone()
            }
        })
        .collect()
}

/// A glob without components that say nothing; with a slash at its end, all below as well. No class holds a slash here.
fn tidied(glob: &str) -> String {
    let mut parts: Vec<&str> = glob
        .split('/')
        .filter(|part| !matches!(*part, "" | "."))
        .collect();
    let all = if glob.is_empty() || glob.ends_with('/') || glob.ends_with("/.") {
        let last = parts.pop().unwrap_or_default();
        match last {
            "" => return "{,**}".to_owned(),
            last => format!("{last}{{,/**}}"),
        }
    } else {
        parts.pop().unwrap_or_default().to_owned()
    };
    parts.push(&all);
    parts.join("/")
}

fn glob_path(subject: Subject<'_>, pattern: &str, anchors: &Anchors) -> Truth {
    let (base, rest) = if let Some(rest) = pattern.strip_prefix("~/") {
        (
            anchors
                .home
                .clone()
                .unwrap_or_else(|| vec![SOME_HOME.to_owned()]),
            rest,
        )
    } else if let Some(rest) = pattern.strip_prefix("./") {
        match &anchors.project {
            Some(project) => (project.clone(), rest),
            None => return Truth::missing(),
        }
    } else {
        (Vec::new(), pattern.trim_start_matches('/'))
    };
    let Place::At(path) = subject.place else {
        return Truth::missing();
    };
    let rest = &tidied(rest);
    let symbolic = |parts: &[String]| parts.first().is_some_and(|part| part == SOME_HOME);
    if symbolic(path) != symbolic(&base) {
        return Truth::missing();
    }
    let base = base
        .iter()
        .map(|part| format!("/{part}"))
        .collect::<String>();
    let fold = |text: String| {
        if subject.fold {
            text.to_ascii_lowercase()
        } else {
            text
        }
    };
    // The base is compared as it stands: a `*` in a directory's real name is no pattern.
    let (base, rest) = (fold(base), fold(format!("/{rest}")));
    let path = fold(format!("/{}", path.join("/")));
    let below = path.strip_prefix(&base);
    let fits = below.is_some_and(|below| on_path(&rest, below));
    if !subject.tree || (subject.itself && fits) {
        return Truth::of(fits);
    }
    // The whole directories before the first wildcard.
    let plain = rest.split(['*', '?', '[', '{', '\\']).next();
    let fixed = plain.and_then(|plain| plain.rsplit_once('/'));
    let fixed = format!("{base}{}", fixed.map_or("", |(directory, _)| directory));
    let lies_in = |inner: &str, outer: &str| {
        let parts = |text: &str| -> Vec<String> {
            text.split('/')
                .filter(|part| !part.is_empty())
                .map(str::to_owned)
                .collect()
        };
        parts(inner).starts_with(&parts(outer))
    };
    let all_below = fits
        && rest.ends_with("/**")
        && !rest
            .trim_end_matches("/**")
            .contains(['*', '?', '[', '{', '\\']);
    if all_below || (lies_in(&fixed, &path) && subject.tree_matches) {
        Truth::True
    } else if lies_in(&fixed, &path) || lies_in(&path, &fixed) {
        Truth::unresolved()
    } else {
        Truth::False
    }
}
