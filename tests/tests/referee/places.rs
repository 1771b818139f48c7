//! The places that the tests run scripts in, and the threads that share the work.

use super::say;
use doorward_tests::referee::{Referee, Run, programs};
use std::io::ErrorKind;
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

/// Runs a script; again when a program that goes on behind it was still writing its log.
pub(super) fn run(referee: &mut Referee, script: &str) -> Run {
    let mut ran = referee.run(script);
    for _ in 0..2 {
        if matches!(&ran, Err(error) if error.kind() == ErrorKind::InvalidData) {
            ran = referee.run(script);
        }
    }
    ran.unwrap_or_else(|error| panic!("{error}: {script}"))
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

    /// Runs a script where programs are stubs, or where those of [`programs::REAL`] are not.
    pub(super) fn run(&mut self, real: bool, script: &str) -> Run {
        let place = match real {
            true => &mut self.real,
            false => &mut self.stubs,
        };
        run(place, script)
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

#[test]
fn a_place_is_not_disturbed_by_processes_of_another() {
    let (Some(mut one), Some(mut other)) = (referee(), referee()) else {
        return;
    };
    // As many processes as a place may have, until its time is over.
    let crowd = "exec 3<> <(:); for i in {1..400}; do read -u 3 & done; wait";
    std::thread::scope(|scope| {
        let crowded = scope.spawn(|| run(&mut one, crowd));
        while !crowded.is_finished() {
            assert!(!run(&mut other, "rm x; rm y").timed_out);
        }
        let crowded = crowded.join().expect("the crowd");
        assert!(crowded.timed_out && crowded.messages.contains("fork: retry"));
    });
}
