//! Runs benchmarks beside their baselines and prints the ratios.

use std::time::{Duration, Instant};

use criterion::Criterion;
use doorward_benches::arguments::Arguments;
use doorward_benches::timing::Side;

/// Something to measure, and what it is compared with in the same run.
pub(crate) struct Pair {
    /// With the input sizes, such as `decide/rules-1000/command-80B`.
    pub(crate) name: String,
    pub(crate) measured: Side,
    /// What the baseline is called.
    pub(crate) over: &'static str,
    pub(crate) baseline: Side,
}

/// Measures pairs with criterion, and keeps the ratios for the end.
///
/// A ratio comes from a short timing of its own, both sides in turn, and is printed only by `cargo bench`: the smoke
/// form runs everything once and times nothing. A filter on the command line holds for the ratios too.
pub(crate) struct Report {
    arguments: Arguments,
    /// None while it is at work.
    criterion: Option<Criterion>,
    ratios: Vec<String>,
}

impl Report {
    pub(crate) fn new(arguments: &Arguments) -> Self {
        let mut criterion = Criterion::default()
            .without_plots()
            .warm_up_time(Duration::from_millis(300))
            .measurement_time(Duration::from_secs(1));
        // It stops at options that it does not know.
        if !arguments.has_ours() {
            criterion = criterion.configure_from_args();
        } else if let Some(filter) = arguments.filter() {
            criterion = criterion.with_filter(filter);
        }
        Self {
            arguments: arguments.clone(),
            criterion: Some(criterion),
            ratios: Vec::new(),
        }
    }

    pub(crate) fn pair(&mut self, pair: &Pair) {
        let measures = self.arguments.measures() && self.arguments.wants(&pair.name);
        let slow = measures && (pair.measured)(1).max((pair.baseline)(1)) > SLOW;
        if let Some(criterion) = self.criterion.take() {
            let mut criterion = criterion.sample_size(if slow { 10 } else { 100 });
            let baseline = format!("{} ({})", pair.name, pair.over);
            criterion.bench_function(&pair.name, |bencher| bencher.iter_custom(&pair.measured));
            criterion.bench_function(&baseline, |bencher| bencher.iter_custom(&pair.baseline));
            self.criterion = Some(criterion);
        }
        if measures {
            let (measured, baseline) = fastest(pair);
            self.ratios.push(format!(
                "ratio {} over {}: {:.2} ({} over {})",
                pair.name,
                pair.over,
                measured / baseline,
                written(measured),
                written(baseline)
            ));
        }
    }

    pub(crate) fn finish(self) {
        if let Some(criterion) = self.criterion {
            criterion.final_summary();
        }
        self.ratios.iter().for_each(|ratio| println!("{ratio}"));
    }
}

/// What takes longer is sampled less often.
const SLOW: Duration = Duration::from_millis(5);

/// Returns the seconds that each side takes: of up to 30 rounds the fastest, both sides in turn, so that what else the
/// machine does counts least.
fn fastest(pair: &Pair) -> (f64, f64) {
    let counts = (calls(&pair.measured), calls(&pair.baseline));
    let (mut measured, mut baseline) = (f64::INFINITY, f64::INFINITY);
    let start = Instant::now();
    for round in 0..30 {
        if round > 2 && start.elapsed() > Duration::from_secs(3) {
            break;
        }
        measured = measured.min(per_call(&pair.measured, counts.0));
        baseline = baseline.min(per_call(&pair.baseline, counts.1));
    }
    (measured, baseline)
}

/// Returns how many calls take about 5 ms, at least one.
fn calls(side: &Side) -> u64 {
    let mut count = 1;
    while side(count) < SLOW / 2 {
        count *= 2;
    }
    count
}

/// Returns the seconds that one of `count` calls takes.
fn per_call(side: &Side, count: u64) -> f64 {
    side(count).as_secs_f64() / count as f64
}

/// Returns a time in the unit that suits it.
fn written(seconds: f64) -> String {
    match seconds {
        _ if seconds < 1e-6 => format!("{:.0} ns", seconds * 1e9),
        _ if seconds < 1e-3 => format!("{:.1} µs", seconds * 1e6),
        _ => format!("{:.1} ms", seconds * 1e3),
    }
}
