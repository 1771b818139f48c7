//! Decides over and over, for a profiler.
#![allow(clippy::all, clippy::unwrap_used)]
use doorward::Scratch;
use doorward_benches::calls::Calls;
fn main() {
    let dir = std::env::args().nth(1).unwrap();
    let calls = Calls::read(std::path::Path::new(&dir)).unwrap();
    let policy = calls.policy().unwrap();
    policy.warm();
    let requests = calls.read_requests();
    let mut scratch = Scratch::new();
    let start = std::time::Instant::now();
    let mut n = 0u64;
    while start.elapsed().as_secs() < 4 {
        for request in &requests { std::hint::black_box(policy.decide_with(&mut scratch, request).effect()); n += 1; }
    }
    println!("{} ns", start.elapsed().as_nanos() as u64 / n);
}
