//! What is known of a word.

use alloc::borrow::Cow;
use alloc::sync::Arc;
use alloc::vec::Vec;
use core::cell::OnceCell;

use compact_str::{CompactString, format_compact};

use crate::path::literally;

/// Whether something holds for every value that a word can have, for none, or for some.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fit {
    Yes,
    No,
    Perhaps,
}

impl Fit {
    pub(crate) fn and(self, other: Self) -> Self {
        match (self, other) {
            (Self::No, _) | (_, Self::No) => Self::No,
            (Self::Yes, Self::Yes) => Self::Yes,
            _ => Self::Perhaps,
        }
    }

    pub(crate) fn or(self, other: Self) -> Self {
        self.not().and(other.not()).not()
    }

    pub(crate) fn not(self) -> Self {
        match self {
            Self::Yes => Self::No,
            Self::No => Self::Yes,
            Self::Perhaps => Self::Perhaps,
        }
    }
}

impl From<bool> for Fit {
    fn from(value: bool) -> Self {
        if value { Self::Yes } else { Self::No }
    }
}

/// A word of several possible texts is followed up to this length, in bytes.
const LONGEST_CHOICE: usize = 4 << 10;

/// The values that a text can have.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Text {
    /// This one.
    Exact(CompactString),
    /// One of these.
    OneOf(Vec<CompactString>),
    /// Any that begins with this.
    Begins(CompactString),
    /// The name of a file that fits this glob, in which `\\` takes the next character literally.
    Glob(CompactString),
    Unknown,
}

/// Returns what every name that fits a glob begins with.
fn stem(glob: &str) -> CompactString {
    let mut stem = CompactString::default();
    let mut rest = glob.chars();
    while let Some(c) = rest.next() {
        match c {
            '*' | '?' | '[' => break,
            '\\' => stem.extend(rest.next()),
            c => stem.push(c),
        }
    }
    stem
}

/// Returns the longest text that all of these begin with.
fn common_beginning(texts: &[CompactString]) -> Option<&str> {
    let (first, others) = texts.split_first()?;
    let same = |other: &CompactString| {
        let pairs = first.char_indices().zip(other.chars());
        let ends = pairs.take_while(|((_, one), other)| one == other);
        ends.map(|((at, c), _)| at + c.len_utf8())
            .last()
            .unwrap_or_default()
    };
    let length = others.iter().map(same).min().unwrap_or(first.len());
    first.get(..length)
}

impl Text {
    pub(crate) fn exact(&self) -> Option<&str> {
        match self {
            Self::Exact(text) => Some(text),
            _ => None,
        }
    }

    /// Whether `test` holds, when it can be told from the value; `begins` tells it from a known beginning.
    pub(crate) fn fit(&self, test: impl Fn(&str) -> bool, begins: impl Fn(&str) -> Fit) -> Fit {
        match self {
            Self::Exact(text) => test(text).into(),
            Self::OneOf(texts) => match texts.iter().filter(|text| test(text)).count() {
                0 => Fit::No,
                some if some == texts.len() => Fit::Yes,
                _ => Fit::Perhaps,
            },
            Self::Begins(beginning) => begins(beginning),
            Self::Glob(glob) => begins(&stem(glob)),
            Self::Unknown => Fit::Perhaps,
        }
    }

    /// Whether the text is `wanted`.
    pub(crate) fn is(&self, wanted: &str) -> Fit {
        let begins = |beginning: &str| {
            if wanted.starts_with(beginning) {
                Fit::Perhaps
            } else {
                Fit::No
            }
        };
        self.fit(|text| text == wanted, begins)
    }

    /// Whether the text could be taken for an option.
    pub(crate) fn is_option(&self) -> Fit {
        let begins = |beginning: &str| {
            if beginning.is_empty() {
                Fit::Perhaps
            } else {
                beginning.starts_with('-').into()
            }
        };
        self.fit(|text| text.starts_with('-'), begins)
    }

    /// Any text that begins with this.
    fn begins(beginning: CompactString) -> Self {
        if beginning.is_empty() {
            Self::Unknown
        } else {
            Self::Begins(beginning)
        }
    }

