//! Writing to people: colour, one style of error, and text that cannot harm a terminal.

use std::io::{self, ErrorKind, Write};

use annotate_snippets::renderer::DEFAULT_TERM_WIDTH;
use annotate_snippets::{Group, Level, Renderer};
use anstream::{AutoStream, ColorChoice};

pub(crate) use doorward_host::printable;

use crate::args::Color;

/// Sets for the whole process when colour is used.
pub(crate) fn choose_color(color: Color) {
    match color {
        Color::Auto => ColorChoice::Auto,
        Color::Always => ColorChoice::Always,
        Color::Never => ColorChoice::Never,
    }
    .write_global();
}

/// Returns stdout, locked; escape sequences are taken out where colour is not wanted.
pub(crate) fn stdout() -> AutoStream<io::StdoutLock<'static>> {
    AutoStream::auto(io::stdout().lock())
}

/// Writes one report to stderr. A stderr that nobody reads is no reason to fail.
pub(crate) fn report(groups: &[Group<'_>]) {
    let text = Renderer::styled()
        .term_width(DEFAULT_TERM_WIDTH)
        .render(groups);
    let _ = writeln!(AutoStream::auto(io::stderr().lock()), "{text}");
}

/// Writes an empty line to stderr.
pub(crate) fn blank_line() {
    let _ = writeln!(io::stderr().lock());
}

/// Writes `error: ..` and `help: ..` to stderr.
pub(crate) fn error(message: &str, help: Option<&str>) {
    headed(Level::ERROR, message, help);
}

/// Writes `note: ..` and `help: ..` to stderr.
pub(crate) fn note(message: &str, help: Option<&str>) {
    headed(Level::NOTE, message, help);
}

fn headed(level: Level<'_>, message: &str, help: Option<&str>) {
    report(&[Group::with_title(level.primary_title(printable(message)))]);
    if let Some(help) = help {
        report(&[Group::with_title(
            Level::HELP.primary_title(printable(help)),
        )]);
    }
}

/// Writes all of `text` to stdout.
///
/// # Errors
///
/// When stdout cannot be written. A reader that went away is no error: there is nobody left to tell.
pub(crate) fn print(text: &str) -> io::Result<()> {
    let mut out = stdout();
    quiet(out.write_all(text.as_bytes()).and_then(|()| out.flush()))
}

/// Makes a closed pipe no error.
pub(crate) fn quiet(result: io::Result<()>) -> io::Result<()> {
    match result {
        Err(error) if error.kind() == ErrorKind::BrokenPipe => Ok(()),
        other => other,
    }
}
