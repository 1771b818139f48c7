//! Paths and directories.

use alloc::borrow::Cow;
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use super::super::gates::TYPO;
use super::super::miss::Missing;
use super::super::text::{Comparison, Words};
use super::{Change, Found, Place, seen_text};
use crate::automaton::witness::{Tail, Witness, cost};
use crate::catalogue::{FieldPath, FieldType, Root, Verb};
use crate::command;
use crate::condition::place::{Anchor, Anchored, PathGlob, PlaceCondition, PlaceTest, join};
use crate::path::{Anchors, is_within, normalize};
use crate::request::leaf::{Op, Subject};
use crate::shown::Shown;

/// A path held against one shape.
struct Shape<'c> {
    witness: Option<Cow<'c, Witness>>,
    /// The path, or what of it the shape is about.
    text: String,
    /// Where that begins in the path.
    start: usize,
    /// What of it belongs to the shape's anchor.
    skip: usize,
    /// The path is under the anchor, and its first component there is near enough to compare.
    comparable: bool,
    /// A path that fits, whatever the path is.
    itself: Option<String>,
}

impl<'a> Place<'a> {
    pub(super) fn describe_path(&self, condition: &PlaceCondition, missing: Missing) -> Found {
        let Some(path) = self.path() else {
            return Found {
                missing,
                close: false,
            };
        };
        let own = self.own_path().map(|(_, text)| text);
        self.describe_place(condition, path, own, missing)
    }

    pub(super) fn describe_cwd(&self, condition: &PlaceCondition, missing: Missing) -> Found {
        let Some(command::Place::At(cwd)) = self.scene.leaf.places.first() else {
            return Found {
                missing,
                close: false,
            };
        };
        self.describe_place(condition, cwd, self.scene.anchors.cwd, missing)
    }

    fn describe_place(
        &self,
        condition: &PlaceCondition,
        path: &str,
        own: Option<&str>,
        missing: Missing,
    ) -> Found {
        let mut missing = Missing {
            seen: Some(seen_text(path)),
            ..missing
        };
        let mut close = true;
        for test in &condition.tests {
            if let PlaceTest::Not(_) = test {
                continue;
            }
            let shapes = shapes(test, path, condition.fold, &self.scene.anchors);
            let compared = shapes
                .iter()
                .filter(|shape| shape.comparable)
                .filter_map(|shape| {
                    let witness = shape.witness.as_deref()?;
                    let compared = Comparison::new(witness, &shape.text, shape.skip, Words::Line)?;
                    Some((shape, compared))
                });
            let best = compared.max_by_key(|(_, compared)| compared.closeness());
            close = close
                && best
                    .as_ref()
                    .is_some_and(|(_, compared)| compared.is_close(self.corrections));
            if let Some((shape, compared)) = best {
                let at = shape.start + compared.at();
                missing.at = own.and_then(|own| at_in(own, path, at));
                missing.expected = Some(compared.expected());
                missing.closeness = Some(compared.closeness());
            }
        }
        Found { missing, close }
    }

    pub(super) fn mend_path(&self, condition: &PlaceCondition) -> Vec<Change> {
        match (self.path(), self.own_path()) {
            (Some(path), Some((field, _))) => self.mend_place(condition, path, field),
            _ => Vec::new(),
        }
    }

    pub(super) fn mend_cwd(&self, condition: &PlaceCondition) -> Vec<Change> {
        let path = match self.scene.leaf.places.first() {
            Some(command::Place::At(cwd)) => cwd,
            _ => "/",
        };
        self.mend_place(condition, path, &FieldPath::new(Root::Facts, "cwd"))
    }

    /// Returns the nearest path for each shape that would do, the nearest first.
    fn mend_place(&self, condition: &PlaceCondition, path: &str, field: &FieldPath) -> Vec<Change> {
        let mut mended: Vec<(usize, String)> = Vec::new();
        for test in &condition.tests {
            for shape in shapes(test, path, condition.fold, &self.scene.anchors) {
                let compared = shape.witness.as_deref().filter(|_| shape.comparable);
                let nearest = compared.and_then(|witness| {
                    let nearest = Comparison::new(witness, &shape.text, shape.skip, Words::Line)?
                        .mended(false)?;
                    Some(format!("{}{nearest}", path.get(..shape.start)?))
                });
                mended.extend(nearest.or(shape.itself).map(|to| {
                    let cost = cost(path.as_bytes(), to.as_bytes()).unwrap_or(usize::MAX);
                    (cost, to)
                }));
            }
        }
        mended.sort_by_key(|(cost, _)| *cost);
        let change = |(_, to)| (field.clone(), Shown::Text(to));
        mended.into_iter().map(change).collect()
    }

