//! Reads one word: quotes, expansions, globs and braces.

use alloc::string::{String, ToString};
use alloc::vec::Vec;

use super::braces;
use super::reader::{Fault, MOST_WORDS, Read, Reader};
use super::text::{Text, Word};

/// One part of a word.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Piece {
    /// Literal text that was not quoted.
    Plain(String),
    /// Literal text that was.
    Quoted(String),
    /// What an expansion gives.
    Expansion {
        text: Text,
        quoted: bool,
        many: bool,
    },
    /// An unquoted `*`, `?` or `[`.
    Glob(char),
    /// An unquoted `{`, `,` or `}`.
    Brace(char),
}

impl Piece {
    /// Returns how many bytes of literal text it holds.
    pub(super) fn len(&self) -> usize {
        match self {
            Self::Plain(text) | Self::Quoted(text) => text.len(),
            _ => 1,
        }
    }
}

/// Where a word stands, which says what ends it and what happens to it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Context {
    /// A word of a command: braces, splitting and globs.
    Command,
    /// A value or a target: one word, without splitting.
    Single,
    /// Inside `${..}`: ends at `}`.
    Parameter,
    /// The default inside `"${..}"`, in which a single quote is one.
    Default,
}

impl Context {
    /// Whether it is inside `${..}`.
    fn in_braces(self) -> bool {
        matches!(self, Self::Parameter | Self::Default)
    }
}

