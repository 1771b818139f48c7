//! Builtins that run, set or change something in the shell itself.

use alloc::string::ToString;
use alloc::sync::Arc;
use alloc::vec::Vec;

use compact_str::CompactString;

use super::names::{ANY_NAME, Names};
use super::programs::{Held, held_by};
use super::reader::{Read, Reader};
use super::script::is_reserved;
use super::shells::is_shell;
use super::state::Place;
use super::text::{Text, Word};

/// Builtins that set variables by name.
pub(super) const DECLARE: [&str; 5] = ["export", "declare", "typeset", "local", "readonly"];

/// Builtins that evaluate a subscript in a name.
pub(super) const SUBSCRIPTS: [&str; 11] = [
    "test",
    "[",
    "printf",
    "read",
    "unset",
    "let",
    "mapfile",
    "readarray",
    "getopts",
    "wait",
    "declare",
];

/// Other builtins that are followed.
pub(super) const FOLLOWED: [&str; 13] = [
    "cd", "pushd", "popd", "eval", "trap", "source", ".", "alias", "command", "builtin", "exec",
    "set", "shift",
];

impl Reader<'_, '_, '_> {
    pub(super) fn eval(&mut self, arguments: &[Word], start: usize) -> Read<()> {
        let arguments = match arguments.split_first() {
            Some((first, rest)) if first.as_exact() == Some("--") => rest,
            _ => arguments,
        };
        let exact: Option<Vec<&str>> = arguments.iter().map(Word::as_exact).collect();
        match exact {
            Some(parts) => {
                let script = parts.join(" ");
                self.inner(&script, start, Some("eval"), |inner| inner.script())
            }
            None => {
                self.opaque(
                    &super::display(arguments),
                    "`eval` runs words that are not known",
                    start,
                );
                self.anything_may_be_set();
                Ok(())
            }
        }
    }

    pub(super) fn trap(&mut self, words: &Arc<Vec<Word>>, names: &Names, start: usize) -> Read<()> {
        let arguments: Vec<&Word> = words
            .iter()
            .skip(1)
            .skip_while(|word| word.as_exact() == Some("--"))
            .collect();
        match arguments
            .first()
            .map(|word| (word.as_exact(), arguments.len()))
        {
            Some((Some("-" | "" | "-l" | "-p"), _)) | None => self.emit(words, names, start),
            Some((Some(script), _)) => {
                // It runs at another time: nothing that is set now is known then.
                let script = script.to_string();
                let mark = self.shared.state.mark();
                self.shared.state.forget(|_| true);
                self.shared.state.perhaps_at(&[Place::Unknown]);
                let before = self.shared.state.activity();
                let result = self.inner(&script, start, Some("trap"), |inner| inner.script());
                let changes = self.shared.state.activity() != before;
                self.shared.state.undo(mark);
                let at_end = |word: &&Word| matches!(word.as_exact(), Some("EXIT" | "0"));
                if changes && !arguments.iter().skip(1).all(at_end) {
                    self.shared.state.unsettle();
                }
                result
            }
            Some((None, _)) => {
                self.opaque(
                    &super::display(words),
                    "`trap` runs a word that is not known",
                    start,
                );
                self.shared.state.unsettle();
                Ok(())
            }
        }
    }

    /// `-C` names a command that is run.
    pub(super) fn callback(&mut self, arguments: &[Word], start: usize) -> Read<()> {
        let mut rest = arguments.iter();
        while let Some(word) = rest.next() {
            let option = word.as_exact().map(|word| {
                let letters = word.strip_prefix('-').unwrap_or_default();
                letters.split_once('C').map(|(_, value)| value)
            });
            let script = match option {
                Some(Some("")) => rest.next().map(Word::as_exact),
                Some(script @ Some(_)) => Some(script),
                Some(None) => continue,
                None => Some(None),
            };
            match script {
                Some(Some(script)) => {
                    // It is called with words of its own.
                    let script = alloc::format!("{script} \"$@\"");
                    self.subshell(|reader| {
                        reader.inner(&script, start, None, |inner| inner.script())
                    })?;
                }
                Some(None) => self.opaque("a callback", "it runs a word that is not known", start),
                None => {}
            }
        }
        Ok(())
    }

    /// An alias runs where its name stands later, in a shell that expands them.
    pub(super) fn aliases(&mut self, arguments: &[Word], start: usize) -> Read<()> {
        for word in arguments {
            match word.as_exact() {
                Some(word) => {
                    if let Some((name, script)) = word.split_once('=') {
                        if changes_reading(name, script) {
                            let why = "it changes how what follows is read";
                            self.opaque(word, why, start);
                        }
                        // More words follow where it is used.
                        let script = alloc::format!("{script} \"$@\"");
                        let changes = self.subshell(|reader| {
                            let before = reader.shared.state.activity();
                            reader.inner(&script, start, Some("alias"), |inner| inner.script())?;
                            Ok(reader.shared.state.activity() != before)
                        })?;
                        if changes {
                            self.shared.state.unsettle();
                        }
                    }
                }
                None => self.opaque(
                    "an alias",
                    "it makes a name run words that are not known",
                    start,
                ),
            }
        }
        Ok(())
    }

    pub(super) fn declare(&mut self, program: &str, arguments: &[Word], start: usize) -> Read<()> {
        let mut follows = true;
        let mut refers = false;
        // Inside a function another variable of that name may be the one that is seen.
        let mut elsewhere = false;
        let mut fixes = program == "readonly";
        for word in arguments {
            match &word.text {
                Text::Exact(text) if text.starts_with('-') || text.starts_with('+') => {
                    // A reference to another name, or arithmetic: what is set from here on is not what is written.
                    if text.contains(['n', 'i', 'u', 'l', 'c']) {
                        self.shared.state.forget(|_| true);
                        follows = false;
                        refers = refers || text.contains('n');
                    }
                    elsewhere |= text.contains('g');
                    fixes |= text.contains('r');
                }
                Text::Exact(text) => {
                    let text = text.clone();
                    self.evaluated(&text, start)?;
                    if refers
                        && text
                            .split_once('=')
                            .is_none_or(|(_, to)| held_by(to) != Held::Nothing)
                    {
                        let why = "it is another name for a variable that nobody knows";
                        self.opaque(&text, why, start);
                    }
                    let (name, value) = match text.split_once('=') {
                        Some((name, value)) => (name, Text::Exact(value.into())),
                        None => (text.as_str(), self.shared.state.variable(&text)),
                    };
                    let plain = name.strip_suffix('+').unwrap_or(name);
                    // What was an array may stay one.
                    let array = text.contains('=')
                        && self.shared.state.is_set(plain)
                        && self.shared.state.variable(plain) == Text::Unknown;
                    let value = if follows && !elsewhere && !array && plain.len() == name.len() {
                        value
                    } else {
                        Text::Unknown
                    };
                    let name = plain.split('[').next().unwrap_or(plain);
                    if text.contains('=') {
                        self.runs_value(name, &value, start)?;
                    }
                    self.sets(name);
                    self.shared.state.assign(name, value);
                    if !follows {
                        self.shared.state.lose(name);
                    } else if fixes {
                        self.shared.state.fix(name);
                    }
                }
                Text::Begins(text) if text.contains('=') => {
                    let (name, begins) = text.split_once('=').unwrap_or((text, ""));
                    let (name, begins) = (name.to_string(), CompactString::from(begins));
                    if refers {
                        let why = "it is another name for a variable that nobody knows";
                        self.opaque(&name, why, start);
                    }
                    self.runs_value(&name, &Text::Unknown, start)?;
                    self.sets(&name);
                    self.shared.state.assign(
                        &name,
                        if begins.is_empty() || elsewhere {
                            Text::Unknown
                        } else {
                            Text::Begins(begins)
                        },
                    );
                    if fixes {
                        self.shared.state.fix(&name);
                    }
                }
                // Any name at all.
                _ => self.anything_may_be_set(),
            }
        }
        Ok(())
    }

    /// Notes what builtins such as `read` and `printf -v` set, and the subscripts they evaluate.
    pub(super) fn set_by_name(
        &mut self,
        program: &str,
        arguments: &[Word],
        start: usize,
    ) -> Read<()> {
        if !SUBSCRIPTS.contains(&program) {
            return Ok(());
        }
        let sets = match program {
            "printf" | "test" | "[" | "wait" => arguments
                .iter()
                .filter_map(Word::as_exact)
                .any(|word| word.starts_with("-v") || word.starts_with('-') && word.contains('p')),
            _ => true,
        };
        if !sets {
            return Ok(());
        }
        if !matches!(
            program,
            "read" | "unset" | "mapfile" | "readarray" | "getopts"
        ) {
            self.evaluates();
        }
        for word in arguments {
            match &word.text {
                Text::Exact(text) => {
                    let text = text.clone();
                    self.evaluated(&text, start)?;
                    if program == "unset" && self.shared.state.is_function(&text) {
                        // What was read while it was one may run when it is none.
                        self.opaque(&text, "it may stand for a program again", start);
                        self.shared.state.undefine(|name| name == text);
                    }
                    let text = match program {
                        "printf" | "wait" => text.strip_prefix("-v").unwrap_or(&text),
                        _ => &text,
                    };
                    let name = text.split(['[', '=']).next().unwrap_or_default();
                    let is_name = name.starts_with(|c: char| c == '_' || c.is_ascii_alphabetic())
                        && name.chars().all(|c| c == '_' || c.is_ascii_alphanumeric());
                    if is_name && program == "unset" {
                        self.sets(name);
                        self.shared.state.assign(name, Text::Unknown);
                    } else if is_name && !matches!(program, "test" | "[") {
                        self.forget(name)?;
                    }
                }
                _ => self.anything_may_be_set(),
            }
        }
        Ok(())
    }

    /// After a command that can set whatever it likes.
    pub(super) fn anything_may_be_set(&mut self) {
        self.shared.state.assigned(ANY_NAME);
        self.shared.state.undefine(|_| true);
        self.function_ran();
    }

    /// After the call of a function of the line.
    pub(super) fn function_ran(&mut self) {
        self.shared.state.forget(|_| true);
        self.shared.state.perhaps_at(&[Place::Unknown]);
    }
}

/// Whether an alias may make a shell read what follows it otherwise than as the words that stand there: by a comment, a
/// quote, a bracket, a word of the grammar, or in place of a builtin that is followed.
fn changes_reading(name: &str, script: &str) -> bool {
    let calm = |c: char| {
        c.is_alphanumeric()
            || matches!(
                c,
                ' ' | '-' | '_' | '.' | '/' | ':' | ',' | '+' | '@' | '%' | '='
            )
    };
    !script.chars().all(calm)
        || script.split(' ').any(is_reserved)
        || is_reserved(name)
        || is_followed(name)
}

/// The special builtins of POSIX that are not read further.
pub(super) fn is_special(program: &str) -> bool {
    let special = [
        ":", "break", "continue", "exit", "export", "readonly", "return", "set", "shift", "times",
        "unset",
    ];
    special.contains(&program)
}

/// Whether what a builtin of this name does is followed, so that a function of the name changes what follows.
pub(super) fn is_followed(name: &str) -> bool {
    FOLLOWED.contains(&name)
        || DECLARE.contains(&name)
        || SUBSCRIPTS.contains(&name)
        || is_shell(name)
}
