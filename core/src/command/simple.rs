//! Reads simple commands: assignments, words, redirects.

use alloc::string::{String, ToString};
use alloc::vec::Vec;

use super::reader::{Fault, Pending, Read, Reader};
use super::text::{Text, Word};
use super::word::is_name;
use super::{Redirect, RedirectKind, Step};

/// A subscript is looked for this far, in bytes.
const LONGEST_SUBSCRIPT: usize = 1 << 10;

/// What it takes off the budget to make an assignment once more, in bytes.
const ASSIGNMENT: usize = 8;

/// What a simple command is made of, before it is known what it does.
#[derive(Debug, Default)]
pub(super) struct Parts<'t> {
    pub(super) words: Vec<Word>,
    /// Assignments before the command.
    pub(super) assignments: Vec<(&'t str, Text)>,
    pub(super) redirects: Vec<(RedirectKind, Word)>,
    /// A here-string, which is the standard input.
    pub(super) here_string: Option<Text>,
    /// Here-documents, as positions in the reader's pending ones.
    pub(super) here_documents: Vec<usize>,
}

impl Parts<'_> {
    /// Whether bash takes `name=(..)` behind these words, the first of which it knows only as it stands; anywhere else a
    /// parenthesis is an error.
    fn may_declare(&self) -> Read<()> {
        let takes = |word: &Word| {
            let name = word.written();
            super::builtins::DECLARE.contains(&name)
                || matches!(name, "eval" | "let" | "alias" | "command" | "builtin")
        };
        match self.words.first().is_some_and(takes) && self.redirects.is_empty() {
            true => Ok(()),
            false => Err(Fault::Syntax),
        }
    }
}

impl<'t> Reader<'t, '_, '_> {
    /// Reads a simple command, or the definition of a function.
    pub(super) fn simple(&mut self) -> Read<()> {
        self.blanks();
        let from = self.at;
        let mut parts = Parts::default();
        loop {
            self.blanks();
            if self.redirect(&mut parts)? {
                continue;
            }
            match self.peek() {
                None | Some(b'\n' | b';' | b'&' | b'|' | b')') => break,
                Some(b'(') => {
                    // `name ()` defines a function; a parenthesis anywhere else is an error.
                    let alone = parts.words.len() == 1 && parts.assignments.is_empty();
                    self.at += 1;
                    self.blanks();
                    if !alone || !self.eat(")") {
                        return Err(Fault::Syntax);
                    }
                    return self.function(parts.words.first());
                }
                _ => {}
            }
            if parts.words.is_empty() && self.assignments(&mut parts)? {
                continue;
            }
            let before = self.at;
            let words = self.words()?;
            if self.at == before {
                return Err(Fault::Syntax);
            }
            if let [word] = words.as_slice()
                && matches!(self.peek(), Some(b'<' | b'>'))
                && is_descriptor_name(word.written())
            {
                // `{name}>file` puts the descriptor's number into a variable.
                let name = word.written().trim_matches(['{', '}']).to_string();
                self.forget(&name)?;
                continue;
            }
            let declares = self.peek() == Some(b'(')
                && (words.as_slice().last()).is_some_and(|word| names_list(word.written()));
            words.append_to(&mut parts.words);
            if declares {
                parts.may_declare()?;
                self.array()?;
            }
        }
        if self.at == from {
            return Err(Fault::Syntax);
        }
        let start = self.start(from);
        let step = self.shared.steps.len();
        let redirects = core::mem::take(&mut parts.redirects);
        // Redirects are opened where the command begins, before it could move elsewhere.
        let places = self.shared.state.places();
        self.run(parts, start)?;
        let of = match self.shared.steps.get(step) {
            Some(Step::Command(command)) if command.start == start => Some(step),
            _ => None,
        };
        for (kind, target) in redirects {
            self.shared.steps.push(Step::Redirect(Redirect {
                kind,
                target,
                of,
                places: places.clone(),
                start,
            }));
        }
        Ok(())
    }

    /// Reads assignments as long as there are some. They are made from left to right: a value sees those before it, and
    /// nothing else of the command does.
    fn assignments(&mut self, parts: &mut Parts<'t>) -> Read<bool> {
        let mark = self.shared.state.mark();
        let mut made = 0;
        let first = parts.assignments.len();
        let mut sets = false;
        let mut set = Vec::new();
        while self.assignment(parts, &mut made, (&mut sets, &mut set))? {
            self.blanks();
        }
        self.shared.state.undo(mark);
        // What a value itself sets (`${x:=..}`, `$((x=1))`) stays set.
        for name in set {
            self.shared.state.assign(&name, Text::Unknown);
        }
        if sets {
            // `${x:=..}` sets what it names for good.
            self.shared.state.forget(|_| true);
        }
        Ok(parts.assignments.len() > first)
    }

