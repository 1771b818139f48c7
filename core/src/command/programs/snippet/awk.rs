//! Programs in the language of awk (POSIX, with gawk's additions).

mod token;

use super::{Deed, Deeds, unread};
use crate::command::programs::effects::Act;
use crate::command::text::Text;
use token::{Token, Tokens};

/// Returns what an awk program does besides computing and printing: what it starts, and the files that it reads and writes.
/// What cannot be read from some place on may do anything.
pub(crate) fn deeds(program: &str) -> Deeds {
    let tokens = Tokens::read(program);
    let mut awk = Awk {
        tokens: &tokens.all,
        deeds: Deeds::new(),
    };
    awk.statements();
    if !tokens.complete {
        awk.deeds.extend(unread());
    }
    awk.deeds
}

struct Awk<'t> {
    tokens: &'t [Token],
    deeds: Deeds,
}

impl<'t> Awk<'t> {
    fn at(&self, index: usize) -> Option<&'t Token> {
        self.tokens.get(index)
    }

    fn before(&self, index: usize, count: usize) -> Option<&'t Token> {
        index.checked_sub(count).and_then(|at| self.at(at))
    }

    fn statements(&mut self) {
        let mut depth = 0_usize;
        // A `>` writes behind `print` and compares anywhere else, and in parentheses.
        let mut prints = false;
        for (index, token) in self.tokens.iter().enumerate() {
            match token {
                Token::Word(word) => match word.as_str() {
                    "print" | "printf" => (prints, depth) = (true, 0),
                    "system" => {
                        let script = match self.at(index + 1) {
                            Some(Token::Sign('(')) => self.operand(index + 2, ends_call),
                            _ => Text::Unknown,
                        };
                        self.deeds.push(Deed::Script(script));
                    }
                    "getline" => self.getline(index),
                    // What it says is what will be read.
                    "ARGV" => self.deeds.push(Deed::File(Act::Read, Text::Unknown)),
                    "fflush" | "close" => self.deeds.push(Deed::Other),
                    _ => {}
                },
                Token::Sign('(') => depth += 1,
                Token::Sign(')') | Token::Condition => depth = depth.saturating_sub(1),
                Token::Sign(';' | '{' | '}' | '\n') => prints = false,
                // What is called through a variable is whatever its text says, and so is what is loaded.
                Token::Sign('@') => self.deeds.push(Deed::Script(Text::Unknown)),
                Token::Sign('|') => self.pipe(index),
                Token::Sign('>') if depth == 0 && prints => {
                    let file = self.operand(index + 1, ends_output);
                    self.file(Act::Write, file);
                    prints = false;
                }
                _ => {}
            }
        }
    }

    /// `getline x < file`; what comes through a pipe is the pipe's.
    fn getline(&mut self, index: usize) {
        if matches!(self.before(index, 1), Some(Token::Sign('|'))) {
            return;
        }
        let mut depth = 0_usize;
        for at in index + 1..self.tokens.len() {
            match self.at(at) {
                Some(Token::Sign('(' | '[')) => depth += 1,
                Some(Token::Sign(')' | ']') | Token::Condition) => match depth.checked_sub(1) {
                    Some(less) => depth = less,
                    None => return,
                },
                Some(Token::Sign('<')) if depth == 0 => {
                    let file = self.operand(at + 1, ends_input);
                    return self.file(Act::Read, file);
                }
                Some(Token::Sign(';' | '\n' | '{' | '}')) => return,
                _ => {}
            }
        }
    }

    fn pipe(&mut self, index: usize) {
        let reads = matches!(self.at(index + 1), Some(Token::Word(word)) if word == "getline");
        let script = if reads {
            // The command stands before it; what stands before that may belong to it.
            match (self.before(index, 1), self.before(index, 2)) {
                (
                    Some(Token::Text(Some(script))),
                    None | Some(Token::Sign('(' | '{' | ';' | '\n')),
                ) => Text::Exact(script.as_str().into()),
                _ => Text::Unknown,
            }
        } else {
            self.operand(index + 1, ends_output)
        };
        self.deeds.push(match connection(&script) {
            Some(url) => Deed::File(Act::Fetch, url),
            None => Deed::Script(script),
        });
    }

    fn file(&mut self, act: Act, file: Text) {
        self.deeds.push(match connection(&file) {
            Some(url) => Deed::File(Act::Fetch, url),
            None => Deed::File(act, file),
        });
    }

    /// The text that stands at `at`, if nothing else belongs to it.
    fn operand(&self, at: usize, ends: fn(Option<&Token>) -> bool) -> Text {
        match self.at(at) {
            Some(Token::Text(Some(text))) if ends(self.at(at + 1)) => {
                Text::Exact(text.as_str().into())
            }
            _ => Text::Unknown,
        }
    }
}

