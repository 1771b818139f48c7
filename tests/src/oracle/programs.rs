//! What programs do with their words, as `core/data/programs.toml` says; its head says how it is read.
//!
//! Read naively: every look-up walks the whole table. Programs that run others, change the directory, or do what the oracle has no
//! leaf for are not read at all ([`Programs::follows`]).

use super::bad;
use super::options::{Opt, in_reach, keyed, opts, spelled};
use super::policy::text_or_list;
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use toml::{Table, Value};

/// The data that the core ships.
const DATA: &str = include_str!("../../../core/data/programs.toml");

/// What is known of the programs.
#[derive(Debug, Clone)]
pub(super) struct Programs(Table, Arc<Mutex<BTreeMap<String, Option<Table>>>>);

/// A command with each word in its place.
#[derive(Debug, Clone, Default)]
pub(super) struct Taken {
    known: bool,
    flags: Vec<(Vec<String>, Option<String>, Option<Opt>)>,
    /// The words of subcommands first.
    operands: Vec<String>,
    subs: usize,
    entry: Table,
    named: Vec<String>,
    unlisted: bool,
    /// Which word each operand is.
    at: Vec<usize>,
}

/// What is done to one operand.
pub(super) struct Touch {
    pub(super) op: Option<&'static str>,
    pub(super) tree: bool,
    pub(super) name: String,
}

