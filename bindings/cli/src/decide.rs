//! `doorward decide`: requests in, canonical decisions out.

use std::fs::File;
use std::io::{self, BufWriter, ErrorKind, IsTerminal, Read, Write};
use std::path::Path;

use doorward::{Effect, Limits, Policy, Request, RequestError, wire};

use crate::args::Decide;
use crate::diagnostics::plural;
use crate::exit::{Exit, stricter};
use crate::lines::{Lines, Stopped, is_blank};
use crate::policy::{self, Loaded};
use crate::terminal;

/// Returns the longest request, in bytes: the core's own limit. One byte more is handed on, for the core to refuse.
fn request_bytes() -> usize {
    Limits::default().most_request_bytes()
}

/// What has been answered so far.
#[derive(Default)]
struct Answered {
    requests: usize,
    strictest: Option<Effect>,
    malformed: usize,
    first: Option<(usize, RequestError)>,
}

/// Decides what the arguments name, or stdin line by line.
///
/// # Errors
///
/// When stdout cannot be written.
pub(crate) fn run(arguments: &Decide) -> io::Result<Exit> {
    let policy = match policy::load(&arguments.policy.files).and_then(Loaded::policy_or_exit) {
        Ok(policy) => policy,
        Err(exit) => return Ok(exit),
    };
    let one = match (&arguments.request, &arguments.request_file) {
        (Some(request), _) => Some(request.as_encoded_bytes().to_vec()),
        (None, Some(path)) => match read_bounded(path) {
            Ok(request) => Some(request),
            Err(error) => {
                terminal::error(&format!("cannot read `{}`: {error}", path.display()), None);
                return Ok(Exit::Usage);
            }
        },
        (None, None) => None,
    };
    let mut answered = Answered::default();
    let ended = match one {
        Some(request) => answer_one(&policy, &request, &mut answered),
        None => answer_lines(&policy, &mut answered),
    };
    match ended {
        Ok(()) => Ok(exit(&answered, arguments.exit_code)),
        Err(Stopped::Output(error)) if error.kind() == ErrorKind::BrokenPipe => {
            Ok(if arguments.exit_code || answered.malformed > 0 {
                Exit::Usage
            } else {
                Exit::Done
            })
        }
        Err(Stopped::Output(error)) => Err(error),
        Err(Stopped::Input(error)) => {
            terminal::error(&format!("cannot read stdin: {error}"), None);
            Ok(Exit::Usage)
        }
    }
}

fn answer_one(policy: &Policy, request: &[u8], answered: &mut Answered) -> Result<(), Stopped> {
    let mut out = io::stdout().lock();
    answered.answer(policy, request, 1, &mut out)?;
    out.flush().map_err(Stopped::Output)
}

fn answer_lines(policy: &Policy, answered: &mut Answered) -> Result<(), Stopped> {
    let input = io::stdin().lock();
    if input.is_terminal() {
        terminal::note(
            "reading requests from the terminal, one JSON object a line",
            Some("end with Ctrl-D"),
        );
    }
    let mut lines = Lines::new(input, request_bytes());
    let mut out = BufWriter::with_capacity(64 * 1024, io::stdout().lock());
    let mut number = 0;
    while let Some(line) = lines.next(&mut out)? {
        number += 1;
        if !is_blank(line) {
            answered.answer(policy, line, number, &mut out)?;
        }
    }
    out.flush().map_err(Stopped::Output)
}

impl Answered {
    fn answer(
        &mut self,
        policy: &Policy,
        request: &[u8],
        number: usize,
        out: &mut impl Write,
    ) -> Result<(), Stopped> {
        self.requests += 1;
        let text = match Request::from_json(request) {
            Ok(request) => {
                let decision = policy.decide(&request);
                let effect = decision.effect();
                self.strictest = Some(
                    self.strictest
                        .map_or(effect, |so_far| stricter(so_far, effect)),
                );
                decision.to_json()
            }
            Err(error) => {
                let text = wire::error_json(&error);
                self.malformed += 1;
                self.first.get_or_insert((number, error));
                text
            }
        };
        writeln!(out, "{text}").map_err(Stopped::Output)
    }
}

/// Says what was malformed, and returns how to end.
fn exit(answered: &Answered, by_effect: bool) -> Exit {
    if let Some((number, error)) = &answered.first {
        let place = if answered.requests == 1 {
            String::new()
        } else {
            format!(", the first on line {number}")
        };
        let whole = plural(answered.requests, "request");
        terminal::error(
            &format!(
                "{} of {whole} malformed{place}: {error}",
                answered.malformed
            ),
            None,
        );
        return Exit::Usage;
    }
    match (by_effect, answered.strictest) {
        (false, _) => Exit::Done,
        (true, Some(effect)) => Exit::Effect(effect),
        (true, None) => {
            terminal::error(
                "no request, so no effect to exit with",
                Some("write one request a line to stdin"),
            );
            Exit::Usage
        }
    }
}

/// Returns the whole of a file, or of stdin for `-`; of a longer one than a request may be, enough to see that it is.
fn read_bounded(path: &Path) -> io::Result<Vec<u8>> {
    let limit = u64::try_from(request_bytes())
        .unwrap_or(u64::MAX)
        .saturating_add(1);
    let mut request = Vec::new();
    if path.as_os_str() == "-" {
        io::stdin().lock().take(limit).read_to_end(&mut request)?;
    } else {
        File::open(path)?.take(limit).read_to_end(&mut request)?;
    }
    Ok(request)
}
