//! `doorward hook`: what a coding agent's hook asks, answered in the host's own form.
//!
//! stdout belongs to the host. Whatever cannot be said there is said by the exit code that every host takes for a block.

use std::env;
use std::io::{self, Read, Write};
use std::panic;
use std::thread;

use doorward::Limits;
use doorward_host::Places;
use doorward_host::hook::{Answer, BLOCKED, Hook, Host};

use crate::args;
use crate::exit::Exit;

/// The stack of the thread that decides, whatever the limits of this process are.
const STACK_BYTES: usize = 16 << 20;

/// What hosts tell a hook about where the session began.
const PROJECTS: [(Host, &str); 3] = [
    (Host::Claude, "CLAUDE_PROJECT_DIR"),
    (Host::Gemini, "GEMINI_PROJECT_DIR"),
    (Host::Cursor, "CURSOR_PROJECT_DIR"),
];

/// Answers the payload on stdin.
pub(crate) fn run(arguments: &args::Hook) -> Exit {
    // What a panic says is in the answer.
    panic::set_hook(Box::new(|_| {}));
    let answer = answer(arguments);
    let mut out = io::stdout().lock();
    let written = out
        .write_all(answer.stdout.as_bytes())
        .and_then(|()| out.flush());
    let code = match written {
        Ok(()) => answer.code,
        Err(error) => {
            say(&format!(
                "doorward blocks this, because its answer cannot be written: {error}\n"
            ));
            BLOCKED
        }
    };
    say(&answer.stderr);
    Exit::Code(code)
}

/// Decides on a thread of its own, so that neither a small stack nor a panic that gets out ends in anything but a block.
fn answer(arguments: &args::Hook) -> Answer {
    // No payload is one that does not parse.
    let payload = payload().unwrap_or_default();
    let mut hook = Hook::new(Places::of_this_machine()).policy(arguments.policy.files.clone());
    for (host, variable) in PROJECTS {
        if let Some(directory) = env::var_os(variable) {
            hook = hook.project(host, directory);
        }
    }
    if let Some(fault) = fault() {
        hook = hook.fault(fault);
    }
    let host = arguments.host.0;
    let decided = thread::Builder::new()
        .stack_size(STACK_BYTES)
        .spawn(move || hook.answer(host, &payload))
        .map(thread::JoinHandle::join);
    match decided {
        Ok(Ok(answer)) => answer,
        _ => Answer {
            stderr: "doorward blocks this, because it could not decide: no thread could be run\n"
                .to_owned(),
            code: BLOCKED,
            ..Answer::default()
        },
    }
}

/// Returns stdin; of more than a request may hold, enough to see that it is too much.
fn payload() -> io::Result<Vec<u8>> {
    let limit = u64::try_from(Limits::default().most_request_bytes())
        .unwrap_or(u64::MAX)
        .saturating_add(1);
    let mut payload = Vec::new();
    io::stdin().lock().take(limit).read_to_end(&mut payload)?;
    Ok(payload)
}

fn say(text: &str) {
    // A stderr that nobody reads is no reason to fail.
    let _ = io::stderr().lock().write_all(text.as_bytes());
}

/// Returns what makes a decision panic when a test asks for it; no released build has it.
#[cfg(debug_assertions)]
fn fault() -> Option<fn()> {
    #[expect(clippy::panic, reason = "a test asks what a panic ends in")]
    fn stop() {
        panic!("forced by a test");
    }
    (env::var_os("DOORWARD_TEST_FAULT")? == "panic").then_some(stop)
}

#[cfg(not(debug_assertions))]
fn fault() -> Option<fn()> {
    None
}
