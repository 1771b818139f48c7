//! The referee: it tells what bash really executes, so that the reader of commands can be tested against it.
//!
//! A script runs under the machine's own bash, in a place where it can do no harm: own mount, process, network and IPC namespaces, a root
//! folder in memory that holds bash, the libraries it needs and one stub under some two hundred program names. A stub logs its argv and its
//! directory and does nothing. `sh`, `bash` and `dash` there are the real bash, so scripts within scripts run too. Programs that start
//! programs (`env`, `xargs`, `sudo`, `find -exec`) are stubs like the others: what they would start is not executed. Only a place that is asked
//! for them ([`Referee::start_with`]) has the real ones before the stubs; there [`wrappers`] tries what the program table says of them too.
//!
//! Three processes: the test ([`Referee`]), the launcher (`src/bin/launcher.rs`, [`place`]), which makes the namespaces and becomes their first
//! process, and one bash a script. What is left when bash has ended (background jobs) may run on until the limit of [`RUN_MS`]; then the
//! launcher kills everything in its process namespace. What a script did to the folders that it may write to is noted ([`Run::written`]) and put
//! back before the next one.
//!
//! Two places a thread, and two threads a processor, because a thread that waits for a script leaves its processor idle. In one place all
//! programs are stubs, so that what bash executes is seen whole; in the other some fifty are the real ones ([`programs::REAL`]), so that wrappers run
//! what they wrap and programs write what they write. Per script the tests ask the decision three things: whether a deny on each program that was
//! executed (by name, by exact words, by name and directory) fires, whether a deny on each file that was written fires, and whether the script
//! is allowed where everything but one of these is.
//!
//! What is not logged: builtins, functions, and names that no program has. What the generator ([`script`]) composes is confirmed here, script by
//! script, so that nothing rests on the generator being right.

pub mod disguises;
pub mod everyday;
pub mod judge;
pub mod known;
#[cfg(target_os = "linux")]
pub mod place;
pub mod programs;
mod run;
pub mod script;
#[cfg(target_os = "linux")]
mod tree;
pub mod wire;
pub mod wrappers;

pub use run::{Executed, NotHere, Referee, Run};

/// Where the stubs log, inside the place.
pub const CALLS: &str = "/log/calls";

/// The home directory inside the place; the standard home of policies' examples.
pub const HOME: &str = "/home/user";

/// The directory in which scripts start, inside the place.
pub const PROJECT: &str = "/home/user/project";

/// How long a script may run, background jobs included, in milliseconds.
pub const RUN_MS: u64 = 1_000;
