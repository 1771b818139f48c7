//! Every entry of the program table has lines of shell that it makes hold, and lines that it must not break.

#![expect(clippy::expect_used, reason = "a test fails by panicking")]

use doorward::Effect;
use doorward_tests::referee::judge::{ALLOW, ASK, effect, policy, rule, strictness};
use doorward_tests::reference::root;
use std::collections::BTreeMap;
use std::fs;
use toml::{Table, Value};

/// How many lines an entry has: allowed, and asked or denied.
type Counts = BTreeMap<String, (usize, usize)>;

/// Returns what is missing: entries without lines, and lines of no entry.
fn missing(entries: &[String], counts: &Counts) -> Vec<String> {
    let without = entries.iter().filter(|entry| {
        let (allowed, held) = counts.get(*entry).copied().unwrap_or_default();
        // An entry of which nothing is to be held spares: two lines show that it does.
        allowed == 0 || allowed + held < 2
    });
    let stray = counts.keys().filter(|entry| !entries.contains(entry));
    without
        .map(|entry| {
            format!("[{entry}] has no line that it must not break, or none that it makes hold")
        })
        .chain(stray.map(|entry| format!("there are lines of [{entry}], which is no entry")))
        .collect()
}

fn entries() -> Vec<String> {
    let text = fs::read_to_string(root().join("core/data/programs.toml")).expect("the table");
    let table: Table = text.parse().expect("TOML");
    let entry = |(name, value): (String, Value)| value.is_table().then_some(name);
    table
        .into_iter()
        .filter_map(entry)
        .filter(|name| name != "environment" && name != "settings")
        .collect()
}

fn counts() -> Counts {
    let mut counts = Counts::new();
    for file in fs::read_dir(root().join("tests/vectors")).expect("the vectors") {
        let path = file.expect("a file").path();
        let text = fs::read_to_string(&path).expect("a file of vectors");
        let table: Table = text.parse().expect("TOML");
        for lines in table
            .get("lines")
            .and_then(Value::as_array)
            .into_iter()
            .flatten()
        {
            let entry = lines
                .get("entry")
                .and_then(Value::as_str)
                .unwrap_or_default();
            let count = |key: &str| {
                let lines = lines.get(key).and_then(Value::as_array);
                lines.map_or(0, Vec::len)
            };
            let sum = counts.entry(entry.to_owned()).or_default();
            sum.0 += count("allow");
            sum.1 += count("ask") + count("deny");
        }
    }
    counts
}

#[test]
fn every_entry_has_lines_that_hold_and_lines_that_it_spares() {
    let missing = missing(&entries(), &counts());
    assert!(missing.is_empty(), "{}", missing.join("\n"));
}

/// Every form of calling a wrapper that its entry lists: alone, and with each option in each spelling, joined and apart.
fn forms(name: &str, entry: &Table, table: &Table) -> Vec<String> {
    let texts = |key: &str| -> Vec<String> {
        let items = entry.get(key).and_then(Value::as_array);
        items
            .into_iter()
            .flatten()
            .filter_map(|item| item.as_str().map(str::to_owned))
            .collect()
    };
    let roles = texts("operands");
    let Some(place) = roles
        .iter()
        .position(|role| role.starts_with("command") || role.starts_with("script"))
    else {
        return Vec::new();
    };
    let before: Vec<&str> = roles
        .iter()
        .take(place)
        .map(|role| {
            if role.starts_with("assign") {
                "A=1"
            } else {
                "x"
            }
        })
        .collect();
    let before = before.join(" ");
    let mut out = vec![format!("{name} {before}")];
    for opt in texts("options").iter().flat_map(|text| text.split(',')) {
        let words: Vec<&str> = opt.split_whitespace().collect();
        let value = words.iter().find_map(|word| word.strip_prefix('='));
        let more = words.iter().filter(|word| word.starts_with('=')).skip(1);
        let more = more.map(|_| "7 ").collect::<String>();
        // With these the words that follow are no command, or are not the first.
        let other = words.iter().any(|word| matches!(*word, "." | "$" | "^"))
            || value.is_some_and(|role| matches!(role, "script" | "split" | "replaced"))
            || words
                .iter()
                .any(|word| table.contains_key(&format!("{name} {word}")));
        for word in words.iter().filter(|word| word.starts_with('-') && !other) {
            let long = word.starts_with("--");
            match value {
                None => out.push(format!("{name} {word} {before}")),
                Some(_) => {
                    out.push(format!("{name} {word} 7 {more}{before}"));
                    let joined = if long { "=" } else { "" };
                    out.push(format!("{name} {word}{joined}7 {more}{before}"));
                }
            }
        }
    }
    out
}

/// I9: whatever a command gets, it gets nothing better behind a wrapper.
#[test]
fn i9_a_wrapper_never_raises() {
    let text = fs::read_to_string(root().join("core/data/programs.toml")).expect("the table");
    let table: Table = text.parse().expect("TOML");
    let denied = rule("no", Effect::Deny, &["forbidden", "git push"]);
    let allowed = rule("some", Effect::Allow, &["harmless"]);
    let policies = [
        policy(&format!("{ALLOW}{denied}")),
        policy(&format!("{ASK}{allowed}")),
        policy(&format!("{ASK}{allowed}{denied}")),
    ];
    let commands = [
        "forbidden now",
        "git -C x push",
        "harmless",
        "unknown --of=it",
    ];
    let mut tried = 0;
    let mut raised = Vec::new();
    for (name, entry) in table
        .iter()
        .filter_map(|(name, entry)| Some((name, entry.as_table()?)))
    {
        // A variant has other operands; it is no form of its own.
        if name.contains(" -") {
            continue;
        }
        for form in forms(name, entry, &table) {
            for command in commands {
                let wrapped = format!("{form} {command}");
                tried += 1;
                for policy in &policies {
                    let (bare, behind) = (effect(policy, command), effect(policy, &wrapped));
                    if strictness(behind) < strictness(bare) {
                        raised.push(format!("{bare} for `{command}`, {behind} for `{wrapped}`"));
                    }
                }
            }
        }
    }
    assert!(
        raised.is_empty(),
        "I9: {} of {tried}\n{}",
        raised.len(),
        raised.join("\n")
    );
    assert!(tried > 2_000, "too few forms: {tried}");
}

#[test]
fn an_entry_without_lines_is_found() {
    let entries = ["sort".to_owned(), "rm".to_owned()];
    let counts = Counts::from([("sort".to_owned(), (1, 1)), ("rn".to_owned(), (2, 0))]);
    assert_eq!(missing(&entries, &counts).len(), 2);
}

#[test]
fn the_table_is_as_large_as_it_says() {
    let text = fs::read_to_string(root().join("core/data/programs.toml")).expect("the table");
    let table: Table = text.parse().expect("TOML");
    let names: usize = table
        .iter()
        .filter_map(|(name, value)| Some((name, value.as_table()?)))
        .filter(|(name, _)| {
            !name.contains(' ') && !["environment", "settings"].contains(&name.as_str())
        })
        .map(|(_, entry)| {
            1 + entry
                .get("also")
                .and_then(Value::as_array)
                .map_or(0, Vec::len)
        })
        .sum();
    assert!(names > 200, "{names} programs");
}