impl Reader<'_, '_, '_> {
    /// Reads the words that stand at the cursor as one; none when no word begins here.
    pub(super) fn words(&mut self) -> Read<Vec<Word>> {
        let from = self.at;
        let pieces = self.pieces(Context::Command)?;
        if self.at == from {
            return Ok(Vec::new());
        }
        let written = self.slice(from).to_string();
        let mut words = Vec::new();
        for pieces in braces::expand(pieces, &mut self.shared.budget)? {
            self.spend(made(&pieces))?;
            let before = words.len();
            self.split(pieces, &written, &mut words);
            for word in words.iter().skip(before) {
                if let Text::Exact(text) = &word.text {
                    let start = self.start(from);
                    self.perhaps_evaluated(text, start)?;
                }
            }
            self.shared.words += 1;
            if self.shared.words > MOST_WORDS {
                return Err(Fault::TooMany);
            }
        }
        Ok(words)
    }

    /// Reads one word that is not split, such as a value.
    pub(super) fn single(&mut self) -> Read<Word> {
        let from = self.at;
        let pieces = self.pieces(Context::Single)?;
        let written = self.slice(from).to_string();
        self.spend(made(&pieces))?;
        let text = self.join(pieces);
        Ok(Word {
            text,
            many: false,
            loose: false,
            written,
        })
    }

    /// Reads pieces up to the end of the word.
    pub(super) fn pieces(&mut self, context: Context) -> Read<Vec<Piece>> {
        let mut pieces = Vec::new();
        while let Some(byte) = self.peek() {
            match byte {
                b'<' | b'>' if self.peek_at(1) == Some(b'(') && context != Context::Default => {
                    self.at += 2;
                    self.subshell(|reader| {
                        reader.list(&[")"])?;
                        reader.want(")")
                    })?;
                    let text = Text::Begins("/dev/fd/".into());
                    pieces.push(Piece::Expansion {
                        text,
                        quoted: true,
                        many: false,
                    });
                }
                b' ' | b'\t' | b'\n' | b';' | b'&' | b'|' | b'(' | b')' | b'<' | b'>'
                    if !context.in_braces() =>
                {
                    break;
                }
                b'}' if context.in_braces() => break,
                b'\\' => {
                    self.at += 1;
                    match self.next() {
                        Some('\n') => {}
                        Some(c) => push_quoted(&mut pieces, c),
                        None => push_quoted(&mut pieces, '\\'),
                    }
                }
                b'\'' if context != Context::Default => {
                    self.at += 1;
                    let end = self.rest().find('\'').ok_or(Fault::Syntax)?;
                    let inner = self.rest().get(..end).unwrap_or_default();
                    self.at += end + 1;
                    pieces.push(literal(inner));
                }
                b'"' => {
                    self.at += 1;
                    self.double_quoted(&mut pieces, Some('"'))?;
                }
                b'$' => {
                    let piece = self.dollar(false)?;
                    match piece {
                        Some(piece) => pieces.push(piece),
                        None => push_plain(&mut pieces, '$'),
                    }
                }
                b'`' => pieces.push(self.backquoted(false)?),
                b'*' | b'?' | b'[' => {
                    self.at += 1;
                    pieces.push(Piece::Glob(char::from(byte)));
                }
                b'{' | b',' | b'}' => {
                    self.at += 1;
                    pieces.push(Piece::Brace(char::from(byte)));
                }
                _ => match self.next() {
                    Some(c) if is_hidden(c) => pieces.push(unknown(true)),
                    Some(c) => push_plain(&mut pieces, c),
                    None => break,
                },
            }
        }
        Ok(pieces)
    }

    /// Reads what stands in double quotes, up to `end`; up to the end of the text when that is `None`.
    pub(super) fn double_quoted(&mut self, pieces: &mut Vec<Piece>, end: Option<char>) -> Read<()> {
        let mut literal = String::new();
        let flush = |literal: &mut String, pieces: &mut Vec<Piece>| {
            pieces.push(self::literal(&core::mem::take(literal)));
        };
        loop {
            match self.peek() {
                None if end.is_none() => break,
                None => return Err(Fault::Syntax),
                Some(b'"') if end.is_some() => {
                    self.at += 1;
                    break;
                }
                Some(b'\\') => {
                    self.at += 1;
                    match self.peek() {
                        Some(b'\n') => self.at += 1,
                        Some(byte @ (b'$' | b'`' | b'\\')) => {
                            self.at += 1;
                            literal.push(char::from(byte));
                        }
                        Some(b'"') if end.is_some() => {
                            self.at += 1;
                            literal.push('"');
                        }
                        _ => literal.push('\\'),
                    }
                }
                Some(b'$') => {
                    flush(&mut literal, pieces);
                    match self.dollar(true)? {
                        Some(piece) => pieces.push(piece),
                        None => literal.push('$'),
                    }
                }
                Some(b'`') => {
                    flush(&mut literal, pieces);
                    let piece = self.backquoted(true)?;
                    pieces.push(piece);
                }
                Some(_) => literal.extend(self.next()),
            }
        }
        flush(&mut literal, pieces);
        Ok(())
    }

    /// Reads a command substitution in backquotes. Its text has one level of backslashes more.
    fn backquoted(&mut self, quoted: bool) -> Read<Piece> {
        let start = self.start(self.at);
        self.at += 1;
        let mut script = String::new();
        loop {
            match self.next().ok_or(Fault::Syntax)? {
                '`' => break,
                '\\' => match self.next().ok_or(Fault::Syntax)? {
                    c @ ('`' | '\\' | '$') => script.push(c),
                    '"' if quoted => script.push('"'),
                    c => script.extend(['\\', c]),
                },
                c => script.push(c),
            }
        }
        self.subshell(|reader| reader.inner(&script, start, None, |inner| inner.script()))?;
        Ok(unknown(quoted))
    }

    /// Makes the pieces of one word into the words that bash makes of them.
    fn split(&self, pieces: Vec<Piece>, written: &str, words: &mut Vec<Word>) {
        let mut text = Text::Exact(String::new());
        // Whether the word is there even if it is empty.
        let mut there = false;
        let mut many = false;
        let mut loose = false;
        let glob_ends = pieces
            .iter()
            .any(|piece| matches!(piece, Piece::Plain(plain) if plain.contains(']')));
        let mut out = Vec::new();
        for (index, piece) in pieces.iter().enumerate() {
            match piece {
                Piece::Plain(plain) => {
                    there = true;
                    let alone = index + 1 == pieces.len();
                    text = text.then(&if index == 0 {
                        self.tilde(plain, alone)
                    } else {
                        Text::Exact(plain.clone())
                    });
                }
                Piece::Quoted(quoted) => {
                    there = true;
                    text = text.then(&Text::Exact(quoted.clone()));
                }
                Piece::Brace(c) => {
                    there = true;
                    text = text.then(&Text::Exact(c.to_string()));
                }
                Piece::Glob('[') if !glob_ends => {
                    there = true;
                    text = text.then(&Text::Exact("[".into()));
                }
                Piece::Glob(c) => {
                    there = true;
                    many = true;
                    // `shopt` can change what fits.
                    let plain = !self.shared.sets_ifs;
                    text = text.then(&if plain {
                        Text::Glob(c.to_string())
                    } else {
                        Text::Unknown
                    });
                }
                Piece::Expansion {
                    text: inner,
                    quoted: true,
                    many: more,
                } => {
                    there = !*more || there;
                    many = many || *more;
                    loose = loose || *more;
                    text = text.then(inner);
                }
                Piece::Expansion {
                    text: inner,
                    quoted: false,
                    ..
                } => match inner {
                    Text::Exact(value)
                        if !self.shared.sets_ifs && !value.contains(['*', '?', '[', '\\']) =>
                    {
                        let mut parts = value.split([' ', '\t', '\n']).peekable();
                        while let Some(part) = parts.next() {
                            if !part.is_empty() {
                                there = true;
                                text = text.then(&Text::Exact(part.into()));
                            }
                            if parts.peek().is_some() && there {
                                let done =
                                    core::mem::replace(&mut text, Text::Exact(String::new()));
                                out.push(Word {
                                    text: done,
                                    many,
                                    loose,
                                    written: written.into(),
                                });
                                (there, many, loose) = (false, false, false);
                            }
                        }
                    }
                    Text::OneOf(values)
                        if !self.shared.sets_ifs
                            && values.iter().all(|value| is_one_word(value)) =>
                    {
                        there = true;
                        text = text.then(inner);
                    }
                    // The parts of such a name are names too, wherever it is split.
                    Text::Glob(_) if !self.shared.sets_ifs => {
                        there = true;
                        (many, loose) = (true, true);
                        text = text.then(inner);
                    }
                    _ => {
                        there = true;
                        (many, loose) = (true, true);
                        text = text.then(&Text::Unknown);
                    }
                },
            }
        }
        if there || many {
            out.push(Word {
                text,
                many,
                loose,
                written: written.into(),
            });
        }
        words.append(&mut out);
    }

    /// Joins the pieces of a value, which is neither split nor globbed.
    pub(super) fn join(&self, pieces: Vec<Piece>) -> Text {
        let last = pieces.len().saturating_sub(1);
        let mut text = Text::Exact(String::new());
        for (index, piece) in pieces.into_iter().enumerate() {
            text = text.then(&match piece {
                Piece::Plain(plain) if index == 0 => self.tilde(&plain, index == last),
                Piece::Plain(plain) => Text::Exact(plain),
                Piece::Quoted(quoted) => Text::Exact(quoted),
                Piece::Glob(c) | Piece::Brace(c) => Text::Exact(c.to_string()),
                Piece::Expansion { text, .. } => text,
            });
        }
        text
    }

    /// Returns what the first plain part of a word becomes; `alone` when nothing follows it.
    fn tilde(&self, plain: &str, alone: bool) -> Text {
        let Some(rest) = plain.strip_prefix('~') else {
            // Bash takes `name=~/x` for an assignment wherever it stands.
            return match plain.split_once("=~") {
                Some((name, rest)) if is_name(name) => {
                    let value = self.tilde(&alloc::format!("~{rest}"), alone);
                    Text::Exact(alloc::format!("{name}=")).then(&value)
                }
                _ => Text::Exact(plain.into()),
            };
        };
        let (user, below) = match rest.find('/') {
            Some(at) => rest.split_at_checked(at).unwrap_or((rest, "")),
            // The name goes on in another piece, quoted or expanded: no tilde is expanded.
            None if !alone => return Text::Exact(plain.into()),
            None => (rest, ""),
        };
        let directory = match user {
            "" => self.shared.state.home(),
            "+" => self.shared.state.variable("PWD"),
            "-" => self.shared.state.variable("OLDPWD"),
            _ => Text::Unknown,
        };
        directory.then(&Text::Exact(below.into()))
    }
}

