//! Reads compound commands: groups, branches, loops, `case`, `[[ ]]`, functions.

use alloc::string::String;
use alloc::vec::Vec;

use compact_str::CompactString;

use super::reader::{Fault, Read, Reader};
use super::script::is_reserved;
use super::state::Place;
use super::text::{Text, Word};

impl<'t> Reader<'t, '_, '_> {
    /// Reads one command of a pipeline.
    pub(super) fn command(&mut self) -> Read<()> {
        self.blanks();
        if self.peek() == Some(b'(') {
            if self.peek_at(1) == Some(b'(') {
                self.at += 1;
                if self.is_arithmetic()? {
                    self.at += 1;
                    self.nested(|reader| reader.arithmetic(b')'))?;
                    self.want("))")?;
                    return self.redirects();
                }
                self.at -= 1;
            }
            self.at += 1;
            self.subshell(|reader| {
                // Unlike a substitution it must not be empty.
                reader.newlines()?;
                if reader.peek() == Some(b')') {
                    return Err(Fault::Syntax);
                }
                reader.list(&[")"])?;
                reader.want(")")
            })?;
            return self.redirects();
        }
        let Some(word) = self.reserved() else {
            return self.simple();
        };
        match word {
            "{" => {
                self.at += 1;
                self.nested(|reader| reader.list(&["}"]))?;
                self.at += 1;
            }
            "if" => {
                self.at += 2;
                self.nested(Self::branches)?;
            }
            "while" | "until" => {
                self.at += 5;
                self.nested(|reader| {
                    reader.repeated(|reader| {
                        reader.list(&["do"])?;
                        reader.body()
                    })
                })?;
            }
            "for" | "select" => {
                self.at += word.len();
                self.nested(Self::each)?;
            }
            "case" => {
                self.at += 4;
                self.nested(Self::cases)?;
            }
            "[[" => {
                self.at += 2;
                self.nested(Self::test)?;
            }
            "function" => {
                self.at += 8;
                self.blanks();
                let name = self.words()?;
                self.blanks();
                if self.eat("(") {
                    self.blanks();
                    self.want(")")?;
                }
                return self.function(name.as_slice().first());
            }
            "coproc" => {
                self.at += 6;
                self.blanks();
                // `coproc NAME { .. }`: the name is one only before a compound command.
                let from = self.at;
                let name = self.name();
                let named = !name.is_empty() && !is_reserved(name);
                self.blanks();
                if !named || !(self.peek() == Some(b'(') || self.reserved().is_some()) {
                    self.at = from;
                }
                return self.subshell(|reader| reader.command());
            }
            "in" | "time" => return self.simple(),
            _ => return Err(Fault::Syntax),
        }
        self.redirects()
    }

    fn branches(&mut self) -> Read<()> {
        self.list(&["then"])?;
        loop {
            self.want_reserved("then")?;
            self.perhaps(|reader| reader.list(&["elif", "else", "fi"]))?;
            match self.reserved() {
                Some("elif") => {
                    self.at += 4;
                    self.perhaps(|reader| reader.list(&["then"]))?;
                }
                Some("else") => {
                    self.at += 4;
                    self.perhaps(|reader| reader.list(&["fi"]))?;
                    return self.want_reserved("fi");
                }
                _ => return self.want_reserved("fi"),
            }
        }
    }

    /// Reads `do .. done`.
    fn body(&mut self) -> Read<()> {
        self.want_reserved("do")?;
        self.list(&["done"])?;
        self.want_reserved("done")
    }

    /// Reads `{ .. }`, which bash takes in the place of the body of `for` and `select`, or `do .. done`.
    fn braced_or_body(&mut self) -> Read<()> {
        if self.reserved() != Some("{") {
            return self.body();
        }
        self.at += 1;
        self.list(&["}"])?;
        self.at += 1;
        Ok(())
    }

