//! What a simple command does to the line: what it runs, what it sets, where it goes.

use alloc::string::String;
use alloc::vec::Vec;

use super::builtins::{DECLARE, is_followed, is_run, is_special};
use super::names::{ANY_NAME, Names};
use super::programs::call::Call;
use super::programs::effects::{Act, Effects, Inner, Touch, effects};
use super::programs::invocation::Invocation;
use super::reader::{Read, Reader};
use super::shells::is_shell;
use super::simple::Parts;
use super::state::Place;
use super::text::{Text, Word};
use super::{Command, Redirect, RedirectKind, Step, Touched, programs};
use crate::path;

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
                self.value_runs(&name, &value, start)?;
                self.sets(&name);
                self.shared.state.keep(&name, value);
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
        let set = self.shared.state.names();
        let input = Input {
            here_string,
            here_documents,
        };
        if !kept && prefixed {
            // The words are expanded already, so only the environment of the command sees them.
            self.shared.state.undo(mark);
            if words.first().and_then(Word::as_exact).is_some_and(is_shell) {
                return self.with_names(&set, |reader| {
                    reader.command_words(words, &input, &set, start, false)
                });
            }
        }
        self.command_words(words, &input, &set, start, false)?;
        names.iter().for_each(|name| self.forget(name));
        Ok(())
    }

    /// Sets a variable. Bash runs the values of some: prompts, and the files that a shell reads when it starts.
    fn set(&mut self, name: &str, value: Text, start: usize) -> Read<()> {
        self.value_runs(name, &value, start)?;
        self.sets(name);
        self.shared.state.assign(name, value);
        Ok(())
    }

    /// Reads what a shell runs of a variable's value.
    pub(super) fn value_runs(&mut self, name: &str, value: &Text, start: usize) -> Read<()> {
        match (name, value) {
            ("PS0" | "PS1" | "PS2" | "PS3" | "PS4", Text::Exact(text)) => {
                let text = text.clone();
                self.evaluated(&text, start)?;
                if text.contains('\\') {
                    // In a prompt more than a quoted character begins with one.
                    self.opaque(name, "a shell runs what this variable holds", start);
                }
            }
            (name, _) if is_run(name) => {
                self.opaque(name, "a shell runs what this variable holds", start);
            }
            // The shell writes what it was told into this file when it ends.
            ("HISTFILE", _) => self.shared.steps.push(Step::Redirect(Redirect {
                kind: RedirectKind::Write,
                target: Word {
                    text: value.clone(),
                    many: false,
                    loose: false,
                    written: name.into(),
                },
                of: None,
                places: self.shared.state.places(),
                start,
            })),
            _ => {}
        }
        Ok(())
    }

    /// Reads what sees names that are set, which nothing after it does.
    pub(super) fn with_names<T>(
        &mut self,
        names: &Names,
        read: impl FnOnce(&mut Self) -> Read<T>,
    ) -> Read<T> {
        let mark = self.shared.state.mark();
        for name in names.iter() {
            self.shared.state.assigned(name);
            if matches!(name, "HOME" | "PWD" | "OLDPWD" | "CDPATH") {
                // These are known otherwise, and are followed.
                self.shared.state.set(name, Text::Unknown);
            }
        }
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
                "eval"
                    | "source"
                    | "."
                    | "trap"
                    | "exec"
                    | "command"
                    | "builtin"
                    | "cd"
                    | "pushd"
                    | "popd"
            )
        })
    }

    /// Takes a command apart; `outside` where another program starts it, to which no builtin and no function means
    /// anything.
    pub(super) fn command_words(
        &mut self,
        mut words: Vec<Word>,
        input: &Input,
        names: &Names,
        start: usize,
        outside: bool,
    ) -> Read<()> {
        let before = self.via.len();
        let result = loop {
            let Some(program) = words.first().and_then(Word::as_exact).map(String::from) else {
                let why = "its program is not known from the line";
                self.opaque_command(&words, false, why, names, start);
                if !outside && words.first().is_some_and(may_be_builtin) {
                    self.anything_may_be_set();
                }
                break Ok(());
            };
            let arguments = words.get(1..).unwrap_or_default();
            match program.as_str() {
                "command" | "builtin" | "exec" => {
                    let Some(skip) = transparent(&program, arguments) else {
                        break self.emit(&words, names, start);
                    };
                    if skip >= arguments.len() {
                        // `exec` with nothing but redirects.
                        break Ok(());
                    }
                    self.via.push(program);
                    words.drain(..=skip);
                }
                "eval" => break self.eval(arguments, start),
                "trap" => break self.trap(&words, names, start),
                "alias" => {
                    self.aliases(arguments, start)?;
                    break self.emit(&words, names, start);
                }
                "cd" | "pushd" | "popd" => {
                    let emitted = self.emit(&words, names, start);
                    self.change_directory(&program, arguments);
                    break emitted;
                }
                "source" | "." => {
                    let why = "it runs a file that nobody has read";
                    self.opaque_command(&words, true, why, names, start);
                    let file = arguments.iter().find(|word| word.as_exact() != Some("--"));
                    self.reads(file, start);
                    self.anything_may_be_set();
                    break Ok(());
                }
                "mapfile" | "readarray" | "compgen" | "complete" => {
                    self.callback(arguments, start)?;
                    if matches!(program.as_str(), "compgen" | "complete") {
                        for text in arguments.iter().filter_map(Word::as_exact) {
                            self.evaluated(text, start)?;
                        }
                    }
                    self.set_by_name(&program, arguments, start)?;
                    break self.emit(&words, names, start);
                }
                // It makes one name run another program.
                "hash"
                    if arguments.iter().any(|word| {
                        word.as_exact()
                            .is_none_or(|word| word.starts_with('-') && word.contains('p'))
                    }) =>
                {
                    let why = "it makes a name run another program";
                    self.opaque_command(&words, true, why, names, start);
                    break Ok(());
                }
                name if DECLARE.contains(&name) => {
                    if matches!(name, "declare" | "typeset" | "local") {
                        self.evaluates();
                    }
                    self.declare(arguments, start)?;
                    break Ok(());
                }
                name if is_shell(name) => break self.shell(&words, input, names, start),
                name => {
                    let exports = |word: &Word| match word.as_exact() {
                        Some(word) => {
                            word.starts_with('-') && word.contains('a') || word == "allexport"
                        }
                        None => true,
                    };
                    if name == "set" && arguments.iter().any(exports) {
                        self.shared.state.assigned(ANY_NAME);
                    }
                    let rereads = |word: &Word| {
                        word.as_exact().is_some_and(|word| {
                            word.starts_with(['-', '+']) && word.contains(['k', 'B'])
                                || matches!(word, "keyword" | "braceexpand")
                        })
                    };
                    if name == "set" && arguments.iter().any(rereads) {
                        let why = "it changes what the words that follow are";
                        self.opaque_command(&words, true, why, names, start);
                    }
                    if name == "shopt" {
                        // It may change what fits a glob.
                        self.sets("IFS");
                    }
                    self.set_by_name(name, arguments, start)?;
                    // `command` and `exec` look for no function, nor does another program.
                    let calls = !outside && self.via.len() == before;
                    if calls && self.shared.state.is_function(name) {
                        if names.is_unsafe()
                            || (!self.shared.moves && self.shared.state.has_moved())
                        {
                            // Its body was read without these names, or in another place.
                            let emitted = self.emit(&words, names, start);
                            self.function_ran();
                            break emitted;
                        }
                        // Its body was read where it is defined; what it sets and where it goes is not followed.
                        self.function_ran();
                        break Ok(());
                    }
                    break self.program(words, input, names, start);
                }
            }
        };
        self.via.truncate(before);
        result
    }

    /// Adds a program, and what it runs.
    fn program(
        &mut self,
        words: Vec<Word>,
        input: &Input,
        names: &Names,
        start: usize,
    ) -> Read<()> {
        let around = self.shared.around;
        let invocation = Invocation::read(around.programs, &words);
        let mut effects = effects(&invocation, &words);
        if let Some(again) = effects.again.take() {
            // A word that held several: they are read as if they had been written.
            self.spend(again.len())?;
            return self.nested(|reader| reader.command_words(again, input, names, start, true));
        }
        let mark = self.shared.state.mark();
        for directory in &effects.directories {
            let places = self.places_of(directory);
            self.shared.state.go(&places);
        }
        let entry = invocation.entry();
        let transparent =
            entry.is_some_and(|entry| entry.transparent) && !effects.inners.is_empty();
        let own = names.with(&effects.variables, false);
        let inner = names.with(&effects.assigns, effects.assigns_any);
        let of = if transparent {
            None
        } else {
            let call = Call::new(&invocation, &words, &effects);
            Some(self.push(&words, call, &effects, &own, start))
        };
        let touches = core::mem::take(&mut effects.touches);
        self.touches(touches, of, start);
        let result = self.inners(&words, &mut effects, input, &inner, start);
        if effects.assigns.iter().any(|name| is_run(name)) {
            let why = "a shell runs what this variable holds";
            self.opaque_command(&words, false, why, names, start);
        }
        if effects.unsure {
            let why = "which of its words is the command that it runs is not certain";
            self.opaque_command(&words, false, why, names, start);
        }
        self.shared.state.undo(mark);
        result
    }

    /// Adds what a program runs.
    fn inners(
        &mut self,
        words: &[Word],
        effects: &mut Effects,
        input: &Input,
        names: &Names,
        start: usize,
    ) -> Read<()> {
        let inners = core::mem::take(&mut effects.inners);
        if inners.is_empty() {
            return Ok(());
        }
        let program = words.first().and_then(Word::as_exact).unwrap_or_default();
        let before = self.via.len();
        self.via.push(program.into());
        let result = self.with_names(names, |reader| {
            for inner in inners {
                reader.subshell(|reader| match inner {
                    Inner::Words(words) => {
                        reader.spend(words.len())?;
                        reader.command_words(words, input, names, start, true)
                    }
                    Inner::Script(Text::Exact(script)) => {
                        reader.another_shell();
                        reader.inner(&script, start, None, |inner| inner.script())
                    }
                    Inner::Script(_) => {
                        let why = "it runs a script that is not known from the line";
                        reader.opaque_command(words, false, why, names, start);
                        Ok(())
                    }
                    Inner::Stdin => reader.shell_input(words, input, None, names, start),
                })?;
            }
            Ok(())
        });
        self.via.truncate(before);
        result
    }

    /// Adds a command of which nothing more is known than its words.
    pub(super) fn emit(&mut self, words: &[Word], names: &Names, start: usize) -> Read<()> {
        let invocation = Invocation::read(self.shared.around.programs, words);
        let effects = effects(&invocation, words);
        let call = Call::new(&invocation, words, &effects);
        let of = self.push(words, call, &effects, names, start);
        self.touches(effects.touches, Some(of), start);
        Ok(())
    }

    /// Adds a command and returns its position.
    fn push(
        &mut self,
        words: &[Word],
        call: Call,
        effects: &Effects,
        names: &Names,
        start: usize,
    ) -> usize {
        let command = Command {
            words: Some(words.to_vec()),
            call: Some(call),
            text: super::display(words),
            places: self.shared.state.places(),
            names: names.clone(),
            via: self.via.clone(),
            neutral: self.is_neutral(words, effects),
            opaque: None,
            anything: false,
            pipes: Vec::new(),
            start,
        };
        self.shared.steps.push(Step::Command(command));
        self.shared.steps.len() - 1
    }

    /// Adds a command that may run anything. `named` where its program is known all the same.
    pub(super) fn opaque_command(
        &mut self,
        words: &[Word],
        named: bool,
        why: &'static str,
        names: &Names,
        start: usize,
    ) {
        let call = named.then(|| programs::call::call(self.shared.around.programs, words));
        let command = Command {
            words: named.then(|| words.to_vec()),
            call,
            text: super::display(words),
            places: self.shared.state.places(),
            names: names.clone(),
            via: self.via.clone(),
            neutral: false,
            opaque: Some(why),
            anything: named || self.may_be_script(words),
            pipes: Vec::new(),
            start,
        };
        self.shared.steps.push(Step::Command(command));
        if !named {
            // What looks like a path may be anything to it.
            let of = self.shared.steps.len() - 1;
            let unknown = Invocation::read(self.shared.around.programs, &[]);
            self.touches(effects(&unknown, words).touches, Some(of), start);
        }
    }

    /// Whether the words of an opaque command may be script, or a program with the files that it writes: all but those of which
    /// the program alone is unknown, because it is a variable of the environment, and the rest are bare words such as `push`.
    fn may_be_script(&self, words: &[Word]) -> bool {
        let bare = |word: &Word| {
            let is_bare = |c: char| c.is_alphanumeric() || matches!(c, '-' | '_');
            word.as_exact()
                .is_some_and(|word| word.chars().all(is_bare))
        };
        let Some((program, rest)) = words.split_first() else {
            return true;
        };
        let name = program.written.trim_matches(['$', '{', '}', '"']);
        let from_outside = program.written.contains('$')
            && name.starts_with(|c: char| c == '_' || c.is_ascii_alphabetic())
            && name.chars().all(|c| c == '_' || c.is_ascii_alphanumeric())
            && !self.shared.state.is_set(name);
        !from_outside || !rest.iter().all(bare)
    }

    /// Adds a file that is read.
    pub(super) fn reads(&mut self, file: Option<&Word>, start: usize) {
        let of = self.shared.steps.len().checked_sub(1);
        let touch = file.map(|file| Touch {
            act: Act::Read,
            tree: false,
            names: alloc::vec![file.text.clone()],
            base: None,
            written: file.written.clone(),
        });
        self.touches(touch.into_iter().collect(), of, start);
    }

    fn touches(&mut self, touches: Vec<Touch>, of: Option<usize>, start: usize) {
        for touch in touches {
            let here = self.shared.state.places();
            let places = match &touch.base {
                None => here,
                // Both count: which of the words it holds for is not told apart.
                Some(base) => {
                    let there = self.places_of(base);
                    here.iter().cloned().chain(there).collect()
                }
            };
            self.shared.steps.push(Step::Touch(Touched {
                touch,
                of,
                places,
                via: self.via.clone(),
                start,
            }));
        }
    }

    fn is_neutral(&self, words: &[Word], effects: &Effects) -> bool {
        let program = words.first().and_then(Word::as_exact).unwrap_or_default();
        if program == "cd" {
            return match self.shared.around.anchors.base() {
                Some(base) => self
                    .targets(words.get(1..).unwrap_or_default())
                    .is_some_and(|places| {
                        places.iter().all(
                            |place| matches!(place, Place::At(to) if path::is_within(to, &base)),
                        )
                    }),
                None => false,
            };
        }
        let Some(entry) = self.shared.around.programs.get(program) else {
            return false;
        };
        // `printf -v` and `test -v` set or evaluate; what they name is looked at where they run.
        let unsure = || Invocation::read(self.shared.around.programs, words).doubt;
        entry.neutral
            && !program.contains('/')
            && effects.touches.is_empty()
            && effects.named.is_empty()
            && (entry.options.is_empty() || !unsure())
    }
}

/// Where a command's standard input comes from.
pub(super) struct Input {
    pub(super) here_string: Option<Text>,
    pub(super) here_documents: Vec<usize>,
}

/// Whether a program that is not known may be a builtin, which sets and moves: one of no path, and not one of several known
/// names of programs.
fn may_be_builtin(word: &Word) -> bool {
    match &word.text {
        Text::OneOf(names) => names.iter().any(|name| is_followed(name)),
        text => !text.beginning().is_some_and(|text| text.contains('/')),
    }
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
            ("exec", option) if option.starts_with('-') && option.ends_with('a') => skip += 2,
            ("command" | "exec", option) if option.len() > 1 && option.starts_with('-') => {
                skip += 1
            }
            _ => break,
        }
    }
    Some(skip)
}
