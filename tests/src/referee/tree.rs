//! The folders that scripts may write to: what they hold before a script, and what it did to them.
//!
//! Two witnesses. A look at the tree when all is over says what is new, changed or gone. The system's own notes (inotify) say what was opened for
//! writing, made, moved or removed meanwhile, also where nothing is left of it: `: >> notes.txt` changes nothing. What a script makes in a
//! folder that it made itself and removed again, neither sees.
//!
//! Afterwards only what differs is put back, so that a script that writes one file costs one file.

use super::programs::LOCAL_STUBS;
use super::{HOME, PROJECT};
use nix::errno::Errno;
use nix::sys::inotify::{AddWatchFlags, InitFlags, Inotify, WatchDescriptor};
use std::collections::{BTreeMap, BTreeSet};
use std::fs::{self, DirBuilder, Permissions};
use std::io;
use std::os::unix::fs::{DirBuilderExt, MetadataExt, PermissionsExt, chown};
use std::path::{Path, PathBuf};

/// The folders that scripts may write to; the rest is read-only.
pub(super) const WRITABLE: &[&str] = &["/home", "/tmp"];

/// Folders below the home directory.
const FOLDERS: &[&str] = &["bin", "project", "project/build", "project/src", ".ssh"];

/// Files of the project.
const FILES: &[(&str, &str)] = &[
    ("README.md", "# A project\n"),
    ("build/a.o", "object\n"),
    ("src/main.rs", "fn main() {}\n"),
    ("notes.txt", "one\ntwo\n"),
];

/// The writable folders.
#[derive(Debug)]
pub(super) struct Tree {
    /// Whom scripts run as, and who then owns what they may change.
    owner: Option<u32>,
    /// What is there when no script has run.
    fresh: BTreeMap<PathBuf, Mark>,
    notes: Inotify,
    watched: BTreeMap<WatchDescriptor, PathBuf>,
}

/// What a script did to the writable folders.
#[derive(Debug, Default)]
pub(super) struct Changes {
    /// What is new, changed or gone when all is over.
    pub(super) changed: BTreeSet<PathBuf>,
    /// That, and what was opened for writing, made, moved or removed meanwhile.
    pub(super) written: BTreeSet<PathBuf>,
}

/// By what a changed file is known.
#[derive(Debug, Clone, PartialEq)]
struct Mark {
    inode: u64,
    mode: u32,
    /// Length and time of change; a folder's change with what is in it, so they are left out there.
    content: Option<(u64, i64, i64)>,
}

impl Tree {
    /// Fills the writable folders for the first time.
    pub(super) fn furnish(owner: Option<u32>) -> io::Result<Tree> {
        let mut tree = Tree {
            owner,
            fresh: BTreeMap::new(),
            notes: Inotify::init(InitFlags::IN_NONBLOCK | InitFlags::IN_CLOEXEC)?,
            watched: BTreeMap::new(),
        };
        tree.fill()?;
        Ok(tree)
    }

    /// Says what happened since the last time, and puts everything back.
    pub(super) fn settle(&mut self) -> io::Result<Changes> {
        let mut written = self.read_notes()?;
        let now = contents()?;
        let differs = |path: &PathBuf| self.fresh.get(path) != now.get(path);
        let changed: BTreeSet<PathBuf> = (now.keys().chain(self.fresh.keys()))
            .filter(|path| differs(path))
            .cloned()
            .collect();
        written.extend(changed.iter().cloned());
        if !changed.is_empty() {
            self.put_back(&changed)?;
        }
        Ok(Changes { changed, written })
    }

    fn put_back(&mut self, changed: &BTreeSet<PathBuf>) -> io::Result<()> {
        let mut files = Vec::new();
        for path in changed {
            let file = FILES
                .iter()
                .find(|(name, _)| Path::new(PROJECT).join(name) == *path);
            match (self.fresh.contains_key(path), file) {
                (false, _) => {}
                (true, Some(file)) => files.push(file),
                // A folder or a program of ours: everything is made anew.
                (true, None) => return self.fill(),
            }
        }
        for path in changed {
            remove(path)?;
        }
        for (name, text) in files {
            let path = self.put_file(name, text)?;
            self.fresh.insert(path.clone(), Mark::of(&path)?);
        }
        self.read_notes().map(drop)
    }

