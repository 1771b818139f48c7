//! A compiled policy.

use alloc::collections::BTreeSet;
use alloc::format;
use alloc::string::String;
use alloc::sync::Arc;
use alloc::vec::Vec;
use core::fmt;

use regex_automata::util::pool::{Pool, PoolGuard};

use crate::automaton::Automaton;
use crate::automaton::expect::{Expectations, Row};
use crate::automaton::scratch::Scratch;
use crate::catalogue::CATALOGUE_VERSION;
use crate::command::PROGRAMS_VERSION;
use crate::condition::Condition;
use crate::condition::read::Declarations;
use crate::decision::near::NearOptions;
use crate::decision::{Decision, Verdict, combine, verdict};
use crate::document::Content;
use crate::error::Diagnostic;
use crate::limits::Limits;
use crate::request::leaf::Subject;
use crate::request::{Request, sha256_hex};
use crate::rule::{Defaults, File, PolicyTest, Rule};
use crate::value::canonical_json;

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
#[derive(Clone)]
pub struct Policy {
    compiled: Arc<Compiled>,
}

struct Compiled {
    id: Arc<str>,
    /// Sorted by name.
    rules: Vec<Rule>,
    automaton: Automaton,
    expectations: Expectations,
    scratch: Pool<Scratch, fn() -> Scratch>,
    declared: Declarations,
    defaults: Defaults,
    tests: Vec<PolicyTest>,
    warnings: Vec<Diagnostic>,
    near: NearOptions,
    /// The positions of the rules with a counter.
    counting: Vec<usize>,
}

impl fmt::Debug for Policy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let count = self.compiled.rules.len();
        write!(f, "Policy({}, {count} rules)", self.compiled.id)
    }
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
        let expectations = Expectations::new(&declared.catalogue, &mut rules);
        let counts = |(at, rule): (usize, &Rule)| rule.counts().then_some(at);
        let counting = rules.iter().enumerate().filter_map(counts).collect();
        Self {
            compiled: Arc::new(Compiled {
                id,
                automaton: Automaton::new(&rules),
                expectations,
                scratch: Pool::new(Scratch::new),
                rules,
                declared,
                defaults,
                tests,
                warnings: Vec::new(),
                near: NearOptions::default(),
                counting,
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

    /// Returns this policy with the options of its near misses.
    pub(crate) fn with_near(mut self, near: NearOptions) -> Self {
        if let Some(compiled) = Arc::get_mut(&mut self.compiled) {
            compiled.near = near;
        }
        self
    }

    pub(crate) fn near(&self) -> &NearOptions {
        &self.compiled.near
    }

    /// Decides a request.
    ///
    /// Never fails and never panics; the same policy and request give the same decision, byte for byte, everywhere.
    /// Costs what [`Policy::decide_with`] does, and writing the decision down.
    pub fn decide(&self, request: &Request) -> Decision {
        combine::decide(self, request)
    }

    /// Decides a request and says no more than the effect and the rules that fired, in room that the caller keeps.
    ///
    /// Costs one look at each leaf of the request and at each rule that hangs off something it holds, nearly independent of
    /// how many rules there are; on a value that cannot be told, every rule that hangs off it. Allocates nothing once
    /// `scratch` has grown, except for reading a command line
    /// that is more than one command of plain words.
    pub fn decide_with<'a>(
        &'a self,
        scratch: &'a mut Scratch,
        request: &'a Request,
    ) -> Verdict<'a> {
        verdict::decide(self, scratch, request)
    }

    /// Decides a request as [`Policy::decide_with`] does, and collects the rules that lack little:
    /// [`Verdict::candidates`](crate::Verdict::candidates).
    ///
    /// Costs little more, since the pass that decides has seen most of them. Rules whose other conditions are all shared
    /// by many others are found where the request comes close to the one that they lack.
    pub fn decide_near_with<'a>(
        &'a self,
        scratch: &'a mut Scratch,
        request: &'a Request,
    ) -> Verdict<'a> {
        verdict::decide_near(self, scratch, request)
    }

    /// Builds now what deciding would build on the way: the automaton of each pattern, which otherwise waits until the
    /// pattern has been tried a few times. Costs tens to hundreds of microseconds a pattern; worth it for a server, not for
    /// a command that decides once.
    pub fn warm(&self) {
        self.compiled.automaton.warm(&self.compiled.rules);
        for rule in &self.compiled.rules {
            let conditions = rule.when.iter().chain(&rule.require).chain(&rule.unless);
            conditions.for_each(Condition::warm);
        }
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
        let leaves = combine::Setting::new(self, request).leaves();
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

    /// Returns the rule of this name.
    pub(crate) fn rule(&self, name: &str) -> Option<&Rule> {
        let rules = &self.compiled.rules;
        let at = rules.binary_search_by(|rule| (*rule.name).cmp(name)).ok()?;
        rules.get(at)
    }

    /// Returns the rules that count something, by name.
    pub(crate) fn counting_rules(&self) -> impl Iterator<Item = &Rule> {
        let rules = &self.compiled.rules;
        let counting = self.compiled.counting.iter();
        counting.filter_map(|at| rules.get(*at))
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

    pub(crate) fn automaton(&self) -> &Automaton {
        &self.compiled.automaton
    }

    /// Returns what a request's action declares, and what it comes to without rules and values.
    pub(crate) fn expectations(&self, request: &Request) -> &Row {
        let Compiled {
            declared,
            defaults,
            expectations,
            ..
        } = &*self.compiled;
        expectations.of(&declared.catalogue, defaults, request.hashed_action())
    }

    /// Returns room to decide in, given back when it is dropped.
    pub(crate) fn scratch(&self) -> PoolGuard<'_, Scratch, fn() -> Scratch> {
        self.compiled.scratch.get()
    }
}

/// Returns the content hash: SHA-256, cut to 128 bits, over the canonical JSON of the versions and of each file's layer
/// and tables, rules sorted by name. Everything that cannot change a decision is left out.
fn id(files: &[File<'_>]) -> String {
    let mut parts: Vec<String> = files
        .iter()
        .map(|file| {
            let layer = file.source.layer;
            let trusted = !file.source.tighten_only();
            canonical_json(&(layer, trusted, Content(&file.table)))
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
