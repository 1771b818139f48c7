//! A folder of its own and a `doorward` that sees nothing else of this machine's user.
//!
//! `/etc/doorward` is the one place that cannot be moved: on a machine that has it, the tests of discovery do not hold.

use std::ffi::OsStr;
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{self, Command, Output, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use serde_json::{Value, json};

pub(crate) struct Folder(PathBuf);

impl Folder {
    pub(crate) fn new() -> Self {
        static COUNT: AtomicUsize = AtomicUsize::new(0);
        let name = format!(
            "doorward-cli-{}-{}",
            process::id(),
            COUNT.fetch_add(1, Ordering::Relaxed)
        );
        let path = std::env::temp_dir().canonicalize().unwrap().join(name);
        fs::create_dir_all(path.join("work")).unwrap();
        Self(path)
    }

    /// Returns a folder whose working directory holds the policy `p.toml`.
    pub(crate) fn with_policy(text: &str) -> Self {
        let folder = Self::new();
        folder.file("work/p.toml", text);
        folder
    }

    /// Writes a file, its directories made first.
    pub(crate) fn file(&self, name: &str, text: impl AsRef<[u8]>) {
        let path = self.0.join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    pub(crate) fn path(&self) -> &Path {
        &self.0
    }

    /// Returns the command, run in `work`, with `home` as the home directory and `config` as XDG_CONFIG_HOME.
    pub(crate) fn doorward<S: AsRef<OsStr>>(
        &self,
        arguments: impl IntoIterator<Item = S>,
    ) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_doorward"));
        command.args(arguments).current_dir(self.0.join("work"));
        command
            .env("HOME", self.0.join("home"))
            .env("XDG_CONFIG_HOME", self.0.join("config"))
            .env("XDG_CACHE_HOME", self.0.join("cache"))
            .env("XDG_STATE_HOME", self.0.join("state"));
        let hosts = [
            "CLAUDE_PROJECT_DIR",
            "CLAUDE_CONFIG_DIR",
            "CODEX_HOME",
            "GEMINI_PROJECT_DIR",
            "CURSOR_PROJECT_DIR",
        ];
        for variable in ["NO_COLOR", "CLICOLOR", "CLICOLOR_FORCE", "CI", "TERM"]
            .into_iter()
            .chain(hosts)
        {
            command.env_remove(variable);
        }
        command
    }

    /// Runs the command with nothing on stdin.
    pub(crate) fn run<S: AsRef<OsStr>>(&self, arguments: impl IntoIterator<Item = S>) -> Ended {
        Ended::from(
            self.doorward(arguments)
                .stdin(Stdio::null())
                .output()
                .unwrap(),
        )
    }

    /// Runs the command with `input` on stdin.
    pub(crate) fn feed<S: AsRef<OsStr>>(
        &self,
        arguments: impl IntoIterator<Item = S>,
        input: &[u8],
    ) -> Ended {
        feed(self.doorward(arguments), input)
    }
}

/// Runs a command with `input` on stdin.
pub(crate) fn feed(mut command: Command, input: &[u8]) -> Ended {
    let mut child = command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut stdin = child.stdin.take().unwrap();
    let input = input.to_vec();
    let writer = thread::spawn(move || stdin.write_all(&input));
    let output = child.wait_with_output().unwrap();
    let _ = writer.join();
    Ended::from(output)
}

/// Returns what a hook says to Claude Code of a tool's call: its decision and its reason.
pub(crate) fn claude(hook: Command, cwd: &Path, tool: &str, input: &Value) -> String {
    let payload = json!({
        "session_id": "s", "transcript_path": "/t", "hook_event_name": "PreToolUse", "permission_mode": "default",
        "cwd": cwd, "tool_name": tool, "tool_input": input,
    });
    let ended = feed(hook, payload.to_string().as_bytes());
    assert_eq!(ended.code, 0, "{ended:?}");
    let answer: Value = serde_json::from_str(&ended.out).unwrap();
    let specific = &answer["hookSpecificOutput"];
    format!(
        "{}: {}",
        specific["permissionDecision"].as_str().unwrap(),
        specific["permissionDecisionReason"].as_str().unwrap()
    )
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

/// How a run ended.
#[derive(Debug)]
pub(crate) struct Ended {
    pub(crate) code: i32,
    pub(crate) out: String,
    pub(crate) err: String,
}

impl From<Output> for Ended {
    fn from(output: Output) -> Self {
        Self {
            code: output.status.code().unwrap_or(-1),
            out: String::from_utf8(output.stdout).unwrap(),
            err: String::from_utf8(output.stderr).unwrap(),
        }
    }
}

/// Git history may be looked at, nothing may be pushed, other commands ask.
pub(crate) const GIT: &str = r#"doorward = 1

[defaults]
"*" = "deny"
Bash = "ask"

[[rule]]
name = "git-reads"
effect = "allow"
why = "Looking at history never changes anything"
when.action = "Bash"
when.command = ["git status", "git log"]
examples.match = ["git status -sb", "git log --oneline"]

[[rule]]
name = "no-push"
effect = "deny"
why = "A push is reviewed first"
remedy = "open a merge request"
when.command = "git push"

[[test]]
name = "a push is denied"
request = { action = "Bash", input = { command = "git push" } }
expect = { effect = "deny", rule = "no-push" }
"#;

pub(crate) fn bash(command: &str) -> String {
    format!(r#"{{"action":"Bash","input":{{"command":"{command}"}}}}"#)
}
