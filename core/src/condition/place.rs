//! `path` and `cwd`: where a leaf reads, writes or runs.
//!
//! A shape is anchored: `/x` is absolute, `~/x` is under `facts.home`, `./x` under `facts.project`. Paths are compared
//! in their normal form, component by component. A path that stands for a tree matches a shape further down only in
//! part, which is unknown to a rule that restricts.

use alloc::collections::BTreeSet;
use alloc::string::String;
use alloc::vec::Vec;

use super::found_by::FoundBy;
use super::text::Pattern;
use super::{Finding, Scene, Side, Truth, Why};
use crate::command::Place;
use crate::path::{Anchors, is_within, normalize};
use crate::request::leaf::{Leaf, LeafPath, Op, Subject, UNRESOLVED};

/// Where a shape begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Anchor {
    Root,
    Home,
    Project,
}

impl Anchor {
    /// Splits a shape into its anchor and what follows, which begins with `/` or is empty.
    pub(crate) fn split(shape: &str) -> Option<(Self, &str)> {
        let (anchor, rest) = match shape.as_bytes().first()? {
            b'/' => return Some((Self::Root, shape)),
            b'~' => (Self::Home, shape.strip_prefix('~')?),
            b'.' => (Self::Project, shape.strip_prefix('.')?),
            _ => return None,
        };
        (rest.is_empty() || rest.starts_with('/')).then_some((anchor, rest))
    }

    pub(crate) fn directory<'a>(self, anchors: &Anchors<'a>) -> Option<&'a str> {
        match self {
            Self::Root => Some("/"),
            Self::Home => anchors.home.filter(|home| home.starts_with('/')),
            Self::Project => anchors.project.filter(|project| project.starts_with('/')),
        }
    }
}

/// An anchored path or glob.
#[derive(Clone, Debug)]
pub(crate) struct Anchored<T> {
    pub(crate) anchor: Anchor,
    pub(crate) rest: T,
}

impl Anchored<String> {
    fn is_root(&self) -> bool {
        self.anchor == Anchor::Root && normalize(&self.rest) == "/"
    }
}

/// A glob on what follows the anchor.
#[derive(Clone, Debug)]
pub(crate) struct PathGlob {
    pub(crate) pattern: Pattern,
    /// The directory that everything it matches lies in, as far as it is plain: what stands before the first wildcard.
    pub(crate) stem: String,
    /// What stands behind the last slash.
    pub(crate) last: String,
    /// It ends in `/**` and has no other wildcard, so what fits it fits with all that is below.
    pub(crate) all_below: bool,
}

/// One operator on a path.
#[derive(Clone, Debug)]
pub(crate) enum PlaceTest {
    /// One of these paths, or below it.
    Under(Vec<Anchored<String>>),
    /// One of these paths itself.
    Is(Vec<Anchored<String>>),
    Glob(Vec<Anchored<PathGlob>>),
    Not(Vec<PlaceTest>),
}

/// A condition on a path or directory; all tests must hold.
#[derive(Clone, Debug)]
pub(crate) struct PlaceCondition {
    pub(crate) side: Side,
    pub(crate) tests: Vec<PlaceTest>,
    /// Whether the case of ASCII letters is ignored.
    pub(crate) fold: bool,
}

/// How a path that stands for everything below it is taken.
#[derive(Clone, Copy)]
struct Tree {
    /// What is said of a shape that lies below the path.
    below: Truth,
    /// Whether it is enough that the path itself fits.
    itself: bool,
}

impl PlaceCondition {
    /// Builds the automaton of every glob.
    pub(super) fn warm(&self) {
        fn warm(tests: &[PlaceTest]) {
            for test in tests {
                match test {
                    PlaceTest::Glob(globs) => {
                        globs.iter().for_each(|glob| glob.rest.pattern.warm());
                    }
                    PlaceTest::Not(tests) => warm(tests),
                    PlaceTest::Under(_) | PlaceTest::Is(_) => {}
                }
            }
        }
        warm(&self.tests);
    }

