//! A strict reader of JSON text (RFC 8259) into a request.
//!
//! It is ours because the readers we could take lose what strictness needs: an integer beyond 64 bits arrives as a
//! float, a duplicate key as the last value, an error without a code. It has no recursion: nesting lives in the
//! builder's stack, which is bounded.

use alloc::string::String;

use super::{Request, RequestBuilder};
use crate::error::{RequestError, RequestErrorKind};
use crate::limits::Limits;

type Read<T> = Result<T, RequestError>;

/// Reads `bytes`, which hold one JSON value and white space around it.
pub(super) fn read(bytes: &[u8], limits: &Limits) -> Read<Request> {
    if bytes.len() > limits.request_bytes {
        return Err(RequestError::new(RequestErrorKind::TooLarge {
            limit: limits.request_bytes,
        }));
    }
    let text = core::str::from_utf8(bytes)
        .map_err(|error| RequestError::at(RequestErrorKind::InvalidUtf8, error.valid_up_to()))?;
    let mut reader = Reader {
        text,
        at: 0,
        builder: RequestBuilder::unsized_with(limits),
    };
    reader.document()?;
    reader.builder.finish()
}

struct Reader<'t> {
    text: &'t str,
    at: usize,
    builder: RequestBuilder,
}

/// What may follow, in a walk that keeps the kind of each open container on a stack of its own.
enum Next {
    /// A value; `true` when the list may end here instead.
    Value(bool),
    /// A key; `true` when the table may end here instead.
    Key(bool),
    /// A comma or the end of the innermost container.
    Separator,
}

