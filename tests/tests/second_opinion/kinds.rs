//! The kinds of differences between the reader, `rable` and bash, and why each is no fault.

use crate::{bash_takes, decide, is_script};
use doorward::Decision;

/// A decision lists no more leaves than that.
const MOST_LISTED: usize = 4_096;

/// A longer command is not read.
const LONGEST_COMMAND: usize = 1 << 20;

/// One kind of difference and why it is none.
pub(crate) struct Kind<F> {
    pub(crate) why: &'static str,
    pub(crate) explains: F,
}

/// A script that the reader alone takes or refuses, against bash and `rable`.
pub(crate) struct Dispute<'a> {
    pub(crate) script: &'a str,
    pub(crate) taken: bool,
}

impl Dispute<'_> {
    /// Whether the reader refuses a script for what `change` takes out of it.
    fn refused_for(&self, change: impl Fn(&str) -> String) -> bool {
        !self.taken && is_script(&decide(&change(self.script)))
    }

    /// Whether bash refuses a script for one `part` of it, and would take it with `other` there.
    fn taken_despite(&self, part: &str, other: &str) -> bool {
        self.taken
            && self.script.match_indices(part).any(|(at, _)| {
                let (before, after) = self.script.split_at(at);
                let after = after.strip_prefix(part).unwrap_or_default();
                bash_takes(&format!("{before}{other}{after}")) == Some(true)
            })
    }
}

type Disputed = Kind<fn(&Dispute<'_>) -> bool>;

/// Of the scripts that only one takes; the first that explains one counts.
pub(crate) const SYNTAX: &[Disputed] = &[
    Kind {
        why: "bash reads the script in a word, for `eval`, a shell or a prompt, only when it runs",
        explains: |dispute| dispute.refused_for(with_plain_names),
    },
    Kind {
        why: "bash reads backquotes only when they run",
        explains: |dispute| dispute.refused_for(|script| cut(script, "`", "`")),
    },
    Kind {
        why: "bash reads arithmetic and subscripts only when it evaluates them",
        explains: |dispute| dispute.refused_for(|script| cut(script, "((", "))")),
    },
    Kind {
        why: "bash finds a bad substitution only when it expands it",
        explains: |dispute| dispute.refused_for(with_good_substitutions),
    },
    Kind {
        why: "the reader refuses `!` before nothing, which bash takes for a failure",
        explains: |dispute| {
            dispute.refused_for(|script| {
                format!("{}\n", script.trim_end())
                    .replace("!;", "! :;")
                    .replace("!\n", "! :\n")
            })
        },
    },
    Kind {
        why: "the reader refuses a here-document without a line after it, or with such a delimiter",
        explains: |dispute| {
            dispute.refused_for(|script| script.replace("<<", "<"))
                || dispute.refused_for(|script| cut(script, "<< ", "\n"))
        },
    },
    Kind {
        why: "bash reads several of these only when they run",
        explains: |dispute| {
            dispute.refused_for(|script| {
                let script = with_plain_here_documents(&with_plain_names(script));
                let script = with_good_substitutions(&without_quoted(&cut(&script, "`", "`")));
                cut(&cut(&script, "((", "))"), "[", "]").replace("<<", "<")
            })
        },
    },
    Kind {
        why: "bash refuses `in` where a command begins; the reader takes it for one",
        explains: |dispute| dispute.taken_despite("in ", ""),
    },
    Kind {
        why: "bash refuses a word that opens a subscript and does not close it; the reader takes it as it stands",
        explains: |dispute| dispute.taken_despite("[[", "") || dispute.taken_despite("[", ""),
    },
];

/// Scripts of kinds that few seeds show.
pub(crate) const RARE: &[&str] = &[
    "!",
    ": ${&x}",
    ": $(cat <<x)",
    ": $(for (( ; x$(ls a)0] ; )); do :; done)",
    "eval \"'\"",
    "ls; in ls",
    "( ls[ -l )",
    ": ${a:-`(`}",
    "eval '\"'; : ${&x}",
    "r\\m() { :; }; rm x",
    "rm() { :; }; command rm x",
    "coproc if case a in a) ls;; esac; then ls; fi",
];

/// Names of which the generator's scripts give a script to run or a text to expand.
const RUNS_WORDS: &[&str] = &[
    "eval", "trap", "bash", "sh", "dash", "compgen", "mapfile", "alias", "PS4",
];

/// Gives every word of [`RUNS_WORDS`] a name that runs nothing.
fn with_plain_names(script: &str) -> String {
    let is_name = |c: char| c == '_' || c.is_ascii_alphanumeric();
    let mut out = String::new();
    for part in script.split_inclusive(|c| !is_name(c)) {
        let name = part.trim_end_matches(|c| !is_name(c));
        let rest = part.strip_prefix(name).unwrap_or_default();
        out += if RUNS_WORDS.contains(&name) {
            "other"
        } else {
            name
        };
        out += rest;
    }
    out
}

/// Cuts what stands in single quotes, and makes text of all that is escaped.
fn without_quoted(script: &str) -> String {
    let mut out = String::new();
    let mut rest = script.chars();
    while let Some(c) = rest.next() {
        match c {
            '\\' => out.extend(rest.next().map(|_| 'x')),
            '\'' => {
                let escapes = out.ends_with('$');
                let mut escaped = false;
                let closed = rest.by_ref().any(|c| {
                    let closes = c == '\'' && !escaped;
                    escaped = escapes && c == '\\' && !escaped;
                    closes
                });
                out += if closed { "''" } else { "'" };
            }
            _ => out.push(c),
        }
    }
    out
}

/// Cuts what stands between each `open` and the next `close`.
fn cut(script: &str, open: &str, close: &str) -> String {
    let mut out = String::new();
    let mut rest = script;
    while let Some((before, after)) = rest.split_once(open)
        && let Some((_, after)) = after.split_once(close)
    {
        out.extend([before, open, "1", close]);
        rest = after;
    }
    out + rest
}

/// Makes every here-document of the generator one that nothing reads.
fn with_plain_here_documents(script: &str) -> String {
    let quoted = [("<<E", "<<\\E"), ("<<-E", "<<-\\E"), ("<< ", "<< \\")];
    let script = quoted.iter().fold(script.to_owned(), |script, (from, to)| {
        script.replace(from, to)
    });
    script
        .replace("bash <<", "cat <<")
        .replace("| bash", "| cat")
}

/// Makes every `${..}` with nothing like it inside a good one.
fn with_good_substitutions(script: &str) -> String {
    let mut parts = script.split("${");
    let first = parts.next().unwrap_or_default().to_owned();
    parts.fold(first, |out, part| match part.split_once('}') {
        Some((_, rest)) => out + "${1}" + rest,
        None => out + "${a:-" + part,
    })
}

/// A simple command of `rable` that is no leaf.
pub(crate) struct Missing<'a> {
    pub(crate) script: &'a str,
    pub(crate) words: &'a [String],
    pub(crate) functions: &'a [String],
    pub(crate) decision: &'a Decision,
}

