//! A tree as text.

use super::dice::Dice;
use super::forms::{CALLERS, DECOYS, DEFINERS, Form, SETTERS, USERS};
use super::words::{ansi, double, in_backticks, single};
use super::{Piece, Style};

/// A piece's text, and what may stand beside it.
#[derive(Debug)]
struct Text {
    code: String,
    /// One command to the grammar: an operator may stand on either side.
    single: bool,
}

impl Text {
    /// It ends with something that only a newline ends: a here-document, a comment.
    fn open(&self) -> bool {
        self.code.ends_with('\n')
    }
}

/// The whole script.
pub(super) fn script(piece: &Piece, style: Style) -> String {
    let mut writer = Writer { style, number: 0 };
    let text = writer.piece(piece);
    if !style.padding {
        return text.code;
    }
    let seed = match piece {
        Piece::Call(call) => call.seed,
        Piece::Nest { seed, .. } => *seed,
    };
    padded(&text, &mut Dice::new(seed ^ 0x5ca1_ab1e))
}

/// Padding around the whole: no-ops, comments, blank lines, depth, length.
fn padded(text: &Text, dice: &mut Dice) -> String {
    let code = &text.code;
    let ended = if text.open() {
        code.clone()
    } else {
        format!("{code}\n")
    };
    match dice.below(16) {
        0 => format!(":; {code}"),
        1 => format!("\n\n  {code}"),
        2 => format!("# a note\n{code}"),
        3 => format!("{ended}# a note"),
        4 => format!("true\n\ttrue && true\n{code}"),
        5 => format!("{ended}:\n"),
        6 => format!("{}{ended}{}", "{\n".repeat(5), "}\n".repeat(5)),
        7 => {
            // Below the limit of nesting, whatever the script has of its own: past it a deny may become an ask.
            let depth = 2 + dice.below(3) * 20;
            format!("{}{ended}{}", "{ ".repeat(depth), "}\n".repeat(depth))
        }
        8 => format!("{}{ended}{}", "( ".repeat(6), ")".repeat(6)),
        9 => format!("#{}\n{code}", " word".repeat(2_000)),
        10 => format!("{}{code}", ":\n".repeat(300)),
        11 => format!("{}{code}", " ".repeat(3_000)),
        12 => format!("echo {} >/dev/null\n{code}", "word ".repeat(500)),
        _ => code.clone(),
    }
}

struct Writer {
    style: Style,
    number: usize,
}

impl Writer {
    fn piece(&mut self, piece: &Piece) -> Text {
        match piece {
            Piece::Call(call) => {
                let (code, single) = call.write(self.style, &mut self.number);
                Text { code, single }
            }
            Piece::Nest { form, parts, seed } => self.form(form, parts, *seed),
        }
    }

    fn form(&mut self, form: &Form, parts: &[Piece], seed: u64) -> Text {
        self.number += 1;
        let number = self.number;
        let mut dice = Dice::new(seed);
        let mut parts = parts.iter();
        let text = chosen(form.text, &mut Dice::new(seed ^ 0x11575));
        let mut code = self.fill(&text, &mut parts, number, &mut dice);
        if self.style.padding && dice.chance(15) && !code.ends_with('\n') {
            code.push_str(dice.pick(&["  ", " \\\n ", "\t"]));
        }
        let single = !form.text.contains([';', '\n', '&', '|', '!'])
            && !form.text.starts_with(['t', '%'])
            || is_compound(form.text);
        Text { code, single }
    }

