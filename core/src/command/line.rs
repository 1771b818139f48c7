//! Turns a line's tokens into commands and redirects.

use alloc::string::String;
use alloc::vec::Vec;

use super::display;
use super::lexer::{self, Operator, Separator, Token};

/// One simple command.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Command {
    /// The words as the program would get them; `None` when they cannot be known: the command is opaque.
    pub(crate) words: Option<Vec<String>>,
    /// How the command is shown.
    pub(crate) text: String,
}

/// Where a redirect leads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum RedirectKind {
    Read,
    Write,
}

/// One redirect to or from a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Redirect {
    pub(crate) kind: RedirectKind,
    /// The file's name, quotes resolved.
    pub(crate) target: String,
    /// The same as it is written.
    pub(crate) written: String,
    /// The position, in [`Step`]s, of the command it belongs to; `None` when no command runs.
    pub(crate) of: Option<usize>,
}

/// One thing that a line does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Step {
    Command(Command),
    Redirect(Redirect),
}

/// Words that begin a compound command; what follows them is not a simple command.
const RESERVED: [&str; 17] = [
    "if", "then", "else", "elif", "fi", "for", "while", "until", "do", "done", "case", "esac",
    "select", "function", "time", "coproc", "in",
];

/// Returns what `line` does, in source order, each command before its redirects. A line that cannot be read plainly is
/// one opaque command; a line with nothing to do is empty.
pub(crate) fn read(line: &str) -> Vec<Step> {
    lexer::tokens(line)
        .and_then(|tokens| steps(&tokens))
        .unwrap_or_else(|| alloc::vec![opaque(line)])
}

/// Returns one opaque command that stands for all of `line`.
fn opaque(line: &str) -> Step {
    Step::Command(Command {
        words: None,
        text: line.trim().into(),
    })
}

fn steps(tokens: &[Token]) -> Option<Vec<Step>> {
    let mut steps = Vec::new();
    let mut current = Vec::new();
    // After `&&`, `||` and `|` a command must come.
    let mut wanted = false;
    for token in tokens {
        match token {
            Token::Separator(Separator::Newline) if current.is_empty() => {}
            Token::Separator(separator) => {
                simple_command(&current, &mut steps)?;
                current.clear();
                wanted = *separator == Separator::Joint;
            }
            _ => {
                current.push(token);
                wanted = false;
            }
        }
    }
    if !current.is_empty() {
        simple_command(&current, &mut steps)?;
    }
    (!wanted).then_some(steps)
}

fn simple_command(tokens: &[&Token], steps: &mut Vec<Step>) -> Option<()> {
    let mut words: Vec<String> = Vec::new();
    let mut targets = Vec::new();
    let mut rest = tokens.iter();
    while let Some(token) = rest.next() {
        match token {
            Token::Word { text, plain, .. } => {
                if words.is_empty() && (is_reserved(text, *plain) || is_assignment(text, *plain)) {
                    return None;
                }
                words.push(text.clone());
            }
            Token::Redirect(operator) => {
                let Token::Word { text, written, .. } = rest.next()? else {
                    return None;
                };
                targets.push((*operator, text.as_str(), written.as_str()));
            }
            Token::Separator(_) => return None,
        }
    }
    let of = (!words.is_empty()).then_some(steps.len());
    if !words.is_empty() {
        let text = display(&words);
        steps.push(Step::Command(Command {
            words: Some(words),
            text,
        }));
    }
    steps.extend(
        targets
            .iter()
            .filter_map(|(operator, target, written)| redirect(*operator, target, written, of))
            .map(Step::Redirect),
    );
    // A separator with neither words nor redirects before it is a syntax error.
    (!tokens.is_empty()).then_some(())
}

/// Returns the redirect to a file, if it is one and not a descriptor copy.
fn redirect(
    operator: Operator,
    target: &str,
    written: &str,
    of: Option<usize>,
) -> Option<Redirect> {
    let copies = target == "-"
        || target
            .strip_suffix('-')
            .unwrap_or(target)
            .bytes()
            .all(|byte| byte.is_ascii_digit());
    let kind = match operator {
        Operator::Input => RedirectKind::Read,
        Operator::Output | Operator::InputOutput => RedirectKind::Write,
        Operator::DuplicateInput | Operator::DuplicateOutput if copies && !target.is_empty() => {
            return None;
        }
        // `<&word` with anything but a descriptor is an error in bash; should it open a file, it reads.
        Operator::DuplicateInput => RedirectKind::Read,
        Operator::DuplicateOutput => RedirectKind::Write,
    };
    Some(Redirect {
        kind,
        target: target.into(),
        written: written.into(),
        of,
    })
}

/// Whether a word in front of a command begins a compound command. One quote anywhere in it, and it does not.
fn is_reserved(word: &str, plain: usize) -> bool {
    plain == word.len() && RESERVED.contains(&word)
}

/// Whether a word in front of a command is an assignment: `NAME=value` or `NAME+=value`, quoted at most in the value.
fn is_assignment(word: &str, plain: usize) -> bool {
    let Some((name, _)) = word.split_once('=') else {
        return false;
    };
    if name.len() >= plain {
        return false;
    }
    let name = name.strip_suffix('+').unwrap_or(name);
    let mut bytes = name.bytes();
    bytes
        .next()
        .is_some_and(|b| b.is_ascii_alphabetic() || b == b'_')
        && bytes.all(|b| b.is_ascii_alphanumeric() || b == b'_')
}
