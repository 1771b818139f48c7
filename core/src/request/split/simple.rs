//! What a plain command touches, as leaves in room that is kept from one request to the next.
//!
//! A name that is nothing but names of directories and a file has one reading, which is put together in one walk over
//! its bytes. Everything that [`super::places`] may have to ask of a name is left to it: the kernel's doors, names that
//! Windows reads otherwise, drives.

use alloc::string::String;
use alloc::sync::Arc;
use alloc::vec::Vec;

use crate::command::{Act, Mention, Text, Word};
use crate::condition::Why;
use crate::limits::Limits;
use crate::path::{glob_walk_of, is_file_url, resolve_glob, walk_of};
use crate::request::leaf::{Leaf, LeafPath, NO_ANCHOR, Op, Shown, Subject};
use crate::url::Address;

/// What the mentions of one command are relative to.
pub(super) struct Around<'a> {
    pub(super) words: &'a [Word],
    /// Where the command runs, in normal form; `None` where nobody stated it.
    pub(super) directory: Option<&'a str>,
    /// That is one of the kernel's directories, from which a path may lead elsewhere.
    pub(super) near_doors: bool,
    pub(super) limits: &'a Limits,
}

impl Around<'_> {
    /// Makes a leaf, which is one of a path or a URL or blank, one about a mention; `None` where that takes more. `spare`
    /// are strings to be used.
    pub(super) fn fill(
        &self,
        mention: &Mention,
        leaf: &mut Leaf,
        spare: &mut Vec<String>,
    ) -> Option<()> {
        let name = mention.name.known(self.words);
        if mention.base.is_some() {
            return None;
        }
        leaf.op = match mention.act {
            Act::Read => Subject::Known(Op::FileRead),
            Act::Write => Subject::Known(Op::FileWrite),
            Act::Delete => Subject::Known(Op::FileDelete),
            Act::Any => Subject::Unknown(Why::Unresolved),
            Act::Fetch => return self.fetch(name, mention, leaf, spare),
        };
        leaf.url = Subject::None;
        if !matches!(leaf.path, Subject::Known(_)) {
            leaf.path = Subject::Known(LeafPath {
                readings: Vec::new(),
                aliases: Vec::new(),
                walks: Vec::new(),
                glob_walks: Vec::new(),
                tree: false,
                globs: Vec::new(),
            });
        }
        let Subject::Known(path) = &mut leaf.path else {
            return None;
        };
        path.tree = mention.tree;
        spare.append(&mut path.readings);
        path.walks.clear();
        path.globs.clear();
        path.glob_walks.clear();
        for name in core::iter::once(name).chain(&mention.more) {
            self.add(name, path, spare)?;
        }
        match path.readings.first() {
            Some(reading) if reading.starts_with('/') => show_place(leaf, spare),
            _ => show(mention.written.text(self.words), leaf, spare),
        }
        Some(())
    }

    /// Adds what a name may be.
    fn add(&self, name: &Text, path: &mut LeafPath, spare: &mut Vec<String>) -> Option<()> {
        let name = match name {
            Text::Exact(name) => name,
            Text::Glob(glob) => return self.add_glob(glob, path),
            _ => return None,
        };
        let mut reading = spare.pop().unwrap_or_default();
        reading.clear();
        let climbs = self.place(name, &mut reading);
        if climbs.is_none() || path.readings.contains(&reading) {
            spare.push(reading);
        } else {
            path.readings.push(reading);
        }
        if climbs? {
            let walk = walk_of(name, self.directory);
            path.walks
                .extend(walk.filter(|walk| !path.walks.contains(walk)));
        }
        Some(())
    }

    /// Adds where a glob looks.
    fn add_glob(&self, glob: &str, path: &mut LeafPath) -> Option<()> {
        let found = resolve_glob(glob, Some(self.directory?)).ok()?;
        if found.len() > self.limits.path_bytes {
            return None;
        }
        path.globs.push(found);
        path.glob_walks.extend(glob_walk_of(glob, self.directory));
        Some(())
    }

    /// Puts the place of a name into `reading`; returns whether there is a `..` on the way, `None` where there is more to
    /// the name.
    fn place(&self, name: &str, reading: &mut String) -> Option<bool> {
        let is_absolute = name.starts_with('/');
        let anchored = is_absolute || self.directory.is_some();
        let longest = self.limits.path_bytes;
        if name.is_empty() || name.len() > longest || !is_absolute && self.near_doors {
            return None;
        }
        if let (false, Some(directory)) = (is_absolute, self.directory) {
            reading.push_str(directory.trim_end_matches('/'));
        }
        let mut climbs = false;
        let mut from = 0;
        let bytes = name.as_bytes();
        for at in 0..=bytes.len() {
            let byte = bytes.get(at);
            match byte {
                Some(b'/') | None => {}
                Some(byte) if is_calm(*byte) => continue,
                Some(_) => return None,
            }
            match name.get(from..at)? {
                "" | "." => {}
                ".." => {
                    climbs = true;
                    reading.truncate(reading.rfind('/').unwrap_or(0));
                }
                part => {
                    let dotted = part.ends_with('.') && part.bytes().any(|byte| byte != b'.');
                    reading.push('/');
                    reading.push_str(part);
                    if dotted || matches!(reading.as_str(), "/proc" | "/dev") {
                        return None;
                    }
                }
            }
            from = at + 1;
        }
        if !anchored {
            reading.clear();
            reading.push_str(NO_ANCHOR);
            return Some(false);
        }
        if reading.is_empty() {
            reading.push('/');
        }
        (reading.len() <= longest).then_some(climbs)
    }

    /// Makes a leaf one about a URL.
    fn fetch(
        &self,
        name: &Text,
        mention: &Mention,
        leaf: &mut Leaf,
        spare: &mut Vec<String>,
    ) -> Option<()> {
        let text = name.exact().filter(|text| !is_file_url(text.trim()))?;
        if !mention.more.is_empty() || text.len() > self.limits.url_bytes {
            return None;
        }
        let url = Address::read(text).filter(|url| url.url().scheme() != "file")?;
        leaf.op = Subject::Known(Op::NetFetch);
        leaf.path = Subject::None;
        show(&url.shown(), leaf, spare);
        leaf.url = Subject::Known(Arc::new(url));
        Some(())
    }
}

/// Makes a text what a leaf is shown by.
fn show(text: &str, leaf: &mut Leaf, spare: &mut Vec<String>) {
    if !matches!(leaf.shown, Shown::Text(_)) {
        leaf.shown = Shown::Text(spare.pop().unwrap_or_default());
    }
    if let Shown::Text(own) = &mut leaf.shown {
        own.clear();
        own.push_str(text);
    }
}

/// Makes its place what a leaf is shown by.
fn show_place(leaf: &mut Leaf, spare: &mut Vec<String>) {
    if let Shown::Text(own) = core::mem::replace(&mut leaf.shown, Shown::Place) {
        spare.push(own);
    }
}

/// Whether a byte is nothing but itself in the name of a file, to whoever reads it.
fn is_calm(byte: u8) -> bool {
    byte.is_ascii_alphanumeric()
        || matches!(byte, b'_' | b'-' | b'.' | b',' | b'+' | b'@' | b'%' | b'=')
}
