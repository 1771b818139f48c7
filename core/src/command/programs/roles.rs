//! What becomes of one word, by its role.

use alloc::borrow::Cow;
use alloc::vec::Vec;

use compact_str::{CompactString, format_compact};

use super::effects::{Act, CODE, Doing, Inner, Touch};
use super::entry::Role;
use super::invocation::split_plain;
use super::locator::{is_path, url_in};
use super::snippet;
use crate::command::text::{Text, Word};

/// So many operands are followed into the directory that they are put into.
const MOST_INTO: usize = 64;

impl<'w> Doing<'_, '_, 'w> {
    fn touch(&mut self, act: Act, tree: bool, text: Cow<'w, Text>, written: Cow<'w, str>) {
        self.out.touches.push(Touch {
            act,
            tree,
            name: text,
            more: Vec::new(),
            base: self.base.clone(),
            written,
        });
    }

    /// Notes what becomes of a word.
    pub(super) fn role(&mut self, role: Role, text: Cow<'w, Text>, written: Cow<'w, str>) {
        // The standard input or output, and what `find` joins its tests with.
        let is_file = !matches!(role, Role::Awk | Role::Sed | Role::Script);
        if is_file && matches!(text.exact(), Some("-" | "!" | "(" | ")" | ",")) {
            return;
        }
        match role {
            Role::Plain | Role::Run | Role::Until | Role::Command => {}
            Role::Any => self.any(text, written),
            Role::Read => {
                self.out.sources.push(text.clone());
                self.touch(Act::Read, false, text, written);
            }
            Role::ReadTree => {
                self.out.sources.push(text.clone());
                self.out.roots.push(text.clone());
                self.touch(Act::Read, true, text, written);
            }
            Role::Write => self.touch(Act::Write, false, text, written),
            Role::WriteTree => self.touch(Act::Write, true, text, written),
            Role::Edit | Role::EditTree => {
                let tree = role == Role::EditTree;
                self.touch(Act::Read, tree, text.clone(), written.clone());
                self.touch(Act::Write, tree, text, written);
            }
            Role::Delete => self.touch(Act::Delete, false, text, written),
            Role::DeleteTree => {
                self.out.roots.push(text.clone());
                self.touch(Act::Delete, true, text, written);
            }
            Role::Move => {
                self.out.sources.push(text.clone());
                self.touch(Act::Read, true, text.clone(), written.clone());
                self.touch(Act::Delete, true, text, written);
            }
            Role::Into => self.into(text, written),
            Role::Fetch => {
                let text = match text.exact() {
                    Some(url) if !url.contains("://") => {
                        Cow::Owned(Text::Exact(format_compact!("http://{url}")))
                    }
                    _ => text,
                };
                self.touch(Act::Fetch, false, text, written);
            }
            Role::Source | Role::Target | Role::Package => self.place(role, text, written),
            Role::Data => self.data(text, written),
            Role::Mount => self.mount(&text, written),
            Role::Script => self.out.inners.push(Inner::Script(text.into_owned())),
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
            Role::Dir => self.out.directories.push(text.into_owned()),
            Role::Base => self.base = Some(text.into_owned()),
            Role::Awk | Role::Sed | Role::Sql => {
                let harmless = |text: &str| match role {
                    Role::Awk => snippet::awk_is_harmless(text),
                    Role::Sed => snippet::sed_is_harmless(text),
                    _ => snippet::sql_is_harmless(text),
                };
                if !text.exact().is_some_and(harmless) {
                    self.out.named.push(Cow::Borrowed(CODE));
                }
            }
        }
    }

    /// What looks like a path or a URL, in a place of which nothing is known.
    pub(super) fn any(&mut self, text: Cow<'w, Text>, written: Cow<'w, str>) {
        match &*text {
            Text::OneOf(texts) => {
                for text in texts {
                    let known = || Cow::Owned(Text::Exact(text.clone()));
                    if is_path(text) {
                        self.touch(Act::Any, false, known(), written.clone());
                    } else if crate::path::has_scheme(text) {
                        self.fetch(Act::Any, known(), written.clone());
                    }
                }
            }
            Text::Exact(begins) | Text::Begins(begins) | Text::Glob(begins) if is_path(begins) => {
                self.touch(Act::Any, false, text, written);
            }
            Text::Exact(one) if crate::path::has_scheme(one) => {
                self.fetch(Act::Any, text, written);
            }
            _ => {}
        }
    }

    fn fetch(&mut self, act: Act, url: Cow<'w, Text>, written: Cow<'w, str>) {
        self.out.touches.push(Touch {
            act,
            tree: false,
            name: url,
            more: Vec::new(),
            base: None,
            written,
        });
    }