    /// Returns what every value begins with, where one beginning is known.
    pub(crate) fn beginning(&self) -> Option<Cow<'_, str>> {
        match self {
            Self::Exact(text) | Self::Begins(text) => Some(Cow::Borrowed(text)),
            Self::Glob(glob) => Some(Cow::Owned(stem(glob).into())),
            Self::OneOf(texts) => Some(Cow::Borrowed(common_beginning(texts)?)),
            Self::Unknown => None,
        }
    }

    /// Returns this text without its first bytes.
    pub(crate) fn without(self, bytes: usize) -> Self {
        let cut = |text: &str| CompactString::from(text.get(bytes..).unwrap_or_default());
        match self {
            Self::Exact(text) => Self::Exact(cut(&text)),
            Self::OneOf(texts) => Self::OneOf(texts.iter().map(|text| cut(text)).collect()),
            Self::Begins(text) => Self::begins(cut(&text)),
            Self::Glob(glob) => match literally(&stem(&glob)) {
                plain if glob.starts_with(&plain) => match stem(&glob).get(bytes..) {
                    Some(rest) => {
                        let wild = glob.get(plain.len()..).unwrap_or_default();
                        Self::Glob((literally(rest) + wild).into())
                    }
                    None => Self::Unknown,
                },
                _ => Self::Unknown,
            },
            Self::Unknown => Self::Unknown,
        }
    }

    /// Returns this text followed by another.
    pub(super) fn then(self, next: &Text) -> Text {
        match (self, next) {
            (Self::Exact(mut text), Self::Exact(next)) => {
                text.push_str(next);
                Self::Exact(text)
            }
            (Self::Exact(text), Self::OneOf(nexts)) if text.len() < LONGEST_CHOICE => Self::OneOf(
                nexts
                    .iter()
                    .map(|next| format_compact!("{text}{next}"))
                    .collect(),
            ),
            (Self::Exact(mut text), Self::Begins(next)) => {
                text.push_str(next);
                Self::Begins(text)
            }
            (Self::Exact(text), Self::Unknown) if text.is_empty() => Self::Unknown,
            (Self::Exact(text), Self::Unknown) => Self::Begins(text),
            (Self::OneOf(texts), Self::Exact(next))
                if texts.iter().all(|text| text.len() < LONGEST_CHOICE) =>
            {
                Self::OneOf(
                    texts
                        .iter()
                        .map(|text| format_compact!("{text}{next}"))
                        .collect(),
                )
            }
            (Self::Exact(text), Self::Glob(next)) => Self::Glob((literally(&text) + next).into()),
            (Self::Glob(glob), Self::Exact(next)) => Self::Glob(glob + literally(next).as_str()),
            (Self::Glob(glob), Self::Glob(next)) => Self::Glob(glob + next.as_str()),
            (Self::Glob(glob), _) => Self::begins(stem(&glob)),
            (Self::Begins(beginning), _) => Self::Begins(beginning),
            _ => Self::Unknown,
        }
    }
}

/// One word of a command, or of the list of a `for`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Word {
    pub(crate) text: Text,
    /// It may become any number of words: an unquoted expansion or a glob.
    pub(crate) many: bool,
    /// Of these words, those after the first may begin otherwise: an expansion, and not only a glob.
    pub(crate) loose: bool,
    /// As it is written, where that is not the text itself.
    written: Option<Arc<str>>,
}

/// What is written for several words, kept once.
pub(super) struct Written<'w> {
    text: &'w str,
    shared: OnceCell<Arc<str>>,
}

impl<'w> Written<'w> {
    pub(super) fn new(text: &'w str) -> Self {
        Self {
            text,
            shared: OnceCell::new(),
        }
    }
}

impl Word {
    /// A word of this text, and how it is written.
    pub(super) fn new(text: Text, many: bool, loose: bool, written: &str) -> Self {
        Self::one_of(text, many, loose, &Written::new(written))
    }

    /// The same where several words are written as one.
    pub(super) fn one_of(text: Text, many: bool, loose: bool, written: &Written<'_>) -> Self {
        let same = text.exact() == Some(written.text);
        let shared = || written.shared.get_or_init(|| written.text.into());
        Self {
            text,
            many,
            loose,
            written: (!same).then(|| Arc::clone(shared())),
        }
    }

    /// A word that stands for another one as it is written.
    pub(super) fn in_place_of(other: &Self, text: Text, many: bool, loose: bool) -> Self {
        let written = other.written.clone();
        Self {
            text,
            many,
            loose,
            written: Some(written.unwrap_or_else(|| other.written().into())),
        }
    }

    /// Returns it as it is written.
    pub(crate) fn written(&self) -> &str {
        let own = self.written.as_deref();
        own.or(self.text.exact()).unwrap_or_default()
    }

    /// Makes a word that is known of this one, which keeps its room.
    pub(super) fn refill(&mut self, text: &str) {
        match &mut self.text {
            // Room on the heap is kept; what fits without is made anew, which is less work.
            Text::Exact(own) if own.is_heap_allocated() => {
                own.clear();
                own.push_str(text);
            }
            own => *own = Text::Exact(text.into()),
        }
        (self.many, self.loose, self.written) = (false, false, None);
    }

    /// Returns the value of a word that has just one.
    pub(crate) fn as_exact(&self) -> Option<&str> {
        self.text.exact().filter(|_| !self.many)
    }

    /// Returns what it begins with, where that is known and the word is one.
    pub(crate) fn beginning(&self) -> Option<&str> {
        match &self.text {
            Text::Exact(text) | Text::Begins(text) if !self.many => Some(text),
            _ => None,
        }
    }

    /// A word that is known.
    pub(crate) fn exact(text: &str) -> Self {
        Self {
            text: Text::Exact(text.into()),
            many: false,
            loose: false,
            written: None,
        }
    }

    /// Any number of words that come from elsewhere.
    pub(crate) fn more() -> Self {
        Self {
            text: Text::Unknown,
            many: true,
            loose: true,
            written: Some("...".into()),
        }
    }

    /// Whether it, or a word that it becomes, could be taken for an option.
    pub(crate) fn is_option(&self) -> Fit {
        match self.loose {
            true => Fit::Perhaps,
            false => self.text.is_option(),
        }
    }
}
