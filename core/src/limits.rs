//! Bounds on everything that grows with the input.
//!
//! Over a request bound a request is an error. Over any other, every deny is still tried and the answer is
//! at least `ask`: a limit raises strictness, it never skips a rule.

/// The bounds a policy is compiled and a request is read with. Each can be tightened, none widened.
///
/// ```
/// let limits = doorward::Limits::default().request_bytes(64 * 1024);
/// let big = format!("{{\"action\":\"{}\"}}", "x".repeat(70_000));
/// let error = doorward::Request::from_json_with(big.as_bytes(), &limits).unwrap_err();
/// assert_eq!(error.code(), "too-large");
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Limits {
    pub(crate) request_bytes: usize,
    pub(crate) request_depth: usize,
    pub(crate) command_bytes: usize,
    pub(crate) path_bytes: usize,
    pub(crate) url_bytes: usize,
    pub(crate) text_bytes: usize,
    pub(crate) leaves: usize,
    pub(crate) pattern_bytes: usize,
    pub(crate) pattern_nfa_bytes: usize,
    pub(crate) pattern_automaton_bytes: usize,
    pub(crate) policy_bytes: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            request_bytes: 16 << 20,
            request_depth: 64,
            command_bytes: 1 << 20,
            path_bytes: 4 << 10,
            url_bytes: 8 << 10,
            text_bytes: 64 << 10,
            leaves: 4096,
            pattern_bytes: 4 << 10,
            pattern_nfa_bytes: 256 << 10,
            pattern_automaton_bytes: 1 << 20,
            policy_bytes: 4 << 20,
        }
    }
}

impl Limits {
    /// Returns the length of the longest request, in bytes, for readers that must stop before they have all of it.
    pub fn most_request_bytes(&self) -> usize {
        self.request_bytes
    }
}

macro_rules! bounds {
    ($($(#[$doc:meta])* $name:ident;)*) => {
        impl Limits {
            /// The name of every bound.
            pub(crate) const NAMES: &'static [&'static str] = &[$(stringify!($name)),*];

            $(
                $(#[$doc])*
                #[must_use]
                pub fn $name(mut self, bound: usize) -> Self {
                    self.$name = self.$name.min(bound);
                    self
                }
            )*
        }
    };
}

bounds! {
    /// Tightens the length of a request, in bytes of JSON (16 MiB). Over it: the error `too-large`.
    request_bytes;
    /// Tightens the nesting of a request, in levels, the request itself being the first (64). Over it: the error `too-deep`.
    request_depth;
    /// Tightens the length of a command, in bytes (1 MiB). A longer one is one opaque leaf and at least `ask`.
    command_bytes;
    /// Tightens the length of a path, in bytes (4 KiB). A longer one is unknown to every condition and at least `ask`.
    path_bytes;
    /// Tightens the length of a URL, in bytes (8 KiB). A longer one is unknown to every condition and at least `ask`.
    url_bytes;
    /// Tightens the length of any other text that a condition reads, in bytes (64 KiB). On a longer one the condition is unknown.
    text_bytes;
    /// Tightens the number of leaves listed (4,096). Each further one is judged, only its denies count, and the answer is at least `ask`.
    leaves;
    /// Tightens the length of a `glob` or `regex` pattern, in bytes (4 KiB). Over it: the load error `pattern-too-large`.
    pattern_bytes;
    /// Tightens the size of one pattern as an NFA, in bytes (256 KiB). Over it: the load error `pattern-too-large`.
    pattern_nfa_bytes;
    /// Tightens the size of one pattern as an automaton, in bytes (1 MiB). Over it: the load error `pattern-too-large`.
    pattern_automaton_bytes;
    /// Tightens the length of one policy file, in bytes (4 MiB). Over it: the load error `too-large`.
    policy_bytes;
}