    /// A file, or a directory into which the operands before are put.
    fn into(&mut self, text: Cow<'w, Text>, written: Cow<'w, str>) {
        let mut names = Vec::new();
        let mut tree = self.out.sources.len() > MOST_INTO;
        for source in self.out.sources.iter().take(MOST_INTO) {
            let name = source
                .exact()
                .and_then(|path| path.trim_end_matches('/').rsplit('/').next());
            match name {
                // All that is in it goes there.
                Some("" | "." | "..") => tree = true,
                Some(name) => {
                    let below = Text::Exact(format_compact!("/{name}"));
                    names.push((*text).clone().then(&below));
                }
                None => names.push(
                    (*text)
                        .clone()
                        .then(&Text::Exact("/".into()))
                        .then(&Text::Unknown),
                ),
            }
        }
        let recursive = self
            .invocation
            .operand_roles()
            .iter()
            .any(|operand| matches!(operand.role, Role::ReadTree | Role::Move));
        // What a tree brings along lies below its own name.
        if recursive && !names.is_empty() && !tree {
            let mut below = core::mem::take(&mut names);
            self.out.touches.push(Touch {
                act: Act::Write,
                tree: true,
                name: Cow::Owned(below.remove(0)),
                more: below,
                base: self.base.clone(),
                written: written.clone(),
            });
        }
        self.out.touches.push(Touch {
            act: Act::Write,
            tree,
            name: text,
            more: names,
            base: self.base.clone(),
            written,
        });
    }

    /// Something near or far.
    fn place(&mut self, role: Role, text: Cow<'w, Text>, written: Cow<'w, str>) {
        let Text::Exact(exact) = &*text else {
            let act = if role == Role::Target {
                Act::Write
            } else {
                Act::Read
            };
            // The name of a package is no path as long as it does not look like one.
            if role != Role::Package {
                self.touch(act, true, text, written);
            } else {
                self.any(text, written);
            }
            return;
        };
        // `ext::sh -c ..` is a transport of git that runs a command.
        if exact.starts_with("ext::") || exact.starts_with("fd::") {
            self.out.named.push(Cow::Borrowed(CODE));
            return;
        }
        if let Some(url) = url_in(exact) {
            return self.fetch(Act::Fetch, Cow::Owned(Text::Exact(url.into())), written);
        }
        let packed = [
            "tgz", "whl", "tar.gz", "zip", "deb", "rpm", "apk", "gem", "vsix",
        ];
        let is_file = is_path(exact)
            || exact.starts_with("../")
            || matches!(exact.as_str(), "." | "..")
            || packed.iter().any(|ending| {
                exact
                    .strip_suffix(ending)
                    .is_some_and(|name| name.ends_with('.'))
            })
            || exact.strip_prefix("file:").is_some();
        let place = match exact.strip_prefix("file:") {
            Some(path) => Cow::Owned(Text::Exact(path.into())),
            None => text.clone(),
        };
        match role {
            Role::Package if !is_file => {}
            Role::Target => self.touch(Act::Write, true, place, written),
            _ => {
                self.out.sources.push(text);
                self.touch(Act::Read, true, place, written);
            }
        }
    }

    /// `@file`, `name=@file`, `name=<file`.
    fn data(&mut self, text: Cow<'w, Text>, written: Cow<'w, str>) {
        match &*text {
            Text::Exact(text) => {
                let value = match text.split_once('=') {
                    Some((_, value)) if !text.starts_with('@') => value,
                    _ => text,
                };
                if let Some(file) = value.strip_prefix(['@', '<']) {
                    let file = file.split(';').next().unwrap_or(file);
                    if !file.is_empty() && file != "-" {
                        let file = Cow::Owned(Text::Exact(file.into()));
                        self.touch(Act::Read, false, file, written);
                    }
                }
            }
            Text::Begins(begins) if !begins.starts_with('@') && !begins.ends_with('=') => {}
            Text::Begins(begins) if begins.len() > 1 && begins.starts_with('@') => {
                let file = Cow::Owned((*text).clone().without(1));
                self.touch(Act::Read, false, file, written);
            }
            _ => self.touch(Act::Read, false, text, written),
        }
    }

    /// `path:where:options`, or `type=bind,source=path,target=where`.
    fn mount(&mut self, text: &Text, written: Cow<'w, str>) {
        let Some(begins) = text.beginning() else {
            return self.role(Role::EditTree, Cow::Owned(Text::Unknown), written);
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
            self.role(Role::EditTree, Cow::Owned(text), written);
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
