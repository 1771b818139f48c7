//! What a command does because of its words: what it runs, reads, writes, deletes and fetches.

use alloc::borrow::Cow;
use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

use super::entry::{Role, Str};
use super::invocation::{Flag, Invocation, Until, Value, split_plain};
use super::locator::{is_path, url_in};
use super::snippet;
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

/// A path or URL that a command names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Touch {
    pub(crate) act: Act,
    /// With everything below it.
    pub(crate) tree: bool,
    /// What it may be called, the likeliest first.
    pub(crate) names: Vec<Text>,
    /// The directory that it may be relative to as well.
    pub(crate) base: Option<Text>,
    /// As it is written.
    pub(crate) written: String,
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
    pub(crate) touches: Vec<Touch>,
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
    /// The words instead of these, to be read again: a word that held several.
    pub(crate) again: Option<Vec<Word>>,
}

/// The name under which an allow covers code that is no option: `"python -"`.
pub(crate) const CODE: &str = "-";

/// So many operands are followed into the directory that they are put into.
const MOST_INTO: usize = 64;

struct Doing<'i, 'p, 'w> {
    invocation: &'i Invocation<'p>,
    words: &'w [Word],
    out: Effects,
    base: Option<Text>,
    /// The operands that are read so far.
    sources: Vec<Text>,
    /// The operands that a search begins at.
    roots: Vec<Text>,
    placeholder: Option<String>,
}

/// Returns what a command does.
pub(crate) fn effects(invocation: &Invocation<'_>, words: &[Word]) -> Effects {
    let mut doing = Doing {
        invocation,
        words,
        out: Effects::default(),
        base: None,
        sources: Vec::new(),
        roots: Vec::new(),
        placeholder: None,
    };
    if invocation.entries.is_empty() {
        doing.unknown_program();
        return doing.out;
    }
    doing.options(false);
    doing.operands();
    doing.options(true);
    doing.rest();
    doing.commands();
    doing.input();
    doing.out
}

