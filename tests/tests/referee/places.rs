//! The places that the tests run scripts in, and the threads that share the work.

use super::say;
use doorward_tests::referee::{Referee, Run, programs};
use std::io::{self, ErrorKind};
use std::path::Path;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU64, Ordering};

/// A place where every program but the shell is a stub; `None` where there are no namespaces.
pub(super) fn referee() -> Option<Referee> {
    referee_with(&[])
}

/// A place with real programs before the stubs.
pub(super) fn referee_with(real: &[&str]) -> Option<Referee> {
    static SAID: OnceLock<()> = OnceLock::new();
    let launcher = Path::new(env!("CARGO_BIN_EXE_launcher"));
    match Referee::start_with(launcher, Path::new(env!("CARGO_BIN_EXE_stub")), real) {
        Ok(referee) => Some(referee),
        Err(error) if error.kind() == ErrorKind::Unsupported => {
            SAID.get_or_init(|| say(&format!("no namespaces here, 0 scripts ran ({error})")));
            None
        }
        Err(error) => panic!("the referee does not start: {error}"),
    }
}

/// Runs a script.
pub(super) fn run(referee: &mut Referee, script: &str) -> Run {
    attempt(referee, script).unwrap_or_else(|error| panic!("{error}: {script}"))
}

/// Runs a script; again when a program that goes on behind it was still writing its log.
fn attempt(referee: &mut Referee, script: &str) -> io::Result<Run> {
    let mut ran = referee.run(script);
    for _ in 0..2 {
        if matches!(&ran, Err(error) if error.kind() == ErrorKind::InvalidData) {
            ran = referee.run(script);
        }
    }
    ran
}

/// The two places of a thread.
pub(super) struct Places {
    stubs: Referee,
    real: Referee,
}

impl Places {
    /// Both places; `None` where there are no namespaces.
    pub(super) fn make() -> Option<Places> {
        Some(Places {
            stubs: referee()?,
            real: referee_with(programs::REAL)?,
        })
    }

    /// Runs a script where programs are stubs, or where those of [`programs::REAL`] are not; once more in a new place when
    /// the system has ended the first one, as it does when memory is short.
    pub(super) fn run(&mut self, real: bool, script: &str) -> Run {
        let place = if real {
            &mut self.real
        } else {
            &mut self.stubs
        };
        match attempt(place, script) {
            Err(error) if error.kind() == ErrorKind::BrokenPipe => {
                let names: &[&str] = if real { programs::REAL } else { &[] };
                if let Some(new) = referee_with(names) {
                    *place = new;
                }
                run(place, script)
            }
            ran => ran.unwrap_or_else(|error| panic!("{error}: {script}")),
        }
    }

    /// The place where programs are stubs.
    pub(super) fn stubs(&mut self) -> &mut Referee {
        &mut self.stubs
    }
}

/// Calls `work` for every number, on two threads for each processor, because a thread that waits for a script leaves one idle; each has its own
/// places. False where there are none.
pub(super) fn each(numbers: std::ops::Range<u64>, work: impl Fn(&mut Places, u64) + Sync) -> bool {
    let next = AtomicU64::new(numbers.start);
    let threads = 2 * std::thread::available_parallelism().map_or(1, usize::from);
    let worker = || {
        let Some(mut places) = Places::make() else {
            return false;
        };
        loop {
            let number = next.fetch_add(1, Ordering::Relaxed);
            if !numbers.contains(&number) {
                return true;
            }
            work(&mut places, number);
        }
    };
    std::thread::scope(|scope| {
        let workers: Vec<_> = (0..threads).map(|_| scope.spawn(worker)).collect();
        let done: Vec<bool> = (workers.into_iter())
            .map(|worker| worker.join().expect("a worker"))
            .collect();
        done.into_iter().all(|there| there)
    })
}
