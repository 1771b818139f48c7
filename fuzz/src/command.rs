//! Any line as the command of `Bash`, under three policies: one denies `rm` and allows `git status`, one has only the
//! deny and allows everything else, one has only the allow.
//!
//! What an allowed plain line may look like is checked by [`plain`], a second reading of the line that shares nothing with
//! the core: it only follows quotes, and gives up on everything that bash treats specially.

use std::sync::LazyLock;

use doorward::{Decision, Effect, Policy};
use serde_json::json;

use crate::{policy_of, request_of, strictness};

const DENY: &str = "
[[rule]]
name = 'no-rm'
effect = 'deny'
when.command = 'rm'
";

const ALLOW: &str = "
[[rule]]
name = 'look'
effect = 'allow'
when.command = 'git status'
";

/// The deny and the allow; everything else asks.
static BOTH: LazyLock<Policy> = LazyLock::new(|| policy_of("ask", &[DENY, ALLOW].concat()));
/// The deny; everything else is allowed.
static OPEN: LazyLock<Policy> = LazyLock::new(|| policy_of("allow", DENY));
/// The allow; everything else asks.
static CLOSED: LazyLock<Policy> = LazyLock::new(|| policy_of("ask", ALLOW));

/// Where a redirect may lead without being a write of its own.
const SINKS: [&str; 4] = ["/dev/null", "/dev/stdout", "/dev/stderr", "/dev/tty"];

/// Checks any line: hiding it in a subshell, a branch or another shell makes nothing of a deny, and a removal before it
/// stays denied. On a plain one also what may be allowed and denied, that spaces mean nothing, that a removal behind it
/// is seen, and that each listed command gets alone no more than it gets in the line (I8).
pub fn check(data: &[u8]) {
    let Ok(line) = std::str::from_utf8(data) else {
        return;
    };
    let decision = decide(&BOTH, line);
    let open = decide(&OPEN, line).effect();
    let closed = decide(&CLOSED, line).effect();
    match decision.effect() {
        Effect::Allow => assert_eq!((open, closed), (Effect::Allow, Effect::Allow)),
        Effect::Deny => {
            assert_eq!((open, closed), (Effect::Deny, Effect::Ask));
            hidden(line);
        }
        Effect::Ask => assert_ne!(open, Effect::Deny),
        Effect::Pass => panic!("no rule and no default passes"),
    }
    for behind in [format!("rm x; {line}"), format!("rm x\n{line}")] {
        for policy in [&BOTH, &OPEN] {
            let effect = decide(policy, &behind).effect();
            assert_eq!(effect, Effect::Deny, "a removal runs first: {behind:?}");
        }
    }
    if let Ok(read) = plain(line) {
        plain_line(line, &decision, &read);
    }
}

/// Checks that a denied line is not allowed where something else runs it.
fn hidden(line: &str) {
    let quoted = line.replace('\'', r"'\''");
    for hidden in [
        format!("(\n{line}\n)"),
        format!("if true; then\n{line}\nfi"),
        format!("bash -c '{quoted}'"),
        format!("eval '{quoted}'"),
    ] {
        for policy in [&BOTH, &OPEN] {
            let effect = decide(policy, &hidden).effect();
            assert_ne!(effect, Effect::Allow, "hidden, it is allowed: {hidden:?}");
        }
    }
}

/// Checks a plain line against what [`plain`] read.
fn plain_line(line: &str, decision: &Decision, read: &Line) {
    let alone = decision.effect();
    let removes = read
        .commands
        .iter()
        .any(|words| words.first().is_some_and(|word| word == "rm"));
    let allowed_without = decide(&OPEN, line).effect() == Effect::Allow;
    assert!(!(removes && allowed_without), "a removal is allowed");
    if alone == Effect::Deny {
        let told = read
            .commands
            .iter()
            .flatten()
            .any(|word| word.contains("rm"));
        assert!(told, "denied without an rm");
    }
    if decide(&CLOSED, line).effect() == Effect::Allow {
        allowed(line, read);
    }
    for leaf in decision.leaves() {
        let here = leaf.op == Some("proc.exec") && leaf.cwd.is_none() && leaf.opaque.is_none();
        if let (true, Some(effect)) = (here && plain(&leaf.text).is_ok(), leaf.effect) {
            let by_itself = decide(&BOTH, &leaf.text).effect();
            assert!(
                strictness(by_itself) <= strictness(effect),
                "I8: {by_itself} alone: {leaf:?}"
            );
        }
    }
    let padded = decide(&BOTH, &format!("\t {line} \t"));
    // Near misses say where in the text, which the spaces move.
    let said = |decision: &Decision| {
        let (matched, leaves) = (decision.matched().to_vec(), decision.leaves().to_vec());
        (decision.effect(), decision.basis().clone(), matched, leaves)
    };
    assert_eq!(said(&padded), said(decision), "I7: spaces");
    beside_removal(alone, &format!("{line}\nrm x"));
    for joint in [
        ";rm x", " && rm x", " | rm x", " $(rm x)", " <(rm x)", " `rm x`",
    ] {
        // Behind an operator or a newline, most of these are syntax errors.
        beside_removal(Effect::Ask, &format!("{line}{joint}"));
    }
}

