//! What begins with `$`: variables, `${..}`, `$( )`, `$(( ))`, `$'..'`.

use alloc::string::String;
use alloc::vec::Vec;

use super::reader::{Fault, Read, Reader};
use super::text::Text;
use super::word::{Context, Piece, is_hidden, unknown};

impl<'t> Reader<'t, '_, '_> {
    /// Reads an expansion; `None` for a `$` that is just that.
    pub(super) fn dollar(&mut self, quoted: bool) -> Read<Option<Piece>> {
        let start = self.at;
        self.at += 1;
        match self.peek() {
            Some(b'\'') if !quoted => {
                self.at += 1;
                self.ansi().map(Some)
            }
            Some(b'"') if !quoted => {
                self.at += 1;
                let mut pieces = Vec::new();
                self.double_quoted(&mut pieces, Some('"'))?;
                let text = self.join(pieces);
                Ok(Some(Piece::Expansion {
                    text,
                    quoted: true,
                    many: false,
                }))
            }
            Some(b'(') => {
                self.at += 1;
                if self.peek() == Some(b'(') && self.is_arithmetic()? {
                    self.at += 1;
                    self.nested(|reader| reader.arithmetic(b')'))?;
                    self.want("))")?;
                } else {
                    self.substitution()?;
                }
                Ok(Some(unknown(quoted)))
            }
            Some(b'[') => {
                self.at += 1;
                self.nested(|reader| reader.arithmetic(b']'))?;
                self.want("]")?;
                Ok(Some(unknown(quoted)))
            }
            Some(b'{') => {
                self.at += 1;
                let piece = self.nested(|reader| reader.parameter(quoted, start))?;
                self.want("}")?;
                Ok(Some(piece))
            }
            Some(b'@' | b'*') => {
                self.at += 1;
                Ok(Some(Piece::Expansion {
                    text: Text::Unknown,
                    quoted,
                    many: true,
                }))
            }
            Some(b'?' | b'#' | b'$' | b'!' | b'-' | b'0'..=b'9') => {
                self.at += 1;
                Ok(Some(unknown(quoted)))
            }
            Some(byte) if byte == b'_' || byte.is_ascii_alphabetic() => {
                let name = self.name();
                let text = if name == "_" {
                    Text::Unknown
                } else {
                    self.shared.state.variable(name)
                };
                Ok(Some(Piece::Expansion {
                    text,
                    quoted,
                    many: false,
                }))
            }
            _ => Ok(None),
        }
    }

    /// Reads the script of `$(` or `<(` up to and with its parenthesis.
    pub(super) fn substitution(&mut self) -> Read<()> {
        self.shared.within.substitutions += 1;
        let result = self.subshell(|reader| {
            reader.list(&[")"])?;
            reader.want(")")
        });
        self.shared.within.substitutions -= 1;
        result
    }

