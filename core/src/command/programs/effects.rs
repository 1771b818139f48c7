//! What a command does because of its words: what it runs, reads, writes, deletes and fetches.

use alloc::borrow::Cow;
use alloc::string::String;
use alloc::vec::Vec;

use compact_str::CompactString;

use super::entry::{Role, Str};
use super::invocation::{Flag, Invocation, Until, Value};
use crate::command::text::{Fit, Text, Word};
use crate::path::literally;

/// What is done to a path or URL.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Act {
    Read,
    Write,
    Delete,
    Fetch,
    /// Nobody knows.
    Any,
}

/// What a command names: one of its words, or a text that is made of one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Name {
    /// By its place among the words.
    Word(usize),
    Made(Text),
}

impl Name {
    pub(super) fn exact(text: impl Into<CompactString>) -> Self {
        Self::Made(Text::Exact(text.into()))
    }

    /// Returns what is known of it.
    pub(crate) fn known<'w>(&'w self, words: &'w [Word]) -> &'w Text {
        const UNKNOWN: &Text = &Text::Unknown;
        match self {
            Self::Word(at) => words.get(*at).map_or(UNKNOWN, |word| &word.text),
            Self::Made(text) => text,
        }
    }

    /// As [`Name::known`], not borrowed.
    pub(super) fn text(self, words: &[Word]) -> Text {
        match self {
            Self::Made(text) => text,
            word => word.known(words).clone(),
        }
    }
}

/// How it is spelt: a word as it is known, else as it is written, or another text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Spelt {
    /// From so many bytes on, where the word is known.
    Word(Value),
    Text(Cow<'static, str>),
}

impl Spelt {
    /// A whole word.
    pub(crate) fn word(word: usize) -> Self {
        Self::Word(Value { word, from: 0 })
    }

    pub(crate) fn text<'w>(&'w self, words: &'w [Word]) -> &'w str {
        match self {
            Self::Word(value) => {
                let word = words.get(value.word);
                match word.and_then(Word::as_exact) {
                    Some(exact) => exact.get(value.from..).unwrap_or_default(),
                    None => word.map_or("", Word::written),
                }
            }
            Self::Text(text) => text,
        }
    }
}

/// A path or URL that a command names, as long as its words are at hand.
#[derive(Clone, Debug)]
pub(crate) struct Mention {
    pub(crate) act: Act,
    /// With everything below it.
    pub(crate) tree: bool,
    /// What it is called, most likely.
    pub(crate) name: Name,
    /// What else it may be called.
    pub(crate) more: Vec<Text>,
    /// The directory that it may be relative to as well.
    pub(crate) base: Option<Text>,
    /// As it is written.
    pub(crate) written: Spelt,
}

impl Mention {
    /// Returns it without the words that it stands in.
    pub(crate) fn touch(self, words: &[Word]) -> Touch {
        Touch {
            act: self.act,
            tree: self.tree,
            name: self.name.text(words),
            more: self.more,
            written: self.written.text(words).into(),
        }
    }
}

/// A path or URL that a command names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Touch {
    pub(crate) act: Act,
    /// With everything below it.
    pub(crate) tree: bool,
    /// What it is called, most likely.
    pub(crate) name: Text,
    /// What else it may be called.
    pub(crate) more: Vec<Text>,
    /// As it is written.
    pub(crate) written: String,
}

impl Touch {
    /// Returns everything that it may be called, the likeliest first.
    pub(crate) fn names(&self) -> impl Iterator<Item = &Text> + Clone {
        core::iter::once(&self.name).chain(&self.more)
    }
}

/// Something that a command runs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Inner {
    /// A command, word for word.
    Words(Vec<Word>),
    /// A script for a shell.
    Script(Text),
    /// A shell that reads its script from the standard input.
    Stdin,
}

/// Everything that a command does.
#[derive(Clone, Debug, Default)]
pub(crate) struct Effects {
    pub(crate) touches: Vec<Mention>,
    pub(crate) inners: Vec<Inner>,
    /// Names that an allow must name, as the table spells them.
    pub(crate) named: Vec<Str>,
    /// The directories it changes to, one after the other.
    pub(crate) directories: Vec<Text>,
    /// The names that it sets in the environment of what it runs.
    pub(crate) assigns: Vec<String>,
    /// The names that it sets for itself, as `make` does.
    pub(crate) variables: Vec<String>,
    /// Something may be set that is not known.
    pub(crate) assigns_any: bool,
    /// It is not certain what it runs.
    pub(crate) unsure: bool,
    /// Code that the line shows runs something that the line does not show.
    pub(crate) hidden: bool,
    /// The words instead of these, to be read again: a word that held several.
    pub(crate) again: Option<Vec<Word>>,
    /// The operands that are read so far.
    pub(super) sources: Vec<Name>,
    /// The operands that a search begins at.
    pub(super) roots: Vec<Name>,
}

