//! Programs in the language of awk (POSIX, with gawk's additions).

use alloc::string::String;
use alloc::vec::Vec;

use super::{Deed, Deeds};
use crate::command::programs::effects::Act;
use crate::command::text::Text;

/// Returns what an awk program does besides computing and printing: what it starts, and the files that it reads and writes.
pub(crate) fn deeds(program: &str) -> Deeds {
    let tokens = tokens(program);
    let mut deeds = Vec::new();
    let at = |index: usize| tokens.get(index);
    let mut depth = 0_usize;
    // A `>` writes behind `print` and compares anywhere else, and in parentheses.
    let mut prints = false;
    for (index, token) in tokens.iter().enumerate() {
        match token {
            Token::Word(word) => match word.as_str() {
                "print" | "printf" => prints = true,
                "system" => {
                    let script = match at(index + 1) {
                        Some(Token::Sign('(')) => operand(&tokens, index + 2, ends_call),
                        _ => Text::Unknown,
                    };
                    deeds.push(Deed::Script(script));
                }
                "getline" => match index.checked_sub(1).and_then(at) {
                    Some(Token::Sign('|')) => {}
                    _ => {
                        let from = (index + 1..tokens.len().min(index + 8))
                            .find(|at| matches!(tokens.get(*at), Some(Token::Sign('<'))));
                        if let Some(from) = from {
                            let file = operand(&tokens, from + 1, ends_file);
                            deeds.push(Deed::File(Act::Read, file));
                        }
                    }
                },
                "fflush" | "close" => deeds.push(Deed::Other),
                _ => {}
            },
            Token::Sign('(') => depth += 1,
            Token::Sign(')') => depth = depth.saturating_sub(1),
            Token::Sign(';' | '{' | '}' | '\n') => prints = false,
            // What is called through a variable is whatever its text says, and so is what is loaded.
            Token::Sign('@') => deeds.push(Deed::Script(Text::Unknown)),
            Token::Sign('|') => {
                let reads = matches!(at(index + 1), Some(Token::Word(word)) if word == "getline");
                let script = if reads {
                    // The command stands before it; what stands before that may belong to it.
                    match (
                        index.checked_sub(1).and_then(at),
                        index.checked_sub(2).and_then(at),
                    ) {
                        (
                            Some(Token::Text(Some(script))),
                            None | Some(Token::Sign('(' | '{' | ';' | '\n' | '!')),
                        ) => Text::Exact(script.as_str().into()),
                        _ => Text::Unknown,
                    }
                } else {
                    operand(&tokens, index + 1, ends_file)
                };
                deeds.push(Deed::Script(script));
            }
            Token::Sign('>') if depth == 0 && prints => {
                let file = operand(&tokens, index + 1, ends_file);
                deeds.push(Deed::File(Act::Write, file));
                prints = false;
            }
            _ => {}
        }
    }
    deeds
}

#[derive(Debug)]
enum Token {
    /// `None` where an escape in it is not followed.
    Text(Option<String>),
    Word(String),
    /// A sign; `||` and `&&` count as `&`, `>>` as `>`, `|&` as `|`.
    Sign(char),
    Regex,
}

/// The text that stands at `at`, if nothing else belongs to it.
fn operand(tokens: &[Token], at: usize, ends: fn(Option<&Token>) -> bool) -> Text {
    match tokens.get(at) {
        Some(Token::Text(Some(text))) if ends(tokens.get(at + 1)) => {
            Text::Exact(text.as_str().into())
        }
        _ => Text::Unknown,
    }
}

fn ends_call(token: Option<&Token>) -> bool {
    matches!(token, None | Some(Token::Sign(')')))
}

fn ends_file(token: Option<&Token>) -> bool {
    matches!(
        token,
        None | Some(Token::Sign(';' | '}' | '\n' | ')' | '&' | '<' | '>' | '='))
    )
}

