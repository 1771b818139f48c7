//! What can go wrong: a policy that does not load ([`PolicyError`]) and a request that cannot be read
//! ([`RequestError`]). Deciding itself never fails.
//!
//! Codes are kebab-case, the same at every door, and never change their meaning.

use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;
use core::ops::Range;

use serde::Serialize;

/// How much a [`Diagnostic`] matters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// The policy does not load.
    Error,
    /// The policy loads; its author should look at this place.
    Warning,
}

/// One remark about a policy: what is wrong, where, and what to do about it.
///
/// ```
/// let error = doorward::Policy::from_toml("doorward = 1\n[[rules]]\n").unwrap_err();
/// let first = &error.diagnostics()[0];
/// assert_eq!((first.code, first.line, first.column), ("unknown-key", 2, 3));
/// assert_eq!(first.hint.as_deref(), Some("did you mean `rule`?"));
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Diagnostic {
    /// Error or warning.
    pub severity: Severity,
    /// Stable name of the kind of problem, such as `unknown-key`.
    pub code: &'static str,
    /// What is wrong: lower case, no full stop, user text in backticks.
    pub message: String,
    /// The name the source was loaded under.
    pub file: String,
    /// Line, from 1; 0 when the problem has no place in the text.
    pub line: u32,
    /// Column in characters, from 1; 0 when the problem has no place in the text.
    pub column: u32,
    /// The offending text, in bytes of the source.
    #[serde(skip)]
    pub span: Range<usize>,
    /// What to do about it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hint: Option<String>,
}

impl Diagnostic {
    /// Returns an error about a file as a whole, for hosts that could not read it.
    pub fn about_file(
        code: &'static str,
        file: impl Into<String>,
        message: impl Into<String>,
        hint: Option<String>,
    ) -> Self {
        Self {
            severity: Severity::Error,
            code,
            message: message.into(),
            file: file.into(),
            line: 0,
            column: 0,
            span: 0..0,
            hint,
        }
    }
}

impl fmt::Display for Diagnostic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let kind = match self.severity {
            Severity::Error => "error",
            Severity::Warning => "warning",
        };
        write!(f, "{}", self.file)?;
        if self.line > 0 {
            write!(f, ":{}:{}", self.line, self.column)?;
        }
        write!(f, ": {kind}[{}]: {}", self.code, self.message)?;
        if let Some(hint) = &self.hint {
            write!(f, "\n  help: {hint}")?;
        }
        Ok(())
    }
}

/// A policy that did not load: every problem of every file, in order of file, line and column.
///
/// The policy that was in force before stays in force; nothing of the new one is used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{}", Joined(.diagnostics))]
pub struct PolicyError {
    diagnostics: Vec<Diagnostic>,
}

impl PolicyError {
    /// Returns an error that carries `diagnostics` as they are.
    pub fn from_diagnostics(diagnostics: Vec<Diagnostic>) -> Self {
        Self { diagnostics }
    }

    /// Returns every problem, in order of file, line and column.
    pub fn diagnostics(&self) -> &[Diagnostic] {
        &self.diagnostics
    }

    /// Returns the code of the first problem.
    pub fn code(&self) -> &'static str {
        self.diagnostics
            .first()
            .map_or("unknown", |first| first.code)
    }
}

struct Joined<'a>(&'a [Diagnostic]);

impl fmt::Display for Joined<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, diagnostic) in self.0.iter().enumerate() {
            if index > 0 {
                f.write_str("\n")?;
            }
            diagnostic.fmt(f)?;
        }
        Ok(())
    }
}

/// A request that cannot be read. It is never decided, so it is never an allow.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{kind}{}{}", Place(.offset), Hint(.kind))]
pub struct RequestError {
    kind: RequestErrorKind,
    offset: Option<usize>,
}

impl RequestError {
    /// Returns an error of `kind` without a place.
    pub fn new(kind: RequestErrorKind) -> Self {
        Self { kind, offset: None }
    }

    /// Returns an error of `kind` at byte `offset` of the request text.
    pub fn at(kind: RequestErrorKind, offset: usize) -> Self {
        Self {
            kind,
            offset: Some(offset),
        }
    }

    /// Returns the kind of problem.
    pub fn kind(&self) -> &RequestErrorKind {
        &self.kind
    }

