//! The test's side: a launcher that runs scripts one after another, and what each of them did.

use super::wire;
use std::fmt;
use std::io;
use std::path::Path;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

/// A place where scripts run, ready for the next one.
///
/// ```no_run
/// # use doorward_tests::referee::Referee;
/// # use std::path::Path;
/// let mut referee = Referee::start(Path::new("target/debug/launcher"), Path::new("target/debug/stub"))?;
/// let run = referee.run(r#"x=rm; (cd build && "$x" -f a.o)"#)?;
/// assert_eq!(run.executed[0].words(), ["rm", "-f", "a.o"]);
/// # Ok::<(), std::io::Error>(())
/// ```
#[derive(Debug)]
pub struct Referee {
    launcher: Child,
    to: Option<ChildStdin>,
    from: ChildStdout,
}

/// Why scripts cannot be run on this system; the text inside an [`io::Error`] of kind `Unsupported`.
#[derive(Debug)]
pub struct NotHere(String);

impl fmt::Display for NotHere {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for NotHere {}

/// What one script did.
#[derive(Debug, Clone, PartialEq)]
pub struct Run {
    /// The programs executed, in the order in which they started to work; parts that run side by side in any order.
    pub executed: Vec<Executed>,
    /// Bash's exit status; 256 and more = it was killed by signal `status - 256`.
    pub status: usize,
    /// The time ran out and the rest was killed: `executed` may be incomplete.
    pub timed_out: bool,
    /// What is new, changed or gone below `/home` and `/tmp` when all is over, absolute, in byte order.
    pub changed: Vec<String>,
    /// That, and what was opened for writing, made, moved or removed there meanwhile.
    pub written: Vec<String>,
    /// The end of what bash and the script wrote to standard error.
    pub messages: String,
}

/// One program that bash executed.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Executed {
    /// The file that was executed, absolute, links to folders resolved.
    pub program: String,
    /// Its arguments, the name it was called by first; exact bytes.
    pub argv: Vec<Vec<u8>>,
    /// The directory it was started in.
    pub directory: String,
}

impl Executed {
    /// The program's own name: the last part of the file's path.
    #[must_use]
    pub fn name(&self) -> &str {
        self.program.rsplit('/').next().unwrap_or_default()
    }

    /// The arguments as text, what is not UTF-8 replaced.
    #[must_use]
    pub fn words(&self) -> Vec<String> {
        self.argv.iter().map(|word| lossy(word)).collect()
    }
}

impl Run {
    /// Whether a program of that name was executed.
    #[must_use]
    pub fn executes(&self, name: &str) -> bool {
        self.executed.iter().any(|one| one.name() == name)
    }
}

impl Referee {
    /// Starts the launcher, which makes the place.
    ///
    /// # Errors
    ///
    /// Kind `Unsupported`, holding a [`NotHere`], when this system refuses what the place needs; any other kind is a fault to look at.
    pub fn start(launcher: &Path, stub: &Path) -> io::Result<Referee> {
        Referee::start_with(launcher, stub, &[])
    }

    /// Starts a launcher in whose place the real programs of these names, as far as they are installed, stand before the stubs.
    ///
    /// # Errors
    ///
    /// As [`Referee::start`].
    pub fn start_with(launcher: &Path, stub: &Path, real: &[&str]) -> io::Result<Referee> {
        if cfg!(not(target_os = "linux")) {
            return Err(not_here("namespaces are Linux's".to_owned()));
        }
        let mut launcher = Command::new(launcher)
            .arg(stub)
            .args(real)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()?;
        let to = launcher.stdin.take();
        let from = (launcher.stdout.take()).ok_or_else(|| io::Error::other("no pipe"))?;
        let mut referee = Referee { launcher, to, from };
        let answer = referee.receive()?;
        match answer.strip_prefix(wire::NOT_HERE) {
            Some(why) => Err(not_here(lossy(why))),
            None if answer == wire::READY => Ok(referee),
            None => Err(io::Error::other(lossy(&answer))),
        }
    }

    /// Runs a script with `bash -c` and says what it did.
    ///
    /// # Errors
    ///
    /// When the launcher is gone, or says what is broken; a script with a NUL cannot be run.
    pub fn run(&mut self, script: &str) -> io::Result<Run> {
        let answer = self.ask(wire::RUN, script)?;
        read_run(&mut answer.as_slice()).ok_or_else(cut_off)
    }

    /// Bash's own complaint about the script, by `bash -n`; `None` when it finds no syntax error.
    ///
    /// # Errors
    ///
    /// As [`Referee::run`].
    pub fn syntax_error(&mut self, script: &str) -> io::Result<Option<String>> {
        let answer = self.ask(wire::CHECK, script)?;
        let mut rest = answer.as_slice();
        let status = wire::take_number(&mut rest).ok_or_else(cut_off)?;
        let messages = lossy(&wire::take(&mut rest).ok_or_else(cut_off)?);
        // `bash -n` ends with 0 after an error inside `[[ ]]`, and warns of a here-document without its end.
        let complains = messages.lines().any(|line| !line.contains(": warning: "));
        Ok((status != 0 || complains).then_some(messages))
    }

    fn ask(&mut self, what: u8, script: &str) -> io::Result<Vec<u8>> {
        if script.contains('\0') {
            return Err(io::Error::new(
                io::ErrorKind::InvalidInput,
                "the script has a NUL",
            ));
        }
        let to = self
            .to
            .as_mut()
            .ok_or_else(|| io::Error::other("no pipe"))?;
        wire::send(to, &[&[what], script.as_bytes()].concat())?;
        self.receive()
    }

    fn receive(&mut self) -> io::Result<Vec<u8>> {
        let answer = wire::receive(&mut self.from)?
            .ok_or_else(|| io::Error::other("the launcher is gone"))?;
        match answer.strip_prefix(wire::BROKEN) {
            Some(why) => Err(io::Error::other(lossy(why))),
            None => Ok(answer),
        }
    }
}

impl Drop for Referee {
    fn drop(&mut self) {
        // The launcher ends when nothing more can come.
        drop(self.to.take());
        let _ = self.launcher.wait();
    }
}

fn read_run(rest: &mut &[u8]) -> Option<Run> {
    let status = wire::take_number(rest)?;
    let timed_out = wire::take_number(rest)? != 0;
    let messages = lossy(&wire::take(rest)?);
    let changed = read_texts(rest)?;
    let written = read_texts(rest)?;
    let calls = wire::take(rest)?;
    let mut calls = calls.as_slice();
    let mut executed = Vec::new();
    // The last record may be cut where the log ends.
    while let Some(record) = wire::take(&mut calls) {
        let mut record = record.as_slice();
        let program = lossy(&wire::take(&mut record)?);
        let directory = lossy(&wire::take(&mut record)?);
        let argv = std::iter::from_fn(|| wire::take(&mut record)).collect();
        executed.push(Executed {
            program,
            argv,
            directory,
        });
    }
    Some(Run {
        executed,
        status,
        timed_out,
        changed,
        written,
        messages,
    })
}

fn read_texts(rest: &mut &[u8]) -> Option<Vec<String>> {
    let count = wire::take_number(rest)?;
    (0..count)
        .map(|_| Some(lossy(&wire::take(rest)?)))
        .collect()
}

fn lossy(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

fn not_here(why: String) -> io::Error {
    io::Error::new(io::ErrorKind::Unsupported, NotHere(why))
}

fn cut_off() -> io::Error {
    io::Error::new(
        io::ErrorKind::InvalidData,
        "the launcher's answer is cut off",
    )
}
