//! The codes this command ends with. They are documented in each command's `--help` and never change.

use std::process::ExitCode;

use doorward::Effect;

/// How a command ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Exit {
    /// Everything was done.
    Done,
    /// The policy has problems.
    Problems,
    /// Wrong usage, a malformed request, or something could not be read or written.
    Usage,
    /// What the hook's answer, or the gravest fault of `status`, says.
    Code(u8),
    /// What was decided, for `--exit-code`.
    Effect(Effect),
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(match exit {
            Exit::Done | Exit::Effect(Effect::Allow) => 0,
            Exit::Problems => 1,
            Exit::Usage => 2,
            Exit::Code(code) => code,
            Exit::Effect(Effect::Ask) => 10,
            Exit::Effect(Effect::Deny) => 11,
            Exit::Effect(Effect::Pass) => 12,
        })
    }
}

/// Returns the stricter of two decisions of whole requests: deny, ask, pass, allow in this order.
pub(crate) fn stricter(a: Effect, b: Effect) -> Effect {
    let rank = |effect: Effect| match effect {
        Effect::Deny => 0,
        Effect::Ask => 1,
        Effect::Pass => 2,
        Effect::Allow => 3,
    };
    if rank(b) < rank(a) { b } else { a }
}
