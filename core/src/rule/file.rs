//! One policy file: its top level and its tests.

use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;
use core::ops::Range;

use super::Source;
use crate::condition::read::unknown_key;
use crate::document::{self, Entry, Kind, Node, Problems, Table, get};
use crate::error::Diagnostic;
use crate::limits::Limits;
use crate::value::Value;
use crate::vocabulary;

/// The format version that this crate reads.
pub const FORMAT_VERSION: i64 = 1;

/// What a file from an untrusted repository may hold.
const TIGHTEN_ONLY_KEYS: [&str; 4] = ["doorward", "rule", "test", "sets"];

/// One policy file, parsed, with what is wrong with it so far.
#[derive(Debug)]
pub(crate) struct File<'s> {
    pub(crate) source: &'s Source,
    pub(crate) table: Table,
    pub(crate) problems: Problems<'s>,
}

/// One `[[test]]`.
#[derive(Clone, Debug)]
pub(crate) struct PolicyTest {
    pub(crate) name: String,
    pub(crate) request: Value,
    pub(crate) expect: Value,
    /// The diagnostic of its failure, message excepted.
    pub(crate) failure: Diagnostic,
}

impl<'s> File<'s> {
    /// Parses a file and checks its top level.
    pub(crate) fn parse(source: &'s Source, limits: &Limits) -> Self {
        let mut problems = Problems::new(&source.name, &source.text);
        if source.text.len() > limits.policy_bytes {
            let message = format!("the file is longer than {} bytes", limits.policy_bytes);
            problems.error(
                "too-large",
                0..0,
                message,
                "split it into several files".to_string(),
            );
            return Self {
                source,
                table: Table::new(),
                problems,
            };
        }
        let table = document::parse(&source.text, &mut problems);
        let unreadable = problems.errors() > 0;
        let mut file = Self {
            source,
            table,
            problems,
        };
        if !unreadable {
            file.check_top_level();
        }
        file
    }

    fn check_top_level(&mut self) {
        let known = vocabulary::keys_of("policy");
        for entry in &self.table {
            if !known.contains(&entry.key.as_str()) {
                unknown_key(&mut self.problems, entry, "policy", &known);
            } else if self.source.tighten_only() && !TIGHTEN_ONLY_KEYS.contains(&entry.key.as_str())
            {
                let message = format!(
                    "`{}` may loosen, and this file came with a repository that is not trusted",
                    entry.key
                );
                let hint = format!(
                    "such a file holds only `{}`",
                    TIGHTEN_ONLY_KEYS.join("`, `")
                );
                self.problems
                    .error("not-tighten-only", entry.span.clone(), message, hint);
            }
        }
        let hint = || format!("begin the file with `doorward = {FORMAT_VERSION}`");
        match get(&self.table, "doorward").map(|entry| &entry.value) {
            None => self.problems.error(
                "missing-version",
                0..0,
                "the file does not say its format version",
                hint(),
            ),
            Some(Node {
                kind: Kind::Integer(version),
                ..
            }) if *version == FORMAT_VERSION => {}
            Some(Node {
                kind: Kind::Integer(version),
                span,
            }) => {
                let message = format!("format version {version} is not understood by this version");
                self.problems
                    .error("unsupported-version", span.clone(), message, hint());
            }
            Some(node) => {
                let message = format!("the format version is an integer; found {}", node.article());
                self.problems
                    .error("wrong-type", node.span.clone(), message, hint());
            }
        }
    }

    /// Reads the file's tests.
    pub(crate) fn read_tests(&mut self) -> Vec<PolicyTest> {
        let mut tests = Vec::new();
        for (span, table) in tables(&self.table, "test", &mut self.problems) {
            let known = vocabulary::keys_of("test");
            for entry in table
                .iter()
                .filter(|entry| !known.contains(&entry.key.as_str()))
            {
                unknown_key(&mut self.problems, entry, "test", &known);
            }
            let name = get(table, "name")
                .and_then(|entry| entry.value.as_text())
                .unwrap_or("")
                .to_string();
            let mut part = |key: &str| match get(table, key).map(|entry| &entry.value) {
                Some(
                    node @ Node {
                        kind: Kind::Table(_),
                        ..
                    },
                ) => Some(node.clone()),
                Some(node) => {
                    let message = format!("`{key}` is a table; found {}", node.article());
                    self.problems
                        .error("wrong-type", node.span.clone(), message, None);
                    None
                }
                None => {
                    self.problems.error(
                        "missing-key",
                        span.clone(),
                        format!("the test has no `{key}`"),
                        None,
                    );
                    None
                }
            };
            let (request, expect) = (part("request"), part("expect"));
            let (Some(request), Some(expect)) = (request, expect) else {
                continue;
            };
            if let Kind::Table(entries) = &expect.kind {
                let known = vocabulary::keys_of("expect");
                for entry in entries
                    .iter()
                    .filter(|entry| !known.contains(&entry.key.as_str()))
                {
                    unknown_key(&mut self.problems, entry, "expect", &known);
                }
                if entries.is_empty() {
                    self.problems.error(
                        "bad-value",
                        expect.span.clone(),
                        "the test expects nothing",
                        None,
                    );
                }
            }
            let failure = self.problems.at("failing-test", span, String::new(), None);
            tests.push(PolicyTest {
                name,
                request: request.to_value(),
                expect: expect.to_value(),
                failure,
            });
        }
        tests
    }
}

/// Returns the tables of `[[rule]]` or `[[test]]`, each with its place.
pub(super) fn tables<'t>(
    file: &'t [Entry],
    key: &str,
    problems: &mut Problems<'_>,
) -> Vec<(Range<usize>, &'t Table)> {
    let Some(entry) = get(file, key) else {
        return Vec::new();
    };
    let Kind::List(items) = &entry.value.kind else {
        let message = format!(
            "`{key}` is a list of tables; found {}",
            entry.value.article()
        );
        problems.error(
            "wrong-type",
            entry.span.clone(),
            message,
            format!("write the header twice bracketed: `[[{key}]]`"),
        );
        return Vec::new();
    };
    let mut tables = Vec::new();
    for item in items {
        match &item.kind {
            Kind::Table(table) => tables.push((item.span.clone(), table)),
            _ => problems.error(
                "wrong-type",
                item.span.clone(),
                format!("`{key}` holds tables; found {}", item.article()),
                None,
            ),
        }
    }
    tables
}
