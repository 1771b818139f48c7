//! The program behind every name inside the referee's place: it logs how it was called and does nothing else.
//!
//! One record: the path it was started by, its directory, and each argument from the program's name on; exact bytes, written by one call.
//! Called as `cat` it also copies, because scripts hand text on through `cat`; called as `/bin/false` it fails.

// Not from the package: what hangs on to it would be read from disk for every program that a script executes.
#[path = "../referee/wire.rs"]
#[expect(
    dead_code,
    unreachable_pub,
    reason = "a stub only writes, and is no library"
)]
mod wire;

use std::ffi::OsStr;
use std::fs::File;
use std::io;
use std::os::unix::ffi::OsStrExt;
use std::process::ExitCode;

/// Where to log, inside the place; as `doorward_tests::referee::CALLS`.
const CALLS: &str = "/log/calls";

fn main() -> ExitCode {
    let program = std::env::current_exe().unwrap_or_default();
    let directory = std::env::current_dir().unwrap_or_default();
    let words: Vec<_> = std::env::args_os().collect();
    let mut record = Vec::new();
    wire::put(&mut record, program.as_os_str().as_bytes());
    wire::put(&mut record, directory.as_os_str().as_bytes());
    for word in &words {
        wire::put(&mut record, word.as_bytes());
    }
    if let Ok(log) = File::options().append(true).open(CALLS) {
        // A full log ends the run; what it says up to there stands.
        let _ = wire::send(log, &record);
    }
    match program.file_name().map(OsStr::as_bytes) {
        Some(b"false") => return ExitCode::FAILURE,
        Some(b"cat") => copy(words.get(1..).unwrap_or_default()),
        _ => {}
    }
    ExitCode::SUCCESS
}

/// What `cat` does, as far as scripts need it: files in order, standard input for `-` or without any.
fn copy(words: &[std::ffi::OsString]) {
    let files: Vec<&OsStr> = (words.iter().map(AsRef::as_ref))
        .filter(|word: &&OsStr| *word == "-" || !word.as_bytes().starts_with(b"-"))
        .collect();
    let mut out = io::stdout().lock();
    if files.is_empty() {
        let _ = io::copy(&mut io::stdin().lock(), &mut out);
    }
    for file in files {
        let _ = if file == "-" {
            io::copy(&mut io::stdin().lock(), &mut out)
        } else {
            File::open(file).and_then(|mut file| io::copy(&mut file, &mut out))
        };
    }
}
