//! Lines that call a wrapper in every way its row of the program table lists, so that bash and the wrapper itself say whether the row is right.
//!
//! What a row says of an option is not believed: each spelling is tried alone, with a value in the next word, with one in the same word, with a
//! command line as its value and, for a long name, cut short; before the wrapper's operands and behind them. So a line runs its payload also
//! where the row takes a flag for an option with a value, or the other way round, and the reader, which goes by the row, misses it.

use std::collections::BTreeSet;
use toml::Table;

/// A wrapper that runs without privileges and without a terminal, ends at once and does no harm.
#[derive(Debug, Clone, Copy)]
pub struct Wrapper {
    /// Its name, in the table and on the path.
    pub name: &'static str,
    /// Operands that stand before the command.
    operands: &'static str,
    /// What stands before the command and behind it.
    around: (&'static str, &'static str),
}

const fn wrapper(name: &'static str, operands: &'static str) -> Wrapper {
    Wrapper {
        name,
        operands,
        around: ("", ""),
    }
}

/// The wrappers whose real programs are tried, where they are installed.
pub const REAL: &[Wrapper] = &[
    wrapper("time", ""),
    wrapper("nice", ""),
    wrapper("nohup", ""),
    wrapper("timeout", "5"),
    wrapper("stdbuf", ""),
    wrapper("setsid", ""),
    wrapper("env", "A=1"),
    Wrapper {
        around: ("", " <<< more"),
        ..wrapper("xargs", "")
    },
    wrapper("ionice", ""),
    wrapper("chrt", "0"),
    wrapper("taskset", "1"),
    wrapper("prlimit", ""),
    wrapper("setpriv", ""),
    wrapper("setarch", "linux64"),
    wrapper("linux64", ""),
    wrapper("choom", ""),
    wrapper("flock", "/tmp/lock"),
    wrapper("unshare", ""),
    wrapper("nsenter", ""),
    wrapper("strace", ""),
    Wrapper {
        around: ("-exec ", " ';'"),
        ..wrapper("find", "build/a.o")
    },
];

/// Values that options are tried with: numbers, the names of things that are there or may be made, an assignment, a mode.
const VALUES: &[&str] = &[
    "7",
    "0",
    "L",
    "build",
    "README.md",
    "/tmp/new",
    "A=1",
    "none",
    "private",
];

/// What stands in a line where the payload's own argument goes.
pub const TARGET: &str = "TARGET";

/// One way to call a wrapper.
#[derive(Debug, Clone)]
pub struct Form {
    /// Which wrapper.
    pub wrapper: &'static str,
    /// The option and how it is given; empty for none.
    pub option: String,
    /// Lines of this form, with [`TARGET`] in them, which differ by the option's value.
    pub lines: Vec<String>,
}

impl Wrapper {
    /// Every way to call it that its row lists.
    #[must_use]
    pub fn forms(&self, table: &Table) -> Vec<Form> {
        let mut out = vec![
            self.form("", "", [String::new()]),
            self.form("--", "", ["--".to_owned()]),
        ];
        for name in spellings(self.name, table) {
            let payload = format!("rm {TARGET}");
            let apart = VALUES.iter().map(|value| format!("{name} {value}"));
            let joined = VALUES.iter().map(|value| format!("{name}{value}"));
            let equals = VALUES.iter().map(|value| format!("{name}={value}"));
            out.push(self.form(&name, "alone", [name.clone()]));
            out.push(self.form(&name, "apart", apart));
            if name.starts_with("--") {
                out.push(self.form(&name, "equals", equals));
                if let Some((cut, last)) = name.split_at_checked(name.len() - 1)
                    && !last.starts_with('-')
                {
                    out.push(self.form(cut, "cut short", [cut.to_owned(), format!("{cut} 7")]));
                }
            } else {
                out.push(self.form(&name, "joined", joined));
            }
            // The option's value is the payload.
            let mut values = vec![
                format!("{name} '{payload}'"),
                format!("{name}'{payload}'"),
                format!("{name}='{payload}'"),
            ];
            if self.name == "find" {
                values.push(format!("{name} {payload} ';'"));
                values.push(format!("{name} {payload} '{{}}' +"));
                values.push(format!("{name} env -u + {payload} ';'"));
            }
            let lines = values.iter().flat_map(|value| {
                [
                    format!("{} {value} {}", self.name, self.operands),
                    format!("{} {} {value}", self.name, self.operands),
                ]
            });
            out.push(Form {
                wrapper: self.name,
                option: format!("{name} runs its value"),
                lines: lines.collect(),
            });
        }
        out
    }

    /// The line without any option.
    #[must_use]
    pub fn plain(&self, payload: &str) -> String {
        self.line(self.operands, payload)
    }

    fn form(&self, name: &str, how: &str, options: impl IntoIterator<Item = String>) -> Form {
        let payload = format!("rm {TARGET}");
        let mut lines = BTreeSet::new();
        for option in options {
            lines.insert(self.line(&format!("{option} {}", self.operands), &payload));
            lines.insert(self.line(&format!("{} {option}", self.operands), &payload));
        }
        Form {
            wrapper: self.name,
            option: format!("{name} {how}").trim().to_owned(),
            lines: lines.into_iter().collect(),
        }
    }

    fn line(&self, words: &str, payload: &str) -> String {
        // Unquoted, `time` is a word of bash's grammar.
        let name = if self.name == "time" {
            r"\time"
        } else {
            self.name
        };
        let (before, behind) = self.around;
        format!("{name} {} {before}{payload}{behind}", words.trim())
    }
}

/// The spellings of every option that a program's row lists, and those that it takes over from another row.
fn spellings(name: &str, table: &Table) -> BTreeSet<String> {
    let Some(row) = row(name, table) else {
        return BTreeSet::new();
    };
    let like = row.get("like").and_then(toml::Value::as_str);
    let mut out = like.map_or_else(BTreeSet::new, |like| spellings(like, table));
    for text in (row
        .get("options")
        .and_then(toml::Value::as_array)
        .into_iter())
    .flatten()
    .filter_map(toml::Value::as_str)
    {
        let words = text.split([',', ' ']);
        out.extend(
            words
                .filter(|word| word.starts_with('-'))
                .map(str::to_owned),
        );
    }
    out
}

/// The row of a program, under its own name or another.
fn row<'a>(name: &str, table: &'a Table) -> Option<&'a Table> {
    let named = |row: &Table| {
        let also = row.get("also").and_then(toml::Value::as_array);
        also.is_some_and(|also| also.iter().any(|other| other.as_str() == Some(name)))
    };
    let own = table.get(name).and_then(toml::Value::as_table);
    own.or_else(|| {
        table
            .values()
            .filter_map(toml::Value::as_table)
            .find(|row| named(row))
    })
}