    /// Fills the writable folders and remembers what they hold.
    fn fill(&mut self) -> io::Result<()> {
        for folder in WRITABLE {
            for entry in fs::read_dir(folder)? {
                remove(&entry?.path())?;
            }
        }
        let home = Path::new(HOME);
        for folder in FOLDERS {
            DirBuilder::new()
                .recursive(true)
                .mode(0o755)
                .create(home.join(folder))?;
        }
        let first = home.join("bin/tool");
        fs::copy("/usr/bin/ls", &first)?;
        for folder in [home.join("bin"), PathBuf::from(PROJECT)] {
            for name in LOCAL_STUBS {
                let path = folder.join(name);
                if path != first {
                    fs::hard_link(&first, path)?;
                }
            }
        }
        for (name, text) in FILES {
            self.put_file(name, text)?;
        }
        for folder in [""].iter().chain(FOLDERS).filter(|name| **name != "bin") {
            self.give(&home.join(folder))?;
        }
        fs::set_permissions("/tmp", Permissions::from_mode(0o1777))?;
        self.fresh = contents()?;
        let what = AddWatchFlags::IN_CLOSE_WRITE
            | AddWatchFlags::IN_MODIFY
            | AddWatchFlags::IN_CREATE
            | AddWatchFlags::IN_DELETE
            | AddWatchFlags::IN_MOVE;
        self.watched.clear();
        let inside = (self.fresh.iter()).filter(|(_, mark)| mark.content.is_none());
        let folders = WRITABLE.iter().map(PathBuf::from);
        for folder in folders.chain(inside.map(|(path, _)| path.clone())) {
            self.watched
                .insert(self.notes.add_watch(&folder, what)?, folder);
        }
        self.read_notes().map(drop)
    }

    fn put_file(&self, name: &str, text: &str) -> io::Result<PathBuf> {
        let path = Path::new(PROJECT).join(name);
        fs::write(&path, text)?;
        self.give(&path)?;
        Ok(path)
    }

    /// Gives a path to whom scripts run as.
    fn give(&self, path: &Path) -> io::Result<()> {
        match self.owner {
            Some(owner) => chown(path, Some(owner), Some(owner)),
            None => Ok(()),
        }
    }

    /// The paths that the system has noted since the last call.
    fn read_notes(&self) -> io::Result<BTreeSet<PathBuf>> {
        let mut out = BTreeSet::new();
        loop {
            let notes = match self.notes.read_events() {
                Ok(notes) => notes,
                Err(Errno::EAGAIN) => return Ok(out),
                Err(error) => return Err(error.into()),
            };
            for note in notes {
                // Without a name, or of a folder that is no longer watched, it says nothing of a path.
                if let (Some(folder), Some(name)) = (self.watched.get(&note.wd), note.name) {
                    out.insert(folder.join(name));
                }
            }
        }
    }
}

impl Mark {
    fn of(path: &Path) -> io::Result<Mark> {
        let data = path.symlink_metadata()?;
        let content = (!data.is_dir()).then(|| (data.len(), data.mtime(), data.mtime_nsec()));
        Ok(Mark {
            inode: data.ino(),
            mode: data.mode(),
            content,
        })
    }
}

/// What the writable folders hold.
fn contents() -> io::Result<BTreeMap<PathBuf, Mark>> {
    let mut out = BTreeMap::new();
    let mut folders: Vec<PathBuf> = WRITABLE.iter().map(PathBuf::from).collect();
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder)? {
            let path = entry?.path();
            let mark = Mark::of(&path)?;
            if mark.content.is_none() {
                folders.push(path.clone());
            }
            out.insert(path, mark);
        }
    }
    Ok(out)
}

/// Removes a file or a whole folder; nothing when it is gone already.
fn remove(path: &Path) -> io::Result<()> {
    let removed = match path.symlink_metadata() {
        Ok(data) if data.is_dir() => fs::remove_dir_all(path),
        Ok(_) => fs::remove_file(path),
        Err(error) => Err(error),
    };
    match removed {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        other => other,
    }
}
