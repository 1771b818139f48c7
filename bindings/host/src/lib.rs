//! The one place where Doorward touches files, the clock and the environment.
//!
//! The core decides and nothing else; whoever needs a policy from the disk comes here. Three steps, each usable alone:
//!
//! 1. **Which files?** Named by the caller ([`PolicyFile`]), or found where policies live ([`Discovery`]).
//! 2. **Their text.** [`Sources::read`] reads them, bounded, and keeps every problem instead of stopping at the first.
//! 3. **One policy.** [`Sources::build`] compiles what was read. A file that could not be read is a [`Diagnostic`] like
//!    any other, so a caller sees all problems of all files at once, and a missing file never quietly loosens a policy.
//!
//! [`load`], [`load_layered`] and [`discover`] are the three steps in one call. [`Facts`] are what a host on this machine
//! can say about a request: the time, the working directory, the home directory and the project. [`resolve`] adds where
//! its paths really lead.
//!
//! A program that must answer whatever happens, such as an agent's hook, asks for [`InForce`]: the policy found here, the
//! last one that loaded when that one is broken, or the starter policy when there is none. [`hook`] is that hook,
//! [`registration`] puts it into a host's settings, [`status`] says whether it works.
//!
//! ```
//! use doorward_host::starter;
//!
//! let policy = starter()?;
//! let decision = policy.decide(&doorward::Request::from_json(br#"{"action":"Bash","input":{"command":"git status"}}"#)?);
//! assert!(decision.allowed());
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod discovery;
mod facts;
pub mod hook;
mod in_force;
mod kept;
mod own_files;
mod places;
mod policy_file;
mod printable;
mod real_path;
pub mod registration;
mod repository;
mod resolved;
mod sources;
mod starter;
pub mod status;
mod templates;
mod written;

use std::path::Path;

pub use discovery::Discovery;
pub use doorward::{Diagnostic, Layer, Policy, PolicyError};
pub use facts::Facts;
pub use in_force::{InForce, Standing};
pub use kept::{LastError, last_error};
pub use places::Places;
pub use policy_file::PolicyFile;
pub use printable::printable;
pub use repository::repository_root;
pub use resolved::{resolve, resolved};
pub use sources::{MAX_FILE_BYTES, MAX_FILES, MAX_TOTAL_BYTES, Sources};
pub use starter::{STARTER, STARTER_NAME, starter};
pub use templates::{TEMPLATES, Template};
pub use written::{Written, write_file};

/// Returns one policy made of `paths`, all in the layer `user`.
///
/// A path is a file, or a directory whose `*.toml` files are taken in byte order of their names (hidden ones are not
/// taken, as in a shell). A rule's origin and a diagnostic's file is the path as given.
///
/// # Errors
///
/// Every problem of every file at once: what could not be read (`unreadable-file`, `no-policy-found` for a directory
/// without a policy or no path at all), then what does not load.
pub fn load<P: AsRef<Path>>(paths: &[P]) -> Result<Policy, PolicyError> {
    let files: Vec<PolicyFile> = paths
        .iter()
        .map(|path| PolicyFile::user(path.as_ref()))
        .collect();
    load_layered(&files)
}

/// Returns one policy made of `files`, each in its own layer.
///
/// # Errors
///
/// As [`load`].
pub fn load_layered(files: &[PolicyFile]) -> Result<Policy, PolicyError> {
    Sources::read(files).build()
}

/// Returns the policy in force in the directory `cwd`: the managed, user, project and auto-promoted files of this machine.
///
/// Where they are looked for: [`Places::of_this_machine`] and [`Discovery::find`].
///
/// # Errors
///
/// As [`load`]; `no-policy-found` when there is no file in any layer.
pub fn discover(cwd: &Path) -> Result<Policy, PolicyError> {
    Discovery::find(&Places::of_this_machine(), cwd)
        .read()
        .build()
}
