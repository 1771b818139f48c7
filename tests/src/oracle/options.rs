//! The options of a program, as the table writes them and as a word spells them.

use super::programs::listed;
use toml::Table;

/// One option of the table.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Opt {
    pub(super) names: Vec<String>,
    /// It takes a value: in the next word too, or in its own only.
    pub(super) takes: Option<bool>,
    pub(super) role: String,
    pub(super) named: bool,
    pub(super) last: bool,
    pub(super) informs: bool,
    pub(super) instead: bool,
}

/// The options that may stand behind these tables.
pub(super) fn in_reach(tables: &[Table]) -> Vec<Opt> {
    let mut out = Vec::new();
    for (at, table) in tables.iter().enumerate().rev() {
        let own = if at + 1 == tables.len() {
            "options"
        } else {
            "below"
        };
        for key in [own, "everywhere"] {
            out.extend(listed(table, key).iter().flat_map(|text| opts(text)));
        }
    }
    out
}

/// The options of one text: `-o --output =write !, -v`.
pub(super) fn opts(text: &str) -> Vec<Opt> {
    let one = |text: &str| {
        let words: Vec<&str> = text.split_whitespace().collect();
        let value = words.iter().find_map(|word| {
            let attached = word
                .strip_prefix("[=")
                .and_then(|rest| rest.strip_suffix(']'));
            match attached {
                Some(role) => Some((false, role)),
                None => word.strip_prefix('=').map(|role| (true, role)),
            }
        });
        let role = value.map_or("", |(_, role)| role).to_owned();
        let has = |mark: &str| words.contains(&mark);
        let is_name =
            |word: &&&str| word.starts_with(['-', '+']) || word.ends_with('=') && word.len() > 1;
        Opt {
            names: words
                .iter()
                .filter(is_name)
                .map(|word| (*word).to_owned())
                .collect(),
            takes: value.map(|(next, _)| next),
            named: has("!")
                || ["run", "load", "script", "until", "setting"].contains(&role.as_str()),
            role,
            last: has("$"),
            informs: has("."),
            instead: has("^"),
        }
    };
    text.split(',').map(one).collect()
}

pub(super) type Spelled = Vec<(Vec<String>, Option<Opt>, Option<String>)>;

/// The options that a word is.
pub(super) fn spelled(word: &str, known: &[Opt], style: &str) -> Spelled {
    let called = |name: &str| {
        known
            .iter()
            .find(|opt| opt.names.iter().any(|own| own == name))
            .cloned()
    };
    let one = |opt: Option<Opt>, name: &str, value: Option<String>| {
        let names = opt
            .as_ref()
            .map_or(vec![name.to_owned()], |opt| opt.names.clone());
        vec![(names, opt, value)]
    };
    if word.starts_with("--") || style == "single" {
        let (name, value) = match word.split_once('=') {
            Some((name, value)) => (name, Some(value.to_owned())),
            None => (word, None),
        };
        let mut opt = called(name);
        if style == "single" && opt.is_none() {
            opt = called(name.strip_prefix('-').unwrap_or(name));
        }
        if style == "gnu" && opt.is_none() && name.len() > 2 {
            opt = known
                .iter()
                .find(|opt| opt.names.iter().any(|own| own.starts_with(name)))
                .cloned();
        }
        if style == "single" && opt.is_none() {
            let short = known.iter().find(|opt| {
                opt.takes.is_some()
                    && opt
                        .names
                        .iter()
                        .any(|own| own.len() == 2 && word.starts_with(own.as_str()))
            });
            if let Some(opt) = short {
                let value = word.get(2..).unwrap_or_default().to_owned();
                return one(Some(opt.clone()), name, Some(value));
            }
        }
        return one(opt, name, value);
    }
    if word.len() > 2
        && let Some(opt) = called(word)
    {
        return one(Some(opt), word, None);
    }
    let mut out = Vec::new();
    let letters: Vec<char> = word.chars().skip(1).collect();
    for (at, letter) in letters.iter().enumerate() {
        let name = format!("-{letter}");
        let opt = called(&name);
        let takes = opt.as_ref().is_some_and(|opt| opt.takes.is_some());
        let rest: String = letters.iter().skip(at + 1).collect();
        let value = rest.strip_prefix('=').unwrap_or(&rest).to_owned();
        let value = (takes && !rest.is_empty()).then_some(value);
        out.extend(one(opt, &name, value));
        if takes || *letter == '=' {
            break;
        }
    }
    out
}

/// `if=x`, `+cmd`.
pub(super) fn keyed(word: &str, known: &[Opt]) -> Option<(Opt, String)> {
    known.iter().find_map(|opt| {
        let name = opt.names.iter().find(|name| {
            (name.ends_with('=') || name.starts_with('+')) && word.starts_with(name.as_str())
        })?;
        Some((opt.clone(), word.get(name.len()..)?.to_owned()))
    })
}
