//! What becomes of one word, by its role.

use alloc::borrow::Cow;
use alloc::string::String;
use alloc::vec::Vec;

use compact_str::{CompactString, format_compact};

use super::effects::{Act, CODE, Doing, Inner, Mention, Name, Spelt};
use super::entry::Role;
use super::invocation::split_plain;
use super::locator::{self, is_path};
use super::snippet::{self, Deed};
use super::{Held, setting};
use crate::command::text::{Text, Word};
use crate::path::literally;
use crate::url::has_scheme;

/// So many operands are followed into the directory that they are put into.
const MOST_INTO: usize = 64;

impl Doing<'_, '_, '_, '_> {
    pub(super) fn touch(&mut self, act: Act, tree: bool, name: Name, written: Spelt) {
        self.out.touches.push(Mention {
            act,
            tree,
            name,
            more: Vec::new(),
            base: self.base.clone(),
            written,
        });
    }

    /// Notes what becomes of a word.
    pub(super) fn role(&mut self, role: Role, name: Name, written: Spelt) {
        if matches!(role, Role::Plain | Role::Run | Role::Until | Role::Command) {
            return;
        }
        let words = self.words;
        let name = match name.known(words) {
            Text::Glob(glob) => match locator::bracketed(glob) {
                Some(address) => Name::exact(address),
                None => name,
            },
            _ => name,
        };
        let text = name.known(words);
        // The standard input or output, and what `find` joins its tests with.
        let is_file = !matches!(role, Role::Awk | Role::Sed | Role::Script);
        if is_file && matches!(text.exact(), Some("-" | "!" | "(" | ")" | ",")) {
            return;
        }
        match role {
            Role::Plain | Role::Run | Role::Until | Role::Command => {}
            Role::Any => self.any(name, written),
            Role::Load => self.touch(Act::Read, false, name, written),
            Role::Read => {
                self.out.sources.push(name.clone());
                self.touch(Act::Read, false, name, written);
            }
            Role::ReadTree => {
                self.out.sources.push(name.clone());
                self.out.roots.push(name.clone());
                self.touch(Act::Read, true, name, written);
            }
            Role::Write => self.touch(Act::Write, false, name, written),
            Role::WriteTree => self.touch(Act::Write, true, name, written),
            Role::Prefix | Role::Beside => {
                if role == Role::Beside {
                    self.touch(Act::Read, false, name.clone(), written.clone());
                }
                // Without its last ending, or with one more.
                let shorter = text.exact().and_then(|text| Some(text.rsplit_once('.')?.0));
                let shorter = shorter.filter(|text| !text.is_empty() && !text.ends_with('/'));
                let mut more: Vec<Text> = shorter
                    .map(|text| Text::Exact(text.into()))
                    .into_iter()
                    .collect();
                more.push(longer(text));
                self.out.touches.push(Mention {
                    act: Act::Write,
                    tree: false,
                    name,
                    more,
                    base: self.base.clone(),
                    written,
                });
            }
            Role::Edit | Role::EditTree => {
                let tree = role == Role::EditTree;
                self.touch(Act::Read, tree, name.clone(), written.clone());
                self.touch(Act::Write, tree, name, written);
            }
            Role::Delete => self.touch(Act::Delete, false, name, written),
            Role::DeleteTree => {
                self.out.roots.push(name.clone());
                self.touch(Act::Delete, true, name, written);
            }
            Role::Move => {
                self.out.sources.push(name.clone());
                self.touch(Act::Read, true, name.clone(), written.clone());
                self.touch(Act::Delete, true, name, written);
            }
            Role::Into => self.into(name, written),
            Role::Fetch | Role::Host | Role::Reroute | Role::Image => {
                self.far(role, text, written);
            }
            Role::Source | Role::Target | Role::Package => self.place(role, name, written),
            Role::Data => self.data(name, written),
            Role::Mount => self.mount(text, written),
            Role::Script => self.out.inners.push(Inner::Script(name.text(words))),
            Role::Split => self.split(text),
            Role::Replaced => {
                let mark = text.exact().filter(|mark| !mark.is_empty());
                self.placeholder = Some(mark.unwrap_or("{}").into());
                self.out.unsure |= text.exact().is_none();
            }
            Role::Assign | Role::Variable => {
                let begins = text.beginning().filter(|text| text.contains('='));
                // `make NAME:=value`
                let name = begins.as_deref().and_then(|text| text.split('=').next());
                let name: Option<String> =
                    name.map(|name| name.trim_end_matches([':', '+', '?', '!']).into());
                let known = text.exact().is_some();
                if let (Role::Assign, Some(name)) = (role, &name) {
                    match super::held_by(name) {
                        Held::Nothing => {}
                        Held::Script => {
                            self.starts(text.clone().without(name.len() + 1));
                        }
                        Held::Prompt | Held::Source => {
                            self.out.inners.push(Inner::Script(Text::Unknown));
                        }
                    }
                }
                match (name, role) {
                    (Some(name), Role::Assign) => self.out.assigns.push(name),
                    (Some(name), _) => self.out.variables.push(name),
                    (None, _) => self.out.assigns_any |= !known,
                }
            }
            Role::Dir => self.out.directories.push(name.text(words)),
            Role::Base => self.base = Some(name.text(words)),
            Role::Awk => self.code(text, snippet::awk::deeds),
            Role::Sed => self.code(text, snippet::sed::deeds),
            Role::Sql => {
                if !text.exact().is_some_and(snippet::sql::is_harmless) {
                    self.out.named.push(Cow::Borrowed(CODE));
                }
            }
            Role::Setting => {
                if let Some(script) = setting::script(text) {
                    self.starts(script);
                }
            }
        }
    }