fn ends_call(token: Option<&Token>) -> bool {
    matches!(token, None | Some(Token::Sign(')')))
}

/// Some awks take a comparison behind the name of a file for a part of it.
fn ends_output(token: Option<&Token>) -> bool {
    matches!(token, None | Some(Token::Sign(';' | '}' | '\n')))
}

fn ends_input(token: Option<&Token>) -> bool {
    let compares = matches!(
        token,
        Some(Token::Sign(')' | '&' | '>' | '=') | Token::Condition)
    );
    compares || ends_output(token)
}

/// Reads gawk's `/inet/tcp/0/host/port`, a name for a connection.
fn connection(name: &Text) -> Option<Text> {
    let mut parts = name.exact()?.strip_prefix("/inet")?.split('/');
    if !matches!(parts.next(), Some("" | "4" | "6")) {
        return None;
    }
    let (protocol, _local, host) = (parts.next()?, parts.next()?, parts.next()?);
    let host = match host.contains(':') {
        true => alloc::format!("[{host}]"),
        false => host.into(),
    };
    let port = parts.next().unwrap_or_default();
    let port = match port.bytes().all(|b| b.is_ascii_digit()) && !port.is_empty() {
        true => alloc::format!(":{port}"),
        false => "/".into(),
    };
    Some(Text::Exact(
        alloc::format!("{protocol}://{host}{port}").into(),
    ))
}

#[cfg(test)]
mod tests {
    use super::{Act, Deed, Text, deeds, unread};

    #[test]
    fn it_prints() {
        for program in [
            "{print $1}",
            "$3 > 100 { n += $3 } END { print n / 2 }",
            "/a|b/ || $2 == \"x|y\" {print (a > b) ? a : b}",
            "BEGIN{FS=\":\"} {printf \"%s > %s\\n\", $1, $2}",
            "{ subsystem = 1; print system_load }",
            "{ gsub(/[/\"]/, \"\"); n = split($0, parts, /[[:space:]]+/); print parts[n] / 2. / n }",
            "/[.]rs$|[:=]|[^/.]|[[:alpha:][:digit:]_]/ { print }",
            "/a/, /b/ { if ($1 ~ /x/ &&\n !/y/) print \"|\" } # a > b",
            "function half(n) { return n / 2 }\n{ s = s + half($2)\n}\nEND { print s }",
        ] {
            assert_eq!(deeds(program), [], "{program}");
        }
    }