impl Reader<'_> {
    fn document(&mut self) -> Read<()> {
        // `true` for a table, `false` for a list; as deep as the builder, which bounds it.
        let mut open = alloc::vec::Vec::new();
        let mut next = Next::Value(false);
        loop {
            self.space();
            let start = self.at;
            next = match next {
                Next::Value(true) if self.eat(b']') => {
                    open.pop();
                    self.built(start, RequestBuilder::end_list)?;
                    Next::Separator
                }
                Next::Value(_) => match self.peek() {
                    Some(b'{') => {
                        self.at += 1;
                        self.built(start, RequestBuilder::begin_table)?;
                        open.push(true);
                        Next::Key(true)
                    }
                    Some(b'[') => {
                        self.at += 1;
                        self.built(start, RequestBuilder::begin_list)?;
                        open.push(false);
                        Next::Value(true)
                    }
                    _ => {
                        self.scalar()?;
                        Next::Separator
                    }
                },
                Next::Key(true) if self.eat(b'}') => {
                    open.pop();
                    self.built(start, RequestBuilder::end_table)?;
                    Next::Separator
                }
                Next::Key(_) => {
                    if self.peek() != Some(b'"') {
                        return Err(self.unexpected("a key in double quotes"));
                    }
                    let key = self.string()?;
                    self.built(start, |builder| builder.key(&key))?;
                    self.space();
                    if !self.eat(b':') {
                        return Err(self.unexpected("`:`"));
                    }
                    Next::Value(false)
                }
                Next::Separator => match open.last() {
                    None if self.at == self.text.len() => return Ok(()),
                    None => return Err(RequestError::at(RequestErrorKind::TrailingData, self.at)),
                    Some(true) if self.eat(b',') => Next::Key(false),
                    Some(false) if self.eat(b',') => Next::Value(false),
                    Some(true) if self.eat(b'}') => {
                        open.pop();
                        self.built(start, RequestBuilder::end_table)?;
                        Next::Separator
                    }
                    Some(false) if self.eat(b']') => {
                        open.pop();
                        self.built(start, RequestBuilder::end_list)?;
                        Next::Separator
                    }
                    Some(true) => return Err(self.unexpected("`,` or `}`")),
                    Some(false) => return Err(self.unexpected("`,` or `]`")),
                },
            };
        }
    }

    fn scalar(&mut self) -> Read<()> {
        let start = self.at;
        match self.peek() {
            Some(b'"') => {
                let text = self.string()?;
                self.built(start, |builder| builder.text(&text))
            }
            Some(b'-' | b'0'..=b'9') => self.number(),
            Some(b't') if self.word("true") => self.built(start, |builder| builder.boolean(true)),
            Some(b'f') if self.word("false") => self.built(start, |builder| builder.boolean(false)),
            Some(b'n') if self.word("null") => self.built(start, RequestBuilder::null),
            // Not JSON, but some writers emit it, so it gets its own name.
            Some(b'N') if self.word("NaN") => Err(not_finite(start)),
            Some(b'I') if self.word("Infinity") => Err(not_finite(start)),
            _ if self.rest_begins(&["true", "false", "null"]) => {
                let expected = "the rest of a literal";
                Err(RequestError::at(
                    RequestErrorKind::Truncated { expected },
                    self.text.len(),
                ))
            }
            _ => Err(self.unexpected("a value")),
        }
    }

    fn number(&mut self) -> Read<()> {
        let start = self.at;
        self.eat(b'-');
        match self.peek() {
            Some(b'0') => self.at += 1,
            Some(b'1'..=b'9') => self.digits("a digit")?,
            Some(b'I') if self.word("Infinity") => return Err(not_finite(start)),
            _ => return Err(self.unexpected("a digit")),
        }
        let mut integer = true;
        if self.eat(b'.') {
            integer = false;
            self.digits("a digit after the point")?;
        }
        if matches!(self.peek(), Some(b'e' | b'E')) {
            integer = false;
            self.at += 1;
            if matches!(self.peek(), Some(b'+' | b'-')) {
                self.at += 1;
            }
            self.digits("a digit of the exponent")?;
        }
        if matches!(self.peek(), Some(b'0'..=b'9')) {
            return Err(self.unexpected("a number without leading zeros"));
        }
        let text = self.text.get(start..self.at).unwrap_or_default();
        let out_of_range = || RequestError::at(RequestErrorKind::NumberOutOfRange, start);
        if integer {
            let value = text.parse::<i64>().map_err(|_| out_of_range())?;
            self.built(start, |builder| builder.integer(value))
        } else {
            let value = text.parse::<f64>().ok().ok_or_else(out_of_range)?;
            // One too large for 64 bits parses as an infinity, which the builder refuses.
            self.built(start, |builder| builder.float(value))
        }
    }

    fn digits(&mut self, expected: &'static str) -> Read<()> {
        let start = self.at;
        while matches!(self.peek(), Some(b'0'..=b'9')) {
            self.at += 1;
        }
        if self.at == start {
            Err(self.unexpected(expected))
        } else {
            Ok(())
        }
    }

    fn string(&mut self) -> Read<String> {
        self.at += 1;
        let mut out = String::new();
        loop {
            let start = self.at;
            while !matches!(self.peek(), None | Some(b'"' | b'\\' | 0..=0x1f)) {
                self.at += 1;
            }
            out.push_str(self.text.get(start..self.at).unwrap_or_default());
            match self.peek() {
                Some(b'"') => {
                    self.at += 1;
                    return Ok(out);
                }
                Some(b'\\') => self.escape(&mut out)?,
                _ => {
                    return Err(self
                        .unexpected("a text without control characters, ended by a double quote"));
                }
            }
        }
    }

    fn escape(&mut self, out: &mut String) -> Read<()> {
        let start = self.at;
        self.at += 1;
        out.push(match self.peek() {
            Some(b'"') => '"',
            Some(b'\\') => '\\',
            Some(b'/') => '/',
            Some(b'b') => '\u{8}',
            Some(b'f') => '\u{c}',
            Some(b'n') => '\n',
            Some(b'r') => '\r',
            Some(b't') => '\t',
            Some(b'u') => {
                self.at += 1;
                out.push(self.unicode_escape(start)?);
                return Ok(());
            }
            _ => return Err(self.unexpected("an escape such as `\\n`")),
        });
        self.at += 1;
        Ok(())
    }

    /// Reads the digits of `\uXXXX` and, after a high surrogate, the low one that must follow.
    fn unicode_escape(&mut self, start: usize) -> Read<char> {
        let lone = || RequestError::at(RequestErrorKind::LoneSurrogate, start);
        let high = self.hex()?;
        if !(0xd800..0xe000).contains(&high) {
            return char::from_u32(high).ok_or_else(lone);
        }
        if high >= 0xdc00 || !self.word("\\u") {
            return Err(lone());
        }
        let low = self.hex()?;
        if !(0xdc00..0xe000).contains(&low) {
            return Err(lone());
        }
        char::from_u32(0x1_0000 + ((high - 0xd800) << 10) + (low - 0xdc00)).ok_or_else(lone)
    }

    fn hex(&mut self) -> Read<u32> {
        let mut value = 0;
        for _ in 0..4 {
            let digit = self.peek().and_then(|byte| char::from(byte).to_digit(16));
            value = value * 16 + digit.ok_or_else(|| self.unexpected("four hexadecimal digits"))?;
            self.at += 1;
        }
        Ok(value)
    }

    fn built(
        &mut self,
        start: usize,
        event: impl FnOnce(&mut RequestBuilder) -> Read<()>,
    ) -> Read<()> {
        event(&mut self.builder).map_err(|error| RequestError::at(error.kind().clone(), start))
    }

    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    fn eat(&mut self, byte: u8) -> bool {
        let found = self.peek() == Some(byte);
        self.at += usize::from(found);
        found
    }

    fn word(&mut self, word: &str) -> bool {
        let found = self
            .text
            .as_bytes()
            .get(self.at..)
            .is_some_and(|rest| rest.starts_with(word.as_bytes()));
        self.at += if found { word.len() } else { 0 };
        found
    }

    /// Whether the text ends within one of `words`.
    fn rest_begins(&self, words: &[&str]) -> bool {
        let rest = self.text.get(self.at..).unwrap_or_default();
        !rest.is_empty() && words.iter().any(|word| word.starts_with(rest))
    }

    fn space(&mut self) {
        while matches!(self.peek(), Some(b' ' | b'\t' | b'\n' | b'\r')) {
            self.at += 1;
        }
    }

    fn unexpected(&self, expected: &'static str) -> RequestError {
        let kind = match self.peek() {
            None => RequestErrorKind::Truncated { expected },
            Some(_) => RequestErrorKind::Syntax { expected },
        };
        RequestError::at(kind, self.at)
    }
}

fn not_finite(offset: usize) -> RequestError {
    RequestError::at(RequestErrorKind::NotFinite, offset)
}
