//! Loads a policy: reads all files, reports everything that is wrong with any of them, or compiles.

use alloc::collections::BTreeMap;
use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

use crate::automaton::is_tried_on_everything;
use crate::check;
use crate::decision::near::{Audience, NearOptions};
use crate::error::{Diagnostic, PolicyError, Severity};
use crate::limits::Limits;
use crate::policy::Policy;
use crate::rule::{File, Layer, RuleAt, Source, declare, own_rules, read_rules};

/// Options of a policy.
#[derive(Clone, Debug, Default)]
pub struct Config {
    limits: Limits,
    near: NearOptions,
}

impl Config {
    /// Returns the defaults.
    pub fn new() -> Self {
        Self::default()
    }

    /// Sets the bounds that the policy is compiled and requests are judged with.
    #[must_use]
    pub fn limits(mut self, limits: Limits) -> Self {
        self.limits = limits;
        self
    }

    /// Sets how many conditions of a rule's scope may fail for it to be a near miss (1). None: only rules whose scope
    /// holds are.
    #[must_use]
    pub fn max_missing(mut self, conditions: usize) -> Self {
        self.near.max_missing = conditions;
        self
    }

    /// Sets how many near misses, and how many close calls, a decision shows (3).
    #[must_use]
    pub fn near_shown(mut self, count: usize) -> Self {
        self.near.shown = count;
        self
    }

    /// Sets how many candidates are verified by deciding again (8). Those beyond it are never shown.
    #[must_use]
    pub fn near_verified(mut self, count: usize) -> Self {
        self.near.verified = count;
        self
    }

    /// Sets who reads the decisions. Only [`Audience::Admin`] is told of near misses of rules with `near = false`.
    #[must_use]
    pub fn audience(mut self, audience: Audience) -> Self {
        self.near.audience = audience;
        self
    }
}

/// Collects the sources of a policy and compiles them.
#[derive(Clone, Debug, Default)]
pub struct PolicyBuilder {
    config: Config,
    sources: Vec<Source>,
    own_files: Vec<String>,
}

impl PolicyBuilder {
    /// Sets the options.
    #[must_use]
    pub fn configure(mut self, config: Config) -> Self {
        self.config = config;
        self
    }

    /// Adds a source. Neither the order of sources nor that of rules changes an effect.
    #[must_use]
    pub fn source(mut self, source: Source) -> Self {
        self.sources.push(source);
        self
    }

    /// Names the files and directories, absolute, that Doorward and its hooks live in: writing, deleting or linking them
    /// asks, unless `[builtin] own_files` says otherwise. For a door that found the policy where policies live.
    #[must_use]
    pub fn own_files(mut self, paths: impl IntoIterator<Item = String>) -> Self {
        self.own_files.extend(paths);
        self
    }

    /// Compiles the policy and checks its examples.
    ///
    /// Costs time and memory linear in the text of the sources, patterns bounded by [`Limits`].
    ///
    /// # Errors
    ///
    /// Every problem of every source, in order of source, line and column.
    pub fn build(self) -> Result<Policy, PolicyError> {
        let limits = &self.config.limits;
        let mut files: Vec<File<'_>> = self
            .sources
            .iter()
            .map(|source| File::parse(source, limits))
            .collect();
        let own = own_rules(&mut files, &self.own_files);
        files.extend(own.as_ref().map(|source| File::parse(source, limits)));
        let (declared, defaults, sets) = declare(&mut files, limits);
        let mut rules = Vec::new();
        let mut tests = Vec::new();
        for (index, (file, sets)) in files.iter_mut().zip(&sets).enumerate() {
            rules.extend(read_rules(file, index, &declared, sets));
            tests.extend(file.read_tests());
        }
        report_duplicates(&mut files, &rules);
        report_vague_patterns(&mut files, &rules);
        let rules = rules.into_iter().map(|at| at.rule).collect();
        let broken = files.iter().any(|file| file.problems.errors() > 0);
        let policy = Policy::new(&files, rules, declared, defaults, tests);
        // An example of a policy that is broken otherwise says nothing: what it is judged with is incomplete.
        if !broken {
            check_examples(&mut files, &policy);
        }
        let diagnostics: Vec<Diagnostic> = files
            .into_iter()
            .flat_map(|file| file.problems.into_diagnostics())
            .collect();
        if diagnostics
            .iter()
            .any(|diagnostic| diagnostic.severity == Severity::Error)
        {
            return Err(PolicyError::from_diagnostics(diagnostics));
        }
        Ok(policy
            .with_near(self.config.near)
            .with_warnings(diagnostics))
    }
}

impl Policy {
    /// Compiles a policy from one text, of the layer `user` and under the name `policy`.
    ///
    /// # Errors
    ///
    /// Every problem of the text, in order of line and column.
    pub fn from_toml(text: &str) -> Result<Self, PolicyError> {
        Self::builder()
            .source(Source::new("policy", Layer::User, text))
            .build()
    }

    /// Returns a builder without sources.
    pub fn builder() -> PolicyBuilder {
        PolicyBuilder::default()
    }
}

/// Reports each name, present or former, that an earlier rule has already.
fn report_duplicates(files: &mut [File<'_>], rules: &[RuleAt]) {
    let mut first: BTreeMap<&str, String> = BTreeMap::new();
    for at in rules {
        for (name, span) in &at.names {
            match first.get(name.as_str()) {
                Some(place) => {
                    let hint = "names are unique over all files, former names in `was` included"
                        .to_string();
                    if let Some(file) = files.get_mut(at.file) {
                        let message = format!("the name `{name}` is taken by the rule at {place}");
                        file.problems
                            .error("duplicate-name", span.clone(), message, hint);
                    }
                }
                None => {
                    first.insert(name, at.rule.origin.to_string());
                }
            }
        }
    }
}

/// Warns of rules that cost a run of their pattern for every request.
fn report_vague_patterns(files: &mut [File<'_>], rules: &[RuleAt]) {
    for at in rules.iter().filter(|at| is_tried_on_everything(&at.rule)) {
        if let (Some(file), Some((name, span))) = (files.get_mut(at.file), at.names.first()) {
            let message = format!(
                "`{name}` is tried on every request: its pattern requires no two letters that a text could be searched for"
            );
            let hint = "name the action in `when`, or give the pattern a literal part; else each decision costs a run of it over the whole text".to_string();
            file.problems
                .warning("lint-vague-pattern", span.clone(), message, hint);
        }
    }
}

fn check_examples(files: &mut [File<'_>], policy: &Policy) {
    for rule in policy.compiled_rules() {
        for example in &rule.examples {
            if let Some((message, hint)) = check::failing_example(policy, rule, example)
                && let Some(file) = files.get_mut(example.file)
            {
                file.problems
                    .error("failing-example", example.span.clone(), message, hint);
            }
        }
    }
}
