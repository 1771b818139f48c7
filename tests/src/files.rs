//! A file system in memory, walked as a kernel walks one: the second opinion on where a path leads.
//!
//! It knows directories, files and symbolic links, and nothing of the core: no normal form, no rules. A path is followed
//! name by name from the root or from a directory; `..` leads up from where a link has led.

use std::collections::BTreeMap;

/// So many links are followed on the way.
const MOST_LINKS: usize = 40;

/// A place without links: the names from the root.
pub type Place = Vec<String>;

/// What stands under a name.
#[derive(Debug, Clone)]
enum Node {
    Directory,
    File,
    Link(String),
}

/// Directories, files and links by their place.
#[derive(Debug, Clone, Default)]
pub struct Files {
    nodes: BTreeMap<Place, Node>,
}

/// A walk that the kernel would end with an error: links in circles, or a name below what is no directory.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NoSuchPlace;

/// Returns the names of an absolute path.
#[must_use]
pub fn names(path: &str) -> Place {
    let names = path.split('/').filter(|name| !name.is_empty());
    names.map(str::to_owned).collect()
}

/// Returns the absolute path of a place.
#[must_use]
pub fn path_of(place: &[String]) -> String {
    match place {
        [] => "/".to_owned(),
        names => names.iter().map(|name| format!("/{name}")).collect(),
    }
}

impl Files {
    /// Makes a directory, and those above it.
    pub fn directory(&mut self, path: &str) {
        let place = names(path);
        for end in 1..=place.len() {
            let above = place.iter().take(end).cloned().collect();
            self.nodes.insert(above, Node::Directory);
        }
    }

    /// Makes a file, where nothing is yet.
    pub fn file(&mut self, path: &str) {
        self.nodes.entry(names(path)).or_insert(Node::File);
    }

    /// Makes a link to a text, where nothing is yet.
    pub fn link(&mut self, path: &str, target: &str) {
        self.nodes
            .entry(names(path))
            .or_insert_with(|| Node::Link(target.to_owned()));
    }

    /// Returns where `path` leads from a directory. What is not there yet leads to where it would be made.
    ///
    /// # Errors
    ///
    /// [`NoSuchPlace`] when the kernel would not get there.
    pub fn real(&self, from: &[String], path: &str) -> Result<Place, NoSuchPlace> {
        self.walk(from, path, true)
    }

    /// Returns where `path` leads, its last name not followed: what is deleted under that name.
    ///
    /// # Errors
    ///
    /// As [`Files::real`].
    pub fn itself(&self, from: &[String], path: &str) -> Result<Place, NoSuchPlace> {
        self.walk(from, path, false)
    }

    /// Whether a place without links is a directory.
    #[must_use]
    pub fn is_directory(&self, place: &[String]) -> bool {
        place.is_empty() || matches!(self.nodes.get(place), Some(Node::Directory))
    }

    /// Whether something is there, a link included.
    #[must_use]
    pub fn exists(&self, place: &[String]) -> bool {
        place.is_empty() || self.nodes.contains_key(place)
    }

    /// Returns every directory, those above first.
    pub fn directories(&self) -> impl Iterator<Item = &Place> {
        let nodes = self.nodes.iter();
        nodes.filter_map(|(place, node)| matches!(node, Node::Directory).then_some(place))
    }

    /// Returns the names in a directory.
    pub fn list<'f>(&'f self, directory: &'f [String]) -> impl Iterator<Item = &'f str> {
        self.nodes
            .keys()
            .filter_map(move |place| match place.split_last() {
                Some((name, above)) if above == directory => Some(name.as_str()),
                _ => None,
            })
    }

    fn walk(&self, from: &[String], path: &str, last: bool) -> Result<Place, NoSuchPlace> {
        let mut at = if path.starts_with('/') {
            Vec::new()
        } else {
            from.to_vec()
        };
        let mut left: Vec<String> = path.split('/').rev().map(str::to_owned).collect();
        let mut links = 0;
        // A slash behind a name asks for what a link leads to.
        let follows_last = last || path.ends_with('/');
        while let Some(name) = left.pop() {
            match name.as_str() {
                "" | "." => continue,
                ".." => {
                    at.pop();
                    continue;
                }
                _ => {}
            }
            let is_last = left.iter().all(|name| name.is_empty() || name == ".");
            at.push(name);
            match self.nodes.get(&at) {
                Some(Node::Link(target)) if !is_last || follows_last => {
                    links += 1;
                    if links > MOST_LINKS {
                        return Err(NoSuchPlace);
                    }
                    at.pop();
                    if target.starts_with('/') {
                        at.clear();
                    }
                    left.extend(target.split('/').rev().map(str::to_owned));
                }
                Some(Node::File) if !is_last => return Err(NoSuchPlace),
                // The kernel goes up from what is there, and not from what is not.
                None if left.iter().any(|name| name == "..") => return Err(NoSuchPlace),
                _ => {}
            }
        }
        Ok(at)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn files() -> Files {
        let mut files = Files::default();
        files.directory("/w/p/src");
        files.directory("/home/u/.ssh/sub");
        files.file("/w/p/src/a");
        files.link("/w/p/l", "/home/u/.ssh/sub");
        files.link("/w/p/src/up", "../l");
        files.link("/w/p/loop", "loop");
        files
    }

    #[test]
    fn dots_lead_up_from_where_a_link_has_led() {
        let files = files();
        let real = |path: &str| {
            files
                .real(&names("/w/p"), path)
                .map(|place| path_of(&place))
        };
        assert_eq!(real("l/../id").as_deref(), Ok("/home/u/.ssh/id"));
        assert_eq!(real("src/up/x").as_deref(), Ok("/home/u/.ssh/sub/x"));
        assert_eq!(real("src/../src/./a").as_deref(), Ok("/w/p/src/a"));
        assert_eq!(real("loop"), Err(NoSuchPlace));
        assert_eq!(real("none/../src/a"), Err(NoSuchPlace));
        let itself = files
            .itself(&names("/w/p"), "l")
            .map(|place| path_of(&place));
        assert_eq!(itself.as_deref(), Ok("/w/p/l"));
    }
}