/// The name under which an allow covers code that is no option: `"python -"`.
pub(crate) const CODE: &str = "-";

/// A command whose effects are being found.
pub(super) struct Doing<'i, 'p, 'w, 'o> {
    pub(super) invocation: &'i Invocation<'p>,
    pub(super) words: &'w [Word],
    pub(super) out: &'o mut Effects,
    pub(super) base: Option<Text>,
    pub(super) placeholder: Option<String>,
}

impl Effects {
    /// Returns what a command does.
    pub(crate) fn of(invocation: &Invocation<'_>, words: &[Word]) -> Self {
        let mut effects = Self::default();
        effects.refill(invocation, words);
        effects
    }

    /// Makes this what [`Effects::of`] returns; it keeps its room.
    pub(crate) fn refill(&mut self, invocation: &Invocation<'_>, words: &[Word]) {
        self.clear();
        let mut doing = Doing {
            invocation,
            words,
            out: self,
            base: None,
            placeholder: None,
        };
        if invocation.entries.is_empty() {
            doing.unknown_program();
            return;
        }
        let into = doing.options(false);
        doing.operands();
        if into {
            doing.options(true);
        }
        doing.spilled();
        doing.doubtful();
        doing.rest();
        doing.commands();
        doing.input();
    }

    fn clear(&mut self) {
        self.touches.clear();
        self.inners.clear();
        self.named.clear();
        self.directories.clear();
        self.assigns.clear();
        self.variables.clear();
        (self.assigns_any, self.unsure, self.hidden) = (false, false, false);
        self.again = None;
        self.sources.clear();
        self.roots.clear();
    }

    /// Whether all it does is to read, write, delete and fetch.
    pub(crate) fn is_only_touching(&self) -> bool {
        let sets = !self.assigns.is_empty() || !self.variables.is_empty() || self.assigns_any;
        let runs = !self.inners.is_empty() || self.again.is_some() || self.unsure || self.hidden;
        !sets && !runs && self.directories.is_empty()
    }
}

impl Doing<'_, '_, '_, '_> {
    /// The words of a program that nobody knows that look like a path or URL.
    fn unknown_program(&mut self) {
        for (at, word) in self.words.iter().enumerate().skip(1) {
            self.any(Name::Word(at), Spelt::word(at));
            if let Some(text) = word.beginning()
                && let Some((_, value)) = text.split_once('=')
            {
                let from = text.len() - value.len();
                let behind = Name::Made(word.text.clone().without(from));
                let written = match word.as_exact() {
                    Some(_) => Spelt::Word(Value { word: at, from }),
                    None => Spelt::Text(Cow::Owned(value.into())),
                };
                self.any(behind, written);
            }
        }
    }

    /// The options: first those whose values stand for themselves, and when the operands are read those into which they go.
    /// Returns whether there are such.
    fn options(&mut self, into: bool) -> bool {
        let mut others = false;
        for used in &self.invocation.uses {
            let opt = used.opt.map(|opt| self.invocation.option(opt));
            if opt.is_some_and(|opt| opt.role == Role::Into) != into {
                others = true;
                continue;
            }
            match opt {
                Some(opt) => {
                    if opt.named
                        && let Some(name) = opt.names.first()
                    {
                        self.out.named.push(name.clone());
                    }
                    if let (Some(value), false) = (used.value, opt.role == Role::Until) {
                        self.role(opt.role, value.name(self.words), Spelt::Word(value));
                    }
                }
                // `--name=/a/path`: nobody knows what becomes of it.
                None => {
                    if let Flag::Long { word, bytes } = used.flag {
                        let value = Value {
                            word,
                            from: bytes + 1,
                        };
                        let written = match used.value {
                            Some(value) => Spelt::Word(value),
                            None => Spelt::Text(Cow::Borrowed("")),
                        };
                        self.any(value.name(self.words), written);
                    }
                }
            }
        }
        others
    }

    /// A value that may become several words: those after the first are operands.
    fn spilled(&mut self) {
        let words = self.words;
        for used in &self.invocation.uses {
            let Some(at) = used.value.filter(|value| value.from == 0) else {
                continue;
            };
            let at = at.word;
            let Some(word) = words.get(at) else {
                continue;
            };
            if !word.many || used.opt.is_some_and(|opt| opt.role == Role::Until) {
                continue;
            }
            // What is read by words that nobody knows counts where they stand as operands.
            let glob = matches!(word.text, Text::Glob(_));
            for operand in self.invocation.operand_roles() {
                if !operand.role.runs_inner() && (glob || operand.role.changes()) {
                    self.role(operand.role, Name::Word(at), Spelt::word(at));
                }
            }
        }
    }

