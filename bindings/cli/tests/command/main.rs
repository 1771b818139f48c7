//! The command as its users run it: arguments, streams, exit codes.

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test stops where something is not as expected"
)]

mod check;
mod decide;
mod digest;
mod explain;
mod help;
mod hook;
mod hook_blocks;
mod hooks_page;
mod init;
#[cfg(unix)]
mod links;
mod own_files;
mod readme;
mod status;
mod support;
