//! The hook of hosts whose plugins are JavaScript.

use doorward_host::Places;
use doorward_host::hook::Hook;
use napi_derive::napi;

/// Returns why a tool call must not proceed; null when it may.
///
/// `payload` is `{"input":..,"output":..,"directory":..}`, as OpenCode calls `tool.execute.before`, as text.
#[napi(catch_unwind)]
pub fn hook_objection(payload: String) -> Option<String> {
    Hook::new(Places::of_this_machine()).object(payload.as_bytes())
}
