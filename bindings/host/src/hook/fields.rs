//! The fields of a tool's input in the words of the catalogue.
//!
//! Hosts agree on what their tools do and not on what they call the fields. A field is renamed only where one of the
//! known names stands for it; two that name different things are refused, because nobody here knows which one the host
//! goes by.

use std::path::PathBuf;

use serde_json::{Map, Value};

use crate::hook::call::line_of;
use crate::hook::payload::Failure;

/// Tools that run a command line.
const RUNS: [&str; 8] = [
    "Bash",
    "bash",
    "Shell",
    "shell",
    "local_shell",
    "run_shell_command",
    "shell_command",
    "exec_command",
];

/// Tools that read, write or delete one file.
const FILES: [&str; 16] = [
    "Read",
    "read",
    "read_file",
    "Write",
    "write",
    "write_file",
    "Edit",
    "edit",
    "replace",
    "Delete",
    "MultiEdit",
    "multiedit",
    "edit_file",
    "delete_file",
    "StrReplace",
    "TabWrite",
];

/// Tools that read what lies below a directory.
const TREES: [&str; 7] = [
    "Grep",
    "grep",
    "grep_search",
    "search_file_content",
    "Glob",
    "glob",
    "list",
];

/// What hosts call the file of a file tool.
const FILE: [&str; 6] = [
    "file_path",
    "filePath",
    "absolute_path",
    "path",
    "target_file",
    "dir_path",
];
/// What they call the directory of a search.
const TREE: [&str; 4] = ["path", "dir_path", "target_directory", "directory"];
/// What they call the directory that a command runs in.
const INSIDE: [&str; 4] = ["working_directory", "workdir", "dir_path", "directory"];

/// Returns an input with the catalogue's names of its fields, and the directory that it says a command runs in.
pub(super) fn in_words_of_the_catalogue(
    action: &str,
    mut input: Map<String, Value>,
) -> Result<(Map<String, Value>, Option<PathBuf>), Failure> {
    let mut inside = None;
    if RUNS.contains(&action) {
        if let Some(Value::Array(words)) = input.get("command")
            && let Some(line) = line_of(words)
        {
            input.insert("command".to_owned(), Value::String(line));
        }
        rename(&mut input, &["command", "cmd"])?;
        inside = one_of(&input, &INSIDE)?.map(PathBuf::from);
    } else if FILES.contains(&action) {
        rename(&mut input, &FILE)?;
    } else if TREES.contains(&action) {
        rename(&mut input, &TREE)?;
    } else if action == "apply_patch" || action == "patch" {
        rename(&mut input, &["patch", "patchText", "patch_text"])?;
    } else if action == "web_fetch"
        && !input.contains_key("url")
        && let Some(url) = input
            .get("prompt")
            .and_then(Value::as_str)
            .and_then(only_url)
    {
        input.insert("url".to_owned(), Value::String(url));
    }
    Ok((input, inside))
}

/// Gives the first of `names` the value that stands under any of them.
fn rename(input: &mut Map<String, Value>, names: &[&str]) -> Result<(), Failure> {
    if let (Some(value), Some(first)) = (one_of(input, names)?, names.first()) {
        input.insert((*first).to_owned(), Value::String(value));
    }
    Ok(())
}

/// Returns the one text that stands under any of `names`.
fn one_of(input: &Map<String, Value>, names: &[&str]) -> Result<Option<String>, Failure> {
    let mut found: Option<(&str, &str)> = None;
    for name in names {
        let Some(text) = input.get(*name).and_then(Value::as_str) else {
            continue;
        };
        match found {
            Some((other, before)) if before != text => {
                return Err(Failure::new(format!(
                    "`{other}` and `{name}` of the tool's input differ"
                )));
            }
            _ => found = found.or(Some((name, text))),
        }
    }
    Ok(found.map(|(_, text)| text.to_owned()))
}

/// Returns the one URL in a text.
fn only_url(text: &str) -> Option<String> {
    let mut urls = text
        .split(|c: char| c.is_whitespace() || matches!(c, '"' | '\'' | '<' | '>' | '`'))
        .filter(|word| word.starts_with("http://") || word.starts_with("https://"));
    let first = urls.next()?;
    urls.next().is_none().then(|| first.to_owned())
}

/// Returns a word as a shell reads it back.
pub(super) fn quoted(word: &str) -> String {
    format!("'{}'", word.replace('\'', r"'\''"))
}
