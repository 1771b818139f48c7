//! What this machine can say about a request.

use std::env;
use std::path::{Path, PathBuf};
use std::time::{SystemTime, UNIX_EPOCH};

use doorward::{Request, Value};

use crate::repository_root;

/// The facts `now`, `cwd`, `home` and `project`, for a caller that asks about its own machine.
///
/// A path that is not absolute or not UTF-8 is no fact: a condition that needs it is unknown, which never loosens a decision.
///
/// ```
/// use doorward_host::Facts;
///
/// let facts = Facts::default().now(1_790_000_000).cwd("/home/ana/shop");
/// let bare = doorward::Request::from_json(br#"{"action":"Bash"}"#)?;
/// let full = br#"{"action":"Bash","facts":{"now":1790000000,"cwd":"/home/ana/shop","project":"/home/ana/shop"}}"#;
/// assert_eq!(facts.fill(bare), doorward::Request::from_json(full)?);
/// # Ok::<(), doorward::RequestError>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Facts {
    now: Option<i64>,
    cwd: Option<PathBuf>,
    home: Option<PathBuf>,
}

impl Facts {
    /// Returns the facts of this process, now.
    pub fn of_this_process() -> Self {
        let since = SystemTime::now().duration_since(UNIX_EPOCH).ok();
        Self {
            now: since.and_then(|since| i64::try_from(since.as_secs()).ok()),
            cwd: env::current_dir().ok(),
            home: env::home_dir(),
        }
    }

    /// Sets the time, in seconds since 1970 UTC.
    #[must_use]
    pub fn now(mut self, seconds: i64) -> Self {
        self.now = Some(seconds);
        self
    }

    /// Sets the working directory.
    #[must_use]
    pub fn cwd(mut self, directory: impl Into<PathBuf>) -> Self {
        self.cwd = Some(directory.into());
        self
    }

    /// Sets the home directory.
    #[must_use]
    pub fn home(mut self, directory: impl Into<PathBuf>) -> Self {
        self.home = Some(directory.into());
        self
    }

    /// Returns `request` with each of `now`, `cwd`, `home` and `project` that it does not have.
    ///
    /// `project` is the root of the repository that `cwd` lies in, the request's own `cwd` if it brings one, else `cwd`
    /// itself.
    pub fn fill(&self, request: Request) -> Request {
        let own = match request.fact("cwd") {
            None => None,
            Some(Value::Text(cwd)) => Some(PathBuf::from(cwd)),
            // A `cwd` of another type says nothing about the project.
            Some(_) => Some(PathBuf::new()),
        };
        let cwd = own
            .as_deref()
            .or(self.cwd.as_deref())
            .filter(|cwd| cwd.is_absolute());
        let project = cwd.and_then(|cwd| path_value(repository_root(cwd).unwrap_or(cwd)));
        let request = with(request, "now", self.now.map(Value::Integer));
        let request = with(request, "cwd", self.cwd.as_deref().and_then(path_value));
        let request = with(request, "home", self.home.as_deref().and_then(path_value));
        with(request, "project", project)
    }
}

fn with(request: Request, fact: &str, value: Option<Value>) -> Request {
    match value {
        Some(value) => request.with_default_fact(fact, value),
        None => request,
    }
}

fn path_value(path: &Path) -> Option<Value> {
    path.is_absolute()
        .then(|| path.to_str())
        .flatten()
        .map(|path| Value::Text(path.to_owned()))
}