/// Returns how many bytes expansions add to a word.
fn made(pieces: &[Piece]) -> usize {
    let of = |piece: &Piece| match piece {
        Piece::Expansion {
            text: Text::Exact(text) | Text::Begins(text) | Text::Glob(text),
            ..
        } => text.len(),
        Piece::Expansion {
            text: Text::OneOf(texts),
            ..
        } => texts.iter().map(String::len).sum(),
        _ => 0,
    };
    pieces.iter().map(of).sum()
}

/// Whether a text is the name of a variable.
fn is_name(text: &str) -> bool {
    text.starts_with(|c: char| c == '_' || c.is_ascii_alphabetic())
        && text.chars().all(|c| c == '_' || c.is_ascii_alphanumeric())
}

fn is_one_word(value: &str) -> bool {
    !value.is_empty() && !value.contains([' ', '\t', '\n', '*', '?', '[', '\\'])
}

/// Returns the piece of an expansion that nobody knows.
pub(super) fn unknown(quoted: bool) -> Piece {
    Piece::Expansion {
        text: Text::Unknown,
        quoted,
        many: false,
    }
}

/// Returns quoted text, unknown when it holds characters that an honest line does not need.
fn literal(text: &str) -> Piece {
    if text.chars().any(is_hidden) {
        unknown(true)
    } else {
        Piece::Quoted(text.into())
    }
}

fn push_plain(pieces: &mut Vec<Piece>, c: char) {
    match pieces.last_mut() {
        Some(Piece::Plain(text)) => text.push(c),
        _ => pieces.push(Piece::Plain(c.into())),
    }
}

fn push_quoted(pieces: &mut Vec<Piece>, c: char) {
    pieces.push(literal(c.encode_utf8(&mut [0; 4])));
}

/// Characters that an honest line does not need and that a person approving it would not see: control characters
/// other than tab and newline, and those of no width or that change the direction of the text.
pub(super) fn is_hidden(c: char) -> bool {
    c.is_control() && c != '\t' && c != '\n'
        || matches!(c, '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}')
        || matches!(c, '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}')
}