    /// A shell, or the program itself, runs this.
    fn starts(&mut self, script: Text) {
        match script {
            Text::Exact(script) if script.is_empty() => {}
            Text::Exact(script) => self.out.inners.push(Inner::Script(Text::Exact(script))),
            _ => self.out.hidden = true,
        }
    }

    /// A short program: what it plainly does is judged, and an allow must say that it covers code.
    fn code(&mut self, program: &Text, deeds: fn(&str) -> snippet::Deeds) {
        let deeds = program.exact().map(deeds);
        // It may run any command.
        self.out.hidden |= deeds.is_none();
        let harmless = deeds.as_ref().is_some_and(Vec::is_empty);
        if !harmless {
            self.out.named.push(Cow::Borrowed(CODE));
        }
        if deeds
            .as_ref()
            .is_none_or(|deeds| deeds.contains(&Deed::Other))
        {
            // It may read and write any file.
            for act in [Act::Read, Act::Write] {
                let written = Spelt::Text(Cow::Borrowed("..."));
                self.touch(act, false, Name::Made(Text::Unknown), written);
            }
        }
        for deed in deeds.unwrap_or_default() {
            match deed {
                Deed::Script(script) => self.starts(script),
                Deed::File(act, name) => {
                    let written = Cow::Owned(name.exact().unwrap_or("...").into());
                    self.touch(act, false, Name::Made(name), Spelt::Text(written));
                }
                Deed::Other => {}
            }
        }
    }

    /// What looks like a path or a URL, in a place of which nothing is known.
    pub(super) fn any(&mut self, name: Name, written: Spelt) {
        let words = self.words;
        match name.known(words) {
            Text::OneOf(texts) => {
                for text in texts {
                    let known = || Name::exact(text.clone());
                    if is_path(text) {
                        self.touch(Act::Any, false, known(), written.clone());
                    }
                    if has_scheme(text) {
                        self.fetch(Act::Any, known(), written.clone());
                    }
                }
            }
            Text::Exact(one) => {
                if is_path(one) {
                    self.touch(Act::Any, false, name.clone(), written.clone());
                }
                if locator::has_colon(one) && has_scheme(one) {
                    self.fetch(Act::Any, name, written);
                }
            }
            Text::Begins(begins) | Text::Glob(begins) if is_path(begins) || has_scheme(begins) => {
                self.touch(Act::Any, false, name, written);
            }
            _ => {}
        }
    }

