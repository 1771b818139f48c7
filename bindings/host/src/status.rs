//! Whether Doorward works on this machine: the policy, the hooks, the last error.

use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use doorward::{Diagnostic, Layer, Severity};
use serde_json::{Value, json};

use crate::hook::{Host, PROBE_SESSION};
use crate::registration::{Registration, command};
use crate::{Discovery, InForce, LastError, Places, Standing, last_error, repository_root};

/// A hook that has not answered by then does not answer.
const PATIENCE: Duration = Duration::from_secs(10);

/// Something that is not as it should be. Each has an exit code of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Fault {
    /// The policy found does not load.
    BrokenPolicy,
    /// A policy file or a settings file cannot be read.
    Unreadable,
    /// A registered hook does not answer a call in its host's form.
    SilentHook,
    /// No host has the hook registered.
    NoHook,
    /// No policy was found; the starter policy decides.
    NoPolicy,
}

impl Fault {
    /// Returns the stable name.
    pub fn code(self) -> &'static str {
        match self {
            Self::BrokenPolicy => "broken-policy",
            Self::Unreadable => "unreadable",
            Self::SilentHook => "silent-hook",
            Self::NoHook => "no-hook",
            Self::NoPolicy => "no-policy",
        }
    }

    /// Returns the exit code of the command `doorward status`.
    pub fn exit_code(self) -> u8 {
        match self {
            Self::BrokenPolicy => 1,
            Self::Unreadable => 2,
            Self::NoPolicy => 3,
            Self::NoHook => 4,
            Self::SilentHook => 5,
        }
    }
}

/// A policy file that was found.
#[derive(Clone, Debug)]
pub struct FoundFile {
    /// Where it lies.
    pub path: PathBuf,
    /// Its layer.
    pub layer: Layer,
    /// Whether it may do more than tighten.
    pub trusted: bool,
    /// Whether nothing is wrong with it.
    pub holds: bool,
}

/// The hook in one host's settings.
#[derive(Clone, Debug)]
pub struct HookFound {
    /// The host.
    pub host: Host,
    /// The settings file.
    pub settings: PathBuf,
    /// What the host runs; `None` when the hook is not registered.
    pub command: Option<String>,
    /// What came of trying it: `None` when it was not tried.
    pub answers: Option<Result<(), String>>,
    /// Whether what the host runs is what `init` would write for this program.
    pub current: bool,
    /// Why the settings could not be read.
    pub unreadable: Option<String>,
}

/// The state of Doorward on this machine, as seen from one directory.
#[derive(Clone, Debug)]
pub struct Status {
    /// The policy files, in order.
    pub files: Vec<FoundFile>,
    /// The policy that decides; `None` when none does and every call is blocked.
    pub in_force: Option<InForce>,
    /// What keeps the policy found from loading.
    pub problems: Vec<Diagnostic>,
    /// The hooks, one entry for each settings file that was looked at and has one, and one for each host without.
    pub hooks: Vec<HookFound>,
    /// The last error of a hook.
    pub last_error: Option<LastError>,
}

impl Status {
    /// Looks at everything, and tries the hooks that this user registered with a call that must be blocked.
    ///
    /// Runs the commands of the user's own settings that name `doorward`; of a project's settings, which came with a
    /// repository, only one that is exactly the command of `program`.
    pub fn of(places: &Places, cwd: &Path, program: &Path) -> Self {
        let found = Discovery::find(places, cwd);
        let in_force = InForce::find(places, &[cwd]);
        let problems: Vec<Diagnostic> = match &in_force {
            Ok(in_force) => match in_force.standing() {
                Standing::LastGood { error, .. } => error.diagnostics().to_vec(),
                Standing::Found | Standing::Starter => Vec::new(),
            },
            Err(error) => error.diagnostics().to_vec(),
        };
        let broken = |path: &Path| {
            problems.iter().any(|problem| {
                problem.severity == Severity::Error && Path::new(&problem.file) == path
            })
        };
        let files = found.files().iter().map(|file| FoundFile {
            path: file.path().to_path_buf(),
            layer: file.layer(),
            trusted: file.layer() != Layer::Project || file.is_trusted(),
            holds: !broken(file.path()),
        });
        Self {
            files: files.collect(),
            in_force: in_force.ok(),
            hooks: hooks(places, cwd, program),
            last_error: last_error(places),
            problems,
        }
    }

    /// Returns the faults, the gravest first.
    pub fn faults(&self) -> Vec<Fault> {
        let unreadable_policy = self
            .problems
            .iter()
            .any(|problem| problem.code == "unreadable-file");
        let starter = matches!(
            self.in_force.as_ref().map(InForce::standing),
            Some(Standing::Starter)
        );
        let answers = |hook: &HookFound| !matches!(hook.answers, Some(Err(_)));
        let mut faults = Vec::new();
        let mut add = |yes: bool, fault: Fault| {
            if yes {
                faults.push(fault);
            }
        };
        add(
            !self.problems.is_empty() && !unreadable_policy,
            Fault::BrokenPolicy,
        );
        add(
            unreadable_policy || self.hooks.iter().any(|hook| hook.unreadable.is_some()),
            Fault::Unreadable,
        );
        add(!self.hooks.iter().all(answers), Fault::SilentHook);
        add(
            self.hooks.iter().all(|hook| hook.command.is_none()),
            Fault::NoHook,
        );
        add(starter, Fault::NoPolicy);
        faults
    }

