//! Where policies, Doorward's own state and the hosts' settings live on a machine.

use std::env;
use std::path::{Path, PathBuf};

use crate::hook::Host;

/// The directories that Doorward and the hosts of its hooks use outside of a project.
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
    cache: Option<PathBuf>,
    state: Option<PathBuf>,
    home: Option<PathBuf>,
    claude: Option<PathBuf>,
    codex: Option<PathBuf>,
    config: Option<PathBuf>,
    program: Option<PathBuf>,
}

impl Places {
    /// Returns the places of this machine and this user.
    ///
    /// `/etc/doorward` for the managed layer; `$XDG_CONFIG_HOME/doorward` for the user's, `$XDG_CACHE_HOME/doorward` for
    /// what can be made again, `$XDG_STATE_HOME/doorward` for the audit log, each below the home (`.config`, `.cache`,
    /// `.local/state`) when the variable is not an absolute path. The hosts' own folders likewise: `$CLAUDE_CONFIG_DIR`,
    /// `$CODEX_HOME`.
    pub fn of_this_machine() -> Self {
        let home = env::home_dir().filter(|home| home.is_absolute());
        let named = |variable: &str, below: &str| {
            env::var_os(variable)
                .map(PathBuf::from)
                .filter(|path| path.is_absolute())
                .or_else(|| home.as_ref().map(|home| home.join(below)))
        };
        let config = named("XDG_CONFIG_HOME", ".config");
        Self {
            managed: Some(PathBuf::from("/etc/doorward")),
            user: config.as_ref().map(|config| config.join("doorward")),
            cache: named("XDG_CACHE_HOME", ".cache").map(|cache| cache.join("doorward")),
            state: named("XDG_STATE_HOME", ".local/state").map(|state| state.join("doorward")),
            claude: named("CLAUDE_CONFIG_DIR", ".claude"),
            codex: named("CODEX_HOME", ".codex"),
            program: env::current_exe()
                .ok()
                .filter(|program| program.file_stem().is_some_and(|name| name == "doorward")),
            config,
            home,
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

    /// Sets the directory for what can be made again: the last good policy, the last error.
    #[must_use]
    pub fn cache(mut self, directory: impl Into<PathBuf>) -> Self {
        self.cache = Some(directory.into());
        self
    }

    /// Sets the home directory, and with it the hosts' folders below it.
    #[must_use]
    pub fn home(mut self, directory: impl Into<PathBuf>) -> Self {
        let home = directory.into();
        self.claude = Some(home.join(".claude"));
        self.codex = Some(home.join(".codex"));
        self.config = Some(home.join(".config"));
        self.home = Some(home);
        self
    }

    /// Returns the directory of the managed layer.
    pub fn managed_directory(&self) -> Option<&Path> {
        self.managed.as_deref()
    }

    /// Returns the directory of the user's layer.
    pub fn user_directory(&self) -> Option<&Path> {
        self.user.as_deref()
    }

    /// Returns the directory for what can be made again.
    pub fn cache_directory(&self) -> Option<&Path> {
        self.cache.as_deref()
    }

    /// Returns the directory of the audit log.
    pub fn state_directory(&self) -> Option<&Path> {
        self.state.as_deref()
    }

    /// Returns the home directory.
    pub fn home_directory(&self) -> Option<&Path> {
        self.home.as_deref()
    }

    /// Returns the program that this process runs, if it is the command `doorward`.
    pub fn program(&self) -> Option<&Path> {
        self.program.as_deref()
    }

    /// Returns whether this user has a folder of settings of `host`.
    pub fn has(&self, host: Host) -> bool {
        let home = |below: &str| self.home.as_ref().map(|home| home.join(below));
        let folder = match host {
            Host::Claude => self.claude.clone(),
            Host::Codex => self.codex.clone(),
            Host::Gemini => home(".gemini"),
            Host::Cursor => home(".cursor"),
            Host::OpenCode => self.config.as_ref().map(|config| config.join("opencode")),
        };
        folder.is_some_and(|folder| folder.is_dir())
    }

    pub(crate) fn claude(&self) -> Option<&Path> {
        self.claude.as_deref()
    }

    pub(crate) fn codex(&self) -> Option<&Path> {
        self.codex.as_deref()
    }

    pub(crate) fn config(&self) -> Option<&Path> {
        self.config.as_deref()
    }

    /// Returns the path that `~` or `~/..` stands for; any other as it is.
    pub(crate) fn expand(&self, path: &str) -> Option<PathBuf> {
        match path.strip_prefix('~') {
            Some("") => self.home.clone(),
            Some(rest) => {
                let below = rest.strip_prefix('/')?;
                self.home.as_ref().map(|home| home.join(below))
            }
            None => Some(PathBuf::from(path)),
        }
    }
}