    /// A file, or a directory into which the operands before are put.
    fn into(&mut self, name: Name, written: Spelt) {
        let words = self.words;
        let text = name.known(words);
        let mut names = Vec::new();
        let mut tree = self.out.sources.len() > MOST_INTO;
        for source in self.out.sources.iter().take(MOST_INTO) {
            let name = source
                .known(words)
                .exact()
                .and_then(|path| path.trim_end_matches('/').rsplit('/').next());
            match name {
                // All that is in it goes there.
                Some("" | "." | "..") => tree = true,
                Some(name) => {
                    let below = Text::Exact(format_compact!("/{name}"));
                    names.push(text.clone().then(&below));
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
                ["-b", "--backup", "-S"]
                    .iter()
                    .any(|name| opt.is_called(name))
            })
        });
        if keeps {
            // What was there is kept under a longer name.
            let kept: Vec<Text> = [text].into_iter().chain(&names).map(longer).collect();
            names.extend(kept);
        }
        let recursive = self
            .invocation
            .operand_roles()
            .iter()
            .any(|operand| matches!(operand.role, Role::ReadTree | Role::Move));
        // What a tree brings along lies below its own name, or below the new one.
        if recursive && !names.is_empty() && !tree {
            let mut below = core::mem::take(&mut names);
            let is_folder = |source: &Name| match source.known(words).exact() {
                Some(path) => !path
                    .rsplit('/')
                    .next()
                    .is_some_and(|name| name.contains('.')),
                None => true,
            };
            if self.out.sources.iter().any(is_folder) {
                below.push(text.clone());
            }
            self.out.touches.push(Mention {
                act: Act::Write,
                tree: true,
                name: Name::Made(below.remove(0)),
                more: below,
                base: self.base.clone(),
                written: written.clone(),
            });
        }
        self.out.touches.push(Mention {
            act: Act::Write,
            tree,
            name,
            more: names,
            base: self.base.clone(),
            written,
        });
    }

    /// `@file`, `name=@file`, `name=<file`.
    fn data(&mut self, name: Name, written: Spelt) {
        let words = self.words;
        match name.known(words) {
            Text::Exact(text) => {
                let value = match text.split_once('=') {
                    Some((_, value)) if !text.starts_with('@') => value,
                    _ => text,
                };
                if let Some(file) = value.strip_prefix(['@', '<']) {
                    let file = file.split(';').next().unwrap_or(file);
                    if !file.is_empty() && file != "-" {
                        let file = Name::exact(file);
                        self.touch(Act::Read, false, file, written);
                    }
                }
            }
            Text::Begins(begins) if !begins.starts_with('@') && !begins.ends_with('=') => {}
            text @ Text::Begins(begins) if begins.len() > 1 && begins.starts_with('@') => {
                let file = Name::Made(text.clone().without(1));
                self.touch(Act::Read, false, file, written);
            }
            _ => self.touch(Act::Read, false, name, written),
        }
    }

    /// `path:where:options`, or `type=bind,source=path,target=where`.
    fn mount(&mut self, text: &Text, written: Spelt) {
        let Some(begins) = text.beginning() else {
            return self.role(Role::EditTree, Name::Made(Text::Unknown), written);
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
            let path = CompactString::from(path);
            let text = if whole {
                Text::Exact(path)
            } else {
                Text::Begins(path)
            };
            self.role(Role::EditTree, Name::Made(text), written);
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

/// Returns the names in the same directory that begin with this one.
fn longer(name: &Text) -> Text {
    match name {
        Text::Exact(name) => Text::Glob((literally(name) + "*").into()),
        name => name.clone().then(&Text::Unknown),
    }
}
