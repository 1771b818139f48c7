//! The files that decide about an agent, and that the agent must not change on its own.
//!
//! Named before they exist: writing a settings file that is not there yet changes the hooks as well. Each is listed where
//! it is looked for and where it really is, so that a home of links into a folder of dotfiles is kept from both sides.

use std::path::{Path, PathBuf};

use crate::Places;
use crate::real_path::real_path;

/// What a project's directory holds of Doorward and of the hosts' hooks.
const IN_A_PROJECT: [&str; 13] = [
    ".doorward",
    ".claude/settings.json",
    ".claude/settings.local.json",
    ".codex/hooks.json",
    ".codex/config.toml",
    ".codex/rules",
    ".gemini/settings.json",
    ".cursor/hooks.json",
    ".opencode/plugin",
    ".opencode/plugins",
    ".opencode/opencode.json",
    "opencode.json",
    "opencode.jsonc",
];

/// What the machine's administrator wrote.
const OF_THE_MACHINE: [&str; 5] = [
    "/etc/claude-code",
    "/etc/codex",
    "/etc/gemini-cli",
    "/etc/cursor",
    "/Library/Application Support/ClaudeCode",
];

/// Returns the absolute paths of Doorward's own files and the hosts' hook settings, sorted, as texts; `directories` are
/// those in which a project's own could lie.
pub(crate) fn own_files<'p>(
    places: &Places,
    directories: impl Iterator<Item = &'p Path>,
) -> Vec<String> {
    let mut paths: Vec<PathBuf> = Vec::new();
    let whole = [
        places.managed_directory(),
        places.user_directory(),
        places.cache_directory(),
        places.state_directory(),
        places.program(),
    ];
    paths.extend(whole.into_iter().flatten().map(Path::to_path_buf));
    let mut below = |directory: Option<&Path>, names: &[&str]| {
        paths.extend(
            directory
                .into_iter()
                .flat_map(|directory| names.iter().map(|name| directory.join(name))),
        );
    };
    below(places.claude(), &["settings.json", "settings.local.json"]);
    below(places.codex(), &["hooks.json", "config.toml", "rules"]);
    below(
        places.home_directory(),
        &[".gemini/settings.json", ".cursor/hooks.json"],
    );
    below(
        places.config(),
        &[
            "opencode/plugin",
            "opencode/plugins",
            "opencode/opencode.json",
            "opencode/opencode.jsonc",
            "opencode/config.json",
            "opencode/package.json",
            "opencode/node_modules/doorward",
        ],
    );
    // A machine without any place of Doorward's has no settings of its hooks either.
    if places.managed_directory().is_some() {
        below(Some(Path::new("/")), &OF_THE_MACHINE);
    }
    for directory in directories {
        below(Some(directory), &IN_A_PROJECT);
    }
    let really: Vec<PathBuf> = paths.iter().map(|path| real_path(path)).collect();
    paths.extend(really);
    paths.sort();
    paths.dedup();
    // A path that is no text cannot be asked about either; one longer than a pattern may be is no place for settings.
    paths
        .into_iter()
        .filter_map(|path| path.into_os_string().into_string().ok())
        .filter(|path| path.starts_with('/') && path.len() < 4096)
        .collect()
}
