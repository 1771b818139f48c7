//! Reads one word: quotes, expansions, globs and braces.

use alloc::vec::Vec;

use compact_str::{CompactString, format_compact};

use super::braces;
use super::reader::{Fault, MOST_WORDS, Read, Reader};
use super::text::{Text, Word, Written};

/// One part of a word.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Piece {
    /// Literal text that was not quoted.
    Plain(CompactString),
    /// Literal text that was.
    Quoted(CompactString),
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

/// The words that one word becomes.
#[derive(Debug, Default)]
pub(super) enum Words {
    #[default]
    None,
    One(Word),
    Many(Vec<Word>),
}

impl Words {
    pub(super) fn as_slice(&self) -> &[Word] {
        match self {
            Self::None => &[],
            Self::One(word) => core::slice::from_ref(word),
            Self::Many(words) => words,
        }
    }

    /// Adds them to others.
    pub(super) fn append_to(self, words: &mut Vec<Word>) {
        match self {
            Self::None => {}
            Self::One(word) => words.push(word),
            Self::Many(many) => words.extend(many),
        }
    }

    /// Returns the word, if it is one.
    pub(super) fn only(self) -> Option<Word> {
        match self {
            Self::One(word) => Some(word),
            Self::Many(words) if words.len() == 1 => words.into_iter().next(),
            _ => None,
        }
    }
}

/// Whether a byte means nothing to a shell wherever it stands in a word.
pub(super) const fn is_plain(byte: u8) -> bool {
    byte.is_ascii_alphanumeric()
        || matches!(
            byte,
            b'-' | b'_' | b'.' | b'/' | b':' | b',' | b'+' | b'@' | b'%' | b'=' | b'^'
        )
}

