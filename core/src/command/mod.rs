//! Command text: what a line of shell would run and write.
//!
//! The reader is built to be wrong in one direction only. It resolves the words of plain lines exactly, as bash does:
//! words, quotes, backslashes, pipes, `&&`, `||`, `;`, newlines and redirects. A line with anything else that bash
//! gives a meaning to (expansions, globs, groups, substitutions, here-documents, assignments, reserved words,
//! background jobs) is not guessed at: it becomes one **opaque** command. On an opaque command every `command`
//! condition is unknown, so a deny asks and an allow does not hold.
//!
//! - [`lexer`]: bytes to tokens.
//! - [`line`]: tokens to commands and redirects.
//! - [`programs`]: which options of which programs run or write something.
//! - [`pattern`]: the command text of a rule, and what it covers.

mod lexer;
mod line;
mod pattern;
mod programs;

pub(crate) use line::{RedirectKind, Step, read};
pub(crate) use pattern::CommandPattern;
pub(crate) use programs::{PROGRAMS_VERSION, risky_options};

use alloc::string::String;

/// Returns `words` joined by single spaces, each quoted where a shell would need it.
pub(crate) fn display(words: &[String]) -> String {
    let mut text = String::new();
    for word in words {
        if !text.is_empty() {
            text.push(' ');
        }
        let plain = |c: char| {
            c.is_alphanumeric()
                || matches!(
                    c,
                    '_' | '-' | '.' | '/' | ':' | ',' | '+' | '@' | '%' | '=' | '^'
                )
        };
        if !word.is_empty() && word.chars().all(plain) {
            text.push_str(word);
        } else {
            text.push('\'');
            text.push_str(&word.replace('\'', "'\\''"));
            text.push('\'');
        }
    }
    text
}
