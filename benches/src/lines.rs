//! Command lines: those of the tests, and families of lines that are made to be slow to read.

use std::path::Path;
use std::{fs, io};

use toml::Value;

/// Returns every command line of the vectors, each once, sorted.
///
/// # Errors
///
/// When a vector cannot be read.
pub fn of_vectors() -> io::Result<Vec<String>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/vectors");
    let mut lines = Vec::new();
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.extension().is_some_and(|end| end == "toml") {
            let table = fs::read_to_string(&path)?
                .parse()
                .map_err(io::Error::other)?;
            collect(&Value::Table(table), &mut lines);
        }
    }
    lines.retain(|line| (1..5000).contains(&line.len()));
    lines.sort();
    lines.dedup();
    Ok(lines)
}

/// Collects what stands under `command` in an `input`.
fn collect(value: &Value, lines: &mut Vec<String>) {
    match value {
        Value::Array(items) => items.iter().for_each(|item| collect(item, lines)),
        Value::Table(table) => {
            let input = table.get("input").and_then(|input| input.get("command"));
            lines.extend(input.and_then(Value::as_str).map(String::from));
            table.values().for_each(|value| collect(value, lines));
        }
        _ => {}
    }
}

/// Whether nothing in a line means anything to a shell: no quotes, expansions or operators.
pub fn is_plain(line: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b" -_./:,+@%=".contains(&byte);
    line.bytes().all(plain)
}

/// A way to make a long line: what it begins with, what is repeated, what stands in the middle, what closes each
/// repetition, and what it ends with.
#[derive(Clone, Copy, Debug)]
pub struct Family {
    /// What it is called.
    pub name: &'static str,
    begin: &'static str,
    repeat: &'static str,
    middle: &'static str,
    close: &'static str,
    end: &'static str,
}

impl Family {
    /// Returns a line of at least `bytes` bytes, and no more than a repetition longer. `#` in what is repeated stands for
    /// the number of the repetition.
    pub fn line(&self, bytes: usize) -> String {
        let mut line = String::from(self.begin);
        let mut count = 0;
        while line.len() + count * self.close.len() < bytes {
            line.push_str(&self.repeat.replace('#', &count.to_string()));
            count += 1;
        }
        line.push_str(self.middle);
        line.push_str(&self.close.repeat(count));
        line.push_str(self.end);
        line
    }
}

/// Lines that are made to be slow.
pub const FAMILIES: &[Family] = &[
    flat("pipes", "", "a|", "a"),
    flat("lists", "", "ls;", ""),
    flat("background", "", "a&", ""),
    flat("directories", "", "cd d# && ", "ls"),
    flat("pushd", "", "pushd d;", ""),
    flat("newlines", "", "\n", ""),
    flat("open-substitutions", "", "$(", ""),
    flat("open-subshells", "", "(", ""),
    flat("open-arithmetic", "", "((", ""),
    nested("substitutions", "$(", "a", ")"),
    nested("subshells", "( ", "a", ")"),
    nested("functions", "f() { ", "ls", ";}"),
    nested("evals", "eval '", "ls", "'"),
    flat("open-quotes", "", "'\"", ""),
    flat("quoted", "", "\"$x\"", ""),
    flat("backquotes", "", "`a` ", ""),
    flat("words", "ls", " a", ""),
    flat("paths", "rm", " /a", ""),
    flat("copies", "cp", " aa", ""),
    flat("long-word", "echo ", "a", ""),
    flat("options", "git push", " --force", ""),
    flat("cluster", "tar ", "c", ""),
    flat("directory-options", "tar c", " -C a b", ""),
    flat("expressions", "find .", " -name a", ""),
    flat("exec", "find . ", "-exec ls {} \\; ", ""),
    flat("wrappers", "", "sudo ", "ls"),
    flat("command", "", "command ", "ls"),
    flat("scripts", "", "bash -c 'ls';", ""),
    flat("here-documents", "", "cat <<E#\nx\nE#\n", ""),
    flat("shell-input", "bash <<E\n", "ls\n", "E\n"),
    flat("braces", "", "{a,b}", ""),
    flat("long-braces", "echo {a", ",a", "}"),
    flat("open-braces", "", "{a,", ""),
    flat("sequences", "", "{1..1000000} ", ""),
    flat("globs", "ls ", "*", ""),
    flat("brackets", "ls ", "[", ""),
    flat("redirects", "ls ", " >a#", ""),
    flat("assignments", "", "a#=$b ", ""),
    flat("variables", "", "v#=1;$v#;", ""),
    flat("growing-value", "a=aaaaaaaa;", "a=$a$a;", ""),
    flat("replacements", "echo ", "${x//a/b}", ""),
    flat("calls", "", "f#() { f;f; };", ""),
    flat("aliases", "", "alias a#='b;b';", ""),
    flat("arms", "case a in", " b) cd c;;", " esac"),
    flat("branches", "if a; then b", ";elif a; then b", ";fi"),
    flat("loops", "", "while a;do v#=$v;done;", ""),
    flat("arithmetic", "((", "a#+", "1))"),
    flat("tests", "[[ a", " && a", " ]]"),
];

const fn flat(
    name: &'static str,
    begin: &'static str,
    repeat: &'static str,
    end: &'static str,
) -> Family {
    Family {
        name,
        begin,
        repeat,
        middle: "",
        close: "",
        end,
    }
}

const fn nested(
    name: &'static str,
    repeat: &'static str,
    middle: &'static str,
    close: &'static str,
) -> Family {
    Family {
        name,
        begin: "",
        repeat,
        middle,
        close,
        end: "",
    }
}
