//! Programs in the language of sed (POSIX, with GNU's additions).

use alloc::vec::Vec;

use super::{Brackets, Deed, Deeds, unread};
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
        sed.deeds.extend(unread());
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
        // A label ends at a space or semicolon, or, to some, with the line.
        let mut label = false;
        loop {
            let gap = self.skip(|c| c.is_whitespace() || matches!(c, ';' | '{' | '}'));
            label &= !gap.contains('\n');
            if self.rest.is_empty() {
                return Some(());
            }
            let before = self.rest;
            self.addresses()?;
            match self.next()? {
                '{' | '}' | '=' | 'd' | 'D' | 'g' | 'G' | 'h' | 'H' | 'n' | 'N' | 'p' | 'P'
                | 'x' | 'z' | 'F' => {}
                'q' | 'Q' | 'l' | 'L' => {
                    self.skip(|c| c.is_ascii_digit() || c == ' ');
                }
                'b' | 't' | 'T' | ':' => {
                    self.skip(|c| matches!(c, ' ' | '\t'));
                    self.skip(|c| !c.is_whitespace() && !matches!(c, ';' | '}'));
                    label = true;
                }
                '#' => {
                    self.line();
                }
                'a' | 'i' | 'c' => {
                    self.text();
                }
                'e' => self.runs(),
                'r' | 'R' => self.file(Act::Read),
                'w' | 'W' => self.file(Act::Write),
                's' => {
                    let end = self.delimiter()?;
                    self.regex(end)?;
                    self.until(end)?;
                    self.flags()?;
                }
                'y' => {
                    let end = self.delimiter()?;
                    self.until(end)?;
                    self.until(end)?;
                }
                _ => return None,
            }
            let taken = before.len() - self.rest.len();
            if label && before.get(..taken)?.contains('\n') {
                // Where the label takes all of its line, the next line is a command of its own.
                return None;
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
        let script = self.text();
        self.deeds.push(Deed::Script(match script {
            "" => Text::Unknown,
            script if script.contains('\\') => Text::Unknown,
            script => Text::Exact(script.into()),
        }));
    }

    fn file(&mut self, act: Act) {
        let name = self.line();
        self.deeds.push(Deed::File(act, Text::Exact(name.into())));
    }

    /// Takes the rest of the line, which nothing but its end ends.
    fn line(&mut self) -> &'t str {
        self.skip(|c| c != '\n').trim_start()
    }

    /// Takes the rest of the line, and the next one as long as a backslash stands before the end.
    fn text(&mut self) -> &'t str {
        let text = self.rest;
        let mut escaped = false;
        self.skip(|c| {
            let ends = c == '\n' && !escaped;
            escaped = c == '\\' && !escaped;
            !ends
        });
        let taken = text.len() - self.rest.len();
        text.get(..taken).unwrap_or_default().trim_start()
    }

    /// Reads the lines that a command is for.
    fn addresses(&mut self) -> Option<()> {
        loop {
            self.skip(char::is_whitespace);
            let end = match self.rest.chars().next()? {
                '0'..='9' | '$' | ',' | '~' | '+' | '!' => {
                    self.next();
                    continue;
                }
                '/' => self.next()?,
                '\\' => {
                    self.next();
                    self.delimiter()?
                }
                _ => return Some(()),
            };
            self.regex(end)?;
            self.skip(|c| matches!(c, 'I' | 'M'));
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

    fn skip(&mut self, test: impl FnMut(char) -> bool) -> &'t str {
        let (before, rest) = (self.rest, self.rest.trim_start_matches(test));
        self.rest = rest;
        before.strip_suffix(rest).unwrap_or_default()
    }

    /// Reads the character that parts the texts of `s` and `y`; `None` for one that means something else too.
    fn delimiter(&mut self) -> Option<char> {
        self.next()
            .filter(|c| !matches!(c, '\\' | '\n' | '[' | ']'))
    }

    /// Reads a regular expression up to and with its end.
    fn regex(&mut self, end: char) -> Option<()> {
        let mut brackets = Brackets::new();
        loop {
            match self.next()? {
                '\\' => brackets.escaped(self.next()?),
                c if c == end && brackets.is_end()? => return Some(()),
                c => brackets.pass(c),
            }
        }
    }

    /// Reads a text up to and with an end that is not escaped.
    fn until(&mut self, end: char) -> Option<()> {
        loop {
            match self.next()? {
                '\\' => drop(self.next()?),
                c if c == end => return Some(()),
                _ => {}
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Act, Deed, Text, deeds, unread};

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
            "s/[^/]*$//;s/x/[/;/[,/]/Id",
            "a\\\nfirst\\\n1e second\np",
        ] {
            assert_eq!(deeds(program), [], "{program}");
        }
        for program in [
            "s/[/]/x/e/;e",
            "s/a/b/Z",
            "k",
            "s/a",
            "s/[]/]/x/",
            "s/[[:alpha:]/]/x/",
            "s/[\\]/]/x/",
            "s[a[b[",
            ":a;i\\\nw out",
        ] {
            assert!(deeds(program).ends_with(&unread()), "{program}");
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
            (":a e id", script("id")),
            ("s/x/y/;t a e id\n:a", script("id")),
            ("a two\\\\\ne id", script("id")),
            ("\\cxcIe id", script("id")),
            ("1e id\\\nid -u", Deed::Script(Text::Unknown)),
            ("e\\\nid", Deed::Script(Text::Unknown)),
        ] {
            assert_eq!(deeds(program), [deed], "{program}");
        }
    }
}
