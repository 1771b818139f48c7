//! Finding the policy that is in force.

use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use doorward::{Diagnostic, Layer};

use crate::own_files::own_files;
use crate::real_path::real_path;
use crate::sources::{members, reason, unreadable};
use crate::{Places, PolicyFile, Sources, repository_root};

/// The policy files that are in force in a directory, in order: managed, user, project, auto; within a layer in byte
/// order of their names, and a project's nearest directory first.
///
/// The order decides nothing: the strictest effect wins across all layers.
#[derive(Clone, Debug, Default)]
pub struct Discovery {
    files: Vec<PolicyFile>,
    problems: Vec<Diagnostic>,
    own_files: Vec<String>,
}

impl Discovery {
    /// Looks for policy files: `*.toml` in the managed and the user's place and in the user's `auto`, and in `.doorward` of
    /// `cwd` and of each directory above it up to the repository root (the one that holds `.git`). Without a repository
    /// only `cwd` itself is looked at.
    ///
    /// A project's files came with the repository: they are tighten-only, unless a managed file or one of the user's
    /// lists the directory that holds `.doorward` under `[builtin] trusted`; one that is a link out of the repository is
    /// not read. A place that is there but cannot be listed is a problem, not an empty place.
    pub fn find(places: &Places, cwd: &Path) -> Self {
        Self::find_for(places, &[cwd])
    }

    /// Looks for the policy files of several directories at once, such as a session's project and the directory that a
    /// command runs in: the project files of all of them are in force together.
    pub fn find_for(places: &Places, directories: &[&Path]) -> Self {
        let mut found = Self::default();
        if let Some(managed) = places.managed_directory() {
            found.look(&PolicyFile::new(Layer::Managed, managed));
        }
        if let Some(user) = places.user_directory() {
            found.look(&PolicyFile::new(Layer::User, user));
        }
        let projects = project_directories(directories);
        let holding: Vec<&(PathBuf, PathBuf)> = projects
            .iter()
            .filter(|(directory, _)| directory.join(".doorward").symlink_metadata().is_ok())
            .collect();
        if !holding.is_empty() {
            let trusted = Sources::read_found(&found.files, Vec::new(), Vec::new()).trusted(places);
            for (directory, root) in holding {
                let file = PolicyFile::new(Layer::Project, directory.join(".doorward"));
                found.look(&file.within(root).trusted(trusted.contains(directory)));
            }
        }
        if let Some(user) = places.user_directory() {
            found.look(&PolicyFile::new(Layer::Auto, user.join("auto")));
        }
        found.own_files = own_files(
            places,
            projects.iter().map(|(directory, _)| directory.as_path()),
        );
        for file in &found.files {
            let path = file.path();
            found.own_files.extend(path.to_str().map(str::to_owned));
            found
                .own_files
                .extend(real_path(path).into_os_string().into_string());
        }
        found.own_files.sort();
        found.own_files.dedup();
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

    /// Returns the files, absolute and sorted, that decide about an agent: the policy's, Doorward's own, and the hosts' hook
    /// settings. The policy read from here asks before they are written, deleted or linked.
    pub fn own_files(&self) -> &[String] {
        &self.own_files
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
        Sources::read_found(&self.files, problems, self.own_files.clone())
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

/// Returns each directory in which a project's policy could lie, nearest first, with the root of its repository.
fn project_directories(directories: &[&Path]) -> Vec<(PathBuf, PathBuf)> {
    let mut all = Vec::new();
    for directory in directories {
        let directory = directory
            .canonicalize()
            .or_else(|_| std::path::absolute(directory))
            .unwrap_or_else(|_| directory.to_path_buf());
        let root = repository_root(&directory).unwrap_or(&directory);
        for above in directory
            .ancestors()
            .take_while(|above| above.starts_with(root))
        {
            let one = (above.to_path_buf(), root.to_path_buf());
            if !all.contains(&one) {
                all.push(one);
            }
        }
    }
    all
}