    /// Where a word may be an option that nobody knows, a word that follows may be the value of one that changes files.
    fn doubtful(&mut self) {
        let invocation = self.invocation;
        let Some(from) = invocation.loose.filter(|_| invocation.doubt) else {
            return;
        };
        let variants = invocation
            .entries
            .iter()
            .flat_map(|entry| entry.variants.iter());
        let otherwise = variants.flat_map(|variant| {
            let operands = variant.operands.as_deref().unwrap_or_default();
            let operands = operands.iter().map(|operand| operand.role);
            operands.chain(variant.options.iter().map(|opt| opt.role))
        });
        let options = invocation.options().map(|opt| opt.role);
        if !options.chain(otherwise).any(Role::changes) {
            return;
        }
        // A word without a dash that is an option, such as `of=x`, is one where nothing else can stand.
        let keyed = |opt: &super::entry::Opt| {
            opt.role.changes() && opt.names.iter().any(|name| name.ends_with('='))
        };
        let keyed = invocation.options().any(keyed);
        for at in invocation.operands.iter().skip(from) {
            let Some(word) = self.words.get(*at) else {
                continue;
            };
            if keyed {
                self.touch(Act::Write, false, Name::Word(*at), Spelt::word(*at));
            } else if matches!(word.text, Text::Exact(_) | Text::OneOf(_)) {
                self.touch(Act::Any, false, Name::Word(*at), Spelt::word(*at));
            }
        }
    }

    fn operands(&mut self) {
        let invocation = self.invocation;
        let roles = invocation.operand_roles();
        let operands = invocation
            .operands
            .get(invocation.subs..)
            .unwrap_or_default();
        let skip = usize::from(invocation.has_instead());
        let count = operands.len() + skip;
        for (at, index) in operands.iter().enumerate() {
            let Some(word) = self.words.get(*index) else {
                continue;
            };
            let role = Invocation::role(roles, at + skip, count);
            let (name, written) = (|| Name::Word(*index), || Spelt::word(*index));
            self.role(role.unwrap_or(Role::Plain), name(), written());
            let is = |at: usize, role| roles.get(at).is_some_and(|operand| operand.role == role);
            let first = || self.words.get(*operands.first()?)?.as_exact();
            if at == 1 && is(0, Role::Sed) && is(1, Role::Beside) && first() == Some("") {
                // To the sed of BSD the empty word is the suffix of `-i`, and this one the script.
                self.role(Role::Sed, name(), written());
            }
            // Of several words any may be the last.
            if word.many && at + 1 == operands.len() {
                let star = roles.iter().position(|operand| operand.many);
                let behind = roles.get(star.unwrap_or(at + skip)..).unwrap_or_default();
                for operand in behind.iter().filter(|operand| Some(operand.role) != role) {
                    if !operand.role.runs_inner() {
                        self.role(operand.role, name(), written());
                    }
                }
            }
        }
        let prefix = (roles.iter()).position(|operand| operand.role == Role::Prefix);
        if prefix.is_some_and(|at| count <= at) {
            let written = Spelt::Text(Cow::Borrowed("x"));
            self.role(Role::Prefix, Name::exact("x"), written);
        }
        let none = operands.is_empty() && invocation.rest.is_none();
        let mut otherwise = invocation
            .entry()
            .and_then(|entry| entry.otherwise.as_deref());
        for variant in invocation.variants() {
            otherwise = variant.otherwise.as_deref().or(otherwise);
        }
        let informs = || {
            let mut options = invocation.uses.iter().filter_map(|used| used.opt);
            options.any(|opt| opt.informs)
        };
        // A pattern that stands in front is no file yet.
        let wanted = roles
            .iter()
            .take_while(|operand| operand.role == Role::Plain && !operand.many)
            .count()
            .saturating_sub(skip);
        if let Some(text) = otherwise
            && !informs()
            && (none || operands.len() == wanted)
            && let Some(operand) = roles.get(wanted + skip).or(roles.last())
        {
            let written = Spelt::Text(Cow::Owned(text.into()));
            self.role(operand.role, Name::exact(text), written);
        }
    }

    /// What stands behind the operands: a command, or the words of a script.
    fn rest(&mut self) {
        let Some((at, role)) = self.invocation.rest else {
            return;
        };
        let words = self.words.get(at..).unwrap_or_default();
        let appends = self.appends();
        match role {
            Role::Script => self.script(words, appends),
            Role::Command | Role::Until if !words.is_empty() => {
                let mut words = self.replace(words);
                let unchanged = words.as_slice() == self.words.get(at..).unwrap_or_default();
                if appends && (unchanged || self.placeholder.is_none()) {
                    words.push(Word::more());
                }
                self.out.inners.push(Inner::Words(words));
            }
            role => {
                for at in at..self.words.len() {
                    self.role(role, Name::Word(at), Spelt::word(at));
                }
            }
        }
        // An option that is not listed could take the next word as its value: then the command begins one later.
        if self.invocation.unlisted && role == Role::Command {
            self.out.unsure = true;
            if let Some(later) = words.get(1..).filter(|later| !later.is_empty()) {
                self.out.inners.push(Inner::Words(later.to_vec()));
            }
        }
        self.out.unsure |= self.invocation.doubt || self.invocation.loose.is_some();
    }