impl Programs {
    /// What ships with the core.
    pub(super) fn shipped() -> &'static Programs {
        static SHIPPED: OnceLock<Programs> = OnceLock::new();
        SHIPPED.get_or_init(|| {
            let table = DATA
                .parse()
                .unwrap_or_else(|error| bad(&format!("programs.toml: {error}")));
            Programs(table, Arc::default())
        })
    }

    /// The table of a program or subcommand, whichever of its names this is; kept, because the walk is long.
    fn table(&self, path: &str) -> Option<Table> {
        let kept = || self.1.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(table) = kept().get(path) {
            return table.clone();
        }
        let table = self.walk(path);
        kept().insert(path.to_owned(), table.clone());
        table
    }

    fn walk(&self, path: &str) -> Option<Table> {
        if path == "environment" || path == "version" {
            return None;
        }
        let direct = self.0.get(path).and_then(Value::as_table);
        let also = || {
            self.0.iter().find_map(|(_, value)| {
                let table = value.as_table()?;
                listed(table, "also")
                    .contains(&path.to_owned())
                    .then_some(table)
            })
        };
        if let Some(own) = direct.or_else(also) {
            let Some(like) = own.get("like").and_then(Value::as_str) else {
                return Some(own.clone());
            };
            let mut merged = self.table(like)?;
            for (key, value) in own {
                let mut list = listed(&merged, key);
                if value.is_array() && key != "operands" && key != "also" {
                    list.extend(text_or_list(value));
                    let list = list.into_iter().map(Value::from).collect();
                    merged.insert(key.clone(), Value::Array(list));
                } else {
                    merged.insert(key.clone(), value.clone());
                }
            }
            return Some(merged);
        }
        // Another name of the program around it.
        let (around, last) = path.rsplit_once(' ')?;
        let canonical = self.0.iter().find_map(|(name, value)| {
            let table = value.as_table()?;
            let also = listed(table, "also").contains(&around.to_owned());
            let like = (name == around).then(|| table.get("like")).flatten();
            match like.and_then(Value::as_str) {
                Some(other) => Some(other.to_owned()),
                None => also.then(|| name.clone()),
            }
        })?;
        self.table(&format!("{canonical} {last}"))
    }

    /// Puts every word in its place.
    pub(super) fn take(&self, words: &[String]) -> Taken {
        let mut taken = Taken::default();
        let Some(program) = words.first() else {
            return taken;
        };
        let mut path = program.rsplit('/').next().unwrap_or(program).to_owned();
        let mut tables: Vec<Table> = Vec::new();
        let numbered = path.trim_end_matches(|c: char| c.is_ascii_digit() || ".-".contains(c));
        match (self.table(&path), self.table(numbered)) {
            (Some(table), _) => tables.push(table),
            (None, Some(table)) => {
                path = numbered.to_owned();
                tables.push(table);
            }
            (None, None) => {}
        }
        taken.known = !tables.is_empty();
        let mut at = 1;
        let mut options = true;
        while let Some(word) = words.get(at) {
            at += 1;
            let known = in_reach(&tables);
            let style = tables
                .iter()
                .rev()
                .find_map(|table| table.get("style").and_then(Value::as_str))
                .unwrap_or("gnu");
            if options && word == "--" {
                options = style == "single";
            } else if options && word.len() > 1 && word.starts_with('-') {
                for (names, opt, value) in spelled(word, &known, style) {
                    taken.unlisted |=
                        opt.is_none() && !word.chars().skip(1).all(|c| c.is_ascii_digit());
                    options &= !opt.as_ref().is_some_and(|opt| opt.last);
                    let value = match (&opt, value) {
                        (_, Some(value)) => Some(value),
                        (Some(opt), None) if opt.takes == Some(true) => {
                            at += 1;
                            words.get(at - 1).cloned()
                        }
                        _ => None,
                    };
                    taken.flags.push((names, value, opt));
                }
            } else if let Some((opt, value)) = keyed(word, &known).filter(|_| options) {
                taken
                    .flags
                    .push((opt.names.clone(), Some(value), Some(opt)));
            } else {
                let sub = format!("{path} {word}");
                let first = taken.operands.len() == taken.subs;
                let option = word.starts_with('-');
                if let Some(table) = self.table(&sub).filter(|_| first && taken.known && !option) {
                    tables.push(table);
                    path = sub;
                    taken.subs += 1;
                } else if tables.last().is_some_and(|table| flag(table, "stops")) {
                    options = false;
                }
                taken.operands.push(word.clone());
                taken.at.push(at - 1);
            }
        }
        taken.entry = tables.last().cloned().unwrap_or_default();
        self.vary(&mut taken, &path);
        taken.name_what_must_be_named();
        taken
    }

    /// What is otherwise because of the options that are given.
    fn vary(&self, taken: &mut Taken, path: &str) {
        let used: Vec<String> = taken
            .flags
            .iter()
            .flat_map(|(names, _, _)| names.clone())
            .collect();
        if !used.iter().any(|name| self.is_variant(name)) {
            return;
        }
        let variants: Vec<Table> = (self.0.keys())
            .filter_map(|key| {
                key.rsplit_once(' ')
                    .filter(|(_, last)| last.starts_with('-'))
            })
            .filter(|(_, option)| used.iter().any(|name| name == option))
            .filter_map(|(around, option)| {
                let same = around == path
                    || self
                        .0
                        .get(around)
                        .and_then(Value::as_table)
                        .is_some_and(|table| listed(table, "also").contains(&path.to_owned()));
                same.then(|| self.table(&format!("{around} {option}")))
                    .flatten()
            })
            .collect();
        for variant in variants {
            for text in listed(&variant, "options") {
                for new in opts(&text) {
                    for (_, _, opt) in &mut taken.flags {
                        let same =
                            |opt: &Opt| opt.names.iter().any(|name| new.names.contains(name));
                        if opt.as_ref().is_some_and(same) {
                            *opt = Some(new.clone());
                        }
                    }
                }
            }
            for key in ["operands", "otherwise", "stdin", "shell"] {
                if let Some(value) = variant.get(key) {
                    taken.entry.insert(key.to_owned(), value.clone());
                }
            }
        }
    }

    fn is_variant(&self, option: &str) -> bool {
        self.0
            .keys()
            .any(|key| key.rsplit_once(' ').is_some_and(|(_, last)| last == option))
    }

    /// Whether the oracle has leaves for everything that a command does.
    pub(super) fn follows(&self, words: &[String]) -> bool {
        let taken = self.take(words);
        let plain = [
            "plain",
            "any",
            "read",
            "read-tree",
            "write",
            "write-tree",
            "edit",
            "edit-tree",
            "delete",
            "delete-tree",
            "run",
            "load",
        ];
        let roles = listed(&taken.entry, "operands");
        let names = taken
            .operands
            .iter()
            .all(|word| !word.contains(['/', ':', '.']));
        let known = |role: &str| {
            let role = role.trim_end_matches('*');
            plain.contains(&role) || role == "package" && names
        };
        let flags = taken.flags.iter().filter_map(|(_, _, opt)| opt.as_ref());
        let odd = flag(&taken.entry, "dashless") || flag(&taken.entry, "shell");
        let shells = ["bash", "sh", "dash", "zsh", "ksh", "ash", "rbash", "mksh"];
        let program = words
            .first()
            .map_or("", |word| word.rsplit('/').next().unwrap_or(word));
        let builtin = [
            "eval",
            "trap",
            "alias",
            "cd",
            "pushd",
            "popd",
            "source",
            ".",
            "mapfile",
            "readarray",
            "compgen",
            "complete",
            "hash",
            "export",
            "declare",
            "typeset",
            "local",
            "readonly",
            "command",
            "builtin",
            "exec",
            "shopt",
        ];
        let other = odd || shells.contains(&program) || builtin.contains(&program);
        let dashes = taken.entry.contains_key("dashes") && words.iter().any(|word| word == "--");
        let mut flags = flags;
        !other
            && !dashes
            && roles.iter().all(|role| known(role))
            && flags.all(|opt| opt.role.is_empty() || known(&opt.role))
    }

    /// Whether a command changes nothing.
    pub(super) fn is_neutral(&self, words: &[String]) -> bool {
        let taken = self.take(words);
        let listed = !listed(&taken.entry, "options").is_empty();
        flag(&taken.entry, "neutral")
            && !words.first().is_some_and(|word| word.contains('/'))
            && taken.named.is_empty()
            && (!listed || self.follows(words))
            && self.touches(words).is_empty()
    }

    /// What a command reads, writes and deletes by its words.
    pub(super) fn touches(&self, words: &[String]) -> Vec<Touch> {
        let taken = self.take(words);
        let mut out = Vec::new();
        if !taken.known {
            for word in words.iter().skip(1) {
                touch("any", word, &mut out);
                if let Some((_, value)) = word.split_once('=') {
                    touch("any", value, &mut out);
                }
            }
            return out;
        }
        for (names, value, opt) in &taken.flags {
            match (opt, value) {
                (Some(opt), Some(value)) => touch(&opt.role, value, &mut out),
                (None, Some(value)) if names.iter().any(|name| name.len() > 2) => {
                    touch("any", value, &mut out);
                }
                _ => {}
            }
        }
        let operands = taken.operands.get(taken.subs..).unwrap_or_default();
        let instead = taken
            .flags
            .iter()
            .any(|(_, _, opt)| opt.as_ref().is_some_and(|opt| opt.instead));
        let roles = taken.roles(operands.len() + usize::from(instead));
        let mut roles = roles.iter().skip(usize::from(instead));
        let mut files = 0;
        for operand in operands {
            let role = roles.next().map_or("plain", String::as_str);
            files += usize::from(role != "plain");
            touch(role, operand, &mut out);
        }
        let wanted = taken.roles(operands.len() + 2);
        let plain = wanted.iter().take_while(|role| *role == "plain").count();
        let plain = plain
            .saturating_sub(usize::from(instead))
            .min(operands.len());
        let informs = taken
            .flags
            .iter()
            .any(|(_, _, opt)| opt.as_ref().is_some_and(|opt| opt.informs));
        if let Some(otherwise) = taken.entry.get("otherwise").and_then(Value::as_str)
            && files == 0
            && !informs
            && (operands.is_empty() || operands.len() == plain)
            && let Some(role) = wanted.last()
        {
            touch(role, otherwise, &mut out);
        }
        out
    }
}

