//! The hook: a tool call of a coding agent in, the host's own answer out.
//!
//! A host that gets an answer in another form than its own goes on as if there were no hook. So each host has its
//! [renderer](Host), and everything that can go wrong ends in that host's blocking answer with the reason: a payload that
//! does not parse, a policy that does not load, a panic. What a program around this does with an [`Answer`] is to write
//! it; if that fails, it ends with [`BLOCKED`] and the reason on stderr, which every host takes for a block.
//!
//! An answer that would let a call proceed is never given where silence does: `allow` on Codex and Gemini CLI is nothing
//! at all, and so is `pass` everywhere.
//!
//! ```
//! use doorward_host::hook::{Hook, Host};
//! use doorward_host::Places;
//!
//! let payload = br#"{"hook_event_name":"PreToolUse","session_id":"s","transcript_path":"/t","cwd":"/srv","tool_name":"Bash","tool_input":{"command":"sudo reboot"}}"#;
//! let answer = Hook::new(Places::default()).answer(Some(Host::Claude), payload);
//! assert_eq!(answer.code, 0);
//! assert!(answer.stdout.contains(r#""permissionDecision":"deny""#));
//! ```

mod call;
mod fields;
mod host;
mod payload;
mod reason;
mod render;

pub use host::{Host, UnknownHost};

use std::any::Any;
use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};

use doorward::{Effect, PolicyError};

use crate::hook::call::Call;
use crate::hook::payload::{Failure, Payload};
use crate::hook::reason::Reason;
use crate::hook::render::Form;
use crate::kept::keep_error;
use crate::resolved::resolve_with;
use crate::{InForce, Places, PolicyFile};

/// The exit code that every host takes for a block, with the reason on stderr.
pub const BLOCKED: u8 = 2;

/// The session of the calls with which [`status`](crate::status) tries a hook; their failures are no errors.
pub(crate) const PROBE_SESSION: &str = "doorward-status";

/// What a hook writes, and the code it ends with.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Answer {
    /// What goes to stdout, a line end included; empty for silence.
    pub stdout: String,
    /// What goes to stderr: the reason where the code is [`BLOCKED`], remarks for a person else.
    pub stderr: String,
    /// The exit code.
    pub code: u8,
}

/// What a plugin inside of a host is told: why the call must not proceed, or nothing.
pub type Objection = Option<String>;

/// Answers tool calls.
#[derive(Clone, Debug)]
pub struct Hook {
    places: Places,
    policy: Vec<PolicyFile>,
    projects: BTreeMap<Host, PathBuf>,
    fault: Option<fn()>,
}

impl Hook {
    /// Returns a hook that finds its policy in `places` and in the directories that a call names.
    pub fn new(places: Places) -> Self {
        Self {
            places,
            policy: Vec::new(),
            projects: BTreeMap::new(),
            fault: None,
        }
    }

    /// Sets the policy: these files and no others.
    #[must_use]
    pub fn policy(mut self, files: Vec<PolicyFile>) -> Self {
        self.policy = files;
        self
    }

    /// Sets the directory that a session of `host` began in, where the host tells it apart from the one that a call comes
    /// from. Its repository is the project.
    #[must_use]
    pub fn project(mut self, host: Host, directory: impl Into<PathBuf>) -> Self {
        let directory = directory.into();
        if directory.is_absolute() {
            self.projects.insert(host, directory);
        }
        self
    }

    /// Sets what runs before each decision, for tests of what a panic ends in.
    #[must_use]
    pub fn fault(mut self, fault: fn()) -> Self {
        self.fault = Some(fault);
        self
    }

    /// Answers one payload. `host` is the one the hook is registered for; without it the payload must show its own.
    ///
    /// Never panics and never fails: what goes wrong is in the answer.
    pub fn answer(&self, host: Option<Host>, payload: &[u8]) -> Answer {
        let attempt = catch_unwind(AssertUnwindSafe(|| self.attempt(host, payload)));
        attempt.unwrap_or_else(|panic| {
            let host = host.or_else(|| Payload::guess(payload));
            let failure = Failure::new(format!(
                "it stopped on a defect of its own: {}",
                message(&*panic)
            ));
            self.failed(host, Form::guess(host, payload), &failure)
        })
    }