    /// Reads `for` and `select` after the word itself.
    fn each(&mut self) -> Read<()> {
        self.blanks();
        if self.eat("((") {
            self.arithmetic_parts()?;
            self.blanks();
            self.eat(";");
            self.newlines()?;
            return self.repeated(Self::braced_or_body);
        }
        let name = String::from(self.name());
        if name.is_empty() {
            return Err(Fault::Syntax);
        }
        self.newlines()?;
        let mut values = None;
        if self.reserved() == Some("in") {
            self.at += 2;
            let mut words = Vec::new();
            loop {
                self.blanks();
                let more = self.words()?;
                if more.as_slice().is_empty() && !matches!(self.peek(), Some(b'"' | b'\'' | b'$')) {
                    match self.peek() {
                        None | Some(b';' | b'\n') => break,
                        Some(b' ' | b'\t') => continue,
                        _ => return Err(Fault::Syntax),
                    }
                }
                more.append_to(&mut words);
            }
            values = Some(words);
        }
        self.blanks();
        self.eat(";");
        self.newlines()?;
        let value = values.map_or(Text::Unknown, |words| one_of(&words));
        let start = self.start(self.at);
        self.runs_value(&name, &value, start)?;
        self.repeated(|reader| {
            reader.shared.state.keep(&name, value);
            reader.braced_or_body()
        })
    }

    /// Reads the three expressions of `for ((a; b; c))`, `((` taken, up to and with `))`.
    fn arithmetic_parts(&mut self) -> Read<()> {
        self.arithmetic(b')')?;
        self.want("))")
    }

    fn cases(&mut self) -> Read<()> {
        self.blanks();
        self.single()?;
        self.want_reserved("in")?;
        loop {
            self.newlines()?;
            if self.reserved() == Some("esac") {
                self.at += 4;
                return Ok(());
            }
            if !self.eat("(") && self.shared.within.timed {
                // Inside a substitution bash takes the parenthesis behind such a pattern for the end.
                return Err(Fault::Syntax);
            }
            loop {
                self.blanks();
                let from = self.at;
                self.single()?;
                if self.at == from {
                    return Err(Fault::Syntax);
                }
                self.blanks();
                if !self.eat("|") {
                    break;
                }
            }
            self.want(")")?;
            self.perhaps(|reader| reader.list(&[";;", ";&", "esac"]))?;
            let ended = self.eat(";;&") || self.eat(";;") || self.eat(";&");
            if !ended && self.reserved() != Some("esac") {
                return Err(Fault::Syntax);
            }
        }
    }

    /// Reads a pattern, or after `=~` a regular expression: a word in which `|` may be text, and anything between
    /// parentheses is.
    fn pattern(&mut self, regex: bool) -> Read<Text> {
        let from = self.at;
        let mut text = self.single()?.text;
        let mut depth = 0_usize;
        loop {
            match self.peek() {
                // A pattern has them behind `@`, `?`, `*`, `+` and `!`.
                Some(b'(')
                    if regex
                        || depth > 0
                        || self.slice(from).ends_with(['@', '?', '*', '+', '!']) =>
                {
                    depth += 1;
                }
                Some(b')') if depth > 0 => depth -= 1,
                Some(b'|') if depth > 0 || regex && self.peek_at(1) != Some(b'|') => {}
                Some(b' ' | b'\t' | b'\n' | b';' | b'&' | b'<' | b'>') if depth > 0 => {}
                _ if depth > 0 => return Err(Fault::Syntax),
                _ if self.at == from => return Err(Fault::Syntax),
                _ => return Ok(text),
            }
            self.at += 1;
            self.single()?;
            text = Text::Unknown;
        }
    }

    /// Reads `[[ .. ]]` after its opening. Its words may hold substitutions and, with `-eq` and its like, arithmetic.
    fn test(&mut self) -> Read<()> {
        let start = self.start(self.at);
        let mut words = Vec::new();
        self.conditions(&mut words)?;
        if !self.at_test_end() {
            return Err(Fault::Syntax);
        }
        self.at += 2;
        let arithmetic = ["-eq", "-ne", "-lt", "-le", "-gt", "-ge", "-v"];
        let is_arithmetic =
            |word: &Text| word.exact().is_some_and(|word| arithmetic.contains(&word));
        if words.iter().any(is_arithmetic) {
            self.evaluates();
        }
        if words
            .iter()
            .any(|word| word.exact().is_none_or(|word| arithmetic.contains(&word)))
        {
            for word in &words {
                if let Text::Exact(text) = word {
                    self.evaluated(text, start)?;
                }
            }
        }
        Ok(())
    }

    /// Whether `]]` stands at the cursor.
    fn at_test_end(&self) -> bool {
        self.reserved() == Some("]]")
    }

    /// Reads conditions joined by `&&` and `||`, and adds their words.
    fn conditions(&mut self, words: &mut Vec<Text>) -> Read<()> {
        loop {
            self.condition(words)?;
            self.newlines()?;
            if !self.eat("&&") && !self.eat("||") {
                return Ok(());
            }
        }
    }