    #[test]
    fn what_it_does_is_named() {
        let script = |text: &str| Deed::Script(Text::Exact(text.into()));
        let file = |act, text: &str| Deed::File(act, Text::Exact(text.into()));
        let unknown = Deed::Script(Text::Unknown);
        for (program, deed) in [
            ("BEGIN{system(\"rm -rf x\")}", script("rm -rf x")),
            ("BEGIN{system (\"ls \" $1)}", unknown.clone()),
            ("{system($0)}", unknown.clone()),
            ("{system(\"\\162m x\")}", unknown.clone()),
            ("{system(\"a\\/b\")}", unknown.clone()),
            ("{print $1 > \"f\"}", file(Act::Write, "f")),
            ("{ printf \"x\" >> \"f\" }", file(Act::Write, "f")),
            ("{ print \"a\",\n\"b\" > \"f\" }", file(Act::Write, "f")),
            (
                "{print > $1 \".txt\"}",
                Deed::File(Act::Write, Text::Unknown),
            ),
            (
                "{print \"a\" > \"f\" > \"g\"}",
                Deed::File(Act::Write, Text::Unknown),
            ),
            ("{print | \"sh\"}", script("sh")),
            ("{print | \"sort \" x}", unknown.clone()),
            (
                "BEGIN{while((\"x y\" | getline l) > 0) print l}",
                script("x y"),
            ),
            ("BEGIN{\"a\" \"b\" | getline}", unknown.clone()),
            ("BEGIN{!\"a\" | getline}", unknown.clone()),
            (
                "BEGIN{while((getline l < \"f\") > 0) n++}",
                file(Act::Read, "f"),
            ),
            (
                "BEGIN{getline a[1+1+1+1+1+1+1+1] < \"f\"}",
                file(Act::Read, "f"),
            ),
            (
                "BEGIN{ARGV[1] = \"f\"; ARGC = 2}",
                Deed::File(Act::Read, Text::Unknown),
            ),
            (
                "BEGIN{print \"x\" |& \"/inet/tcp/0/docs.rs/80\"}",
                file(Act::Fetch, "tcp://docs.rs:80"),
            ),
            (
                "BEGIN{getline < \"/inet6/udp/0/::1/ntp\"}",
                file(Act::Fetch, "udp://[::1]/"),
            ),
            ("BEGIN { f = \"system\"; @f(\"x\") }", unknown),
        ] {
            assert_eq!(deeds(program), [deed], "{program}");
        }
    }

    #[test]
    fn no_slash_and_no_bracket_hides_what_it_runs() {
        let runs = Deed::Script(Text::Exact("id".into()));
        for program in [
            // Every awk takes these for regular expressions, and these for divisions.
            "BEGIN { print /\"/; system(\"id\") } #\"",
            "function f() { return /\"/ } BEGIN { system(\"id\") } #\"",
            "BEGIN { if (0) {} else /\"/; system(\"id\") } #\"",
            "BEGIN { x = 5./2; system(\"id\"); y = 1/2 }",
            "BEGIN { x ~ /[/\"]/; system(\"id\") } #\"]/",
        ] {
            assert_eq!(deeds(program), core::slice::from_ref(&runs), "{program}");
        }
        for program in [
            "BEGIN { if (1) /\"/; system(\"id\") } #\"",
            "BEGIN { x++ / 2; system(\"id\"); y = 1/2 }",
            "BEGIN { x = $/\"/; system(\"id\") } #\"",
            "BEGIN { x = /a/ / 2; system(\"id\"); y = 1/2 }",
            "BEGIN { getline /\"/; system(\"id\") } #\"",
            "BEGIN { length / 2; system(\"id\"); y = 1/2 }",
            "BEGIN { x ~ /[]/\"]/; system(\"id\") } #\"]/",
            "BEGIN { x ~ /[^]/\"]/; system(\"id\") } #\"]/",
            "BEGIN { x ~ /[[]/; system(\"id\") } #\"]/",
            "BEGIN { x ~ /[\\]/\"]/; system(\"id\") } #\"]/",
            "BEGIN { x ~ /[[:alpha:]/\"]/; system(\"id\") } #\"]/",
            "BEGIN { x = 4 \\ # c\n / 2; system(\"id\") # /\n}",
            "BEGIN { x = \"",
            "BEGIN { print \"x\",",
        ] {
            assert!(deeds(program).ends_with(&unread()), "{program}");
        }
    }
}
