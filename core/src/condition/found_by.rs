//! `path` on files of which only a glob is known: `cat *.md` reads some file that fits.

use super::place::{Anchored, PathGlob, PlaceTest, join};
use super::{Truth, Why};
use crate::path::{Anchors, component_fits, literally};

/// The files that a glob finds.
pub(super) struct FoundBy<'a> {
    /// Absolute; `\\` takes the next character literally.
    pub(super) glob: &'a str,
    /// Each stands for everything below it.
    pub(super) tree: bool,
    pub(super) fold: bool,
    pub(super) anchors: &'a Anchors<'a>,
}

/// How a place and what a glob finds lie to each other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Lies {
    Apart,
    /// All that is found is the place or below it.
    Within,
    /// Something that is found may be the place itself.
    Itself,
    /// Something that is found may be below the place.
    Under,
    /// The place may be below something that is found.
    Above,
}

const PERHAPS: Truth = Truth::Unknown(Why::Unresolved);

impl FoundBy<'_> {
    /// What is said of one of the files; nobody knows which of them there are.
    pub(super) fn all(&self, tests: &[PlaceTest]) -> Truth {
        tests
            .iter()
            .fold(Truth::True, |truth, test| truth.and(self.test(test)))
    }

    fn test(&self, test: &PlaceTest) -> Truth {
        let any = |truths: &mut dyn Iterator<Item = Truth>| truths.fold(Truth::False, Truth::or);
        let lies = |shape: &Anchored<alloc::string::String>| {
            let directory = shape.anchor.directory(self.anchors)?;
            Some(self.lies(&join(directory, &shape.rest)))
        };
        match test {
            PlaceTest::Under(shapes) => any(&mut shapes.iter().map(|shape| match lies(shape) {
                None => Truth::Unknown(Why::Missing),
                Some(Lies::Within) => Truth::True,
                Some(Lies::Apart) => Truth::False,
                Some(Lies::Above) if !self.tree => Truth::False,
                Some(_) => PERHAPS,
            })),
            PlaceTest::Is(shapes) => any(&mut shapes.iter().map(|shape| match lies(shape) {
                None => Truth::Unknown(Why::Missing),
                Some(Lies::Itself | Lies::Within) => PERHAPS,
                Some(Lies::Above) if self.tree => PERHAPS,
                Some(_) => Truth::False,
            })),
            PlaceTest::Glob(globs) => any(&mut globs.iter().map(|glob| self.fits(glob))),
            PlaceTest::Not(tests) => self.all(tests).not(),
        }
    }

    fn lies(&self, place: &str) -> Lies {
        let mut globs = self.glob.split('/').filter(|part| !part.is_empty());
        let mut parts = place.split('/').filter(|part| !part.is_empty());
        let mut plain = true;
        loop {
            match (globs.next(), parts.next()) {
                (None, None) => return Lies::Itself,
                (Some(_), None) if plain => return Lies::Within,
                (Some("**"), None) => return Lies::Itself,
                (Some(_), None) => return Lies::Under,
                (None, Some(_)) => return Lies::Above,
                (Some("**"), Some(_)) => return Lies::Itself,
                (Some(glob), Some(part)) => {
                    if glob != literally(part) {
                        let fits = if self.fold {
                            component_fits(&glob.to_ascii_lowercase(), &part.to_ascii_lowercase())
                        } else {
                            component_fits(glob, part)
                        };
                        if !fits {
                            return Lies::Apart;
                        }
                        plain = false;
                    }
                }
            }
        }
    }

    /// Whether a file may fit a glob of a rule as well.
    fn fits(&self, glob: &Anchored<PathGlob>) -> Truth {
        let Some(directory) = glob.anchor.directory(self.anchors) else {
            return Truth::Unknown(Why::Missing);
        };
        let stem = join(directory, &glob.rest.stem);
        match self.lies(&stem) {
            Lies::Apart => return Truth::False,
            Lies::Above if !self.tree => return Truth::False,
            Lies::Within if glob.rest.all_below => return Truth::True,
            _ => {}
        }
        // Both end in a name: where one of them is plain, it must fit the other.
        let wild = |part: &str| part.contains(['*', '?', '[', '{', '\\']);
        let wanted = glob.rest.last.as_str();
        let own = self.glob.rsplit('/').next().unwrap_or_default();
        let apart = !self.tree && own != "**" && !wild(wanted) && !component_fits(own, wanted);
        if apart { Truth::False } else { PERHAPS }
    }
}
