//! `doorward status`: whether it all works.

use std::env;
use std::fmt::Write as _;
use std::io;

use doorward_host::status::{Fault, HookFound, Status};
use doorward_host::{Places, Standing, printable};

use crate::args;
use crate::exit::Exit;
use crate::terminal;

/// Looks at everything and says what it found.
///
/// # Errors
///
/// When stdout cannot be written.
pub(crate) fn run(arguments: &args::Status) -> io::Result<Exit> {
    let (cwd, program) = match (env::current_dir(), env::current_exe()) {
        (Ok(cwd), Ok(program)) => (cwd, program),
        (Err(error), _) | (_, Err(error)) => {
            terminal::error(&format!("cannot tell where this runs: {error}"), None);
            return Ok(Exit::Usage);
        }
    };
    let status = Status::of(&Places::of_this_machine(), &cwd, &program);
    let text = if arguments.json {
        status.to_json() + "\n"
    } else {
        page(&status)
    };
    terminal::print(&text)?;
    Ok(match status.faults().first() {
        None => Exit::Done,
        Some(fault) => Exit::Code(fault.exit_code()),
    })
}

fn page(status: &Status) -> String {
    let mut page = String::new();
    let faults = status.faults();
    let verdict = if faults.is_empty() {
        "all is well".to_owned()
    } else {
        faults
            .iter()
            .map(|fault| said_of(*fault))
            .collect::<Vec<_>>()
            .join("; ")
    };
    let _ = writeln!(page, "status    {verdict}\n");
    for file in &status.files {
        let trust = if file.trusted { "" } else { ", only tightens" };
        let state = if file.holds { "holds" } else { "BROKEN" };
        let _ = writeln!(
            page,
            "file      {state:<7} {} ({}{trust})",
            printable(&file.path.display().to_string()),
            file.layer
        );
    }
    if status.files.is_empty() {
        page += "file      none found\n";
    }
    for problem in &status.problems {
        let _ = writeln!(
            page,
            "problem   {}:{}: {}",
            printable(&problem.file),
            problem.line,
            printable(&problem.message)
        );
    }
    match &status.in_force {
        None => page += "policy    none: every call is blocked\n",
        Some(in_force) => {
            let how = match in_force.standing() {
                Standing::Found => String::new(),
                Standing::Starter => ", the built-in starter policy".to_owned(),
                Standing::LastGood { since, .. } => {
                    format!(", the last one that loaded, kept at {since} (seconds since 1970)")
                }
            };
            let _ = writeln!(
                page,
                "policy    {} rules, {}{how}",
                in_force.policy().rule_count(),
                in_force.policy().id()
            );
        }
    }
    for hook in &status.hooks {
        let _ = writeln!(page, "hook      {}", line_of(hook));
    }
    match &status.last_error {
        None => page += "errors    none\n",
        Some(last) => {
            let _ = writeln!(
                page,
                "errors    the last at {} (seconds since 1970), from {}: {}",
                last.at,
                last.host,
                printable(&last.reason)
            );
        }
    }
    page
}

fn line_of(hook: &HookFound) -> String {
    let title = hook.host.title();
    if let Some(why) = &hook.unreadable {
        return format!("{title:<11} {}", printable(why));
    }
    let place = printable(&hook.settings.display().to_string());
    match (&hook.command, &hook.answers) {
        (None, _) => format!("{title:<11} not registered"),
        (Some(command), Some(Err(why))) => format!(
            "{title:<11} DOES NOT ANSWER: `{}` in {place}: {}",
            printable(command),
            printable(why)
        ),
        (Some(_), Some(Ok(()))) if hook.current => format!("{title:<11} answers ({place})"),
        (Some(command), Some(Ok(()))) => format!(
            "{title:<11} answers, and is not registered as `doorward init` would: `{}` ({place})",
            printable(command)
        ),
        (Some(command), None) => format!(
            "{title:<11} registered, not tried: `{}` ({place})",
            printable(command)
        ),
    }
}

fn said_of(fault: Fault) -> &'static str {
    match fault {
        Fault::BrokenPolicy => "the policy does not load",
        Fault::Unreadable => "a file cannot be read",
        Fault::SilentHook => "a hook does not answer",
        Fault::NoHook => "no host has the hook registered: `doorward init --write`",
        Fault::NoPolicy => "no policy was found: `doorward init`",
        _ => "something is wrong",
    }
}
