//! Paths: the lexical normal form, and the tests of `path` and `cwd` conditions.

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
}

/// The facts that paths are read with.
#[derive(Debug, Clone, Default)]
pub(super) struct Anchors {
    pub(super) home: Option<Vec<String>>,
    pub(super) cwd: Option<Vec<String>>,
    pub(super) project: Option<Vec<String>>,
}

impl Anchors {
    /// Reads `facts.home`, `facts.cwd` and `facts.project`; one that is not absolute is as good as absent.
    pub(super) fn of(request: super::request::Request<'_>) -> Anchors {
        let mut anchors = Anchors::default();
        let known = |anchors: &Anchors, path: &str| match request
            .text(path)
            .map(|text| place(text, true, anchors))
        {
            Some(Place::At(parts)) if !parts.iter().any(|part| part == SOME_HOME) => Some(parts),
            _ => None,
        };
        anchors.home = known(&anchors, "facts.home");
        let cwd = known(&anchors, "facts.cwd");
        let project = known(&anchors, "facts.project");
        Anchors {
            cwd,
            project,
            ..anchors
        }
    }
}

/// The place of a path as a request writes it. `tilde`: a leading `~` means home (not in a quoted shell word).
pub(super) fn place(text: &str, tilde: bool, anchors: &Anchors) -> Place {
    if text.is_empty() {
        return Place::Adrift;
    }
    if text.starts_with('/') {
        return normal(Vec::new(), text);
    }
    if tilde && (text == "~" || text.starts_with("~/")) {
        return from_home(text.trim_start_matches('~'), anchors);
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
    match normal(vec![SOME_HOME.to_owned()], rest) {
        Place::At(parts) if parts.first().is_some_and(|part| part == SOME_HOME) => Place::At(parts),
        _ => Place::Adrift,
    }
}

/// Removes `.`, `..` and empty parts.
fn normal(mut parts: Vec<String>, text: &str) -> Place {
    for part in text.split('/') {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop();
            }
            other => parts.push(other.to_owned()),
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

/// `/proc/*/root`, `/proc/*/cwd`, `/dev/fd/*`: what lies there cannot be told.
fn is_a_window(parts: &[String]) -> bool {
    let part = |at: usize| parts.get(at).map(String::as_str);
    (part(0) == Some("proc") && matches!(part(2), Some("root" | "cwd")))
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
        if let Place::At(parts) = subject.place
            && is_a_window(parts)
        {
            return Truth::unresolved();
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
    let fits = path
        .strip_prefix(&base)
        .is_some_and(|below| glob(rest.as_bytes(), below.as_bytes(), true));
    if !subject.tree || (subject.itself && fits) {
        return Truth::of(fits);
    }
    let fixed = format!("{base}{}", rest.split('*').next().unwrap_or_default());
    let inside = format!("{}/", path.trim_end_matches('/'));
    if inside.starts_with(&fixed) && rest.ends_with("/**") && rest.matches('*').count() == 2 {
        Truth::True
    } else if inside.starts_with(&fixed) || fixed.starts_with(&inside) {
        if subject.tree_matches {
            Truth::True
        } else {
            Truth::unresolved()
        }
    } else {
        Truth::False
    }
}

/// A glob against the whole text. `*` is any bytes; on paths it stops at `/`, and `**` crosses.
pub(super) fn glob(pattern: &[u8], text: &[u8], on_path: bool) -> bool {
    match pattern {
        [] => text.is_empty(),
        [b'*', b'*', rest @ ..] if on_path => {
            (0..=text.len()).any(|at| glob(rest, text.get(at..).unwrap_or_default(), true))
        }
        [b'*', rest @ ..] => (0..=text.len())
            .take_while(|at| !on_path || !text.get(..*at).unwrap_or_default().contains(&b'/'))
            .any(|at| glob(rest, text.get(at..).unwrap_or_default(), on_path)),
        [byte, rest @ ..] => text
            .split_first()
            .is_some_and(|(first, text)| first == byte && glob(rest, text, on_path)),
    }
}
