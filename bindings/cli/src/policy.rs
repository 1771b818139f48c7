//! The policy a command works with: named files, or the ones in force here.

use std::env;

use doorward::{Diagnostic, Policy, PolicyError};
use doorward_host::{Discovery, Places, PolicyFile, Sources};

use crate::diagnostics;
use crate::exit::Exit;
use crate::terminal;

/// What was read, and the policy it makes.
pub(crate) struct Loaded {
    /// The files' texts.
    pub(crate) sources: Sources,
    /// The policy, or every problem.
    pub(crate) policy: Result<Policy, PolicyError>,
    /// Whether nothing was named and nothing was found.
    pub(crate) none_found: bool,
}

/// Reads and compiles `files`; without any, those in force in the working directory.
///
/// # Errors
///
/// How to end, and it has been said why, when there is no working directory to look from.
pub(crate) fn load(files: &[PolicyFile]) -> Result<Loaded, Exit> {
    let (sources, none_found) = if files.is_empty() {
        let cwd = env::current_dir().map_err(|error| {
            terminal::error(
                &format!("cannot tell the working directory: {error}"),
                Some("name a policy file"),
            );
            Exit::Usage
        })?;
        let found = Discovery::find(&Places::of_this_machine(), &cwd);
        (found.read(), found.is_empty())
    } else {
        (Sources::read(files), false)
    };
    Ok(Loaded {
        policy: sources.build(),
        sources,
        none_found,
    })
}

impl Loaded {
    /// Returns the policy.
    ///
    /// # Errors
    ///
    /// How to end when it does not load; every problem has been shown.
    pub(crate) fn policy_or_exit(self) -> Result<Policy, Exit> {
        self.policy.map_err(|error| {
            let diagnostics = error.diagnostics();
            if self.none_found {
                show_none_found(diagnostics);
            } else {
                diagnostics::show(diagnostics, &self.sources);
                terminal::error(
                    &format!(
                        "the policy does not load: {}",
                        diagnostics::count(diagnostics)
                    ),
                    None,
                );
            }
            exit_of(diagnostics)
        })
    }
}

/// Says that there is no policy, and what to do.
pub(crate) fn show_none_found(diagnostics: &[Diagnostic]) {
    for diagnostic in diagnostics {
        terminal::error(&diagnostic.message, diagnostic.hint.as_deref());
    }
}

/// Returns how a command ends whose policy does not load: what could not be read outweighs what is wrong in it.
pub(crate) fn exit_of(diagnostics: &[Diagnostic]) -> Exit {
    let unread =
        |diagnostic: &Diagnostic| matches!(diagnostic.code, "unreadable-file" | "no-policy-found");
    if diagnostics.iter().any(unread) {
        Exit::Usage
    } else {
        Exit::Problems
    }
}