fn decide(policy: &Policy, line: &str) -> Decision {
    let request = json!({ "action": "Bash", "input": { "command": line } });
    policy.decide(&request_of(&request))
}

/// Checks that a line with a removal in it is never allowed, and denied if the rest can be judged: `alone` is what it
/// gets without.
fn beside_removal(alone: Effect, line: &str) {
    for policy in [&BOTH, &OPEN] {
        let effect = decide(policy, line).effect();
        let wanted = match alone {
            Effect::Ask => matches!(effect, Effect::Ask | Effect::Deny),
            _ => effect == Effect::Deny,
        };
        assert!(wanted, "{effect} beside a removal: {line:?}");
    }
}

/// Words that stand before a command and are not the program.
const BEFORE: [&str; 13] = [
    "if", "then", "elif", "else", "while", "until", "do", "time", "-p", "coproc", "command",
    "builtin", "exec",
];

/// Words that make the rest of a command nothing that [`plain`] knows: headers, ends, and scripts in a word.
const BEYOND: [&str; 14] = [
    "for", "select", "case", "function", "fi", "done", "esac", "eval", "trap", "sh", "bash",
    "dash", "in", "export",
];

/// Commands that change nothing, and that no rule need allow beside another.
const NEUTRAL: [&str; 28] = [
    "true", "false", ":", "test", "echo", "printf", "pwd", "exit", "return", "break", "continue",
    "shift", "wait", "read", "set", "unset", "let", "cd", "cat", "head", "tail", "grep", "sort",
    "uniq", "cut", "tr", "wc", "jq",
];

fn allowed(line: &str, read: &Line) {
    assert!(!read.commands.is_empty(), "allowed without a command");
    assert!(read.writes.is_empty(), "allowed: {:?}", read.writes);
    let mut looks = false;
    for words in &read.commands {
        let first = words
            .iter()
            .position(|word| !BEFORE.contains(&word.as_str()) && !word.contains('='));
        let words = words
            .get(first.unwrap_or(words.len())..)
            .unwrap_or_default();
        let Some(program) = words.first() else {
            continue;
        };
        if BEYOND.contains(&program.as_str()) {
            return;
        }
        if NEUTRAL.contains(&program.as_str()) {
            continue;
        }
        looks = true;
        assert!(
            matches!(words, [git, status, ..] if git == "git" && status == "status"),
            "allowed: {words:?}"
        );
    }
    assert!(looks, "allowed without `git status`");
    // What a line assigns reaches the same line after it.
    if !line.contains('=') {
        let twice = decide(&CLOSED, &format!("{line}\n{line}"));
        assert_eq!(twice.effect(), Effect::Allow, "I3: said twice");
    }
}

/// What a plain line does.
struct Line {
    /// The words of each simple command.
    commands: Vec<Vec<String>>,
    /// The files that redirects write.
    writes: Vec<String>,
}

