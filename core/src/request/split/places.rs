//! Leaves about paths and URLs: where they lie, as far as the text and the host say.

use alloc::string::{String, ToString};
use alloc::sync::Arc;
use alloc::vec::Vec;

use super::Splitter;
use crate::command::{Place, Text};
use crate::condition::Why;
use crate::path::{self, Unplaced};
use crate::request::leaf::{Leaf, LeafPath, NO_ANCHOR, Shown, Subject, UNRESOLVED};
use crate::spelling::{Spellings, file_of};
use crate::url::Address;

/// The readings of all paths of a request take so many bytes; further ones are over the limit.
const MOST_READINGS_BYTES: usize = 32 << 20;

/// Where a name may be.
#[derive(Default)]
struct Readings {
    readings: Vec<String>,
    walks: Vec<String>,
    globs: Vec<String>,
    glob_walks: Vec<String>,
    too_long: bool,
    mistaken: bool,
    /// Each of them is a device that keeps nothing.
    sinks: bool,
}

impl Readings {
    fn add(&mut self, reading: String) {
        if !self.readings.contains(&reading) {
            self.readings.push(reading);
        }
    }

    fn add_walk(&mut self, walk: Option<String>) {
        self.walks
            .extend(walk.filter(|walk| !self.walks.contains(walk)));
    }
}

