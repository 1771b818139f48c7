//! The simple part of the shell: separators, quotes and redirects. Anything else makes the whole line opaque.

use super::programs::Programs;

/// What a line came to.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Line {
    /// It has something this reader does not follow.
    Opaque,
    /// Its simple commands, in order.
    Commands(Vec<Simple>),
}

/// One simple command.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Simple {
    /// The words, quotes resolved.
    pub(super) words: Vec<String>,
    /// The redirects that touch a file, in order.
    pub(super) redirects: Vec<Redirect>,
}

/// One redirect to or from a file.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Redirect {
    /// Output; otherwise input.
    pub(super) output: bool,
    /// The file's name, quotes resolved.
    pub(super) target: String,
    /// The file's name as written.
    pub(super) written: String,
}

#[derive(Debug, Clone, PartialEq)]
enum Token {
    Word {
        text: String,
        written: String,
    },
    /// `&& || | |&`: a command must follow, newlines may stand between.
    Joint,
    Semicolon,
    Newline,
    Redirect {
        operator: String,
    },
}

const RESERVED: &[&str] = &[
    "if", "then", "else", "elif", "fi", "for", "while", "until", "do", "done", "case", "esac",
    "select", "function", "time", "coproc", "in", "[[",
];

/// Reads one line.
pub(super) fn read(line: &str) -> Line {
    let programs = Programs::shipped();
    let follows = |commands: &Vec<Simple>| {
        let mut all = commands.iter();
        all.all(|command| command.words.is_empty() || programs.follows(&command.words))
    };
    match tokens(line).and_then(|tokens| commands(&tokens)) {
        Some(commands) if follows(&commands) => Line::Commands(commands),
        _ => Line::Opaque,
    }
}

/// Splits into tokens; `None` for what is opaque.
fn tokens(line: &str) -> Option<Vec<Token>> {
    if line
        .chars()
        .any(|c| c != '\t' && c != '\n' && (c.is_control() || is_unseen(c)))
    {
        return None;
    }
    let chars: Vec<char> = line.chars().collect();
    let mut out = Vec::new();
    let mut at = 0;
    while let Some(&c) = chars.get(at) {
        let next = |n: usize| chars.get(at + n).copied();
        match c {
            ' ' | '\t' => at += 1,
            '\n' => {
                out.push(Token::Newline);
                at += 1;
            }
            '\\' if next(1) == Some('\n') => at += 2,
            ';' => {
                out.push(Token::Semicolon);
                at += 1;
            }
            '&' if next(1) == Some('&') => {
                out.push(Token::Joint);
                at += 2;
            }
            '|' if next(1) == Some('|') || next(1) == Some('&') => {
                out.push(Token::Joint);
                at += 2;
            }
            '|' => {
                out.push(Token::Joint);
                at += 1;
            }
            '&' | '<' | '>' => {
                let operator = operator(chars.get(at..)?)?;
                at += operator.len();
                out.push(Token::Redirect {
                    operator: operator.to_owned(),
                });
            }
            _ => {
                let (end, text) = word(&chars, at)?;
                let written: String = chars.get(at..end)?.iter().collect();
                at = end;
                let number = !written.is_empty() && written.chars().all(|c| c.is_ascii_digit());
                // `2>` : a number that touches a redirect says which descriptor, it is no word.
                if !(number && matches!(chars.get(at), Some('<' | '>'))) {
                    out.push(Token::Word { text, written });
                }
            }
        }
    }
    Some(out)
}

/// The redirect operator at the start of `rest`; `None` for a single `&` and for `<<`.
fn operator(rest: &[char]) -> Option<&'static str> {
    let text: String = rest.iter().take(3).collect();
    if text.starts_with("<<") {
        return None;
    }
    ["&>>", "&>", ">>", ">|", ">&", "<>", "<&", ">", "<"]
        .into_iter()
        .find(|operator| text.starts_with(operator))
}

