//! Any text as a path: of a tool, of a word and of a redirect of a command, under a policy with a kept place, an allowed
//! one and everything else asked.
//!
//! Where an allowed text lies is checked by [`place`], a second reading that shares nothing with the core: it takes names
//! one by one from the root, and gives up on every text that could mean something else than its names.

use std::sync::LazyLock;

use doorward::{Effect, Policy};
use serde_json::{Value, json};

use crate::{policy_of, request_of};

const RULES: &str = "
[[rule]]
name = 'kept'
effect = 'deny'
when.path = ['./secret', '/etc', '~/.ssh']
[[rule]]
name = 'kept-names'
effect = 'deny'
when.path = { glob = '**/*.key' }
[[rule]]
name = 'inside'
effect = 'allow'
when.op = ['file.read', 'file.write']
when.path = './'
[[rule]]
name = 'look'
effect = 'allow'
when.command = ['cat', 'ls']
";

static POLICY: LazyLock<Policy> = LazyLock::new(|| policy_of("ask", RULES));

/// Where a plain text lies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Lies {
    Inside,
    Kept,
    Elsewhere,
    /// The text could mean something else than its names.
    Unclear,
}

/// Checks that a text is allowed only where it lies inside by every reading, that a plain one is decided by where it lies,
/// that other spellings of it change nothing, that a command that names it gets no more, and that what the host says of
/// links only tightens.
pub fn check(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else {
        return;
    };
    let read = tool("Read", text);
    let effect = decide(&read, None);
    let lies = place(text);
    match (lies, effect) {
        (Lies::Inside, effect) => assert_eq!(effect, Effect::Allow, "an honest path: {text:?}"),
        (Lies::Kept, effect) => assert_eq!(effect, Effect::Deny, "a kept path: {text:?}"),
        (Lies::Elsewhere, effect) => assert_eq!(effect, Effect::Ask, "a path elsewhere: {text:?}"),
        (Lies::Unclear, Effect::Allow) => inside_however_read(text),
        (Lies::Unclear, _) => {}
    }
    assert_eq!(
        decide(&tool("Write", text), None),
        effect,
        "writing is judged alike: {text:?}"
    );
    if lies != Lies::Unclear {
        spelled(text, effect);
        in_commands(text, lies);
    }
    linked(&read, effect, text);
}

fn tool(action: &str, path: &str) -> Value {
    json!({ "action": action, "input": { "file_path": path }, "facts": facts() })
}

fn bash(command: &str) -> Value {
    json!({ "action": "Bash", "input": { "command": command }, "facts": facts() })
}

fn facts() -> Value {
    json!({ "cwd": "/w/p", "home": "/home/u", "project": "/w/p" })
}

fn decide(request: &Value, resolved: Option<Value>) -> Effect {
    let mut request = request.clone();
    if let Some(resolved) = resolved {
        request["facts"]["resolved"] = resolved;
    }
    POLICY.decide(&request_of(&request)).effect()
}

/// Returns where a text lies whose names mean nothing but themselves.
fn place(text: &str) -> Lies {
    let odd = |c: char| !(c.is_ascii_alphanumeric() || "/_-.+@, ".contains(c));
    let ends = |name: &str| {
        name.trim_end_matches(['.', ' ']).len() < name.len() && !matches!(name, "." | "..")
    };
    let doubtful = text.is_empty()
        || text.len() > 4000
        || text.chars().any(odd)
        || text.trim() != text
        || text.split('/').any(ends);
    if doubtful {
        return Lies::Unclear;
    }
    let mut names: Vec<&str> = if text.starts_with('/') {
        Vec::new()
    } else {
        vec!["w", "p"]
    };
    let mut passed = false;
    for name in text.split('/') {
        match name {
            "" | "." => {}
            ".." => drop(names.pop()),
            name => names.push(name),
        }
        passed |= matches!(names.first(), Some(&("proc" | "dev")));
    }
    match names.as_slice() {
        // What lies in there may be a door.
        _ if passed => Lies::Unclear,
        ["etc", ..] | ["w", "p", "secret", ..] | ["home", "u", ".ssh", ..] => Lies::Kept,
        [.., last] if last.ends_with(".key") => Lies::Kept,
        ["w", "p", ..] => Lies::Inside,
        _ => Lies::Elsewhere,
    }
}

