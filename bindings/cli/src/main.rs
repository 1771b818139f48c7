//! The command `doorward`: check a policy, decide requests, explain a decision.
//!
//! A thin shell around `doorward` and `doorward-host`: it reads arguments and streams, calls, and writes. Answers go to
//! stdout, everything said to a person about them to stderr. No rule logic lives here.

mod args;
mod check;
mod decide;
mod diagnostics;
mod digest;
mod exit;
mod explain;
mod help;
mod hook;
mod init;
mod lines;
mod policy;
mod status;
mod terminal;

use std::env;
use std::process::ExitCode;

use clap::Parser;

use crate::args::{Cli, Command};
use crate::exit::Exit;

fn main() -> ExitCode {
    // Help and usage errors are written before the arguments are understood, and have colour too.
    terminal::choose_color(args::wished_color(env::args_os()));
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => {
            // Help and version are answers; a reader that went away has had enough of them.
            let _ = error.print();
            return if error.use_stderr() {
                Exit::Usage.into()
            } else {
                Exit::Done.into()
            };
        }
    };
    terminal::choose_color(cli.color);
    run(&cli.command).into()
}

fn run(command: &Command) -> Exit {
    let ended = match command {
        Command::Check(arguments) => check::run(arguments),
        Command::Decide(arguments) => decide::run(arguments),
        Command::Explain(arguments) => explain::run(arguments),
        Command::Digest(arguments) => digest::run(arguments),
        Command::Hook(arguments) => Ok(hook::run(arguments)),
        Command::Init(arguments) => init::run(arguments),
        Command::Status(arguments) => status::run(arguments),
    };
    ended.unwrap_or_else(|error| {
        terminal::error(&format!("cannot write: {error}"), None);
        Exit::Usage
    })
}
