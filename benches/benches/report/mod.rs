//! Runs benchmarks beside their baselines and prints the ratios.

use std::env;
use std::time::{Duration, Instant};

use criterion::Criterion;

/// Something to measure, and what it is compared with in the same run.
pub(crate) struct Pair {
    /// With the input sizes, such as `decide/rules-1000/command-80B`.
    pub(crate) name: String,
    pub(crate) measured: Box<dyn Fn()>,
    /// What the baseline is called.
    pub(crate) over: &'static str,
    pub(crate) baseline: Box<dyn Fn()>,
}

/// Measures every pair with criterion, then prints the ratios.
///
/// A ratio comes from a short timing of its own, both sides in turn, and is printed only by `cargo bench`: the smoke
/// form runs everything once and times nothing. A filter on the command line holds for the ratios too.
pub(crate) fn run(pairs: &[Pair]) {
    let mut criterion = Criterion::default()
        .without_plots()
        .warm_up_time(Duration::from_millis(300))
        .measurement_time(Duration::from_secs(1))
        .configure_from_args();
    for pair in pairs {
        let baseline = format!("{} ({})", pair.name, pair.over);
        criterion.bench_function(&pair.name, |bencher| bencher.iter(|| (pair.measured)()));
        criterion.bench_function(&baseline, |bencher| bencher.iter(|| (pair.baseline)()));
    }
    criterion.final_summary();

    let arguments: Vec<String> = env::args().skip(1).collect();
    let has = |option: &str| arguments.iter().any(|argument| argument == option);
    if !has("--bench") || has("--test") || has("--list") {
        return;
    }
    let filter = arguments.iter().find(|argument| !argument.starts_with('-'));
    for pair in pairs {
        if filter.is_none_or(|filter| pair.name.contains(filter.as_str())) {
            println!("ratio {} over {}: {:.1}", pair.name, pair.over, ratio(pair));
        }
    }
}

/// Returns how many times as long the measured side takes: the fastest of 30 rounds over the fastest of 30 rounds, both
/// sides in turn, so that what else the machine does counts least.
fn ratio(pair: &Pair) -> f64 {
    let counts = (calls(&pair.measured), calls(&pair.baseline));
    let (mut measured, mut baseline) = (f64::INFINITY, f64::INFINITY);
    for _ in 0..30 {
        measured = measured.min(per_call(&pair.measured, counts.0));
        baseline = baseline.min(per_call(&pair.baseline, counts.1));
    }
    measured / baseline
}

/// Returns how many calls take about 5 ms, at least one.
fn calls(call: &dyn Fn()) -> u32 {
    let start = Instant::now();
    let mut count = 0;
    while start.elapsed() < Duration::from_millis(5) {
        call();
        count += 1;
    }
    count
}

/// Returns the seconds that one of `count` calls takes.
fn per_call(call: &dyn Fn(), count: u32) -> f64 {
    let start = Instant::now();
    for _ in 0..count {
        call();
    }
    start.elapsed().as_secs_f64() / f64::from(count)
}
