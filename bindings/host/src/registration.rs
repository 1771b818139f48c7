//! The hook in a host's settings: finding it there, and putting it there.
//!
//! A registration always names its host, so that the hook never has to guess in which form it must block. Settings are
//! edited as text: comments, order and what else stands there stay as they are.

use std::fmt;
use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use jsonc_parser::ParseOptions;
use jsonc_parser::cst::{CstArray, CstInputValue, CstObject, CstRootNode};
use jsonc_parser::json;

use crate::Places;
use crate::hook::Host;

/// How long a host should wait for the hook, in seconds. It answers in milliseconds; a host that gives up lets the call
/// proceed.
const TIMEOUT_S: u32 = 30;

/// What OpenCode loads.
const PLUGIN: &str = "// Asks Doorward before each tool call. Needs the package `doorward` where OpenCode finds packages.\nexport { Doorward } from 'doorward/opencode'\n";

/// The hook of one host in one settings file: what is there, and what belongs there.
#[derive(Clone, Debug)]
pub struct Registration {
    host: Host,
    path: PathBuf,
    found: Vec<String>,
    complete: bool,
    text: String,
}

/// Why a settings file cannot be read or added to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RegistrationError {
    path: PathBuf,
    why: String,
}

impl fmt::Display for RegistrationError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`{}` {}", self.path.display(), self.why)
    }
}

impl std::error::Error for RegistrationError {}

impl Registration {
    /// Reads this user's settings of `host` and returns the hook's registration in them, as `program` should run it.
    ///
    /// # Errors
    ///
    /// When there is no home, or the settings cannot be read, are no JSON, or have something else where hooks belong.
    pub fn of_user(host: Host, places: &Places, program: &Path) -> Result<Self, RegistrationError> {
        let home = places.home_directory();
        let path = match host {
            Host::Claude => places.claude().map(|claude| claude.join("settings.json")),
            Host::Codex => places.codex().map(|codex| codex.join("hooks.json")),
            Host::Gemini => home.map(|home| home.join(".gemini/settings.json")),
            Host::Cursor => home.map(|home| home.join(".cursor/hooks.json")),
            Host::OpenCode => places
                .config()
                .map(|config| config.join("opencode/plugins/doorward.js")),
        };
        match path {
            Some(path) => Self::read(host, path, program),
            None => Err(RegistrationError {
                path: PathBuf::new(),
                why: "cannot be found: there is no home directory".to_owned(),
            }),
        }
    }

    /// The same for the settings that lie in a project's directory.
    ///
    /// # Errors
    ///
    /// As [`Registration::of_user`].
    pub fn of_project(
        host: Host,
        directory: &Path,
        program: &Path,
    ) -> Result<Self, RegistrationError> {
        let path = match host {
            Host::Claude => ".claude/settings.json",
            Host::Codex => ".codex/hooks.json",
            Host::Gemini => ".gemini/settings.json",
            Host::Cursor => ".cursor/hooks.json",
            Host::OpenCode => ".opencode/plugins/doorward.js",
        };
        Self::read(host, directory.join(path), program)
    }

    fn read(host: Host, path: PathBuf, program: &Path) -> Result<Self, RegistrationError> {
        let failed = |why: String| RegistrationError {
            path: path.clone(),
            why,
        };
        let before = match fs::read_to_string(&path) {
            Ok(text) => Some(text),
            Err(error)
                if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) =>
            {
                None
            }
            Err(error) => return Err(failed(format!("cannot be read: {error}"))),
        };
        if host == Host::OpenCode {
            let found = before
                .as_deref()
                .is_some_and(|text| text.contains("doorward/opencode"));
            return Ok(Self {
                host,
                path,
                found: if found {
                    vec!["doorward/opencode".to_owned()]
                } else {
                    Vec::new()
                },
                complete: found,
                text: before
                    .filter(|_| found)
                    .unwrap_or_else(|| PLUGIN.to_owned()),
            });
        }
        let text = before
            .as_deref()
            .filter(|text| !text.trim().is_empty())
            .unwrap_or("{}\n");
        let root = CstRootNode::parse(text, &ParseOptions::default())
            .map_err(|error| failed(format!("is no JSON: {error}")))?;
        let command = command(host, program);
        let mut found = Vec::new();
        let mut complete = true;
        for event in events(host) {
            let list = list_of(&root, event)
                .ok_or_else(|| failed(format!("has no list of hooks under `hooks.{event}`")))?;
            let here = ours(&list);
            complete =
                complete && !here.is_empty() && here.iter().all(|hook| hook.command == command);
            for hook in &here {
                found.push(hook.command.clone());
                set(&hook.object, &command);
            }
            if here.is_empty() {
                list.append(entry(host, event, &command));
                list.ensure_multiline();
            }
        }
        if host == Host::Cursor
            && let Some(root) = root.object_value()
            && root.get("version").is_none()
        {
            root.insert(0, "version", json!(1));
        }
        found.dedup();
        let mut text = root.to_string();
        if !text.ends_with('\n') {
            text.push('\n');
        }
        Ok(Self {
            host,
            path,
            found,
            complete,
            text,
        })
    }

    /// Returns the host.
    pub fn host(&self) -> Host {
        self.host
    }

    /// Returns the settings file.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Returns the commands of ours that the settings run; none when the hook is not registered.
    pub fn commands(&self) -> &[String] {
        &self.found
    }

    /// Returns whether every event that decides runs the hook, of the program asked about.
    pub fn is_complete(&self) -> bool {
        self.complete
    }

    /// Returns the whole text of the settings with the hook in them.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Returns only what belongs into an empty settings file.
    pub fn snippet(&self, program: &Path) -> String {
        Self::read(self.host, PathBuf::new(), program)
            .map_or_else(|_| String::new(), |new| new.text)
    }

    /// Returns what the person has to do besides, if anything.
    pub fn remark(&self) -> Option<&'static str> {
        match self.host {
            Host::Codex => Some(
                "Codex skips a hook that is new or changed until you trust it: open `/hooks` in Codex",
            ),
            Host::OpenCode => Some(
                "the plugin needs the npm package: run `npm install doorward` in OpenCode's config folder",
            ),
            Host::Claude | Host::Gemini | Host::Cursor => None,
        }
    }
}

