//! What stands on the command line of a bench.

use std::env;
use std::path::{Path, PathBuf};

/// The words after `cargo bench .. --`.
///
/// Beside criterion's options there are two of our own: `--workload DIR` reads rules and requests from `DIR/<N>` (see
/// [`Calls::read`](crate::calls::Calls::read)), and `--large` adds 100,000 rules.
#[derive(Clone, Debug)]
pub struct Arguments(Vec<String>);

impl Arguments {
    /// Returns those of this process.
    pub fn read() -> Self {
        Self(env::args().skip(1).collect())
    }

    fn has(&self, option: &str) -> bool {
        self.0.iter().any(|word| word == option)
    }

    /// Whether anything is to be timed. The smoke form (`--test`) and a listing run everything once at most.
    pub fn measures(&self) -> bool {
        self.has("--bench") && !self.has("--test") && !self.has("--list")
    }

    /// Whether an option stands there that criterion does not know.
    pub fn has_ours(&self) -> bool {
        self.has("--workload") || self.has("--large")
    }

    /// Returns the folder to read the workload of a size from, if one is given.
    pub fn folder(&self, rule_count: usize) -> Option<PathBuf> {
        let mut words = self.0.iter().skip_while(|word| *word != "--workload");
        Some(Path::new(words.nth(1)?).join(rule_count.to_string()))
    }

    /// Returns the word that stands there without an option: part of the names to run.
    pub fn filter(&self) -> Option<&str> {
        let mut before = "";
        let mut words = self.0.iter().map(String::as_str);
        words.find(|word| {
            let is_value = std::mem::replace(&mut before, word) == "--workload";
            !is_value && !word.starts_with('-')
        })
    }

    /// Whether a name is to be run.
    pub fn wants(&self, name: &str) -> bool {
        self.filter().is_none_or(|filter| name.contains(filter))
    }

    /// Returns the numbers of rules to run with, fewest first: 10 and 100 in the smoke form, up to 10,000 otherwise, or
    /// 100,000 with `--large`; of these the ones that a filter such as `rules-10/` leaves.
    pub fn sizes(&self) -> Vec<usize> {
        let sizes: &[usize] = match (self.measures(), self.has("--large")) {
            (false, _) => &[10, 100],
            (true, false) => &[10, 100, 1000, 10_000],
            (true, true) => &[10, 100, 1000, 10_000, 100_000],
        };
        let part = self.filter().and_then(|filter| {
            let (_, part) = filter.split_once("rules-")?;
            Some(part.split_inclusive('/').next().unwrap_or_default())
        });
        let wanted = |size: &usize| {
            let name = format!("{size}/");
            part.is_none_or(|part| name.starts_with(part))
        };
        sizes.iter().copied().filter(wanted).collect()
    }
}