    /// Returns the stable name of the kind of problem, such as `duplicate-key`.
    pub fn code(&self) -> &'static str {
        self.kind.code()
    }

    /// Returns where in the request text the problem is, in bytes from 0; `None` for a request that was not text.
    pub fn offset(&self) -> Option<usize> {
        self.offset
    }
}

/// The ways in which a request can be malformed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum RequestErrorKind {
    /// Not JSON.
    #[error("the request is not JSON: expected {expected}")]
    Syntax {
        /// What would have been right at this place.
        expected: &'static str,
    },
    /// The text ends inside a value.
    #[error("the request ends too early: expected {expected}")]
    Truncated {
        /// What would have been right at this place.
        expected: &'static str,
    },
    /// Something follows the request.
    #[error("something follows the request")]
    TrailingData,
    /// Bytes that are not UTF-8.
    #[error("the request is not UTF-8")]
    InvalidUtf8,
    /// A key that its table already has.
    #[error("the key `{key}` stands twice in one table")]
    DuplicateKey {
        /// The key, cut at 64 bytes.
        key: String,
    },
    /// Half of a surrogate pair, which no UTF-8 text can hold.
    #[error("a text holds half of a surrogate pair")]
    LoneSurrogate,
    /// An integer outside of plus or minus (2^53 - 1).
    #[error("a number is out of range")]
    NumberOutOfRange,
    /// NaN, an infinity, or a float beyond the range of 64 bits, which readers take for one.
    #[error("a number is not finite")]
    NotFinite,
    /// Nested deeper than [`Limits::request_depth`](crate::Limits::request_depth).
    #[error("the request nests deeper than {limit} levels")]
    TooDeep {
        /// The limit that was passed, in levels.
        limit: usize,
    },
    /// Longer than [`Limits::request_bytes`](crate::Limits::request_bytes).
    #[error("the request is longer than {limit} bytes")]
    TooLarge {
        /// The limit that was passed, in bytes.
        limit: usize,
    },
    /// Strict JSON, but not an object.
    #[error("a request is a JSON object")]
    NotAnObject,
    /// A value of the host language that JSON cannot say.
    #[error("{what} is not a JSON value")]
    UnsupportedType {
        /// Where and what it is, such as `` `input.files`: a set ``.
        what: String,
    },
}

impl RequestErrorKind {
    /// Every code that [`RequestError::code`] can answer, for catalogues and tests.
    pub const CODES: [&'static str; 12] = [
        "syntax",
        "truncated",
        "trailing-data",
        "invalid-utf8",
        "duplicate-key",
        "lone-surrogate",
        "number-out-of-range",
        "not-finite",
        "too-deep",
        "too-large",
        "not-an-object",
        "unsupported-type",
    ];

    /// Returns the stable name of this kind.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Syntax { .. } => "syntax",
            Self::Truncated { .. } => "truncated",
            Self::TrailingData => "trailing-data",
            Self::InvalidUtf8 => "invalid-utf8",
            Self::DuplicateKey { .. } => "duplicate-key",
            Self::LoneSurrogate => "lone-surrogate",
            Self::NumberOutOfRange => "number-out-of-range",
            Self::NotFinite => "not-finite",
            Self::TooDeep { .. } => "too-deep",
            Self::TooLarge { .. } => "too-large",
            Self::NotAnObject => "not-an-object",
            Self::UnsupportedType { .. } => "unsupported-type",
        }
    }

    fn hint(&self) -> Option<&'static str> {
        Some(match self {
            Self::TrailingData => "send one request at a time, or one a line",
            Self::DuplicateKey { .. } => "remove one of them; readers disagree on which one counts",
            Self::LoneSurrogate => "send the text as UTF-8",
            Self::NumberOutOfRange => "send it as text, or keep integers within 2^53 - 1",
            Self::NotFinite => "send null, or leave the field out",
            Self::NotAnObject => {
                "such as {\"action\":\"Bash\",\"input\":{\"command\":\"git status\"}}"
            }
            _ => return None,
        })
    }
}

struct Place<'a>(&'a Option<usize>);

impl fmt::Display for Place<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            Some(offset) => write!(f, " at byte {offset}"),
            None => Ok(()),
        }
    }
}

struct Hint<'a>(&'a RequestErrorKind);

impl fmt::Display for Hint<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0.hint() {
            Some(hint) => write!(f, "; {hint}"),
            None => Ok(()),
        }
    }
}
