//! What short programs in the languages of awk and sed can do, as far as a look at their text tells.
//!
//! The look is coarse and errs towards danger: a text that is not plainly harmless counts as one that runs something.

/// Whether an awk program only computes and prints: it starts nothing, and neither reads nor writes a file.
pub(super) fn awk_is_harmless(program: &str) -> bool {
    let mut plain = alloc::string::String::new();
    let mut rest = program.chars().peekable();
    let mut before = ' ';
    while let Some(c) = rest.next() {
        // Texts and regular expressions hold no statements; a slash behind a value divides.
        let divides = before.is_alphanumeric() || matches!(before, ')' | ']' | '_' | '$');
        match c {
            '"' => skip(&mut rest, '"'),
            '/' if !divides => skip(&mut rest, '/'),
            '#' => while rest.next_if(|c| *c != '\n').is_some() {},
            c => plain.push(c),
        }
        if !c.is_whitespace() {
            before = c;
        }
    }
    let starts = ["system", "getline", "@load", "@include", "fflush", "close"];
    let pipes = plain.replace("||", " ").contains('|');
    // `>` writes behind `print` and compares anywhere else, and in parentheses.
    let mut depth = 0_usize;
    let mut statement = alloc::string::String::new();
    let mut writes = false;
    for c in plain.chars() {
        match c {
            '(' => depth += 1,
            ')' => depth = depth.saturating_sub(1),
            ';' | '{' | '}' | '\n' => statement.clear(),
            '>' if depth == 0 && statement.contains("print") => writes = true,
            c => statement.push(c),
        }
    }
    // What is called through a variable is whatever its text says.
    let indirect = plain.contains('@');
    !pipes && !writes && !indirect && !starts.iter().any(|word| plain.contains(word))
}

fn skip(rest: &mut core::iter::Peekable<core::str::Chars<'_>>, end: char) {
    while let Some(c) = rest.next() {
        match c {
            '\\' => drop(rest.next()),
            c if c == end => return,
            _ => {}
        }
    }
}

/// Whether a sed program only changes and prints what it reads: none of `e`, `r`, `R`, `w`, `W`, nor of the flags `e`
/// and `w` of `s`.
pub(super) fn sed_is_harmless(program: &str) -> bool {
    Sed { rest: program }.commands().is_some()
}

struct Sed<'t> {
    rest: &'t str,
}

impl Sed<'_> {
    /// Reads all commands; `None` at one that is not known to be harmless.
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
                's' => {
                    let end = self.next()?;
                    self.until(end)?;
                    self.until(end)?;
                    self.skip(|c| matches!(c, 'g' | 'p' | 'i' | 'I' | 'm' | 'M' | '0'..='9'));
                    self.ends()?;
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

/// Whether statements for a database stay in the database: no commands of the client's own, and none of the functions
/// that start programs or touch files of the server.
pub(super) fn sql_is_harmless(statements: &str) -> bool {
    let lower = statements.to_ascii_lowercase();
    let reach = [
        "program",
        "pg_read",
        "pg_ls",
        "lo_import",
        "lo_export",
        "load_file",
        "outfile",
        "dumpfile",
        "load data",
        "load_extension",
        "readfile",
        "writefile",
        "edit(",
        "attach",
        "copy ",
        "vacuum into",
        "system ",
        "source ",
    ];
    let own = lower.lines().any(|line| line.trim_start().starts_with('.'));
    !own && !lower.contains('\\') && !reach.iter().any(|word| lower.contains(word))
}

#[cfg(test)]
mod tests {
    use super::{awk_is_harmless, sed_is_harmless, sql_is_harmless};

    #[test]
    fn sql_asks_or_reaches_out() {
        assert!(sql_is_harmless(
            "select count(*) from users where name = 'x';"
        ));
        for statements in [
            "\\! id",
            ".shell id",
            "COPY t FROM PROGRAM 'id'",
            "select load_file('/etc/passwd')",
            "select 1 into outfile '/tmp/x'",
        ] {
            assert!(!sql_is_harmless(statements), "{statements}");
        }
    }

    #[test]
    fn awk_prints_or_does_more() {
        for program in [
            "{print $1}",
            "$3 > 100 { n += $3 } END { print n / 2 }",
            "/a|b/ || $2 == \"x|y\" {print (a > b) ? a : b}",
            "BEGIN{FS=\":\"} {printf \"%s > %s\\n\", $1, $2}",
        ] {
            assert!(awk_is_harmless(program), "{program}");
        }
        for program in [
            "BEGIN{system(\"x\")}",
            "{print $1 > \"f\"}",
            "{print | \"sh\"}",
            "BEGIN{while((\"x\" | getline l) > 0) print l}",
            "{ printf \"x\" >> \"f\" }",
            "BEGIN { f = \"system\"; @f(\"x\") }",
        ] {
            assert!(!awk_is_harmless(program), "{program}");
        }
    }

    #[test]
    fn sed_prints_or_does_more() {
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
            assert!(sed_is_harmless(program), "{program}");
        }
        for program in [
            "1e id",
            "s/x/id/e",
            "s/a/b/w out",
            "w out",
            "r /etc/passwd",
            "s/[/]/x/e/;e",
            "1W out",
            "s/a/b/ge",
        ] {
            assert!(!sed_is_harmless(program), "{program}");
        }
    }
}