impl Doing<'_, '_, '_> {
    /// The words of a program that nobody knows that look like a path or URL.
    fn unknown_program(&mut self) {
        for word in self.words.iter().skip(1) {
            self.any(&word.text, shown(word));
            if let Some(text) = word.beginning()
                && let Some((_, value)) = text.split_once('=')
            {
                let from = text.len() - value.len();
                self.any(&word.text.clone().without(from), value);
            }
        }
    }

    /// The options: first those whose values stand for themselves, and when the operands are read those into which they go.
    fn options(&mut self, into: bool) {
        let is_into = |used: &super::invocation::Use<'_>| {
            let role = used.opt.map(|opt| self.invocation.option(opt).role);
            role == Some(Role::Into)
        };
        for used in self
            .invocation
            .uses
            .iter()
            .filter(|used| is_into(used) == into)
        {
            let value = used.value.map(|value| value.text(self.words));
            let written = used
                .value
                .map(|value| self.written(value))
                .unwrap_or_default();
            match used.opt {
                Some(opt) => {
                    let opt = self.invocation.option(opt);
                    if opt.named
                        && let Some(name) = opt.names.first()
                    {
                        self.out.named.push(name.clone());
                    }
                    if let (Some(value), false) = (value, opt.role == Role::Until) {
                        self.role(opt.role, value, &written);
                    }
                }
                // `--name=/a/path`: nobody knows what becomes of it.
                None => {
                    if let Flag::Long { word, bytes } = used.flag {
                        let value = Value {
                            word,
                            from: bytes + 1,
                        };
                        self.any(&value.text(self.words), &written);
                    }
                }
            }
        }
    }

    fn written(&self, value: Value) -> String {
        let word = self.words.get(value.word);
        let written = word.map_or("", |word| word.written.as_str());
        match word.and_then(Word::as_exact) {
            Some(exact) => exact.get(value.from..).unwrap_or_default().into(),
            None => written.into(),
        }
    }

    fn operands(&mut self) {
        let invocation = self.invocation;
        let roles = invocation.operand_roles();
        let operands = invocation
            .operands
            .get(invocation.subs..)
            .unwrap_or_default();
        let instead = invocation
            .uses
            .iter()
            .any(|used| used.opt.is_some_and(|opt| invocation.option(opt).instead));
        let skip = usize::from(instead);
        let count = operands.len() + skip;
        for (at, index) in operands.iter().enumerate() {
            let Some(word) = self.words.get(*index) else {
                continue;
            };
            let role = Invocation::role(roles, at + skip, count);
            let written = shown(word).to_string();
            self.role(role.unwrap_or(Role::Plain), word.text.clone(), &written);
            // Of several words any may be the last.
            if word.many && at + 1 == operands.len() {
                let star = roles.iter().position(|operand| operand.many);
                let behind = roles.get(star.unwrap_or(at + skip)..).unwrap_or_default();
                for operand in behind.iter().filter(|operand| Some(operand.role) != role) {
                    if !operand.role.runs_inner() {
                        self.role(operand.role, word.text.clone(), &written);
                    }
                }
            }
        }
        let prefix = (roles.iter()).position(|operand| operand.role == Role::Prefix);
        if prefix.is_some_and(|at| count <= at) {
            self.role(Role::Prefix, Text::Exact("x".into()), "x");
        }
        let none = operands.is_empty() && invocation.rest.is_none();
        let mut otherwise = invocation
            .entry()
            .and_then(|entry| entry.otherwise.as_deref());
        for variant in invocation.variants() {
            otherwise = variant.otherwise.as_deref().or(otherwise);
        }
        let informs = invocation
            .uses
            .iter()
            .any(|used| used.opt.is_some_and(|opt| opt.informs));
        // A pattern that stands in front is no file yet.
        let wanted = roles
            .iter()
            .take_while(|operand| operand.role == Role::Plain && !operand.many)
            .count()
            .saturating_sub(skip);
        if let Some(text) = otherwise
            && !informs
            && (none || operands.len() == wanted)
            && let Some(operand) = roles.get(wanted + skip).or(roles.last())
        {
            self.role(operand.role, Text::Exact(text.into()), text);
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
                for word in words {
                    self.role(role, word.text.clone(), shown(word));
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
        let mut text = Text::Exact(String::new());
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
                true => script.replace("{}", "$1"),
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
        let found = match self.roots.as_slice() {
            // What is found lies below where the search began.
            [Text::Exact(root)] => Text::Glob(literally(root.trim_end_matches('/')) + "/**"),
            _ => Text::Unknown,
        };
        let mark = self.placeholder.as_deref();
        // `parallel` takes many, such as `{1}` and `{.}`.
        let roles = self.invocation.operand_roles();
        let braces = roles.iter().any(|operand| operand.role == Role::Script);
        let replace = |word: &Word| match word.as_exact() {
            Some("{}") if mark.is_none() && !self.appends() => Word {
                text: found.clone(),
                written: word.written.clone(),
                ..Word::more()
            },
            Some(text) => {
                let at = mark.map_or_else(
                    || text.find(if braces { "{" } else { "{}" }),
                    |mark| text.find(mark),
                );
                let marked = mark.is_some() || text.contains('}');
                match at.filter(|_| marked) {
                    Some(at) => Word {
                        text: Text::Exact(text.get(..at).unwrap_or_default().into())
                            .then(&Text::Unknown),
                        many: false,
                        loose: at == 0,
                        written: word.written.clone(),
                    },
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
        let flag = |test: &dyn Fn(&super::Entry) -> bool| {
            invocation.entries.iter().any(|entry| test(entry)) || invocation.variants().any(test)
        };
        let says = |used: &super::invocation::Use<'_>| {
            used.opt.is_some_and(|opt| {
                let says = matches!(opt.role, Role::Run | Role::Script | Role::Sql);
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
        if flag(&|entry| entry.shell) {
            self.out.inners.push(Inner::Stdin);
        } else if flag(&|entry| entry.stdin) && word.is_none_or(|word| word.text.is("-") != Fit::No)
        {
            self.out.named.push(Cow::Borrowed(CODE));
        }
    }

    fn touch(&mut self, act: Act, tree: bool, text: Text, written: &str) {
        self.out.touches.push(Touch {
            act,
            tree,
            names: alloc::vec![text],
            base: self.base.clone(),
            written: written.to_string(),
        });
    }

    /// Notes what becomes of a word.
    fn role(&mut self, role: Role, text: Text, written: &str) {
        // The standard input or output, and what `find` joins its tests with.
        let is_file = !matches!(role, Role::Awk | Role::Sed | Role::Script);
        if is_file && matches!(text.exact(), Some("-" | "!" | "(" | ")" | ",")) {
            return;
        }
        match role {
            Role::Plain | Role::Run | Role::Until | Role::Command => {}
            Role::Any => self.any(&text, written),
            Role::Read => {
                self.sources.push(text.clone());
                self.touch(Act::Read, false, text, written);
            }
            Role::ReadTree => {
                self.sources.push(text.clone());
                self.roots.push(text.clone());
                self.touch(Act::Read, true, text, written);
            }
            Role::Write => self.touch(Act::Write, false, text, written),
            Role::WriteTree => self.touch(Act::Write, true, text, written),
            // Files whose names begin with it.
            Role::Prefix | Role::Beside => {
                if role == Role::Beside {
                    self.touch(Act::Read, false, text.clone(), written);
                }
                // Without its last ending, or with one more.
                let shorter = text.exact().and_then(|text| Some(text.rsplit_once('.')?.0));
                let shorter = shorter.filter(|text| !text.is_empty() && !text.ends_with('/'));
                let mut names: Vec<Text> = alloc::vec![text.clone()];
                names.extend(shorter.map(|text| Text::Exact(text.into())));
                names.push(longer(&text));
                self.out.touches.push(Touch {
                    act: Act::Write,
                    tree: false,
                    names,
                    base: self.base.clone(),
                    written: written.to_string(),
                });
            }
            Role::Edit | Role::EditTree => {
                let tree = role == Role::EditTree;
                self.touch(Act::Read, tree, text.clone(), written);
                self.touch(Act::Write, tree, text, written);
            }
            Role::Delete => self.touch(Act::Delete, false, text, written),
            Role::DeleteTree => {
                self.roots.push(text.clone());
                self.touch(Act::Delete, true, text, written);
            }
            Role::Move => {
                self.sources.push(text.clone());
                self.touch(Act::Read, true, text.clone(), written);
                self.touch(Act::Delete, true, text, written);
            }
            Role::Into => self.into(text, written),
            Role::Fetch => {
                let text = match text {
                    Text::Exact(url) if !url.contains("://") => {
                        Text::Exact(format!("http://{url}"))
                    }
                    text => text,
                };
                self.touch(Act::Fetch, false, text, written);
            }
            Role::Source | Role::Target | Role::Package => self.place(role, text, written),
            Role::Data => self.data(&text, written),
            Role::Mount => self.mount(&text, written),
            Role::Script => self.out.inners.push(Inner::Script(text)),
            Role::Split => self.split(&text),
            Role::Replaced => {
                let mark = text.exact().filter(|mark| !mark.is_empty());
                self.placeholder = Some(mark.unwrap_or("{}").into());
                self.out.unsure |= text.exact().is_none();
            }
            Role::Assign | Role::Variable => {
                let begins = text.beginning().filter(|text| text.contains('='));
                // `make NAME:=value`
                let name = begins.as_deref().and_then(|text| text.split('=').next());
                let name = name.map(|name| name.trim_end_matches([':', '+', '?', '!']).into());
                let known = text.exact().is_some();
                match (name, role) {
                    (Some(name), Role::Assign) => self.out.assigns.push(name),
                    (Some(name), _) => self.out.variables.push(name),
                    (None, _) => self.out.assigns_any |= !known,
                }
            }
            Role::Dir => self.out.directories.push(text),
            Role::Base => self.base = Some(text),
            Role::Awk | Role::Sed | Role::Sql => {
                let harmless = |text: &str| match role {
                    Role::Awk => snippet::awk_is_harmless(text),
                    Role::Sed => snippet::sed_is_harmless(text),
                    _ => snippet::sql_is_harmless(text),
                };
                if !text.exact().is_some_and(harmless) {
                    self.out.named.push(Cow::Borrowed(CODE));
                    if role != Role::Sql {
                        // It may read and write any file.
                        self.touch(Act::Any, false, Text::Unknown, written);
                    }
                }
            }
        }
    }

    /// What looks like a path or a URL, in a place of which nothing is known.
    fn any(&mut self, text: &Text, written: &str) {
        let texts: &[String] = match text {
            Text::OneOf(texts) => texts,
            Text::Exact(one) => core::slice::from_ref(one),
            Text::Begins(begins) if is_path(begins) => {
                return self.touch(Act::Any, false, text.clone(), written);
            }
            Text::Glob(glob) if is_path(glob) => {
                return self.touch(Act::Any, false, text.clone(), written);
            }
            _ => return,
        };
        for text in texts {
            if is_path(text) {
                self.touch(Act::Any, false, Text::Exact(text.clone()), written);
            } else if crate::path::has_scheme(text) {
                self.fetch(Act::Any, text.clone(), written);
            }
        }
    }

    fn fetch(&mut self, act: Act, url: String, written: &str) {
        self.out.touches.push(Touch {
            act,
            tree: false,
            names: alloc::vec![Text::Exact(url)],
            base: None,
            written: written.to_string(),
        });
    }

    /// A file, or a directory into which the operands before are put.
    fn into(&mut self, text: Text, written: &str) {
        let mut names = alloc::vec![text.clone()];
        let mut tree = self.sources.len() > MOST_INTO;
        for source in self.sources.iter().take(MOST_INTO) {
            let name = match source {
                Text::Exact(path) => path.trim_end_matches('/').rsplit('/').next(),
                _ => None,
            };
            match name {
                // All that is in it goes there.
                Some("" | "." | "..") => tree = true,
                Some(name) => {
                    names.push(text.clone().then(&Text::Exact(format!("/{name}"))));
                }
                None => names.push(
                    text.clone()
                        .then(&Text::Exact("/".into()))
                        .then(&Text::Unknown),
                ),
            }
        }
        let keeps = self.invocation.uses.iter().any(|used| {
            let opt = used.opt.map(|opt| self.invocation.option(opt));
            opt.is_some_and(|opt| {
                opt.is_called("-b") || opt.is_called("--backup") || opt.is_called("-S")
            })
        });
        if keeps {
            // What was there is kept under a longer name.
            let longer: Vec<Text> = names.iter().map(longer).collect();
            names.extend(longer);
        }
        let recursive = self
            .invocation
            .operand_roles()
            .iter()
            .any(|operand| matches!(operand.role, Role::ReadTree | Role::Move));
        // What a tree brings along lies below its own name, or below the new one.
        if recursive && names.len() > 1 && !tree {
            let mut below = names.split_off(1);
            let is_folder = |source: &Text| match source.exact() {
                Some(path) => !path
                    .rsplit('/')
                    .next()
                    .is_some_and(|name| name.contains('.')),
                None => true,
            };
            if self.sources.iter().any(is_folder) {
                below.push(text);
            }
            let base = self.base.clone();
            self.out.touches.push(Touch {
                act: Act::Write,
                tree: true,
                names: below,
                base,
                written: written.to_string(),
            });
        }
        self.out.touches.push(Touch {
            act: Act::Write,
            tree,
            names,
            base: self.base.clone(),
            written: written.to_string(),
        });
    }

    /// Something near or far.
    fn place(&mut self, role: Role, text: Text, written: &str) {
        let Text::Exact(exact) = &text else {
            let act = if role == Role::Target {
                Act::Write
            } else {
                Act::Read
            };
            // The name of a package is no path as long as it does not look like one.
            if role != Role::Package {
                self.touch(act, true, text, written);
            } else {
                self.any(&text, written);
            }
            return;
        };
        // `ext::sh -c ..` is a transport of git that runs a command.
        if exact.starts_with("ext::") || exact.starts_with("fd::") {
            self.out.named.push(Cow::Borrowed(CODE));
            return;
        }
        if let Some(url) = url_in(exact) {
            return self.fetch(Act::Fetch, url, written);
        }
        let packed = [
            "tgz", "whl", "tar.gz", "zip", "deb", "rpm", "apk", "gem", "vsix",
        ];
        let is_file = is_path(exact)
            || exact.starts_with("../")
            || matches!(exact.as_str(), "." | "..")
            || packed
                .iter()
                .any(|ending| exact.ends_with(&format!(".{ending}")))
            || exact.strip_prefix("file:").is_some();
        let exact = exact.strip_prefix("file:").unwrap_or(exact).to_string();
        match role {
            Role::Package if !is_file => {}
            Role::Target => self.touch(Act::Write, true, Text::Exact(exact), written),
            _ => {
                self.sources.push(text.clone());
                self.touch(Act::Read, true, Text::Exact(exact), written);
            }
        }
    }

    /// `@file`, `name=@file`, `name=<file`.
    fn data(&mut self, text: &Text, written: &str) {
        match text {
            Text::Exact(text) => {
                let value = match text.split_once('=') {
                    Some((_, value)) if !text.starts_with('@') => value,
                    _ => text,
                };
                if let Some(file) = value.strip_prefix(['@', '<']) {
                    let file = file.split(';').next().unwrap_or(file);
                    if !file.is_empty() && file != "-" {
                        self.touch(Act::Read, false, Text::Exact(file.into()), written);
                    }
                }
            }
            Text::Begins(begins) if !begins.starts_with('@') && !begins.ends_with('=') => {}
            Text::Begins(begins) if begins.len() > 1 && begins.starts_with('@') => {
                self.touch(Act::Read, false, text.clone().without(1), written);
            }
            text => self.touch(Act::Read, false, text.clone(), written),
        }
    }

    /// `path:where:options`, or `type=bind,source=path,target=where`.
    fn mount(&mut self, text: &Text, written: &str) {
        let Some(begins) = text.beginning() else {
            return self.role(Role::EditTree, Text::Unknown, written);
        };
        let source = begins.split(',').find_map(|part| {
            part.strip_prefix("source=")
                .or_else(|| part.strip_prefix("src="))
        });
        let known = text.exact().is_some();
        let (path, whole) = match source {
            Some(source) => (source, known || begins.contains(',')),
            None if begins.contains("type=") => return,
            None => match begins.split_once(':') {
                Some((path, _)) => (path, true),
                None => (&*begins, known),
            },
        };
        if is_path(path) || path.starts_with("..") || matches!(path, "." | "~") {
            let path: String = path.into();
            let text = if whole {
                Text::Exact(path)
            } else {
                Text::Begins(path)
            };
            self.role(Role::EditTree, text, written);
        }
    }

    /// A text whose words come before the other ones.
    fn split(&mut self, text: &Text) {
        let words = text.exact().and_then(|text| {
            split_plain(text)
                .map(|words| words.iter().map(|word| Word::exact(word)).collect())
                .or_else(|| {
                    // Quotes mean the same to it as to a shell; what else a shell would do, it does not.
                    let quoted = !text.contains(['$', '\\', '`', '#', '*', '?', '[', '{', '~']);
                    quoted.then(|| crate::command::quoted_words(text)).flatten()
                })
        });
        let words = words.filter(|_| self.out.directories.is_empty());
        let Some(mut words): Option<Vec<Word>> = words else {
            self.out.unsure = true;
            self.out.assigns_any = true;
            return;
        };
        let program = self.words.first().cloned();
        let behind = self.invocation.rest.map_or(self.words.len(), |(at, _)| at);
        // Assignments between the option and the command stay where they are.
        let operands = self
            .invocation
            .operands
            .iter()
            .filter_map(|at| self.words.get(*at));
        let mut again: Vec<Word> = program.into_iter().collect();
        again.append(&mut words);
        again.extend(operands.cloned());
        again.extend(self.words.get(behind..).unwrap_or_default().iter().cloned());
        self.out.again = Some(again);
    }
}

/// Returns a word as it is known, else as it is written.
fn shown(word: &Word) -> &str {
    word.as_exact().unwrap_or(&word.written)
}

/// Returns the names in the same directory that begin with this one.
fn longer(name: &Text) -> Text {
    match name {
        Text::Exact(name) => Text::Glob(literally(name) + "*"),
        name => name.clone().then(&Text::Unknown),
    }
}
