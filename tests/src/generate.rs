//! Seeded policies and requests for comparing two deciders.
//!
//! Small words on purpose: a few people, roles, commands and paths, so that for every kind of condition a generated request makes it
//! true, false and unknown often. Requests leave fields out, null them and give them other types. Every policy loads. The same seed
//! gives the same text on every machine; nothing here depends on the core.

mod conditions;
mod policies;
pub mod random;
mod requests;
#[cfg(test)]
mod tests;
mod words;

use random::Random;

/// How much of the format a generated policy uses.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Level {
    /// `when` and `unless` with equality, sets, `not`, `present`, `same_as`, `prefix`, `suffix`, `contains`, integer bounds, `has`,
    /// `actor.role`, `command` and `action`; no path or URL conditions.
    Plain,
    /// The whole format that the oracle reads.
    Whole,
}

/// A policy's text, taken apart.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Parts {
    /// Everything but the rules: version, defaults, roles, sets, actions.
    pub head: String,
    /// Each `[[rule]]`, with its own name.
    pub rules: Vec<String>,
}

impl Parts {
    /// The policy's text.
    #[must_use]
    pub fn text(&self) -> String {
        let mut text = self.head.clone();
        for rule in &self.rules {
            text.push('\n');
            text.push_str(rule);
        }
        text
    }
}

/// One policy file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Source {
    /// The name it is loaded under.
    pub name: &'static str,
    /// `managed`, `user`, `project` or `auto`.
    pub layer: &'static str,
    /// Whether a project file may do more than tighten; no generated one may.
    pub trusted: bool,
    /// Its TOML.
    pub text: String,
}

/// One policy and one request for it, to be written down for the doors.
#[derive(Debug, Clone, PartialEq)]
pub struct Case {
    /// `generated-<number>`.
    pub name: String,
    /// The policy's files; the next case often has the same.
    pub sources: Vec<Source>,
    /// The request.
    pub request: serde_json::Value,
}

/// A policy of the whole format.
#[must_use]
pub fn policy(seed: u64) -> String {
    policy_parts(Level::Whole, seed).text()
}

/// A policy taken apart, so that a test can add, repeat and reorder rules.
#[must_use]
pub fn policy_parts(level: Level, seed: u64) -> Parts {
    policies::policy(&mut Random::new(seed), level)
}

/// A policy of `count` rules, in which many share a condition.
#[must_use]
pub fn large_policy(level: Level, seed: u64, count: usize) -> String {
    policies::large_policy(&mut Random::new(seed), level, count).text()
}

/// One more rule of an effect, with a name that no generated policy uses. It may name the sets of any generated policy's head.
#[must_use]
pub fn extra_rule(level: Level, effect: &str, seed: u64) -> String {
    policies::rule(&mut Random::new(seed), level, "extra", effect)
}

/// A request for policies of the whole format.
#[must_use]
pub fn request(seed: u64) -> serde_json::Value {
    request_at(Level::Whole, seed)
}

/// A request for policies of a level.
#[must_use]
pub fn request_at(level: Level, seed: u64) -> serde_json::Value {
    requests::request(&mut Random::new(seed), level)
}

/// A policy in several files of several layers.
#[must_use]
pub fn sources(level: Level, seed: u64) -> Vec<Source> {
    policies::sources(&mut Random::new(seed), level)
}

/// Simple commands that a plain reader follows, each with the redirects it may have (with the space before them), and what stands between
/// them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Compound {
    /// The commands and their redirects.
    pub commands: Vec<(String, String)>,
    /// One fewer than commands.
    pub separators: Vec<String>,
}

impl Compound {
    /// The line.
    #[must_use]
    pub fn line(&self) -> String {
        let between = std::iter::once("").chain(self.separators.iter().map(String::as_str));
        let parts = self.commands.iter().zip(between);
        parts
            .map(|((command, redirects), before)| format!("{before}{command}{redirects}"))
            .collect()
    }
}

/// A line of several plain commands.
#[must_use]
pub fn compound(seed: u64) -> Compound {
    requests::compound(&mut Random::new(seed))
}

/// The words of one plain command, and the same words spelled in another way: with quotes, backslashes and continued lines.
#[must_use]
pub fn respelled(seed: u64) -> (String, String) {
    requests::respelled(&mut Random::new(seed))
}

/// The same `count` cases on every run, twenty requests to a policy. In the whole format every third policy has several files.
#[must_use]
pub fn requests_for_conformance(level: Level, count: usize) -> Vec<Case> {
    let mut cases = Vec::new();
    for number in 0..u64::try_from(count).unwrap_or(u64::MAX) {
        let seed = 1_000_000 + number / 20;
        let sources = if level == Level::Whole && seed % 3 == 0 {
            sources(level, seed)
        } else {
            vec![Source {
                name: "policy",
                layer: "user",
                trusted: false,
                text: policy_parts(level, seed).text(),
            }]
        };
        cases.push(Case {
            name: format!("generated-{number:05}"),
            sources,
            request: request_at(level, 2_000_000 + number),
        });
    }
    cases
}