    fn fill<'p>(
        &mut self,
        text: &str,
        parts: &mut impl Iterator<Item = &'p Piece>,
        number: usize,
        dice: &mut Dice,
    ) -> String {
        let mut out = String::new();
        let mut rest = text;
        while let Some((before, after)) = rest.split_once('%') {
            out.push_str(before);
            let mut letters = after.chars();
            let letter = letters.next();
            rest = letters.as_str();
            match letter {
                Some('n') => out.push_str(&number.to_string()),
                Some('q' | 'b') if rest.starts_with('{') => {
                    let (inner, behind) = braced(rest);
                    let inner = self.fill(inner, parts, number, dice);
                    rest = behind;
                    if letter == Some('b') {
                        out.push_str(&format!("`{}`", in_backticks(&inner)));
                    } else {
                        out.push_str(&quoted(&inner, dice));
                    }
                }
                Some(hole @ ('c' | 't' | 'g' | 'l' | 'e' | 'h')) => {
                    let text = match parts.next() {
                        Some(piece) => self.piece(piece),
                        None => Text {
                            code: ":".to_owned(),
                            single: true,
                        },
                    };
                    self.hole(hole, &text, &mut out, dice);
                }
                _ => {
                    out.push('%');
                    rest = after;
                }
            }
        }
        out.push_str(rest);
        out
    }

    fn hole(&self, hole: char, text: &Text, out: &mut String, dice: &mut Dice) {
        let code = &text.code;
        match hole {
            'c' => out.push_str(code),
            't' => {
                out.push_str(code);
                if !text.open() {
                    let newline = code.ends_with('&') || self.style.padding && dice.chance(30);
                    out.push(if newline { '\n' } else { ';' });
                }
            }
            'g' if text.single && !text.open() => out.push_str(code),
            'g' => {
                let end = if text.open() || code.ends_with('&') {
                    ""
                } else {
                    ";"
                };
                out.push_str(&format!("{{ {code}{end} }}"));
            }
            'l' | 'e' => {
                let lines = if text.open() {
                    code.clone()
                } else {
                    format!("{code}\n")
                };
                for c in lines.chars() {
                    if hole == 'e' && matches!(c, '\\' | '$' | '`') {
                        out.push('\\');
                    }
                    out.push(c);
                }
            }
            _ => {
                for line in code.lines() {
                    out.push_str(&format!("# {line}\n"));
                }
            }
        }
    }
}

/// The text with one of its list in the place of each `%S`, `%D`, `%U`, `%F` and `%K`: the same one however it is padded.
fn chosen(text: &str, dice: &mut Dice) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('%') {
        out.push_str(before);
        let list = match after.chars().next() {
            Some('S') => SETTERS,
            Some('D') => DECOYS,
            Some('U') => USERS,
            Some('F') => DEFINERS,
            Some('K') => CALLERS,
            _ => {
                out.push('%');
                rest = after;
                continue;
            }
        };
        out.push_str(dice.pick(list));
        rest = after.split_at_checked(1).map_or("", |(_, rest)| rest);
    }
    out.push_str(rest);
    out
}

/// The text is one compound command, whatever stands inside.
fn is_compound(text: &str) -> bool {
    [
        ("{ %t }", "}"),
        ("( %c )", ")"),
        ("if ", "fi"),
        ("while ", "done"),
        ("until ", "done"),
        ("case ", "esac"),
    ]
    .iter()
    .any(|(start, end)| text.starts_with(start) && text.ends_with(end))
}

/// The text between braces that `text` begins with, and what follows them.
fn braced(text: &str) -> (&str, &str) {
    let mut depth = 0_usize;
    for (at, c) in text.char_indices() {
        match c {
            '{' => depth += 1,
            '}' => depth -= 1,
            _ => {}
        }
        if depth == 0 {
            let (inner, behind) = text.split_at_checked(at).unwrap_or((text, ""));
            return (
                inner.strip_prefix('{').unwrap_or(inner),
                behind.strip_prefix('}').unwrap_or(behind),
            );
        }
    }
    (text, "")
}

/// One word in quotes of some kind.
fn quoted(text: &str, dice: &mut Dice) -> String {
    match dice.below(10) {
        0 | 1 => double(text),
        2 => ansi(text, dice),
        _ => single(text),
    }
}
