//! Finding the policy that is in force.

use std::env;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use doorward::{Diagnostic, Layer};

use crate::sources::{members, reason, unreadable};
use crate::{PolicyFile, Sources, repository_root};

/// The directories in which policies live outside of a project.
///
/// ```
/// use doorward_host::{Discovery, Places};
///
/// let nowhere = Places::default();
/// assert!(Discovery::find(&nowhere, std::path::Path::new("/")).is_empty());
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Places {
    managed: Option<PathBuf>,
    user: Option<PathBuf>,
}

impl Places {
    /// Returns the places of this machine: `/etc/doorward` for the managed layer, and for the user's
    /// `$XDG_CONFIG_HOME/doorward`, or `~/.config/doorward` when that variable is not an absolute path.
    pub fn of_this_machine() -> Self {
        let absolute = |path: &PathBuf| path.is_absolute();
        let config = env::var_os("XDG_CONFIG_HOME")
            .map(PathBuf::from)
            .filter(absolute)
            .or_else(|| {
                env::home_dir()
                    .filter(absolute)
                    .map(|home| home.join(".config"))
            });
        Self {
            managed: Some(PathBuf::from("/etc/doorward")),
            user: config.map(|config| config.join("doorward")),
        }
    }

    /// Sets the directory of the managed layer.
    #[must_use]
    pub fn managed(mut self, directory: impl Into<PathBuf>) -> Self {
        self.managed = Some(directory.into());
        self
    }

    /// Sets the directory of the user's layer; the auto-promoted files lie in its folder `auto`.
    #[must_use]
    pub fn user(mut self, directory: impl Into<PathBuf>) -> Self {
        self.user = Some(directory.into());
        self
    }
}

/// The policy files that are in force in a directory, in order: managed, user, project, auto; within a layer in byte
/// order of their names, and a project's nearest directory first.
///
/// The order decides nothing: the strictest effect wins across all layers.
#[derive(Clone, Debug, Default)]
pub struct Discovery {
    files: Vec<PolicyFile>,
    problems: Vec<Diagnostic>,
}

impl Discovery {
    /// Looks for policy files: `*.toml` in the managed and the user's place and in the user's `auto`, and in `.doorward` of
    /// `cwd` and of each directory above it up to the repository root (the one that holds `.git`). Without a repository
    /// only `cwd` itself is looked at.
    ///
    /// A project's files came with the repository: they are tighten-only, and one that is a link out of the repository is
    /// not read. A place that is there but cannot be listed is a problem, not an empty place.
    pub fn find(places: &Places, cwd: &Path) -> Self {
        let mut found = Self::default();
        if let Some(managed) = &places.managed {
            found.look(&PolicyFile::new(Layer::Managed, managed));
        }
        if let Some(user) = &places.user {
            found.look(&PolicyFile::new(Layer::User, user));
        }
        let cwd = cwd
            .canonicalize()
            .or_else(|_| std::path::absolute(cwd))
            .unwrap_or_else(|_| cwd.to_path_buf());
        let root = repository_root(&cwd).unwrap_or(&cwd);
        for directory in cwd
            .ancestors()
            .take_while(|directory| directory.starts_with(root))
        {
            found.look(&PolicyFile::new(Layer::Project, directory.join(".doorward")).within(root));
        }
        if let Some(user) = &places.user {
            found.look(&PolicyFile::new(Layer::Auto, user.join("auto")));
        }
        found
    }

    /// Returns the files found, in order.
    pub fn files(&self) -> &[PolicyFile] {
        &self.files
    }

    /// Returns the places that are there and could not be listed.
    pub fn problems(&self) -> &[Diagnostic] {
        &self.problems
    }

    /// Returns whether there is no policy at all: no file, and no place that could hold one unseen.
    pub fn is_empty(&self) -> bool {
        self.files.is_empty() && self.problems.is_empty()
    }

    /// Reads the files found. With none, the only problem is `no-policy-found`.
    pub fn read(&self) -> Sources {
        let mut problems = self.problems.clone();
        if self.is_empty() {
            problems.push(Diagnostic::about_file(
                "no-policy-found",
                "",
                "no policy was found for this directory",
                Some("write one to `~/.config/doorward/policy.toml`, or name a file".to_owned()),
            ));
        }
        Sources::read_found(&self.files, problems)
    }

    fn look(&mut self, directory: &PolicyFile) {
        let path = directory.path();
        match path.symlink_metadata() {
            Err(error)
                if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) =>
            {
                return;
            }
            Err(error) => return self.problems.push(unreadable(path, &reason(&error))),
            Ok(_) => {}
        }
        match members(directory) {
            Ok(members) => self.files.extend(members),
            Err(error) => self.problems.push(unreadable(path, &reason(&error))),
        }
    }
}
