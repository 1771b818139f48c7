//! A leaf: one thing that a request would do, judged on its own.

use alloc::borrow::Cow;
use alloc::string::String;
use alloc::sync::Arc;
use alloc::vec::Vec;

use compact_str::CompactString;

use crate::catalogue::FieldPath;
use crate::command::{Call, Names, Place, Word, display};
use crate::condition::Why;
use crate::url::Address;

/// What is done to the thing a leaf is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Op {
    ProcExec,
    FileRead,
    FileWrite,
    FileDelete,
    NetFetch,
}

impl Op {
    pub(crate) const ALL: [Self; 5] = [
        Self::ProcExec,
        Self::FileRead,
        Self::FileWrite,
        Self::FileDelete,
        Self::NetFetch,
    ];

    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::ProcExec => "proc.exec",
            Self::FileRead => "file.read",
            Self::FileWrite => "file.write",
            Self::FileDelete => "file.delete",
            Self::NetFetch => "net.fetch",
        }
    }
}

/// What a leaf has of one kind: nothing, something known, or something that cannot be known.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Subject<T> {
    None,
    Known(T),
    Unknown(Why),
}

/// The path a leaf is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct LeafPath {
    /// Every place that the path may name, the likeliest first: by the directory it is relative to, by what else its text
    /// may mean ([`crate::spelling`]), and by where the host says it leads (`facts.resolved`). Each is the absolute normal form, `~/x` below a home that nobody stated,
    /// [`NO_ANCHOR`] or [`UNRESOLVED`].
    pub(crate) readings: Vec<String>,
    /// Further names of the same place, by which only a rule that restricts knows it: names that rules use and that a
    /// link leads here from.
    pub(crate) aliases: Vec<String>,
    /// The path as the kernel walks it, where a `..` in it follows a name: where that leads, only the host can tell.
    pub(crate) walks: Vec<String>,
    /// The same of a glob.
    pub(crate) glob_walks: Vec<String>,
    /// Whether it stands for everything below it too.
    pub(crate) tree: bool,
    /// Globs, of which the readings are the plain beginnings: the path is some file that fits one of them.
    pub(crate) globs: Vec<String>,
}

/// A command that the output of another one goes to.
#[derive(Clone, Debug)]
pub(crate) enum Piped {
    Command(Arc<Vec<Word>>, Arc<Call>, Arc<[Place]>),
    /// Nobody knows which.
    Unknown,
}

/// The reading of a path relative to a directory that nobody stated.
pub(crate) const NO_ANCHOR: &str = ".";

/// The reading of a path that may be anywhere.
pub(crate) const UNRESOLVED: &str = "?";

/// How a leaf is shown. Only a decision that lists its leaves writes it.
#[derive(Clone, Debug)]
pub(crate) enum Shown {
    Text(String),
    /// By the words of its command.
    Command,
    /// By the likeliest place that its path names.
    Place,
}

/// One leaf.
#[derive(Clone, Debug)]
pub(crate) struct Leaf {
    pub(crate) op: Subject<Op>,
    pub(crate) shown: Shown,
    /// Judged in full: a rule must allow it, or the default decides. Else only deny and ask rules judge it.
    pub(crate) in_full: bool,
    /// The words of the command that runs, or that the path or URL belongs to.
    pub(crate) command: Subject<Arc<Vec<Word>>>,
    /// What each of these words is.
    pub(crate) call: Option<Arc<Call>>,
    /// The command that it is or belongs to, by its place among the steps of its line.
    pub(crate) owner: Option<usize>,
    /// What that command reads, writes, deletes and fetches: positions among the leaves of the request.
    pub(crate) touched: Vec<usize>,
    /// The commands that the output goes to.
    pub(crate) pipes: Vec<Piped>,
    pub(crate) path: Subject<LeafPath>,
    pub(crate) url: Subject<Arc<Address>>,
    /// Of the URL only the beginning is known, and that up to the end of its host at least.
    pub(crate) url_begins: bool,
    /// The directories it may happen in, the likeliest first.
    pub(crate) places: Arc<[Place]>,
    /// The commands that run it, from outside in.
    pub(crate) via: Vec<CompactString>,
    /// The names that are assigned before it.
    pub(crate) names: Names,
    /// Why nothing is known of what it runs, when that is so.
    pub(crate) opaque: Option<&'static str>,
    /// Whether that may be script, which can open any file.
    pub(crate) anything: bool,
    /// Text that could not be read: it may do anything.
    pub(crate) unread: bool,
    /// A limit was passed: whatever the rules say, the answer is at least `ask`.
    pub(crate) over_limit: bool,
    /// The field of the request that it was read from; `None` for the request itself.
    pub(crate) field: Option<FieldPath>,
    /// Where its command begins in that field, in bytes.
    pub(crate) start: usize,
}

impl Leaf {
    /// Returns how it is shown.
    pub(crate) fn text(&self) -> Cow<'_, str> {
        match (&self.shown, &self.command, &self.path) {
            (Shown::Text(text), _, _) => Cow::Borrowed(text),
            (Shown::Command, Subject::Known(words), _) => Cow::Owned(display(words)),
            (Shown::Place, _, Subject::Known(path)) => {
                Cow::Borrowed(path.readings.first().map_or("", String::as_str))
            }
            _ => Cow::Borrowed(""),
        }
    }

    /// Takes for unknown which path it is; how it is shown stays.
    pub(crate) fn hide_path(&mut self, why: Why) {
        self.shown = Shown::Text(self.text().into_owned());
        self.path = Subject::Unknown(why);
    }

    /// Returns what an opaque command that may be script is for a rule that restricts: something done to any file or URL, in
    /// any directory. `None` for every other leaf.
    pub(crate) fn as_anything(&self) -> Option<Self> {
        let unknown = Why::Unresolved;
        (self.anything && self.op == Subject::Known(Op::ProcExec)).then(|| {
            let places = self.places.iter().cloned().chain([Place::Unknown]);
            Self {
                op: Subject::Unknown(unknown),
                path: Subject::Unknown(unknown),
                url: Subject::Unknown(unknown),
                places: places.collect(),
                ..self.clone()
            }
        })
    }

    /// Returns the leaf that a request is which runs, reads, writes and fetches nothing.
    pub(crate) fn whole() -> Self {
        Self::at(Arc::default())
    }

    /// Returns the same for what happens in one of these directories.
    pub(crate) fn at(places: Arc<[Place]>) -> Self {
        Self {
            op: Subject::None,
            shown: Shown::Text(String::new()),
            in_full: true,
            command: Subject::None,
            call: None,
            owner: None,
            touched: Vec::new(),
            pipes: Vec::new(),
            path: Subject::None,
            url: Subject::None,
            url_begins: false,
            places,
            via: Vec::new(),
            names: Names::default(),
            opaque: None,
            anything: false,
            unread: false,
            over_limit: false,
            field: None,
            start: 0,
        }
    }
}