/// Reads a plain line; the error says what makes it more than plain.
fn plain(line: &str) -> Result<Line, String> {
    let mut read = Line {
        commands: vec![Vec::new()],
        writes: Vec::new(),
    };
    let mut word: Option<String> = None;
    let mut redirect: Option<Redirect> = None;
    let mut chars = line.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '\'' => {
                let word = word.get_or_insert_default();
                loop {
                    match chars.next() {
                        Some('\'') => break,
                        Some(c) => word.push(c),
                        None => return Err("an open quote".into()),
                    }
                }
            }
            '"' => {
                let word = word.get_or_insert_default();
                loop {
                    match chars.next() {
                        Some('"') => break,
                        Some(c @ ('$' | '`')) => return Err(format!("`{c}` in double quotes")),
                        Some('\\') => match chars.next() {
                            Some('\n') => {}
                            Some(c @ ('$' | '`' | '"' | '\\')) => word.push(c),
                            Some(c) => word.extend(['\\', c]),
                            None => return Err("an open quote".into()),
                        },
                        Some(c) => word.push(c),
                        None => return Err("an open quote".into()),
                    }
                }
            }
            '\\' => match chars.next() {
                Some('\n') => {}
                Some(c) => word.get_or_insert_default().push(c),
                None => return Err("a backslash at the end".into()),
            },
            '$' | '`' | '(' | ')' | '{' | '}' | '[' | '*' | '?' | '~' | '!' | '#' => {
                return Err(format!("`{c}`"));
            }
            ' ' | '\t' => finish(&mut word, &mut redirect, &mut read),
            '\n' | ';' | '|' => {
                finish(&mut word, &mut redirect, &mut read);
                if redirect.is_some() {
                    return Err("a redirect to nowhere".into());
                }
                // `||` and `|&`: what is left of them.
                if c == '|' {
                    chars.next_if(|c| matches!(c, '|' | '&'));
                }
                read.commands.push(Vec::new());
            }
            '&' => {
                finish(&mut word, &mut redirect, &mut read);
                match chars.next() {
                    Some('&') if redirect.is_none() => read.commands.push(Vec::new()),
                    Some('>') if redirect.is_none() => {
                        chars.next_if_eq(&'>');
                        redirect = Some(Redirect::Write);
                    }
                    _ => return Err("a single `&`".into()),
                }
            }
            '<' | '>' => {
                // Digits directly before it are a descriptor.
                if word.as_ref().is_some_and(|word| {
                    !word.is_empty() && word.bytes().all(|b| b.is_ascii_digit())
                }) {
                    word = None;
                }
                finish(&mut word, &mut redirect, &mut read);
                if redirect.is_some() {
                    return Err("a redirect of a redirect".into());
                }
                let next = chars.next_if(|next| matches!(next, '<' | '>' | '&' | '|'));
                redirect = Some(match (c, next) {
                    ('<', None | Some('&')) => Redirect::Read,
                    ('<', Some('>')) | ('>', None | Some('>' | '|')) => Redirect::Write,
                    ('>', Some('&')) => Redirect::Copy,
                    _ => return Err("a here-document or a syntax error".into()),
                });
            }
            c if c.is_control() => return Err("a control character".into()),
            c => word.get_or_insert_default().push(c),
        }
    }
    finish(&mut word, &mut redirect, &mut read);
    if redirect.is_some() {
        return Err("a redirect to nowhere".into());
    }
    read.commands.retain(|words| !words.is_empty());
    Ok(read)
}

/// What a redirect operator does.
#[derive(Clone, Copy)]
enum Redirect {
    Read,
    Write,
    /// `>&`: copies a descriptor or writes a file.
    Copy,
}

/// Ends a word: it is a redirect's target or one of the command's.
fn finish(word: &mut Option<String>, redirect: &mut Option<Redirect>, read: &mut Line) {
    let Some(word) = word.take() else {
        return;
    };
    let descriptor = word.strip_suffix('-').unwrap_or(&word);
    let copies = !word.is_empty() && descriptor.bytes().all(|b| b.is_ascii_digit());
    match redirect.take() {
        None => read
            .commands
            .last_mut()
            .expect("there is a command")
            .push(word),
        Some(Redirect::Read) => {}
        Some(Redirect::Copy) if copies => {}
        Some(Redirect::Copy | Redirect::Write) if SINKS.contains(&normal(&word).as_str()) => {}
        Some(Redirect::Copy | Redirect::Write) => read.writes.push(word),
    }
}

/// Returns an absolute path without `.`, `..` and empty parts; any other text as it is.
fn normal(path: &str) -> String {
    if !path.starts_with('/') {
        return path.into();
    }
    let mut parts = Vec::new();
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop();
            }
            _ => parts.push(part),
        }
    }
    format!("/{}", parts.join("/"))
}
