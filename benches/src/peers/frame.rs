//! What a good engineer would put around a matcher of many patterns: each condition once, equal values in tables, one
//! matcher a field, and every rule filed under the condition that the fewest rules share.

use std::collections::HashMap;

use doorward::Effect;

use super::Peer;
use crate::calls::{Call, Calls, Condition, FIELDS, Op};

/// Finds patterns in the texts of one field.
pub trait Matcher {
    /// Adds the numbers of all patterns that `text` holds to `found`.
    fn scan(&mut self, text: &str, found: &mut Vec<u32>);
}

/// Rules in tables, and matchers.
pub struct Frame {
    requests: Vec<Call>,
    equal: Vec<HashMap<String, Vec<u32>>>,
    matchers: Vec<Option<Texts>>,
    /// The rules filed under each condition.
    filed: Vec<Vec<u32>>,
    rules: Vec<(Effect, Vec<u32>)>,
    /// The round in which each condition was last true.
    stamps: Vec<u32>,
    round: u32,
    found: Vec<u32>,
    hits: Vec<u32>,
}

/// What finds the patterns of a field, and the condition that each of them is.
type Texts = (Box<dyn Matcher>, Vec<u32>);

impl std::fmt::Debug for Frame {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Frame").finish_non_exhaustive()
    }
}

impl Frame {
    /// Files the rules; `matcher` makes the matcher of a field's patterns, regular expressions that are found anywhere.
    pub fn new(calls: &Calls, matcher: impl Fn(&[String]) -> Box<dyn Matcher>) -> Self {
        let mut numbers: HashMap<&Condition, u32> = HashMap::new();
        let mut shared: Vec<usize> = Vec::new();
        let mut equal = vec![HashMap::<String, Vec<u32>>::new(); FIELDS.len()];
        let mut patterns = vec![(Vec::new(), Vec::new()); FIELDS.len()];
        let mut rules = Vec::new();
        for rule in &calls.rules {
            let mut conditions = Vec::new();
            for condition in &rule.when {
                let next = u32::try_from(shared.len()).expect("there are fewer");
                let number = *numbers.entry(condition).or_insert(next);
                if number == next {
                    shared.push(0);
                    if condition.op == Op::In {
                        for value in &condition.values {
                            let table = &mut equal[condition.field];
                            table.entry(value.clone()).or_default().push(number);
                        }
                    } else {
                        let (texts, conditions) = &mut patterns[condition.field];
                        texts.push(pattern(condition));
                        conditions.push(number);
                    }
                }
                shared[number as usize] += 1;
                conditions.push(number);
            }
            rules.push((rule.effect, conditions));
        }
        let mut filed = vec![Vec::new(); shared.len()];
        for (index, (_, conditions)) in (0..).zip(&rules) {
            let least = conditions
                .iter()
                .min_by_key(|number| shared[**number as usize]);
            filed[*least.expect("a rule has conditions") as usize].push(index);
        }
        let made = patterns.into_iter().map(|(texts, conditions)| {
            let is_any = !conditions.is_empty();
            is_any.then(|| (matcher(&texts), conditions))
        });
        Self {
            requests: Vec::new(),
            equal,
            matchers: made.collect(),
            filed,
            rules,
            stamps: vec![0; shared.len()],
            round: 0,
            found: Vec::new(),
            hits: Vec::new(),
        }
    }
}

impl Peer for Frame {
    fn prepare(&mut self, requests: &[Call]) {
        self.requests = requests.to_vec();
    }

    fn judge(&mut self, index: usize) -> Effect {
        self.round += 1;
        self.hits.clear();
        let call = &self.requests[index];
        for (field, text) in call.values.iter().enumerate() {
            if let Some(known) = self.equal[field].get(text) {
                self.hits.extend(known);
            }
            if text.is_empty() {
                continue;
            }
            if let Some((matcher, conditions)) = &mut self.matchers[field] {
                self.found.clear();
                matcher.scan(text, &mut self.found);
                let found = self.found.iter().map(|number| conditions[*number as usize]);
                self.hits.extend(found);
            }
        }
        for hit in &self.hits {
            self.stamps[*hit as usize] = self.round;
        }
        let mut strictest = None;
        for rule in self.hits.iter().flat_map(|hit| &self.filed[*hit as usize]) {
            let (effect, conditions) = &self.rules[*rule as usize];
            let is_true = |number: &u32| self.stamps[*number as usize] == self.round;
            if strictest < Some(*effect) && conditions.iter().all(is_true) {
                strictest = Some(*effect);
            }
        }
        strictest.unwrap_or(Effect::Ask)
    }
}

/// Returns a text condition as a regular expression that is found anywhere.
pub(super) fn pattern(condition: &Condition) -> String {
    let text = condition.values.first().map_or("", String::as_str);
    match condition.op {
        Op::In => format!("^{}$", escaped(text)),
        Op::Prefix => format!("^{}", escaped(text)),
        Op::Suffix => format!("{}$", escaped(text)),
        Op::Contains => escaped(text),
        Op::Regex | Op::Glob => condition.searched().unwrap_or_default(),
    }
}

/// Escapes what is special in every dialect, and nothing else.
fn escaped(text: &str) -> String {
    let mut out = String::new();
    for c in text.chars() {
        if r".+*?()|[]{}^$\".contains(c) {
            out.push('\\');
        }
        out.push(c);
    }
    out
}