fn tokens(program: &str) -> Vec<Token> {
    let mut tokens = Vec::new();
    let mut rest = program.chars().peekable();
    while let Some(c) = rest.next() {
        // Behind a value a slash divides; anywhere else it begins a regular expression.
        let divides = match tokens.last() {
            Some(Token::Text(_) | Token::Word(_)) => true,
            Some(Token::Sign(c)) => matches!(c, ')' | ']' | '$'),
            _ => false,
        };
        match c {
            '"' => tokens.push(Token::Text(text(&mut rest))),
            '/' if !divides => {
                while let Some(c) = rest.next() {
                    match c {
                        '\\' => drop(rest.next()),
                        '/' => break,
                        _ => {}
                    }
                }
                tokens.push(Token::Regex);
            }
            '#' => while rest.next_if(|c| *c != '\n').is_some() {},
            '\\' => drop(rest.next_if_eq(&'\n')),
            '\n' => tokens.push(Token::Sign(c)),
            c if c.is_whitespace() => {}
            c if c.is_alphanumeric() || c == '_' => {
                let mut word = String::from(c);
                while let Some(c) = rest.next_if(|c| c.is_alphanumeric() || *c == '_') {
                    word.push(c);
                }
                tokens.push(Token::Word(word));
            }
            '|' if rest.next_if_eq(&'|').is_some() => tokens.push(Token::Sign('&')),
            '|' => {
                rest.next_if_eq(&'&');
                tokens.push(Token::Sign('|'));
            }
            '>' => {
                rest.next_if_eq(&'>');
                tokens.push(Token::Sign('>'));
            }
            c => tokens.push(Token::Sign(c)),
        }
    }
    tokens
}

/// Reads a text up to its closing quote.
fn text(rest: &mut core::iter::Peekable<core::str::Chars<'_>>) -> Option<String> {
    let mut text = String::new();
    let mut known = true;
    while let Some(c) = rest.next() {
        match c {
            '"' => break,
            '\\' => match rest.next() {
                Some(c @ ('"' | '\\' | '/')) => text.push(c),
                Some('n') => text.push('\n'),
                Some('t') => text.push('\t'),
                Some('\n') | None => {}
                Some(_) => known = false,
            },
            c => text.push(c),
        }
    }
    known.then_some(text)
}

#[cfg(test)]
mod tests {
    use super::{Act, Deed, Text, deeds};

    #[test]
    fn it_prints() {
        for program in [
            "{print $1}",
            "$3 > 100 { n += $3 } END { print n / 2 }",
            "/a|b/ || $2 == \"x|y\" {print (a > b) ? a : b}",
            "BEGIN{FS=\":\"} {printf \"%s > %s\\n\", $1, $2}",
            "{ subsystem = 1; print system_load }",
        ] {
            assert_eq!(deeds(program), [], "{program}");
        }
    }

    #[test]
    fn what_it_does_is_named() {
        let script = |text: &str| Deed::Script(Text::Exact(text.into()));
        let file = |act, text: &str| Deed::File(act, Text::Exact(text.into()));
        let unknown = Deed::Script(Text::Unknown);
        for (program, deed) in [
            ("BEGIN{system(\"rm -rf x\")}", script("rm -rf x")),
            ("BEGIN{system (\"ls \" $1)}", unknown.clone()),
            ("{system($0)}", unknown.clone()),
            ("{system(\"\\162m x\")}", unknown.clone()),
            ("{print $1 > \"f\"}", file(Act::Write, "f")),
            ("{ printf \"x\" >> \"f\" }", file(Act::Write, "f")),
            (
                "{print > $1 \".txt\"}",
                Deed::File(Act::Write, Text::Unknown),
            ),
            ("{print | \"sh\"}", script("sh")),
            ("{print | \"sort \" x}", unknown.clone()),
            (
                "BEGIN{while((\"x y\" | getline l) > 0) print l}",
                script("x y"),
            ),
            ("BEGIN{\"a\" \"b\" | getline}", unknown.clone()),
            (
                "BEGIN{while((getline l < \"f\") > 0) n++}",
                file(Act::Read, "f"),
            ),
            ("BEGIN { f = \"system\"; @f(\"x\") }", unknown),
        ] {
            assert_eq!(deeds(program), [deed], "{program}");
        }
    }
}