impl Missing<'_> {
    fn name(&self) -> &str {
        self.words.first().map_or("", String::as_str)
    }

    fn is_any(&self, names: &[&str]) -> bool {
        names.contains(&self.name())
    }
}

type NoLeaf = Kind<fn(&Missing<'_>) -> bool>;

/// Of the commands that are no leaf; the first that explains one counts.
pub(crate) const COMMANDS: &[NoLeaf] = &[
    Kind {
        why: "`command`, `builtin` and `exec` are no leaf: what they run is",
        explains: |missing| missing.is_any(&["command", "builtin", "exec"]),
    },
    Kind {
        why: "`time` with an option that bash does not know is a program to other shells",
        explains: |missing| missing.script.starts_with("time -"),
    },
    Kind {
        why: "a transparent program is no leaf: what it runs is",
        explains: |missing| {
            missing.is_any(&[
                "env", "xargs", "nice", "nohup", "timeout", "stdbuf", "setsid", "time", "gtime",
                "genv", "gxargs", "gnice", "gnohup", "gtimeout", "gstdbuf", "within",
            ])
        },
    },
    Kind {
        why: "the script of `eval` and `trap` is read in their place",
        explains: |missing| missing.is_any(&["eval", "trap"]),
    },
    Kind {
        why: "the script of a shell is read in its place",
        explains: |missing| {
            let name = missing.name().rsplit('/').next();
            name.is_some_and(|name| ["sh", "bash", "dash", "ash"].contains(&name))
        },
    },
    Kind {
        why: "what only declares names runs nothing",
        explains: |missing| missing.is_any(&["export", "declare", "typeset", "local", "readonly"]),
    },
    Kind {
        why: "a function's body is read where it is defined; a call is no leaf",
        explains: |missing| missing.functions.iter().any(|name| name == missing.name()),
    },
    Kind {
        why: "`rable` keeps the backslashes in backquotes, of which bash takes one layer off",
        explains: |missing| {
            let mut parts = missing.script.split('`').skip(1);
            parts.any(|part| part.contains(missing.name())) && missing.script.contains('\\')
        },
    },
    Kind {
        why: "a decision lists no more leaves than its limit",
        explains: |missing| missing.decision.leaves().len() >= MOST_LISTED,
    },
    Kind {
        why: "a command longer than the limit is not read",
        explains: |missing| {
            missing.decision.leaves().is_empty() && missing.script.len() + 2 >= LONGEST_COMMAND
        },
    },
];