/// Reads the word that starts at `at`: its end and its text.
fn word(chars: &[char], mut at: usize) -> Option<(usize, String)> {
    let mut text = String::new();
    while let Some(&c) = chars.get(at) {
        match c {
            ' ' | '\t' | '\n' | ';' | '&' | '|' | '<' | '>' => break,
            '$' | '`' | '(' | ')' | '{' | '}' | '[' | '*' | '?' | '~' | '!' | '#' => return None,
            '\'' => {
                at += 1;
                loop {
                    match *chars.get(at)? {
                        '\'' => break,
                        c => text.push(c),
                    }
                    at += 1;
                }
                at += 1;
            }
            '"' => {
                at += 1;
                loop {
                    match *chars.get(at)? {
                        '"' => break,
                        '$' | '`' => return None,
                        '\\' => {
                            at += 1;
                            match *chars.get(at)? {
                                '\n' => {}
                                c @ ('$' | '`' | '"' | '\\') => text.push(c),
                                c => {
                                    text.push('\\');
                                    text.push(c);
                                }
                            }
                        }
                        c => text.push(c),
                    }
                    at += 1;
                }
                at += 1;
            }
            '\\' => {
                match *chars.get(at + 1)? {
                    '\n' => {}
                    c => text.push(c),
                }
                at += 2;
            }
            c => {
                text.push(c);
                at += 1;
            }
        }
    }
    Some((at, text))
}

/// Groups the tokens into simple commands; `None` for a syntax error and for what only a real shell understands.
fn commands(tokens: &[Token]) -> Option<Vec<Simple>> {
    let mut out = Vec::new();
    let mut current = Simple::default();
    // A command with only `2>&1` has no word and no file, and is still a command.
    let mut begun = false;
    let mut must_follow = false;
    let mut rest = tokens.iter();
    while let Some(token) = rest.next() {
        match token {
            Token::Word { text, written } => {
                if current.words.is_empty()
                    && (is_assignment(written) || RESERVED.contains(&written.as_str()))
                {
                    return None;
                }
                current.words.push(text.clone());
                begun = true;
            }
            Token::Redirect { operator } => {
                let Some(Token::Word { text, written }) = rest.next() else {
                    return None;
                };
                let descriptor = operator.ends_with('&')
                    && (text == "-"
                        || (text.starts_with(|c: char| c.is_ascii_digit())
                            && (text.strip_suffix('-').unwrap_or(text).chars())
                                .all(|c| c.is_ascii_digit())));
                if !descriptor {
                    // `<>` opens for both.
                    for (sign, output) in [('<', false), ('>', true)] {
                        if operator.contains(sign) {
                            current.redirects.push(Redirect {
                                output,
                                target: text.clone(),
                                written: written.clone(),
                            });
                        }
                    }
                }
                begun = true;
            }
            Token::Newline if !begun => {}
            Token::Joint | Token::Semicolon if !begun => return None,
            separator => {
                out.push(std::mem::take(&mut current));
                begun = false;
                must_follow = *separator == Token::Joint;
                continue;
            }
        }
        if begun {
            must_follow = false;
        }
    }
    if begun {
        out.push(current);
    }
    if must_follow { None } else { Some(out) }
}

/// `NAME=`, `NAME+=` at the beginning of a word, unquoted.
fn is_assignment(written: &str) -> bool {
    let Some((name, _)) = written.split_once('=') else {
        return false;
    };
    let name = name.strip_suffix('+').unwrap_or(name);
    let mut chars = name.chars();
    chars
        .next()
        .is_some_and(|c| c.is_ascii_alphabetic() || c == '_')
        && chars.all(|c| c.is_ascii_alphanumeric() || c == '_')
}

/// The words joined by one space, quoted where a shell needs it.
pub(super) fn joined(words: &[String]) -> String {
    words
        .iter()
        .enumerate()
        .map(|(at, word)| quoted(word, at == 0))
        .collect::<Vec<_>>()
        .join(" ")
}

/// Reading 26: characters that nobody sees, or that turn the text around.
pub(super) fn is_unseen(c: char) -> bool {
    let ranges = [
        (0xad, 0xad),
        (0x61c, 0x61c),
        (0x180e, 0x180e),
        (0x200b, 0x200f),
        (0x202a, 0x202e),
        (0x2060, 0x206f),
        (0xfeff, 0xfeff),
        (0xfff9, 0xfffb),
        (0xe0000, 0xe007f),
    ];
    ranges
        .iter()
        .any(|(low, high)| (*low..=*high).contains(&u32::from(c)))
}

