//! Leaves about paths and URLs: where they lie, as far as the text and the host say.

use alloc::string::{String, ToString};
use alloc::vec::Vec;

use url::Url;

use super::Splitter;
use crate::command::{Place, Text};
use crate::condition::Why;
use crate::path::{self, Unplaced};
use crate::request::leaf::{Leaf, LeafPath, NO_ANCHOR, Subject, UNRESOLVED};
use crate::value::Value;

/// The readings of all paths of a request take so many bytes; further ones are over the limit.
const MOST_READINGS_BYTES: usize = 32 << 20;

/// Files that are no leaf: nothing is kept in them.
const SINKS: [&str; 4] = ["/dev/null", "/dev/stdout", "/dev/stderr", "/dev/tty"];

/// Where a name may be.
#[derive(Default)]
struct Readings {
    readings: Vec<String>,
    globs: Vec<String>,
    too_long: bool,
    mistaken: bool,
}

impl Splitter<'_> {
    /// Returns the leaves about what a word says is fetched.
    pub(super) fn fetched(&self, name: &Text, written: &str) -> Vec<Leaf> {
        match name {
            Text::Exact(url) => alloc::vec![self.url_leaf(url)],
            Text::OneOf(urls) => urls.iter().map(|url| self.url_leaf(url)).collect(),
            name => {
                // The host is known as soon as a slash ends it.
                let begins = name.beginning().unwrap_or_default();
                let host = begins
                    .split_once("://")
                    .is_some_and(|(_, rest)| rest.contains(['/', '?', '#']));
                let leaf = match host {
                    true => Leaf {
                        url_begins: true,
                        ..self.url_leaf(&begins)
                    },
                    false => Leaf {
                        url: Subject::Unknown(Why::Unresolved),
                        ..self.blank()
                    },
                };
                alloc::vec![Leaf {
                    text: written.to_string(),
                    ..leaf
                }]
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
        let mut found = Readings::default();
        for name in names {
            match name {
                Text::Exact(name) => self.resolve(name, places, &mut found),
                Text::OneOf(names) => {
                    for name in names {
                        self.resolve(name, places, &mut found);
                    }
                }
                Text::Glob(glob) => self.resolve_glob(glob, places, &mut found),
                Text::Begins(_) | Text::Unknown => found.readings.push(UNRESOLVED.into()),
            }
        }
        if found.readings.is_empty() && found.globs.is_empty() {
            found.readings.push(UNRESOLVED.into());
        }
        let sink = |reading: &String| SINKS.contains(&reading.as_str());
        if found.globs.is_empty() && found.readings.iter().all(sink) {
            return None;
        }
        let text = match found.readings.first() {
            Some(reading) if reading.starts_with('/') => reading.clone(),
            _ => written.into(),
        };
        let mut leaf = if found.too_long {
            self.long_path()
        } else {
            self.place_leaf(text, found.readings, tree)
        };
        if let Subject::Known(path) = &mut leaf.path {
            path.globs = found.globs;
        }
        if found.mistaken {
            leaf.path = Subject::Unknown(Why::Missing);
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
            let reading = match path::resolve_plain(name, directory) {
                Ok(reading) => {
                    found.too_long |= reading.len() > limit;
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
            if !found.readings.contains(&reading) {
                found.readings.push(reading);
            }
        }
    }

    /// Adds every place in which a glob looks.
    fn resolve_glob(&self, glob: &str, places: &[Place], found: &mut Readings) {
        for place in places {
            let directory = match place {
                Place::At(directory) => Some(&**directory),
                _ => None,
            };
            match path::resolve_glob(glob, directory) {
                Ok(glob) => {
                    found.too_long |= glob.len() > self.limits.path_bytes;
                    found.globs.push(glob);
                }
                Err(Unplaced::NoAnchor) if *place == Place::Start => {
                    found.readings.push(NO_ANCHOR.into());
                }
                Err(_) => found.readings.push(UNRESOLVED.into()),
            }
        }
    }

    /// Returns a leaf about a path that the host named: `~/` is under the home.
    pub(super) fn path_leaf(&self, text: &str, tree: bool) -> Leaf {
        if text.len() > self.limits.path_bytes {
            return self.long_path();
        }
        match path::resolve(text, self.anchors) {
            Ok(reading) if reading.len() > self.limits.path_bytes => self.long_path(),
            Ok(reading) => {
                let shown = if reading.starts_with('~') {
                    text.into()
                } else {
                    reading.clone()
                };
                self.place_leaf(shown, alloc::vec![reading], tree)
            }
            Err(Unplaced::NoAnchor) => {
                self.place_leaf(text.into(), alloc::vec![NO_ANCHOR.into()], tree)
            }
            Err(unplaced) => {
                let why = if unplaced == Unplaced::NoPlace {
                    Why::Missing
                } else {
                    Why::Unresolved
                };
                Leaf {
                    text: text.into(),
                    path: Subject::Unknown(why),
                    ..self.blank()
                }
            }
        }
    }

    /// Returns a leaf about a path with these readings, and those where the host says they lead.
    pub(super) fn place_leaf(&self, text: String, mut readings: Vec<String>, tree: bool) -> Leaf {
        // A short line could name one long directory any number of times.
        self.made
            .set(self.made.get() + readings.iter().map(String::len).sum::<usize>());
        if self.made.get() > MOST_READINGS_BYTES {
            return self.long_path();
        }
        let led: Vec<String> = readings
            .iter()
            .filter_map(|reading| self.real(reading))
            .collect();
        readings.extend(led);
        Leaf {
            text,
            path: Subject::Known(LeafPath {
                readings,
                tree,
                globs: Vec::new(),
            }),
            ..self.blank()
        }
    }

    pub(super) fn long_path(&self) -> Leaf {
        let text = "a path longer than the limit".into();
        Leaf {
            text,
            path: Subject::Unknown(Why::TooLong),
            over_limit: true,
            ..self.blank()
        }
    }

    /// Returns where the host says that a path leads, if it says so; what is no absolute path is a place unknown.
    fn real(&self, judged: &str) -> Option<String> {
        let path = match self.request.fact("resolved")? {
            Value::Table(map) => match map.get(judged)? {
                Value::Null => return None,
                path => path.as_text(),
            },
            _ => None,
        };
        let path = path.filter(|path| path.len() <= self.limits.path_bytes);
        let real = path.and_then(|path| path::resolve_plain(path, None).ok());
        Some(real.unwrap_or_else(|| NO_ANCHOR.into()))
    }

    pub(super) fn url_leaf(&self, text: &str) -> Leaf {
        let blank = self.blank();
        if text.len() > self.limits.url_bytes {
            let url = Subject::Unknown(Why::TooLong);
            return Leaf {
                url,
                text: "a URL longer than the limit".into(),
                over_limit: true,
                ..blank
            };
        }
        // Readers of URLs disagree on these characters: such a text is no URL.
        if text.contains(|c: char| c == '\\' || c.is_control()) {
            return Leaf {
                url: Subject::Unknown(Why::Missing),
                text: text.into(),
                ..blank
            };
        }
        match Url::parse(text) {
            Ok(url) => Leaf {
                text: url.to_string(),
                url: Subject::Known(url),
                ..blank
            },
            Err(_) => Leaf {
                url: Subject::Unknown(Why::Missing),
                text: text.into(),
                ..blank
            },
        }
    }
}