/// Whether a byte ends a word.
const fn is_end(byte: u8) -> bool {
    matches!(
        byte,
        b' ' | b'\t' | b'\n' | b';' | b'&' | b'|' | b'(' | b')' | b'<' | b'>'
    )
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

impl<'t> Reader<'t, '_, '_> {
    /// Reads the words that stand at the cursor as one; none when no word begins here.
    pub(super) fn words(&mut self) -> Read<Words> {
        if let Some(plain) = self.plain_word() {
            self.count_word()?;
            return Ok(Words::One(Word::exact(plain)));
        }
        let from = self.at;
        let pieces = self.pieces(Context::Command)?;
        self.made_of(pieces, from)
    }

    /// Returns the words that pieces make which were read from `from` on. A function of its own, as others here, because
    /// what calls itself must have small frames.
    fn made_of(&mut self, pieces: Vec<Piece>, from: usize) -> Read<Words> {
        let written = self.slice(from);
        if written.is_empty() {
            return Ok(Words::default());
        }
        let shared = Written::new(written);
        let mut words = Vec::new();
        for (index, pieces) in braces::expand(pieces, &mut self.shared.budget)?
            .into_iter()
            .enumerate()
        {
            self.spend(made(&pieces))?;
            let first = words.len();
            self.split(pieces, &shared, &mut words);
            // Each of them says how it is written; that a word is what it says costs nothing more.
            let new = words.get(first..).unwrap_or_default();
            for word in new {
                if let Text::Exact(text) = &word.text {
                    let start = self.start(self.at);
                    self.perhaps_evaluated(text, start)?;
                }
            }
            if index > 0 && new.iter().any(|word| word.as_exact().is_none()) {
                self.spend(written.len())?;
            }
            self.count_word()?;
        }
        Ok(Words::Many(words))
    }

    fn count_word(&mut self) -> Read<()> {
        self.shared.words += 1;
        if self.shared.words > MOST_WORDS {
            return Err(Fault::TooMany);
        }
        Ok(())
    }

    /// Takes a word in which nothing is special, if there is one here.
    fn plain_word(&mut self) -> Option<&'t str> {
        let rest = self.rest();
        let plain = rest.bytes().position(|byte| !is_plain(byte));
        let length = plain.unwrap_or(rest.len());
        let ends = rest.as_bytes().get(length).is_none_or(|end| is_end(*end));
        // A `<(` would go on in the same word.
        let alone = !matches!(rest.as_bytes().get(length), Some(b'<' | b'>'))
            || rest.as_bytes().get(length + 1) != Some(&b'(');
        let word = rest
            .get(..length)
            .filter(|word| !word.is_empty() && ends && alone)?;
        self.at += length;
        Some(word)
    }

    /// Reads one word that is not split, such as a value.
    pub(super) fn single(&mut self) -> Read<Word> {
        if let Some(plain) = self.plain_word() {
            return Ok(Word::exact(plain));
        }
        let from = self.at;
        let pieces = self.pieces(Context::Single)?;
        self.made_one(pieces, from)
    }

    fn made_one(&mut self, pieces: Vec<Piece>, from: usize) -> Read<Word> {
        let written = self.slice(from);
        self.spend(made(&pieces))?;
        let text = self.join(pieces);
        Ok(Word::new(text, false, false, written))
    }

    /// Reads pieces up to the end of the word.
    pub(super) fn pieces(&mut self, context: Context) -> Read<Vec<Piece>> {
        let mut pieces = Vec::new();
        while let Some(byte) = self.peek() {
            match byte {
                b'<' | b'>' if self.peek_at(1) == Some(b'(') && context != Context::Default => {
                    self.at += 2;
                    self.substitution()?;
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
                        None => push_plain(&mut pieces, "$"),
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
                _ => self.plain_run(&mut pieces),
            }
        }
        Ok(pieces)
    }

    /// Takes characters that mean nothing to a shell, at least one.
    fn plain_run(&mut self, pieces: &mut Vec<Piece>) {
        let rest = self.rest();
        let run = rest
            .bytes()
            .position(|byte| !is_plain(byte) || byte == b',');
        match rest.get(..run.unwrap_or(rest.len())) {
            Some(run) if !run.is_empty() => {
                self.at += run.len();
                push_plain(pieces, run);
            }
            _ => match self.next() {
                Some(c) if is_hidden(c) => pieces.push(unknown(true)),
                Some(c) => push_plain(pieces, c.encode_utf8(&mut [0; 4])),
                None => {}
            },
        }
    }

    /// Takes characters that mean nothing in double quotes, at least one.
    fn quoted_run(&mut self, literal: &mut CompactString) {
        let rest = self.rest();
        let special = |byte| matches!(byte, b'"' | b'\\' | b'$' | b'`');
        let run = rest.bytes().position(special).unwrap_or(rest.len());
        match rest.get(..run) {
            Some(run) if !run.is_empty() => {
                literal.push_str(run);
                self.at += run.len();
            }
            // A quote that ends nothing here.
            _ => literal.extend(self.next()),
        }
    }

    /// Reads what stands in double quotes, up to `end`; up to the end of the text when that is `None`.
    pub(super) fn double_quoted(&mut self, pieces: &mut Vec<Piece>, end: Option<char>) -> Read<()> {
        let mut literal = CompactString::default();
        let flush = |literal: &mut CompactString, pieces: &mut Vec<Piece>| {
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
                Some(_) => self.quoted_run(&mut literal),
            }
        }
        flush(&mut literal, pieces);
        Ok(())
    }

    /// Reads a command substitution in backquotes. Its text has one level of backslashes more.
    fn backquoted(&mut self, quoted: bool) -> Read<Piece> {
        let start = self.start(self.at);
        self.at += 1;
        let mut script = CompactString::default();
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
    fn split(&self, pieces: Vec<Piece>, written: &Written<'_>, words: &mut Vec<Word>) {
        let mut text = Text::Exact(CompactString::default());
        // Whether the word is there even if it is empty.
        let mut there = false;
        let mut many = false;
        let mut loose = false;
        let glob_ends = pieces
            .iter()
            .any(|piece| matches!(piece, Piece::Plain(plain) if plain.contains(']')));
        let last = pieces.len().saturating_sub(1);
        for (index, piece) in pieces.into_iter().enumerate() {
            match piece {
                Piece::Plain(plain) => {
                    there = true;
                    text = match index {
                        0 => self.tilde(plain, last == 0),
                        _ => text.then(&Text::Exact(plain)),
                    };
                }
                Piece::Quoted(quoted) => {
                    there = true;
                    text = text.then(&Text::Exact(quoted));
                }
                Piece::Brace(c) => {
                    there = true;
                    text = text.then(&Text::Exact(one(c)));
                }
                Piece::Glob('[') if !glob_ends => {
                    there = true;
                    text = text.then(&Text::Exact(one('[')));
                }
                Piece::Glob(c) => {
                    there = true;
                    many = true;
                    // `shopt` can change what fits.
                    let plain = !self.shared.sets_ifs;
                    text = text.then(&if plain {
                        Text::Glob(one(c))
                    } else {
                        Text::Unknown
                    });
                }
                Piece::Expansion {
                    text: inner,
                    quoted: true,
                    many: more,
                } => {
                    there = !more || there;
                    many = many || more;
                    loose = loose || more;
                    text = text.then(&inner);
                }
                Piece::Expansion {
                    text: inner,
                    quoted: false,
                    ..
                } => match &inner {
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
                                let empty = Text::Exact(CompactString::default());
                                let done = core::mem::replace(&mut text, empty);
                                words.push(Word::one_of(done, many, loose, written));
                                (there, many, loose) = (false, false, false);
                            }
                        }
                    }
                    Text::OneOf(values)
                        if !self.shared.sets_ifs
                            && values.iter().all(|value| is_one_word(value)) =>
                    {
                        there = true;
                        text = text.then(&inner);
                    }
                    // The parts of such a name are names too, wherever it is split.
                    Text::Glob(_) if !self.shared.sets_ifs => {
                        there = true;
                        (many, loose) = (true, true);
                        text = text.then(&inner);
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
            words.push(Word::one_of(text, many, loose, written));
        }
    }

    /// Joins the pieces of a value, which is neither split nor globbed.
    pub(super) fn join(&self, pieces: Vec<Piece>) -> Text {
        let last = pieces.len().saturating_sub(1);
        let mut text = Text::Exact(CompactString::default());
        for (index, piece) in pieces.into_iter().enumerate() {
            let next = match piece {
                Piece::Plain(plain) if index == 0 => {
                    text = self.tilde(plain, index == last);
                    continue;
                }
                Piece::Plain(plain) | Piece::Quoted(plain) => Text::Exact(plain),
                Piece::Glob(c) | Piece::Brace(c) => Text::Exact(one(c)),
                Piece::Expansion { text, .. } => text,
            };
            text = text.then(&next);
        }
        text
    }

    /// Returns what the first plain part of a word becomes; `alone` when nothing follows it.
    fn tilde(&self, plain: CompactString, alone: bool) -> Text {
        let Some(rest) = plain.strip_prefix('~') else {
            // Bash takes `name=~/x` for an assignment wherever it stands.
            return match plain.split_once("=~") {
                Some((name, rest)) if is_name(name) => {
                    let value = self.tilde(format_compact!("~{rest}"), alone);
                    Text::Exact(format_compact!("{name}=")).then(&value)
                }
                _ => Text::Exact(plain),
            };
        };
        let (user, below) = match rest.find('/') {
            Some(at) => rest.split_at_checked(at).unwrap_or((rest, "")),
            // The name goes on in another piece, quoted or expanded: no tilde is expanded.
            None if !alone => return Text::Exact(plain),
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
        } => texts.iter().map(|text| text.len()).sum(),
        _ => 0,
    };
    pieces.iter().map(of).sum()
}

/// Returns the text of one character.
fn one(c: char) -> CompactString {
    CompactString::from(&*c.encode_utf8(&mut [0; 4]))
}

/// Whether a text is the name of a variable.
pub(super) fn is_name(text: &str) -> bool {
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
    let shown = |byte: u8| matches!(byte, b' '..=b'~' | b'\t' | b'\n');
    if !text.bytes().all(shown) && text.chars().any(is_hidden) {
        unknown(true)
    } else {
        Piece::Quoted(text.into())
    }
}

fn push_plain(pieces: &mut Vec<Piece>, plain: &str) {
    match pieces.last_mut() {
        Some(Piece::Plain(text)) => text.push_str(plain),
        _ => pieces.push(Piece::Plain(plain.into())),
    }
}

fn push_quoted(pieces: &mut Vec<Piece>, c: char) {
    pieces.push(literal(c.encode_utf8(&mut [0; 4])));
}

/// Characters that an honest line does not need and that a person approving it would not see: control characters
/// other than tab and newline, and those of no width or that change the direction of the text.
pub(crate) fn is_hidden(c: char) -> bool {
    c.is_control() && c != '\t' && c != '\n'
        || matches!(c, '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}')
        || matches!(c, '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}')
}
