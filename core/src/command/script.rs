//! Reads scripts: lists, pipelines and compound commands.

use alloc::string::String;
use alloc::sync::Arc;
use alloc::vec::Vec;

use super::Step;
use super::reader::{Fault, Pending, Read, Reader};
use super::state::{Place, few};
use super::text::{Fit, Text, Word};

/// Words that begin or part a compound command, where a command may begin.
const RESERVED: [&str; 22] = [
    "if", "then", "else", "elif", "fi", "for", "while", "until", "do", "done", "case", "esac",
    "select", "function", "time", "coproc", "in", "{", "}", "!", "[[", "]]",
];

/// Whether a word means something to the shell where a command begins.
pub(super) fn is_reserved(word: &str) -> bool {
    RESERVED.contains(&word)
}

impl Reader<'_, '_, '_> {
    /// Reads the whole text as a script.
    pub(super) fn script(&mut self) -> Read<()> {
        self.list(&[])?;
        self.blanks();
        if self.at < self.text.len() {
            Err(Fault::Syntax)
        } else {
            Ok(())
        }
    }

    /// Reads commands up to one of `ends`, which is not taken, or up to the end of the text when there are none.
    pub(super) fn list(&mut self, ends: &[&str]) -> Read<()> {
        let mut any = false;
        let pending = self.pending.len();
        loop {
            self.newlines()?;
            if self.at_end(ends) {
                break;
            }
            if self.peek().is_none() {
                return if ends.is_empty() {
                    Ok(())
                } else {
                    Err(Fault::Syntax)
                };
            }
            self.and_or()?;
            any = true;
            self.blanks();
            match self.peek() {
                _ if self.at_end(ends) => {}
                Some(b';') if self.peek_at(1) != Some(b';') => self.at += 1,
                // What runs in the background runs in a subshell; `and_or` has seen to that.
                Some(b'&') => self.at += 1,
                Some(b'\n') | None => {}
                _ => return Err(Fault::Syntax),
            }
        }
        // A here-document that is not read by the end of a substitution: shells disagree on where it would be.
        if ends.contains(&")") && self.pending.len() > pending {
            return Err(Fault::Syntax);
        }
        // An empty body is an error everywhere but in a substitution and in an arm of `case`.
        if any || ends.contains(&")") || ends.contains(&";;") {
            Ok(())
        } else {
            Err(Fault::Syntax)
        }
    }

    /// Whether one of `ends` stands at the cursor: an operator, or a reserved word.
    fn at_end(&self, ends: &[&str]) -> bool {
        ends.iter().any(|end| {
            if end.starts_with(|c: char| c.is_ascii_alphabetic() || c == '}') {
                self.reserved() == Some(end)
            } else {
                self.rest().starts_with(end)
            }
        })
    }

    /// Returns the reserved word at the cursor.
    pub(super) fn reserved(&self) -> Option<&'static str> {
        let rest = self.rest();
        // The longest of them has eight letters.
        let is_end = |byte: &u8| {
            matches!(
                byte,
                b' ' | b'\t' | b'\n' | b';' | b'&' | b'|' | b'(' | b')' | b'<' | b'>'
            )
        };
        let end = rest
            .bytes()
            .take(9)
            .position(|byte| is_end(&byte))
            .unwrap_or(rest.len().min(9));
        let word = rest.get(..end)?;
        RESERVED.iter().find(|reserved| **reserved == word).copied()
    }

    fn want_reserved(&mut self, word: &'static str) -> Read<()> {
        self.newlines()?;
        if self.reserved() == Some(word) {
            self.at += word.len();
            Ok(())
        } else {
            Err(Fault::Syntax)
        }
    }

    /// Skips blanks, comments and newlines, reading the here-documents that begin after a newline.
    pub(super) fn newlines(&mut self) -> Read<()> {
        loop {
            self.blanks();
            if self.peek() != Some(b'\n') {
                return Ok(());
            }
            self.at += 1;
            self.here_documents()?;
        }
    }

    /// Reads pipelines joined by `&&` and `||`.
    fn and_or(&mut self) -> Read<()> {
        let whole = self.shared.state.mark();
        let older = self.shared.state.before();
        let mut before = self.shared.state.places();
        let mut moves = self.moves_or_fails();
        self.pipeline()?;
        let mut failed = few(&[]);
        // After `cd x`, what follows `&&` is there; after that the list may be there or not.
        if self.shared.state.places() != before {
            failed = self.elsewhere(&before, moves);
        }
        loop {
            self.blanks();
            let and = self.eat("&&");
            if !and && !self.eat("||") {
                break;
            }
            self.newlines()?;
            before = self.shared.state.places();
            moves = self.moves_or_fails();
            if and {
                self.perhaps_not_places(|reader| reader.pipeline())?;
            } else {
                if !failed.is_empty() {
                    let here = self.shared.state.places();
                    self.where_it_failed(&failed, &older);
                    self.perhaps(|reader| reader.pipeline())?;
                    let there = self.shared.state.places();
                    failed = both(&failed, &there);
                    // What follows may be where the first part went, or where this one did.
                    self.shared.state.at(&both(&here, &there));
                    continue;
                }
                self.perhaps(|reader| reader.pipeline())?;
            }
            if self.shared.state.places() != before {
                failed = both(&failed, &self.elsewhere(&before, moves));
            } else if !failed.is_empty() {
                // It may have failed where the line is by now.
                failed = both(&failed, &before);
            }
        }
        self.blanks();
        if self.peek() == Some(b'&') && !self.rest().starts_with("&&") {
            self.shared.state.undo(whole);
        } else {
            self.perhaps_failed(&failed, &older);
        }
        Ok(())
    }

    fn where_it_failed(&mut self, failed: &[Place], older: &[Place]) {
        self.shared.state.at(failed);
        self.shared.state.perhaps_before(older);
    }

    fn perhaps_failed(&mut self, failed: &[Place], older: &[Place]) {
        self.shared.state.perhaps_at(failed);
        if !failed.is_empty() {
            self.shared.state.perhaps_before(older);
        }
    }

    /// Whether the pipeline at the cursor is `cd` or its like: where it fails, it has not moved.
    fn moves_or_fails(&mut self) -> bool {
        self.blanks();
        ["cd", "pushd", "popd"].iter().any(|name| {
            let behind = self.rest().strip_prefix(name);
            behind.is_some_and(|rest| {
                rest.is_empty() || rest.starts_with([' ', '\t', '\n', ';', '&', '|'])
            })
        })
    }

    /// Where the line is when a pipeline that was to move it has failed: where it was `before`, or, unless that was just
    /// `cd`, there as well.
    fn elsewhere(&mut self, before: &[Place], just_moves: bool) -> Arc<[Place]> {
        if just_moves {
            return few(before);
        }
        let all = both(&self.shared.state.places(), before);
        self.shared.state.perhaps_at(before);
        all
    }

    /// As [`Reader::perhaps`], but the directory is kept: what follows `&&` runs only where it was reached.
    fn perhaps_not_places(&mut self, read: impl FnOnce(&mut Self) -> Read<()>) -> Read<()> {
        let mark = self.shared.state.mark();
        read(self)?;
        let here = self.shared.state.places();
        self.shared.state.doubt(mark);
        self.shared.state.at(&here);
        Ok(())
    }

    fn pipeline(&mut self) -> Read<()> {
        loop {
            self.blanks();
            match self.reserved() {
                Some("!") => self.at += 1,
                // To shells without the word, `time` with other options is a program.
                Some("time") if self.times_a_program() => break,
                Some("time") => {
                    self.at += 4;
                    self.blanks();
                    if self.rest().starts_with("-p")
                        && matches!(self.peek_at(2), None | Some(b' ' | b'\t' | b'\n'))
                    {
                        self.at += 2;
                        self.blanks();
                        if self.rest().starts_with("--")
                            && matches!(self.peek_at(2), None | Some(b' ' | b'\t' | b'\n'))
                        {
                            self.at += 2;
                        }
                    }
                    self.blanks();
                    if matches!(self.peek(), None | Some(b'\n' | b';' | b')')) {
                        return Ok(());
                    }
                }
                _ => break,
            }
        }
        let mark = self.shared.state.mark();
        let mut parts = alloc::vec![self.shared.steps.len()];
        self.command()?;
        loop {
            self.blanks();
            if self.rest().starts_with("||") || !self.eat("|") {
                self.pipe(&parts);
                return Ok(());
            }
            parts.push(self.shared.steps.len());
            self.eat("&");
            // Each part of a pipeline is a subshell, and the one before this was one too.
            self.shared.state.undo(mark);
            self.newlines()?;
            // With `lastpipe` the last part is none.
            if self.shared.sets_ifs {
                self.nested(|reader| reader.perhaps(|reader| reader.command()))?;
            } else {
                self.subshell(|reader| reader.command())?;
            }
        }
    }

    /// Whether `time` at the cursor has an option that is not the shell's own.
    fn times_a_program(&self) -> bool {
        let rest = self.rest().get(4..).unwrap_or_default();
        let option = rest.trim_start_matches([' ', '\t']);
        let own = option
            .strip_prefix("-p")
            .is_some_and(|rest| rest.is_empty() || rest.starts_with([' ', '\t', '\n']));
        option.starts_with('-') && !own
    }

    /// Notes where the output of each part of a pipeline goes; `parts` are the steps that each begins with.
    fn pipe(&mut self, parts: &[usize]) {
        let end = self.shared.steps.len();
        for part in parts.windows(2) {
            let [from, to] = *part else { continue };
            let steps = self.shared.steps.get_mut(from..to).unwrap_or_default();
            for step in steps {
                if let Step::Command(command) = step {
                    command.pipes.push((to, end));
                }
            }
        }
    }

    fn command(&mut self) -> Read<()> {
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
                return self.function(name.first());
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

    /// Reads `for` and `select` after the word itself.
    fn each(&mut self) -> Read<()> {
        self.blanks();
        if self.eat("((") {
            self.arithmetic_parts()?;
            self.blanks();
            self.eat(";");
            self.newlines()?;
            return self.repeated(|reader| {
                if reader.reserved() == Some("{") {
                    reader.at += 1;
                    reader.list(&["}"])?;
                    reader.at += 1;
                    Ok(())
                } else {
                    reader.body()
                }
            });
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
                if more.is_empty() && !matches!(self.peek(), Some(b'"' | b'\'' | b'$')) {
                    match self.peek() {
                        None | Some(b';' | b'\n') => break,
                        Some(b' ' | b'\t') => continue,
                        _ => return Err(Fault::Syntax),
                    }
                }
                words.extend(more);
            }
            values = Some(words);
        }
        self.blanks();
        self.eat(";");
        self.newlines()?;
        let value = values.map_or(Text::Unknown, |words| one_of(&words));
        if super::builtins::is_run(&name) {
            self.forget(&name);
        }
        self.repeated(|reader| {
            reader.shared.state.keep(&name, value);
            if reader.reserved() == Some("{") {
                reader.at += 1;
                reader.list(&["}"])?;
                reader.at += 1;
                Ok(())
            } else {
                reader.body()
            }
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
            self.eat("(");
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

    /// Reads the regular expression after `=~`: words in which `|`, `(` and `)` are text.
    fn regex(&mut self) -> Read<()> {
        loop {
            let before = self.at;
            self.single()?;
            while matches!(self.peek(), Some(b'|' | b'(' | b')' | b'<' | b'>')) {
                self.at += 1;
            }
            if self.at == before {
                return Ok(());
            }
        }
    }

    /// Reads `[[ .. ]]` after its opening. Its words may hold substitutions and, with `-eq` and its like, arithmetic.
    fn test(&mut self) -> Read<()> {
        let start = self.start(self.at);
        let mut any = false;
        let mut words = Vec::new();
        // Whether an operand was read last.
        let mut after_word = false;
        loop {
            self.blanks();
            let line = self.at;
            self.newlines()?;
            let operator = words
                .last()
                .is_some_and(|word: &Text| word.is_option() == Fit::Yes);
            if self.at > line && after_word && operator {
                // Behind `-f` and its like the operand stands on the same line.
                return Err(Fault::Syntax);
            }
            if self.reserved() == Some("]]") && any {
                self.at += 2;
                break;
            }
            let last: Option<&Text> = words.last().filter(|_| after_word);
            let regex = last.and_then(Text::exact) == Some("=~");
            let (before, count) = (self.at, words.len());
            match self.peek().ok_or(Fault::Syntax)? {
                _ if regex => self.regex()?,
                b'(' | b')' => self.at += 1,
                b'<' | b'>' if self.peek_at(1) != Some(b'(') => {
                    // Between two operands.
                    if last.is_none_or(|word| word.is_option() == Fit::Yes) {
                        return Err(Fault::Syntax);
                    }
                    self.at += 1;
                }
                b'&' if self.eat("&&") => {}
                b'|' if self.eat("||") => {}
                b';' | b'&' | b'|' => return Err(Fault::Syntax),
                _ => words.push(self.single()?.text),
            }
            if self.at == before {
                return Err(Fault::Syntax);
            }
            after_word = words.len() > count;
            any = true;
        }
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
        let plain = name.filter(|name| name.as_exact() == Some(name.written.as_str()));
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
        let body = self.nested(|reader| reader.command());
        self.shared.state.undo(mark);
        body
    }

    /// Reads the bodies of here-documents, which begin at the cursor.
    fn here_documents(&mut self) -> Read<()> {
        for pending in core::mem::take(&mut self.pending) {
            self.here_document(&pending)?;
        }
        Ok(())
    }

    /// Returns what a text becomes when it is expanded as a here-document is.
    fn expanded(&mut self, text: &str, start: usize) -> Read<Text> {
        let mut pieces = Vec::new();
        self.subshell(|reader| {
            reader.inner(text, start, None, |inner| {
                inner.double_quoted(&mut pieces, None)
            })
        })?;
        Ok(self.join(pieces))
    }

    fn here_document(&mut self, pending: &Pending) -> Read<()> {
        let start = self.start(self.at);
        let mut body = String::new();
        while self.at < self.text.len() {
            let rest = self.rest();
            let (line, taken) = match rest.find('\n') {
                Some(end) => (rest.get(..end).unwrap_or_default(), end + 1),
                None => (rest, rest.len()),
            };
            let line = if pending.strips_tabs {
                line.trim_start_matches('\t')
            } else {
                line
            };
            self.at += taken;
            if line == pending.delimiter {
                break;
            }
            body.push_str(line);
            body.push('\n');
        }
        if pending.is_script {
            let script = if pending.quoted {
                Text::Exact(body)
            } else {
                self.expanded(&body, start)?
            };
            return match script {
                Text::Exact(script) => {
                    let before = core::mem::replace(&mut self.via, pending.via.clone());
                    let result = self.subshell(|reader| {
                        reader.another_shell();
                        reader.inner(&script, start, None, |inner| inner.script())
                    });
                    self.via = before;
                    result
                }
                _ => {
                    self.opaque(
                        "a here-document",
                        "a shell runs a script that is not known from the line",
                        start,
                    );
                    Ok(())
                }
            };
        }
        if pending.quoted {
            return self.perhaps_evaluated(&body, start);
        }
        if self.shared.known.arithmetic {
            self.perhaps_evaluated(&body.replace("\\$", "$").replace("\\`", "`"), start)?;
        }
        self.evaluated(&body, start)
    }
}

/// Returns the places of both, without repeats.
fn both(some: &[Place], others: &[Place]) -> Arc<[Place]> {
    let all: Vec<Place> = some.iter().chain(others).cloned().collect();
    few(&all)
}

/// A `for` variable of more values is unknown.
const MOST_CHOICES: usize = 16;

/// Returns the values that a `for` variable takes.
fn one_of(words: &[Word]) -> Text {
    let exact: Option<Vec<String>> = words
        .iter()
        .map(|word| word.as_exact().map(String::from))
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