impl Splitter<'_> {
    /// Returns the leaves about what a word says is fetched: of each URL one, and one of the file that it names.
    pub(super) fn fetched(&self, name: &Text, written: &str) -> Vec<Leaf> {
        match name {
            Text::Exact(url) => self.url_leaves(url),
            Text::OneOf(urls) => urls.iter().flat_map(|url| self.url_leaves(url)).collect(),
            name => {
                // The host is known as soon as a slash ends it.
                let begins = name.beginning().unwrap_or_default();
                let host = begins
                    .split_once("://")
                    .is_some_and(|(_, rest)| rest.contains(['/', '?', '#']));
                let url = match host {
                    true => self.url_leaf(&begins),
                    false => Leaf {
                        url: Subject::Unknown(Why::Unresolved),
                        ..self.blank()
                    },
                };
                let file = local(&url).map(|_| Leaf {
                    path: Subject::Unknown(Why::Unresolved),
                    ..self.blank()
                });
                let url = Leaf {
                    url_begins: true,
                    ..url
                };
                let shown = |leaf| Leaf {
                    shown: Shown::Text(written.to_string()),
                    ..leaf
                };
                [url].into_iter().chain(file).map(shown).collect()
            }
        }
    }

    /// Returns a leaf about a file that a line names; none for the devices that keep nothing.
    pub(super) fn named<'n>(
        &self,
        names: impl Iterator<Item = &'n Text>,
        places: &[Place],
        written: &str,
        tree: bool,
    ) -> Option<Leaf> {
        let mut found = Readings {
            sinks: true,
            ..Readings::default()
        };
        for name in names {
            match name {
                Text::Exact(name) => self.resolve(name, places, &mut found),
                Text::OneOf(names) => {
                    for name in names {
                        self.resolve(name, places, &mut found);
                    }
                }
                Text::Glob(glob) => self.resolve_glob(glob, places, &mut found),
                Text::Begins(_) | Text::Unknown => found.add(UNRESOLVED.into()),
            }
        }
        if found.readings.is_empty() && found.globs.is_empty() {
            found.add(UNRESOLVED.into());
        } else if found.sinks && !found.readings.iter().any(|reading| reading == UNRESOLVED) {
            return None;
        }
        let shown = shown_by(&found, written);
        let mistaken = found.mistaken;
        let mut leaf = if found.too_long {
            self.long_path()
        } else {
            self.place_leaf(shown, found, tree)
        };
        if mistaken {
            leaf.hide_path(Why::Missing);
        }
        Some(leaf)
    }

    /// Adds every place that a name may be.
    fn resolve(&self, name: &str, places: &[Place], found: &mut Readings) {
        let limit = self.limits.path_bytes;
        found.too_long |= name.len() > limit;
        for place in places {
            let directory = match place {
                Place::At(directory) => Some(&**directory),
                _ => None,
            };
            if let Some(sink) = path::sink(name, directory) {
                found.add(sink.into());
                continue;
            }
            found.sinks = false;
            let reading = match path::resolve_plain(name, directory) {
                Ok(reading) => {
                    found.too_long |= reading.len() > limit;
                    found.add_walk(path::walk_of(name, directory));
                    reading
                }
                Err(Unplaced::NoPlace) => {
                    found.mistaken = true;
                    continue;
                }
                Err(Unplaced::NoAnchor) if *place == Place::Start || name.is_empty() => {
                    NO_ANCHOR.into()
                }
                Err(_) => UNRESOLVED.into(),
            };
            found.add(reading);
            let others = Spellings::of_word(name);
            for other in &others.paths {
                if let Ok(reading) = path::resolve_plain(other, directory) {
                    found.add(reading);
                }
            }
            if others.anywhere {
                found.add(UNRESOLVED.into());
            }
        }
    }

    /// Adds every place in which a glob looks.
    fn resolve_glob(&self, written: &str, places: &[Place], found: &mut Readings) {
        found.sinks = false;
        for place in places {
            let directory = match place {
                Place::At(directory) => Some(&**directory),
                _ => None,
            };
            match path::resolve_glob(written, directory) {
                Ok(glob) => {
                    found.too_long |= glob.len() > self.limits.path_bytes;
                    found.globs.push(glob);
                    found
                        .glob_walks
                        .extend(path::glob_walk_of(written, directory));
                }
                Err(Unplaced::NoAnchor) if *place == Place::Start => found.add(NO_ANCHOR.into()),
                Err(_) => found.add(UNRESOLVED.into()),
            }
        }
    }

    /// Returns a leaf about a path that the host named: `~/` is under the home.
    pub(super) fn path_leaf(&self, text: &str, tree: bool) -> Leaf {
        self.spelled_leaf(text, &Spellings::of_field(text), tree)
    }

    /// Returns a leaf about a text that looks like a path.
    pub(super) fn perhaps_path_leaf(&self, text: &str) -> Leaf {
        self.spelled_leaf(text, &Spellings::of_text(text), false)
    }

    fn spelled_leaf(&self, text: &str, others: &Spellings, tree: bool) -> Leaf {
        let limit = self.limits.path_bytes;
        if text.len() > limit {
            return self.long_path();
        }
        let mut found = Readings::default();
        match path::resolve(text, self.anchors) {
            Ok(reading) => {
                found.too_long = reading.len() > limit;
                found.add(reading);
            }
            Err(Unplaced::NoPlace) => {
                return Leaf {
                    shown: Shown::Text(text.into()),
                    path: Subject::Unknown(Why::Missing),
                    ..self.blank()
                };
            }
            Err(Unplaced::NoAnchor) => found.add(NO_ANCHOR.into()),
            Err(Unplaced::Unresolved) => found.add(UNRESOLVED.into()),
        }
        for path in core::iter::once(text).chain(others.paths.iter().map(String::as_str)) {
            found.add_walk(match path::below_home(path, self.anchors) {
                Some((path, home)) => path::walk_of(&path, Some(home)),
                None => path::walk_of(path, self.anchors.cwd),
            });
        }
        for other in &others.paths {
            found.add(match path::resolve(other, self.anchors) {
                Ok(reading) => reading,
                Err(_) => UNRESOLVED.into(),
            });
        }
        if others.anywhere {
            found.add(UNRESOLVED.into());
        }
        if found.too_long {
            return self.long_path();
        }
        let shown = shown_by(&found, text);
        self.place_leaf(shown, found, tree)
    }

    /// Returns a leaf about a path with these readings, and those where the host says they lead.
    fn place_leaf(&self, shown: Shown, found: Readings, tree: bool) -> Leaf {
        let Readings {
            mut readings,
            walks,
            globs,
            glob_walks,
            ..
        } = found;
        let mut aliases = Vec::new();
        if !self.resolved.is_empty() {
            let led = |name: &String| self.resolved.leads(name, self.limits.path_bytes);
            let led: Vec<String> = readings
                .iter()
                .chain(&walks)
                .chain(&globs)
                .chain(&glob_walks)
                .filter(|name| *name != UNRESOLVED)
                .flat_map(led)
                .collect();
            readings.extend(led);
            let known_as = |reading: &String| self.resolved.names_of(reading, tree);
            aliases.extend(readings.iter().flat_map(known_as));
        }
        // A short line could name one long directory any number of times.
        let all = readings
            .iter()
            .chain(&walks)
            .chain(&aliases)
            .map(String::len);
        self.made.set(self.made.get() + all.sum::<usize>());
        if self.made.get() > MOST_READINGS_BYTES {
            return self.long_path();
        }
        Leaf {
            shown,
            path: Subject::Known(LeafPath {
                readings,
                aliases,
                walks,
                glob_walks,
                tree,
                globs,
            }),
            ..self.blank()
        }
    }

    /// Returns directories with those where the host says that they lead. Each is in normal form.
    pub(super) fn led(&self, places: &Arc<[Place]>) -> Arc<[Place]> {
        if Arc::ptr_eq(places, &self.start) {
            return Arc::clone(&self.places);
        }
        self.follow(places)
    }

    /// Does what [`Splitter::led`] does for any directories.
    pub(super) fn follow(&self, places: &Arc<[Place]>) -> Arc<[Place]> {
        let plain = |place: &Place| match place {
            Place::At(path) => !path.as_bytes().windows(3).any(|three| three == b"/.."),
            _ => true,
        };
        if self.resolved.is_empty() && places.iter().all(plain) {
            return Arc::clone(places);
        }
        let mut led: Vec<Place> = Vec::new();
        for place in places.iter() {
            let Place::At(path) = place else {
                led.push(place.clone());
                continue;
            };
            let normal = path::normalize(path);
            let mut reals = self.resolved.leads(&normal, self.limits.path_bytes);
            if **path != *normal {
                reals.extend(self.resolved.leads(path, self.limits.path_bytes));
            }
            led.push(Place::At(normal.into()));
            led.extend(reals.into_iter().map(|real| match real.starts_with('/') {
                true => Place::At(real.into()),
                false => Place::Unknown,
            }));
        }
        led.into()
    }

    pub(super) fn long_path(&self) -> Leaf {
        Leaf {
            shown: Shown::Text("a path longer than the limit".into()),
            path: Subject::Unknown(Why::TooLong),
            over_limit: true,
            ..self.blank()
        }
    }

    /// Returns a leaf about the file that a `file:` URL names; none for any other text.
    fn file_leaf(&self, url: &str) -> Option<Leaf> {
        let url = url.trim();
        path::is_file_url(url).then(|| match file_of(url) {
            Some(path) => self.path_leaf(&path, false),
            None => self.path_leaf(url, false),
        })
    }

    /// Returns a leaf about a URL, and one about the file of this machine that it names.
    pub(super) fn url_leaves(&self, text: &str) -> Vec<Leaf> {
        let url = self.url_leaf(text);
        let file = local(&url).map(|path| match path {
            Some(path) => self.path_leaf(&path, false),
            None => Leaf {
                shown: Shown::Text(text.into()),
                path: Subject::Unknown(Why::Missing),
                ..self.blank()
            },
        });
        let too_long = text.len() > self.limits.url_bytes;
        let file = file.or_else(|| self.file_leaf(text).filter(|_| !too_long));
        [url].into_iter().chain(file).collect()
    }

    fn url_leaf(&self, text: &str) -> Leaf {
        let blank = self.blank();
        if text.len() > self.limits.url_bytes {
            let url = Subject::Unknown(Why::TooLong);
            return Leaf {
                url,
                shown: Shown::Text("a URL longer than the limit".into()),
                over_limit: true,
                ..blank
            };
        }
        match Address::read(text) {
            Some(url) => Leaf {
                shown: Shown::Text(url.shown()),
                url: Subject::Known(Arc::new(url)),
                ..blank
            },
            None => Leaf {
                url: Subject::Unknown(Why::Missing),
                shown: Shown::Text(text.into()),
                ..blank
            },
        }
    }
}

/// Returns how a leaf about a path is shown which a text names.
fn shown_by(found: &Readings, text: &str) -> Shown {
    match found.readings.first() {
        Some(reading) if reading.starts_with('/') => Shown::Place,
        _ => Shown::Text(text.into()),
    }
}

/// Returns the path of the file of this machine that a leaf's URL names, as far as it is a text.
fn local(leaf: &Leaf) -> Option<Option<String>> {
    match &leaf.url {
        Subject::Known(url) => (url.url().scheme() == "file").then(|| url.local_path()),
        _ => None,
    }
}