    /// Reads one condition: negated, in parentheses, of one operand or of two.
    fn condition(&mut self, words: &mut Vec<Text>) -> Read<()> {
        self.newlines()?;
        while self.peek() == Some(b'!')
            && matches!(self.peek_at(1), Some(b' ' | b'\t' | b'\n' | b'('))
        {
            self.at += 1;
            self.newlines()?;
        }
        if self.eat("(") {
            self.nested(|reader| reader.conditions(words))?;
            return self.want(")");
        }
        let operand = self.operand(words)?;
        if is_unary(operand) {
            self.blanks();
            self.operand(words)?;
            return Ok(());
        }
        self.newlines()?;
        if matches!(self.peek(), Some(b'<' | b'>')) {
            self.at += 1;
            self.blanks();
            self.operand(words)?;
            return Ok(());
        }
        if self.at_test_end() || matches!(self.peek(), Some(b'&' | b'|' | b')')) {
            return Ok(());
        }
        let operator = self.operand(words)?;
        if !is_binary(operator) {
            return Err(Fault::Syntax);
        }
        self.blanks();
        match operator {
            "=~" => drop(self.pattern(true)?),
            "=" | "==" | "!=" => words.push(self.pattern(false)?),
            _ => drop(self.operand(words)?),
        }
        Ok(())
    }

    /// Takes one word of a test and returns it as it is written: an operator is one only without quotes.
    fn operand(&mut self, words: &mut Vec<Text>) -> Read<&'t str> {
        let from = self.at;
        if self.at_test_end() {
            return Err(Fault::Syntax);
        }
        words.push(self.single()?.text);
        match self.slice(from) {
            "" => Err(Fault::Syntax),
            written => Ok(written),
        }
    }

    /// Reads the body of a function whose name is read.
    pub(super) fn function(&mut self, name: Option<&Word>) -> Read<()> {
        self.newlines()?;
        let compound = self.peek() == Some(b'(')
            || matches!(
                self.reserved(),
                Some("{" | "if" | "for" | "while" | "until" | "case" | "select" | "[[")
            );
        if !compound {
            return Err(Fault::Syntax);
        }
        // Bash takes a name only as it stands: one with quotes defines nothing, and what follows runs all the same.
        let plain = name.filter(|name| name.as_exact() == Some(name.written()));
        if let Some(name) = plain.and_then(Word::as_exact) {
            if super::builtins::is_followed(name) {
                let start = self.start(self.at);
                self.opaque(name, "a function stands for a builtin of this name", start);
                self.shared.state.unsettle();
            }
            self.shared.state.define(name);
        }
        // When it is called nobody knows what is set by then.
        let mark = self.shared.state.mark();
        self.shared.state.forget(|_| true);
        if self.shared.moves {
            self.shared.state.perhaps_at(&[Place::Unknown]);
        }
        let before = self.shared.state.places();
        let body = self.nested(|reader| reader.command());
        self.shared.late.moves |= !self.shared.moves && self.shared.state.places() != before;
        self.shared.state.undo(mark);
        body
    }
}

/// Whether a word of a test says something of the one that follows.
fn is_unary(word: &str) -> bool {
    matches!(word.as_bytes(), [b'-', letter] if b"abcdefghknoprstuvwxzGLNORS".contains(letter))
}

/// Whether a word of a test stands between two others.
fn is_binary(word: &str) -> bool {
    const OPERATORS: [&str; 13] = [
        "=", "==", "!=", "=~", "-nt", "-ot", "-ef", "-eq", "-ne", "-lt", "-le", "-gt", "-ge",
    ];
    OPERATORS.contains(&word)
}

/// A `for` variable of more values is unknown.
const MOST_CHOICES: usize = 16;

/// Returns the values that a `for` variable takes.
fn one_of(words: &[Word]) -> Text {
    let exact: Option<Vec<CompactString>> = words
        .iter()
        .map(|word| word.as_exact().map(CompactString::from))
        .collect();
    match exact {
        Some(values) if values.len() == 1 => {
            values.into_iter().next().map_or(Text::Unknown, Text::Exact)
        }
        Some(values) if (1..=MOST_CHOICES).contains(&values.len()) => Text::OneOf(values),
        _ => {
            // A glob, whose names are as many values; a beginning that all of them share.
            match words {
                [word] => match &word.text {
                    text @ (Text::Glob(_) | Text::Begins(_)) => text.clone(),
                    _ => Text::Unknown,
                },
                _ => Text::Unknown,
            }
        }
    }
}