/// Reading 27: all but letters, digits and a few signs is quoted.
fn quoted(word: &str, first: bool) -> String {
    let plain = |c: char| c.is_alphanumeric() || "_-./:,+@%=^".contains(c);
    let special = first && (word.contains('=') || RESERVED.contains(&word) || word == "!");
    let bracket = word == "[" || word == "]";
    if word.is_empty() || special || !(word.chars().all(plain) || bracket) {
        format!("'{}'", word.replace('\'', "'\\''"))
    } else {
        word.to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(line: &str) -> Option<Vec<Vec<String>>> {
        match read(line) {
            Line::Opaque => None,
            Line::Commands(commands) => {
                Some(commands.into_iter().map(|command| command.words).collect())
            }
        }
    }

    fn split(line: &str) -> Vec<String> {
        line.split(' ').map(str::to_owned).collect()
    }

    #[test]
    fn separators_split_and_quoted_ones_do_not() {
        assert_eq!(
            words("a b && c | d; e\nf |& g || h;"),
            Some(["a b", "c", "d", "e", "f", "g", "h"].map(split).to_vec())
        );
        assert_eq!(
            words("echo 'a;b' \"c && d\" e\\;f"),
            Some(vec![vec![
                "echo".into(),
                "a;b".into(),
                "c && d".into(),
                "e;f".into()
            ]])
        );
        assert_eq!(words(""), Some(vec![]));
        assert_eq!(words("\n a &&\n b\n"), Some(["a", "b"].map(split).to_vec()));
    }

    #[test]
    fn what_is_not_followed_is_opaque() {
        for line in [
            "a $x",
            "a \"$x\"",
            "a `b`",
            "(a)",
            "{ a",
            "a *",
            "a ?",
            "a ~",
            "a !",
            "a #",
            "a [",
            "a &",
            "a & b",
            "a << b",
            "a <<< b",
            "x=1 a",
            "x=1",
            "x+=1 a",
            "if a",
            "time a",
            "a 'b",
            "a \"b",
            "a \\",
            "a \u{1} b",
            "a && ; b",
            "; a",
            "a ;; b",
            "a >",
            "a > ; b",
            "a |",
            "&& a",
            "a >> > b",
            "a \n && b",
        ] {
            assert_eq!(read(line), Line::Opaque, "{line}");
        }
        assert!(words("a 'b$c' '*' \"x!\" \\$d ]").is_some());
        assert!(words("'x=1' a").is_some() && words("\\if a").is_some());
    }

    #[test]
    fn redirects_are_files_or_copies() {
        let Line::Commands(commands) = read("a >x 2>>'y z' 2>&1 >&- >|u &>v &>> w <i 3<>j >&k <&0")
        else {
            panic!("opaque")
        };
        assert_eq!(commands.len(), 1);
        assert_eq!(commands[0].words, ["a"]);
        let seen: Vec<_> = commands[0]
            .redirects
            .iter()
            .map(|r| (r.output, r.target.as_str(), r.written.as_str()))
            .collect();
        assert_eq!(
            seen,
            [
                (true, "x", "x"),
                (true, "y z", "'y z'"),
                (true, "u", "u"),
                (true, "v", "v"),
                (true, "w", "w"),
                (false, "i", "i"),
                (false, "j", "j"),
                (true, "j", "j"),
                (true, "k", "k")
            ]
        );
        assert_eq!(words("a2>x"), Some(vec![vec!["a2".into()]]));
        assert_eq!(words("a 2 >x"), Some(vec![split("a 2")]));
    }

    #[test]
    fn texts_are_quoted_where_a_shell_needs_it() {
        assert_eq!(
            joined(&[
                "git".into(),
                "a b".into(),
                "".into(),
                "it's".into(),
                "--x=1".into()
            ]),
            "git 'a b' '' 'it'\\''s' --x=1"
        );
    }
}
