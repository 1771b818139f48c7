//! Splits a line into words and operators, or says that it cannot be read plainly.
//!
//! One pass, no recursion, no back-tracking: linear in the line.

use alloc::string::String;
use alloc::vec::Vec;

/// One word or operator.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Token {
    /// A word with its quotes resolved, its first `plain` bytes before any quote; and as it is written.
    Word {
        text: String,
        plain: usize,
        written: String,
    },
    Separator(Separator),
    /// A redirect operator; the descriptor number before it is dropped.
    Redirect(Operator),
}

/// What ends a command.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Separator {
    /// A newline: may stand where no command is.
    Newline,
    /// `;`: ends a command.
    Semicolon,
    /// `&&`, `||`, `|`, `|&`: ends a command, and another must follow.
    Joint,
}

/// A redirect operator.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Operator {
    /// `<`
    Input,
    /// `>`, `>>`, `>|`, `&>`, `&>>`
    Output,
    /// `<>`
    InputOutput,
    /// `>&`: a descriptor, or a file.
    DuplicateOutput,
    /// `<&`: a descriptor.
    DuplicateInput,
}

/// Returns the tokens of `line`, or `None` when it needs more than plain reading.
pub(super) fn tokens(line: &str) -> Option<Vec<Token>> {
    let mut lexer = Lexer {
        line,
        bytes: line.as_bytes(),
        at: 0,
        tokens: Vec::new(),
    };
    while let Some(byte) = lexer.peek(0) {
        lexer.step(byte)?;
    }
    Some(lexer.tokens)
}

struct Lexer<'l> {
    line: &'l str,
    bytes: &'l [u8],
    at: usize,
    tokens: Vec<Token>,
}

impl Lexer<'_> {
    fn step(&mut self, byte: u8) -> Option<()> {
        match byte {
            b' ' | b'\t' => self.at += 1,
            b'\n' => self.push(1, Token::Separator(Separator::Newline)),
            b';' if self.peek(1) == Some(b';') => return None,
            b';' => self.push(1, Token::Separator(Separator::Semicolon)),
            b'&' => match (self.peek(1), self.peek(2)) {
                (Some(b'&'), _) => self.push(2, Token::Separator(Separator::Joint)),
                (Some(b'>'), Some(b'>')) => self.push(3, Token::Redirect(Operator::Output)),
                (Some(b'>'), _) => self.push(2, Token::Redirect(Operator::Output)),
                _ => return None,
            },
            b'|' if matches!(self.peek(1), Some(b'|' | b'&')) => {
                self.push(2, Token::Separator(Separator::Joint))
            }
            b'|' => self.push(1, Token::Separator(Separator::Joint)),
            b'<' | b'>' => return self.angle(byte),
            _ => return self.word(),
        }
        Some(())
    }

    fn angle(&mut self, byte: u8) -> Option<()> {
        let (length, operator) = match (byte, self.peek(1)) {
            (b'<', Some(b'<')) => return None,
            (b'<', Some(b'>')) => (2, Operator::InputOutput),
            (b'<', Some(b'&')) => (2, Operator::DuplicateInput),
            (b'<', _) => (1, Operator::Input),
            (_, Some(b'>' | b'|')) => (2, Operator::Output),
            (_, Some(b'&')) => (2, Operator::DuplicateOutput),
            _ => (1, Operator::Output),
        };
        self.push(length, Token::Redirect(operator));
        Some(())
    }

    fn word(&mut self) -> Option<()> {
        let start = self.at;
        let mut text = String::new();
        // How much of the text came before the first quote, once there was one.
        let mut quoted: Option<usize> = None;
        while let Some(byte) = self.peek(0) {
            match byte {
                b' ' | b'\t' | b'\n' | b';' | b'&' | b'|' => break,
                b'<' | b'>' => {
                    // Digits directly before the operator are a descriptor, not a word.
                    if quoted.is_none()
                        && !text.is_empty()
                        && text.bytes().all(|b| b.is_ascii_digit())
                    {
                        return self.angle(byte);
                    }
                    break;
                }
                b'$' | b'`' | b'(' | b')' | b'{' | b'}' | b'[' | b'*' | b'?' | b'~' | b'!'
                | b'#' => return None,
                b'\'' => {
                    quoted.get_or_insert(text.len());
                    self.single_quoted(&mut text)?;
                }
                b'"' => {
                    quoted.get_or_insert(text.len());
                    self.double_quoted(&mut text)?;
                }
                b'\\' => {
                    self.at += 1;
                    match self.peek(0)? {
                        b'\n' => self.at += 1,
                        _ => {
                            quoted.get_or_insert(text.len());
                            self.copy(&mut text)?;
                        }
                    }
                }
                _ => self.copy(&mut text)?,
            }
        }
        // A word that was nothing but line continuations is no word.
        if quoted.is_some() || !text.is_empty() {
            let plain = quoted.unwrap_or(text.len());
            self.tokens.push(Token::Word {
                text,
                plain,
                written: self.line.get(start..self.at).unwrap_or_default().into(),
            });
        }
        Some(())
    }

    fn single_quoted(&mut self, text: &mut String) -> Option<()> {
        self.at += 1;
        let rest = self.line.get(self.at..)?;
        let inner = rest.get(..rest.find('\'')?)?;
        if inner.chars().any(is_hidden) {
            return None;
        }
        text.push_str(inner);
        self.at += inner.len() + 1;
        Some(())
    }

    fn double_quoted(&mut self, text: &mut String) -> Option<()> {
        self.at += 1;
        loop {
            match self.peek(0)? {
                b'"' => {
                    self.at += 1;
                    return Some(());
                }
                b'$' | b'`' => return None,
                b'\\' => match self.peek(1)? {
                    b'\n' => self.at += 2,
                    b'$' | b'`' | b'"' | b'\\' => {
                        self.at += 1;
                        self.copy(text)?;
                    }
                    _ => self.copy(text)?,
                },
                _ => self.copy(text)?,
            }
        }
    }

    /// Copies one character.
    fn copy(&mut self, text: &mut String) -> Option<()> {
        let c = self.line.get(self.at..)?.chars().next()?;
        if is_hidden(c) {
            return None;
        }
        text.push(c);
        self.at += c.len_utf8();
        Some(())
    }

    fn push(&mut self, length: usize, token: Token) {
        self.tokens.push(token);
        self.at += length;
    }

    fn peek(&self, ahead: usize) -> Option<u8> {
        self.bytes.get(self.at + ahead).copied()
    }
}

/// Characters that an honest line does not need and that a person approving it would not see: control characters
/// other than tab and newline, and those of no width or that change the direction of the text.
fn is_hidden(c: char) -> bool {
    c.is_control() && c != '\t' && c != '\n'
        || matches!(c, '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}')
        || matches!(c, '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}')
}
