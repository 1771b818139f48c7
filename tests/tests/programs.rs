//! Every entry of the program table has lines of shell that it makes hold, and lines that it must not break.

#![expect(clippy::expect_used, reason = "a test fails by panicking")]

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
        .filter(|name| name != "environment")
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
        .filter(|(name, _)| !name.contains(' ') && *name != "environment")
        .map(|(_, entry)| {
            1 + entry
                .get("also")
                .and_then(Value::as_array)
                .map_or(0, Vec::len)
        })
        .sum();
    assert!(names > 200, "{names} programs");
}
