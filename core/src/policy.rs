//! A compiled policy.

use alloc::collections::BTreeSet;
use alloc::format;
use alloc::string::String;
use alloc::sync::Arc;
use alloc::vec::Vec;

use crate::catalogue::{CATALOGUE_VERSION, canonical_name};
use crate::command::PROGRAMS_VERSION;
use crate::condition::read::Declarations;
use crate::decision::{Decision, combine};
use crate::document::to_map;
use crate::error::Diagnostic;
use crate::limits::Limits;
use crate::request::leaf::Subject;
use crate::request::{Request, sha256_hex};
use crate::rule::{Defaults, File, PolicyTest, Rule};
use crate::value::{Value, canonical_json};

/// Rules from all sources, compiled; immutable and cheap to clone.
///
/// ```
/// use doorward::{Effect, Policy, Request};
///
/// let policy = Policy::from_toml(
///     r#"
///     doorward = 1
///     [[rule]]
///     name = "git-reads"
///     effect = "allow"
///     when.command = ["git status", "git log"]
///     examples.no_match = ["git log; rm -rf /"]
///     "#,
/// )?;
/// let request = Request::from_json(br#"{"action":"Bash","input":{"command":"git status -sb 2>/dev/null"}}"#)?;
/// let decision = policy.decide(&request);
/// assert_eq!(decision.effect(), Effect::Allow);
/// assert_eq!(decision.basis().rule(), Some("git-reads"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
pub struct Policy {
    compiled: Arc<Compiled>,
}

#[derive(Debug)]
struct Compiled {
    id: Arc<str>,
    /// Sorted by name.
    rules: Vec<Rule>,
    declared: Declarations,
    defaults: Defaults,
    tests: Vec<PolicyTest>,
    warnings: Vec<Diagnostic>,
}

impl Policy {
    pub(crate) fn new(
        files: &[File<'_>],
        mut rules: Vec<Rule>,
        declared: Declarations,
        defaults: Defaults,
        tests: Vec<PolicyTest>,
    ) -> Self {
        rules.sort_by(|a, b| a.name.cmp(&b.name));
        let id = id(files).into();
        Self {
            compiled: Arc::new(Compiled {
                id,
                rules,
                declared,
                defaults,
                tests,
                warnings: Vec::new(),
            }),
        }
    }

    /// Returns this policy with the remarks that its author should see.
    pub(crate) fn with_warnings(mut self, warnings: Vec<Diagnostic>) -> Self {
        if let Some(compiled) = Arc::get_mut(&mut self.compiled) {
            compiled.warnings = warnings;
        }
        self
    }

    /// Decides a request.
    ///
    /// Never fails and never panics; the same policy and request give the same decision, byte for byte, everywhere.
    /// Costs the number of leaves times the number of rules in this version.
    pub fn decide(&self, request: &Request) -> Decision {
        combine::decide(self, request)
    }

    /// Returns the absolute paths that deciding `request` looks at, sorted: what a host should resolve links of, for
    /// `facts.resolved`.
    ///
    /// ```
    /// use doorward::{Policy, Request};
    ///
    /// let policy = Policy::from_toml("doorward = 1")?;
    /// let request = br#"{"action":"Bash","input":{"command":"cd web && make > log"},"facts":{"cwd":"/srv"}}"#;
    /// assert_eq!(policy.paths(&Request::from_json(request)?), ["/srv/web/log"]);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn paths(&self, request: &Request) -> Vec<String> {
        let leaves = combine::Setting::new(self, request, self.action(request)).leaves();
        let mut paths = BTreeSet::new();
        for leaf in leaves {
            if let Subject::Known(path) = leaf.path {
                paths.extend(
                    path.readings
                        .into_iter()
                        .filter(|reading| reading.starts_with('/')),
                );
            }
        }
        paths.into_iter().collect()
    }

    /// Returns the policy's content hash: `dw1-` and 32 hex digits. Comments, order, examples and tests do not change it.
    pub fn id(&self) -> &str {
        &self.compiled.id
    }

    pub(crate) fn shared_id(&self) -> Arc<str> {
        Arc::clone(&self.compiled.id)
    }

    /// Returns the remarks on this policy that did not keep it from loading, by file and place.
    pub fn warnings(&self) -> &[Diagnostic] {
        &self.compiled.warnings
    }

    /// Returns how many rules there are.
    pub fn rule_count(&self) -> usize {
        self.compiled.rules.len()
    }

    /// Returns how many examples the rules have; all of them held when the policy loaded.
    pub fn example_count(&self) -> usize {
        self.compiled
            .rules
            .iter()
            .map(|rule| rule.examples.len())
            .sum()
    }

    /// Returns the names of all rules, sorted, each with its tags.
    pub fn rules(&self) -> impl Iterator<Item = (&str, &[String])> {
        self.compiled
            .rules
            .iter()
            .map(|rule| (&*rule.name, rule.tags.as_slice()))
    }

    pub(crate) fn compiled_rules(&self) -> &[Rule] {
        &self.compiled.rules
    }

    pub(crate) fn tests(&self) -> &[PolicyTest] {
        &self.compiled.tests
    }

    pub(crate) fn defaults(&self) -> &Defaults {
        &self.compiled.defaults
    }

    pub(crate) fn declared(&self) -> &Declarations {
        &self.compiled.declared
    }

    pub(crate) fn limits(&self) -> &Limits {
        &self.compiled.declared.limits
    }

    /// Returns the catalogue's name of a request's action.
    pub(crate) fn action<'r>(&self, request: &'r Request) -> Option<&'r str> {
        let name = request.action().filter(|name| !name.is_empty())?;
        Some(canonical_name(name))
    }
}

/// Returns the content hash: SHA-256, cut to 128 bits, over the canonical JSON of the versions and of each file's layer
/// and tables, rules sorted by name. Everything that cannot change a decision is left out.
fn id(files: &[File<'_>]) -> String {
    let mut parts: Vec<String> = files
        .iter()
        .map(|file| {
            let mut tables = to_map(&file.table);
            tables.remove("test");
            if let Some(Value::List(rules)) = tables.get_mut("rule") {
                for rule in rules.iter_mut() {
                    if let Value::Table(rule) = rule {
                        rule.remove("examples");
                    }
                }
                rules.sort_by_key(|rule| {
                    rule.get("name").and_then(Value::as_text).map(String::from)
                });
            }
            let layer = file.source.layer;
            let trusted = !file.source.tighten_only();
            canonical_json(&(layer, trusted, tables))
        })
        .collect();
    parts.sort();
    let whole = format!(
        "[{},{CATALOGUE_VERSION},{PROGRAMS_VERSION},[{}]]",
        crate::rule::FORMAT_VERSION,
        parts.join(",")
    );
    let digest = sha256_hex(whole.as_bytes());
    format!("dw1-{}", digest.get(..32).unwrap_or_default())
}
