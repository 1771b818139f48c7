//! Text that cannot harm a terminal, nor say one thing and mean another.

use std::fmt::Write as _;

/// Returns `text` with every character that could move a cursor, hide or reorder text written as an escape.
///
/// Names, commands and reasons come from repositories and models that nobody here has checked.
pub fn printable(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for character in text.chars() {
        if unsafe_to_show(character) {
            let _ = match character {
                '\n' => write!(out, "\\n"),
                '\t' => write!(out, "\\t"),
                '\r' => write!(out, "\\r"),
                other => write!(out, "\\u{{{:x}}}", u32::from(other)),
            };
        } else {
            out.push(character);
        }
    }
    out
}

/// Controls, and the characters that join, hide or turn around what is next to them.
fn unsafe_to_show(character: char) -> bool {
    character.is_control()
        || matches!(character,
            '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}')
}

#[cfg(test)]
mod tests {
    use super::printable;

    #[test]
    fn escape_sequences_and_reordering_characters_are_shown_as_escapes() {
        assert_eq!(
            printable("a\u{1b}[2Jb\n\u{202e}c\u{200b}"),
            "a\\u{1b}[2Jb\\n\\u{202e}c\\u{200b}"
        );
        assert_eq!(printable("grün ✓ 'x'"), "grün ✓ 'x'");
    }
}
