//! Reads `[programs]`: what a policy knows of programs beyond what is compiled in.
//!
//! A policy adds and never takes away. To a program that the core knows it adds options, subcommands, and whether it is
//! neutral; an option that the core knows keeps what is known of it. What the core does not know a policy describes whole.

use alloc::borrow::{Cow, ToOwned};
use alloc::collections::BTreeMap;
use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

use crate::command::Programs;
use crate::command::programs::entry::{Entry, KEYS, Opt, Role, place, split_name};
use crate::command::programs::options::Options;
use crate::condition::read::unknown_key;
use crate::document::{self, Content, Kind, Problems};
use crate::value::canonical_json;

/// The keys that may be added to a program that the core knows.
const ADDED: [&str; 5] = ["options", "everywhere", "below", "neutral", "also"];

/// What the files of a policy said so far, by name, so that two of them can be compared.
pub(super) type Said = BTreeMap<String, String>;

/// Reads the `[programs]` of one file.
pub(super) fn read_programs(
    tables: &[document::Entry],
    programs: &mut Programs,
    said: &mut Said,
    problems: &mut Problems<'_>,
) {
    for table in tables {
        let Kind::Table(keys) = &table.value.kind else {
            let message = format!("a program is a table; found {}", table.value.article());
            let hint = format!("write a header: `[programs.{:?}]`", table.key);
            problems.error("wrong-type", table.value.span.clone(), message, hint);
            continue;
        };
        let whole = canonical_json(&Content(keys));
        match said.get(&table.key) {
            Some(before) if *before == whole => continue,
            Some(_) => {
                let message = format!("another file says something else of `{}`", table.key);
                let hint = "say it in one place".to_string();
                problems.error("conflicting-key", table.span.clone(), message, hint);
                continue;
            }
            None => drop(said.insert(table.key.clone(), whole)),
        }
        let reading = Reading { programs, problems };
        reading.program(table, keys);
    }
}

struct Reading<'r, 's> {
    programs: &'r mut Programs,
    problems: &'r mut Problems<'s>,
}

impl Reading<'_, '_> {
    fn program(mut self, table: &document::Entry, keys: &[document::Entry]) {
        let mut names = alloc::vec![table.key.clone()];
        for key in keys.iter().filter(|key| key.key == "also") {
            names.extend(self.texts(key).unwrap_or_default());
        }
        for name in names {
            let (path, option) = match split_name(&name) {
                Ok(split) => split,
                Err(why) => {
                    let hint = "such as `mytool`, `\"mytool deploy\"`, `\"mytool deploy --now\"`";
                    self.problems
                        .error("bad-value", table.span.clone(), why, hint.to_string());
                    continue;
                }
            };
            let Some((root, below)) = path.split_first() else {
                continue;
            };
            let mut whole = match self.programs.get(root) {
                Some(known) if known.name == *root => known.clone(),
                _ => Entry::new(Cow::Owned((*root).to_owned())),
            };
            match find(&mut whole, below, option) {
                Some(known) => self.add(known, keys),
                None => {
                    let Some(entry) = self.describe(keys) else {
                        continue;
                    };
                    if option.is_some() && self.programs.ships(root) {
                        let message =
                            format!("`{name}` would change what the core knows of `{root}`");
                        let hint = "a policy adds options and subcommands to it".to_string();
                        self.problems
                            .error("bad-value", table.span.clone(), message, hint);
                        continue;
                    }
                    let mut roots = alloc::vec![whole];
                    place(&mut roots, &path, option, entry);
                    match roots.pop() {
                        Some(root) => whole = root,
                        None => continue,
                    }
                }
            }
            self.programs.add(whole);
        }
    }

