//! The ways in which one word can be written so that bash reads the same word.

use super::dice::Dice;

/// A way to write a word.
#[derive(Debug)]
pub struct WordForm {
    /// What it is called in a failure.
    pub name: &'static str,
    /// Quotes, escapes, line continuation, braces: the word stays exactly known.
    pub exact: bool,
    /// Only for the name of a program.
    pub program: bool,
    /// Bash splits what comes out at spaces.
    pub splits: bool,
    write: fn(&str, &mut Dice) -> String,
}

impl PartialEq for WordForm {
    fn eq(&self, other: &WordForm) -> bool {
        self.name == other.name
    }
}

/// All ways.
pub const WORD_FORMS: &[WordForm] = &[
    exact("single quotes", |word, _| single(word)),
    exact("double quotes", |word, _| double(word)),
    exact("$'..'", ansi),
    exact("$\"..\"", |word, _| format!("${}", double(word))),
    exact("backslashes", |word, _| {
        word.chars().map(backslashed).collect()
    }),
    exact("quotes inside", |word, dice| {
        let (head, tail) = cut(word, dice);
        format!("{}{}", plain(head), single(tail))
    }),
    exact("empty quotes", |word, dice| {
        let (head, tail) = cut(word, dice);
        let empty = dice.pick(&["''", "\"\"", "$''"]);
        format!("{}{empty}{}", plain(head), plain(tail))
    }),
    exact("line continuation", |word, dice| {
        let (head, tail) = cut(word, dice);
        format!("{}\\\n{}", plain(head), plain(tail))
    }),
    exact("part $'..'", |word, dice| {
        let (head, tail) = cut(word, dice);
        format!("{}{}", plain(head), ansi(tail, dice))
    }),
    exact("brace with an empty end", |word, _| {
        format!("{{{},}}", plain(word))
    }),
    exact("brace sequence", |word, dice| {
        let (head, tail) = cut(word, dice);
        let mut letters = tail.chars();
        match letters.next().filter(char::is_ascii_alphabetic) {
            Some(first) => format!(
                "{}{{{first}..{first}}}{}",
                plain(head),
                plain(letters.as_str())
            ),
            None => plain(word),
        }
    }),
    other("unset variable inside", |word, dice| {
        let (head, tail) = cut(word, dice);
        let nothing = dice.pick(&[
            "${nothing}",
            "$@",
            "${nothing:-}",
            "$*",
            "${nothing[@]}",
            "$(:)",
            "$(true)",
        ]);
        format!("{}{nothing}{}", plain(head), plain(tail))
    }),
    splitting("default value", |word, dice| {
        let operator = dice.pick(&[":-", "-", ":=", "="]);
        format!("${{v{}{operator}{}}}", dice.below(1000), plain(word))
    }),
    other("quoted default value", |word, dice| {
        format!("\"${{v{}:-{}}}\"", dice.below(1000), inside_double(word))
    }),
    splitting("other value", |word, _| {
        format!("${{HOME:+{}}}", plain(word))
    }),
    splitting("substitution", |word, _| format!("$(echo {})", plain(word))),
    other("quoted substitution", |word, _| {
        format!("\"$(printf %s {})\"", plain(word))
    }),
    splitting("backticks", |word, _| {
        format!("`echo {}`", in_backticks(&plain(word)))
    }),
    other("replacement", |word, _| {
        format!("\"${{PWD/$PWD/{}}}\"", inside_double(word))
    }),
    program("path", |word, dice| {
        let folder = dice.pick(&[
            "/usr/bin/",
            "/bin/",
            "/bin/../bin/",
            "//usr/bin//",
            "/bin/./",
            "~/../../bin/",
        ]);
        format!("{folder}{}", plain(word))
    }),
    program("glob", |word, dice| {
        let (head, last) = word.split_at(word.len().saturating_sub(1));
        let pattern = if dice.chance(50) {
            "/usr/bin/"
        } else {
            "/*/bin/"
        };
        format!("{pattern}{head}[{last}]")
    }),
];

const fn exact(name: &'static str, write: fn(&str, &mut Dice) -> String) -> WordForm {
    WordForm {
        name,
        exact: true,
        program: false,
        splits: false,
        write,
    }
}

const fn other(name: &'static str, write: fn(&str, &mut Dice) -> String) -> WordForm {
    WordForm {
        name,
        exact: false,
        program: false,
        splits: false,
        write,
    }
}

const fn splitting(name: &'static str, write: fn(&str, &mut Dice) -> String) -> WordForm {
    WordForm {
        name,
        exact: false,
        program: false,
        splits: true,
        write,
    }
}

const fn program(name: &'static str, write: fn(&str, &mut Dice) -> String) -> WordForm {
    WordForm {
        name,
        exact: false,
        program: true,
        splits: true,
        write,
    }
}

impl WordForm {
    pub(super) fn write(&self, word: &str, seed: u64) -> String {
        (self.write)(word, &mut Dice::new(seed))
    }
}

/// The word as a person would type it.
#[must_use]
pub fn plain(word: &str) -> String {
    let safe = |c: char| c.is_ascii_alphanumeric() || "-_./:=@%+,".contains(c);
    if !word.is_empty() && word.chars().all(safe) {
        word.to_owned()
    } else {
        single(word)
    }
}

/// `'word'`, a quote in it as `'\''`.
#[must_use]
pub fn single(word: &str) -> String {
    format!("'{}'", word.replace('\'', r"'\''"))
}

/// `"word"`.
#[must_use]
pub fn double(word: &str) -> String {
    format!("\"{}\"", inside_double(word))
}

fn inside_double(word: &str) -> String {
    let mut out = String::new();
    for c in word.chars() {
        if "\"\\$`".contains(c) {
            out.push('\\');
        }
        out.push(c);
    }
    out
}

/// `$'word'`, each character as itself or by a number.
pub(super) fn ansi(word: &str, dice: &mut Dice) -> String {
    let mut out = String::from("$'");
    let mut rest = word.chars().peekable();
    while let Some(c) = rest.next() {
        let code = u32::from(c);
        // A number ends where no further digit can follow; only characters of one byte have one in octal and hex.
        let open = rest.peek().is_none_or(|next| !next.is_ascii_hexdigit());
        match dice.below(6) {
            0 if c.is_ascii() => out.push_str(&format!("\\x{code:02x}")),
            1 if c.is_ascii() => out.push_str(&format!("\\{code:03o}")),
            2 if c.is_ascii() => out.push_str(&format!("\\u{code:04x}")),
            3 if c.is_ascii() && open => out.push_str(&format!("\\u{code:x}")),
            4 if c.is_ascii() => out.push_str(&format!("\\U{code:08X}")),
            _ => match c {
                '\'' | '\\' => out.extend(['\\', c]),
                '\n' => out.push_str("\\n"),
                _ => out.push(c),
            },
        }
    }
    out.push('\'');
    out
}

fn backslashed(c: char) -> String {
    if c == '\n' {
        "'\n'".to_owned()
    } else {
        format!("\\{c}")
    }
}

pub(super) fn in_backticks(code: &str) -> String {
    let mut out = String::new();
    for c in code.chars() {
        if c == '\\' || c == '`' {
            out.push('\\');
        }
        out.push(c);
    }
    out
}

/// The word in two, both with something in them where that is possible; words here are ASCII.
fn cut<'a>(word: &'a str, dice: &mut Dice) -> (&'a str, &'a str) {
    let at = 1 + dice.below(word.len().saturating_sub(1));
    word.split_at_checked(at).unwrap_or((word, ""))
}
