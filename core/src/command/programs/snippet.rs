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