    /// Adds the places that this condition is about, if it restricts: of a glob the directory that it looks in.
    pub(super) fn guarded(&self, anchors: &Anchors<'_>, places: &mut BTreeSet<String>) {
        fn add(tests: &[PlaceTest], anchors: &Anchors<'_>, places: &mut BTreeSet<String>) {
            let mut at = |anchor: Anchor, rest: &str| {
                let directory = anchor.directory(anchors);
                places.extend(directory.map(|directory| join(directory, rest)));
            };
            for test in tests {
                match test {
                    PlaceTest::Under(shapes) | PlaceTest::Is(shapes) => {
                        shapes
                            .iter()
                            .for_each(|shape| at(shape.anchor, &shape.rest));
                    }
                    PlaceTest::Glob(globs) => {
                        globs
                            .iter()
                            .for_each(|glob| at(glob.anchor, &glob.rest.stem));
                    }
                    PlaceTest::Not(_) => {}
                }
            }
        }
        if self.side == Side::Restrict {
            add(&self.tests, anchors, places);
        }
    }

    pub(crate) fn find_path(&self, scene: &Scene<'_>) -> Finding {
        match &scene.leaf.path {
            Subject::None => Ok(false),
            Subject::Unknown(why) => Err(*why),
            Subject::Known(path) => self.on_leaf(path, scene.leaf, scene).into(),
        }
    }

    /// What is said of another leaf than the scene's.
    pub(super) fn find_on(&self, leaf: &Leaf, scene: &Scene<'_>) -> Truth {
        match &leaf.path {
            Subject::None => Truth::False,
            Subject::Unknown(why) => Truth::Unknown(*why),
            Subject::Known(path) => self.on_leaf(path, leaf, scene),
        }
    }

    /// The directory: where it may be one of several, a rule that restricts needs one of them to fit, one that permits
    /// all of them.
    pub(crate) fn find_cwd(&self, scene: &Scene<'_>) -> Finding {
        let anywhere = match scene.leaf.command {
            // What is too long to be read may be anywhere because of that.
            Subject::Unknown(why @ Why::TooLong) => why,
            _ => Why::Unresolved,
        };
        let of = |place: &Place| match place {
            Place::At(cwd) => self.all(&self.tests, cwd, None, &scene.anchors),
            Place::Start => Truth::Unknown(Why::Missing),
            Place::Unknown => Truth::Unknown(anywhere),
        };
        self.over(scene.places().iter().map(of)).into()
    }

    fn on_leaf(&self, path: &LeafPath, leaf: &Leaf, scene: &Scene<'_>) -> Truth {
        let restricts = self.side == Side::Restrict;
        let writes = matches!(leaf.op, Subject::Known(Op::FileWrite | Op::FileDelete));
        // What is written or deleted below a tree is written or deleted for certain, what is read perhaps. To permit a
        // tree takes more than permitting one path of it.
        let below = if restricts && writes {
            Truth::True
        } else {
            Truth::Unknown(Why::Unresolved)
        };
        let tree = path.tree.then_some(Tree {
            below,
            itself: restricts,
        });
        let aliases = path.aliases.iter().filter(|_| restricts);
        let readings = path
            .readings
            .iter()
            .chain(aliases)
            .map(|reading| self.all(&self.tests, reading, tree, &scene.anchors));
        let globs = path.globs.iter().map(|glob| {
            let found = FoundBy {
                glob,
                tree: path.tree,
                fold: self.fold,
                anchors: &scene.anchors,
            };
            found.all(&self.tests)
        });
        self.over(readings.chain(globs))
    }

    /// Joins what is said of each reading of one path: a rule that restricts matches if any does, one that permits only
    /// if all do.
    fn over(&self, truths: impl Iterator<Item = Truth>) -> Truth {
        match self.side {
            Side::Restrict => truths.fold(Truth::False, Truth::or),
            Side::Permit => truths.fold(Truth::True, Truth::and),
        }
    }

    fn all(
        &self,
        tests: &[PlaceTest],
        path: &str,
        tree: Option<Tree>,
        anchors: &Anchors<'_>,
    ) -> Truth {
        tests.iter().fold(Truth::True, |truth, test| {
            truth.and(self.test(test, path, tree, anchors))
        })
    }

