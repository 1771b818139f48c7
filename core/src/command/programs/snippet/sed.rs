//! Programs in the language of sed (POSIX, with GNU's additions).

use alloc::vec::Vec;

use super::{Deed, Deeds};
use crate::command::programs::effects::Act;
use crate::command::text::Text;

/// Returns what a sed program does besides changing and printing what it reads: the commands `e`, `r`, `R`, `w`, `W`, and the
/// flags `e` and `w` of `s`. What cannot be read from some place on may do anything.
pub(crate) fn deeds(program: &str) -> Deeds {
    let mut sed = Sed {
        rest: program,
        deeds: Vec::new(),
    };
    if sed.commands().is_none() {
        sed.deeds.push(Deed::Other);
    }
    sed.deeds
}

struct Sed<'t> {
    rest: &'t str,
    deeds: Deeds,
}

impl<'t> Sed<'t> {
    /// Reads all commands; `None` at one that is not known.
    fn commands(&mut self) -> Option<()> {
        loop {
            self.skip(|c| c.is_whitespace() || matches!(c, ';' | '{' | '}'));
            if self.rest.is_empty() {
                return Some(());
            }
            self.addresses()?;
            match self.next()? {
                '{' | '}' | '=' | 'd' | 'D' | 'g' | 'G' | 'h' | 'H' | 'n' | 'N' | 'p' | 'P'
                | 'x' | 'z' | 'F' => {}
                'q' | 'Q' | 'l' | 'L' => self.skip(|c| c.is_ascii_digit() || c == ' '),
                'b' | 't' | 'T' | ':' => self.skip(|c| !matches!(c, ';' | '\n' | '}')),
                '#' => self.skip(|c| c != '\n'),
                // Text up to the end of its last line.
                'a' | 'i' | 'c' => {
                    let mut before = ' ';
                    while let Some(c) = self.next() {
                        if c == '\n' && before != '\\' {
                            break;
                        }
                        before = c;
                    }
                }
                'e' => self.runs(),
                'r' | 'R' => self.file(Act::Read),
                'w' | 'W' => self.file(Act::Write),
                's' => {
                    let end = self.next()?;
                    self.until(end)?;
                    self.until(end)?;
                    self.flags()?;
                }
                'y' => {
                    let end = self.next()?;
                    self.until(end)?;
                    self.until(end)?;
                }
                _ => return None,
            }
        }
    }

    /// Reads what stands behind `s/x/y/`.
    fn flags(&mut self) -> Option<()> {
        loop {
            match self.rest.chars().next() {
                Some('g' | 'p' | 'i' | 'I' | 'm' | 'M' | '0'..='9') => drop(self.next()),
                // What runs is what the line has become.
                Some('e') => {
                    self.next();
                    self.deeds.push(Deed::Script(Text::Unknown));
                }
                Some('w') => {
                    self.next();
                    self.file(Act::Write);
                    return Some(());
                }
                _ => return self.ends(),
            }
        }
    }

    /// Reads the command of `e`: the rest of its line, or what the line that is read says.
    fn runs(&mut self) {
        let script = self.line();
        self.deeds.push(Deed::Script(match script {
            "" => Text::Unknown,
            script => Text::Exact(script.into()),
        }));
    }

    fn file(&mut self, act: Act) {
        let name = self.line();
        self.deeds.push(Deed::File(act, Text::Exact(name.into())));
    }

    /// Takes the rest of the line, which nothing but its end ends.
    fn line(&mut self) -> &'t str {
        let (line, rest) = self.rest.split_once('\n').unwrap_or((self.rest, ""));
        self.rest = rest;
        line.trim_start()
    }

    /// Reads the lines that a command is for.
    fn addresses(&mut self) -> Option<()> {
        loop {
            self.skip(char::is_whitespace);
            match self.rest.chars().next()? {
                '0'..='9' | '$' | ',' | '~' | '+' | '!' => drop(self.next()),
                '/' => {
                    self.next();
                    self.until('/')?;
                    self.skip(|c| matches!(c, 'I' | 'M'));
                }
                '\\' => {
                    self.next();
                    let end = self.next()?;
                    self.until(end)?;
                }
                _ => return Some(()),
            }
        }
    }

    /// Whether a command ends here.
    fn ends(&self) -> Option<()> {
        let next = self.rest.chars().next();
        next.is_none_or(|c| c.is_whitespace() || matches!(c, ';' | '}' | '#'))
            .then_some(())
    }

    fn next(&mut self) -> Option<char> {
        let mut rest = self.rest.chars();
        let next = rest.next();
        self.rest = rest.as_str();
        next
    }

    fn skip(&mut self, test: impl Fn(char) -> bool) {
        self.rest = self.rest.trim_start_matches(test);
    }

    /// Reads up to and with an end that is not escaped, nor in brackets.
    fn until(&mut self, end: char) -> Option<()> {
        let mut brackets = false;
        loop {
            match self.next()? {
                '\\' => drop(self.next()?),
                '[' if end != '[' => brackets = true,
                ']' => brackets = false,
                // GNU sed and POSIX disagree on the end inside brackets: whoever relies on it is not read.
                c if c == end && brackets => return None,
                c if c == end => return Some(()),
                _ => {}
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Act, Deed, Text, deeds};

    #[test]
    fn it_prints_or_does_more() {
        for program in [
            "s/a/b/g",
            "1,20p",
            "/x/d;$!N;P;D",
            "s|/usr|/opt|gI;s/x;w/y/",
            "/^#/!{s/a/b/;p}",
            "3a more text",
            "y/abc/def/",
            ":a;N;$!ba;s/\\n/ /g",
            "10q",
        ] {
            assert_eq!(deeds(program), [], "{program}");
        }
        for program in ["s/[/]/x/e/;e", "s/a/b/Z", "k", "s/a"] {
            assert_eq!(deeds(program).last(), Some(&Deed::Other), "{program}");
        }
    }

    #[test]
    fn what_it_does_is_named() {
        let script = |text: &str| Deed::Script(Text::Exact(text.into()));
        let file = |act, text: &str| Deed::File(act, Text::Exact(text.into()));
        for (program, deed) in [
            ("1e id -u", script("id -u")),
            ("e", Deed::Script(Text::Unknown)),
            ("s/x/id/e", Deed::Script(Text::Unknown)),
            ("s/a/b/ge", Deed::Script(Text::Unknown)),
            ("s/a/b/w out", file(Act::Write, "out")),
            ("/a/w out;p", file(Act::Write, "out;p")),
            ("1W out", file(Act::Write, "out")),
            ("p\nr /etc/passwd\np", file(Act::Read, "/etc/passwd")),
        ] {
            assert_eq!(deeds(program), [deed], "{program}");
        }
    }
}
