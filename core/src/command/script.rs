//! Reads scripts: lists and pipelines.

use alloc::sync::Arc;
use alloc::vec::Vec;

use super::Step;
use super::reader::{Fault, Read, Reader};
use super::state::{Place, few};

/// Words that begin or part a compound command, where a command may begin.
pub(super) const RESERVED: [&str; 22] = [
    "if", "then", "else", "elif", "fi", "for", "while", "until", "do", "done", "case", "esac",
    "select", "function", "time", "coproc", "in", "{", "}", "!", "[[", "]]",
];

/// The bytes that one of them begins with.
#[expect(
    clippy::indexing_slicing,
    reason = "an index out of range would not compile"
)]
const STARTS: [bool; 256] = {
    let mut starts = [false; 256];
    let mut words = RESERVED.as_slice();
    while let Some((word, rest)) = words.split_first() {
        if let Some((first, _)) = word.as_bytes().split_first() {
            starts[*first as usize] = true;
        }
        words = rest;
    }
    starts
};

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
            self.redirected = false;
            self.and_or()?;
            any = true;
            self.blanks();
            match self.peek() {
                // Behind a redirect a reserved word is a word like any other, and there must be none.
                _ if self.redirected && self.reserved().is_some() => return Err(Fault::Syntax),
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
        // Most commands begin with another letter.
        if !STARTS
            .get(usize::from(self.peek()?))
            .is_some_and(|starts| *starts)
        {
            return None;
        }
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

    pub(super) fn want_reserved(&mut self, word: &'static str) -> Read<()> {
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
        let mut failed: Arc<[Place]> = Arc::default();
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
                    self.where_it_failed(&failed, older.as_deref());
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
            self.perhaps_failed(&failed, older.as_deref());
        }
        Ok(())
    }

    fn where_it_failed(&mut self, failed: &[Place], older: Option<&[Place]>) {
        self.shared.state.at(failed);
        self.shared.state.perhaps_before(older);
    }

    fn perhaps_failed(&mut self, failed: &[Place], older: Option<&[Place]>) {
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
        let timed = self.shared.within.timed;
        let result = self.parts_of_pipeline();
        self.shared.within.timed = timed;
        result
    }

    fn parts_of_pipeline(&mut self) -> Read<()> {
        loop {
            self.blanks();
            match self.reserved() {
                Some("!") => self.at += 1,
                // To shells without the word, `time` with other options is a program.
                Some("time") if self.times_a_program() => break,
                Some("time") => {
                    let substituted = self.shared.within.substitutions > 0;
                    self.shared.within.timed |= substituted;
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
                    // There bash looks for the end of the group in its words.
                    if substituted && self.reserved() == Some("{") {
                        return Err(Fault::Syntax);
                    }
                }
                _ => break,
            }
        }
        let mark = self.shared.state.mark();
        let first = self.shared.steps.len();
        let mut others = Vec::new();
        self.command()?;
        loop {
            self.blanks();
            if self.peek() != Some(b'|') || self.peek_at(1) == Some(b'|') {
                self.pipe(first, &others);
                return Ok(());
            }
            self.at += 1;
            others.push(self.shared.steps.len());
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

    /// Notes where the output of each part of a pipeline goes: the steps that the first one begins with, and the others.
    fn pipe(&mut self, mut from: usize, others: &[usize]) {
        let end = self.shared.steps.len();
        for to in others.iter().copied() {
            let steps = self.shared.steps.get_mut(from..to).unwrap_or_default();
            from = to;
            for step in steps {
                if let Step::Command(command) = step {
                    command.pipes.push((to, end));
                }
            }
        }
    }
}

/// Returns the places of both, without repeats.
fn both(some: &[Place], others: &[Place]) -> Arc<[Place]> {
    let all: Vec<Place> = some.iter().chain(others).cloned().collect();
    few(&all)
}
