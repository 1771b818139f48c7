//! What a simple command does to the line: what it runs, what it sets, where it goes.

use alloc::borrow::Cow;
use alloc::sync::Arc;
use alloc::vec::Vec;

use compact_str::CompactString;

use super::builtins::{DECLARE, is_followed, is_special};
use super::names::{ANY_NAME, Names};
use super::programs::Held;
use super::programs::call::Call;
use super::programs::effects::{Act, Effects, Inner, Mention, Name, Spelt};
use super::programs::invocation::Invocation;
use super::reader::{Fault, MOST_DEPTH, Read, Reader};
use super::shells::is_shell;
use super::simple::Parts;
use super::state::Place;
use super::text::{Text, Word};
use super::{Command, Redirect, RedirectKind, Step, Touched, programs};
use crate::path;

impl Reader<'_, '_, '_> {
    /// Takes a simple command apart further and adds what it runs.
    pub(super) fn run(&mut self, parts: Parts<'_>, start: usize) -> Read<()> {
        let Parts {
            words,
            assignments,
            here_string,
            here_documents,
            ..
        } = parts;
        if words.is_empty() {
            for (name, value) in assignments {
                self.runs_value(name, &value, start)?;
                self.sets(name);
                self.shared.state.keep(name, value);
            }
            return Ok(());
        }
        // Assignments before a command reach it, and only it.
        let mark = self.shared.state.mark();
        let prefixed = !assignments.is_empty();
        let kept = prefixed && self.keeps_assignments(&words);
        // Shells differ in whether such a builtin's assignments are there afterwards.
        let special = || {
            let program = words.first().and_then(Word::as_exact);
            program.is_some_and(is_special)
        };
        let stay = prefixed && (kept || special());
        let mut names = Vec::new();
        for (name, value) in assignments {
            self.set(name, value, start)?;
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
        for name in &names {
            self.shared.state.assign(name, Text::Unknown);
        }
        Ok(())
    }

    /// Sets a variable.
    fn set(&mut self, name: &str, value: Text, start: usize) -> Read<()> {
        self.runs_value(name, &value, start)?;
        self.sets(name);
        self.shared.state.assign(name, value);
        Ok(())
    }

    /// Adds what runs because a variable has this value.
    pub(super) fn runs_value(&mut self, name: &str, value: &Text, start: usize) -> Read<()> {
        match (programs::held_by(name), value) {
            // The shell writes what it was told into this file when it ends.
            (Held::Nothing, _) if name == "HISTFILE" => {
                let places = self.shared.state.places();
                self.shared.steps.push(Step::Redirect(Redirect {
                    kind: RedirectKind::Write,
                    target: Word::new(value.clone(), false, false, name),
                    of: None,
                    places,
                    start,
                }));
            }
            (Held::Nothing, _) => {}
            (Held::Prompt, Text::Exact(text)) => {
                self.evaluated(text, start)?;
                if text.contains('\\') {
                    // In a prompt more than a quoted character begins with one.
                    self.opaque(name, "a shell runs what this variable holds", start);
                }
            }
            (Held::Prompt | Held::Source, _) => {
                self.opaque(name, "a shell runs what this variable holds", start);
            }
            (Held::Script, Text::Exact(script)) => {
                self.via.push(name.into());
                let read = self.subshell(|reader| {
                    reader.another_shell();
                    reader.inner(script, start, None, |inner| inner.script())
                });
                self.via.pop();
                read?;
            }
            (Held::Script, _) => {
                self.opaque(name, "other programs run what this variable holds", start);
                self.only_tightens();
            }
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
        let result = self.skip_transparent(&words).and_then(|skip| {
            words.drain(..skip);
            // `command` and `exec` look for no function, nor does another program.
            let calls = !outside && self.via.len() == before;
            self.program_words(words, input, names, start, (calls, outside))
        });
        self.via.truncate(before);
        result
    }

    /// Returns how many words `command`, `builtin` and `exec` in front take, and notes that they run the rest.
    fn skip_transparent(&mut self, words: &[Word]) -> Read<usize> {
        let mut at = 0;
        loop {
            let rest = words.get(at..).unwrap_or_default();
            let program = rest.first().and_then(Word::as_exact).unwrap_or_default();
            if !matches!(program, "command" | "builtin" | "exec") {
                return Ok(at);
            }
            let arguments = rest.get(1..).unwrap_or_default();
            match transparent(program, arguments) {
                Some(skip) if skip < arguments.len() => at += skip + 1,
                _ => return Ok(at),
            }
            if self.via.len() >= MOST_DEPTH {
                return Err(Fault::TooDeep);
            }
            self.via.push(program.into());
        }
    }

    /// Does what [`Reader::command_words`] does, `command` and its like taken; `calls` where a function of the line would
    /// be called, `outside` where another program starts it.
    fn program_words(
        &mut self,
        words: Vec<Word>,
        input: &Input,
        names: &Names,
        start: usize,
        (calls, outside): (bool, bool),
    ) -> Read<()> {
        let Some(program) = words
            .first()
            .and_then(Word::as_exact)
            .map(CompactString::from)
        else {
            let why = "its program is not known from the line";
            self.opaque_command(&words, false, why, names, start);
            if !outside && words.first().is_some_and(may_be_builtin) {
                self.anything_may_be_set();
            }
            return Ok(());
        };
        let function = calls && self.shared.state.is_function(&program);
        if calls && !function && self.shared.state.may_be_function(&program) {
            // Its body was read where it is defined, if it is: what it sets and where it goes is not followed.
            let run = self.program_words(words, input, names, start, (false, outside));
            self.function_ran();
            return run;
        }
        let words = Arc::new(words);
        if !function && !super::plain::may_be_followed(&program) {
            return self.program(&words, input, names, start);
        }
        let arguments = words.get(1..).unwrap_or_default();
        match program.as_str() {
            "command" | "builtin" | "exec" => {
                if transparent(&program, arguments).is_some() {
                    // `exec` with nothing but redirects.
                    return Ok(());
                }
                self.emit(&words, names, start)
            }
            "eval" => self.eval(arguments, start),
            "trap" => self.trap(&words, names, start),
            "alias" => {
                self.aliases(arguments, start)?;
                self.emit(&words, names, start)
            }
            "cd" | "pushd" | "popd" => {
                let emitted = self.emit(&words, names, start);
                self.change_directory(&program, arguments);
                emitted
            }
            "source" | "." => {
                let why = "it runs a file that nobody has read";
                self.opaque_command(&words, true, why, names, start);
                let file = arguments.iter().find(|word| word.as_exact() != Some("--"));
                self.reads(file, start);
                self.anything_may_be_set();
                Ok(())
            }
            "mapfile" | "readarray" | "compgen" | "complete" => {
                self.callback(arguments, start)?;
                if matches!(program.as_str(), "compgen" | "complete") {
                    for text in arguments.iter().filter_map(Word::as_exact) {
                        self.evaluated(text, start)?;
                    }
                }
                self.set_by_name(&program, arguments, start)?;
                self.emit(&words, names, start)
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
                Ok(())
            }
            name if DECLARE.contains(&name) => {
                if matches!(name, "declare" | "typeset" | "local") {
                    self.evaluates();
                }
                self.declare(name, arguments, start)?;
                Ok(())
            }
            name if is_shell(name) => self.shell(&words, input, names, start),
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
                if function {
                    let elsewhere = !self.shared.moves && self.shared.state.has_moved();
                    self.shared.late.moves |= elsewhere;
                    if names.is_unsafe() || elsewhere {
                        // Its body was read without these names, or in another place.
                        let emitted = self.emit(&words, names, start);
                        self.function_ran();
                        return emitted;
                    }
                    // Its body was read where it is defined; what it sets and where it goes is not followed.
                    self.function_ran();
                    return Ok(());
                }
                self.program(&words, input, names, start)
            }
        }
    }

    /// Adds a program, and what it runs.
    fn program(
        &mut self,
        words: &Arc<Vec<Word>>,
        input: &Input,
        names: &Names,
        start: usize,
    ) -> Read<()> {
        let mut room = self.take_apart(words);
        let (invocation, effects) = &mut *room;
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
            Some(self.push(words, invocation, effects, &own, start))
        };
        self.touches(&mut effects.touches, words, of, start);
        let result = self.inners(words, effects, input, &inner, start);
        if effects.hidden {
            let why = "its code runs something that is not known from the line";
            self.opaque_command(words, false, why, names, start);
            self.only_tightens();
        }
        if effects.unsure {
            let why = "which of its words is the command that it runs is not certain";
            self.opaque_command(words, false, why, names, start);
        }
        self.shared.state.undo(mark);
        self.shared.room.push(room);
        result
    }

    /// Adds what a program runs.
    fn inners(
        &mut self,
        words: &Arc<Vec<Word>>,
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
    pub(super) fn emit(&mut self, words: &Arc<Vec<Word>>, names: &Names, start: usize) -> Read<()> {
        let mut room = self.take_apart(words);
        let (invocation, effects) = &mut *room;
        let of = self.push(words, invocation, effects, names, start);
        self.touches(&mut effects.touches, words, Some(of), start);
        self.shared.room.push(room);
        Ok(())
    }

    /// Adds a command and returns its position.
    fn push(
        &mut self,
        words: &Arc<Vec<Word>>,
        invocation: &Invocation<'_>,
        effects: &Effects,
        names: &Names,
        start: usize,
    ) -> usize {
        let command = Command {
            words: Some(Arc::clone(words)),
            call: Some(Arc::new(Call::new(invocation, words, effects))),
            text: None,
            places: self.shared.state.places(),
            names: names.clone(),
            via: self.via.clone(),
            neutral: self.is_neutral(words, invocation, effects),
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
            words: named.then(|| Arc::new(words.to_vec())),
            call: call.map(Arc::new),
            text: (!named).then(|| super::display(words)),
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
            let mut effects = Effects::of(&unknown, words);
            self.touches(&mut effects.touches, words, Some(of), start);
        }
    }

    /// Nothing need allow the command that was added last: its program's rule says what it may run, but denies look at it.
    fn only_tightens(&mut self) {
        let steps = self.shared.steps.iter_mut().rev();
        let last = steps.filter_map(|step| match step {
            Step::Command(command) => Some(command),
            _ => None,
        });
        for command in last.take(1) {
            command.neutral = true;
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
        let name = program.written().trim_matches(['$', '{', '}', '"']);
        let from_outside = program.written().contains('$')
            && name.starts_with(|c: char| c == '_' || c.is_ascii_alphabetic())
            && name.chars().all(|c| c == '_' || c.is_ascii_alphanumeric())
            && !self.shared.state.is_set(name);
        !from_outside || !rest.iter().all(bare)
    }

    /// Adds a file that is read.
    pub(super) fn reads(&mut self, file: Option<&Word>, start: usize) {
        let of = self.shared.steps.len().checked_sub(1);
        let Some(file) = file else {
            return;
        };
        let mention = Mention {
            act: Act::Read,
            tree: false,
            name: Name::Word(0),
            more: Vec::new(),
            base: None,
            written: Spelt::Text(Cow::Owned(file.written().into())),
        };
        let words = core::slice::from_ref(file);
        self.touches(&mut alloc::vec![mention], words, of, start);
    }

    fn touches(
        &mut self,
        touches: &mut Vec<Mention>,
        words: &[Word],
        of: Option<usize>,
        start: usize,
    ) {
        for touch in touches.drain(..) {
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
                touch: touch.touch(words),
                of,
                places,
                via: self.via.clone(),
                start,
            }));
        }
    }

    fn is_neutral(&self, words: &[Word], invocation: &Invocation<'_>, effects: &Effects) -> bool {
        let program = words.first().and_then(Word::as_exact).unwrap_or_default();
        if program == "cd" {
            return match self.shared.around.anchors.base() {
                Some(base) => self
                    .targets(words.get(1..).unwrap_or_default())
                    .is_some_and(|places| {
                        places.iter().all(
                            |place| matches!(place, Place::At(to) if path::is_within(&path::normalize(to), &base)),
                        )
                    }),
                None => false,
            };
        }
        let Some(entry) = invocation.entries.first() else {
            return false;
        };
        // `printf -v` and `test -v` set or evaluate; what they name is looked at where they run.
        entry.neutral
            && !program.contains('/')
            && effects.touches.is_empty()
            && effects.named.is_empty()
            && (entry.options.is_empty() || !invocation.doubt)
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