/// Checks an allowed text that could mean something else: the core must have thought of it.
fn inside_however_read(text: &str) {
    assert!(
        !text.chars().any(char::is_control),
        "a character that nobody sees: {text:?}"
    );
    assert!(
        !text.starts_with('~') || text.starts_with("~/"),
        "somebody's home: {text:?}"
    );
    for read in [text.replace('\\', "/"), text.trim().to_owned()] {
        // A path that begins outside has to come in again.
        let first = read.split('/').next().unwrap_or_default();
        let out = read.starts_with('/') || matches!(first, ".." | "~");
        let names: Vec<&str> = read
            .split('/')
            .filter(|name| !name.is_empty() && *name != ".")
            .collect();
        let comes_in = names.windows(2).any(|pair| pair == ["w", "p"]) || names.contains(&"p");
        assert!(!out || comes_in, "not inside as {read:?}: {text:?}");
        assert!(
            names.first() != Some(&"secret") || names.contains(&".."),
            "kept as {read:?}: {text:?}"
        );
    }
}

/// Checks spellings that mean the same.
fn spelled(text: &str, effect: Effect) {
    let mut same = vec![
        format!("{text}/"),
        format!("{text}/."),
        text.replace('/', "//"),
        text.replace('/', "/./"),
        format!("{text}/x/.."),
    ];
    match text.starts_with('/') {
        true => same.extend([
            format!("/{text}"),
            format!("/..{text}"),
            format!("../..{text}"),
        ]),
        false => same.extend([
            format!("./{text}"),
            format!("/w/p/{text}"),
            format!("x/../{text}"),
            format!("~/../../w/p/{text}"),
        ]),
    }
    for other in same {
        assert_eq!(
            decide(&tool("Read", &other), None),
            effect,
            "{other:?} is {text:?}"
        );
    }
}

/// Checks commands that name the path.
fn in_commands(text: &str, lies: Lies) {
    // A text that begins so is an option.
    let word = if text.starts_with('-') {
        format!("./{text}")
    } else {
        text.to_owned()
    };
    let kept = lies == Lies::Kept;
    for command in [
        format!("cat '{word}'"),
        format!("cat < '{word}'"),
        format!("cat \"{word}\""),
        format!("bash -c 'cat \"{word}\"'"),
    ] {
        let effect = decide(&bash(&command), None);
        assert_eq!(effect == Effect::Deny, kept, "{command:?}: {effect}");
    }
    let effect = decide(&bash(&format!("ls > '{word}'")), None);
    let wanted = match lies {
        Lies::Inside => Effect::Allow,
        Lies::Kept => Effect::Deny,
        _ => Effect::Ask,
    };
    assert_eq!(effect, wanted, "a redirect to {word:?}");
}

/// Checks what the host says of where the path leads: the same place changes nothing, a kept one denies, one elsewhere or
/// unknown takes an allow away.
fn linked(request: &Value, effect: Effect, text: &str) {
    let paths = POLICY.paths(&request_of(request));
    assert!(paths.is_sorted(), "{paths:?}");
    assert!(
        paths
            .iter()
            .all(|path| path.starts_with('/') && !path.contains('\0')),
        "{paths:?}"
    );
    let all = |lead: &dyn Fn(&String) -> Value| {
        paths
            .iter()
            .map(|path| (path.clone(), lead(path)))
            .collect::<Value>()
    };
    let itself = decide(request, Some(all(&|path| json!(path))));
    assert!(
        effect != Effect::Deny || itself == Effect::Deny,
        "the same place: {text:?}"
    );
    let walks = paths.iter().any(|path| path.contains("/.."));
    assert!(walks || itself == effect, "the same place: {text:?}");
    if paths.is_empty() {
        return;
    }
    assert_eq!(
        decide(request, Some(all(&|_| json!("/etc/x")))),
        Effect::Deny,
        "a link into a kept place: {text:?}"
    );
    for elsewhere in [
        json!("/opt/x"),
        json!(""),
        json!("x"),
        json!(["/w/p/x", "/opt/x"]),
        json!(1),
    ] {
        let led = decide(request, Some(all(&|_| elsewhere.clone())));
        assert_ne!(led, Effect::Allow, "a link to {elsewhere}: {text:?}");
    }
}
