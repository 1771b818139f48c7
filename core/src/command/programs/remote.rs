//! What becomes of a word that may name something far: a URL, a host, an image, a package.

use alloc::borrow::Cow;
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use super::base_name;
use super::effects::{Act, CODE, Doing, Mention, Name, Spelt};
use super::entry::Role;
use super::locator::{self, Globbed, is_path, url_in};
use crate::command::text::{Text, Word};
use crate::url::has_scheme;

impl Doing<'_, '_, '_, '_> {
    pub(super) fn fetch(&mut self, act: Act, url: Name, written: Spelt) {
        self.out.touches.push(Mention {
            act,
            tree: false,
            name: url,
            more: Vec::new(),
            base: None,
            written,
        });
    }

    /// Something far.
    pub(super) fn far(&mut self, role: Role, text: &Text, written: Spelt) {
        let texts = match text {
            Text::Exact(text) => core::slice::from_ref(text),
            Text::OneOf(texts) => texts,
            text => {
                let begins = text.beginning().unwrap_or_default();
                let begins = match role {
                    Role::Fetch if has_scheme(&begins) => begins.into_owned(),
                    Role::Fetch => format!("http://{begins}"),
                    Role::Image if begins.contains('/') => locator::image(&begins),
                    _ => String::new(),
                };
                let text = Name::Made(Text::Begins(begins.into()));
                return self.touch(Act::Fetch, false, text, written);
            }
        };
        let program = self.words.first().and_then(Word::as_exact);
        let program = program.map_or("", base_name);
        let globs = role == Role::Fetch && program == "curl";
        let signs_in = matches!(
            program,
            "ssh" | "autossh" | "slogin" | "mosh" | "scp" | "sftp"
        );
        let scheme = if signs_in { "ssh" } else { "tcp" };
        for text in texts {
            if role == Role::Host && is_path(text) {
                let path = Name::exact(text.clone());
                self.touch(Act::Any, false, path, written.clone());
                continue;
            }
            let urls = match role {
                Role::Host => locator::host(text, scheme).into_iter().collect(),
                Role::Reroute => locator::rerouted(text),
                Role::Image => alloc::vec![locator::image(text)],
                _ if globs => match locator::globbed(text) {
                    Globbed::All(texts) => texts
                        .iter()
                        .flat_map(|text| locator::fetched(text))
                        .collect(),
                    Globbed::Begins(begins) => {
                        self.far(role, &Text::Begins(begins.into()), written.clone());
                        continue;
                    }
                },
                _ => locator::fetched(text),
            };
            for url in urls {
                self.fetch(Act::Fetch, Name::exact(url), written.clone());
            }
        }
    }

    /// Something near or far.
    pub(super) fn place(&mut self, role: Role, name: Name, written: Spelt) {
        let words = self.words;
        let text = name.known(words);
        if let Text::OneOf(texts) = text {
            for text in texts {
                self.place(role, Name::exact(text.clone()), written.clone());
            }
            return;
        }
        let Text::Exact(exact) = text else {
            let begins = text.beginning().unwrap_or_default();
            match url_in(&begins) {
                // What is known may be enough for its host.
                Some(url) => {
                    let url = Name::Made(Text::Begins(url.into()));
                    self.touch(Act::Fetch, false, url, written.clone());
                }
                None if !is_path(&begins) => {
                    let unknown = Name::Made(Text::Unknown);
                    self.touch(Act::Any, false, unknown, written.clone());
                }
                None => {}
            }
            let act = match role {
                Role::Target => Act::Write,
                _ => Act::Read,
            };
            // The name of a package is no path as long as it does not look like one.
            if role != Role::Package {
                self.touch(act, true, name, written);
            } else {
                self.any(name, written);
            }
            return;
        };
        // `ext::sh -c ..` is a transport of git that runs a command.
        if exact.starts_with("ext::") || exact.starts_with("fd::") {
            self.out.named.push(Cow::Borrowed(CODE));
            return;
        }
        let node = self.words.first().and_then(Word::as_exact).map(base_name);
        let node = node.is_some_and(|node| matches!(node, "npm" | "pnpm" | "yarn" | "bun"));
        let package = || match role {
            Role::Package if !is_path(exact) => locator::package(exact, node),
            _ => None,
        };
        if let Some(path) = locator::file(exact) {
            let act = match role {
                Role::Target => Act::Write,
                _ => Act::Read,
            };
            self.fetch(Act::Fetch, name.clone(), written.clone());
            let path = Name::exact(path);
            self.out.sources.push(path.clone());
            return self.touch(act, true, path, written);
        }
        if let Some(url) = url_in(exact).or_else(package) {
            return self.fetch(Act::Fetch, Name::exact(url), written);
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
            });
        match role {
            Role::Package if !is_file => {}
            Role::Target => self.touch(Act::Write, true, name, written),
            _ => {
                self.out.sources.push(name.clone());
                self.touch(Act::Read, true, name, written);
            }
        }
    }
}