    /// Answers a call of a host that runs a plugin in its own process: `payload` is `{"input":..,"output":..,"directory":..}`.
    pub fn object(&self, payload: &[u8]) -> Objection {
        let answer = self.answer(Some(Host::OpenCode), payload);
        let reason = match answer.code {
            0 => answer.stdout,
            _ => answer.stderr,
        };
        let reason = reason.trim_end();
        (!reason.is_empty()).then(|| reason.to_owned())
    }

    fn attempt(&self, host: Option<Host>, bytes: &[u8]) -> Answer {
        if host.is_none() && Payload::guess(bytes).is_none() {
            let failure = match Payload::read(bytes) {
                Ok(_) => Failure::new(
                    "no host sends such a payload; name the host with --host".to_owned(),
                ),
                Err(failure) => failure,
            };
            return self.failed(None, Form::Silent, &failure);
        }
        let payload = match Payload::read(bytes) {
            Ok(payload) => payload,
            // Unreadable, and nobody said whose it is.
            Err(failure) if host.is_none() => return self.failed(None, Form::Silent, &failure),
            Err(failure) => {
                return match Form::guess(host, bytes) {
                    Form::Silent => Answer::default(),
                    form => self.failed(host, form, &failure),
                };
            }
        };
        let Some(host) = payload.host(host) else {
            let failure = Failure::new("no host sends such a payload".to_owned());
            return self.failed(None, Form::Silent, &failure);
        };
        let form = match payload.form(host) {
            Ok(Form::Silent) => return Answer::default(),
            Ok(form) => form,
            // An event of another host would be answered in a form that it does not know; an exit code they all know.
            Err(failure) if payload.is_of_another_host() => {
                return self.failed(Some(host), Form::Silent, &failure);
            }
            Err(failure) => {
                return self.failed(Some(host), Form::guess(Some(host), bytes), &failure);
            }
        };
        match self.decide(host, &payload) {
            Ok((effect, reason)) => {
                let remark = reason.remark();
                Answer {
                    stdout: form.render(effect, &reason),
                    stderr: remark.map(|remark| remark + "\n").unwrap_or_default(),
                    code: 0,
                }
            }
            Err(failure) => {
                if payload.session() != Some(PROBE_SESSION) {
                    keep_error(&self.places, host.name(), failure.text());
                }
                self.blocked(form, &failure)
            }
        }
    }

    fn decide(&self, host: Host, payload: &Payload) -> Result<(Effect, Reason), Failure> {
        let call = Call::read(
            host,
            payload,
            self.projects.get(&host).map(PathBuf::as_path),
        )?;
        if let Some(fault) = self.fault {
            fault();
        }
        let in_force = self
            .in_force(&call)
            .map_err(|error| Failure::of_policy(&error))?;
        let request = call.request(&self.places)?;
        let request = resolve_with(in_force.policy(), request, in_force.own_files());
        let decision = in_force.policy().decide(&request);
        Ok((
            decision.effect(),
            Reason::new(&decision, in_force.standing()),
        ))
    }

    fn in_force(&self, call: &Call) -> Result<InForce, PolicyError> {
        let directories: Vec<&Path> = call.directories();
        if self.policy.is_empty() {
            return InForce::find(&self.places, &directories);
        }
        InForce::named(&self.places, &directories, &self.policy)
    }

    fn failed(&self, host: Option<Host>, form: Form, failure: &Failure) -> Answer {
        keep_error(
            &self.places,
            host.map_or("unknown", Host::name),
            failure.text(),
        );
        self.blocked(form, failure)
    }

    fn blocked(&self, form: Form, failure: &Failure) -> Answer {
        let reason = Reason::of_failure(failure);
        match form {
            Form::Silent => Answer {
                stdout: String::new(),
                stderr: reason.text() + "\n",
                code: BLOCKED,
            },
            form => Answer {
                stdout: form.render(Effect::Deny, &reason),
                stderr: reason.text() + "\n",
                code: 0,
            },
        }
    }
}

/// Returns what a panic said.
fn message(panic: &(dyn Any + Send)) -> String {
    panic
        .downcast_ref::<String>()
        .cloned()
        .or_else(|| panic.downcast_ref::<&str>().map(|text| (*text).to_owned()))
        .unwrap_or_else(|| "a panic".to_owned())
}
