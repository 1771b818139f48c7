//! Where a path leads, whether or not there is something yet.
//!
//! Only links are read: no file is opened, nothing is mounted, and what is asked twice is looked up once. A path leads
//! nowhere that could be told when its links go in circles, when the way is closed to this user, when it ends in one of
//! the kernel's doors to elsewhere (`/proc/self/cwd` is another place in each process), and when a request has had its
//! share of lookups. Whoever gets no place from here must take it for any place.

use std::collections::{HashMap, VecDeque};
use std::ffi::{OsStr, OsString};
use std::io::ErrorKind;
use std::path::{Component, Path, PathBuf};

/// So many links are followed on the way, as the kernel does.
const MOST_LINKS: usize = 40;

/// So many names are looked up for one request.
const MOST_LOOKUPS: usize = 65_536;

/// What stands under one name.
#[derive(Clone, Debug)]
enum Entry {
    /// Something that is no link, or nothing yet.
    Plain,
    Link(PathBuf),
    Closed,
}

/// Follows links, and remembers those it has read.
#[derive(Debug)]
pub(crate) struct Walker {
    seen: HashMap<PathBuf, Entry>,
    left: usize,
}

impl Walker {
    pub(crate) fn new() -> Self {
        Self {
            seen: HashMap::new(),
            left: MOST_LOOKUPS,
        }
    }

    /// Returns the path without links that `path`, absolute, stands for, as the kernel walks it: `..` leads up from where a
    /// link has led. `None` when that cannot be told.
    ///
    /// Unlike the system's own function it goes on where nothing is there yet: what would be created through a link that
    /// leads to nothing is created at the link's end.
    pub(crate) fn real(&mut self, path: &Path) -> Option<PathBuf> {
        let mut left: VecDeque<OsString> = components(path);
        let mut real = PathBuf::from("/");
        let mut links = 0;
        while let Some(name) = left.pop_front() {
            if name == ".." {
                real.pop();
                continue;
            }
            let next = real.join(&name);
            match self.entry(&next) {
                Entry::Plain => real = next,
                Entry::Link(_) if links == MOST_LINKS || is_door(&next) => return None,
                Entry::Link(target) => {
                    links += 1;
                    if target.is_absolute() {
                        real = PathBuf::from("/");
                    }
                    for component in components(&target).into_iter().rev() {
                        left.push_front(component);
                    }
                }
                Entry::Closed => return None,
            }
        }
        Some(real)
    }

    /// Takes one from the lookups that are left; `false` when there is none.
    pub(crate) fn spend(&mut self) -> bool {
        self.left = self.left.saturating_sub(1);
        self.left > 0
    }

    fn entry(&mut self, path: &Path) -> Entry {
        if let Some(entry) = self.seen.get(path) {
            return entry.clone();
        }
        if !self.spend() {
            return Entry::Closed;
        }
        let entry = match path.read_link() {
            Ok(target) => Entry::Link(target),
            Err(error) => match error.kind() {
                // It is no link, or it is not there.
                ErrorKind::InvalidInput | ErrorKind::NotFound | ErrorKind::NotADirectory => {
                    Entry::Plain
                }
                _ if cfg!(not(unix)) => Entry::Plain,
                _ => Entry::Closed,
            },
        };
        self.seen.insert(path.to_owned(), entry.clone());
        entry
    }
}

/// Returns the path without links that `path`, absolute, stands for; the path as written where that cannot be told.
pub(crate) fn real_path(path: &Path) -> PathBuf {
    Walker::new()
        .real(path)
        .unwrap_or_else(|| by_its_text(path))
}

/// Whether a link of `/proc` leads where only the process knows that asks.
fn is_door(path: &Path) -> bool {
    let names: Vec<&OsStr> = path.iter().collect();
    match names.as_slice() {
        [_, proc, _, rest @ ..] if *proc == "proc" => rest.iter().any(|name| {
            ["root", "cwd", "exe", "fd", "map_files"]
                .iter()
                .any(|door| name == door)
        }),
        _ => false,
    }
}

/// Returns a path without `.` and `..`, by its text alone.
pub(crate) fn by_its_text(path: &Path) -> PathBuf {
    let mut plain = PathBuf::new();
    for component in path.components() {
        match component {
            Component::CurDir => {}
            Component::ParentDir => {
                plain.pop();
            }
            component => plain.push(component),
        }
    }
    plain
}

fn components(path: &Path) -> VecDeque<OsString> {
    path.components()
        .filter_map(|component| match component {
            Component::Normal(name) => Some(name.to_os_string()),
            Component::ParentDir => Some(OsString::from("..")),
            Component::CurDir | Component::RootDir | Component::Prefix(_) => None,
        })
        .collect()
}
