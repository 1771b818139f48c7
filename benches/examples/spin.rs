//! Compiles over and over, for a profiler.
#![allow(clippy::all, clippy::unwrap_used)]
use doorward_benches::calls::Calls;
fn main() {
    let dir = std::env::args().nth(1).unwrap();
    let calls = Calls::read(std::path::Path::new(&dir)).unwrap();
    let text = calls.policy_texts();
    let start = std::time::Instant::now();
    for t in &text { std::hint::black_box(toml::de::DeTable::parse(t).unwrap()); }
    println!("toml {:?}", start.elapsed());
    for _ in 0..8 { let start = std::time::Instant::now(); let p = calls.policy().unwrap(); println!("{:?}", start.elapsed()); drop(p) }
}
