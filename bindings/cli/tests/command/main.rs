//! The command as its users run it: arguments, streams, exit codes.

#![expect(
    clippy::unwrap_used,
    reason = "a test stops where something is not as expected"
)]

mod check;
mod decide;
mod explain;
mod help;
mod hook;
mod init;
mod own_files;
mod readme;
mod status;
mod support;