    /// Reads `NAME=value`, `NAME+=value`, `NAME[..]=value` or `NAME=(..)` at the cursor. So many assignments are `made`
    /// already; the next ones are made when a value needs them.
    fn assignment(
        &mut self,
        parts: &mut Parts<'t>,
        made: &mut usize,
        (sets, set): (&mut bool, &mut Vec<String>),
    ) -> Read<bool> {
        let from = self.at;
        let name = self.name();
        let named = name.starts_with(|c: char| c == '_' || c.is_ascii_alphabetic());
        let mut whole = true;
        if named && self.peek() == Some(b'[') {
            // Only an assignment if `]=` follows; a glob otherwise.
            // What is in a longer one is read as a word all the same.
            let rest = self.rest();
            let most = LONGEST_SUBSCRIPT.min(rest.len());
            let rest = (0..4)
                .find_map(|less| rest.get(..most.saturating_sub(less)))
                .unwrap_or_default();
            let is_one = rest.find(']').is_some_and(|end| {
                let after = rest.get(end + 1..).unwrap_or_default();
                after.starts_with('=')
                    || after.starts_with("+=")
                    || rest.get(..end).is_some_and(|inner| inner.contains('$'))
            });
            if !is_one {
                self.at = from;
                return Ok(false);
            }
            self.at += 1;
            self.nested(|reader| reader.arithmetic(b']'))?;
            self.want("]")?;
            whole = false;
        }
        let appends = self.rest().starts_with("+=");
        if !named || !(self.eat("=") || self.eat("+=")) {
            self.at = from;
            return Ok(false);
        }
        if self.peek() == Some(b'(') {
            self.array()?;
            parts.assignments.push((name, Text::Unknown));
            return Ok(true);
        }
        let start = self.start(self.at);
        let expands = self
            .rest()
            .split([' ', '\t', '\n', ';'])
            .next()
            .is_some_and(|value| value.contains(['$', '`', '"', '\'', '\\']));
        if expands {
            self.spend(ASSIGNMENT * (parts.assignments.len() - *made))?;
            for (name, value) in parts.assignments.iter().skip(*made) {
                self.shared.state.assign(name, value.clone());
            }
            *made = parts.assignments.len();
        }
        let count = self.shared.state.assigned_count();
        let word = self.single()?;
        set.extend(self.shared.state.names_from(count).iter().map(String::from));
        if word.written().contains("${") && word.written().contains('=') {
            *sets = true;
            self.shared.state.forget(|_| true);
        }
        let value = word.text;
        if self.shared.evaluates
            && let Text::Exact(text) = &value
        {
            self.evaluated(text, start)?;
        }
        let value = match (whole, appends) {
            (false, _) => Text::Unknown,
            (true, false) => value,
            (true, true) if parts.assignments.iter().any(|(other, _)| *other == name) => {
                Text::Unknown
            }
            (true, true) if self.shared.state.is_set(name) => {
                self.shared.state.variable(name).then(&value)
            }
            (true, true) => Text::Unknown,
        };
        parts.assignments.push((name, value));
        Ok(true)
    }

    /// Reads the values of an array in parentheses.
    fn array(&mut self) -> Read<()> {
        self.want("(")?;
        self.nested(|reader| {
            loop {
                reader.newlines()?;
                if reader.eat(")") {
                    return Ok(());
                }
                let from = reader.at;
                // A subscript, or a glob: either has its closing bracket.
                let rest = reader.rest();
                if rest.starts_with('[') && rest.len() <= LONGEST_SUBSCRIPT && !rest.contains(']') {
                    return Err(Fault::Syntax);
                }
                reader.words()?;
                if reader.at == from {
                    return Err(Fault::Syntax);
                }
            }
        })
    }

    /// Reads the redirects that follow a compound command.
    pub(super) fn redirects(&mut self) -> Read<()> {
        let mut parts = Parts::default();
        let start = self.start(self.at);
        let mut any = false;
        loop {
            self.blanks();
            if !self.redirect(&mut parts)? {
                break;
            }
            any = true;
        }
        let places = self.shared.state.places();
        self.redirected = any;
        for (kind, target) in parts.redirects {
            self.shared.steps.push(Step::Redirect(Redirect {
                kind,
                target,
                of: None,
                places: places.clone(),
                start,
            }));
        }
        Ok(())
    }