    /// Takes a name: letters, digits and `_`.
    pub(super) fn name(&mut self) -> &'t str {
        let rest = self.rest();
        let end = rest
            .find(|c: char| c != '_' && !c.is_ascii_alphanumeric())
            .unwrap_or(rest.len());
        self.at += end;
        rest.get(..end).unwrap_or_default()
    }

    /// Reads what follows `${`, up to its `}`.
    fn parameter(&mut self, quoted: bool, start: usize) -> Read<Piece> {
        let indirect = matches!(self.peek(), Some(b'!')) && self.peek_at(1) != Some(b'}');
        let length = matches!(self.peek(), Some(b'#')) && self.peek_at(1) != Some(b'}');
        if indirect || length {
            self.at += 1;
        }
        let mut name = self.name();
        if name.is_empty() {
            // A special parameter.
            match self.peek() {
                Some(b'@' | b'*' | b'#' | b'?' | b'$' | b'!' | b'-') => self.at += 1,
                _ => return Err(Fault::Syntax),
            }
        }
        let mut subscript = false;
        if self.peek() == Some(b'[') {
            self.at += 1;
            subscript = true;
            self.nested(|reader| reader.arithmetic(b']'))?;
            self.want("]")?;
        }
        if indirect && !name.is_empty() && self.shared.state.is_set(name) {
            // Its value is a name, with a subscript perhaps.
            let value = self.shared.state.variable(name);
            self.prompt(&value, start)?;
        }
        let value = if subscript || indirect || length || name.is_empty() || name == "_" {
            name = "";
            Text::Unknown
        } else {
            self.shared.state.variable(name)
        };
        if self.peek() == Some(b'}') {
            let many = subscript || (name.is_empty() && !length);
            return Ok(Piece::Expansion {
                text: value,
                quoted,
                many,
            });
        }
        let operates = |byte: u8| b":-=+?#%/^,@*~".contains(&byte);
        if !self.peek().is_some_and(operates) {
            // Bash refuses it, some of it only where it is expanded.
            return Err(Fault::Syntax);
        }
        let from = self.at;
        let operator = self.rest().trim_start_matches(':');
        let context = match quoted && operator.starts_with(['-', '=', '+', '?']) {
            true => Context::Default,
            false => Context::Parameter,
        };
        let pieces = self.pieces(context)?;
        let operator = self.slice(from);
        let is_default = |c: char| matches!(c, '-' | '=' | '+' | '?');
        if operator
            .strip_prefix(':')
            .is_some_and(|rest| !rest.starts_with(is_default))
        {
            // An offset is arithmetic.
            self.settle_arithmetic(operator, from)?;
            let start = self.start(from);
            for piece in &pieces {
                if let Piece::Quoted(text) = piece {
                    self.evaluated(text, start)?;
                }
            }
        }
        let text = match operator {
            "@P" => {
                self.prompt(&value, start)?;
                Text::Unknown
            }
            _ if operator.starts_with(":=") || operator.starts_with('=') => {
                self.forget(name)?;
                Text::Unknown
            }
            // With a value that is known the default is not used, and without one it is all there is.
            _ if operator.starts_with(":-") || operator.starts_with('-') => match &value {
                Text::Exact(text) if !text.is_empty() => value,
                _ => Text::Unknown,
            },
            _ => Text::Unknown,
        };
        drop(pieces);
        Ok(Piece::Expansion {
            text,
            quoted,
            many: false,
        })
    }

    /// `${x@P}` and `${!x}` expand the value once more, command substitutions included.
    fn prompt(&mut self, value: &Text, start: usize) -> Read<()> {
        let start = self.start(start);
        match value {
            Text::Exact(text) if !text.contains('\\') => {
                let text = text.clone();
                self.evaluated(&text, start)
            }
            _ => {
                if let Text::Exact(text) = value {
                    let text = text.clone();
                    self.evaluated(&text, start)?;
                }
                self.opaque(
                    "${..@P}",
                    "`@P` runs what is in a value that is not known",
                    start,
                );
                Ok(())
            }
        }
    }

    /// Reads text that bash expands once more: an arithmetic expression, a prompt.
    pub(super) fn evaluated(&mut self, text: &str, start: usize) -> Read<()> {
        if !text.contains(['$', '`']) {
            return Ok(());
        }
        let read = self.subshell(|reader| {
            reader.inner(text, start, None, |inner| {
                inner.double_quoted(&mut Vec::new(), None)
            })
        });
        match read {
            // An error where it is expanded, if it is, and none of the line.
            Err(Fault::Syntax) => {
                self.opaque(text, "the shell may run what is in this text", start);
                Ok(())
            }
            other => other,
        }
    }

    /// Reads text that is only text here, and that arithmetic on a variable may run: `read x <<< 'a[$(rm y)]'; ((x))`.
    pub(super) fn perhaps_evaluated(&mut self, text: &str, start: usize) -> Read<()> {
        if !self.shared.known.arithmetic || !(text.contains("$(") || text.contains(['`'])) {
            return Ok(());
        }
        self.evaluated(text, start)
    }

    /// Whether the second parenthesis of `((`, at the cursor, begins arithmetic: it is closed by `))`. Bash reads a
    /// subshell in a subshell otherwise. A scan ahead, because trying one and then the other would double the work at
    /// each level.
    pub(super) fn is_arithmetic(&self) -> Read<bool> {
        // What each open bracket or quote is closed by.
        let mut open: Vec<u8> = Vec::new();
        let mut bytes = self.rest().bytes().peekable();
        while let Some(byte) = bytes.next() {
            let quoted = open.last() == Some(&b'"');
            match byte {
                b'\\' => drop(bytes.next()),
                _ if open.last() == Some(&byte) => {
                    open.pop();
                    if open.is_empty() {
                        return Ok(bytes.peek() == Some(&b')'));
                    }
                }
                b'\'' if !quoted => while bytes.next().is_some_and(|byte| byte != b'\'') {},
                b'"' | b'`' => open.push(byte),
                b'$' if !quoted && bytes.peek() == Some(&b'\'') => {
                    bytes.next();
                    while let Some(byte) = bytes.next().filter(|byte| *byte != b'\'') {
                        if byte == b'\\' {
                            bytes.next();
                        }
                    }
                }
                b'$' if bytes.peek() == Some(&b'{') => {
                    bytes.next();
                    open.push(b'}');
                }
                b'$' if quoted && bytes.peek() == Some(&b'(') => {
                    bytes.next();
                    open.push(b')');
                }
                b'(' if !quoted => open.push(b')'),
                _ => {}
            }
        }
        Err(Fault::Syntax)
    }

    /// Reads an arithmetic expression up to `close`, which is not taken.
    pub(super) fn arithmetic(&mut self, close: u8) -> Read<()> {
        let from = self.at;
        self.shared.within.expressions += 1;
        let read = self.terms(close);
        self.shared.within.expressions -= 1;
        read?;
        let expression = self.slice(from);
        self.settle_arithmetic(expression, from)
    }

    /// Reads what an expression is made of, up to `close`.
    fn terms(&mut self, close: u8) -> Read<()> {
        let mut depth = 0_usize;
        loop {
            match self.peek().ok_or(Fault::Syntax)? {
                byte if byte == close && depth == 0 => return Ok(()),
                b'(' | b'[' => {
                    depth += 1;
                    self.at += 1;
                }
                b')' | b']' => {
                    depth = depth.checked_sub(1).ok_or(Fault::Syntax)?;
                    self.at += 1;
                }
                // Quotes of this kind are taken away before the expression is expanded.
                b'$' if self.peek_at(1) == Some(b'\'') => {
                    let start = self.start(self.at);
                    self.at += 2;
                    match self.ansi()? {
                        Piece::Quoted(text) => self.evaluated(&text, start)?,
                        _ => self.opaque("$'..'", "arithmetic runs text that is not known", start),
                    }
                }
                b'$' => drop(self.dollar(true)?),
                b'`' => drop(self.pieces_of_one()?),
                b'\\' => {
                    self.at += 1;
                    self.next();
                }
                b'"' => {
                    self.at += 1;
                    self.double_quoted(&mut Vec::new(), Some('"'))?;
                }
                b'\'' => {
                    self.at += 1;
                    let end = self.rest().find('\'').ok_or(Fault::Syntax)?;
                    let inner = self.rest().get(..end).unwrap_or_default();
                    let start = self.start(self.at);
                    self.at += end + 1;
                    self.evaluated(inner, start)?;
                }
                _ => drop(self.next()),
            }
        }
    }

    /// Takes a backquoted substitution.
    fn pieces_of_one(&mut self) -> Read<Vec<Piece>> {
        let mut pieces = Vec::new();
        let end = self.at;
        // `double_quoted` reads a backquote as it stands; one is taken and no more.
        let rest = self.rest();
        let close = rest
            .get(1..)
            .and_then(|rest| rest.find('`'))
            .ok_or(Fault::Syntax)?;
        let inside = rest.get(..close + 2).unwrap_or_default();
        let start = self.start(end);
        self.subshell(|reader| {
            reader.inner(inside, start, None, |inner| {
                inner.double_quoted(&mut pieces, None)
            })
        })?;
        self.at = end + inside.len();
        Ok(Vec::new())
    }

    /// An expression sets what it assigns, and evaluates the values of the names in it.
    fn settle_arithmetic(&mut self, expression: &str, from: usize) -> Read<()> {
        if expression
            .contains(|c: char| c == '$' || c == '`' || c == '_' || c.is_ascii_alphabetic())
        {
            self.evaluates();
        }
        let assigns =
            expression.contains('=') || expression.contains("++") || expression.contains("--");
        let start = self.start(from);
        for name in expression.split(|c: char| c != '_' && !c.is_ascii_alphanumeric()) {
            if name.starts_with(|c: char| c == '_' || c.is_ascii_alphabetic()) {
                let value = self.shared.state.variable(name);
                if let Text::Exact(value) = &value {
                    self.evaluated(value, start)?;
                }
                if assigns {
                    self.forget(name)?;
                }
            }
        }
        Ok(())
    }

    /// Reads `$'..'` after its opening.
    fn ansi(&mut self) -> Read<Piece> {
        let mut bytes: Vec<u8> = Vec::new();
        let mut ended = false;
        loop {
            let c = self.next().ok_or(Fault::Syntax)?;
            if c == '\'' {
                break;
            }
            let mut push = |c: char| {
                if !ended {
                    bytes.extend(c.encode_utf8(&mut [0; 4]).bytes());
                }
            };
            if c != '\\' {
                push(c);
                continue;
            }
            let c = self.next().ok_or(Fault::Syntax)?;
            match c {
                'n' => push('\n'),
                't' => push('\t'),
                'r' => push('\r'),
                'a' => push('\u{7}'),
                'b' => push('\u{8}'),
                'e' | 'E' => push('\u{1b}'),
                'f' => push('\u{c}'),
                'v' => push('\u{b}'),
                '\\' | '\'' | '"' | '?' => push(c),
                'x' | '0'..='7' => {
                    let code = if c == 'x' {
                        self.digits(16, 2)
                    } else {
                        self.at -= 1;
                        self.digits(8, 3)
                    };
                    match code {
                        None => {
                            push('\\');
                            push(c);
                        }
                        // A null byte ends the word's text here.
                        Some(code) if code & 0xff == 0 => ended = true,
                        Some(code) if !ended => bytes.extend(u8::try_from(code & 0xff)),
                        Some(_) => {}
                    }
                }
                'u' | 'U' => match self.digits(16, if c == 'u' { 4 } else { 8 }) {
                    None => {
                        push('\\');
                        push(c);
                    }
                    Some(0) => ended = true,
                    Some(code) => match char::from_u32(code) {
                        Some(c) => push(c),
                        None => return self.end_of_ansi(),
                    },
                },
                'c' => {
                    let c = self.next().ok_or(Fault::Syntax)?;
                    push(char::from_u32(u32::from(c.to_ascii_uppercase()) ^ 0x40).unwrap_or(c));
                }
                c => {
                    push('\\');
                    push(c);
                }
            }
        }
        Ok(match String::from_utf8(bytes) {
            Ok(text) if !text.chars().any(is_hidden) => Piece::Quoted(text.into()),
            _ => unknown(true),
        })
    }

    /// Skips to the end of `$'..'` with a character in it that no text can hold.
    fn end_of_ansi(&mut self) -> Read<Piece> {
        loop {
            match self.next().ok_or(Fault::Syntax)? {
                '\'' => return Ok(unknown(true)),
                '\\' => drop(self.next()),
                _ => {}
            }
        }
    }

    /// Takes up to `most` digits.
    fn digits(&mut self, radix: u32, most: usize) -> Option<u32> {
        let mut value = None;
        for _ in 0..most {
            let Some(digit) = self
                .peek()
                .and_then(|byte| char::from(byte).to_digit(radix))
            else {
                break;
            };
            self.at += 1;
            value = Some(
                value
                    .unwrap_or(0_u32)
                    .wrapping_mul(radix)
                    .wrapping_add(digit),
            );
        }
        value
    }
}
