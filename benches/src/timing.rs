//! Times of one call, and over the requests of a workload.
//!
//! Over a workload each request is timed alone, in rounds, and all contenders take turns in a round: of each request the fastest round
//! counts, so that what else the machine does counts least and touches all of them alike. The percentiles are over
//! requests.

use std::fmt;
use std::hint::black_box;
use std::time::{Duration, Instant};

/// Runs something as often as it is told and returns how long that took.
pub type Side = Box<dyn Fn(u64) -> Duration>;

/// Returns a side that calls `call` and times nothing else.
pub fn each(call: impl Fn() + 'static) -> Side {
    Box::new(move |count| {
        let start = Instant::now();
        (0..count).for_each(|_| call());
        start.elapsed()
    })
}

/// Rounds at most.
const ROUNDS: usize = 200;

/// One engine, which judges the request with a given number.
pub struct Contender<'c> {
    call: Box<dyn FnMut(usize) + 'c>,
    spent: Duration,
    best: Vec<f64>,
}

impl fmt::Debug for Contender<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Contender").finish_non_exhaustive()
    }
}

impl<'c> Contender<'c> {
    /// Takes part with `call`.
    pub fn new(call: impl FnMut(usize) + 'c) -> Self {
        Self {
            call: Box::new(call),
            spent: Duration::ZERO,
            best: Vec::new(),
        }
    }

    /// Judges every request once. The first time, it stops at the first request after `budget` is spent.
    fn round(&mut self, count: usize, budget: Duration, clock: f64) {
        let first = self.best.is_empty();
        let start = Instant::now();
        for index in 0..count {
            let one = Instant::now();
            (self.call)(index);
            let took = nanos(one.elapsed()) - clock;
            match self.best.get_mut(index) {
                Some(best) => *best = best.min(took),
                None if first && start.elapsed() < budget => self.best.push(took),
                None => break,
            }
        }
        self.spent += start.elapsed();
    }
}

/// Times `contenders` on requests `0..count`, in turn. Each takes about `budget`, and at least three rounds if it is fast
/// enough to judge every request within it; a slower one judges the first requests only.
pub fn in_turn(count: usize, budget: Duration, contenders: Vec<Contender<'_>>) -> Vec<Times> {
    let clock = clock();
    let mut contenders = contenders;
    for round in 0..ROUNDS {
        for contender in &mut contenders {
            let least = if contender.best.len() < count { 1 } else { 3 };
            if round < least || contender.spent < budget {
                contender.round(count, budget, clock);
            }
        }
    }
    let times = contenders
        .into_iter()
        .map(|contender| Times(contender.best));
    times.collect()
}

/// Nanoseconds that a request takes, by its number.
#[derive(Clone, Debug)]
pub struct Times(Vec<f64>);

impl Times {
    /// Returns how many requests were timed.
    pub fn count(&self) -> usize {
        self.0.len()
    }

    /// Returns the time that `percent` of the requests take at most.
    pub fn percentile(&self, percent: usize) -> f64 {
        let mut sorted = self.0.clone();
        sorted.sort_by(f64::total_cmp);
        let at = sorted.len().saturating_sub(1) * percent / 100;
        sorted.get(at).copied().unwrap_or_default()
    }

    /// Returns the mean.
    pub fn mean(&self) -> f64 {
        self.mean_of(self.0.len())
    }

    /// Returns the mean over the first `count` requests.
    pub fn mean_of(&self, count: usize) -> f64 {
        let first = self.0.iter().take(count);
        first.sum::<f64>() / self.0.len().min(count).max(1) as f64
    }
}

/// The second half of the very first pass over requests, by engines made anew for each: the time for strings never seen.
///
/// It is timed in parts, the fastest of each counts.
#[derive(Clone, Debug)]
pub struct FirstPass {
    parts: Vec<f64>,
    passes: usize,
    start: Instant,
}

impl Default for FirstPass {
    fn default() -> Self {
        Self {
            parts: Vec::new(),
            passes: 0,
            start: Instant::now(),
        }
    }
}

impl FirstPass {
    /// Requests in a part.
    const PART: usize = 50;

    /// Judges requests `0..count` with an engine that has judged nothing before.
    pub fn pass(&mut self, count: usize, mut call: impl FnMut(usize)) {
        self.passes += 1;
        let half = count / 2;
        (0..half).for_each(&mut call);
        for (index, from) in (half..count).step_by(Self::PART).enumerate() {
            let part = from..count.min(from + Self::PART);
            let start = Instant::now();
            part.for_each(&mut call);
            let took = nanos(start.elapsed());
            match self.parts.get_mut(index) {
                Some(fastest) => *fastest = fastest.min(took),
                None => self.parts.push(took),
            }
        }
    }

    /// Whether another engine is worth its time: until there were `least`, and while it is quick, up to ten.
    pub fn goes_on(&self, least: usize) -> bool {
        let quick = self.start.elapsed() < Duration::from_secs(3);
        self.passes < least || (quick && self.passes < 10)
    }

    /// Returns the nanoseconds that one of `count` requests takes.
    pub fn mean(&self, count: usize) -> f64 {
        self.parts.iter().sum::<f64>() / (count - count / 2).max(1) as f64
    }
}

/// Returns what reading the clock takes.
fn clock() -> f64 {
    let empty = || nanos(black_box(Instant::now()).elapsed());
    (0..2000).map(|_| empty()).fold(f64::INFINITY, f64::min)
}

fn nanos(time: Duration) -> f64 {
    time.as_nanos() as f64
}
