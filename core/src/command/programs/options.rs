//! The options of a program, by their names.
//!
//! A program may have more than a hundred options, and each word of a command that begins with a dash is looked for among
//! them, so they come with an index. The first of several options with a name is the one that counts, as in a list.
//!
//! As [`super::entry`], this file is compiled twice and depends on nothing but `alloc`.

use alloc::borrow::Cow;
use alloc::vec::Vec;
use core::ops::Deref;

use super::entry::{List, Opt};

/// Options in the order in which they are written, and an index of their names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Options {
    pub(crate) list: List<Opt>,
    /// How each name begins ([`beginning`]), sorted, with the position of its option.
    pub(crate) names: List<(u64, u32)>,
    /// The letters of the names that are one ASCII letter behind a dash, sorted, with the positions of their options.
    pub(crate) letters: List<(u8, u32)>,
    /// Whether a name ends with `=` or begins with `+`.
    pub(crate) keyed: bool,
    /// Whether more than one letter stands behind one dash in a name.
    pub(crate) joined: bool,
}

impl Options {
    pub(crate) const NONE: Self = Self {
        list: Cow::Borrowed(&[]),
        names: Cow::Borrowed(&[]),
        letters: Cow::Borrowed(&[]),
        keyed: false,
        joined: false,
    };

    pub(crate) fn of(list: Vec<Opt>) -> Self {
        let (mut names, mut letters) = (Vec::new(), Vec::new());
        let (mut keyed, mut joined) = (false, false);
        // INVARIANT: no policy is long enough for more options than that.
        for (at, opt) in (0..u32::MAX).zip(&list) {
            for name in opt.names.iter() {
                names.push((beginning(name), at));
                if let [b'-', letter] = name.as_bytes() {
                    letters.push((*letter, at));
                }
                keyed |= name.ends_with('=') || name.starts_with('+');
                joined |= name.len() > 2 && name.starts_with('-') && !name.starts_with("--");
            }
        }
        names.sort_unstable();
        letters.sort_unstable();
        Self {
            list: Cow::Owned(list),
            names: Cow::Owned(names),
            letters: Cow::Owned(letters),
            keyed,
            joined,
        }
    }

    /// Returns the first option of a name, with its position.
    pub(crate) fn named(&self, name: &str) -> Option<(u32, &Opt)> {
        let wanted = beginning(name);
        let from = self.names.partition_point(|(begins, _)| *begins < wanted);
        let found = self.names.iter().skip(from);
        found
            .take_while(|(begins, _)| *begins == wanted)
            .find_map(|(_, at)| {
                let opt = self.at(*at).filter(|opt| opt.is_called(name))?;
                Some((*at, opt))
            })
    }

    /// Returns the first option with a name that begins with a text.
    pub(crate) fn beginning_with(&self, text: &str) -> Option<&Opt> {
        let (from, to) = match text.len() {
            length @ 0..8 => {
                let from = beginning(text);
                (from, from | u64::MAX >> (8 * length))
            }
            _ => (beginning(text), beginning(text)),
        };
        let first = self.names.partition_point(|(begins, _)| *begins < from);
        let names = self.names.iter().skip(first);
        let fits = |opt: &&Opt| opt.names.iter().any(|name| name.starts_with(text));
        let at = names
            .take_while(|(begins, _)| *begins <= to)
            .map(|(_, at)| *at)
            .filter(|at| self.at(*at).as_ref().is_some_and(fits))
            .min()?;
        self.at(at)
    }

    /// Returns the first option that is called `-x`, for a letter `x`.
    pub(crate) fn letter(&self, letter: char) -> Option<&Opt> {
        let ascii = u8::try_from(letter).ok().filter(u8::is_ascii);
        let Some(byte) = ascii else {
            return self.list.iter().find(|opt| opt.is_letter(letter));
        };
        let from = self.letters.partition_point(|(own, _)| *own < byte);
        let (_, at) = self.letters.get(from).filter(|(own, _)| *own == byte)?;
        self.at(*at)
    }

    fn at(&self, at: u32) -> Option<&Opt> {
        self.list.get(at as usize)
    }
}

impl Deref for Options {
    type Target = [Opt];

    fn deref(&self) -> &[Opt] {
        &self.list
    }
}

/// Returns the first eight bytes of a name as a number: names of smaller numbers stand before it in the order of texts, and
/// those of the same number may be equal.
pub(crate) fn beginning(name: &str) -> u64 {
    let mut bytes = [0; 8];
    match name.as_bytes().first_chunk() {
        Some(first) => bytes = *first,
        None => bytes
            .iter_mut()
            .zip(name.bytes())
            .for_each(|(to, from)| *to = from),
    }
    u64::from_be_bytes(bytes)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::string::String;
    use std::vec::Vec;

    use super::super::{Entry, PROGRAMS};
    use super::Options;

    /// Every way in which a word could name an option of these, and some more.
    fn texts(options: &Options) -> BTreeSet<String> {
        let names = options.iter().flat_map(|opt| opt.names.iter());
        let texts = names.flat_map(|name| {
            let beginnings = name.char_indices().map(|(at, _)| name.get(..at).unwrap());
            beginnings
                .chain([&**name])
                .map(String::from)
                .collect::<Vec<_>>()
        });
        let others = [
            "",
            "-",
            "--",
            "-q",
            "--q",
            "--no-such-option",
            "\u{e9}",
            "-\u{e9}",
        ];
        texts.chain(others.map(String::from)).collect()
    }

    fn check(options: &Options) {
        for text in texts(options) {
            let named = options.iter().position(|opt| opt.is_called(&text));
            let found = options.named(&text).map(|(at, _)| at as usize);
            assert_eq!(found, named, "{text}");
            let begins = |name: &super::super::entry::Str| name.starts_with(&*text);
            let first = options.iter().find(|opt| opt.names.iter().any(begins));
            let found = options.beginning_with(&text);
            assert_eq!(
                found.map(|opt| &opt.names),
                first.map(|opt| &opt.names),
                "{text}"
            );
            for letter in text.chars() {
                let first = options.iter().find(|opt| opt.is_letter(letter));
                let found = options.letter(letter);
                assert_eq!(
                    found.map(|opt| &opt.names),
                    first.map(|opt| &opt.names),
                    "{letter}"
                );
            }
        }
        assert_eq!(Options::of(options.to_vec()), *options);
    }

    fn check_all(entries: &[Entry]) -> usize {
        let mut checked = 0;
        for entry in entries {
            for options in [&entry.options, &entry.everywhere, &entry.below] {
                check(options);
                checked += options.len();
            }
            for sub in entry.subs.iter() {
                assert_eq!(
                    entry.sub(&sub.name),
                    Some(sub),
                    "{} {}",
                    entry.name,
                    sub.name
                );
                let longer = String::from(&*sub.name) + "x";
                let other = entry.subs.iter().find(|sub| sub.name == longer);
                assert_eq!(entry.sub(&longer), other, "{} {longer}", entry.name);
            }
            checked += check_all(&entry.subs) + check_all(&entry.variants);
        }
        checked
    }

    #[test]
    fn the_index_finds_what_a_walk_over_the_options_finds() {
        assert!(check_all(PROGRAMS) > 10_000);
    }
}