    /// Returns all of it as JSON.
    pub fn to_json(&self) -> String {
        let faults: Vec<&str> = self.faults().into_iter().map(Fault::code).collect();
        let files: Vec<Value> = self
            .files
            .iter()
            .map(|file| {
                json!({
                    "path": file.path.to_string_lossy(), "layer": file.layer.as_str(), "trusted": file.trusted,
                    "holds": file.holds,
                })
            })
            .collect();
        let problems: Vec<Value> = self
            .problems
            .iter()
            .map(|problem| {
                json!({
                    "code": problem.code, "file": problem.file, "line": problem.line, "column": problem.column,
                    "message": problem.message,
                })
            })
            .collect();
        let policy = match &self.in_force {
            None => json!({ "standing": "none" }),
            Some(in_force) => {
                let since = match in_force.standing() {
                    Standing::LastGood { since, .. } => Some(since),
                    Standing::Found | Standing::Starter => None,
                };
                json!({
                    "standing": match in_force.standing() {
                        Standing::Found => "found",
                        Standing::Starter => "starter",
                        Standing::LastGood { .. } => "last-good",
                    },
                    "id": in_force.policy().id(),
                    "rules": in_force.policy().rule_count(),
                    "since": since,
                })
            }
        };
        let hooks: Vec<Value> = self
            .hooks
            .iter()
            .map(|hook| {
                let answers = hook.answers.as_ref().map(Result::is_ok);
                let why = hook.answers.as_ref().and_then(|tried| tried.as_ref().err());
                json!({
                    "host": hook.host.name(), "settings": hook.settings.to_string_lossy(),
                    "registered": hook.command.is_some(), "command": hook.command, "current": hook.current,
                    "answers": answers, "error": why.or(hook.unreadable.as_ref()),
                })
            })
            .collect();
        let last_error = self
            .last_error
            .as_ref()
            .map(|last| json!({ "at": last.at, "host": last.host, "reason": last.reason }));
        json!({
            "ok": faults.is_empty(), "faults": faults, "policy": policy, "files": files, "problems": problems,
            "hooks": hooks, "last_error": last_error,
        })
        .to_string()
    }
}

fn hooks(places: &Places, cwd: &Path, program: &Path) -> Vec<HookFound> {
    let project = repository_root(cwd).unwrap_or(cwd);
    let mut hooks = Vec::new();
    for host in Host::ALL {
        let of_user = Registration::of_user(host, places, program);
        let of_project = Registration::of_project(host, project, program);
        let expected = command(host, program);
        let mut one =
            |registration: Result<Registration, crate::registration::RegistrationError>,
             own: bool| {
                let registration = match registration {
                    Ok(registration) => registration,
                    Err(error) => {
                        hooks.push(HookFound {
                            host,
                            settings: PathBuf::new(),
                            command: None,
                            answers: None,
                            current: false,
                            unreadable: Some(error.to_string()),
                        });
                        return;
                    }
                };
                for command in registration.commands() {
                    let tried = host != Host::OpenCode && (own || *command == expected);
                    hooks.push(HookFound {
                        host,
                        settings: registration.path().to_path_buf(),
                        command: Some(command.clone()),
                        answers: tried.then(|| probe(host, command, cwd)),
                        current: registration.is_complete(),
                        unreadable: None,
                    });
                }
                if registration.commands().is_empty() && own {
                    hooks.push(HookFound {
                        host,
                        settings: registration.path().to_path_buf(),
                        command: None,
                        answers: None,
                        current: false,
                        unreadable: None,
                    });
                }
            };
        let same = matches!((&of_user, &of_project), (Ok(user), Ok(project)) if user.path() == project.path());
        one(of_user, true);
        if !same {
            one(of_project, false);
        }
    }
    hooks
}

/// Tries a registered command with a call that names no tool: whatever the policy, that must be blocked.
fn probe(host: Host, command: &str, cwd: &Path) -> Result<(), String> {
    let event = match host {
        Host::Gemini => "BeforeTool",
        Host::Cursor => "preToolUse",
        _ => "PreToolUse",
    };
    let payload = json!({
        "session_id": PROBE_SESSION, "hook_event_name": event, "cwd": cwd.to_string_lossy(), "tool_name": "",
        "tool_input": {},
    });
    let (code, out) = run(command, payload.to_string().as_bytes())
        .map_err(|error| format!("it cannot be run: {error}"))?;
    if code != Some(0) {
        let code = code.map_or("a signal".to_owned(), |code| code.to_string());
        return Err(format!("it ended with {code}"));
    }
    let answer: Value =
        serde_json::from_str(&out).map_err(|_| "it did not answer with JSON".to_owned())?;
    let decision = match host {
        Host::Gemini => answer.get("decision"),
        Host::Cursor => answer.get("permission"),
        _ => answer
            .get("hookSpecificOutput")
            .and_then(|specific| specific.get("permissionDecision")),
    };
    if decision.and_then(Value::as_str) == Some("deny") {
        Ok(())
    } else {
        Err("it did not block a call that names no tool".to_owned())
    }
}

fn run(command: &str, input: &[u8]) -> io::Result<(Option<i32>, String)> {
    let mut child = Command::new("sh")
        .args(["-c", command])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()?;
    if let Some(mut stdin) = child.stdin.take() {
        // One that does not read it says so in its answer.
        let _ = stdin.write_all(input);
    }
    let stdout = child.stdout.take();
    let reader = thread::spawn(move || {
        let mut out = String::new();
        if let Some(stdout) = stdout {
            let _ = stdout.take(1 << 20).read_to_string(&mut out);
        }
        out
    });
    let began = Instant::now();
    let code = loop {
        if let Some(status) = child.try_wait()? {
            break status.code();
        }
        if began.elapsed() > PATIENCE {
            child.kill()?;
            child.wait()?;
            return Err(io::Error::new(
                io::ErrorKind::TimedOut,
                "it did not answer in time",
            ));
        }
        thread::sleep(Duration::from_millis(5));
    };
    Ok((code, reader.join().unwrap_or_default()))
}