    /// Adds to what is known.
    fn add(&mut self, known: &mut Entry, keys: &[document::Entry]) {
        for key in keys {
            if !ADDED.contains(&key.key.as_str()) && KEYS.contains(&key.key.as_str()) {
                let message = format!("`{}` of this program is known", key.key);
                let hint = format!(
                    "a policy adds to it: `{}`, or a subcommand of its own",
                    ADDED.join("`, `")
                );
                self.problems
                    .error("bad-value", key.span.clone(), message, hint);
            }
        }
        let Some(new) = self.describe(keys) else {
            return;
        };
        merge(&mut known.options, &new.options);
        merge(&mut known.everywhere, &new.everywhere);
        merge(&mut known.below, &new.below);
        if keys.iter().any(|key| key.key == "neutral") {
            known.neutral = new.neutral;
        }
    }

    /// Reads an entry; `None` after a problem.
    fn describe(&mut self, keys: &[document::Entry]) -> Option<Entry> {
        let before = self.problems.errors();
        let mut entry = Entry::new(Cow::Borrowed(""));
        if let Some(like) = keys.iter().find(|key| key.key == "like") {
            match like
                .value
                .as_text()
                .and_then(|name| self.programs.get(name))
            {
                Some(other) => entry = other.clone(),
                None => {
                    let hint = "`like` names a program that the core knows".to_string();
                    self.problems.error(
                        "bad-value",
                        like.value.span.clone(),
                        "there is nothing known of that",
                        hint,
                    );
                }
            }
        }
        for key in keys {
            let known = match &key.value.kind {
                _ if key.key == "like" || key.key == "also" => Ok(true),
                Kind::Bool(flag) => Ok(entry.set_flag(&key.key, *flag)),
                Kind::Text(text) => entry.set_text(&key.key, text),
                Kind::List(_) => match self.texts(key) {
                    Some(texts) => {
                        let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
                        entry.add(&key.key, &texts)
                    }
                    None => continue,
                },
                _ => Ok(false),
            };
            match known {
                Ok(true) => {}
                Ok(false) if KEYS.contains(&key.key.as_str()) => {
                    let message = format!("`{}` does not take {}", key.key, key.value.article());
                    self.problems
                        .error("wrong-type", key.value.span.clone(), message, None);
                }
                Ok(false) => unknown_key(self.problems, key, "programs", &KEYS),
                Err(why) => {
                    let hint = "an option is `-o --output =write`, an operand `read` or `read*`";
                    self.problems
                        .error("bad-value", key.value.span.clone(), why, hint.to_string());
                }
            }
        }
        (self.problems.errors() == before).then_some(entry)
    }

    fn texts(&mut self, key: &document::Entry) -> Option<Vec<String>> {
        let texts = match &key.value.kind {
            Kind::List(items) => items
                .iter()
                .map(|item| item.as_text().map(String::from))
                .collect(),
            _ => None,
        };
        if texts.is_none() {
            let message = format!("`{}` is a list of texts", key.key);
            let span = key.value.span.clone();
            self.problems.error("wrong-type", span, message, None);
        }
        texts
    }
}

/// Returns what is known of a subcommand or of an option.
fn find<'e>(entry: &'e mut Entry, below: &[&str], option: Option<&str>) -> Option<&'e mut Entry> {
    match (below.split_first(), option) {
        (None, None) => {
            let said = entry.operands.is_some() || !entry.options.is_empty();
            said.then_some(entry)
        }
        (None, Some(option)) => entry
            .variants
            .to_mut()
            .iter_mut()
            .find(|variant| variant.name == option),
        (Some((first, rest)), option) => {
            let sub = entry
                .subs
                .to_mut()
                .iter_mut()
                .find(|sub| sub.name == *first)?;
            find(sub, rest, option)
        }
    }
}

/// Adds options; one that is known keeps what is known of it.
fn merge(options: &mut Options, new: &[Opt]) {
    let mut known = options.to_vec();
    for opt in new {
        let same = known
            .iter()
            .position(|own| opt.names.iter().any(|name| own.is_called(name)));
        let Some(own) = same.and_then(|at| known.get_mut(at)) else {
            known.push(opt.clone());
            continue;
        };
        for name in opt.names.iter() {
            if !own.is_called(name) {
                own.names.to_mut().push(name.clone());
            }
        }
        own.named |= opt.named;
        if own.role == Role::Plain && own.takes == opt.takes {
            own.role = opt.role;
        }
    }
    *options = Options::of(known);
}
