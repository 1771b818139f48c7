//! What short programs in the languages of awk, sed and SQL can do, as far as a look at their text tells.
//!
//! The look is coarse and errs towards danger: a text that is not plainly harmless counts as one that runs something, and an
//! allow must say that it covers code. What such a text plainly runs, reads or writes is judged all the same.

pub(super) mod awk;
pub(super) mod sed;
pub(super) mod sql;

use alloc::vec::Vec;

use super::effects::Act;
use crate::command::text::Text;

/// What a short program does besides computing and printing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Deed {
    /// A shell runs this.
    Script(Text),
    /// A file is read or written.
    File(Act, Text),
    /// Something that the look does not tell apart.
    Other,
}

/// The deeds of a short program; none where it is harmless.
pub(super) type Deeds = Vec<Deed>;

/// The deeds of what cannot be read: it may touch any file and run anything.
fn unread() -> [Deed; 2] {
    [Deed::Other, Deed::Script(Text::Unknown)]
}

/// Whether a place in a regular expression lies in brackets, where a delimiter is a character like any other.
///
/// Programs do not agree on which `]` closes them: `[]/]`, `[[]`, `[[:alpha:]/]` and `[\]/]` end where one looks for classes,
/// escapes and a first `]`, and elsewhere for another. What lies certainly in brackets has one meaning even so: to a program
/// that ends the expression there its brackets are left open, and it refuses all of it.
#[derive(Clone, Copy, Debug)]
struct Brackets {
    side: Side,
    /// A `]` here is the first in its brackets.
    first: bool,
    /// The character before is a `[` inside of others.
    nested: bool,
    /// The sign that ends a class which has begun.
    class: Option<char>,
    before: char,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Side {
    Outside,
    Inside,
    Either,
}

impl Brackets {
    fn new() -> Self {
        Self {
            side: Side::Outside,
            first: false,
            nested: false,
            class: None,
            before: ' ',
        }
    }

    /// Goes on behind a character.
    fn pass(&mut self, c: char) {
        let before = core::mem::replace(&mut self.before, c);
        let nested = core::mem::take(&mut self.nested);
        match c {
            '[' => {
                self.nested = self.side != Side::Outside;
                self.first = true;
                self.side = Side::Inside;
                return;
            }
            '^' if self.first && before == '[' => return,
            ':' | '.' | '=' if nested => self.class = Some(c),
            ']' if self.side != Side::Outside => {
                let ends_class = self.class.take_if(|sign| *sign == before).is_some();
                self.side = match self.first || ends_class {
                    true => Side::Either,
                    false => Side::Outside,
                };
            }
            _ => {}
        }
        self.first = false;
    }

    /// Goes on behind a character with a backslash before it.
    fn escaped(&mut self, c: char) {
        if c == ']' && self.side == Side::Inside {
            self.side = Side::Either;
        }
        (self.first, self.nested) = (false, false);
        self.before = '\\';
    }

    /// Whether a delimiter ends the expression here; `None` where that depends on the program.
    fn is_end(&self) -> Option<bool> {
        match self.side {
            Side::Outside => Some(true),
            Side::Inside => Some(false),
            Side::Either => None,
        }
    }
}
