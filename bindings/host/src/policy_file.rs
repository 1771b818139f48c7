//! A policy file on disk, before it is read.

use std::path::{Path, PathBuf};

use doorward::Layer;

/// Where one policy file lies, and how far it is trusted.
///
/// ```
/// use doorward::Layer;
/// use doorward_host::PolicyFile;
///
/// let theirs = PolicyFile::new(Layer::Project, ".doorward/team.toml");
/// assert!(!theirs.is_trusted()); // it came with a repository: deny and ask rules only
/// assert!(theirs.trusted(true).is_trusted());
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PolicyFile {
    layer: Layer,
    trusted: bool,
    path: PathBuf,
    listed: bool,
    within: Option<PathBuf>,
}

impl PolicyFile {
    /// Returns the file or directory `path`, in `layer`. A file of the layer `project` is tighten-only.
    pub fn new(layer: Layer, path: impl Into<PathBuf>) -> Self {
        Self {
            layer,
            trusted: false,
            path: path.into(),
            listed: false,
            within: None,
        }
    }

    /// Returns the file or directory `path` in the layer `user`.
    pub fn user(path: impl Into<PathBuf>) -> Self {
        Self::new(Layer::User, path)
    }

    /// Sets whether a file of the layer `project` may do more than tighten. The other layers always may.
    #[must_use]
    pub fn trusted(mut self, yes: bool) -> Self {
        self.trusted = yes;
        self
    }

    /// Demands that the file itself, links followed, lies below `root`.
    ///
    /// For files that came with a repository: a link out of it would make a load error quote someone else's file.
    pub(crate) fn within(mut self, root: &Path) -> Self {
        self.within = Some(root.to_path_buf());
        self
    }

    /// Returns the same, for one file of this directory. It must be a regular file: nobody named it, and opening a pipe
    /// would wait for ever.
    pub(crate) fn member(&self, path: PathBuf) -> Self {
        Self {
            path,
            listed: true,
            ..self.clone()
        }
    }

    /// Returns the layer.
    pub fn layer(&self) -> Layer {
        self.layer
    }

    /// Returns whether a file of the layer `project` may do more than tighten.
    pub fn is_trusted(&self) -> bool {
        self.trusted
    }

    /// Returns the path as given.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Returns whether the file was found in a directory rather than named by the caller.
    pub(crate) fn is_listed(&self) -> bool {
        self.listed
    }

    /// Returns the directory that the file must not lead out of.
    pub(crate) fn bound(&self) -> Option<&Path> {
        self.within.as_deref()
    }
}
