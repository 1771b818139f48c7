//! Where a repository begins.

use std::path::Path;

/// Returns the nearest of `directory` and the directories above it that holds `.git`, a directory or (in a worktree) a file.
///
/// Goes up by the path as written, so the answer is always a beginning of `directory`; no link is followed. Without such a
/// directory, or for a relative path that has none, `None`.
pub fn repository_root(directory: &Path) -> Option<&Path> {
    directory.ancestors().find(|above| {
        !above.as_os_str().is_empty() && above.join(".git").symlink_metadata().is_ok()
    })
}
