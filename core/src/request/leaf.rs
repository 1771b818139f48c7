//! A leaf: one thing that a request would do, judged on its own.

use alloc::string::String;
use alloc::sync::Arc;

use crate::condition::Why;

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
    /// The absolute normal form; `~/x` below a home that nobody stated, `.` where not even that is known.
    pub(crate) judged: String,
    /// Where the host says that leads, when it says so: the absolute normal form of `facts.resolved`.
    pub(crate) resolved: Option<String>,
    /// Whether it stands for everything below it too.
    pub(crate) tree: bool,
}

/// One leaf.
#[derive(Clone, Debug)]
pub(crate) struct Leaf {
    pub(crate) op: Subject<Op>,
    /// How the leaf is shown.
    pub(crate) text: String,
    /// Judged in full: a rule must allow it, or the default decides. Else only deny and ask rules judge it.
    pub(crate) in_full: bool,
    /// The words of the command that runs, or that the path or URL belongs to.
    pub(crate) command: Subject<Arc<[String]>>,
    pub(crate) path: Subject<LeafPath>,
    pub(crate) url: Subject<url::Url>,
    /// The directory it happens in, absolute.
    pub(crate) cwd: Subject<Arc<str>>,
    /// A limit was passed: whatever the rules say, the answer is at least `ask`.
    pub(crate) over_limit: bool,
}
