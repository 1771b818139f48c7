//! Loads a policy: reads all files, reports everything that is wrong with any of them, or compiles.

use alloc::collections::BTreeMap;
use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

use crate::check;
use crate::error::{Diagnostic, PolicyError, Severity};
use crate::limits::Limits;
use crate::policy::Policy;
use crate::rule::{File, Layer, RuleAt, Source, declare, own_rules, read_rules};

/// Options of a policy.
#[derive(Clone, Debug, Default)]
pub struct Config {
    limits: Limits,
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
        Ok(policy.with_warnings(diagnostics))
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