/// Returns the command that a host runs.
pub fn command(host: Host, program: &Path) -> String {
    let program = program.to_string_lossy();
    let plain = program
        .chars()
        .all(|c| c.is_ascii_alphanumeric() || "/._-+@:".contains(c));
    let program = if plain {
        program.into_owned()
    } else {
        format!("'{}'", program.replace('\'', r"'\''"))
    };
    format!("{program} hook --host {}", host.name())
}

/// The events that a host's hook must be registered for.
fn events(host: Host) -> &'static [&'static str] {
    match host {
        Host::Claude | Host::Codex => &["PreToolUse"],
        Host::Gemini => &["BeforeTool"],
        Host::Cursor => &[
            "preToolUse",
            "beforeShellExecution",
            "beforeMCPExecution",
            "beforeReadFile",
        ],
        Host::OpenCode => &[],
    }
}

fn entry(host: Host, event: &str, command: &str) -> CstInputValue {
    match host {
        Host::Cursor if event == "beforeShellExecution" => {
            // A failure of the hook blocks; but so may silence, which `pass` is, and shell commands rarely pass.
            json!({ "command": command, "timeout": TIMEOUT_S, "failClosed": true })
        }
        Host::Cursor => json!({ "command": command, "timeout": TIMEOUT_S }),
        Host::Gemini => {
            let milliseconds = TIMEOUT_S * 1000;
            json!({ "matcher": ".*", "hooks": [
                { "name": "doorward", "type": "command", "command": command, "timeout": milliseconds }
            ] })
        }
        Host::Claude | Host::Codex | Host::OpenCode => {
            json!({ "matcher": "*", "hooks": [{ "type": "command", "command": command, "timeout": TIMEOUT_S }] })
        }
    }
}

fn list_of(root: &CstRootNode, event: &str) -> Option<CstArray> {
    root.object_value_or_create()?
        .object_value_or_create("hooks")?
        .array_value_or_create(event)
}

/// A hook of ours in somebody's settings.
struct Ours {
    object: CstObject,
    command: String,
}

/// Returns our hooks of a list, whether they stand in it or in the `hooks` of its entries.
fn ours(list: &CstArray) -> Vec<Ours> {
    let mut found = Vec::new();
    for object in list
        .elements()
        .into_iter()
        .filter_map(|element| element.as_object())
    {
        match object.array_value("hooks") {
            Some(inner) => found.extend(ours(&inner)),
            None => found.extend(
                command_of(&object)
                    .filter(|command| is_ours(command))
                    .map(|command| Ours { object, command }),
            ),
        }
    }
    found
}

fn command_of(object: &CstObject) -> Option<String> {
    object
        .get("command")?
        .value()?
        .as_string_lit()?
        .decoded_value()
        .ok()
}

fn set(object: &CstObject, command: &str) {
    if let Some(property) = object.get("command")
        && command_of(object).as_deref() != Some(command)
    {
        property.set_value(json!(command));
    }
}

/// Whether a command of somebody's settings runs this hook: `doorward`, by whatever path, and then `hook`.
fn is_ours(command: &str) -> bool {
    let words: Vec<&str> = command.split_whitespace().collect();
    words.windows(2).any(|pair| match pair {
        [program, "hook"] => {
            let name = program.rsplit(['/', '\\']).next().unwrap_or_default();
            let name = name.trim_matches(['\'', '"']);
            name == "doorward" || name == "doorward.exe"
        }
        _ => false,
    })
}