    /// Reads one redirect at the cursor, if there is one.
    fn redirect(&mut self, parts: &mut Parts<'t>) -> Read<bool> {
        if !matches!(self.peek(), Some(b'0'..=b'9' | b'<' | b'>' | b'&')) {
            return Ok(false);
        }
        let rest = self.rest();
        let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
        let operator = rest.get(digits..).unwrap_or_default();
        // A descriptor's number stands directly before its operator.
        if digits > 0 && !operator.starts_with(['<', '>']) {
            return Ok(false);
        }
        let known = [
            "<<<", "<<-", "<<", "<>", "<&", "<", "&>>", "&>", ">>", ">|", ">&", ">",
        ];
        let Some(found) = known.into_iter().find(|known| operator.starts_with(known)) else {
            return Ok(false);
        };
        let process = |at: &str| at.starts_with("<(") || at.starts_with(">(");
        if (found == "<" || found == ">") && digits == 0 && process(operator) {
            return Ok(false);
        }
        self.at += digits + found.len();
        if found == "<<" || found == "<<-" {
            self.here_document_begins(found == "<<-", parts)?;
            return Ok(true);
        }
        self.blanks();
        let before = self.at;
        let words = self.words()?;
        if self.at == before {
            return Err(Fault::Syntax);
        }
        let target = match words.only() {
            Some(word) => word,
            // Several words, or none, are an error that bash finds when it runs: it opens nothing.
            _ => Word::new(Text::Unknown, true, true, self.slice(before)),
        };
        let copies = |word: &Word| {
            word.as_exact().is_some_and(|text| {
                let digits = text.strip_suffix('-').unwrap_or(text);
                !text.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit())
            })
        };
        let kind = match found {
            "<<<" => {
                parts.here_string = Some(target.text);
                return Ok(true);
            }
            "<&" | ">&" if copies(&target) => return Ok(true),
            "<" | "<&" => RedirectKind::Read,
            "<>" => {
                parts.redirects.push((RedirectKind::Read, target.clone()));
                RedirectKind::Write
            }
            _ => RedirectKind::Write,
        };
        parts.redirects.push((kind, target));
        Ok(true)
    }

    /// Reads the delimiter of a here-document, whose body comes after the line.
    fn here_document_begins(&mut self, strips_tabs: bool, parts: &mut Parts<'t>) -> Read<()> {
        self.blanks();
        let from = self.at;
        // The delimiter is not expanded; a quote in it keeps the body from being expanded too.
        let mut delimiter = String::new();
        let mut quoted = false;
        loop {
            match self.peek() {
                None
                | Some(b' ' | b'\t' | b'\n' | b';' | b'&' | b'|' | b'(' | b')' | b'<' | b'>') => {
                    break;
                }
                Some(quote @ (b'\'' | b'"')) => {
                    quoted = true;
                    self.at += 1;
                    let end = self.rest().find(char::from(quote)).ok_or(Fault::Syntax)?;
                    delimiter.push_str(self.rest().get(..end).unwrap_or_default());
                    self.at += end + 1;
                }
                Some(b'\\') => {
                    quoted = true;
                    self.at += 1;
                    delimiter.extend(self.next());
                }
                // What shells make of these in a delimiter differs.
                Some(b'$' | b'`') => return Err(Fault::Syntax),
                Some(_) => delimiter.extend(self.next()),
            }
        }
        // Bash writes a substitution in arithmetic anew before it runs it, and mixes up what follows a here-document.
        if self.at == from || delimiter.contains('\n') || self.shared.within.expressions > 0 {
            return Err(Fault::Syntax);
        }
        parts.here_documents.push(self.pending.len());
        self.pending.push(Pending {
            delimiter,
            quoted,
            strips_tabs,
            is_script: false,
            via: Vec::new(),
        });
        Ok(())
    }
}

/// Whether a word is `name=`, `name+=` or `name[..]=`, behind which a list may stand.
fn names_list(written: &str) -> bool {
    let named = written.strip_suffix('=').unwrap_or_default();
    let name = named.strip_suffix('+').unwrap_or(named);
    is_name(name.split('[').next().unwrap_or_default())
}

/// Whether a word is `{name}`.
fn is_descriptor_name(written: &str) -> bool {
    let name = written
        .strip_prefix('{')
        .and_then(|rest| rest.strip_suffix('}'));
    name.is_some_and(is_name)
}
