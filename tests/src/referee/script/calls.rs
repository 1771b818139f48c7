//! Simple commands: their words, and the ways to write a whole one.

use super::words::{WORD_FORMS, WordForm, plain, single};
use super::{Spelling, Style};

/// A simple command.
#[derive(Debug, Clone)]
pub struct Call {
    /// Its words, the program first.
    pub words: Vec<Word>,
    /// How the whole is written, when not just as its words.
    pub dress: Option<&'static Dress>,
    /// From this its free choices come.
    pub seed: u64,
}

/// A word and how it is spelled.
#[derive(Debug, Clone)]
pub struct Word {
    /// What bash is to make of it.
    pub text: String,
    /// How it is written, when not plainly.
    pub form: Option<&'static WordForm>,
}

/// A way to write a simple command that executes the same words.
#[derive(Debug)]
pub struct Dress {
    /// `%w` the words as spelled, `%p` the program, `%r` the rest, `%b` the words with commas between, `%s` all in single quotes, `%n` a number.
    pub text: &'static str,
    /// Every word stays exactly known.
    pub exact: bool,
    /// It is a single command to the shell's grammar, so an operator may stand beside it.
    pub single: bool,
}

const fn exact(text: &'static str) -> Dress {
    Dress {
        text,
        exact: true,
        single: true,
    }
}

const fn one(text: &'static str) -> Dress {
    Dress {
        text,
        exact: false,
        single: true,
    }
}

const fn many(text: &'static str) -> Dress {
    Dress {
        text,
        exact: false,
        single: false,
    }
}

/// All ways; each executes the words when it stands in a list.
pub const DRESSES: &[Dress] = &[
    exact("{%b}"),
    one("2>/dev/null %w"),
    one(">log %w"),
    one("%p >log %r"),
    one("<README.md %w"),
    one("%w 2>&1 </dev/null"),
    one("CI=1 %w"),
    one("CI=$((1)) %w"),
    one("a[0]=1 %w"),
    one("command %w"),
    one("command -- %w"),
    one("command -p %w"),
    one("builtin command %w"),
    one("command command %w"),
    one("(exec %w)"),
    one("(exec -a tool %w)"),
    one("(exec -c %w)"),
    one("nothing= %w"),
    one("$nothing %w"),
    one("$(:) %w"),
    many("v%n=%p; $v%n %r"),
    many("v%n=%p && ${v%n} %r"),
    many("v%n=%s; $v%n"),
    many("v%n=%s\n${v%n}"),
    many("a%n=(%w); \"${a%n[@]}\""),
    many("a%n=(%w); ${a%n[*]}"),
    many("a%n=(x %w); \"${a%n[@]:1}\""),
    many("export v%n=%p; $v%n %r"),
    many("declare v%n=%p; \"$v%n\" %r"),
    many("printf -v v%n %s %p; $v%n %r"),
    many("read -r v%n <<< %p; $v%n %r"),
    many("v%n=x; v%n+=y; v%n=%p; $v%n %r"),
    many("v%n=%p; declare -n w%n=v%n; $w%n %r"),
    many("v%n=%p; w%n=v%n; ${!w%n} %r"),
    many("v%n=xx%p; ${v%n#xx} %r"),
    many("v%n=%pxx; ${v%n%xx} %r"),
    many("v%n=%p; ${v%n:0} %r"),
    many("v%n=%p; ${v%n,,} %r"),
    many("v%n=%p; ${v%n@E} %r"),
    many("(set -- %w; \"$@\")"),
    many("(set -- %w; $*)"),
    many("for w in %p; do $w %r; done"),
    many("for w in %w; do a%n+=(\"$w\"); done; \"${a%n[@]}\""),
    many("f%n() { \"$@\"; }; f%n %w"),
    many("f%n() { $1 \"${@:2}\"; }; f%n %w"),
    many("f%n() { local p=%p; $p %r; }; f%n"),
    many("f%n() { %p \"$@\"; }; f%n %r"),
    many("hash -p /usr/bin/%p h%n; h%n %r"),
    many("echo() { %w; }; echo hello; unset -f echo"),
    many("(command_not_found_handle() { %w; }; no-such-program)"),
    many("shopt -s expand_aliases\nalias al%n=%p\nal%n %r"),
    many("while read -r l; do $l; done <<< %s"),
    many("[[ %p =~ (.*) ]]; ${BASH_REMATCH[1]} %r"),
    many("(PATH=/nowhere:/bin; %w)"),
    many("(cd build; %w)"),
    many("(IFS=,; v=%b; $v)"),
];

impl Call {
    /// A call of those words, plainly written.
    #[must_use]
    pub fn plain(words: &[&str]) -> Call {
        let words = words
            .iter()
            .map(|word| Word {
                text: (*word).to_owned(),
                form: None,
            })
            .collect();
        Call {
            words,
            dress: None,
            seed: 0,
        }
    }

    /// Its text, and whether it is a single command to the grammar.
    pub(super) fn write(&self, style: Style, number: &mut usize) -> (String, bool) {
        *number += 1;
        let spelled: Vec<String> = (self.words.iter().enumerate())
            .map(|(index, word)| word.write(style, self.seed.wrapping_add(index as u64)))
            .collect();
        let space = match (style.padding, self.seed % 5) {
            (true, 0) => "  ",
            (true, 1) => " \t ",
            (true, 2) => " \\\n ",
            _ => " ",
        };
        let words = spelled.join(space);
        let dress = self.dress.filter(|dress| match style.spelling {
            Spelling::Plain => false,
            Spelling::Exact => dress.exact,
            Spelling::Any => true,
        });
        let Some(dress) = dress else {
            return (words, true);
        };
        let plain_words: Vec<String> = self.words.iter().map(|word| plain(&word.text)).collect();
        let (program, rest) = match spelled.split_first() {
            Some((program, rest)) => (program.clone(), rest.join(space)),
            None => return (words, true),
        };
        let bare = self
            .words
            .first()
            .map(|word| word.text.clone())
            .unwrap_or_default();
        let mut out = String::new();
        let mut text = dress.text;
        while let Some((before, after)) = text.split_once('%') {
            out.push_str(before);
            let mut letters = after.chars();
            match letters.next() {
                Some('w') => out.push_str(&words),
                // Where a name touches other letters it is written plainly.
                Some('p') if before.ends_with(['x', '/']) || after.starts_with("px") => {
                    out.push_str(&bare)
                }
                Some('p') => out.push_str(&program),
                Some('r') => out.push_str(&rest),
                Some('b') => out.push_str(&plain_words.join(",")),
                Some('s') if after.starts_with("s %p") => out.push_str("%s"),
                Some('s') => out.push_str(&single(&plain_words.join(" "))),
                Some('n') => out.push_str(&number.to_string()),
                _ => {
                    out.push('%');
                    text = after;
                    continue;
                }
            }
            text = letters.as_str();
        }
        out.push_str(text);
        (out, dress.single)
    }
}

impl Word {
    fn write(&self, style: Style, seed: u64) -> String {
        let form = self.form.filter(|form| match style.spelling {
            Spelling::Plain => false,
            Spelling::Exact => form.exact,
            Spelling::Any => true,
        });
        form.map_or_else(|| plain(&self.text), |form| form.write(&self.text, seed))
    }
}

/// The spellings that fit a word in that position.
pub(super) fn forms_for(word: &str, program: bool) -> Vec<&'static WordForm> {
    let fits = |form: &WordForm| (program || !form.program) && !(form.splits && word.contains(' '));
    WORD_FORMS.iter().filter(|form| fits(form)).collect()
}
