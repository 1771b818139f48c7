//! Takes a program in the language of awk apart into its tokens.
//!
//! A slash divides behind a value and begins a regular expression where a value is wanted. Only the grammar of each awk
//! knows which of the two it is, so a slash behind a word or sign after which they disagree is not read, and neither is
//! what follows: what one awk takes for text runs in another.

use alloc::string::String;
use alloc::vec::Vec;
use core::iter::Peekable;
use core::str::Chars;

use super::super::Brackets;

#[derive(Debug)]
pub(super) enum Token {
    /// `None` where an escape in it is not followed.
    Text(Option<String>),
    Word(String),
    Number,
    /// A sign; `||` and `&&` count as `&`, `>>` as `>`, `|&` as `|`.
    Sign(char),
    /// `++` or `--`.
    Step,
    /// The `)` that ends what `if` and its like ask for.
    Condition,
    Regex,
}

/// A program, token by token.
pub(super) struct Tokens {
    pub(super) all: Vec<Token>,
    /// Whether these are all of them, and nothing that was begun is left open.
    pub(super) complete: bool,
}

impl Tokens {
    pub(super) fn read(program: &str) -> Self {
        let mut reader = Reader {
            rest: program.chars().peekable(),
            tokens: Vec::new(),
            open: Vec::new(),
        };
        let read = reader.tokens();
        Self {
            complete: read.is_some() && reader.open.is_empty(),
            all: reader.tokens,
        }
    }
}

/// What is open.
#[derive(PartialEq)]
enum Open {
    Brace,
    Bracket,
    Parenthesis,
    /// The parenthesis behind `if` and its like.
    Condition,
}

enum Slash {
    Divides,
    Begins,
    /// Awks disagree.
    Either,
}

struct Reader<'t> {
    rest: Peekable<Chars<'t>>,
    tokens: Vec<Token>,
    open: Vec<Open>,
}

impl Reader<'_> {
    /// Reads all tokens; `None` at what is read differently, or by none.
    fn tokens(&mut self) -> Option<()> {
        while let Some(c) = self.rest.next() {
            let token = match c {
                '"' => Token::Text(self.text()?),
                '/' => match self.slash() {
                    Slash::Divides => Token::Sign('/'),
                    Slash::Begins => {
                        self.regex()?;
                        Token::Regex
                    }
                    Slash::Either => return None,
                },
                '#' => {
                    while self.rest.next_if(|c| *c != '\n').is_some() {}
                    continue;
                }
                '\\' => {
                    self.rest.next_if_eq(&'\n')?;
                    continue;
                }
                // Behind these a statement goes on; between parentheses it goes on behind these alone.
                '\n' if matches!(self.tokens.last(), Some(Token::Sign(',' | '&' | '?' | ':'))) => {
                    continue;
                }
                '\n' if !matches!(self.open.last(), None | Some(Open::Brace)) => return None,
                '\n' => Token::Sign('\n'),
                c if c.is_whitespace() => continue,
                c if c.is_ascii_digit() || c == '.' => {
                    while (self.rest)
                        .next_if(|c| c.is_ascii_digit() || *c == '.')
                        .is_some()
                    {}
                    Token::Number
                }
                c if c.is_alphanumeric() || c == '_' => {
                    let mut word = String::from(c);
                    while let Some(c) = self.rest.next_if(|c| c.is_alphanumeric() || *c == '_') {
                        word.push(c);
                    }
                    Token::Word(word)
                }
                '+' | '-' if self.rest.next_if_eq(&c).is_some() => Token::Step,
                '|' if self.rest.next_if_eq(&'|').is_some() => Token::Sign('&'),
                '|' => {
                    self.rest.next_if_eq(&'&');
                    Token::Sign('|')
                }
                '>' => {
                    self.rest.next_if_eq(&'>');
                    Token::Sign('>')
                }
                c => self.sign(c)?,
            };
            self.tokens.push(token);
        }
        Some(())
    }

    /// Opens or closes what the sign does; `None` where nothing is to be closed.
    fn sign(&mut self, sign: char) -> Option<Token> {
        let opens = match sign {
            '{' => Open::Brace,
            '[' => Open::Bracket,
            '(' => match self.tokens.last() {
                Some(Token::Word(word))
                    if matches!(word.as_str(), "if" | "while" | "for" | "switch") =>
                {
                    Open::Condition
                }
                _ => Open::Parenthesis,
            },
            '}' | ']' | ')' => {
                let open = self.open.pop()?;
                let closes = match open {
                    Open::Brace => '}',
                    Open::Bracket => ']',
                    Open::Parenthesis | Open::Condition => ')',
                };
                let token = match open {
                    Open::Condition => Token::Condition,
                    _ => Token::Sign(sign),
                };
                return (sign == closes).then_some(token);
            }
            _ => return Some(Token::Sign(sign)),
        };
        self.open.push(opens);
        Some(Token::Sign(sign))
    }

    /// Returns what a slash does here.
    fn slash(&self) -> Slash {
        match self.tokens.last() {
            None => Slash::Begins,
            Some(Token::Text(_) | Token::Number | Token::Sign(')' | ']')) => Slash::Divides,
            Some(Token::Step | Token::Condition | Token::Regex | Token::Sign('$')) => Slash::Either,
            Some(Token::Sign(_)) => Slash::Begins,
            Some(Token::Word(word)) => match word.as_str() {
                "print" | "printf" | "return" | "exit" | "else" | "do" => Slash::Begins,
                word if RESERVED.contains(&word) => Slash::Either,
                _ => Slash::Divides,
            },
        }
    }

    /// Reads a regular expression up to its slash.
    fn regex(&mut self) -> Option<()> {
        let mut brackets = Brackets::new();
        loop {
            match self.rest.next()? {
                '\n' => return None,
                '\\' => match self.rest.next()? {
                    '\n' => return None,
                    c => brackets.escaped(c),
                },
                '/' if brackets.is_end()? => return Some(()),
                c => brackets.pass(c),
            }
        }
    }

    /// Reads a text up to its closing quote.
    fn text(&mut self) -> Option<Option<String>> {
        let mut text = String::new();
        let mut known = true;
        loop {
            match self.rest.next()? {
                '"' => return Some(known.then_some(text)),
                '\n' => return None,
                '\\' => match self.rest.next()? {
                    c @ ('"' | '\\') => text.push(c),
                    'n' => text.push('\n'),
                    't' => text.push('\t'),
                    '\n' => {}
                    _ => known = false,
                },
                c => text.push(c),
            }
        }
    }
}

/// Words behind which a slash is wrong, or not the same to all awks: parts of statements, and functions without parentheses.
const RESERVED: &[&str] = &[
    "BEGIN",
    "BEGINFILE",
    "END",
    "ENDFILE",
    "and",
    "asort",
    "asorti",
    "atan2",
    "break",
    "case",
    "close",
    "compl",
    "continue",
    "cos",
    "default",
    "delete",
    "exp",
    "fflush",
    "for",
    "func",
    "function",
    "gensub",
    "getline",
    "gsub",
    "if",
    "in",
    "index",
    "int",
    "isarray",
    "length",
    "log",
    "lshift",
    "match",
    "mktime",
    "next",
    "nextfile",
    "or",
    "patsplit",
    "rand",
    "rshift",
    "sin",
    "split",
    "sprintf",
    "sqrt",
    "srand",
    "strftime",
    "strtonum",
    "sub",
    "substr",
    "switch",
    "system",
    "systime",
    "tolower",
    "toupper",
    "typeof",
    "while",
    "xor",
];
