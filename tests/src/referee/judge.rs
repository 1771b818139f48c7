//! Decides scripts under the policies that the referee's properties need, by the public API only.

use super::{HOME, PROJECT, programs};
use doorward::{Effect, Policy, Request};
use serde_json::Value;
use std::collections::BTreeMap;
use std::fmt::Write;
use std::sync::{Mutex, PoisonError};

/// Everything is allowed unless a rule says otherwise.
pub const ALLOW: &str = "doorward = 1\n[defaults]\n\"*\" = \"allow\"\n";

/// Nothing is allowed unless a rule says so.
pub const ASK: &str = "doorward = 1\n[defaults]\n\"*\" = \"ask\"\n";

/// Strictness over a whole request: the greater is the stricter.
#[must_use]
pub fn strictness(effect: Effect) -> u8 {
    match effect {
        Effect::Allow => 0,
        Effect::Pass => 1,
        Effect::Ask => 2,
        Effect::Deny => 3,
    }
}

/// The request of an agent that wants to run a script in its project.
///
/// # Panics
///
/// When the request cannot be read.
#[must_use]
pub fn request(script: &str) -> Request {
    let request = serde_json::json!({
        "action": "Bash",
        "input": { "command": script },
        "facts": { "home": HOME, "cwd": PROJECT, "project": PROJECT },
    });
    Request::from_json(request.to_string().as_bytes()).unwrap_or_else(|error| fault(&error))
}

/// A policy from its text.
///
/// # Panics
///
/// When it does not load.
#[must_use]
pub fn policy(text: &str) -> Policy {
    Policy::from_toml(text).unwrap_or_else(|error| fault(&format!("{error}\n{text}")))
}

#[expect(clippy::panic, reason = "a test's own policy or request is at fault")]
fn fault<T>(what: &dyn std::fmt::Display) -> T {
    panic!("{what}")
}

/// One rule on commands; `commands` are command texts.
#[must_use]
pub fn rule(name: &str, effect: Effect, commands: &[&str]) -> String {
    // A JSON text is a TOML text too.
    let list = Value::from(commands.to_vec());
    format!(
        "[[rule]]\nname = \"{name}\"\neffect = \"{}\"\nwhen.command = {list}\n",
        effect.as_str()
    )
}

/// Allows each of these commands with exactly these words, and asks for everything else; `None` when a command's words cannot be written so.
#[must_use]
pub fn allow_exactly(commands: &[Vec<String>]) -> Option<Policy> {
    let mut text = ASK.to_owned();
    for (index, words) in commands.iter().enumerate() {
        let exact = Value::from(command_text(words));
        let _ = write!(
            text,
            "[[rule]]\nname = \"allow-{index}\"\neffect = \"allow\"\nwhen.command = {{ exact = {exact} }}\n"
        );
    }
    loaded(&text)
}

/// Allows every program of the place, and writes to these paths only.
#[must_use]
pub fn writing_only(paths: &[&str]) -> Option<Policy> {
    let mut text = format!("{ASK}{}", all_programs());
    for (index, path) in paths.iter().enumerate() {
        let path = path_shape(path);
        let _ = write!(
            text,
            "[[rule]]\nname = \"write-{index}\"\neffect = \"allow\"\nwhen.op = \"file.write\"\nwhen.path = {path}\n"
        );
    }
    loaded(&text)
}

/// Just that path, as a rule states it; its folder where a rule could not state the name.
#[must_use]
pub fn path_shape(path: &str) -> String {
    let folder = path.rsplit_once('/').map_or("/", |(folder, _)| folder);
    if path.contains(['*', '?', '[', ']', '\\', '{', '}']) {
        format!("{{ under = {} }}", Value::from(folder))
    } else {
        format!("{{ is = {} }}", Value::from(path))
    }
}

/// Words as a rule's command text.
#[must_use]
pub fn command_text(words: &[String]) -> String {
    let words: Vec<String> = words
        .iter()
        .map(|word| super::script::words::plain(word))
        .collect();
    words.join(" ")
}

/// Policies of several kinds, under which a script must never be judged less strictly than a simpler form of itself.
#[must_use]
pub fn various() -> Vec<Policy> {
    let denied = rule("no", Effect::Deny, &["rm", "git push", "curl"]);
    let some = rule(
        "some",
        Effect::Allow,
        &["ls", "make", "npm run", "rm", "git push"],
    );
    vec![
        policy(&format!("{ALLOW}{denied}")),
        policy(&format!("{ASK}{some}")),
        policy(&format!("{ASK}{some}{denied}")),
        everything_by_rule(),
    ]
}

/// Allows every program of the place, by rules with `command` conditions, and every write; what no rule covers asks.
#[must_use]
pub fn everything_by_rule() -> Policy {
    let writes = "[[rule]]\nname = \"writes\"\neffect = \"allow\"\nwhen.op = \"file.write\"\nwhen.path = \"/\"\n";
    policy(&format!("{ASK}{}{writes}", all_programs()))
}

/// Allows the programs of everyday scripts by rules with `command` conditions, and every write below the home directory.
#[must_use]
pub fn everyday() -> Policy {
    let more = rule(
        "more",
        Effect::Allow,
        &[
            "./run.sh",
            "nproc",
            "python3 -",
            "node -e",
            "git diff",
            "type",
            "ssh-agent",
            "kill",
            "cd",
            "sed -i",
            "command",
            "'['",
        ],
    );
    let writes = "[[rule]]\nname = \"writes\"\neffect = \"allow\"\nwhen.op = \"file.write\"\nwhen.path = \"~/\"\n";
    policy(&format!("{ASK}{}{more}{writes}", all_programs()))
}

/// A rule that allows every program of the place.
fn all_programs() -> String {
    let mut names = [programs::STUBS, programs::SHELLS].concat();
    // A command text cannot begin with a word of the shell's grammar.
    names.retain(|name| !["time", "["].contains(name));
    names.extend([
        "eval", "trap", "set", "export", "declare", "read", "unset", "let", "wait", "source", ".",
    ]);
    rule("all", Effect::Allow, &names)
}

/// A policy from its text, loaded once as long as few others come between; `None` when it does not load.
#[must_use]
pub fn loaded(text: &str) -> Option<Policy> {
    const KEPT: usize = 2_000;
    static LOADED: Mutex<BTreeMap<String, Option<Policy>>> = Mutex::new(BTreeMap::new());
    let known = |loaded: &BTreeMap<String, Option<Policy>>| loaded.get(text).cloned();
    if let Some(policy) = known(&LOADED.lock().unwrap_or_else(PoisonError::into_inner)) {
        return policy;
    }
    let policy = Policy::from_toml(text).ok();
    let mut loaded = LOADED.lock().unwrap_or_else(PoisonError::into_inner);
    if loaded.len() >= KEPT {
        loaded.clear();
    }
    loaded.insert(text.to_owned(), policy.clone());
    policy
}

/// Denies one program and allows everything else by default.
///
/// # Panics
///
/// When the program's name is no command text.
#[must_use]
pub fn denying(program: &str) -> Policy {
    let text = format!("{ALLOW}{}", rule("no", Effect::Deny, &[program]));
    loaded(&text).unwrap_or_else(|| fault(&text))
}

/// The effect of a script under a policy.
#[must_use]
pub fn effect(policy: &Policy, script: &str) -> Effect {
    policy.decide(&request(script)).effect()
}
