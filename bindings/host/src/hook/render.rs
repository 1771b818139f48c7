//! The answers, each in the form that its host acts on.

use doorward::Effect;
use serde_json::{Value, json};

use crate::hook::Host;
use crate::hook::reason::Reason;

/// The form in which one event of one host is answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Form {
    /// Nothing: the event decides nothing, or nobody knows it.
    Silent,
    /// `hookSpecificOutput.permissionDecision`, of Claude Code.
    PreToolUse,
    /// The same, of Codex, where only a deny with a reason is understood.
    DenyOnly,
    /// `hookSpecificOutput.decision.behavior`: the person is being asked already.
    PermissionRequest,
    /// `decision` and `reason`, of Gemini CLI.
    Gemini,
    /// `permission`, of Cursor.
    Cursor,
    /// The same for an event that cannot ask.
    CursorWithoutAsk,
    /// The reason alone, which the plugin throws.
    OpenCode,
}

/// A host shows so many characters of a text; Claude Code cuts at 10,000.
const MOST_CHARACTERS: usize = 8_000;

/// Every event of any host that decides.
const DECIDING: [&str; 8] = [
    "PreToolUse",
    "PermissionRequest",
    "BeforeTool",
    "preToolUse",
    "beforeShellExecution",
    "beforeMCPExecution",
    "beforeReadFile",
    "beforeTabFileRead",
];

impl Form {
    /// Returns the form of an event.
    pub(super) fn of(host: Host, event: &str) -> Self {
        match (host, event) {
            (Host::Claude, "PreToolUse") => Self::PreToolUse,
            (Host::Codex, "PreToolUse") => Self::DenyOnly,
            (Host::Claude | Host::Codex, "PermissionRequest") => Self::PermissionRequest,
            (Host::Gemini, "BeforeTool") => Self::Gemini,
            (Host::Cursor, event) => Self::of_cursor(event).unwrap_or(match event {
                // Cursor runs the hooks of Claude Code's settings, and takes their answers.
                "PreToolUse" => Self::PreToolUse,
                _ => Self::Silent,
            }),
            (Host::OpenCode, _) => Self::OpenCode,
            _ => Self::Silent,
        }
    }

    /// Returns the form of one of Cursor's own events that decide.
    pub(super) fn of_cursor(event: &str) -> Option<Self> {
        match event {
            "preToolUse" | "beforeShellExecution" | "beforeMCPExecution" => Some(Self::Cursor),
            "beforeReadFile" | "beforeTabFileRead" => Some(Self::CursorWithoutAsk),
            _ => None,
        }
    }

    /// Whether some host has an event of this name that decides.
    pub(super) fn decides(event: &str) -> bool {
        DECIDING.contains(&event)
    }

    /// Returns the form of a payload that could not be read: silence where it is plain that it decides nothing, else the
    /// one that blocks, whichever event it may have been.
    pub(super) fn guess(host: Option<Host>, bytes: &[u8]) -> Self {
        let says = |event: &str| {
            bytes
                .windows(event.len())
                .any(|window| window == event.as_bytes())
        };
        let harmless = || {
            let payload: Option<Value> = serde_json::from_slice(bytes).ok();
            payload
                .is_some_and(|payload| payload.get("hook_event_name").is_some_and(Value::is_string))
                && !DECIDING.into_iter().any(says)
        };
        match host {
            None => Self::Silent,
            Some(Host::OpenCode) => Self::OpenCode,
            Some(_) if harmless() => Self::Silent,
            Some(Host::Claude | Host::Codex) if says("\"PermissionRequest\"") => {
                Self::PermissionRequest
            }
            Some(Host::Claude) => Self::PreToolUse,
            Some(Host::Codex) => Self::DenyOnly,
            Some(Host::Gemini) => Self::Gemini,
            Some(Host::Cursor) => Self::Cursor,
        }
    }

    /// Returns what is written to stdout.
    pub(super) fn render(self, effect: Effect, reason: &Reason) -> String {
        let answer = match (self, effect) {
            (Self::Silent, _) | (_, Effect::Pass) => return String::new(),
            (Self::OpenCode, Effect::Allow) => return String::new(),
            (Self::OpenCode, Effect::Ask) => return cut(&reason.text_to_ask()) + "\n",
            (Self::OpenCode, Effect::Deny) => return cut(&reason.text()) + "\n",
            (Self::PreToolUse, effect) => pre_tool_use(effect.as_str(), &reason.text()),
            (Self::DenyOnly | Self::Gemini, Effect::Allow) => return String::new(),
            (Self::DenyOnly, Effect::Ask) => pre_tool_use("deny", &reason.text_to_ask()),
            (Self::DenyOnly, Effect::Deny) => pre_tool_use("deny", &reason.text()),
            (Self::PermissionRequest, Effect::Ask) => return String::new(),
            (Self::PermissionRequest, Effect::Allow) => {
                permission_request(&json!({ "behavior": "allow" }))
            }
            (Self::PermissionRequest, Effect::Deny) => {
                permission_request(&json!({ "behavior": "deny", "message": cut(&reason.text()) }))
            }
            (Self::Gemini, Effect::Ask) => {
                json!({ "decision": "deny", "reason": cut(&reason.text_to_ask()) })
            }
            (Self::Gemini, Effect::Deny) => {
                json!({ "decision": "deny", "reason": cut(&reason.text()) })
            }
            (Self::Cursor | Self::CursorWithoutAsk, Effect::Allow) => {
                json!({ "permission": "allow" })
            }
            (Self::Cursor, Effect::Ask) => cursor("ask", &reason.text_for_person(), &reason.text()),
            (Self::CursorWithoutAsk, Effect::Ask) => {
                cursor("deny", &reason.text_for_person(), &reason.text_to_ask())
            }
            (Self::Cursor | Self::CursorWithoutAsk, Effect::Deny) => {
                cursor("deny", &reason.text_for_person(), &reason.text())
            }
        };
        format!("{answer}\n")
    }
}

fn pre_tool_use(decision: &str, reason: &str) -> Value {
    json!({ "hookSpecificOutput": {
        "hookEventName": "PreToolUse",
        "permissionDecision": decision,
        "permissionDecisionReason": cut(reason),
    } })
}

fn permission_request(decision: &Value) -> Value {
    json!({ "hookSpecificOutput": { "hookEventName": "PermissionRequest", "decision": decision } })
}

fn cursor(permission: &str, person: &str, agent: &str) -> Value {
    json!({ "permission": permission, "user_message": cut(person), "agent_message": cut(agent) })
}

fn cut(text: &str) -> String {
    if text.chars().nth(MOST_CHARACTERS).is_none() {
        return text.to_owned();
    }
    text.chars()
        .take(MOST_CHARACTERS)
        .chain(" ..".chars())
        .collect()
}