    fn path(&self) -> Option<&'a str> {
        match &self.scene.leaf.path {
            Subject::Known(path) => path.readings.first().map(String::as_str),
            _ => None,
        }
    }

    /// Returns the field that is this leaf's path, and no command that names it.
    fn own_path(&self) -> Option<(&'a FieldPath, &'a str)> {
        let leaf = self.scene.leaf;
        let files = matches!(
            leaf.op,
            Subject::Known(Op::FileRead | Op::FileWrite | Op::FileDelete)
        );
        let spec = self.scene.row.spec.as_ref();
        let verbs = spec.map(|spec| spec.does.as_slice());
        let runs = verbs
            .unwrap_or_default()
            .iter()
            .any(|(verb, field)| *verb == Verb::Run && leaf.field.as_ref() == Some(field));
        let patch = leaf.field.as_ref().is_some_and(|field| {
            let declared = spec.and_then(|spec| spec.fields.get(field.as_str()));
            declared.is_some_and(|spec| spec.kind == FieldType::Patch)
        });
        self.source().filter(|_| files && !runs && !patch)
    }
}

/// Holds a path against each shape of a test.
fn shapes<'c>(
    test: &'c PlaceTest,
    path: &str,
    fold: bool,
    anchors: &Anchors<'_>,
) -> Vec<Shape<'c>> {
    let shown = |text: &str| {
        if fold {
            text.to_ascii_lowercase()
        } else {
            text.into()
        }
    };
    let first = |text: &str| -> String {
        let text = text.trim_start_matches('/');
        text.split('/').next().unwrap_or_default().into()
    };
    let is_near =
        |a: &str, b: &str| cost(a.as_bytes(), b.as_bytes()).is_some_and(|cost| cost <= TYPO);
    let directory = |anchor: Anchor| match anchor.directory(anchors) {
        Some(directory) if path.starts_with('/') => Some(normalize(directory)),
        None if path.starts_with('~') && anchor == Anchor::Home => Some("~".into()),
        Some(directory) => Some(normalize(directory)),
        None => None,
    };
    match test {
        PlaceTest::Under(places) | PlaceTest::Is(places) => {
            let tail = match test {
                PlaceTest::Is(_) => Tail::End,
                _ => Tail::Below(b'/'),
            };
            let shape = |place: &Anchored<String>| {
                let directory = directory(place.anchor)?;
                let itself = join(&directory, &place.rest);
                let skip = if directory == "/" {
                    1
                } else {
                    directory.len() + 1
                };
                let text = shown(path);
                let wanted = shown(&itself);
                let below = is_within(&text, &shown(&directory)) && wanted.len() > skip;
                let rest = |text: &str| first(text.get(skip..).unwrap_or_default());
                Some(Shape {
                    witness: Some(Cow::Owned(Witness::of_literal(
                        wanted.as_bytes(),
                        false,
                        tail,
                    ))),
                    comparable: below && text.len() > skip && is_near(&rest(&text), &rest(&wanted)),
                    text,
                    start: 0,
                    skip,
                    itself: Some(itself),
                })
            };
            places.iter().filter_map(shape).collect()
        }
        PlaceTest::Glob(globs) => {
            let shape = |glob: &'c Anchored<PathGlob>| {
                let directory = directory(glob.anchor)?;
                let start = if directory == "/" { 0 } else { directory.len() };
                let witness = glob.rest.pattern.witness();
                let text: String = path.get(start..).unwrap_or_default().into();
                let below = is_within(&shown(path), &shown(&directory)) && text.len() > 1;
                let stem = first(&glob.rest.stem);
                let prefix = if start == 0 { "" } else { &directory };
                let itself = witness.and_then(|witness| {
                    let shortest = Comparison::new(witness, "/", 1, Words::Line)?.mended(false)?;
                    Some(format!("{prefix}{shortest}"))
                });
                Some(Shape {
                    witness: witness.map(Cow::Borrowed),
                    comparable: below
                        && (stem.is_empty() || is_near(&shown(&first(&text)), &shown(&stem))),
                    text,
                    start,
                    skip: 1,
                    itself,
                })
            };
            globs.iter().filter_map(shape).collect()
        }
        PlaceTest::Not(_) => Vec::new(),
    }
}

/// Returns where a byte of a path's normal form stands in the request's own text of it, if they end alike.
fn at_in(own: &str, path: &str, at: usize) -> Option<usize> {
    let tail = own.trim_start_matches('~').trim_start_matches("./");
    if !path.ends_with(tail) {
        return None;
    }
    let before = path.len() - tail.len();
    Some(at.checked_sub(before)? + (own.len() - tail.len()))
}