    fn appends(&self) -> bool {
        self.invocation.entries.iter().any(|entry| entry.appends)
    }

    /// Joins words to a script, as `ssh` and `watch` do.
    fn script(&mut self, words: &[Word], appends: bool) {
        let before: Vec<&Word> = words
            .iter()
            .take_while(|word| !word.as_exact().is_some_and(|text| text.starts_with(":::")))
            .collect();
        if appends && before.is_empty() {
            // Each input is a command line of its own.
            for word in words.iter().skip(1) {
                self.out.inners.push(Inner::Script(word.text.clone()));
            }
            return;
        }
        let mut text = Text::Exact(CompactString::default());
        for (at, word) in before.iter().enumerate() {
            if at > 0 {
                text = text.then(&Text::Exact(" ".into()));
            }
            text = text.then(if word.many {
                &Text::Unknown
            } else {
                &word.text
            });
        }
        if appends && let Text::Exact(script) = text {
            // What comes from elsewhere is what a shell does not know either.
            text = Text::Exact(match script.contains("{}") {
                true => script.replace("{}", "$1").into(),
                false => script + " \"$@\"",
            });
        }
        self.out.inners.push(Inner::Script(text));
    }

    /// The commands of options such as `-exec`.
    fn commands(&mut self) {
        for used in &self.invocation.uses {
            let until = used.opt.is_some_and(|opt| opt.role == Role::Until);
            let Some(value) = used.value.filter(|_| until) else {
                continue;
            };
            let words = self.words.get(value.word..).unwrap_or_default();
            let length = Until::read(words).length;
            let words: Vec<Word> = words.iter().take(length).cloned().collect();
            if words.is_empty() {
                continue;
            }
            let mut replaced = self.replace(&words);
            if self.appends() && replaced == words {
                replaced.push(Word::more());
            }
            self.out.inners.push(Inner::Words(replaced));
        }
    }

    /// Puts what nobody knows in the place of placeholders.
    fn replace(&self, words: &[Word]) -> Vec<Word> {
        let root = match self.out.roots.as_slice() {
            [root] => root.known(self.words).exact(),
            _ => None,
        };
        // What is found lies below where the search began.
        let found = root.map_or(Text::Unknown, |root| {
            Text::Glob((literally(root.trim_end_matches('/')) + "/**").into())
        });
        let mark = self.placeholder.as_deref();
        // `parallel` takes many, such as `{1}` and `{.}`.
        let roles = self.invocation.operand_roles();
        let braces = roles.iter().any(|operand| operand.role == Role::Script);
        let replace = |word: &Word| match word.as_exact() {
            Some("{}") if mark.is_none() && !self.appends() => {
                Word::in_place_of(word, found.clone(), true, true)
            }
            Some(text) => {
                let at = mark.map_or_else(
                    || text.find(if braces { "{" } else { "{}" }),
                    |mark| text.find(mark),
                );
                let marked = mark.is_some() || text.contains('}');
                match at.filter(|_| marked) {
                    Some(at) => {
                        let begins = Text::Exact(text.get(..at).unwrap_or_default().into());
                        Word::in_place_of(word, begins.then(&Text::Unknown), false, at == 0)
                    }
                    None => word.clone(),
                }
            }
            None => word.clone(),
        };
        words.iter().map(replace).collect()
    }

    /// A program that runs what it reads.
    fn input(&mut self) {
        let invocation = self.invocation;
        let entries = invocation.entries.iter().copied();
        let entries = || entries.clone().chain(invocation.variants());
        let shell = entries().any(|entry| entry.shell);
        if !shell && !entries().any(|entry| entry.stdin) {
            return;
        }
        let says = |used: &super::invocation::Use<'_>| {
            used.opt.is_some_and(|opt| {
                let says = matches!(opt.role, Role::Run | Role::Load | Role::Script | Role::Sql);
                opt.informs || opt.last || says
            })
        };
        let runs = !self.out.inners.is_empty() || invocation.rest.is_some();
        if runs || invocation.uses.iter().any(says) {
            return;
        }
        let operands = invocation
            .operands
            .get(invocation.subs..)
            .unwrap_or_default();
        let word = operands.first().and_then(|at| self.words.get(*at));
        if shell {
            self.out.inners.push(Inner::Stdin);
        } else if word.is_none_or(|word| word.text.is("-") != Fit::No) {
            self.out.named.push(Cow::Borrowed(CODE));
        }
    }
}
