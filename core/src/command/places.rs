//! Where commands run: `cd`, `pushd`, `popd`, and options that do the same for one command.

use alloc::string::String;
use alloc::vec::Vec;

use super::reader::Reader;
use super::state::Place;
use super::text::{Text, Word};
use crate::path;

/// A directory with a longer path is not followed.
const LONGEST_PLACE: usize = 4096;

impl Reader<'_, '_, '_> {
    /// Follows a builtin that changes the directory.
    pub(super) fn change_directory(&mut self, program: &str, arguments: &[Word]) {
        match program {
            "popd" if arguments.is_empty() => self.shared.state.pop(),
            "pushd" if !arguments.is_empty() => {
                let places = self
                    .targets(arguments)
                    .unwrap_or_else(|| alloc::vec![Place::Unknown]);
                self.shared.state.push(&places);
            }
            "cd" => {
                let places = self
                    .targets(arguments)
                    .unwrap_or_else(|| alloc::vec![Place::Unknown]);
                self.shared.state.go(&places);
            }
            _ => self.shared.state.go(&[Place::Unknown]),
        }
    }

    /// Returns the places that `cd` with these arguments leads to; `None` when that is not known.
    pub(super) fn targets(&self, arguments: &[Word]) -> Option<Vec<Place>> {
        // `CDPATH` sends a relative name elsewhere, and so do options of the shell.
        if self.shared.state.is_set("CDPATH") || self.shared.sets_ifs {
            return None;
        }
        let mut operands = arguments
            .iter()
            .skip_while(|word| matches!(word.as_exact(), Some("-L" | "-P" | "-e" | "--")));
        let Some(target) = operands.next() else {
            return match self.shared.state.home() {
                Text::Exact(home) => Some(alloc::vec![Place::At(home.into())]),
                _ => None,
            };
        };
        if operands.next().is_some() {
            return None;
        }
        let walked = arguments.iter().any(|word| word.as_exact() == Some("-P"));
        self.places_named(target, walked)
    }

    /// Returns the places that a word names from here; `None` when that is not known.
    ///
    /// `cd` takes `..` out of a path by its text, and leaves it to the kernel when there is nothing at that place. With `walked`
    /// the kernel follows it in any case. A `..` behind a name then stays in the place: only the host can tell where it leads.
    fn places_named(&self, target: &Word, walked: bool) -> Option<Vec<Place>> {
        let named: Vec<&str> = match (&target.text, target.many) {
            (_, true) => return None,
            (Text::Exact(text), _) => alloc::vec![text],
            (Text::OneOf(texts), _) => texts.iter().map(|text| text.as_str()).collect(),
            _ => return None,
        };
        let mut places = Vec::new();
        for name in named {
            if name == "-" {
                places.extend(self.shared.state.places_before().iter().cloned());
                continue;
            }
            if name.is_empty() || name.starts_with('-') || name.starts_with('+') {
                return None;
            }
            for place in self.shared.state.places().iter() {
                let directory = match place {
                    Place::At(directory) => Some(&**directory),
                    _ => None,
                };
                let usable = |path: String| match path.len() <= LONGEST_PLACE {
                    true => Place::At(path.into()),
                    false => Place::Unknown,
                };
                let Ok(place) = path::resolve_plain(name, directory) else {
                    places.push(Place::Unknown);
                    continue;
                };
                let walk = path::walk_of(name, directory);
                let text = (!walked || walk.is_none()).then_some(place);
                for place in text.into_iter().chain(walk).map(usable) {
                    if !places.contains(&place) {
                        places.push(place);
                    }
                }
            }
        }
        Some(places)
    }

    /// Returns the places that a directory named by an option is.
    pub(super) fn places_of(&self, directory: &Text) -> Vec<Place> {
        let word = Word::new(directory.clone(), false, false, "");
        match directory {
            Text::Exact(text) if text.is_empty() || text == "-" || text.starts_with(['-', '+']) => {
                alloc::vec![Place::Unknown]
            }
            _ => self
                .places_named(&word, true)
                .unwrap_or_else(|| alloc::vec![Place::Unknown]),
        }
    }
}
