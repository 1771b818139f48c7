//! A payload as a host sent it: whose it is, and which event it is about.

use doorward::{PolicyError, Request};
use serde_json::{Map, Value};

use crate::hook::Host;
use crate::hook::render::Form;

/// Why a call cannot be decided.
#[derive(Clone, Debug)]
pub(super) struct Failure(String);

impl Failure {
    pub(super) fn new(reason: String) -> Self {
        Self(reason)
    }

    /// Says that a policy does not load, by code and place: what a policy says is nothing for an agent to read.
    pub(super) fn of_policy(error: &PolicyError) -> Self {
        Self(format!(
            "the policy does not load: {}; `doorward status` says more",
            places_of(error)
        ))
    }

    pub(super) fn text(&self) -> &str {
        &self.0
    }
}

/// Returns the first problem of a policy by code and place, and how many more there are.
pub(super) fn places_of(error: &PolicyError) -> String {
    let diagnostics = error.diagnostics();
    let Some(first) = diagnostics.first() else {
        return error.code().to_owned();
    };
    let place = match (first.file.as_str(), first.line) {
        ("", _) => String::new(),
        (file, 0) => format!(" in {file}"),
        (file, line) => format!(" at {file}:{line}"),
    };
    let more = match diagnostics.len() {
        1 => String::new(),
        all => format!(" and {} more", all - 1),
    };
    format!("{}{place}{more}", first.code)
}

/// A payload, read strictly.
#[derive(Clone, Debug)]
pub(super) struct Payload(Map<String, Value>);

/// Keys that only Cursor sends.
const CURSOR: [&str; 4] = [
    "cursor_version",
    "conversation_id",
    "generation_id",
    "workspace_roots",
];

impl Payload {
    /// Reads a payload as strictly as a request: what two readers could read differently is no payload.
    pub(super) fn read(bytes: &[u8]) -> Result<Self, Failure> {
        let unreadable = |why: &dyn std::fmt::Display| {
            Failure::new(format!("the hook's payload cannot be read: {why}"))
        };
        Request::from_json(bytes).map_err(|error| unreadable(&error))?;
        match serde_json::from_slice(bytes) {
            Ok(Value::Object(fields)) => Ok(Self(fields)),
            Ok(_) => Err(unreadable(&"it is no object")),
            Err(error) => Err(unreadable(&error)),
        }
    }

    /// Returns the host whose payload this looks like, however malformed; `None` when it looks like nobody's.
    pub(super) fn guess(bytes: &[u8]) -> Option<Host> {
        let fields: Map<String, Value> = serde_json::from_slice(bytes).ok()?;
        Self(fields).recognise()
    }

    /// Returns the host: the one that was named, unless the payload can only be another's that runs its hooks.
    pub(super) fn host(&self, named: Option<Host>) -> Option<Host> {
        match named {
            // Cursor runs the hooks of Claude Code's settings too, with its own events.
            Some(Host::Claude) if Form::of_cursor(self.event().unwrap_or_default()).is_some() => {
                Some(Host::Cursor)
            }
            Some(named) => Some(named),
            None => self.recognise(),
        }
    }

    fn recognise(&self) -> Option<Host> {
        let has = |key: &str| self.0.contains_key(key);
        if CURSOR.into_iter().any(has) {
            return Some(Host::Cursor);
        }
        let tool = |part: &str| self.0.get(part)?.get("tool");
        if tool("input").is_some() && has("output") {
            return Some(Host::OpenCode);
        }
        let event = self.event()?;
        match event {
            event if Form::of_cursor(event).is_some() => Some(Host::Cursor),
            "BeforeTool" => Some(Host::Gemini),
            "PreToolUse" | "PermissionRequest" if has("turn_id") => Some(Host::Codex),
            "PreToolUse" | "PermissionRequest" => Some(Host::Claude),
            // Events that decide nothing are answered alike, whosever they are.
            _ if has("session_id") || has("transcript_path") => Some(Host::Claude),
            _ => None,
        }
    }

    /// Returns the form in which this event is answered.
    pub(super) fn form(&self, host: Host) -> Result<Form, Failure> {
        if host == Host::OpenCode {
            return Ok(Form::OpenCode);
        }
        let event = self.event().ok_or_else(|| {
            Failure::new("the hook's payload names no event: `hook_event_name`".to_owned())
        })?;
        match Form::of(host, event) {
            Form::Silent if Form::decides(event) => Err(Failure::new(format!(
                "the hook is registered for {}, which has no event `{event}`",
                host.title()
            ))),
            form => Ok(form),
        }
    }

    /// Whether it is about an event that decides, of whichever host; asked of a payload whose own host has no such event.
    pub(super) fn is_of_another_host(&self) -> bool {
        self.event().is_some_and(Form::decides)
    }

    fn event(&self) -> Option<&str> {
        self.text("hook_event_name")
            .filter(|event| !event.is_empty())
    }

    pub(super) fn session(&self) -> Option<&str> {
        self.text("session_id")
            .or_else(|| self.text("conversation_id"))
    }

    pub(super) fn get(&self, key: &str) -> Option<&Value> {
        self.0.get(key).filter(|value| !value.is_null())
    }

    pub(super) fn text(&self, key: &str) -> Option<&str> {
        self.get(key)?.as_str()
    }

    /// Returns a text that may be absent.
    pub(super) fn optional_text(&self, key: &str) -> Result<Option<&str>, Failure> {
        match self.get(key) {
            None => Ok(None),
            Some(Value::String(text)) => Ok(Some(text)),
            Some(_) => Err(Failure::new(format!(
                "`{key}` of the hook's payload is no text"
            ))),
        }
    }
}
