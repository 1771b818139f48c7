//! Scripts composed from parts: nestings x spellings of words x payloads x padding.
//!
//! A script is a tree of [`Piece`]s. [`Piece::write`] turns it into text in a [`Style`]: with or without its spellings, with or without its
//! padding. So one tree gives the pairs that the invariants compare (I7: padded and not, I10: respelled and not), and a failing one shrinks by
//! cutting the tree ([`shrink`]). Everything comes from a seed ([`compose`]).
//!
//! Nothing here is a parser: what a script executes, bash says.

pub mod calls;
pub mod compose;
mod dice;
pub mod forms;
pub mod shrink;
pub mod words;
pub mod wrappers;
mod write;

use calls::Call;
use forms::Form;

/// A part of a script.
#[derive(Debug, Clone)]
pub enum Piece {
    /// One simple command.
    Call(Call),
    /// A form with a piece in each of its holes.
    Nest {
        /// The form.
        form: &'static Form,
        /// One piece a hole, in order.
        parts: Vec<Piece>,
        /// From this the form's free choices come: how a text is quoted, where the padding stands.
        seed: u64,
    },
}

/// Which spellings are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Spelling {
    /// None: each word as a person would type it.
    Plain,
    /// Those that leave a word exactly known to who reads the line: quotes, `$'..'`, `\` newline, braces.
    Exact,
    /// All, those through variables, substitutions and globs included.
    Any,
}

/// How a tree is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Style {
    /// Which spellings.
    pub spelling: Spelling,
    /// Whether spaces, comments, blank lines and no-ops are added.
    pub padding: bool,
}

impl Style {
    /// The shortest: nothing respelled, nothing padded.
    pub const PLAIN: Style = Style {
        spelling: Spelling::Plain,
        padding: false,
    };
    /// Everything.
    pub const FULL: Style = Style {
        spelling: Spelling::Any,
        padding: true,
    };
}

impl Piece {
    /// The script's text.
    #[must_use]
    pub fn write(&self, style: Style) -> String {
        write::script(self, style)
    }

    /// The simple commands in it, in order.
    #[must_use]
    pub fn calls(&self) -> Vec<&Call> {
        match self {
            Piece::Call(call) => vec![call],
            Piece::Nest { parts, .. } => parts.iter().flat_map(Piece::calls).collect(),
        }
    }

    /// The forms in it, outside in.
    #[must_use]
    pub fn forms(&self) -> Vec<&'static Form> {
        match self {
            Piece::Call(_) => Vec::new(),
            Piece::Nest { form, parts, .. } => {
                let mut out = vec![*form];
                out.extend(parts.iter().flat_map(Piece::forms));
                out
            }
        }
    }
}
