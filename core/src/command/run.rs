//! What a simple command does to the line: what it runs, what it sets, where it goes.

use alloc::string::{String, ToString};
use alloc::vec::Vec;

use super::reader::{Read, Reader};
use super::simple::Parts;
use super::state::Place;
use super::text::{Fit, Text, Word};
use super::{Command, Step, programs};
use crate::path;

/// Shells, which run the script they are given.
const SHELLS: [&str; 8] = ["bash", "sh", "dash", "zsh", "ksh", "ash", "rbash", "mksh"];

/// A directory with a longer path is not followed.
const LONGEST_PLACE: usize = 4096;

/// Builtins that set variables by name.
const DECLARE: [&str; 5] = ["export", "declare", "typeset", "local", "readonly"];

/// Builtins that evaluate a subscript in a name.
const SUBSCRIPTS: [&str; 11] = [
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

impl Reader<'_, '_, '_> {
    /// Takes a simple command apart further and adds what it runs.
    pub(super) fn run(&mut self, parts: Parts, start: usize) -> Read<()> {
        let Parts {
            words,
            assignments,
            here_string,
            here_documents,
            ..
        } = parts;
        if words.is_empty() {
            for (name, value) in assignments {
                self.set(&name, value, start)?;
            }
            return Ok(());
        }
        // Assignments before a command reach it, and only it.
        let mark = self.shared.state.mark();
        let kept = self.keeps_assignments(&words);
        let prefixed = !assignments.is_empty();
        // Shells differ in whether such a builtin's assignments are there afterwards.
        let stay = kept
            || words
                .first()
                .and_then(Word::as_exact)
                .is_some_and(is_special);
        let mut names = Vec::new();
        for (name, value) in assignments {
            self.set(&name, value, start)?;
            names.extend(stay.then_some(name));
        }
        let unsafe_names = self.shared.state.has_unsafe_names();
        let input = Input {
            here_string,
            here_documents,
        };
        if !kept && prefixed {
            // The words are expanded already, so only the environment of the command sees them.
            self.shared.state.undo(mark);
            if unsafe_names && words.first().and_then(Word::as_exact).is_some_and(is_shell) {
                return self.with_unsafe_names(|reader| {
                    reader.command_words(words, input, unsafe_names, start)
                });
            }
        }
        self.command_words(words, input, unsafe_names, start)?;
        names.iter().for_each(|name| self.forget(name));
        Ok(())
    }

    /// Sets a variable. Bash runs the values of some: prompts, and the files that a shell reads when it starts.
    fn set(&mut self, name: &str, value: Text, start: usize) -> Read<()> {
        match (name, &value) {
            ("PS0" | "PS1" | "PS2" | "PS3" | "PS4", Text::Exact(text)) => {
                let text = text.clone();
                self.evaluated(&text, start)?;
            }
            ("PS0" | "PS1" | "PS2" | "PS3" | "PS4" | "PROMPT_COMMAND" | "BASH_ENV" | "ENV", _) => {
                self.opaque(name, "a shell runs what this variable holds", start);
            }
            _ => {}
        }
        self.sets(name);
        self.shared.state.assign(name, value);
        Ok(())
    }

    /// Reads what sees names that an allow must not cover, and nothing after it does.
    fn with_unsafe_names<T>(&mut self, read: impl FnOnce(&mut Self) -> Read<T>) -> Read<T> {
        let mark = self.shared.state.mark();
        self.shared.state.assigned();
        let result = read(self);
        self.shared.state.undo(mark);
        result
    }

    /// Whether assignments before these words are seen by what the words run in this shell.
    fn keeps_assignments(&self, words: &[Word]) -> bool {
        let program = words.first().and_then(Word::as_exact);
        program.is_none_or(|program| {
            matches!(
                program,
                "eval" | "source" | "." | "trap" | "exec" | "command" | "builtin"
            )
        })
    }

    fn command_words(
        &mut self,
        mut words: Vec<Word>,
        input: Input,
        unsafe_names: bool,
        start: usize,
    ) -> Read<()> {
        let before = self.via.len();
        let result = loop {
            let Some(program) = words.first().and_then(Word::as_exact).map(String::from) else {
                break self.emit(words, None, unsafe_names, start);
            };
            let arguments = words.get(1..).unwrap_or_default();
            match program.as_str() {
                "command" | "builtin" | "exec" => {
                    let Some(skip) = transparent(&program, arguments) else {
                        break self.emit(words, Some(program), unsafe_names, start);
                    };
                    if skip >= arguments.len() {
                        // `exec` with nothing but redirects.
                        break Ok(());
                    }
                    self.via.push(program);
                    words.drain(..=skip);
                }
                "eval" => break self.eval(arguments, start),
                "trap" => break self.trap(&words, unsafe_names, start),
                "alias" => {
                    self.aliases(arguments, start)?;
                    break self.emit(words, Some(program), unsafe_names, start);
                }
                "cd" | "pushd" | "popd" => {
                    let emitted =
                        self.emit(words.clone(), Some(program.clone()), unsafe_names, start);
                    self.change_directory(&program, words.get(1..).unwrap_or_default());
                    break emitted;
                }
                "source" | "." => {
                    let text = super::display(&words);
                    self.opaque(&text, "it runs a file that nobody has read", start);
                    self.anything_may_be_set();
                    break Ok(());
                }
                "mapfile" | "readarray" | "compgen" | "complete" => {
                    self.callback(arguments, start)?;
                    self.set_by_name(&program, arguments, start)?;
                    break self.emit(words, Some(program), unsafe_names, start);
                }
                // It makes one name run another program.
                "hash"
                    if arguments
                        .iter()
                        .any(|word| word.as_exact().is_none_or(|word| word.starts_with("-p"))) =>
                {
                    let text = super::display(&words);
                    self.opaque(&text, "it makes a name run another program", start);
                    break Ok(());
                }
                name if DECLARE.contains(&name) => {
                    if matches!(name, "declare" | "typeset" | "local") {
                        self.evaluates();
                    }
                    self.declare(arguments, start)?;
                    break Ok(());
                }
                name if is_shell(name) => break self.shell(&words, &input, unsafe_names, start),
                name => {
                    self.set_by_name(name, arguments, start)?;
                    // `command` and `exec` look for no function.
                    if self.via.len() == before && self.shared.state.is_function(name) {
                        if unsafe_names || (!self.shared.moves && self.shared.state.has_moved()) {
                            // Its body was read without these names, or in another place.
                            let emitted = self.emit(words, Some(program), unsafe_names, start);
                            self.function_ran();
                            break emitted;
                        }
                        // Its body was read where it is defined; what it sets and where it goes is not followed.
                        self.function_ran();
                        break Ok(());
                    }
                    break self.emit(words, Some(program), unsafe_names, start);
                }
            }
        };
        self.via.truncate(before);
        result
    }

    /// Adds a command.
    fn emit(
        &mut self,
        words: Vec<Word>,
        program: Option<String>,
        unsafe_names: bool,
        start: usize,
    ) -> Read<()> {
        let text = super::display(&words);
        let neutral = program
            .as_deref()
            .is_some_and(|program| self.is_neutral(program, &words));
        // Without a known program nothing is known of what the words mean.
        let known = program.is_some();
        let command = Command {
            words: known.then_some(words),
            text,
            places: self.shared.state.places(),
            unsafe_names,
            via: self.via.clone(),
            neutral,
            opaque: (!known).then_some("its program is not known from the line"),
            start,
        };
        self.shared.steps.push(Step::Command(command));
        Ok(())
    }

    fn is_neutral(&self, program: &str, words: &[Word]) -> bool {
        match program {
            "cd" => match self.shared.around.base() {
                Some(base) => self
                    .targets(words.get(1..).unwrap_or_default())
                    .is_some_and(|places| {
                        places.iter().all(
                            |place| matches!(place, Place::At(to) if path::is_within(to, &base)),
                        )
                    }),
                None => false,
            },
            _ => programs::is_neutral(words),
        }
    }

    fn eval(&mut self, arguments: &[Word], start: usize) -> Read<()> {
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

    fn trap(&mut self, words: &[Word], unsafe_names: bool, start: usize) -> Read<()> {
        let arguments: Vec<&Word> = words
            .iter()
            .skip(1)
            .skip_while(|word| word.as_exact() == Some("--"))
            .collect();
        match arguments
            .first()
            .map(|word| (word.as_exact(), arguments.len()))
        {
            Some((Some("-" | "" | "-l" | "-p"), _)) | None => {
                self.emit(words.to_vec(), Some("trap".into()), unsafe_names, start)
            }
            Some((Some(script), _)) => {
                // It runs at another time: nothing that is set now is known then.
                let script = script.to_string();
                let mark = self.shared.state.mark();
                self.shared.state.forget(|_| true);
                self.shared.state.perhaps_at(&[Place::Unknown]);
                let result = self.inner(&script, start, Some("trap"), |inner| inner.script());
                self.shared.state.undo(mark);
                result
            }
            Some((None, _)) => {
                self.opaque(
                    &super::display(words),
                    "`trap` runs a word that is not known",
                    start,
                );
                Ok(())
            }
        }
    }

    /// `-C` names a command that is run.
    fn callback(&mut self, arguments: &[Word], start: usize) -> Read<()> {
        let mut rest = arguments.iter();
        while let Some(word) = rest.next() {
            let script = match word.as_exact() {
                Some("-C") => rest.next().map(Word::as_exact),
                Some(option) if option.starts_with("-C") => Some(option.strip_prefix("-C")),
                Some(_) => continue,
                None => Some(None),
            };
            match script {
                Some(Some(script)) => {
                    let script = script.to_string();
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
    fn aliases(&mut self, arguments: &[Word], start: usize) -> Read<()> {
        for word in arguments {
            match word.as_exact() {
                Some(word) => {
                    if let Some((_, script)) = word.split_once('=') {
                        let script = script.to_string();
                        self.subshell(|reader| {
                            reader.inner(&script, start, Some("alias"), |inner| inner.script())
                        })?;
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

    fn declare(&mut self, arguments: &[Word], start: usize) -> Read<()> {
        let mut follows = true;
        for word in arguments {
            match &word.text {
                Text::Exact(text) if text.starts_with('-') || text.starts_with('+') => {
                    // A reference to another name, or arithmetic: what is set from here on is not what is written.
                    if text.contains(['n', 'i', 'u', 'l', 'c']) {
                        self.shared.state.forget(|_| true);
                        follows = false;
                    }
                }
                Text::Exact(text) => {
                    let text = text.clone();
                    self.evaluated(&text, start)?;
                    let (name, value) = match text.split_once('=') {
                        Some((name, value)) => (name, Text::Exact(value.into())),
                        None => (text.as_str(), self.shared.state.variable(&text)),
                    };
                    let plain = name.strip_suffix('+').unwrap_or(name);
                    let value = if follows && plain.len() == name.len() {
                        value
                    } else {
                        Text::Unknown
                    };
                    let name = plain.split('[').next().unwrap_or(plain);
                    self.sets(name);
                    self.shared.state.assign(name, value);
                }
                Text::Begins(text) if text.contains('=') => {
                    let (name, begins) = text.split_once('=').unwrap_or((text, ""));
                    let (name, begins) = (name.to_string(), begins.to_string());
                    self.sets(&name);
                    self.shared.state.assign(
                        &name,
                        if begins.is_empty() {
                            Text::Unknown
                        } else {
                            Text::Begins(begins)
                        },
                    );
                }
                // Any name at all.
                _ => self.anything_may_be_set(),
            }
        }
        Ok(())
    }

    /// Notes what builtins such as `read` and `printf -v` set, and the subscripts they evaluate.
    fn set_by_name(&mut self, program: &str, arguments: &[Word], start: usize) -> Read<()> {
        if !SUBSCRIPTS.contains(&program) {
            return Ok(());
        }
        let sets = match program {
            "printf" | "test" | "[" | "wait" => arguments
                .iter()
                .any(|word| word.as_exact() == Some("-v") || word.as_exact() == Some("-p")),
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
                    let name = text.split(['[', '=']).next().unwrap_or_default();
                    let is_name = name.starts_with(|c: char| c == '_' || c.is_ascii_alphabetic())
                        && name.chars().all(|c| c == '_' || c.is_ascii_alphanumeric());
                    if is_name && !matches!(program, "test" | "[") {
                        self.forget(name);
                    }
                }
                _ => self.anything_may_be_set(),
            }
        }
        Ok(())
    }

    /// After a command that can set whatever it likes.
    fn anything_may_be_set(&mut self) {
        self.shared.state.undefine(|_| true);
        self.function_ran();
    }

    /// After the call of a function of the line.
    fn function_ran(&mut self) {
        self.shared.state.forget(|_| true);
        self.shared.state.perhaps_at(&[Place::Unknown]);
    }

    fn shell(
        &mut self,
        words: &[Word],
        input: &Input,
        unsafe_names: bool,
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
        while let Some(word) = rest.next() {
            match word.as_exact() {
                Some("--" | "-") => {
                    reads_stdin = rest.next().is_none();
                    break;
                }
                Some("--version" | "--help") => {
                    return self.emit(words.to_vec(), Some(program), unsafe_names, start);
                }
                Some("-o" | "+o" | "-O" | "+O" | "--rcfile" | "--init-file") => drop(rest.next()),
                Some(option) if option.starts_with("--") => {}
                Some(option) if option.starts_with('-') || option.starts_with('+') => {
                    if option.starts_with('-') && option.contains('c') {
                        // The script is the first word that is no option.
                        let next = rest.find(|word| word.text.is_option() != Fit::Yes);
                        script = Some(next.and_then(Word::as_exact).map(String::from));
                        break;
                    }
                    reads_stdin = reads_stdin || option.contains('s');
                }
                Some(_) => {
                    // A file, which the command's own words name.
                    reads_stdin = false;
                    break;
                }
                None => {
                    unsure = true;
                    break;
                }
            }
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
            Some(None) => self.unread_shell(words, start),
            None if unsure => self.unread_shell(words, start),
            None if !reads_stdin => {
                let text = super::display(words);
                self.opaque(&text, "it runs a file that nobody has read", start);
                Ok(())
            }
            None => match (&input.here_string, input.here_documents.last()) {
                (Some(Text::Exact(script)), _) => {
                    let script = script.clone();
                    self.subshell(|reader| {
                        reader.another_shell();
                        reader.inner(&script, start, Some(&program), |inner| inner.script())
                    })
                }
                (None, Some(last)) => {
                    if let Some(pending) = self.pending.get_mut(*last) {
                        pending.is_script = true;
                    }
                    Ok(())
                }
                _ => self.unread_shell(words, start),
            },
        }
    }

    /// What another shell starts with: of the variables only those that are exported, and no functions.
    pub(super) fn another_shell(&mut self) {
        self.shared.state.forget(|_| true);
        self.shared.state.undefine(|_| true);
    }

    /// A shell that runs what nobody can read.
    fn unread_shell(&mut self, words: &[Word], start: usize) -> Read<()> {
        self.opaque(
            &super::display(words),
            "a shell runs a script that is not known from the line",
            start,
        );
        Ok(())
    }

    fn change_directory(&mut self, program: &str, arguments: &[Word]) {
        match program {
            "popd" if arguments.is_empty() => self.shared.state.pop(),
            "pushd" if !arguments.is_empty() => {
                let places = self
                    .targets(arguments)
                    .unwrap_or_else(|| alloc::vec![Place::Unknown]);
                self.shared.state.push(&places);
            }
            "cd" => {
                let places = self
                    .targets(arguments)
                    .unwrap_or_else(|| alloc::vec![Place::Unknown]);
                self.shared.state.go(&places);
            }
            _ => self.shared.state.go(&[Place::Unknown]),
        }
    }

    /// Returns the places that `cd` with these arguments leads to; `None` when that is not known.
    fn targets(&self, arguments: &[Word]) -> Option<Vec<Place>> {
        // `CDPATH` sends a relative name elsewhere.
        if self.shared.state.is_set("CDPATH") {
            return None;
        }
        let mut operands = arguments
            .iter()
            .skip_while(|word| matches!(word.as_exact(), Some("-L" | "-P" | "-e" | "--")));
        let Some(target) = operands.next() else {
            return match self.shared.state.home() {
                Text::Exact(home) => Some(alloc::vec![Place::At(home.into())]),
                _ => None,
            };
        };
        if operands.next().is_some() {
            return None;
        }
        let named: Vec<&str> = match (&target.text, target.many) {
            (_, true) => return None,
            (Text::Exact(text), _) => alloc::vec![text],
            (Text::OneOf(texts), _) => texts.iter().map(String::as_str).collect(),
            _ => return None,
        };
        let mut places = Vec::new();
        for name in named {
            if name == "-" {
                places.extend(self.shared.state.places_before().iter().cloned());
                continue;
            }
            if name.is_empty() || name.starts_with('-') || name.starts_with('+') {
                return None;
            }
            for place in self.shared.state.places().iter() {
                let directory = match place {
                    Place::At(directory) => Some(&**directory),
                    _ => None,
                };
                places.push(match path::resolve_plain(name, directory) {
                    Ok(path) if path.len() <= LONGEST_PLACE => Place::At(path.into()),
                    _ => Place::Unknown,
                });
            }
        }
        Some(places)
    }
}

/// Where a command's standard input comes from.
struct Input {
    here_string: Option<Text>,
    here_documents: Vec<usize>,
}

/// Returns how many of the arguments of `command`, `builtin` or `exec` are its own options; `None` when it runs nothing
/// of them.
fn transparent(program: &str, arguments: &[Word]) -> Option<usize> {
    let mut skip = 0;
    while let Some(word) = arguments.get(skip) {
        let Some(text) = word.as_exact() else {
            return Some(skip);
        };
        match (program, text) {
            (_, "--") => return Some(skip + 1),
            ("command", option) if option.starts_with('-') && option.contains(['v', 'V']) => {
                return None;
            }
            ("exec", "-a") => skip += 2,
            ("command" | "exec", option) if option.len() > 1 && option.starts_with('-') => {
                skip += 1
            }
            _ => break,
        }
    }
    Some(skip)
}

/// The special builtins of POSIX that are not read further.
fn is_special(program: &str) -> bool {
    let special = [
        ":", "break", "continue", "exit", "export", "readonly", "return", "set", "shift", "times",
        "unset",
    ];
    special.contains(&program)
}

/// Whether what a builtin of this name does is followed, so that a function of the name changes what follows.
pub(super) fn is_followed(name: &str) -> bool {
    let other = [
        "cd", "pushd", "popd", "eval", "trap", "source", ".", "alias", "command", "builtin",
        "exec", "set", "shift",
    ];
    other.contains(&name) || DECLARE.contains(&name) || SUBSCRIPTS.contains(&name) || is_shell(name)
}

fn is_shell(program: &str) -> bool {
    let name = program.rsplit('/').next().unwrap_or(program);
    SHELLS.contains(&name)
}