impl Taken {
    /// The role of each of so many operands.
    fn roles(&self, count: usize) -> Vec<String> {
        if !self.entry.contains_key("operands") {
            return vec!["any".to_owned(); count];
        }
        let mut roles = listed(&self.entry, "operands");
        let Some(star) = roles.iter().position(|role| role.ends_with('*')) else {
            return roles;
        };
        let one = roles.get(star).cloned().unwrap_or_default();
        let one = one.trim_end_matches('*').to_owned();
        let behind = roles.split_off(star + 1);
        roles.truncate(star);
        let many = count.saturating_sub(star + behind.len()).max(1);
        roles.extend(vec![one; many]);
        roles.extend(behind);
        roles
    }

    fn name_what_must_be_named(&mut self) {
        for (_, _, opt) in &self.flags {
            if let Some(opt) = opt.as_ref().filter(|opt| opt.named) {
                self.named.extend(opt.names.first().cloned());
            }
        }
        let runs = ["run", "load", "script"];
        let says = |opt: &Opt| opt.informs || opt.last || runs.contains(&opt.role.as_str());
        let told = self
            .flags
            .iter()
            .any(|(_, _, opt)| opt.as_ref().is_some_and(says));
        let first = self.operands.get(self.subs);
        if flag(&self.entry, "stdin") && !told && first.is_none_or(|word| word == "-") {
            self.named.push("-".to_owned());
        }
    }

    fn has(&self, flag: &str) -> bool {
        self.named.iter().any(|name| name == flag)
            || self
                .flags
                .iter()
                .any(|(names, _, _)| names.iter().any(|name| name == flag))
    }
}

/// A rule's command text, or the flags of its table, against a command.
impl Programs {
    /// The names that a command must be allowed by name, and this text of a rule names.
    pub(super) fn named_by(&self, words: &[String]) -> Vec<String> {
        let mut named = self.take(words).named;
        if words.iter().skip(1).any(|word| word == "-") {
            named.push("-".to_owned());
        }
        named
    }

    /// The first name of each option that an allow must name.
    pub(super) fn must_name(&self, words: &[String]) -> Vec<String> {
        self.take(words).named
    }

    /// Whether two names are of one option that a command has.
    pub(super) fn same_flag(&self, words: &[String], one: &str, other: &str) -> bool {
        let both = |names: &Vec<String>| {
            names.iter().any(|name| name == one) && names.iter().any(|name| name == other)
        };
        self.take(words)
            .flags
            .iter()
            .any(|(names, _, _)| both(names))
    }

