//! `[builtin]`: what Doorward does about itself.
//!
//! Whoever may write the policy may do anything. So a door that finds the policy on its own tells the builder which
//! files are Doorward's ([`PolicyBuilder::own_files`](crate::PolicyBuilder::own_files)), and the rules below stand beside
//! those of the policy: they are rules like any other, made here as the text of one more source, so that they have names,
//! show up in decisions and count for the policy's id.

use alloc::collections::BTreeSet;
use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

use super::{Effect, File, Layer, Source};
use crate::condition::read::unknown_key;
use crate::document::{Entry, Kind, Problems, get, parse};
use crate::vocabulary;

/// The name under which the built-in rules are loaded.
const BUILTIN_NAME: &str = "built-in";

/// What `own_files` says: the effect of touching Doorward's own files, or none.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum OwnFiles {
    Off,
    Ask,
    Deny,
}

impl OwnFiles {
    const NAMES: [&'static str; 3] = ["ask", "deny", "off"];

    fn from_name(name: &str) -> Option<Self> {
        match name {
            "ask" => Some(Self::Ask),
            "deny" => Some(Self::Deny),
            "off" => Some(Self::Off),
            _ => None,
        }
    }
}

/// Reads `[builtin]` of every file and returns the source of the rules that keep `paths`, if there are any.
///
/// The strictest file decides; without one that says anything, touching these paths asks.
pub(crate) fn own_rules(files: &mut [File<'_>], paths: &[String]) -> Option<Source> {
    let mut said = None;
    for file in files {
        if let Some(own_files) = read(file) {
            said = Some(said.map_or(own_files, |before: OwnFiles| before.max(own_files)));
        }
    }
    let effect = match said.unwrap_or(OwnFiles::Ask) {
        OwnFiles::Off => return None,
        OwnFiles::Ask => Effect::Ask,
        OwnFiles::Deny => Effect::Deny,
    };
    (!paths.is_empty()).then(|| Source::new(BUILTIN_NAME, Layer::Managed, text(effect, paths)))
}

impl Source {
    /// Returns the directories that this file's `[builtin] trusted` lists, as written; none when it does not parse.
    ///
    /// For a door that has to know which project files it may trust before it loads them. Only a file of the layers
    /// `managed` and `user` lists any.
    pub fn trusted_directories(&self) -> Vec<String> {
        if !may_say(self) {
            return Vec::new();
        }
        let mut problems = Problems::new(&self.name, &self.text);
        let table = parse(&self.text, &mut problems);
        let listed = get(&table, "builtin").and_then(|entry| match &entry.value.kind {
            Kind::Table(table) => get(table, "trusted"),
            _ => None,
        });
        match listed.map(|entry| &entry.value.kind) {
            Some(Kind::List(items)) => items
                .iter()
                .filter_map(|item| item.as_text().map(String::from))
                .collect(),
            _ => Vec::new(),
        }
    }
}

/// Whether a file may say what Doorward does about itself: not one that came with a repository or from a model.
fn may_say(source: &Source) -> bool {
    matches!(source.layer, Layer::Managed | Layer::User)
}

/// Checks the table of one file and returns what it says about the own files.
fn read(file: &mut File<'_>) -> Option<OwnFiles> {
    let entry = get(&file.table, "builtin")?;
    let problems = &mut file.problems;
    if file.source.tighten_only() {
        // Reported with the other keys of such a file.
        return None;
    }
    if !may_say(file.source) {
        let message = format!(
            "a file of the layer `{}` has no `builtin`",
            file.source.layer
        );
        let hint = "write it to a file of your own: the layer `user` or `managed`".to_string();
        problems.error("not-tighten-only", entry.span.clone(), message, hint);
        return None;
    }
    let Kind::Table(table) = &entry.value.kind else {
        let message = format!("`builtin` is a table; found {}", entry.value.article());
        problems.error(
            "wrong-type",
            entry.value.span.clone(),
            message,
            "write a header: `[builtin]`".to_string(),
        );
        return None;
    };
    let known = vocabulary::keys_of("builtin");
    for entry in table
        .iter()
        .filter(|entry| !known.contains(&entry.key.as_str()))
    {
        unknown_key(problems, entry, "builtin", &known);
    }
    if let Some(trusted) = get(table, "trusted") {
        check_trusted(trusted, problems);
    }
    let own_files = get(table, "own_files")?;
    let said = own_files.value.as_text().and_then(OwnFiles::from_name);
    if said.is_none() {
        let hint = format!("write one of `{}`", OwnFiles::NAMES.join("`, `"));
        let message = format!(
            "`own_files` is one of three texts; found {}",
            own_files.value.article()
        );
        problems.error("bad-value", own_files.value.span.clone(), message, hint);
    }
    said
}

fn check_trusted(trusted: &Entry, problems: &mut Problems<'_>) {
    let Kind::List(items) = &trusted.value.kind else {
        let message = format!(
            "`trusted` is a list of directories; found {}",
            trusted.value.article()
        );
        problems.error("wrong-type", trusted.value.span.clone(), message, None);
        return;
    };
    for item in items {
        let placed = item
            .as_text()
            .is_some_and(|path| path.starts_with('/') || path == "~" || path.starts_with("~/"));
        if !placed {
            let message = "a trusted directory is written from the root or from the home";
            let hint = "such as `/srv/shop` or `~/work/shop`".to_string();
            problems.error("bad-value", item.span.clone(), message, hint);
        }
    }
}

/// Returns the text of the built-in rules.
fn text(effect: Effect, paths: &[String]) -> String {
    let list = |paths: &mut dyn Iterator<Item = &str>| {
        let listed: Vec<String> = paths.map(quoted).collect();
        listed.join(", ")
    };
    let under = format!(
        "{{ fold = true, under = [{}] }}",
        list(&mut paths.iter().map(String::as_str))
    );
    // Whoever deletes a directory deletes all that is in it. In a command line such a path stands for its tree; of the
    // words of a program that nobody knows, and of a tool that nobody declared, this would ask too often.
    let around: BTreeSet<&str> = paths.iter().flat_map(|path| above(path)).collect();
    let around = format!(
        "{{ fold = true, is = [{}] }}",
        list(&mut around.into_iter())
    );
    format!(
        r#"doorward = 1

[[rule]]
name   = "doorward/own-files"
effect = "{effect}"
why    = "What decides about the agent is not the agent's to change"
remedy = "ask the person to change it"
when.any_of = [
  {{ op = ["file.write", "file.delete"], path = {under} }},
  {{ action = ["Delete", "apply_patch"], op = "file.delete", path = {around} }},
]

[[rule]]
name   = "doorward/own-links"
effect = "{effect}"
why    = "A link is another name under which what decides about the agent could be changed"
remedy = "ask the person to make it"
when.path   = {under}
when.any_of = [
  {{ command = ["ln", "link", "mount", "bindfs"] }},
  {{ command = {{ run = "cp", any_flag = ["-l", "--link", "-s", "--symbolic-link"] }} }},
]

[[rule]]
name   = "doorward/own-commands"
effect = "{effect}"
why    = "Which hooks an agent has is for the person to settle"
remedy = "ask the person to run it"
when.command = ["doorward init", "claude config", "codex features", "gemini hooks"]
"#
    )
}

/// Returns the directories that an absolute path lies in.
fn above(path: &str) -> impl Iterator<Item = &str> {
    let ends = path.match_indices('/').map(|(end, _)| end);
    ends.filter_map(|end| path.get(..end.max(1)))
}

/// Returns `text` as a TOML string.
fn quoted(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    out.push('"');
    for character in text.chars() {
        match character {
            '"' | '\\' => {
                out.push('\\');
                out.push(character);
            }
            control if control.is_control() => {
                out.push_str(&format!("\\u{:04x}", u32::from(control)));
            }
            plain => out.push(plain),
        }
    }
    out.push('"');
    out
}