    fn test(
        &self,
        test: &PlaceTest,
        path: &str,
        tree: Option<Tree>,
        anchors: &Anchors<'_>,
    ) -> Truth {
        let any = |truths: &mut dyn Iterator<Item = Truth>| truths.fold(Truth::False, Truth::or);
        match test {
            // Everything that has a place is below the root, wherever that is.
            PlaceTest::Under(shapes)
                if path != UNRESOLVED && shapes.iter().any(Anchored::is_root) =>
            {
                Truth::True
            }
            PlaceTest::Under(shapes) => any(&mut shapes.iter().map(|shape| {
                self.with_place(shape, path, anchors, |place| {
                    if self.within(path, place) {
                        Truth::True
                    } else {
                        self.below(place, path, tree)
                    }
                })
            })),
            PlaceTest::Is(shapes) => any(&mut shapes.iter().map(|shape| {
                self.with_place(shape, path, anchors, |place| {
                    let itself = tree.is_none_or(|tree| tree.itself);
                    if itself && self.same(path, place) {
                        Truth::True
                    } else {
                        self.below(place, path, tree)
                    }
                })
            })),
            PlaceTest::Glob(globs) => any(&mut globs
                .iter()
                .map(|glob| self.glob(glob, path, tree, anchors))),
            PlaceTest::Not(tests) => {
                let perhaps = Tree {
                    below: Truth::Unknown(Why::Unresolved),
                    itself: false,
                };
                self.all(tests, path, tree.map(|_| perhaps), anchors).not()
            }
        }
    }

    /// Tests a shape at its place. A path below a home that nobody stated can be compared with what lies below that
    /// same home, and with nothing else; a path below a directory that nobody stated with nothing at all.
    fn with_place(
        &self,
        shape: &Anchored<String>,
        path: &str,
        anchors: &Anchors<'_>,
        test: impl Fn(&str) -> Truth,
    ) -> Truth {
        match shape.anchor.directory(anchors) {
            Some(directory) if path.starts_with('/') => test(&join(directory, &shape.rest)),
            None if path.starts_with('~') && shape.anchor == Anchor::Home => {
                test(&join("~", &shape.rest))
            }
            _ => nowhere(path),
        }
    }

    fn glob(
        &self,
        glob: &Anchored<PathGlob>,
        path: &str,
        tree: Option<Tree>,
        anchors: &Anchors<'_>,
    ) -> Truth {
        let directory = match glob.anchor.directory(anchors) {
            Some(directory) if path.starts_with('/') => normalize(directory),
            None if path.starts_with('~') && glob.anchor == Anchor::Home => "~".into(),
            _ => return nowhere(path),
        };
        let whole = glob.rest.all_below || tree.is_none_or(|tree| tree.itself);
        if whole && self.within(path, &directory) {
            let rest = if directory == "/" {
                path
            } else {
                path.get(directory.len()..).unwrap_or_default()
            };
            if glob.rest.pattern.matches(rest) {
                return Truth::True;
            }
        }
        let stem = join(&directory, &glob.rest.stem);
        // All that fits the glob is below the tree, or some of it may be.
        match tree {
            Some(tree) if self.within(&stem, path) => tree.below,
            Some(_) if self.within(path, &stem) => Truth::Unknown(Why::Unresolved),
            _ => Truth::False,
        }
    }

    /// What is said of a shape that lies below a path which stands for a tree.
    fn below(&self, place: &str, path: &str, tree: Option<Tree>) -> Truth {
        tree.filter(|_| self.within(place, path))
            .map_or(Truth::False, |tree| tree.below)
    }

    fn within(&self, path: &str, directory: &str) -> bool {
        if self.fold {
            is_within(&path.to_ascii_lowercase(), &directory.to_ascii_lowercase())
        } else {
            is_within(path, directory)
        }
    }

    fn same(&self, a: &str, b: &str) -> bool {
        if self.fold {
            a.eq_ignore_ascii_case(b)
        } else {
            a == b
        }
    }
}

/// Returns the normal form of what `rest` names in a directory; `~` stands for a home that nobody stated.
pub(crate) fn join(directory: &str, rest: &str) -> String {
    match directory {
        "~" => match normalize(rest).as_str() {
            "/" => "~".into(),
            below => alloc::format!("~{below}"),
        },
        directory => normalize(&alloc::format!("{directory}/{rest}")),
    }
}

/// What is said of a path that cannot be compared.
fn nowhere(path: &str) -> Truth {
    Truth::Unknown(if path == UNRESOLVED {
        Why::Unresolved
    } else {
        Why::Missing
    })
}
