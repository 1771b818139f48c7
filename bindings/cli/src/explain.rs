//! `doorward explain`: one decision, for a person.

mod near;
mod page;
mod subject;

use std::io;

use doorward::{RequestError, wire};
use doorward_host::{Facts, starter};

use crate::args::Explain;
use crate::exit::Exit;
use crate::explain::subject::Subject;
use crate::policy::{self, Loaded};
use crate::terminal;

/// Decides what the arguments ask about and explains the decision.
///
/// # Errors
///
/// When stdout cannot be written.
pub(crate) fn run(arguments: &Explain) -> io::Result<Exit> {
    let subject = match Subject::read(&arguments.subject) {
        Ok(subject) => subject,
        Err(error) => return malformed(&error, arguments.json),
    };
    let loaded = policy::load(&arguments.policy.files).map(|loaded| {
        if loaded.none_found {
            builtin(loaded)
        } else {
            loaded
        }
    });
    let policy = match loaded.and_then(Loaded::policy_or_exit) {
        Ok(policy) => policy,
        Err(exit) => return Ok(exit),
    };
    let request = Facts::of_this_process().fill(subject.request);
    let decision = policy.decide(&request);
    let text = if arguments.json {
        decision.to_json() + "\n"
    } else {
        page::page(&subject.shown, &request, &decision)
    };
    terminal::print(&text)?;
    Ok(if arguments.exit_code {
        Exit::Effect(decision.effect())
    } else {
        Exit::Done
    })
}

/// Returns the starter policy in place of none, and says so.
fn builtin(none: Loaded) -> Loaded {
    terminal::note(
        "no policy was found for this directory; this is what the built-in starter policy says",
        Some("write your own to `~/.config/doorward/policy.toml`, or name one with --policy"),
    );
    Loaded {
        policy: starter(),
        none_found: false,
        ..none
    }
}

fn malformed(error: &RequestError, json: bool) -> io::Result<Exit> {
    if json {
        terminal::print(&(wire::error_json(error) + "\n"))?;
    }
    terminal::error(
        &error.to_string(),
        Some(
            "an argument that begins with `{\"` is read as a request, any other as a Bash command",
        ),
    );
    Ok(Exit::Usage)
}
