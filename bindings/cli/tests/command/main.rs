//! The command as its users run it: arguments, streams, exit codes.

#![expect(
    clippy::unwrap_used,
    reason = "a test stops where something is not as expected"
)]

mod check;
mod decide;
mod digest;
mod explain;
mod help;
mod readme;
mod support;
