//! Shells: where their script comes from, and what it sees.

use alloc::string::{String, ToString};
use alloc::sync::Arc;
use alloc::vec::Vec;

use compact_str::CompactString;

use super::names::{ANY_NAME, Names};
use super::reader::{Read, Reader};
use super::run::Input;
use super::text::{Fit, Text, Word};

/// Shells, which run the script they are given.
pub(super) const SHELLS: [&str; 8] = ["bash", "sh", "dash", "zsh", "ksh", "ash", "rbash", "mksh"];

impl Reader<'_, '_, '_> {
    /// Adds what a shell runs.
    pub(super) fn shell(
        &mut self,
        words: &Arc<Vec<Word>>,
        input: &Input,
        names: &Names,
        start: usize,
    ) -> Read<()> {
        let program = words
            .first()
            .and_then(Word::as_exact)
            .unwrap_or_default()
            .to_string();
        let mut script = None;
        let mut reads_stdin = true;
        let mut rest = words.iter().skip(1);
        let mut unsure = false;
        let mut file = None;
        // Whether the first word that is no option is the script; whether the shell reads files of its own before it.
        let (mut wants_script, mut prepares) = (false, false);
        while let Some(word) = rest.next() {
            match word.as_exact() {
                Some("--" | "-") => {
                    file = rest.next();
                    reads_stdin = file.is_none();
                    break;
                }
                Some("--version" | "--help") => {
                    return self.emit(words, names, start);
                }
                Some(option @ ("--rcfile" | "--init-file")) => {
                    prepares |= option.starts_with("--");
                    rest.next();
                }
                Some(option) if option.starts_with("--") => {}
                Some(option) if option.starts_with('-') || option.starts_with('+') => {
                    wants_script |= option.starts_with('-') && option.contains('c');
                    reads_stdin = reads_stdin || option.contains('s');
                    prepares |= option.contains('i');
                    if option.contains('a') {
                        self.shared.state.assigned(ANY_NAME);
                    }
                    // `-o` and `-O` take the next word, one for each.
                    for _ in option.chars().filter(|c| matches!(c, 'o' | 'O')) {
                        rest.next();
                    }
                }
                Some(_) => {
                    file = Some(word);
                    reads_stdin = false;
                    break;
                }
                None if wants_script && word.text.is_option() == Fit::No => {
                    file = Some(word);
                    break;
                }
                None => {
                    unsure = true;
                    break;
                }
            }
        }
        if wants_script {
            script = Some(
                file.filter(|_| !unsure)
                    .and_then(Word::as_exact)
                    .map(String::from),
            );
        }
        if prepares {
            // An interactive shell runs and writes files that the line does not name.
            self.unread_shell(words, names, start)?;
        }
        match script {
            Some(Some(script)) => {
                let mark = self.shared.state.mark();
                self.another_shell();
                let result = self.nested(|reader| {
                    reader.inner(&script, start, Some(&program), |inner| inner.script())
                });
                self.shared.state.undo(mark);
                result
            }
            Some(None) => self.unread_shell(words, names, start),
            None if unsure => self.unread_shell(words, names, start),
            None if !reads_stdin => {
                let why = "it runs a file that nobody has read";
                self.opaque_command(words, true, why, names, start);
                self.reads(file, start);
                Ok(())
            }
            None => self.shell_input(words, input, Some(&program), names, start),
        }
    }

    /// Adds what a shell reads from its standard input.
    pub(super) fn shell_input(
        &mut self,
        words: &[Word],
        input: &Input,
        via: Option<&str>,
        names: &Names,
        start: usize,
    ) -> Read<()> {
        match (&input.here_string, input.here_documents.last()) {
            (Some(Text::Exact(script)), _) => {
                let script = script.clone();
                self.subshell(|reader| {
                    reader.another_shell();
                    reader.inner(&script, start, via, |inner| inner.script())
                })
            }
            (None, Some(last)) => {
                let mut by = self.via.clone();
                by.extend(via.map(CompactString::from));
                if let Some(pending) = self.pending.get_mut(*last) {
                    pending.is_script = true;
                    pending.via = by;
                }
                Ok(())
            }
            _ => self.unread_shell(words, names, start),
        }
    }

    /// What another shell starts with: of the variables only those that are exported, and no functions.
    pub(super) fn another_shell(&mut self) {
        self.shared.state.forget(|_| true);
        self.shared.state.undefine(|_| true);
    }

    /// A shell that runs what nobody can read.
    fn unread_shell(&mut self, words: &[Word], names: &Names, start: usize) -> Read<()> {
        let why = "a shell runs a script that is not known from the line";
        self.opaque_command(words, true, why, names, start);
        Ok(())
    }
}

/// Whether a program is a shell.
pub(super) fn is_shell(program: &str) -> bool {
    let name = program.rsplit('/').next().unwrap_or(program);
    SHELLS.contains(&name)
}
