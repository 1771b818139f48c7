//! The options by which a known program runs or writes something, as `core/data/programs.toml` lists them.

use super::bad;
use super::policy::text_or_list;
use toml::{Table, Value};

/// The data that the core ships; its head says how it is read.
const DATA: &str = include_str!("../../../core/data/programs.toml");

/// What is known of the programs.
#[derive(Debug, Clone)]
pub(super) struct Programs(Table);

impl Programs {
    /// What ships with the core.
    pub(super) fn shipped() -> Programs {
        Programs(
            DATA.parse()
                .unwrap_or_else(|error| bad(&format!("programs.toml: {error}"))),
        )
    }

    /// The exec and write options that a command uses, by their listed names.
    pub(super) fn options_used(&self, words: &[String]) -> Vec<String> {
        let Some((program, arguments)) = words.split_first() else {
            return Vec::new();
        };
        let program = program.rsplit('/').next().unwrap_or(program);
        let Some(Value::Table(known)) = self.0.get(program) else {
            return Vec::new();
        };
        let arguments: Vec<&String> = arguments.iter().take_while(|word| *word != "--").collect();
        let subs = known.get("sub").and_then(Value::as_table);
        let Some(subs) = subs else {
            return used(known, &[known], &arguments);
        };
        let values = listed(known, "values");
        let mut at = 0;
        while let Some(word) = arguments.get(at).filter(|word| word.starts_with('-')) {
            at += if values.contains(word) { 2 } else { 1 };
        }
        let at = at.min(arguments.len());
        let (before, from) = arguments.split_at(at);
        let mut all = used(known, &[known], before);
        if let Some((sub, after)) = from.split_first() {
            let lists: Vec<&Table> = [sub.as_str(), "*"]
                .iter()
                .filter_map(|name| subs.get(*name)?.as_table())
                .collect();
            all.extend(used(known, &lists, after));
        }
        all
    }
}

/// Whether a command changes nothing: `[neutral]`, read as the data's head says; options that name a file to read are none of it.
pub(super) fn is_neutral(words: &[String]) -> bool {
    let programs = Programs::shipped();
    let Some(Value::Table(neutral)) = programs.0.get("neutral") else {
        return false;
    };
    let Some((program, arguments)) = words.split_first() else {
        return false;
    };
    let Some(Value::Table(entry)) = neutral.get(program) else {
        return false;
    };
    if entry.get("any").and_then(Value::as_bool) == Some(true) {
        return true;
    }
    if !programs.options_used(words).is_empty() {
        return false;
    }
    let reads = [
        "-f",
        "--file",
        "--files0-from",
        "--from-file",
        "--slurpfile",
        "--rawfile",
        "-L",
    ];
    let values = listed(entry, "values");
    let (mut at, mut options, mut operands) = (0, true, 0);
    while let Some(word) = arguments.get(at) {
        at += 1;
        if options && word == "--" {
            options = false;
        } else if options && word.starts_with('-') && word != "-" {
            if reads.iter().any(|option| word.starts_with(option)) {
                return false;
            }
            at += usize::from(values.contains(word));
        } else if word != "-" {
            operands += 1;
        }
    }
    operands
        <= entry
            .get("operands")
            .and_then(Value::as_integer)
            .unwrap_or(0)
}

fn listed(table: &Table, key: &str) -> Vec<String> {
    table.get(key).map(text_or_list).unwrap_or_default()
}

/// The options of `lists` that `words` use; how they may be spelled is the program's.
fn used(program: &Table, lists: &[&Table], words: &[&String]) -> Vec<String> {
    let says = |key: &str| program.get(key).and_then(Value::as_bool) == Some(true);
    let (abbreviates, single_dash) = (says("abbreviates"), says("single_dash"));
    let options: Vec<String> = lists
        .iter()
        .flat_map(|list| [listed(list, "runs"), listed(list, "writes")])
        .flatten()
        .collect();
    let spells = |word: &str, option: &str| {
        if option.starts_with("--") {
            let name = word.split('=').next().unwrap_or(word);
            let cut = abbreviates
                && name.len() > 2
                && name.starts_with("--")
                && !options.iter().any(|listed| listed == name);
            name == option || (cut && option.starts_with(name))
        } else if option.starts_with('-') && !single_dash {
            // `-o`, `-ofile`, `-uo`.
            word.starts_with('-')
                && !word.starts_with("--")
                && option
                    .chars()
                    .nth(1)
                    .is_some_and(|letter| word.contains(letter))
        } else {
            word == option
        }
    };
    options
        .iter()
        .filter(|option| words.iter().any(|word| spells(word, option)))
        .cloned()
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn options(line: &str) -> Vec<String> {
        Programs::shipped().options_used(&line.split(' ').map(str::to_owned).collect::<Vec<_>>())
    }

    #[test]
    fn options_are_found_in_every_spelling_and_only_where_they_count() {
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
            assert_eq!(options(line), [wanted], "{line}");
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
            assert!(options(line).is_empty(), "{line}");
        }
    }
}