    /// Whether a command has an option; `None` where that cannot be told.
    pub(super) fn has_flag(&self, words: &[String], flag: &str) -> Option<bool> {
        let taken = self.take(words);
        taken.known.then(|| taken.has(flag))
    }

    /// Whether the operands of a text are a command's first ones, and the command has its options.
    pub(super) fn begins(&self, words: &[String], text: &[String], strict: bool) -> Option<bool> {
        let (taken, wanted) = (self.take(words), self.take(text));
        let texts = wanted
            .operands
            .iter()
            .filter(|text| *text != "-" || !taken.has("-"));
        let texts: Vec<&String> = texts.collect();
        let given = taken.operands.iter().take(texts.len()).collect::<Vec<_>>() == texts;
        let flags = wanted.flags.iter().all(|(names, value, _)| {
            taken.flags.iter().any(|(own, own_value, _)| {
                own.iter().any(|name| names.contains(name))
                    && (value.is_none() || value == own_value)
            })
        });
        if !taken.known && !strict {
            // Nobody knows which of its options take a value: the words up to the last operand are the text's.
            let last = taken.at.get(wanted.operands.len().wrapping_sub(1)).copied();
            let alike = |end: usize| {
                words.get(1..=end).is_some() && words.get(1..=end) == text.get(1..=end)
            };
            let prefix = words
                .get(1..)
                .unwrap_or_default()
                .starts_with(text.get(1..).unwrap_or_default());
            let early = last.is_some_and(alike) || (wanted.operands.is_empty() && text.len() == 1);
            return Some((early || prefix) && given && flags);
        }
        if !flags || given {
            return Some(flags);
        }
        // Behind an option that is not listed a word may be its value: then the operands begin later.
        let unsure = strict && (taken.unlisted || !taken.known);
        let mut own = taken.operands.iter().zip(&taken.at);
        let later = texts.iter().all(|text| {
            own.by_ref()
                .take_while(|(own, at)| {
                    own == text
                        || words
                            .get(at.wrapping_sub(1))
                            .is_some_and(|word| word.starts_with('-'))
                })
                .any(|(own, _)| own == *text)
        });
        if unsure && later { None } else { Some(false) }
    }
}

fn flag(table: &Table, key: &str) -> bool {
    table.get(key).and_then(Value::as_bool) == Some(true)
}

pub(super) fn listed(table: &Table, key: &str) -> Vec<String> {
    table.get(key).map(text_or_list).unwrap_or_default()
}

fn touch(role: &str, name: &str, out: &mut Vec<Touch>) {
    let ops: &[&'static str] = match role.trim_end_matches('*').trim_end_matches("-tree") {
        "read" | "load" => &["file.read"],
        "write" => &["file.write"],
        "edit" => &["file.read", "file.write"],
        "delete" => &["file.delete"],
        "any" => {
            let path = name.contains("/../")
                || ["/", "\\", "~/", "./", "../"]
                    .iter()
                    .any(|begin| name.starts_with(begin));
            if path || super::links::has_scheme(name) {
                out.push(Touch {
                    op: None,
                    tree: false,
                    name: name.to_owned(),
                });
            }
            return;
        }
        _ => return,
    };
    if ["-", "!", "(", ")", ","].contains(&name) {
        return;
    }
    for op in ops {
        out.push(Touch {
            op: Some(op),
            tree: role.trim_end_matches('*').ends_with("-tree"),
            name: name.to_owned(),
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(line: &str) -> Vec<String> {
        line.split(' ').map(str::to_owned).collect()
    }

    #[test]
    fn options_are_found_in_every_spelling_and_only_where_they_count() {
        let named = |line: &str| Programs::shipped().must_name(&words(line));
        for (line, wanted) in [
            ("git log --output=x", "--output"),
            ("git log --textc x", "--textconv"),
            ("git -C d -c a.b=c log", "-c"),
            ("git -p log", "-p"),
            ("/usr/bin/git grep -nO", "-O"),
            ("sort -uo x", "-o"),
            ("sort -ox", "-o"),
            ("find . -delete", "-delete"),
            ("tar xf a --to-c sh", "--to-command"),
            ("cargo test --target-dir x", "--target-dir"),
            ("npm test --script-shell=sh", "--script-shell"),
        ] {
            assert_eq!(named(line), [wanted], "{line}");
        }
        for line in [
            "git log -p",
            "git log -- --output=x",
            "find . -name o",
            "cat -o",
            "git",
            "git status -sb",
            "sort -k1 x",
        ] {
            assert!(named(line).is_empty(), "{line}");
        }
    }
}
